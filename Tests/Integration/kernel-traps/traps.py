# SPDX-License-Identifier: Apache-2.0
"""Makes checks of the kernel as it is shipped fail, in a running enclave, and looks at how the enclave ends.

The kernel has no code for this and no build of its own: the test, as the host, writes into the text of one host process so that a
function, once entered, goes to the trap that the compiler put there for a failed check (array bounds, overflow). A further case
makes the machine layer's C code read a bad address.
"""

import os
import re
import struct
import subprocess
import sys
import time

CLOISTER = os.environ["CLOISTER"]
KERNEL = os.environ["CLOISTER_KERNEL"]

# Two busy processes that want the kernel lock all the time, two threads that sleep in the kernel, then a call on demand.
PROGRAM = r"""
import os, sys, threading, time
for _ in range(2):
    if os.fork() == 0:
        while True:
            os.stat("/")
reading, writing = os.pipe()
for _ in range(2):
    threading.Thread(target=lambda: os.read(reading, 1), daemon=True).start()
print("ready", flush=True)
sys.stdin.readline()
if os.fork() == 0:
    os._exit(0)
os.getrandom(8)
os.setgroups([1, 2])
os.write(writing, b"x")
while True:
    time.sleep(1)
"""


def fail(message):
    print(f"kernel-traps: {message}", file=sys.stderr)
    sys.exit(1)


def symbols():
    found = {}
    for line in subprocess.check_output(["nm", KERNEL], text=True).splitlines():
        fields = line.split()
        if len(fields) == 3:
            found[fields[2]] = int(fields[0], 16)
    return found


def one(names, pattern):
    """The one function whose name has the pattern."""
    matching = sorted(name for name in names if re.search(pattern, name))
    if len(matching) != 1:
        fail(f"{len(matching)} functions of the kernel are called {pattern}: {matching}")
    return matching[0]


def trap_in(names, function):
    """Address and bytes of the first trap instruction within a function, by the disassembler."""
    start = names[function]
    end = min(address for address in names.values() if address > start)
    listing = subprocess.check_output(
        ["objdump", "-d", f"--start-address={start:#x}", f"--stop-address={end:#x}", KERNEL], text=True
    )
    for line in listing.splitlines():
        match = re.match(r"\s*([0-9a-f]+):\s.*\bud[012]\b", line)
        if match:
            return int(match.group(1), 16)
    fail(f"{function} has no trap")


def children(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.PIPE, text=True, check=False).stdout
    return [int(word) for word in listed.split()]


def patch(pid, address, code):
    with open(f"/proc/{pid}/mem", "r+b", 0) as memory:
        memory.seek(address)
        memory.write(code)


def failing_check(names, pattern):
    """What to write where, so that the function fails its own check."""
    function = one(names, pattern)
    # Behind the prologue, push %rbp; mov %rsp,%rbp: the frame must be there for the backtrace.
    place = names[function] + 4
    return function, place, b"\xe9" + struct.pack("<i", trap_in(names, function) - place - 5)


def bad_address(names, function):
    """What to write where, so that a function reads address 8: xor %eax,%eax; mov 8(%rax),%rax."""
    return function, names[function] + 4, b"\x31\xc0\x48\x8b\x40\x08"


def run(title, change, where, expected):
    function, place, code = change
    enclave = subprocess.Popen(
        [CLOISTER, "run", "--quiet", "--insecure-host-root", "--", "python3", "-c", PROGRAM],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    if enclave.stdout.readline() != b"ready\n":
        fail(f"{title}: the program did not start: {enclave.stderr.read()}")
    supervisors = children(enclave.pid)
    if len(supervisors) != 1:
        fail(f"{title}: expected one supervisor, found {supervisors}")
    programs = children(supervisors[0])
    if len(programs) < 3:
        fail(f"{title}: expected three host processes, found {programs}")
    for pid in supervisors if where == "supervisor" else programs:
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            memory.seek(place - 4)
            if memory.read(4) != b"\x55\x48\x89\xe5":
                fail(f"{title}: {function} does not start with a frame")
        patch(pid, place, code)
    try:
        _, errors = enclave.communicate(b"go\n", timeout=60)
    except subprocess.TimeoutExpired:
        enclave.kill()
        fail(f"{title}: the enclave went on")
    errors = errors.decode()
    problems = []
    if enclave.returncode != 70:
        problems.append(f"exit code {enclave.returncode}, expected 70")
    if "cloister: kernel error: " not in errors:
        problems.append("no message of the kernel")
    frames = re.findall(r"^    0x[0-9a-f]{16} (\S+)\+0x[0-9a-f]{16}$", errors, re.MULTILINE)
    if not frames or frames[0] != function:
        problems.append(f"the backtrace does not start with {function}: {frames}")
    for name in expected:
        if not any(re.search(name, frame) for frame in frames):
            problems.append(f"the backtrace does not name {name}: {frames}")
    deadline = time.monotonic() + 20
    left = [enclave.pid, *supervisors, *programs]
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if os.path.exists(f"/proc/{pid}")]
        time.sleep(0.05)
    if left:
        problems.append(f"host processes are left: {left}")
    if problems:
        fail(f"{title}: " + "; ".join(problems) + "\n" + errors)
    print(f"{title}: exit code 70, {len(frames)} named frames, nothing left")


def main():
    names = symbols()
    in_call = ["^cloister_syscall"]
    pipe = failing_check(names, r"^\$e10KernelCore4PipeC5write")
    run("a check fails in a write to a pipe, with the lock held", pipe, "program", in_call)
    groups = failing_check(names, r"^\$e10KernelCore15CredentialCallsO9setGroups")
    run("a check fails in setgroups, with the lock held", groups, "program", in_call)
    loop = failing_check(names, r"^\$e10KernelCore10SupervisorC13waitForEvents")
    run("a check fails in the supervisor", loop, "supervisor", ["cloister_main"])
    run("C code reads a bad address", bad_address(names, "cm_random_to"), "program", in_call)


if __name__ == "__main__":
    main()
