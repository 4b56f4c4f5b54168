#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All static checks. Each prints its name; the script goes on after a failure and fails at the end.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

failures=0
check() {
    local name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "lint: $name: ok"
    else
        echo "lint: $name: FAILED"
        sed 's/^/    /' <<<"$output"
        failures=$((failures + 1))
    fi
}

mapfile -t swift_files < <(scripts/sources.sh swift)
mapfile -t shell_files < <(scripts/sources.sh shell)

check format swift format lint --strict --parallel "${swift_files[@]}"
check licence scripts/check-licence.sh
check unsafe scripts/check-unsafe.sh
check kernel-dependencies scripts/check-kernel-dependencies.sh
check file-size scripts/check-file-size.sh
check shell shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR "${shell_files[@]}"

if [[ $failures -gt 0 ]]; then
    echo "lint: $failures checks failed" >&2
    exit 1
fi
