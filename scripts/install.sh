#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the built command, kernel, man pages and completion under a prefix, or removes exactly these again.
# Usage: install.sh [--remove] PREFIX
set -euo pipefail
remove=false
if [[ ${1-} == --remove ]]; then
    remove=true
    shift
fi
prefix=$(realpath -m "${1:?usage: install.sh [--remove] PREFIX}")
cd "$(dirname "$0")/.."

# MODE SOURCE TARGET, one line each; the man pages follow.
files() {
    cat <<LIST
0755 bin/cloister bin/cloister
0755 bin/cloister-broker bin/cloister-broker
0755 bin/cloister-agent libexec/cloister/cloister-agent
0755 bin/cloister-shield libexec/cloister/cloister-shield
0644 bin/libcloister-attested-tls.so lib/libcloister-attested-tls.so
0644 Sources/CloisterAttestedTLS/include/cloister-attested-tls.h include/cloister-attested-tls.h
0755 bin/cloister-kernel libexec/cloister/cloister-kernel
0755 bin/cloister-platform libexec/cloister/cloister-platform
0644 out/docs/completion/cloister.bash share/bash-completion/completions/cloister
0644 out/docs/completion/_cloister share/zsh/site-functions/_cloister
0644 out/docs/completion/cloister.fish share/fish/vendor_completions.d/cloister.fish
0644 out/docs/completion/cloister-broker.bash share/bash-completion/completions/cloister-broker
0644 out/docs/completion/_cloister-broker share/zsh/site-functions/_cloister-broker
0644 out/docs/completion/cloister-broker.fish share/fish/vendor_completions.d/cloister-broker.fish
LIST
}

if $remove; then
    files | while read -r _ _ target; do rm -f "$prefix/$target"; done
    rm -f "$prefix"/share/man/man1/cloister.1 "$prefix"/share/man/man1/cloister-*.1
    [[ ! -d $prefix/libexec/cloister ]] || rmdir --ignore-fail-on-non-empty "$prefix/libexec/cloister"
    echo "removed from $prefix"
    exit 0
fi

for needed in bin/cloister bin/cloister-agent bin/cloister-broker bin/cloister-platform bin/cloister-shield bin/cloister-kernel; do
    if [[ ! -x $needed ]]; then
        echo "install: error: $needed is missing; run make build" >&2
        exit 1
    fi
done
# Pages of commands that no longer exist must not be installed.
rm -rf out/docs
scripts/docs.sh out/docs
files | while read -r mode source target; do install -D -m "$mode" "$source" "$prefix/$target"; done
install -d "$prefix/share/man/man1"
install -m 0644 out/docs/man1/*.1 "$prefix/share/man/man1/"
echo "installed under $prefix"
