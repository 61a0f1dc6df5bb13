"""What every server of the tests needs: a free port, a process of its own, and patience with a limit."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

LIMIT = 30
"""Seconds within which a server must listen; a busy machine is no bug, a server that does not start is."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A process and all its children. log: what it printed."""

    def __init__(
        self, command: Sequence[str | Path], port: int, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | (env or {}),
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it listens. Raises RuntimeError with its log when it does not within LIMIT."""
        end = time.monotonic() + LIMIT
        while not listening(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(
                    f"{self.process.args} did not start:\n{self.log.read_text(errors='replace')[-3000:]}"
                )
            time.sleep(0.05)

    def send(self, number: signal.Signals) -> None:
        """A signal to it and to all its children, also those in a group of their own (sshd's)."""
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            for process in [parent, *parent.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)

    def kill(self) -> None:
        """At once and without a word, as in a power cut."""
        self.send(signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(
    command: Sequence[str | Path], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server that listens on `port` when the block begins and is gone when it ends."""
    server = Server(command, port, log, env)
    try:
        server.wait()
        yield server
    finally:
        server.kill()
