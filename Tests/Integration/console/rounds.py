#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An enclave's side of the broker's protocol with evidence of the simulated platform, and without an enclave that knows the protocol:
the evidence is asked for from outside, with the digest of the round as its nonce.

usage: rounds.py URL CA CLOISTER ENCLAVE FORMAT [--spoil] [RESOURCE...]
"""
import base64
import hashlib
import http.client
import json
import ssl
import subprocess
import sys
from urllib.parse import urlsplit


def number(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def public_key() -> dict:
    """A P-256 key of this round; its private half is thrown away, since nobody here opens what is released."""
    key = subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True, capture_output=True).stdout
    point = subprocess.run(["openssl", "ec", "-pubout", "-outform", "DER"], input=key, check=True, capture_output=True).stdout[-64:]
    return {"alg": "ECDH-ES+A256KW", "crv": "P-256", "kty": "EC", "x": number(point[:32]), "y": number(point[32:])}


def main() -> int:
    url, authority, cloister, enclave, form, *rest = sys.argv[1:]
    is_spoiled = "--spoil" in rest
    resources = [one for one in rest if one != "--spoil"]
    where = urlsplit(url)
    client = http.client.HTTPSConnection(where.hostname, where.port, context=ssl.create_default_context(cafile=authority), timeout=60)
    json_type = {"Content-Type": "application/json"}

    client.request("POST", "/kbs/v0/auth", json.dumps({"version": "0.4.0", "tee": form, "extra-params": {"supported-hash-algorithms": ["sha384"]}}), json_type)
    answer = client.getresponse()
    challenge = json.loads(answer.read())
    if answer.status != 200:
        print(f"auth: {challenge}", file=sys.stderr)
        return 1
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    runtime = {"nonce": challenge["nonce"], "tee-pubkey": public_key()}
    text = json.dumps({"additional-evidence": "", **runtime}, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha384(text.encode()).hexdigest()
    evidence = subprocess.run([cloister, "attest", enclave, "--nonce", digest, "--format", form], check=True, capture_output=True).stdout
    if is_spoiled:
        bundle = json.loads(evidence)
        quote = bytearray(base64.urlsafe_b64decode(bundle["evidence"][1] + "=="))
        # A byte of the measurement: the signature does not fit any more.
        quote[48 + 136] ^= 1
        bundle["evidence"][1] = number(bytes(quote))
        evidence = json.dumps(bundle).encode()
    body = {
        "runtime-data": runtime,
        "tee-evidence": {"primary_evidence": {"quote": base64.b64encode(evidence).decode()}, "additional_evidence": ""},
    }
    client.request("POST", "/kbs/v0/attest", json.dumps(body), {**json_type, "Cookie": cookie})
    answer = client.getresponse()
    said = answer.read().decode()
    print(f"attest {form}: {answer.status} {said if answer.status != 200 else ''}".rstrip())
    for path in resources:
        client.request("GET", f"/kbs/v0/resource/{path}", headers={"Cookie": cookie})
        answer = client.getresponse()
        said = answer.read().decode()
        print(f"{path}: {answer.status} {said if answer.status != 200 else ''}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
