#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the kernel: a static, freestanding ELF at a fixed high address. Usage: build.sh OUTPUT [debug]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
output=${1:?usage: build.sh OUTPUT [debug]}
mode=${2:-release}
work=${CLOISTER_KERNEL_BUILD:-$here/.build-embedded}
mkdir -p "$work" "$(dirname "$output")"

cc=(clang --target=x86_64-unknown-linux-gnu -O2 -g -ffreestanding -fno-stack-protector -mno-red-zone -mcx16 -fno-omit-frame-pointer
    -fpie -fvisibility=hidden -ffunction-sections -fdata-sections -Wall -Wextra -Werror -I"$here/Sources/CMachine/include" -I"$here/Sources/CCrypto/include")
swift=(swiftc -target x86_64-unknown-none-elf -enable-experimental-feature Embedded -enable-experimental-feature Lifetimes -wmo -parse-as-library -swift-version 6
    -Xcc -ffreestanding -Xcc -fno-stack-protector -Xcc -mno-red-zone -Xcc -fmodule-map-file="$here/Sources/CMachine/include/module.modulemap"
    -Xcc -I"$here/Sources/CMachine/include" -Xcc -I"$here/Sources/CCrypto/include" -Xfrontend -disable-stack-protector -Xfrontend -function-sections
    -enforce-exclusivity=unchecked -strict-memory-safety -warnings-as-errors -module-cache-path "$work/cache" -I "$work")
if [ "$mode" = debug ]; then swift+=(-Onone -g); else swift+=(-O -g -Xcc -O2); fi

# compile NAME DEPENDENCIES...: rebuilds a module when its sources or a module it needs changed.
compile() {
    local name=$1 object="$work/$1.o" newest=
    shift
    if [ -f "$object" ]; then
        newest=$(find "$here/Sources/$name" "$here/Sources/CMachine/include" "$here/build.sh" -type f -newer "$object" -print -quit)
    fi
    for dependency in "$@"; do [ "$work/$dependency.swiftmodule" -nt "$object" ] && newest=$dependency; done
    if [ -f "$object" ] && [ -z "$newest" ]; then return; fi
    mapfile -t sources < <(find "$here/Sources/$name" -name '*.swift' | sort)
    "${swift[@]}" -module-name "$name" -emit-module -emit-module-path "$work/$name.swiftmodule" -c "${sources[@]}" -o "$object.new"
    mv "$object.new" "$object"
}

objects=()
for source in "$here"/Sources/CMachine/*.c "$here"/Sources/CMachine/*.S "$here"/Sources/CCrypto/*.c; do
    [ -f "$source" ] || continue
    object="$work/c-$(basename "$source").o"
    if [ ! -f "$object" ] || [ -n "$(find "$source" "$here/Sources/CMachine" "$here/build.sh" -newer "$object" -name '*.[chS]*' | head -n 1)" ]; then
        "${cc[@]}" -c "$source" -o "$object"
    fi
    objects+=("$object")
done
compile LinuxABI
compile Formats
compile Machine LinuxABI
compile KernelCore LinuxABI Formats Machine
compile CloisterKernel LinuxABI Formats Machine KernelCore
# The runtime's last release under another name; see CMachine/refcount.c.
if [ ! -f "$work/runtime.o" ]; then
    echo 'final class Anything {}; public func keep() -> AnyObject { Anything() }' > "$work/runtime.swift"
    "${swift[@]}" -module-name CloisterRuntime -c "$work/runtime.swift" -o "$work/runtime.o"
    llvm-objcopy --redefine-sym swift_release=cm_swift_release_last "$work/runtime.o"
fi
ld.lld -static -nostdlib --gc-sections -T "$here/kernel.ld" -z max-page-size=4096 -z norelro -z noexecstack -e _start -o "$output.new" \
    "${objects[@]}" "$work"/{LinuxABI,Formats,Machine,KernelCore,CloisterKernel,runtime}.o ${CLOISTER_KERNEL_LIBS:-/usr/lib/x86_64-linux-gnu/libIPSec_MB.a}
"$here/plain_retains.py" "$output.new"
mv "$output.new" "$output"
