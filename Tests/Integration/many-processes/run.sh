#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ten thousand processes in turn and at once, a hundred thousand descriptors; the kernel's heap does not grow with finished processes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cloister=${CLOISTER:-$here/../../../bin/cloister}
# Not under /tmp, which is empty in an enclave.
work=$(mktemp -d /var/lib/cloister-processes.XXXXXX)
trap 'rm -rf "$work"' EXIT
gcc -O1 -static -o "$work/stress" "$here/stress.c"

heap_after() {
    "$cloister" run --quiet --insecure-host-root --stats -- "$work/stress" turns "$1" 2>&1 | sed -n 's/.*kernel heap bytes: //p'
}
small=$(heap_after 100)
large=$(heap_after 10000)
[[ -n $small && -n $large ]] || { echo "no statistics" >&2; exit 1; }
((large <= small + 262144)) || { echo "kernel heap grew from $small to $large over 10,000 forks" >&2; exit 1; }
echo "kernel heap after 100 forks: $small bytes, after 10,000: $large"

"$cloister" run --quiet --insecure-host-root -- "$work/stress" at-once 10000
"$cloister" run --quiet --insecure-host-root -- "$work/stress" descriptors 100000
echo "100,000 descriptors"
