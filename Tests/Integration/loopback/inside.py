# SPDX-License-Identifier: Apache-2.0
"""The part of run.sh that runs inside an enclave: run.sh says what each mode must print."""

import asyncio
import os
import socket
import subprocess
import sys
import time


def redis(folder, port):
    """A server and its client, two programs: prints `up`, waits for a line, then works and stops."""
    server = subprocess.Popen(
        ["redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
    )
    client = ["redis-cli", "-p", port]
    for _ in range(200):
        if subprocess.run([*client, "ping"], capture_output=True, check=False).stdout == b"PONG\n":
            break
        time.sleep(0.05)
    held = socket.create_connection(("127.0.0.1", int(port)))
    print("up", flush=True)
    sys.stdin.readline()
    held.sendall(b"SET secret plainly-readable-text\r\nGET secret\r\n")
    answer = b""
    while not answer.endswith(b"plainly-readable-text\r\n"):
        answer += held.recv(100)
    print(subprocess.run([*client, "get", "secret"], capture_output=True, check=False).stdout.decode(), end="")
    shown = [line.split() for line in open("/proc/net/tcp", encoding="ascii").readlines()[1:]]
    wanted = f"0100007F:{int(port):04X}"
    print("listed", {"01", "0A"} <= {line[3] for line in shown if line[1] == wanted})
    subprocess.run([*client, "shutdown", "nosave"], check=False)
    print("redis", server.wait())


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def talk(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = bytes([number]) * 300_000
    writer.write(sent)
    writer.write_eof()
    got = await reader.read(-1)
    writer.close()
    return got == sent


async def many():
    """An asyncio server with a hundred clients in one process."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    good = await asyncio.gather(*(talk(port, i) for i in range(100)))
    server.close()
    print("asyncio", sum(good))


def reach(port):
    """What a connection and a datagram to a service of the host's loopback give."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            print("tcp", connection.recv(100).decode())
    except OSError as error:
        print("tcp", os.strerror(error.errno))
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagram.settimeout(5)
    try:
        datagram.connect(("127.0.0.1", port))
        datagram.send(b"?")
        print("udp", datagram.recv(100).decode())
    except OSError as error:
        print("udp", os.strerror(error.errno) if error.errno else error)


def both():
    """Serves one client inside and one of the host at the wildcard; says on which port."""
    listener = socket.create_server(("0.0.0.0", 0))
    port = listener.getsockname()[1]
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("0.0.0.0", port))
    if os.fork() == 0:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"inside")
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"inside", ("127.0.0.1", port))
        os._exit(0)
    os.wait()
    print(port, flush=True)
    said = []
    for _ in range(2):
        connection, _ = listener.accept()
        said.append(connection.recv(100).decode())
    print("tcp", sorted(said))
    print("udp", sorted(datagrams.recv(100).decode() for _ in range(2)))


match sys.argv[1]:
    case "redis":
        redis(sys.argv[2], sys.argv[3])
    case "many":
        asyncio.run(many())
    case "reach":
        reach(int(sys.argv[2]))
    case "both":
        both()
