#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the lock prefix off the retains that the compiler inlined into the kernel's Swift functions.

Every object is touched under the kernel lock only (CMachine/refcount.c), and the Swift sources use no atomics of their own; the prefix
would cost more than the rest of a short call. The byte becomes a segment prefix without effect. Usage: plain_retains.py KERNEL
"""
import re
import subprocess
import sys

path = sys.argv[1]
headers = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True, check=True).stdout
segments = [tuple(int(n, 16) for n in m.groups()) for m in re.finditer(r"LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)", headers)]
listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], capture_output=True, text=True, check=True).stdout
image = bytearray(open(path, "rb").read())
is_swift = False
count = 0
for line in listing.splitlines():
    if line.endswith(">:"):
        is_swift = "<$" in line
    elif is_swift and re.search(r"\tlock incq 0x8\(%r\w+\)", line):
        address = int(line.split(":")[0], 16)
        offset = next(o + address - v for o, v, s in segments if v <= address < v + s)
        if image[offset] != 0xF0:
            sys.exit(f"{path}: no lock prefix at {address:#x}")
        image[offset] = 0x3E
        count += 1
with open(path, "r+b") as file:
    file.write(image)
if count == 0:
    print(f"{path}: no retain was inlined; is this file still needed?", file=sys.stderr)
