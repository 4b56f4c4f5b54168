#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real programs in enclaves: each Tests/Integration/*/run.sh, then the example job. Ends with 'N passed, N failed'.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

for needed in bin/cloister bin/cloister-agent bin/cloister-broker bin/cloister-platform bin/cloister-shield bin/cloister-kernel; do
    if [[ ! -x $needed ]]; then
        echo "integration: error: $needed is missing; run make build" >&2
        exit 1
    fi
done

passed=0
failed=0
run() {
    echo "== $1"
    if timeout 900 "$@"; then
        passed=$((passed + 1))
    else
        echo "integration: FAILED: $1" >&2
        failed=$((failed + 1))
    fi
}

run Tests/Integration/run
for script in Tests/Integration/*/run.sh; do
    [[ -x $script ]] && run "$script"
done
run Examples/sales-report/run.sh

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
