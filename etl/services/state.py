"""One `up` per home: a lock held for its lifetime, and `jalan.json`, which says to others what is running."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from etl.services.processes import is_same


class AlreadyRunning(Exception):
    """Another `up` (or `down`) holds this home."""


@dataclass(frozen=True)
class Running:
    """What jalan.json says: the `up` process (pid and start time), the addresses of Airflow, warehouse and portal."""

    pid: int
    started: float
    url: str = ""
    dsn: str = ""
    site: str = ""

    def write(self, home: Path) -> None:
        path = home / "jalan.json"
        draft = path.with_suffix(".tmp")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)

    @classmethod
    def read(cls, home: Path) -> Running | None:
        """The running `up`, or None when nothing runs (a file left behind by a killed one counts as nothing)."""
        try:
            running = cls(**json.loads((home / "jalan.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return running if is_same(running.pid, running.started) or running.pid == os.getpid() else None


@contextmanager
def lock(home: Path, *, wait: float = 0) -> Iterator[None]:
    """Holds the home; the kernel lets go of it when the process ends, however it ends. Raises AlreadyRunning."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "jalan.lock").open("w") as handle:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise AlreadyRunning(_who(home)) from None
                time.sleep(0.2)
        yield


def _who(home: Path) -> str:
    running = Running.read(home)
    who = f"proses {running.pid}" if running else "proses lain"
    return (
        f"Instalasi di {home} sedang dipakai {who}. Sebab: `make up` sudah berjalan di jendela lain. "
        "Tindakan: pakai yang itu, atau hentikan dahulu dengan `make down`."
    )
