#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fails for each source file without a licence line among its first three lines (a manifest's and a script's first line
# is taken by the tool that reads it).
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
while read -r file; do
    if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0'; then
        echo "$file: no 'SPDX-License-Identifier: Apache-2.0' line"
        status=1
    fi
done < <(scripts/sources.sh all)
exit $status
