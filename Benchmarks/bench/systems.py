# SPDX-License-Identifier: Apache-2.0
"""Where benchmarks run: natively, in Cloister, in gVisor. A system turns a program's command into its own."""
from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NATIVE, CLOISTER, GVISOR = "native", "Cloister", "gVisor"


@dataclass(frozen=True)
class Resident:
    """Commands around a system that stays up and serves `exec`: `{name}` is replaced by the enclave's name."""

    start: tuple[str, ...]
    execute: tuple[str, ...]
    stop: tuple[str, ...]


@dataclass(frozen=True)
class System:
    name: str
    prefix: tuple[str, ...]
    scratch: str
    version: str
    resident: Resident | None = None
    is_peer: bool = False

    def command(self, program: list[str]) -> list[str]:
        return [*self.prefix, *program]


def _words(variable: str, default: str) -> tuple[str, ...]:
    return tuple(shlex.split(os.environ.get(variable, default)))


def _version(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "not installed"
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.returncode == 0 else "unknown version"


def _scratch(parent: str) -> str:
    return f"{parent}/cloister-bench-{os.getpid()}"


def native() -> System:
    """The scratch directory is on tmpfs, as it is in memory in the other systems."""
    return System(NATIVE, (), _scratch("/dev/shm"), os.uname().release)


def cloister(repository: Path) -> System:
    binary = repository / "bin" / "cloister"
    resident = Resident(
        start=_words("CLOISTER_START", f"{binary} start --quiet --insecure-host-root --name {{name}}"),
        execute=_words("CLOISTER_EXEC", f"{binary} exec {{name}} --"),
        stop=_words("CLOISTER_STOP", f"{binary} stop {{name}}"),
    )
    prefix = _words("CLOISTER_RUN", f"{binary} run --quiet --insecure-host-root --")
    version = _version([str(binary), "--version"])
    return System(CLOISTER, prefix, os.environ.get("CLOISTER_SCRATCH", _scratch("/tmp")), version, resident)


def gvisor() -> System | None:
    """Debian's runsc; `do` keeps what is written in memory. `--platform=ptrace` works without any set-up."""
    if shutil.which("runsc") is None and "GVISOR_RUN" not in os.environ:
        return None
    prefix = _words("GVISOR_RUN", "runsc --network=none --platform=ptrace do --quiet")
    return System(GVISOR, prefix, _scratch("/tmp"), _version(["runsc", "--version"]), is_peer=True)
