# SPDX-License-Identifier: Apache-2.0
"""Every benchmark, in the order of the table: what runs, what it reports, and the target it must reach.

A command is a list of words in which `{programs}` is the folder of compiled programs, `{sources}` that of the scripts,
`{scratch}` the system's in-memory directory, `{budget}` milliseconds to spend, and `{rows}`, `{scale}` sizes of work.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from . import parsers
from .systems import CLOISTER
from .targets import Target, at_least, at_most, between, value_at_most

PYTHON = "/usr/bin/python3"  # the distribution's, not one that a version manager put first on the path


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    name: str
    target: Target | None = None
    higher_is_better: bool = False


@dataclass(frozen=True)
class Benchmark:
    """One command that yields one or more measures, or a probe of the footprint when `probe` names one."""

    measures: tuple[Measure, ...]
    command: tuple[str, ...] = ()
    group: str = ""
    pinned: bool = False
    needs: tuple[str, ...] = ()
    parse: Callable[[str], dict[str, tuple[float, str]]] = field(default=parsers.lines)
    probe: str = ""
    only_in: str = ""  # the one system it makes sense for; anywhere without


def _program(group: str, program: str, name: str, target: Target | None, *arguments: str,
             higher: bool = False, pinned: bool = False) -> Benchmark:
    command = (f"{{programs}}/{program}", name, "{budget}", "{scratch}", *arguments)
    return Benchmark((Measure(name, target, higher),), command, group, pinned)


def _calls() -> list[Benchmark]:
    group = "calls"
    rows = [
        ("null-libc", "calls-dynamic", 0.2), ("null-libc-static", "calls", 0.2), ("null-syscall", "calls", 0.2),
        ("null-raw", "calls", 0.25), ("null-musl", "calls-musl", 0.25),
        ("read-zero", "calls", 0.3), ("write-null", "calls", 0.3), ("fstat", "calls", 0.3),
        ("sigprocmask", "calls", 0.3), ("clock-call", "calls", 0.3), ("signal-self", "calls", 0.2),
    ]
    return [_program(group, program, name, at_most(limit)) for name, program, limit in rows]


def _files() -> list[Benchmark]:
    group = "files"
    rows = [
        ("stat-present", 0.4), ("stat-missing", 0.4), ("stat-present-root", 0.4), ("stat-missing-root", 0.4),
        ("open-close", 0.5), ("open-close-root", 0.5), ("create-unlink", 0.3), ("readdir", 0.8),
    ]
    found = [_program(group, "files", name, at_most(limit)) for name, limit in rows]
    for name in ("read-sequential", "read-random"):
        found.append(_program(group, "files", name, at_least(1.0), higher=True))
    return found


def _processes() -> list[Benchmark]:
    group = "processes"
    return [
        _program(group, "processes", "fork-exit", at_most(1.5)),
        _program(group, "processes", "spawn-static", at_most(1.3), "{programs}/nothing"),
        _program(group, "processes", "spawn-dynamic", at_most(1.3), "{programs}/nothing-dynamic"),
        _program(group, "processes", "thread-create", at_most(1.3)),
        _program(group, "memory", "page-fault", at_most(1.1)),
        _program(group, "memory", "mmap-munmap", at_most(1.2)),
    ]


def _round_trips() -> list[Benchmark]:
    found = [
        _program("channels", "throughput", "pipe-throughput", at_least(4.0), higher=True),
        _program("channels", "throughput", "tcp-throughput", at_least(2.0), "tcp", higher=True),
    ]
    for processors, limit in ((2, 0.6), (1, 1.0)):
        for channel in ("pipe", "unix", "tcp", "futex", "condvar", "epoll"):
            for ends in ("threads", "processes"):
                found.append(_program(
                    "channels", "roundtrip", f"{channel}-{ends}-{processors}cpu", at_most(limit),
                    channel, ends, str(processors), pinned=processors == 1))
    return found


def _timed(name: str, target: Target, data_bytes: int, *command: str) -> Benchmark:
    words = ("{programs}/timed", name, "{budget}", "{scratch}", str(data_bytes), *command)
    return Benchmark((Measure(name, target),), words, "programs", needs=(command[0],))


def _programs() -> list[Benchmark]:
    even = between(0.97, 1.03)
    openssl = ("openssl", "speed", "-mr", "-elapsed", "-seconds", "1", "-bytes", "16384")
    return [
        _timed("bash-200-subshells", at_most(1.5), 0, "/bin/bash", "-c", "for i in {1..200}; do (:); done"),
        Benchmark((Measure("python-start", at_most(1.2)),), (PYTHON, "-c", "pass"), "programs",
                  needs=(PYTHON,), probe="resident"),
        Benchmark((Measure("python-exec", at_most(2.0)),), (PYTHON, "-c", "pass"), "programs", needs=(PYTHON,), probe="resident"),
        Benchmark((Measure("python-cpu", even),), (PYTHON, "{sources}/cpu.py", "python-cpu", "{scale}"), "programs",
                  needs=(PYTHON,)),
        _timed("gzip", even, 4_000_000, "gzip", "-c", "{scratch}/data"),
        Benchmark((Measure("openssl-aes-gcm", even, True),), (*openssl, "-evp", "aes-256-gcm"), "programs",
                  needs=("openssl",), parse=parsers.openssl("openssl-aes-gcm")),
        Benchmark((Measure("openssl-sha256", even, True),), (*openssl, "sha256"), "programs",
                  needs=("openssl",), parse=parsers.openssl("openssl-sha256")),
        Benchmark(tuple(Measure(f"sqlite-{step}", at_most(1.0))
                        for step in ("insert", "index", "select", "update", "aggregate")),
                  (PYTHON, "{sources}/database.py", "{scratch}", "{rows}"), "programs", needs=(PYTHON,)),
    ]


def _footprint() -> list[Benchmark]:
    return [
        Benchmark((Measure("start", value_at_most(40, "ms")),), ("{programs}/first",), "footprint", probe="start"),
        Benchmark((Measure("resident-memory", value_at_most(16, "MB")),), ("{programs}/sleeper", "60"), "footprint",
                  probe="memory"),
        Benchmark((Measure("kernel-text", value_at_most(1.5, "MB")),), (), "footprint", probe="text", only_in=CLOISTER),
    ]


def all_benchmarks() -> list[Benchmark]:
    return _calls() + _files() + _processes() + _round_trips() + _programs() + _footprint()


def select(patterns: list[str]) -> list[Benchmark]:
    """The benchmarks with a measure or group that contains any of the patterns; all of them without a pattern."""
    if not patterns:
        return all_benchmarks()
    return [benchmark for benchmark in all_benchmarks()
            if any(pattern in text for pattern in patterns
                   for text in (benchmark.group, *(measure.name for measure in benchmark.measures)))]
