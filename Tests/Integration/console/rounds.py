#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An enclave's side of the broker's protocol with evidence of the simulated platform, and without a program that knows the protocol: a
shell inside the enclave states the digest of the round, since what is asked for from outside says so and opens nothing.

usage: rounds.py URL CA CLOISTER ENCLAVE FORMAT [--spoil] [--outside] [RESOURCE...]
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


def quote(cloister: str, enclave: str, form: str, data: bytes) -> bytes:
    """A quote with this report data, asked for inside of the enclave."""
    text = "".join(f"\\x{byte:02x}" for byte in data.ljust(64, b"\0"))
    tree = "/sys/kernel/config/tsm/report/round"
    script = {
        "tdx": f"mkdir {tree} && printf '{text}' >{tree}/inblob && /bin/busybox cat {tree}/outblob && /bin/busybox rmdir {tree}",
        "sgx": f"printf '{text}' >/dev/attestation/user_report_data && /bin/busybox cat /dev/attestation/quote",
    }[form].replace("mkdir", "/bin/busybox mkdir", 1)
    return subprocess.run([cloister, "exec", enclave, "--", "/bin/busybox", "sh", "-c", script], check=True, capture_output=True).stdout


def main() -> int:
    url, authority, cloister, enclave, form, *rest = sys.argv[1:]
    is_spoiled = "--spoil" in rest
    is_outside = "--outside" in rest
    resources = [one for one in rest if not one.startswith("--")]
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
    digest = hashlib.sha384(text.encode()).digest()
    # Collateral and start, which come with evidence; the quote in it is not of this round.
    asked = [cloister, "attest", enclave, "--nonce", digest[:32].hex(), "--format", form]
    bundle = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    if not is_outside:
        stated = bytearray(quote(cloister, enclave, form, digest))
        if is_spoiled:
            # A byte of the measurement: the signature does not fit any more.
            stated[48 + 136] ^= 1
        bundle["evidence"][1] = number(bytes(stated))
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
