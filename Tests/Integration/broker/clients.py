#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of the broker's integration test.

usage: clients.py idle PORT COUNT | write PORT TOKEN ROUND FILE | fill PORT TOKEN FILE |
    failover PORT PORT TOKEN FILE STOP | compare FILE LISTING AUDIT
"""
import base64
import hashlib
import http.client
import json
import os
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


# The base point of P-256: what is released to it is read by nobody here.
KEY = ('{"alg":"ECDH-ES+A256KW","crv":"P-256","kty":"EC","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",'
       '"y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}')


class Unanswered(Exception):
    """A broker did not answer: it is dead, or says that it cannot."""


class Clients:
    """One connection to each broker, made anew when it broke."""

    def __init__(self, ports: list[int]):
        self.ports = ports
        self.held: list = [None] * len(ports)
        self.failures = 0

    def ask(self, which: int, method: str, path: str, body: str | bytes | None, headers: dict) -> tuple[str, str]:
        try:
            if self.held[which] is None:
                self.held[which] = http.client.HTTPSConnection("localhost", self.ports[which], context=context(), timeout=30)
            self.held[which].request(method, path, body, headers)
            answer = self.held[which].getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as problem:
            self.held[which] = None
            self.failures += 1
            raise Unanswered(str(problem)) from problem
        if answer.status != 200:
            raise Unanswered(f"{answer.status} {text}")
        return text, (answer.getheader("Set-Cookie") or "").split(";")[0]

    def put(self, which: int, token: str, path: str) -> str:
        text, _ = self.ask(which, "POST", f"/admin/v1/secrets/{path}", b"hunter2", {"Authorization": f"Bearer {token}"})
        return f"{path} {json.loads(text)['version']}"

    def release(self, which: int, other: int) -> str:
        """A whole round at one broker; what it attested must be good at the other as well."""
        kind = {"Content-Type": "application/json"}
        hashes = '{"supported-hash-algorithms":["sha256"]}'
        text, cookie = self.ask(which, "POST", "/kbs/v0/auth", '{"version":"0.4.0","tee":"sample","extra-params":%s}' % hashes, kind)
        nonce = json.loads(text)["nonce"]
        bound = '{"additional-evidence":"","nonce":"%s","tee-pubkey":%s}' % (nonce, KEY)
        digest = base64.b64encode(hashlib.sha256(bound.encode()).digest()).decode()
        message = ('{"runtime-data":{"nonce":"%s","tee-pubkey":%s},"tee-evidence":{"primary_evidence":{"svn":"1","report_data":"%s"},'
                   '"additional_evidence":""}}') % (nonce, KEY, digest)
        text, _ = self.ask(which, "POST", "/kbs/v0/attest", message, {**kind, "Cookie": cookie})
        token = json.loads(text)["token"]
        self.ask(which, "GET", "/kbs/v0/resource/team/key/db", None, {"Cookie": cookie})
        try:
            self.ask(other, "GET", "/kbs/v0/resource/team/key/db", None, {"Authorization": f"Bearer {token}"})
        except Unanswered as problem:
            # Dead is what the other may be; a refusal it may not give.
            if str(problem)[:3].isdigit():
                raise
        return "release"


def failover(ports: list[int], token: str, file: str, stop: str) -> int:
    """Four threads of writes and four of rounds, until the file STOP is there. What one broker did not answer is asked of the other."""
    noted: list[str] = []
    lost: list[str] = []
    failures: list[int] = []
    lock = threading.Lock()

    def work(thread: int) -> None:
        clients = Clients(ports)
        number = 0
        while not os.path.exists(stop):
            reason = ""
            for attempt in range(100):
                which = (number + attempt) % 2
                try:
                    done = clients.put(which, token, f"team/load/{thread}-{number % 5}") if thread < 4 else clients.release(which, 1 - which)
                    with lock:
                        noted.append(done)
                    break
                except Unanswered as problem:
                    reason = str(problem)
                    if reason[:1] == "4":
                        break
                    time.sleep(0.05)
            else:
                attempt = 100
            if reason and (attempt == 100 or reason[:1] == "4"):
                with lock:
                    lost.append(reason)
            number += 1
        with lock:
            failures.append(clients.failures)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with open(file, "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in noted)
    releases = noted.count("release")
    print(f"broker: {len(noted) - releases} writes and {releases} rounds answered, {sum(failures)} tries met a dead broker, {len(lost)} requests lost")
    if lost:
        print(f"broker: error: {lost[0]}", file=sys.stderr)
    return 1 if lost or not sum(failures) or len(failures) != 8 else 0


def fill(port: int, token: str, file: str) -> int:
    """Puts secrets until the disk is full, then asks for rounds: each answer is one of 200 and 507, and no 507 holds a secret."""
    noted: list[str] = []
    clients = Clients([port])
    refusals: list[str] = []
    for number in range(10_000):
        path = f"team/load/{number}"
        try:
            text, _ = clients.ask(0, "POST", f"/admin/v1/secrets/{path}", os.urandom(20_000), {"Authorization": f"Bearer {token}"})
            noted.append(f"{path} {json.loads(text)['version']}")
        except Unanswered as problem:
            refusals.append(str(problem))
            break
    # What is small may still fit; releases fill the rest, an entry of the log each.
    while len(refusals) < 20 and len(noted) < 100_000:
        try:
            clients.release(0, 0)
            noted.append("release")
        except Unanswered as problem:
            refusals.append(str(problem))
    with open(file, "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in noted)
    bad = [one for one in refusals if not one.startswith("507 ") or "StorageFull" not in one or "ciphertext" in one]
    if bad or len(refusals) < 20:
        print(f"broker: error: on a full disk: {bad[:3] or 'never full'}", file=sys.stderr)
        return 1
    print(f"broker: the disk was full after {len(noted)} requests; {len(refusals)} got: {refusals[-1]}")
    return 0


def compare(file: str, listing: str, audit: str) -> int:
    with open(file, encoding="utf-8") as source:
        noted = source.read().split("\n")[:-1]
    acknowledged = [one for one in noted if one != "release"]
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
    releases = sum(one["action"] == "release" and one["outcome"] == "released" for one in entries)
    if releases < len(noted) - len(acknowledged):
        print(f"broker: error: {releases} releases are in the log, {len(noted) - len(acknowledged)} were given", file=sys.stderr)
        return 1
    print(f"broker: all {len(acknowledged)} acknowledged writes are there, {len(stored)} in all; {releases} releases are in the log")
    return 0


def main() -> int:
    match sys.argv[1:]:
        case ["idle", port, count]:
            return idle(int(port), int(count))
        case ["write", port, token, round_number, file]:
            return write(int(port), token, round_number, file)
        case ["failover", first, second, token, file, stop]:
            return failover([int(first), int(second)], token, file, stop)
        case ["fill", port, token, file]:
            return fill(int(port), token, file)
        case ["compare", file, listing, audit]:
            return compare(file, listing, audit)
    print(__doc__.strip().split("\n\n")[-1], file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
