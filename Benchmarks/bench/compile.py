# SPDX-License-Identifier: Apache-2.0
"""Compiles Programs/ into out/benchmarks, only what is older than its source."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FLAGS = ["-O2", "-g0", "-Wall", "-Wextra", "-Werror", "-pthread"]

# Output name, source name, compiler, linking. The child of spawn-dynamic and one null call are dynamic because the
# dynamic linker, or the place of the call site, is what they measure.
PROGRAMS = [
    ("calls", "calls", "gcc", "-static"), ("calls-dynamic", "calls", "gcc", None),
    ("calls-musl", "calls", "musl-gcc", "-static"),
    ("files", "files", "gcc", "-static"), ("memory", "memory", "gcc", "-static"),
    ("processes", "processes", "gcc", "-static"), ("nothing", "nothing", "gcc", "-static"),
    ("nothing-dynamic", "nothing", "gcc", None), ("first", "first", "gcc", "-static"),
    ("sleeper", "sleeper", "gcc", "-static"), ("throughput", "throughput", "gcc", "-static"),
    ("roundtrip", "roundtrip", "gcc", "-static"), ("timed", "timed", "gcc", "-static"),
]


class CompilationFailed(Exception):
    pass


def compile_programs(sources: Path, output: Path) -> None:
    """Compiles every program; one whose compiler is not installed is left out, and its benchmark is skipped."""
    output.mkdir(parents=True, exist_ok=True)
    header_time = (sources / "measure.h").stat().st_mtime
    for name, source, compiler, link in PROGRAMS:
        source_file, target = sources / f"{source}.c", output / name
        if target.exists() and target.stat().st_mtime > max(source_file.stat().st_mtime, header_time):
            continue
        if shutil.which(compiler) is None:
            target.unlink(missing_ok=True)
            continue
        command = [compiler, *FLAGS, *([link] if link else []), "-o", str(target), str(source_file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CompilationFailed(f"{' '.join(command)}\n{done.stderr}")
