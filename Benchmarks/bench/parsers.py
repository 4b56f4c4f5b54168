# SPDX-License-Identifier: Apache-2.0
"""From a benchmark's output to values: measure name -> (value, unit)."""
from __future__ import annotations

from collections.abc import Callable

Values = dict[str, tuple[float, str]]


class UnreadableOutput(Exception):
    """The program ended well but did not print what it should."""


def lines(output: str) -> Values:
    """Lines of the form `name value unit`."""
    values: Values = {}
    for line in output.splitlines():
        words = line.split()
        if len(words) != 3:
            raise UnreadableOutput(f"unexpected line {line!r}")
        try:
            values[words[0]] = (float(words[1]), words[2])
        except ValueError:
            raise UnreadableOutput(f"not a number in {line!r}") from None
    return values


def openssl(name: str) -> Callable[[str], Values]:
    """`openssl speed -mr` prints `+F:ID:ALGORITHM:BYTES_PER_SECOND`."""
    def parse(output: str) -> Values:
        for line in output.splitlines():
            if line.startswith("+F:"):
                return {name: (float(line.rsplit(":", 1)[1]) / 1e6, "MB/s")}
        raise UnreadableOutput("openssl speed printed no result line")
    return parse
