#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Checks CCrypto against coreutils for lengths around every block boundary, prints its speed, and links it freestanding.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources/CCrypto
library=/usr/lib/x86_64-linux-gnu/libIPSec_MB.a
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -- -O2 -Wall -Wextra -Werror -I"$sources/include"

clang -std=gnu11 "$@" "$here/sha_check.c" "$sources/cc_sha.c" "$library" -o "$work/sha_check"
head -c 1000000 /dev/urandom >"$work/random"
for length in 0 1 55 56 57 63 64 65 111 112 113 119 120 127 128 129 255 256 4095 4096 4097 999999; do
    head -c "$length" "$work/random" >"$work/input"
    { sha256sum <"$work/input"; sha384sum <"$work/input"; } | cut -d' ' -f1 >"$work/expected"
    "$work/sha_check" <"$work/input" >"$work/actual"
    cmp "$work/expected" "$work/actual" || { echo "length $length differs" >&2; exit 1; }
done
"$work/sha_check" speed

for file in "$sources/cc_sha.c" "$here/freestanding.c"; do
    clang -std=c11 "$@" -ffreestanding -fno-stack-protector -fno-builtin -mno-red-zone -fPIE -ffunction-sections \
        -c "$file" -o "$work/$(basename "$file" .c).o"
done
ld.lld -nostdlib -static --gc-sections --image-base=0x100000000000 \
    "$work/freestanding.o" "$work/cc_sha.o" "$library" -o "$work/freestanding"
timeout 10 "$work/freestanding"
echo "crypto: ok, freestanding: $(size "$work/freestanding" | awk 'NR == 2 { print $1 }') bytes of text"
