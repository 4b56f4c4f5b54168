#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Cloister with Linux itself, and with gVisor where `runsc` is installed; see docs/benchmarks.md.

Exit status: 0 all benchmarks ran in Cloister and natively; 1 one of them failed; 2 wrong usage; 3 with --check, a target
was missed. A failure of a peer alone is shown but does not change the status: it says nothing about Cloister.
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # leave nothing in the source tree

from bench import catalog, compile as compiler, document, machine, report as reports, systems  # noqa: E402
from bench.runner import FULL, QUICK, Runner  # noqa: E402

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = REPOSITORY / "Benchmarks" / "Programs"
PROGRAMS = REPOSITORY / "out" / "benchmarks"
DOCUMENT = REPOSITORY / "docs" / "benchmarks.md"
STATUS_FAILED, STATUS_USAGE, STATUS_MISSED = 1, 2, 3


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Ratios to native, in one run.",
        epilog="example: Benchmarks/bench.py --quick --filter null --filter pipe")
    parser.add_argument("--filter", action="append", default=[], metavar="TEXT",
                        help="only benchmarks or groups whose name contains TEXT; may be repeated")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller work: under two minutes")
    parser.add_argument("--rounds", type=positive, help="rounds for native and Cloister")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    parser.add_argument("--check", action="store_true", help="exit with status 3 when a target is missed")
    parser.add_argument("--no-peers", action="store_true", help="leave gVisor out")
    parser.add_argument("--list", action="store_true", help="list the benchmarks and their targets, run nothing")
    return parser.parse_args()


def list_benchmarks(chosen: list[catalog.Benchmark]) -> None:
    for benchmark in chosen:
        for measure in benchmark.measures:
            print(f"{benchmark.group:10} {measure.name:24} {measure.target or '-'}")


def chosen_systems(no_peers: bool) -> list[systems.System]:
    peers = [] if no_peers else [systems.gvisor()]
    return [systems.native(), systems.cloister(REPOSITORY), *(peer for peer in peers if peer is not None)]


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="\r", file=sys.stderr, flush=True)


def measure(chosen: list[catalog.Benchmark], options: argparse.Namespace) -> reports.Report:
    settings = QUICK if options.quick else FULL
    if options.rounds:
        settings = dataclasses.replace(settings, rounds=options.rounds)
    found = chosen_systems(options.no_peers)
    mode = f"{'quick' if options.quick else 'full'}, {settings.rounds} rounds, {settings.budget_ms} ms each"
    report = reports.Report(machine.describe(REPOSITORY, found, mode), [system.name for system in found])
    kernel = Path(os.environ.get("CLOISTER_KERNEL", REPOSITORY / "bin" / "cloister-kernel"))
    runner = Runner(found, settings, PROGRAMS, SOURCES, kernel, progress)
    table = reports.Table(report)
    show = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    show(table.header())
    try:
        for benchmark in chosen:
            for row in runner.run(benchmark):
                report.rows.append(row)
                progress("")
                show(table.line(report.words(row)))
    finally:
        leaks = remove_scratch(found)
    report.notes = runner.notes + leaks
    return report


def remove_scratch(found: list[systems.System]) -> list[str]:
    """Native work leaves its directory on the host; from any other system it is a leak, which is said."""
    leaks = []
    for system in found:
        if Path(system.scratch).exists():
            shutil.rmtree(system.scratch, ignore_errors=True)
            if system.prefix:
                leaks.append(f"{system.name} (or another that uses it) wrote to the host's {system.scratch}")
    return leaks


def main() -> int:
    options = arguments()
    chosen = catalog.select(options.filter)
    if not chosen:
        print(f"bench: error: no benchmark matches {options.filter}; --list shows them", file=sys.stderr)
        return STATUS_USAGE
    if options.write and options.filter:
        print("bench: error: --write takes a whole run, without --filter", file=sys.stderr)
        return STATUS_USAGE
    if options.list:
        list_benchmarks(chosen)
        return 0
    try:
        compiler.compile_programs(SOURCES, PROGRAMS)
    except compiler.CompilationFailed as error:
        print(f"bench: error: {error}", file=sys.stderr)
        return STATUS_FAILED
    report = measure(chosen, options)
    if options.json:
        print(json.dumps(report.json(), indent=2))
    else:
        print("\n" + "\n".join(report.closing()))
    if options.write:
        document.write_figures(DOCUMENT, reports.markdown(report))
    if report.failures(systems.NATIVE) or report.failures(systems.CLOISTER):
        return STATUS_FAILED
    return STATUS_MISSED if options.check and report.missed() else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
