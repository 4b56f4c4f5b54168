#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the kernel's own tests: its Swift package where it has one, and each Kernel/Tests/*/run.sh (C layers).
#
# usage: test-kernel.sh SCRATCH-FOLDER
set -euo pipefail
scratch=${1:?usage: test-kernel.sh SCRATCH-FOLDER}
cd "$(dirname "$0")/.."

ran=0
for script in Kernel/Tests/*/run.sh; do
    [[ -x $script ]] || continue
    echo "== $script"
    "$script"
    ran=$((ran + 1))
done
if [[ -f Kernel/Package.swift ]]; then
    echo "== swift test (Kernel)"
    swift test --package-path Kernel --scratch-path "$scratch"
    ran=$((ran + 1))
fi
if [[ $ran -eq 0 ]]; then
    echo "test-kernel: error: no kernel test was found" >&2
    exit 1
fi
