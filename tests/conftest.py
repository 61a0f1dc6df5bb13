"""A real PostgreSQL for the tests that need one; those that do not never start it.

One server per test run (per worker under pytest-xdist), one template database migrated and seeded once, and a fresh
copy of it for each test.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.demo import Demo, Kept

TEMPLATE = "gudang_contoh"
DEMO = "demo_contoh"
LONGEST = (
    "faults/test_processes.py",
    "faults/test_kill.py",
    "warehouse/test_demo_regency.py",
    "dags/test_dag_run.py",
    "dags/test_maintenance.py",
    "dags/test_prepared.py",
    "property/test_round_trip.py",
    "faults/test_two_at_once.py",
    "faults/test_bad_sources_journey.py",
    "shares/test_every_share.py",
    "databases/test_mariadb_faults.py",
    "warehouse/test_versions.py",
    "samples/test_anggaran_gudang.py",
)
"""Begun first, so that no worker is left alone with one of them when the others have ended."""
_numbers = itertools.count(1)
settings.register_profile("sibuk", deadline=None)  # a busy machine is no bug: nothing here asserts a time
settings.load_profile("sibuk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {Path(__file__).parent / module: number for number, module in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Address of the server's `postgres` database. Durability is off: a test run has nothing to lose in a power cut."""
    from etl.services import postgres

    folder = Path(tempfile.mkdtemp(prefix="satudata-tes-"))
    pgdata = folder / "pg"
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
    try:
        yield postgres.start(pgdata, fast)
    finally:
        postgres.stop(pgdata)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def warehouse_template(postgres_dsn: str) -> str:
    """Name of a migrated and seeded database that every test's own is copied from."""
    from etl.load.migrate import migrate
    from etl.load.reference import seed
    from etl.load.warehouse import connect
    from etl.services import postgres

    conn = connect(postgres.create_database(postgres_dsn, TEMPLATE))
    try:
        migrate(conn)
        seed(conn)
    finally:
        conn.close()
    return TEMPLATE


@pytest.fixture
def warehouse_dsn(postgres_dsn: str, warehouse_template: str) -> Iterator[str]:
    """Address of a fresh warehouse, migrated and seeded, dropped after the test."""
    with _fresh(postgres_dsn, warehouse_template) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def module_warehouse_dsn(postgres_dsn: str, warehouse_template: str) -> Iterator[str]:
    """One for all tests of a module, which only look at what its own fixture did there."""
    with _fresh(postgres_dsn, warehouse_template) as dsn:
        yield dsn


@pytest.fixture
def another_warehouse_dsn(postgres_dsn: str, warehouse_template: str) -> Iterator[str]:
    """A second one, for tests that compare two."""
    with _fresh(postgres_dsn, warehouse_template) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def demo_agency(postgres_dsn: str) -> str:
    """Address of the demo regency's one agency with a database, for the connection of that name."""
    from tests.demo import agency_url

    return agency_url(postgres_dsn)


@pytest.fixture(scope="session")
def kept_demo(
    postgres_dsn: str, warehouse_template: str, demo_agency: str, tmp_path_factory: pytest.TempPathFactory
) -> Kept:
    """The demo regency, built by the first worker that comes here; its warehouse is then a template of each server."""
    from etl.services import postgres
    from tests.demo import Kept

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    kept = Kept(shared / "demo")
    with _fresh(postgres_dsn, warehouse_template) as dsn:
        kept.build_once(dsn, demo_agency)
    kept.restore(postgres.create_database(postgres_dsn, DEMO))
    return kept


@pytest.fixture(scope="session")
def demo_regency(postgres_dsn: str, kept_demo: Kept) -> Iterator[Demo]:
    """The demo regency loaded and exported, to look at: its warehouse refuses whatever is written."""
    with _fresh(postgres_dsn, DEMO) as dsn:
        name = psycopg2.extensions.parse_dsn(dsn)["dbname"]
        _on_server(dsn, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        yield kept_demo.seen(dsn)


@pytest.fixture
def own_demo_regency(
    postgres_dsn: str, kept_demo: Kept, demo_agency: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Demo]:
    """One to change: a copy of its warehouse and of all its files."""
    from tests.demo import AGENCY

    monkeypatch.setenv(AGENCY, demo_agency)
    with _fresh(postgres_dsn, DEMO) as dsn:
        yield kept_demo.copied(dsn, tmp_path / "demo")


@pytest.fixture(scope="module")
def module_own_demo_regency(
    postgres_dsn: str, kept_demo: Kept, demo_agency: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """One that the tests of a module change one after the other."""
    from tests.demo import AGENCY

    with pytest.MonkeyPatch.context() as patch, _fresh(postgres_dsn, DEMO) as dsn:
        patch.setenv(AGENCY, demo_agency)
        yield kept_demo.copied(dsn, tmp_path_factory.mktemp("rumah") / "demo")


@contextlib.contextmanager
def _fresh(postgres_dsn: str, template: str) -> Iterator[str]:
    name = f"gudang_{next(_numbers)}"
    _on_server(postgres_dsn, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield psycopg2.extensions.make_dsn(postgres_dsn, dbname=name)
    finally:
        _on_server(postgres_dsn, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_server(dsn: str, statement: str) -> None:
    conn = psycopg2.connect(dsn)
    try:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(statement)
    finally:
        conn.close()
