# SPDX-License-Identifier: Apache-2.0
"""The host's side: free ports, a proxy that records, a client without evidence."""
import socket
import ssl
import sys
import threading


def ports(count):
    listeners = [socket.create_server(("0.0.0.0", 0)) for _ in range(int(count))]
    print(*[one.getsockname()[1] for one in listeners])


def proxy(port, target, record):
    """Writes what passes, in either direction, to a file."""
    log = open(record, "ab", buffering=0)

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                log.write(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            sink.close()

    listener = socket.create_server(("0.0.0.0", int(port)))
    print("up", flush=True)
    while True:
        near = listener.accept()[0]
        far = socket.create_connection(("127.0.0.1", int(target)))
        for pair in ((near, far), (far, near)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


def plain(port):
    """Speaks redis to the port as it is."""
    client = socket.create_connection(("127.0.0.1", int(port)), 20)
    try:
        client.sendall(b"*1\r\n$4\r\nPING\r\n" * 3)
        answer = b""
        while data := client.recv(4096):
            answer += data
    except OSError:
        answer = b""
    print("answered" if b"PONG" in answer else "refused")


def tls(port, certificate, key):
    """TLS of the right version and name with a certificate of anybody's; prints how the server's differs from time to time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["cloister-atls/1"])
    context.load_cert_chain(certificate, key)
    with context.wrap_socket(socket.create_connection(("127.0.0.1", int(port)), 20)) as client:
        print(client.getpeercert(True).hex()[-32:])
        hello = client.recv(38)
        client.sendall(bytes([1, 0, 0, 0, 33, 1]) + bytes(32) + bytes([2, 0, 0, 0, 0]))
        said = hello
        try:
            while data := client.recv(65536):
                said += data
        except OSError:
            pass
        # Its evidence comes and then, in words, its verdict.
        print(said[said.rindex(b"the peer"):].decode() if b"the peer" in said else "no reason")


{"ports": ports, "proxy": proxy, "plain": plain, "tls": tls}[sys.argv[1]](*sys.argv[2:])
