#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes man pages (man1/) and completion scripts (completion/) of the built command into a folder.
set -euo pipefail
folder=$(realpath -m "${1:?usage: docs.sh FOLDER}")
cd "$(dirname "$0")/.."

mkdir -p "$folder/man1" "$folder/completion"
/usr/bin/python3 scripts/manual.py bin/cloister "$folder/man1"
bin/cloister completion bash >"$folder/completion/cloister.bash"
bin/cloister completion zsh >"$folder/completion/_cloister"
bin/cloister completion fish >"$folder/completion/cloister.fish"
echo "docs: $(find "$folder/man1" -name '*.1' | wc -l) man pages and 3 completion scripts in $folder"
