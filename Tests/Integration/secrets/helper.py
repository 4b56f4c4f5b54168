#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Parts of the test of secrets at boot.

usage: helper.py ports COUNT | proxy PORT TARGET FILE | expected FILE-SECRET VARIABLE-SECRET | scan NEEDLES FOLDER PID
"""
import base64
import hashlib
import os
import pathlib
import socket
import subprocess
import sys
import threading


def ports(count: int) -> int:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    print(*[one.getsockname()[1] for one in held])
    return 0


def proxy(port: int, target: int, file: str) -> int:
    """Passes every connection on and keeps all bytes of both directions."""
    server = socket.create_server(("127.0.0.1", port), backlog=64)
    lock = threading.Lock()
    with open(file, "ab", buffering=0) as log:

        def carry(source: socket.socket, sink: socket.socket) -> None:
            try:
                while data := source.recv(65536):
                    with lock:
                        log.write(data)
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                # One side has gone: so does the other.
                for end in (source, sink):
                    end.close()

        while True:
            client, _ = server.accept()
            try:
                broker = socket.create_connection(("127.0.0.1", target))
            except OSError:
                client.close()
                continue
            for pair in ((client, broker), (broker, client)):
                threading.Thread(target=carry, args=pair, daemon=True).start()


def expected(file_secret: str, variable_secret: str) -> int:
    for _ in range(2):
        print(f"400 1000 1000 {hashlib.sha256(file_secret.encode()).hexdigest()}  -")
    print(f"{hashlib.sha256(variable_secret.encode()).hexdigest()}  -")
    print("broker unset, 2: first, second word\nagain\ndb\nignored 0000000000000000")
    return 0


def forms(needle: bytes) -> list[bytes]:
    """A secret as it is, in hexadecimal, and in base64 at each of the three offsets."""
    found = [needle, needle.hex().encode()]
    for offset in range(3):
        found.append(base64.b64encode(b"x" * offset + needle)[4 if offset else 0 : -4])
    return found


def holds(pid: int, wanted: list[bytes]) -> bool:
    """Whether a process's memory has one of them."""
    overlap = max(map(len, wanted))
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as source:
        for line in maps:
            bounds, mode = line.split()[:2]
            if mode[0] != "r" or "[v" in line:
                continue
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            for at in range(start, end, 1 << 24):
                try:
                    source.seek(at)
                    content = source.read(min(end - at, (1 << 24) + overlap))
                except OSError:
                    # A page that its owner cannot read either (a guard, or a file cut short) holds nothing.
                    continue
                if any(one in content for one in wanted):
                    return True
    return False


def scan(needles: str, folder: str, enclave: int) -> int:
    """Looks for the secrets in files, traffic, command lines and variables, and in the memory of the host's side."""
    with open(needles, "rb") as source:
        wanted = [form for line in source.read().split() for form in forms(line)]
    # Those who must know them: this list, the shell that made them, and what runs inside.
    own = {os.getpid(), os.getppid()}
    inside = family(enclave)
    places: list[tuple[str, bytes]] = []
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and path.name != "needles":
            places.append((str(path), path.read_bytes()))
    traffic = pathlib.Path(folder, "traffic").stat().st_size
    for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
        for part in ("cmdline", "environ"):
            try:
                places.append((f"{part} of {pid}", pathlib.Path(f"/proc/{pid}/{part}").read_bytes()))
            except OSError:
                # It has ended, or is a kernel thread.
                continue
    scanned = []
    for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
        if pid in own or pid in inside:
            continue
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            if folder.encode() not in pathlib.Path(f"/proc/{pid}/environ").read_bytes() or b"broker" in command.split(b"\0")[0]:
                continue
            if holds(pid, wanted):
                places.append((f"memory of {pid} ({command[:60]!r})", wanted[0]))
            scanned.append(command.split(b"\0")[0].decode())
        except OSError:
            continue
    bad = [name for name, content in places if any(one in content for one in wanted)]
    if bad:
        print(f"secrets: error: found in {bad}", file=sys.stderr)
        return 1
    # A scan that could not find anything proves nothing: one that holds them is found, and there was traffic.
    with subprocess.Popen([sys.executable, "-c", "import sys; kept = input(); print(flush=True); input()"], stdin=-1, stdout=-1) as decoy:
        decoy.stdin.write(wanted[0] + b"\n")
        decoy.stdin.flush()
        decoy.stdout.readline()
        is_found = holds(decoy.pid, wanted)
        decoy.kill()
    if traffic < 10_000 or not is_found or not scanned or len(inside) < 2:
        print(f"secrets: error: the scan is blind: {traffic} bytes of traffic, {scanned}, {len(inside)} processes inside", file=sys.stderr)
        return 1
    print(f"secrets: {len(places)} places hold none, {traffic} bytes of traffic among them; memory scanned: {sorted(set(scanned))}")
    return 0


def family(pid: int) -> set[int]:
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents[int(name)] = int(pathlib.Path(f"/proc/{name}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    members = {pid}
    while more := {child for child, parent in parents.items() if parent in members} - members:
        members |= more
    return members


def main() -> int:
    match sys.argv[1:]:
        case ["ports", count]:
            return ports(int(count))
        case ["proxy", port, target, file]:
            return proxy(int(port), int(target), file)
        case ["expected", file_secret, variable_secret]:
            return expected(file_secret, variable_secret)
        case ["scan", needles, folder, pid]:
            return scan(needles, folder, int(pid))
    print(__doc__.strip().splitlines()[-1], file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
