# SPDX-License-Identifier: Apache-2.0
"""What a figure must be read with: the machine, the date and the versions."""
from __future__ import annotations

import datetime
import os
import subprocess
from pathlib import Path

from .systems import System


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return os.uname().machine


def _hypervisor() -> bool:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return " hypervisor" in file.read()


def _commit(repository: Path) -> str:
    done = subprocess.run(["git", "-C", str(repository), "describe", "--always", "--dirty"],
                          capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def describe(repository: Path, systems: list[System], mode: str) -> dict[str, str]:
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    kind = "virtual machine" if _hypervisor() else "bare metal"
    facts = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{len(os.sched_getaffinity(0))} x {_processor()}, {memory:.0f} GiB, {kind}",
        "load": f"{os.getloadavg()[0]:.2f} before the run",
        "Linux": os.uname().release,
        "commit": _commit(repository),
        "run": mode,
    }
    for system in systems:
        if system.prefix:
            facts[system.name] = f"{system.version}; {' '.join(system.prefix)}"
    return facts
