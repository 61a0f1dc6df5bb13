"""`satudata …` as a person types it, in a process of its own.

The process is forked from one that has imported what others wrote, as Airflow's tasks are (etl/services/preloaded.py):
seven seconds of imports are spent once per test run, not once per command. What is ours each command imports anew.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from etl.services.preloaded import LIBRARIES
from etl.settings import PROJECT, Settings

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [*LIBRARIES, "lxml.etree", "pydantic.main", "pytest", "rich.table", "typer", "xlsxwriter", "yaml"]
)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote to standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return self.out + self.err


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """This process's environment with an installation in it, and a terminal wide enough for every message."""
    return {
        **os.environ,
        "SATUDATA_DSN": settings.dsn,
        "SATUDATA_HOME": str(settings.home),
        "SATUDATA_DATASETS": str(settings.datasets),
        "SATUDATA_SOURCES": settings.sources,
        "COLUMNS": "300",
        **more,
    }


def satudata(*arguments: object, env: Mapping[str, str], cwd: Path = PROJECT) -> Done:
    """Runs a command to its end. A traceback is never what a person should read: it fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        process = started(*arguments, env=env, cwd=cwd, said=Path(folder))
        process.join()
        done = Done(process.exitcode or 0, *((Path(folder) / name).read_text(encoding="utf-8") for name in STREAMS))
    assert "Traceback" not in done.err, done.err
    return done


def started(*arguments: object, env: Mapping[str, str], said: Path, cwd: Path = PROJECT) -> ForkServerProcess:
    """A command at work, to be killed or waited for; what it writes goes to the files STREAMS in the folder `said`."""
    process = _forks.Process(target=_command, args=([str(one) for one in arguments], dict(env), cwd, said))
    process.start()
    return process


STREAMS = ("keluaran", "galat")


def _command(arguments: list[str], env: dict[str, str], cwd: Path, said: Path) -> None:
    for number, name in enumerate(STREAMS, start=1):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["satudata", *arguments]
    from etl.cli import main

    main()
