"""The process that stands between `up` and what it starts: runs it, starts it again when it dies, ends it all.

It has a session of its own, so that Ctrl-C in the terminal reaches only `up`. Its standard input is a pipe from `up`:
one JSON line per component to start; when the pipe ends (`up` is done, or was killed -9), it ends everything and the
embedded server. What it has to tell goes as JSON lines to its standard output.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from etl.services.processes import MARK, end, end_all_of, end_orphans

GRACE = 15.0
"""Seconds that running tasks get to finish before they are killed; their transaction is then rolled back."""
LONGEST_WAIT = 60.0


@dataclass
class Component:
    """One Airflow service: how it is started, and since when."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        self.since = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv, env={**os.environ, **self.env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def watch(self, home: Path) -> None:
        """Starts it again when it has ended, after 1, 2, 4, … up to LONGEST_WAIT seconds."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            steady = time.monotonic() - self.since > LONGEST_WAIT
            self.failures = 1 if steady else self.failures + 1
            wait = min(2.0 ** (self.failures - 1), LONGEST_WAIT)
            self.process, self.again_at = None, time.monotonic() + wait
            end_orphans(home)
            tell(event="mati", component=self.name, code=code, again_in=wait, log=str(self.log))
        elif time.monotonic() >= self.again_at:
            self.start()


def tell(**event: Any) -> None:
    """Says it to `up`, if that still lives."""
    with suppress(OSError):
        os.write(1, json.dumps(event).encode() + b"\n")


def _keep(home: Path, components: list[Component]) -> None:
    """Until the pipe from `up` ends: takes orders, watches."""
    pipe = sys.stdin.buffer
    os.set_blocking(pipe.fileno(), False)
    buffer = b""
    while True:
        if select.select([pipe], [], [], 0.5)[0]:
            chunk = os.read(pipe.fileno(), 65536)
            if not chunk:
                return
            buffer += chunk
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                order = json.loads(line)
                log = home / "log" / f"{order['name']}.log"
                components.append(Component(order["name"], order["argv"], order["env"], log))
                components[-1].start()
        for component in components:
            component.watch(home)


def _end(home: Path, components: list[Component]) -> None:
    """The scheduler first, so that running tasks can finish and report; then whatever carries our mark."""
    for component in components:
        if component.name == "scheduler" and component.process is not None and component.process.poll() is None:
            end([psutil.Process(component.process.pid)], grace=GRACE)
    end_all_of(home, grace=3.0)


def main() -> None:
    home = Path(sys.argv[1])
    assert os.environ[MARK] == str(home)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    components: list[Component] = []
    try:
        _keep(home, components)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _end(home, components)
        if (home / "pg").exists():
            from etl.services.postgres import stop

            stop(home / "pg")
        tell(event="selesai")


if __name__ == "__main__":
    main()
