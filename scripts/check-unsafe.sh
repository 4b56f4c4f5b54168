#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unsafe constructs may appear only where a reader expects to review them: the kernel's machine layer, and files named
# *+Unsafe.swift of the hosted side. Everything else must be plain safe Swift. Tests compare with C headers and with the
# host's own calls, and are not shipped: they only have to say `unsafe`, which the compiler sees to.
set -euo pipefail
cd "$(dirname "$0")/.."

allowed='^(Kernel/Sources/(Machine|CMachine)/|(Kernel/)?Tests/|Sources/[^/]+/([^/]+/)*[^/]*\+Unsafe\.swift$|Kernel/Package\.swift$)'
words='(^|[^[:alnum:]_.`])(unsafe|nonisolated\(unsafe\)|@unchecked|@unsafe|@safe|Unsafe(Mutable)?(Raw)?(Buffer)?Pointer|OpaquePointer|unsafeBitCast|Unmanaged)([^[:alnum:]_]|$)'

status=0
while read -r file; do
    [[ $file =~ $allowed ]] && continue
    # Comments and doc comments may use the words.
    if found=$(sed -E 's#//.*$##' "$file" | grep -nE "$words"); then
        while read -r line; do echo "$file:$line"; done <<<"$found"
        status=1
    fi
done < <(scripts/sources.sh swift)
[[ $status -eq 0 ]] || echo "move it to the machine layer or to a *+Unsafe.swift file (rule safe-kernel)"
exit $status
