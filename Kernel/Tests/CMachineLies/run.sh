#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the C files of the machine layer against a host that lies, and runs what it must survive or refuse.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources/CMachine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-O2 -g -fno-stack-protector -mno-red-zone -mcx16 -fno-omit-frame-pointer -Wall -Wextra -Werror"
include="-I$sources -I$sources/include"
for file in lock threads support random boot trap xstate; do
    # shellcheck disable=SC2086
    clang $flags -ffreestanding $include -c "$sources/$file.c" -o "$work/$file.o"
done
# The assembly's own host calls get other names: the test is the host here.
for file in entry gate; do
    # shellcheck disable=SC2086
    clang $include -Dcm_host_call=asm_host_call -Dcm_early_call=asm_early_call -Dcm_clone_raw=asm_clone_raw \
        -Dcm_switch_stack=asm_switch_stack -D_start=asm_start -c "$sources/$file.S" -o "$work/$file.o"
done
# The freestanding memcpy and its like stay apart from libc's.
for file in "$work"/*.o; do
    objcopy --redefine-sym memcpy=cm_memcpy --redefine-sym memmove=cm_memmove --redefine-sym memset=cm_memset \
        --redefine-sym memcmp=cm_memcmp --redefine-sym strlen=cm_strlen --redefine-sym putchar=cm_putchar \
        --redefine-sym ceil=cm_ceil --redefine-sym arc4random_buf=cm_arc4random_buf "$file"
done
# shellcheck disable=SC2086
clang $flags -ffreestanding $include -fno-pie -no-pie "$here/lies.c" "$work"/*.o -o "$work/lies"
timeout 120 "$work/lies"
