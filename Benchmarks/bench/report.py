# SPDX-License-Identifier: Apache-2.0
"""The table on the terminal, the same as Markdown, and as JSON."""
from __future__ import annotations

import math
from dataclasses import dataclass, field

from .runner import Cell, Row
from .systems import CLOISTER, NATIVE
from .targets import GEOMETRIC_MEAN

VERDICTS = {True: "yes", False: "NO", None: "-"}


@dataclass
class Report:
    facts: dict[str, str]
    systems: list[str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def geometric_mean(self, system: str) -> tuple[float, int] | None:
        """Over all ratios of times; values with a limit of their own (start, memory) are not speed and do not count."""
        ratios = [ratio for row in self.rows
                  if not (row.measure.target and row.measure.target.of_value)
                  and (ratio := row.time_ratio(system)) is not None]
        if not ratios:
            return None
        return math.exp(sum(map(math.log, ratios)) / len(ratios)), len(ratios)

    def failures(self, system: str) -> list[str]:
        return [f"{row.measure.name}: {row.cells[system].failure}"
                for row in self.rows if system in row.cells and row.cells[system].failure]

    def missed(self) -> list[str]:
        return [row.measure.name for row in self.rows if row.verdict(CLOISTER) is False]

    def headings(self) -> list[str]:
        others = [name for name in self.systems if name != NATIVE]
        return ["benchmark", *self.systems, *(f"{name}/native" for name in others), "target", "met"]

    def words(self, row: Row) -> list[str]:
        others = [name for name in self.systems if name != NATIVE]
        values = [format_cell(row.cells[name]) for name in self.systems]
        ratios = ["-" if (ratio := row.ratio(name)) is None else f"{ratio:.3g}" for name in others]
        target = "-" if row.measure.target is None else str(row.measure.target)
        cell = row.cells.get(CLOISTER)
        verdict = "failed" if cell is not None and cell.failure else VERDICTS[row.verdict(CLOISTER)]
        return [row.measure.name, *values, *ratios, target, verdict]

    def closing(self) -> list[str]:
        """The lines under the table: means, failures with their reasons, skips, and how many targets are met."""
        lines = []
        for system in self.systems:
            mean = self.geometric_mean(system) if system != NATIVE else None
            if mean is not None:
                line = f"geometric mean of {system}/native times over {mean[1]} benchmarks: {mean[0]:.3f}"
                if system == CLOISTER:
                    line += f" (target {GEOMETRIC_MEAN}: {'met' if GEOMETRIC_MEAN.met(mean[0]) else 'NOT met'})"
                lines.append(line)
        judged = [row.verdict(CLOISTER) for row in self.rows if row.measure.target is not None]
        if CLOISTER in self.systems and judged:
            lines.append(f"targets: {judged.count(True)} met, {judged.count(False)} missed, "
                         f"{judged.count(None)} not judged")
        for system in self.systems:
            lines += [f"failed in {system}: {reason}" for reason in self.failures(system)]
            lines += [f"skipped in {system}: {row.measure.name}: {row.cells[system].skipped}" for row in self.rows
                      if row.cells[system].skipped]
        return lines + [f"note: {note}" for note in self.notes]

    def json(self) -> dict[str, object]:
        mean = {name: found[0] for name in self.systems if name != NATIVE and (found := self.geometric_mean(name))}
        return {"facts": self.facts, "geometric_mean": mean, "notes": self.notes,
                "benchmarks": [self._json_row(row) for row in self.rows]}

    def _json_row(self, row: Row) -> dict[str, object]:
        target = row.measure.target
        return {
            "name": row.measure.name, "group": row.group, "higher_is_better": row.measure.higher_is_better,
            "target": None if target is None else {
                "low": target.low, "high": target.high, "of": "value" if target.of_value else "ratio"},
            "met": row.verdict(CLOISTER),
            "systems": {name: {
                "median": cell.median, "unit": cell.unit, "ratio": row.ratio(name) if name != NATIVE else None,
                "samples": list(cell.samples.values()), "failure": cell.failure or None,
                "skipped": cell.skipped or None} for name, cell in row.cells.items()},
        }


def format_cell(cell: Cell) -> str:
    if cell.failure:
        return "failed"
    if cell.median is None:
        return "skipped" if cell.skipped else "-"
    value, unit = cell.median, cell.unit
    for larger in ("µs", "ms"):
        if unit in ("ns", "µs") and value >= 1000:
            value, unit = value / 1000, larger
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


class Table:
    """Prints rows as they come, so that a long run shows what it has."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.widths = [22, *(11 for _ in report.systems),
                       *(len(f"{name}/native") for name in report.systems if name != NATIVE), 14, 6]

    def line(self, words: list[str]) -> str:
        first, *rest = words
        aligned = [word.rjust(width) for word, width in zip(rest, self.widths[1:])]
        return "  ".join([first.ljust(self.widths[0]), *aligned]).rstrip()

    def header(self) -> str:
        facts = "\n".join(f"{name}: {value}" for name, value in self.report.facts.items())
        headings = self.line(self.report.headings())
        return f"{facts}\n\n{headings}\n{'-' * len(headings)}"


def markdown(report: Report) -> str:
    headings = report.headings()
    facts = [f"- {name}: {value}" for name, value in report.facts.items()]
    table = ["| " + " | ".join(headings) + " |", "|" + "---|" + "---:|" * (len(headings) - 1)]
    table += ["| " + " | ".join(report.words(row)) + " |" for row in report.rows]
    closing = [f"- {line}" for line in report.closing()]
    return "\n".join([*facts, "", *table, "", *closing, ""])
