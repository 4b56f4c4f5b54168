#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A failed check inside the kernel ends the whole enclave with exit code 70 and a backtrace of names; see traps.py.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export CLOISTER=${CLOISTER:-$here/../../../bin/cloister} CLOISTER_KERNEL=${CLOISTER_KERNEL:-$here/../../../bin/cloister-kernel}
exec python3 "$here/traps.py"
