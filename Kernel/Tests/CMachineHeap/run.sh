#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the kernel heap for the host, without and with its checks, and runs the stress test on both.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources/CMachine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rounds=${1:-200000}
for checks in "" "-DCM_HEAP_CHECKS"; do
    # The freestanding build must compile too; the hosted one leaves malloc's names to libc.
    for file in heap heap_spans; do
        # shellcheck disable=SC2086
        clang -std=c11 -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -mno-red-zone $checks \
            -I"$sources/include" -c "$sources/$file.c" -o "$work/$file.o"
    done
    # shellcheck disable=SC2086
    clang -std=gnu11 -O2 -g -Wall -Wextra -Werror $checks -I"$sources/include" \
        "$here/heap_stress.c" "$sources/heap.c" "$sources/heap_spans.c" -pthread -o "$work/heap_stress"
    timeout 60 "$work/heap_stress" "$rounds"
done
