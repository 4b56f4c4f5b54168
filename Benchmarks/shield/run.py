#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Throughput of redis between two enclaves: its port wrapped by the shield, beside the same pair over stunnel in both enclaves.

Both ways are TLS 1.3 with certificates on both sides; only the shield verifies evidence. Rounds alternate; the table shows medians.
Exit status: 0 all ran; 1 a run failed; 3 with --check, a ratio is below the target.
"""
from __future__ import annotations

import argparse
import csv
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = 0.8
# Name, unit, arguments of redis-benchmark, bytes that a request moves for MB/s.
WORKLOADS = [
    ("GET, 50 connections", "requests/s", ["-t", "get", "-c", "50", "-d", "64"], 60_000, 0),
    ("SET, 16 in flight", "requests/s", ["-t", "set", "-c", "8", "-P", "16", "-d", "256"], 200_000, 0),
    ("GET, one after the other", "requests/s", ["-t", "get", "-c", "1", "-d", "64"], 6_000, 0),
    ("GET of 64 KiB", "MB/s", ["-t", "get", "-c", "8", "-d", "65536"], 8_000, 65536),
]

CONFIGURATION = """
foreground = yes
pid =
syslog = no
debug = err
sslVersion = TLSv1.3
cert = /app/{side}.pem
key = /app/{side}.key
CAfile = /app/peers.pem
verifyPeer = yes
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[redis]
client = {client}
accept = {accept}
connect = {connect}
"""


def command(*words: str, **more) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


class Bench:
    def __init__(self, folder: pathlib.Path, cloister: pathlib.Path, quick: bool):
        self.folder, self.cloister, self.quick = folder, cloister, quick
        self.environment = dict(
            os.environ, XDG_DATA_HOME=str(folder / "data"), XDG_RUNTIME_DIR=str(folder / "runtime"), XDG_CACHE_HOME=str(folder / "cache"))
        (folder / "runtime").mkdir(mode=0o700)
        self.servers: list[subprocess.Popen] = []
        self.address = command("hostname", "-I").split()[0]
        listeners = [__import__("socket").create_server(("0.0.0.0", 0)) for _ in range(3)]
        self.shielded, self.tunnelled, self.inner = [one.getsockname()[1] for one in listeners]
        for one in listeners:
            one.close()

    def run(self, *words: str) -> str:
        return command(str(self.cloister), *words, cwd=self.folder, env=self.environment)

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(mode)

    def build(self, name: str, text: str) -> None:
        self.write(f"{name}.yaml", f"name: {name}\nessential: false\n" + text)
        self.run("build", "--offline", "--key", "key.pem", "--output", f"{name}.img", f"{name}.yaml")

    def prepare(self) -> None:
        self.run("keys", "new", "key.pem")
        signer = re.search(r"^signer +(\w+)", self.run("keys", "show", "key.pem"), re.M)[1]
        self.write("policy.yaml", f"policy: 1\nrules:\n  - {{signers: [{signer}], insecure_allow_simulation: true}}\n")
        for side in ("server", "client"):
            command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{side}.key",
                    "-out", f"{side}.pem", "-days", "2", "-subj", f"/CN={side}", cwd=self.folder)
        self.write("peers.pem", "".join((self.folder / f"{side}.pem").read_text() for side in ("server", "client")))
        self.write("server.conf", CONFIGURATION.format(
            side="server", client="no", accept=self.tunnelled, connect="127.0.0.1:6379"))
        self.write("client.conf", CONFIGURATION.format(
            side="client", client="yes", accept=f"127.0.0.1:{self.inner}", connect=f"{self.address}:{self.tunnelled}"))
        redis = "--save '' --appendonly no --dir /tmp --protected-mode no"
        self.write("server.sh", f"#!/bin/sh\nstunnel /app/server.conf &\nexec redis-server --port 6379 --bind 127.0.0.1 {redis}\n", 0o755)
        self.write("client.sh", "#!/bin/sh\nstunnel /app/client.conf &\nsleep 1\nexec redis-benchmark \"$@\"\n", 0o755)
        files = "files: {%s.sh: /app/run.sh, %s.conf: /app/%s.conf, %s.pem: /app/%s.pem, %s.key: /app/%s.key, peers.pem: /app/peers.pem}\n"
        self.build("shield-server", f"""entry_point: /usr/bin/redis-server
