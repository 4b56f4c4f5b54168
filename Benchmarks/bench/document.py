# SPDX-License-Identifier: Apache-2.0
"""Puts the figures of a run into docs/benchmarks.md, between two marks; the text around them is written by hand."""
from __future__ import annotations

from pathlib import Path

BEGIN, END = "<!-- figures: written by `make bench` with --write -->", "<!-- end of figures -->"


class MarksMissing(Exception):
    pass


def write_figures(document: Path, figures: str) -> None:
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarksMissing(f"{document}: the marks around the figures are missing")
    document.write_text(f"{before}{BEGIN}\n\n{figures}\n{END}{after}", encoding="utf-8")
