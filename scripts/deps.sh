#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building, testing and the example need, where they are missing, and names them.
set -euo pipefail

packages=(
    # building the kernel and the conformance programs
    binutils gcc libc6-dev libipsec-mb-dev llvm musl-tools
    # building the broker, and attested TLS
    libp11-kit-dev libpq-dev libsqlite3-dev libssl-dev
    # programs that the example and the tests run unmodified
    bash busybox-static coreutils gawk git golang-go openssl perl postgresql procps python3 redis-server softhsm2 sqlite3 stunnel4
    # tools of the checks themselves; the console is looked at in Chromium
    chromium expect fonts-dejavu-core gdb jq shellcheck
)

missing=()
for package in "${packages[@]}"; do
    # A package that dpkg never heard of is an error of dpkg-query, and missing all the same.
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [[ $status == "install ok installed" ]] || missing+=("$package")
done

if ! command -v swift >/dev/null; then
    echo "deps: error: swift is missing; install Swift 6.3 from https://www.swift.org/install/linux" >&2
    exit 1
fi
if [[ ${#missing[@]} -eq 0 ]]; then
    echo "deps: all ${#packages[@]} Debian packages are installed"
    exit 0
fi

echo "deps: installing ${missing[*]}"
as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: error: not root and no sudo; run: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
# A fresh machine has no package lists yet; a failing mirror shows itself in the install that follows.
"${as_root[@]}" apt-get update -qq || echo "deps: warning: apt-get update failed" >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "deps: installed ${missing[*]}"
