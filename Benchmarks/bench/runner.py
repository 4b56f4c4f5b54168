# SPDX-License-Identifier: Apache-2.0
"""Runs benchmarks in rounds that take the systems in turn, so that what else the machine does hits all of them alike."""
from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import footprint, process
from .catalog import Benchmark, Measure
from .parsers import UnreadableOutput, Values
from .process import RunFailed, RunSkipped, RunTimedOut
from .systems import NATIVE, System


@dataclass(frozen=True)
class Settings:
    """How much work one run does. Peers are for orientation, so they take part in fewer rounds."""

    rounds: int
    peer_rounds: int
    budget_ms: int
    rows: int
    scale: int
    timeout: float


FULL = Settings(rounds=7, peer_rounds=3, budget_ms=100, rows=30_000, scale=16, timeout=30)
QUICK = Settings(rounds=3, peer_rounds=1, budget_ms=25, rows=5_000, scale=4, timeout=12)
SHORTEST_TIMEOUT = 3.0


@dataclass
class Cell:
    """What one system gave for one measure: a value a round, or why there is none."""

    samples: dict[int, float] = field(default_factory=dict)
    unit: str = ""
    failure: str = ""
    skipped: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.samples.values()) if self.samples and not self.failure else None


@dataclass
class Row:
    measure: Measure
    group: str
    cells: dict[str, Cell]

    def ratio(self, system: str) -> float | None:
        """The median of the ratios to native taken within each round."""
        native, other = self.cells.get(NATIVE), self.cells.get(system)
        if native is None or other is None or native.median is None or other.median is None:
            return None
        pairs = [other.samples[number] / native.samples[number]
                 for number in other.samples if native.samples.get(number)]
        return statistics.median(pairs) if pairs else None

    def time_ratio(self, system: str) -> float | None:
        """The ratio of times, where smaller is faster, also for a throughput."""
        ratio = self.ratio(system)
        return 1 / ratio if ratio and self.measure.higher_is_better else ratio

    def verdict(self, system: str) -> bool | None:
        """Whether the target is met; nothing where there is no target or nothing to judge by."""
        target, cell = self.measure.target, self.cells.get(system)
        if target is None or cell is None:
            return None
        number = cell.median if target.of_value else self.ratio(system)
        return None if number is None else target.met(number)


class Runner:
    def __init__(self, systems: list[System], settings: Settings, programs: Path, sources: Path, kernel: Path,
                 say: Callable[[str], None]) -> None:
        self.systems, self.settings = systems, settings
        self.programs, self.sources, self.kernel, self.say = programs, sources, kernel, say
        self.notes: list[str] = []
        self.timeouts: dict[str, int] = {}
        process.become_subreaper()

    def run(self, benchmark: Benchmark) -> list[Row]:
        """All rounds of one benchmark on all systems; a system that fails once is not asked again."""
        cells = {system.name: {measure.name: Cell() for measure in benchmark.measures} for system in self.systems}
        probe = footprint.probe_for(benchmark, self.kernel, self.programs) if benchmark.probe else None
        try:
            for number in range(self.settings.rounds):
                for system in self._order(number):
                    if self._takes_part(benchmark, system, number, cells[system.name]):
                        self.say(f"{benchmark.measures[0].name}: round {number + 1}, {system.name}")
                        self._sample(benchmark, probe, system, number, cells[system.name])
        finally:
            if probe is not None:
                probe.close()
        return [Row(measure, benchmark.group, {name: found[measure.name] for name, found in cells.items()})
                for measure in benchmark.measures]

    def _order(self, number: int) -> list[System]:
        shift = number % len(self.systems)
        return self.systems[shift:] + self.systems[:shift]

    def _takes_part(self, benchmark: Benchmark, system: System, number: int, cells: dict[str, Cell]) -> bool:
        if benchmark.only_in not in ("", system.name):
            return False
        if any(cell.failure or cell.skipped for cell in cells.values()):
            return False
        return not system.is_peer or number < self.settings.peer_rounds

    def _sample(self, benchmark: Benchmark, probe: footprint.Probe | None, system: System, number: int,
                cells: dict[str, Cell]) -> None:
        try:
            words = self._words(benchmark, system)
            values = (probe.sample(system, words, self._timeout(system)) if probe
                      else self._run_command(benchmark, system, words))
            missing = [name for name in cells if name not in values]
            if missing:
                raise UnreadableOutput(f"no value for {', '.join(missing)}")
        except RunSkipped as reason:
            for cell in cells.values():
                cell.skipped = str(reason)
        except (RunFailed, UnreadableOutput) as reason:
            if isinstance(reason, RunTimedOut):
                self.timeouts[system.name] = self.timeouts.get(system.name, 0) + 1
            for cell in cells.values():
                cell.failure = str(reason)
        else:
            for name, cell in cells.items():
                cell.samples[number], cell.unit = values[name]

    def _run_command(self, benchmark: Benchmark, system: System, words: list[str]) -> Values:
        command = system.command(words)
        if benchmark.pinned:
            command = ["taskset", "-c", str(min(os.sched_getaffinity(0))), *command]
        result = process.run(command, self._timeout(system))
        if result.left_behind:
            self.notes.append(f"{system.name} left {result.left_behind} processes behind after "
                              f"{benchmark.measures[0].name}; they were ended")
        return benchmark.parse(result.output)

    def _timeout(self, system: System) -> float:
        """Halves with every benchmark that a system hung in: one that always hangs must not take the whole evening."""
        return max(SHORTEST_TIMEOUT, self.settings.timeout / 2 ** self.timeouts.get(system.name, 0))

    def _words(self, benchmark: Benchmark, system: System) -> list[str]:
        """The command with its places filled in; a program that is not there is a skip, said before it is run."""
        places = {
            "{programs}": str(self.programs), "{sources}": str(self.sources), "{scratch}": system.scratch,
            "{budget}": str(self.settings.budget_ms), "{rows}": str(self.settings.rows),
            "{scale}": str(self.settings.scale),
        }
        words = []
        for word in benchmark.command:
            for place, value in places.items():
                word = word.replace(place, value)
            words.append(word)
        for needed in (*words[:1], *benchmark.needs):
            if shutil.which(needed) is None:
                raise RunSkipped(f"{Path(needed).name} is not installed")
        return words
