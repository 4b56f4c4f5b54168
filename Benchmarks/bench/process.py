# SPDX-License-Identifier: Apache-2.0
"""Running commands so that nothing outlives them: time limits, whole process trees, and left-over processes."""
from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass

PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 1.0


class RunFailed(Exception):
    """A command that did not do its work, with the reason in a few words."""


class RunTimedOut(RunFailed):
    """A command that did not end in time and was ended with all its processes."""


class RunSkipped(Exception):
    """A command that says it cannot measure here (exit status 77)."""


@dataclass(frozen=True)
class Result:
    output: str
    left_behind: int


def become_subreaper() -> None:
    """Orphans of what we start become our children, so that we can see, count and end them."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _parents() -> dict[int, int]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                    found[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it ended while we looked
    return found


def descendants(root: int, keep: frozenset[int] = frozenset()) -> list[int]:
    """Every process below `root`, children after their parents, without the trees of those in `keep`."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents().items():
        children.setdefault(parent, []).append(pid)
    found, queue = [], [root]
    while queue:
        for child in children.get(queue.pop(0), []):
            if child not in keep:
                found.append(child)
                queue.append(child)
    return found


def _reap(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass


def end_left_over(keep: frozenset[int]) -> int:
    """Ends what the last command left running (we are its reaper) and says how many it was."""
    deadline = time.monotonic() + GRACE_SECONDS
    while True:
        below = descendants(os.getpid(), keep)
        _reap(below)
        below = descendants(os.getpid(), keep)
        if not below:
            return 0
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    time.sleep(0.05)
    _reap(below)
    return len(below)


def _last_words(error: str) -> str:
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    return lines[-1][:160] if lines else "no message"


def run(command: list[str], timeout: float, keep: frozenset[int] = frozenset()) -> Result:
    """Runs a command to its end within `timeout` seconds; `keep` are our children that live on."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, errors="replace", start_new_session=True)
    except OSError as error:
        raise RunFailed(f"{command[0]}: {error.strerror}") from None
    keep_running = keep | {process.pid}
    try:
        output, error = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        for pid in [process.pid, *descendants(process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end_left_over(keep_running)
        process.communicate()
        raise RunTimedOut(f"no end within {timeout:g} s") from None
    left_behind = end_left_over(keep)
    if process.returncode == 77:
        raise RunSkipped(_last_words(error))
    if process.returncode != 0:
        raise RunFailed(f"exit {process.returncode}: {_last_words(error)}")
    return Result(output, left_behind)


def first_byte(command: list[str], timeout: float) -> tuple[subprocess.Popen[bytes], float]:
    """Starts a command and waits for its first byte of output: the process, and the milliseconds it took."""
    start = time.monotonic()
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
    except OSError as error:
        raise RunFailed(f"{command[0]}: {error.strerror}") from None
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], timeout)
    elapsed = (time.monotonic() - start) * 1e3
    if not ready or os.read(process.stdout.fileno(), 1) == b"":
        end_tree(process)
        raise RunFailed("the program did not start")
    return process, elapsed


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and everything below it, asking first, so that a system can clean up."""
    process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        for pid in [process.pid, *descendants(process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
