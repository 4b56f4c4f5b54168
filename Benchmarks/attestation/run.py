#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""CPU time of one verification, beside dcap-qvl from PyPI in the same run: rounds alternate, medians are shown.

Exit status: 0 measured; 1 the benchmark failed or the recorded evidence is absent; 3 with --check, a target was missed.
Without dcap-qvl (it is installed into out/benchmarks/verifiers, which needs PyPI) its column is empty and its targets are not judged.
"""
from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FIXTURES = Path(os.environ.get("CLOISTER_FIXTURES", REPOSITORY.parent / "shared" / "fixtures")) / "attestation"
ENVIRONMENT = REPOSITORY / "out" / "benchmarks" / "verifiers"
PEER_VERSION = "0.7.0"
# Name, what it is, limit as a part of dcap-qvl's time, limit in milliseconds.
ROWS = [
    ("sgx-v3", "SGX quote v3, collateral verified before", 0.5, 0.35),
    ("tdx-v4", "TDX quote v4, collateral verified before", 0.5, 0.35),
    ("tdx-v5", "TDX quote v5, collateral verified before", 0.5, 0.35),
    ("tdx-v4-first", "TDX quote v4, nothing seen before", None, None),
    ("snp", "SEV-SNP report, chip seen before", None, 0.5),
    ("snp-first", "SEV-SNP report, nothing seen before", None, None),
]
PEER = r"""
import json, sys, time, dcap_qvl
folder, seconds = sys.argv[1], float(sys.argv[2])
subjects = [
    ("sgx-v3", "dcap-qvl/sgx-v3-processorca.bin", "collateral/sgx-00a067110000-20250619-ev17.json", 1751624924),
    ("tdx-v4", "dcap-qvl/tdx-v4-uptodate.bin", "collateral/tdx-b0c06f000000-20250619-ev17.json", 1751624191),
    ("tdx-v5", "go-tdx-guest/tdx-v5-uptodate.bin", "collateral/tdx-90c06f000000-20260218-ev18-2.json", 1771980350),
]
for name, quote, collateral, now in subjects:
    quote = open(f"{folder}/{quote}", "rb").read()
    collateral = dcap_qvl.QuoteCollateralV3.from_json(open(f"{folder}/{collateral}").read())
    dcap_qvl.verify(quote, collateral, now)
    rounds, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for _ in range(20):
            dcap_qvl.verify(quote, collateral, now)
        rounds += 20
    print(name, (time.process_time() - start) * 1000 / rounds)
"""


def build() -> Path:
    # As `make build` does, so that nothing is compiled twice.
    flags = ["-c", "release", "--static-swift-stdlib", "-Xlinker", "-s", "--scratch-path", os.environ.get("SCRATCH", ".build")]
    subprocess.run(["swift", "build", *flags, "--product", "attestation-benchmark"], cwd=REPOSITORY, check=True,
                   stdout=subprocess.DEVNULL)
    shown = subprocess.run(["swift", "build", *flags, "--show-bin-path"], cwd=REPOSITORY, check=True,
                           stdout=subprocess.PIPE, text=True)
    return Path(shown.stdout.strip()) / "attestation-benchmark"


def peer() -> Path | None:
    python = ENVIRONMENT / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        f"dcap-qvl=={PEER_VERSION}"], check=True, timeout=120)
        return python
    except (subprocess.SubprocessError, OSError) as error:
        print(f"attestation: dcap-qvl {PEER_VERSION} cannot be installed, its column stays empty: {error}", file=sys.stderr)
        return None


def run(command: list[str], samples: dict[str, list[float]]) -> None:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        name, value = line.split()
        samples.setdefault(name, []).append(float(value))


def main() -> int:
    parser = argparse.ArgumentParser(description="CPU time of verifying evidence, beside dcap-qvl.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--check", action="store_true", help="exit with status 3 when a target is missed")
    parser.add_argument("--list", action="store_true", help="list the rows, run nothing")
    parser.add_argument("--filter", action="append", default=[], metavar="TEXT", help="run only when TEXT is part of 'attestation'")
    # The rest of what bench.py takes has no meaning here.
    options, _ = parser.parse_known_args()
    if options.filter and not any(text in "attestation" for text in options.filter):
        return 0
    if options.list:
        for name, _, part, limit in ROWS:
            print(f"attestation {name:24} {f'{part} of dcap-qvl' if part else ''} {f'{limit} ms' if limit else '-'}")
        return 0
    if not (FIXTURES / "cases.json").exists():
        print(f"attestation: error: the recorded evidence is absent: {FIXTURES}", file=sys.stderr)
        return 1
    rounds, seconds = (3, "0.2") if options.quick else (options.rounds, "0.5")
    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    try:
        program, python = build(), peer()
        for _ in range(rounds):
            run([str(program), str(FIXTURES), seconds], ours)
            if python:
                run([str(python), "-c", PEER, str(FIXTURES), seconds], theirs)
    except subprocess.CalledProcessError as error:
        print(f"attestation: error: {error}", file=sys.stderr)
        return 1
    missed = False
    rows = []
    for name, text, part, limit in ROWS:
        own = statistics.median(ours[name])
        other = statistics.median(theirs[name]) if name in theirs else None
        ratio = own / other if other else None
        row_missed = bool((part and ratio and ratio > part) or (limit and own > limit))
        missed |= row_missed
        rows.append({"name": name, "text": text, "cloister_ms": own, "dcap_qvl_ms": other, "ratio": ratio,
                     "ratio_limit": part, "limit_ms": limit, "missed": row_missed})
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print(f"{'attestation: CPU time of one verification':44} {'Cloister':>10} {'dcap-qvl':>10} {'ratio':>7}  target")
        for row in rows:
            other = f"{row['dcap_qvl_ms']:.3f} ms" if row["dcap_qvl_ms"] else "-"
            ratio = f"{row['ratio']:.2f}" if row["ratio"] else "-"
            target = ", ".join(filter(None, [f"≤ {row['ratio_limit']}" if row["ratio_limit"] else "",
                                             f"≤ {row['limit_ms']} ms" if row["limit_ms"] else ""])) or "-"
            print(f"{row['text']:44} {row['cloister_ms']:7.3f} ms {other:>10} {ratio:>7}  {target}"
                  f"{'  MISSED' if row['missed'] else ''}")
    return 3 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
