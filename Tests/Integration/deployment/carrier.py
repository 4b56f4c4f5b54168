#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Carries between an enclave and the broker, as a host does, and keeps what was answered.

usage: carrier.py CLOISTER IMAGE DEPLOYMENT ROLE COLLATERAL OUT
Ends with 0 when the enclave has its certificate, with 3 when the broker refuses it; OUT holds the broker's answer.
"""
import base64
import http.client
import json
import os
import ssl
import subprocess
import sys


def main(cloister: str, image: str, deployment: str, role: str, collateral: str, out: str) -> int:
    host, port = os.environ["CLOISTER_BROKER_URL"].removeprefix("https://").split(":")
    tls = ssl.create_default_context(cafile=os.environ["CLOISTER_BROKER_CA"])
    broker = http.client.HTTPSConnection(host, int(port), context=tls, timeout=30)
    headers = {"Content-Type": "application/json"}
    broker.request("POST", "/kbs/v0/auth", json.dumps({"version": "0.4.0", "tee": "sgx", "extra-params": ""}), headers)
    answer = broker.getresponse()
    nonce = json.loads(answer.read())["nonce"]
    headers["Cookie"] = answer.getheader("Set-Cookie").split(";")[0]

    enclave = subprocess.Popen([cloister, "run", "--quiet", image], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    enclave.stdin.write(f"{deployment} {role} {nonce}\n")
    enclave.stdin.flush()
    request = json.loads(enclave.stdout.readline())
    # The vendor's publications are signed, and anybody may bring them.
    with open(collateral, encoding="utf-8") as source:
        bundle = json.load(source)
    quote = base64.b64decode(request["evidence"]["quote"])
    bundle["evidence"][1] = base64.urlsafe_b64encode(quote).rstrip(b"=").decode()
    bundle.pop("launch", None)
    request["evidence"]["quote"] = base64.b64encode(json.dumps(bundle).encode()).decode()
    try:
        broker.request("POST", f"/deployments/v1/{deployment}/members", json.dumps(request), headers)
        answer = broker.getresponse()
        body = answer.read()
    except OSError as problem:
        enclave.kill()
        enclave.wait()
        print(f"carrier: {problem}", file=sys.stderr)
        return 4
    with open(out, "wb") as file:
        file.write(body)
    if answer.status != 200:
        enclave.stdin.close()
        enclave.wait()
        print(f"{answer.status} {json.loads(body)['detail']}")
        return 3
    certificate = json.loads(body)["certificate"]
    enclave.stdin.write(base64.b64encode(certificate.encode()).decode() + "\n")
    enclave.stdin.close()
    last = enclave.stdout.read().strip()
    if enclave.wait() != 0 or last != "it is mine":
        print(f"carrier: the enclave ended with {enclave.returncode} and said '{last}'", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
