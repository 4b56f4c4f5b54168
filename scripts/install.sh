#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the built command, kernel, man pages and completion under a prefix.
set -euo pipefail
prefix=$(realpath -m "${1:?usage: install.sh PREFIX}")
cd "$(dirname "$0")/.."

scripts/docs.sh out/docs
install -D -m 0755 bin/cloister "$prefix/bin/cloister"
install -D -m 0755 bin/cloister-kernel "$prefix/libexec/cloister/cloister-kernel"
install -d "$prefix/share/man/man1"
install -m 0644 out/docs/man1/*.1 "$prefix/share/man/man1/"
install -D -m 0644 out/docs/completion/cloister.bash "$prefix/share/bash-completion/completions/cloister"
install -D -m 0644 out/docs/completion/_cloister "$prefix/share/zsh/site-functions/_cloister"
install -D -m 0644 out/docs/completion/cloister.fish "$prefix/share/fish/vendor_completions.d/cloister.fish"
echo "installed under $prefix"