args: [--port, "{self.shielded}", --bind, 127.0.0.1, --save, "", --appendonly, "no", --dir, /tmp, --protected-mode, "no"]
packages: [redis-server]
shield: {{policy: policy.yaml, listen: [{{port: {self.shielded}}}]}}
""")
        self.build("shield-client", f"""entry_point: /usr/bin/redis-benchmark
passed_through: [arguments]
packages: [redis-tools]
shield: {{policy: policy.yaml, connect: [{{port: {self.shielded}}}]}}
""")
        for side, package in (("server", "redis-server"), ("client", "redis-tools")):
            self.build(f"stunnel-{side}", "entry_point: /app/run.sh\npassed_through: [arguments]\n"
                       f"packages: [{package}, stunnel4, dash, coreutils]\n" + files % ((side,) * 7))

    def serve(self, image: str) -> None:
        log = self.folder / f"{image}.log"
        with log.open("wb") as output:
            self.servers.append(subprocess.Popen(
                [self.cloister, "run", "--quiet", f"{image}.img"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT))
        for _ in range(300):
            if "Ready to accept" in log.read_text():
                return
            time.sleep(0.1)
        raise RuntimeError(f"{image} does not start: {log.read_text()}")

    def measure(self, way: str, arguments: list[str], requests: int) -> float:
        host, port = (self.address, self.shielded) if way == "shield" else ("127.0.0.1", self.inner)
        head = ["/usr/bin/redis-benchmark"] if way == "shield" else ["/app/run.sh"]
        output = self.run("run", "--quiet", f"{way}-client.img", "--", *head, "-h", host, "-p", str(port), *arguments, "-r", "100",
                          "-n", str(requests // 4 if self.quick else requests), "--csv")
        rows = list(csv.reader(output[output.index('"test"'):].splitlines()))
        return float(rows[1][1])

    def seed(self, way: str, size: str) -> None:
        """GET must find something of that size."""
        self.measure(way, ["-t", "set", "-c", "1", "-d", size], 1000)

    def end(self) -> None:
        for server in self.servers:
            server.terminate()
            server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description="The shield beside stunnel.")
    parser.add_argument("--quick", action="store_true", help="one round of a quarter of the work")
    parser.add_argument("--check", action="store_true", help="exit with status 3 when a ratio is below the target")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for program in ("redis-server", "redis-benchmark", "stunnel", "openssl"):
        if shutil.which(program) is None:
            print(f"shield: SKIPPED: this host has no {program}", file=sys.stderr)
            return 0
    cloister = pathlib.Path(os.environ.get("CLOISTER", ROOT / "bin" / "cloister"))
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder), cloister, options.quick)
        try:
            bench.prepare()
            ways = ["shield", "stunnel"]
            for way in ways:
                bench.serve(f"{way}-server")
            print(f"{'workload':26} {'unit':>10} {'shield':>10} {'stunnel':>10} {'ratio':>6}   target {TARGET}", flush=True)
            ratios = []
            for name, unit, arguments, requests, size in WORKLOADS:
                samples: dict[str, list[float]] = {way: [] for way in ways}
                for way in ways:
                    bench.seed(way, arguments[-1])
                for number in range(1 if options.quick else options.rounds):
                    for way in ways if number % 2 == 0 else reversed(ways):
                        rate = bench.measure(way, arguments, requests)
                        samples[way].append(rate * size / 1e6 if size else rate)
                ratio = statistics.median(a / b for a, b in zip(samples["shield"], samples["stunnel"]))
                ratios.append(ratio)
                values = [statistics.median(samples[way]) for way in ways]
                print(f"{name:26} {unit:>10} {values[0]:10.0f} {values[1]:10.0f} {ratio:6.2f}", flush=True)
            mean = statistics.geometric_mean(ratios)
            print(f"{'geometric mean':26} {'':10} {'':10} {'':10} {mean:6.2f}")
        except (subprocess.CalledProcessError, RuntimeError) as error:
            print(f"shield: error: {error} {getattr(error, 'stderr', '')}", file=sys.stderr)
            return 1
        finally:
            bench.end()
    return 3 if options.check and mean < TARGET else 0


if __name__ == "__main__":
    sys.exit(main())
