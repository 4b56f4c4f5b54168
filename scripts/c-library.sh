#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Links libcloister-attested-tls.so from the archive that SwiftPM makes of it: with Swift's runtime inside, which machines do not have, and with
# the functions of its header as its only names. SwiftPM links a shared library against the toolchain's own.
set -euo pipefail
archive=$1
output=$2
toolchain=$(dirname "$(command -v swiftc)")
runtime=$(swiftc -print-target-info | jq -r .paths.runtimeResourcePath)_static/linux
names=$(mktemp)
trap 'rm -f "$names"' EXIT
echo '{ global: cloister_tls_*; local: *; };' >"$names"
"$toolchain/clang" -shared -fuse-ld=lld -o "$output" "$runtime/$(uname -m)/swiftrt.o" \
    -Wl,--whole-archive "$archive" -Wl,--no-whole-archive -L"$runtime" \
    -Wl,--start-group -lFoundation -lFoundationInternationalization -lFoundationEssentials -lCoreFoundation -l_FoundationCShims \
    -l_FoundationCollections -l_FoundationICU -lswift_Concurrency -lswift_StringProcessing -lswift_RegexParser -lswiftSynchronization \
    -lswiftGlibc -lswiftDispatch -ldispatch -lBlocksRuntime -lswift_Builtin_float -lswiftCore -Wl,--end-group \
    -lssl -lcrypto -lstdc++ -lm -lpthread -ldl -Wl,--version-script="$names" -Wl,--gc-sections -Wl,-s -Wl,-z,defs
