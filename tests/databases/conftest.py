"""One MariaDB for all tests of this folder, a fresh database in it for each, a dump that tells which way it read."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etl.extract import database, fast_mysql, fast_postgres
from etl.extract.archive import Archive
from etl.extract.database import Dump, dump
from etl.sources import DatabaseSource
from tests.servers.mariadb import PASSWORD, USER, MariaDB, mariadb

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[MariaDB]:
    with mariadb() as running:
        yield running


@pytest.fixture
def schema(server: MariaDB) -> str:
    """Name of an empty database of its own."""
    name = f"skpd_{next(_numbers)}"
    server.create(name)
    return name


@pytest.fixture
def dumped(tmp_path: Path) -> Callable[..., Dump]:
    """dump() of a query; keywords are those of the source."""

    def run(url: str, query: str, previous: Path | None = None, **parts: object) -> Dump:
        source = DatabaseSource(kind="database", connection="skpd_uji", query=query, **parts)
        return dump(source, url, Archive(tmp_path / "arsip"), "uji.data", previous)

    return run


class Ways:
    """Which way results were read: `fast` counts whole results that a fast way delivered, `refused` its refusals."""

    def __init__(self) -> None:
        self.fast = self.refused = 0

    def watch(self, read: Callable[..., object]) -> Callable[..., object]:
        def watched(*arguments: object) -> object:
            columns = read(*arguments)
            self.fast += columns is not None
            self.refused += columns is None
            return columns

        return watched


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    """Two rows are a batch here, so that a small table is large enough for the fast way."""
    watched = Ways()
    monkeypatch.setattr(database, "BATCH", 2)
    for module in (fast_mysql, fast_postgres):
        monkeypatch.setattr(module, "read", watched.watch(module.read))
    return watched


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Called, it leaves only the ordinary driver."""

    def only() -> None:
        for module in (fast_mysql, fast_postgres):
            monkeypatch.setattr(module, "suits", lambda *_: False)

    return only


@pytest.fixture(autouse=True)
def silent(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing that any of these tests prints or logs names the login."""
    caplog.set_level(logging.DEBUG, "satudata")
    yield
    out, err = capfd.readouterr()
    for said in (caplog.text, out, err):
        assert PASSWORD not in said
        assert "s4ndi%2F" not in said
        assert USER not in said
