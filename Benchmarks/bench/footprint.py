# SPDX-License-Identifier: Apache-2.0
"""Probes that look at a system from outside: time to the first instruction, memory, a resident enclave, kernel text."""
from __future__ import annotations

import os
import struct
import subprocess
import time
from pathlib import Path

from . import process
from .catalog import Benchmark
from .parsers import Values, lines
from .process import RunFailed, RunSkipped
from .systems import System

SETTLE_SECONDS = 0.5
SHF_WRITE, SHF_ALLOC, SHT_NOBITS = 1, 2, 8


class Probe:
    """One way of measuring; `sample` gives the measures of one round."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.name = benchmark.measures[0].name

    def sample(self, system: System, words: list[str], timeout: float) -> Values:
        raise NotImplementedError

    def close(self) -> None:
        """Ends what the probe keeps running."""


class StartProbe(Probe):
    """From starting the system's command to the first byte that the program writes as its first act."""

    def sample(self, system: System, words: list[str], timeout: float) -> Values:
        running, elapsed = process.first_byte(system.command(words), timeout)
        try:
            running.wait(timeout)
        finally:
            process.end_tree(running)
            process.end_left_over(frozenset())
        return {self.name: (elapsed, "ms")}


class MemoryProbe(Probe):
    """The summed proportional set size of every process that is there because the program sleeps in the system."""

    def sample(self, system: System, words: list[str], timeout: float) -> Values:
        running, _ = process.first_byte(system.command(words), timeout)
        try:
            time.sleep(SETTLE_SECONDS)
            kilobytes = sum(self._pss(pid) for pid in process.descendants(os.getpid()))
        finally:
            process.end_tree(running)
            process.end_left_over(frozenset())
        return {self.name: (kilobytes * 1024 / 1e6, "MB")}

    @staticmethod
    def _pss(pid: int) -> int:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except (OSError, StopIteration):
            return 0  # a kernel thread, or it has just ended


class ResidentProbe(Probe):
    """A command in a system that is up already: timed inside it by the program `timed`, or, where the measure's name ends
    in `-exec`, from outside, with the client that asks for it.
    """

    def __init__(self, benchmark: Benchmark, programs: Path) -> None:
        super().__init__(benchmark)
        self.programs = programs
        self.is_outside = self.name.endswith("-exec")
        self.enclave = f"bench-{os.getpid()}-{self.name}"
        self.started: System | None = None
        self.keep: frozenset[int] = frozenset()

    def sample(self, system: System, words: list[str], timeout: float) -> Values:
        inside = [str(self.programs / "timed"), self.name, "100", system.scratch, "0", *words]
        if system.is_peer:  # gVisor's `do` serves no `exec`
            if self.is_outside:
                raise RunSkipped("no exec")
            return lines(process.run(system.command(inside), timeout, self.keep).output)
        command = words if self.is_outside else inside
        if system.resident is not None:
            if self.started is None:
                self._start(system, timeout)
                process.run([*self._named(system.resident.execute), *words], timeout, self.keep)  # warm, as native is
            command = [*self._named(system.resident.execute), *command]
        start = time.monotonic()
        output = process.run(command, timeout, self.keep).output
        if self.is_outside:
            return {self.name: ((time.monotonic() - start) * 1e3, "ms")}
        return lines(output)

    def _named(self, words: tuple[str, ...]) -> list[str]:
        return [word.replace("{name}", self.enclave) for word in words]

    def _start(self, system: System, timeout: float) -> None:
        """The start command may return with the enclave in the background or stay with it: both are handled."""
        assert system.resident is not None
        command = self._named(system.resident.start)
        if not command:
            raise RunSkipped("no start command")
        try:
            starting = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True)
        except OSError as error:
            raise RunFailed(f"{command[0]}: {error.strerror}") from None
        try:
            code = starting.wait(min(timeout, 3))
            if code != 0:
                error = starting.stderr.read() if starting.stderr else ""
                raise RunFailed(f"start: exit {code}: {error.strip()[-160:]}")
        except subprocess.TimeoutExpired:
            pass  # it stays with the enclave
        self.started = system
        self.keep = frozenset(process.descendants(os.getpid()))

    def close(self) -> None:
        if self.started is None or self.started.resident is None:
            return
        try:
            process.run(self._named(self.started.resident.stop), 10, self.keep)
        except (RunFailed, RunSkipped):
            pass  # what it leaves is ended here
        process.end_left_over(frozenset())


class TextProbe(Probe):
    """The kernel's text as `size` counts it: every allocated section that is not writable."""

    def __init__(self, benchmark: Benchmark, kernel: Path) -> None:
        super().__init__(benchmark)
        self.kernel = kernel

    def sample(self, system: System, words: list[str], timeout: float) -> Values:
        try:
            return {self.name: (text_bytes(self.kernel.read_bytes()) / 1e6, "MB")}
        except OSError as error:
            raise RunFailed(f"{self.kernel}: {error.strerror}") from None
        except (struct.error, IndexError):
            raise RunFailed(f"{self.kernel}: not an ELF file") from None


def text_bytes(elf: bytes) -> int:
    if elf[:4] != b"\x7fELF":
        raise IndexError
    (offset,) = struct.unpack_from("<Q", elf, 0x28)
    entry_size, count = struct.unpack_from("<HH", elf, 0x3A)
    total = 0
    for index in range(count):
        _, kind, flags, _, _, size = struct.unpack_from("<IIQQQQ", elf, offset + index * entry_size)
        if flags & SHF_ALLOC and not flags & SHF_WRITE and kind != SHT_NOBITS:
            total += size
    return total


def probe_for(benchmark: Benchmark, kernel: Path, programs: Path) -> Probe:
    match benchmark.probe:
        case "start":
            return StartProbe(benchmark)
        case "memory":
            return MemoryProbe(benchmark)
        case "resident":
            return ResidentProbe(benchmark, programs)
        case "text":
            return TextProbe(benchmark, kernel)
        case other:
            raise ValueError(f"no probe is named {other}")
