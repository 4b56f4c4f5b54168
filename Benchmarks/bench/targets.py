# SPDX-License-Identifier: Apache-2.0
"""The value each benchmark must reach: a limit on its ratio to native, or on the value itself."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A closed range. `of_value` limits the measured value itself, otherwise the ratio to native is limited."""

    low: float | None = None
    high: float | None = None
    of_value: bool = False
    unit: str = ""

    def met(self, number: float) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        text = f"<= {self.high:g}" if self.high is not None else f">= {self.low:g}"
        return f"{text} {self.unit}".rstrip()


def at_most(limit: float) -> Target:
    return Target(high=limit)


def at_least(limit: float) -> Target:
    return Target(low=limit)


def between(low: float, high: float) -> Target:
    return Target(low=low, high=high)


def value_at_most(limit: float, unit: str) -> Target:
    return Target(high=limit, of_value=True, unit=unit)


GEOMETRIC_MEAN = at_most(0.7)
