#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for the kernel in tests of the launcher: takes the same descriptors, decodes the boot configuration by its
own means, and does what the first argument says. Of the enclave itself it does nothing."""
import array
import os
import select
import signal
import socket
import struct
import sys
import time

NAMES = {1: "argv", 2: "env", 3: "cwd", 4: "uid", 5: "gid", 6: "hostname", 7: "image", 8: "insecure_host_root",
         9: "mount", 10: "limits", 11: "terminal", 12: "resident", 13: "trace", 14: "statistics",
         15: "platform"}


def configuration() -> dict[str, list[bytes]]:
    raw = os.pread(3, 1 << 22, 0)
    magic, version, zero, length = struct.unpack_from("<IHHI", raw)
    assert magic == 0x424C4343 and version == 1 and zero == 0 and len(raw) == 12 + length, "header"
    fields: dict[str, list[bytes]] = {}
    at = 12
    while at < len(raw):
        tag, size = struct.unpack_from("<HI", raw, at)
        fields.setdefault(NAMES[tag], []).append(raw[at + 6:at + 6 + size])
        at += 6 + size
    return fields


def packets(connection: socket.socket):
    while packet := connection.recv(1 << 17):
        yield packet


def serve(fields: dict[str, list[bytes]]) -> int:
    """A resident kernel: `exec` answers by its first argument, as main() does."""
    listener = socket.socket(fileno=4)
    print("resident", flush=True)
    if fields.get("argv", [b""])[0] == b"in-the-way":
        folder = os.path.dirname(os.readlink("/proc/self/fd/1"))
        os.mkdir(folder + "/info.json.new")
    while True:
        connection, _ = listener.accept()
        packet, ancillary, _, _ = connection.recvmsg(1 << 17, socket.CMSG_SPACE(64))
        kind = packet[0]
        if kind == 1:
            client_streams = array.array("i")
            for _, _, data in ancillary:
                client_streams.frombytes(data)
            count, = struct.unpack_from("<I", packet, 1)
            at, words = 5, []
            for _ in range(count):
                size, = struct.unpack_from("<I", packet, at)
                words.append(packet[at + 4:at + 4 + size].decode())
                at += 4 + size
            run_for_client(connection, words, client_streams)
        elif kind == 4:
            row = struct.pack("<B5I2QB", 133, 1, 0, 1, 0, 1, 12, 3400, ord("S")) + struct.pack("<I", 4) + b"init"
            connection.send(row)
            connection.send(b"\x87")
        elif kind == 5:
            if fields.get("argv", [b""])[0] == b"stubborn":
                continue
            connection.send(b"\x87")
            return 0
        connection.close()


def run_for_client(connection: socket.socket, words: list[str], streams) -> None:
    connection.send(struct.pack("<BI", 129, 7))
    if words[0] == "echo":
        os.write(streams[1], " ".join(words[1:]).encode() + b"\n")
        connection.send(bytes([130, 0]))
    elif words[0] == "exit":
        connection.send(bytes([130, int(words[1])]))
    elif words[0] == "wait-signal":
        os.write(streams[1], b"ready\n")
        for packet in packets(connection):
            if packet[0] == 2:
                connection.send(bytes([131, packet[1]]))
                break
    else:
        message = b"no such program: " + words[0].encode()
        connection.send(struct.pack("<BII", 132, 2, len(message)) + message)
    for descriptor in streams:
        os.close(descriptor)


def main() -> int:
    fields = configuration()
    if "resident" in fields:
        return serve(fields)
    words = [word.decode() for word in fields["argv"]]
    if words[0] == "exit":
        return int(words[1])
    if words[0] == "die":
        os.kill(os.getpid(), int(words[1]))
        time.sleep(5)
    if words[0] == "show":
        for name in words[1:]:
            for value in fields.get(name, []):
                print(f"{name}={value.decode(errors='backslashreplace')}")
    if words[0] == "descriptors":
        print(" ".join(sorted(os.listdir("/proc/self/fd"), key=int)[:-1]))
    if words[0] == "statistics":
        number, = struct.unpack("<i", fields["statistics"][0])
        os.write(number, b'{"syscalls":41,"host_calls":7}\n')
    if words[0] == "orphan":
        child = os.fork()
        if child == 0:
            time.sleep(60)
        number, = struct.unpack("<i", fields["statistics"][0])
        os.write(number, b'{"orphan":%d}' % child)
    if words[0] == "wait-signal":
        control = socket.socket(fileno=4)
        print("ready", flush=True)
        readable, _, _ = select.select([control], [], [], 20)
        if not readable:
            return 99
        packet = control.recv(1 << 17)
        print("signal" if packet[0] == 2 else "window", *packet[1:], flush=True)
    if words[0] == "terminal":
        rows, columns = struct.unpack("<HH", fields["terminal"][0])
        print(f"terminal {rows}x{columns}\r", flush=True)
        control = socket.socket(fileno=4)
        packet = control.recv(1 << 17)
        assert packet[0] == 3, packet
        rows, columns = struct.unpack("<HH", packet[1:])
        print(f"window {rows}x{columns}\r", flush=True)
    if words[0] == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        time.sleep(60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
