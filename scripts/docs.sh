#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes man pages (man1/) and completion scripts (completion/) of the built command into a folder.
set -euo pipefail
folder=$(realpath -m "${1:?usage: docs.sh FOLDER}")
cd "$(dirname "$0")/.."

mkdir -p "$folder/man1" "$folder/completion"
# In this order: cloister-broker's own page takes the place of the one about `cloister broker`, which only runs it.
for command in cloister cloister-broker; do
    /usr/bin/python3 scripts/manual.py "bin/$command" "$folder/man1"
    "bin/$command" completion bash >"$folder/completion/$command.bash"
    "bin/$command" completion zsh >"$folder/completion/_$command"
    "bin/$command" completion fish >"$folder/completion/$command.fish"
done
echo "docs: $(find "$folder/man1" -name '*.1' | wc -l) man pages and 6 completion scripts in $folder"
