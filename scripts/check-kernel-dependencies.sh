#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel depends on nothing outside this repository: no package, and no import but its own modules.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
if [[ ! -d Kernel/Sources ]]; then
    echo "Kernel/Sources is missing: nothing could be checked"
    exit 1
fi
if [[ -f Kernel/Package.swift ]] && grep -nE '\.package\(' Kernel/Package.swift; then
    echo "Kernel/Package.swift: the kernel must not depend on a package"
    status=1
fi
modules=$(find Kernel/Sources -mindepth 1 -maxdepth 1 -type d -printf '%f|')
allowed="^(${modules}_Volatile|_Builtin_[a-z]+|Swift|Synchronization)$"
while IFS=: read -r file line text; do
    module=$(sed -E 's/.*import +((struct|class|enum|func|var|let|typealias|protocol) +)?([A-Za-z0-9_]+).*/\3/' <<<"$text")
    if ! [[ $module =~ $allowed ]]; then
        echo "$file:$line: import of $module"
        status=1
    fi
done < <(grep -rnE '^ *(@[a-zA-Z_()]+ +)*((public|package|internal|private) +)?import +' Kernel/Sources --include='*.swift' || [[ $? -eq 1 ]])
exit $status
