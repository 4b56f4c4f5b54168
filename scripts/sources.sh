#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prints this project's own source files of one kind: swift, c, shell, or all.
set -euo pipefail
cd "$(dirname "$0")/.."

# Tracked files and new ones that are not ignored, still present.
files() {
    git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
        [[ -f $file ]] && echo "$file"
    done
    return 0
}

shell_scripts() {
    files | while read -r file; do
        [[ $file == *.sh || $(head -c 40 "$file" | head -n 1 | tr -d '\0') =~ ^'#!'.*[/\ ](ba)?sh$ ]] && echo "$file"
    done
    return 0
}

case ${1-} in
swift) files '*.swift' ;;
c) files '*.c' '*.h' '*.S' ;;
shell) shell_scripts ;;
all) files '*.swift' '*.c' '*.h' '*.S' '*.sh' '*.py' Makefile .ci/run ;;
*)
    echo "usage: sources.sh swift|c|shell|all" >&2
    exit 2
    ;;
esac
