"""Which processes are ours, and how they are ended. Nothing that `up` starts may outlive it.

Every process started by `up` carries the environment variable MARK with the installation's home, and its children
inherit it: that finds them whatever group, session or parent they have moved to, and after their starter was killed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "SATUDATA_JALAN"


def ours(home: Path) -> list[psutil.Process]:
    """Every living process that carries the home's mark, except the caller and its ancestors."""
    me = psutil.Process()
    spared = {me.pid, *(parent.pid for parent in me.parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in spared:
            continue
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == str(home):
                found.append(process)
        except (psutil.Error, OSError):
            continue  # gone meanwhile, or another user's
    return found


def end(processes: Iterable[psutil.Process], *, grace: float) -> None:
    """SIGTERM, up to `grace` seconds to finish, then SIGKILL for what is left."""
    asked = []
    for process in processes:
        try:
            process.terminate()
            asked.append(process)
        except psutil.NoSuchProcess:
            continue
    _, stubborn = psutil.wait_procs(asked, timeout=grace)
    for process in stubborn:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(stubborn, timeout=5)


def end_all_of(home: Path, *, grace: float) -> int:
    """Ends everything with the home's mark; returns how many there were. Looks again for children born meanwhile."""
    ended = 0
    for _ in range(5):
        found = ours(home)
        if not found:
            break
        ended += len(found)
        end(found, grace=grace)
        grace = 0
    return ended


def end_orphans(home: Path) -> None:
    """Ends what a dead process of ours left behind: a killed scheduler's workers would wait for it for ever.

    To be called by the process that started the others: an orphan is one whose parent is neither it nor one of them.
    """
    while orphans := _orphans(ours(home)):
        end(orphans, grace=1.0)


def _orphans(family: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in family if not _has_parent(process, family)]


def _has_parent(process: psutil.Process, family: list[psutil.Process]) -> bool:
    try:
        return process.ppid() in {os.getpid(), *(relative.pid for relative in family)}
    except psutil.NoSuchProcess:
        return True


def started_at(pid: int) -> float | None:
    """Start time of a living process; with the pid it names one process for good, since pids are used again."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def is_same(pid: int, started: float) -> bool:
    """Whether the process recorded as (pid, start time) still lives."""
    now = started_at(pid)
    return now is not None and abs(now - started) < 1.0 and pid != os.getpid()
