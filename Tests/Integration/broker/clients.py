#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of the broker's integration test.

usage: clients.py idle PORT COUNT | write PORT TOKEN ROUND FILE |
    failover PORT PORT TOKEN SECONDS FILE | compare FILE LISTING AUDIT
"""
import http.client
import json
import resource
import socket
import ssl
import sys
import threading
import time


def context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile="tls.pem")


def idle(port: int, count: int) -> int:
    """Opens connections that say nothing after TLS, and shows that others are served meanwhile."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if count + 100 > limit:
        print(f"broker: {limit - 100} idle connections instead of {count}: the limit of descriptors here is {limit}")
        count = limit - 100
    tls = context()
    start = time.monotonic()
    held = []
    for _ in range(count):
        held.append(tls.wrap_socket(socket.create_connection(("localhost", port)), server_hostname="localhost"))
    opened = time.monotonic() - start
    client = http.client.HTTPSConnection("localhost", port, context=tls, timeout=30)
    for _ in range(20):
        client.request("POST", "/kbs/v0/auth", '{"version":"0.4.0","tee":"sample","extra-params":""}', {"Content-Type": "application/json"})
        answer = client.getresponse()
        answer.read()
        if answer.status != 200:
            print(f"broker: error: {answer.status} beside idle connections", file=sys.stderr)
            return 1
    held[0].settimeout(0)
    try:
        if held[0].recv(1) == b"":
            print("broker: error: the first idle connection is gone", file=sys.stderr)
            return 1
    except (ssl.SSLWantReadError, BlockingIOError):
        pass
    print(f"broker: {count} idle connections opened in {opened:.1f} s, others served")
    return 0


def write(port: int, token: str, round_number: str, file: str) -> int:
    """Puts secrets from four threads until the broker is gone; notes every one that was acknowledged."""
    noted = []
    lock = threading.Lock()

    def work(thread: int) -> None:
        client = http.client.HTTPSConnection("localhost", port, context=context(), timeout=30)
        number = 0
        try:
            while True:
                path = f"team/load/{round_number}-{thread}-{number % 5}"
                client.request("POST", f"/admin/v1/secrets/{path}", b"hunter2", {"Authorization": f"Bearer {token}"})
                answer = client.getresponse()
                body = answer.read()
                if answer.status != 200:
                    print(f"broker: error: {answer.status} {body.decode()}", file=sys.stderr)
                    return
                with lock:
                    noted.append(f"{path} {json.loads(body)['version']}")
                number += 1
        except (OSError, http.client.HTTPException, ValueError):
            return

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with open(file, "a", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in noted)
    return 0


def failover(ports: list[int], token: str, seconds: float, file: str) -> int:
    """Puts secrets from four threads; a request that one broker did not answer goes to the other, until one has."""
    noted = []
    unanswered = []
    retries = []
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def put(clients: list, turn: int, path: str) -> str | None:
        for attempt in range(100):
            which = (turn + attempt) % 2
            try:
                if clients[which] is None:
                    clients[which] = http.client.HTTPSConnection("localhost", ports[which], context=context(), timeout=30)
                clients[which].request("POST", f"/admin/v1/secrets/{path}", b"hunter2", {"Authorization": f"Bearer {token}"})
                answer = clients[which].getresponse()
                body = answer.read()
                if answer.status == 200:
                    return f"{path} {json.loads(body)['version']}"
                print(f"broker: {answer.status} {body.decode()}", file=sys.stderr)
            except (OSError, http.client.HTTPException, ValueError):
                clients[which] = None
                retries.append(which)
            time.sleep(0.05)
        return None

    def work(thread: int) -> None:
        clients: list = [None, None]
        number = 0
        while time.monotonic() < end:
            path = f"team/load/{thread}-{number % 5}"
            done = put(clients, number, path)
            with lock:
                if done:
                    noted.append(done)
                else:
                    unanswered.append(path)
            number += 1

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with open(file, "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in noted)
    print(f"broker: {len(noted)} requests answered, {len(retries)} tries met a dead broker, {len(unanswered)} requests lost")
    return 1 if unanswered or not retries else 0


def compare(file: str, listing: str, audit: str) -> int:
    with open(file, encoding="utf-8") as source:
        acknowledged = source.read().split("\n")[:-1]
    with open(listing, encoding="utf-8") as source:
        stored = {f"{one['path']} {one['version']}" for one in json.load(source)}
    with open(audit, encoding="utf-8") as source:
        entries = [json.loads(line) for line in source]
    audited = {f"{one['subject']} {one['details']['version']}" for one in entries if one["action"] == "secret put"}
    lost = [one for one in acknowledged if one not in stored or one not in audited]
    if lost or stored != audited:
        print(f"broker: error: lost {lost[:5]}, stored and audited differ by {list(stored ^ audited)[:5]}", file=sys.stderr)
        return 1
    if len(acknowledged) < 50:
        print(f"broker: error: only {len(acknowledged)} writes were acknowledged", file=sys.stderr)
        return 1
    print(f"broker: all {len(acknowledged)} acknowledged writes are there, {len(stored)} in all")
    return 0


def main() -> int:
    match sys.argv[1:]:
        case ["idle", port, count]:
            return idle(int(port), int(count))
        case ["write", port, token, round_number, file]:
            return write(int(port), token, round_number, file)
        case ["failover", first, second, token, seconds, file]:
            return failover([int(first), int(second)], token, float(seconds), file)
        case ["compare", file, listing, audit]:
            return compare(file, listing, audit)
    print(__doc__.strip().split("\n\n")[-1], file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
