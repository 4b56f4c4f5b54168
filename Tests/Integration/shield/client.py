# SPDX-License-Identifier: Apache-2.0
"""A client of redis with plain sockets, in an enclave whose manifest shields the port: it knows nothing of that."""
import ctypes
import errno
import os
import signal
import socket
import sys
import time


class Redis:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), 30)
        self.file = self.socket.makefile("rwb")

    def ask(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.file.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        self.file.flush()
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the connection ended in an answer")
        if line[:1] != b"$":
            return line[1:-2].decode()
        return self.file.read(int(line[1:]) + 2)[:-2]


def talk(host, port, word):
    redis = Redis(host, port)
    print(redis.socket.getpeername() == (host, port))
    print(redis.ask("PING"), redis.ask("SET", "word", word), redis.ask("GET", "word").decode())
    large = os.urandom(3_000_000)
    print(redis.ask("SET", "large", large), redis.ask("GET", "large") == large)
    # The half that is done sending still reads.
    redis.file.write(b"*1\r\n$4\r\nPING\r\n")
    redis.file.flush()
    redis.socket.shutdown(socket.SHUT_WR)
    print(redis.file.read())


def refused(host, port, _):
    try:
        print("answered", Redis(host, port).ask("PING"))
    except OSError as error:
        print("refused", errno.errorcode.get(error.errno, error))


def around(host, port, _):
    """Nothing leads around the shield, and the program is not disturbed by it."""
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for attempt in (lambda: datagrams.sendto(b"x", (host, port)), lambda: datagrams.connect((host, port)),
                    lambda: socket.socket().setsockopt(socket.SOL_IP, 19, 1)):
        try:
            attempt()
            print("done")
        except OSError as error:
            print(errno.errorcode[error.errno], end=" ")
    print()
    shields = [int(one) for one in os.listdir("/proc") if one.isdigit() and open(f"/proc/{one}/comm").read() == "shield\n"]
    print("shields", len(shields))
    for call in (lambda: os.kill(shields[0], signal.SIGKILL), lambda: os.wait()):
        try:
            call()
            print("done")
        except OSError as error:
            print(errno.errorcode[error.errno], end=" ")
    libc = ctypes.CDLL(None, use_errno=True)
    print(libc.kill(-1, signal.SIGTERM), errno.errorcode.get(ctypes.get_errno()))
    print(Redis(host, port).ask("PING"))


def live(host, port, _):
    """One connection that lives on while others come and go; a line for each round."""
    old = Redis(host, port)
    for line in sys.stdin:
        print(old.ask("PING"), Redis(host, port).ask("ECHO", line.strip()).decode(), flush=True)


{"talk": talk, "refused": refused, "around": around, "live": live}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), sys.argv[4])
