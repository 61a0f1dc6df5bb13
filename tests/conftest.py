"""A real PostgreSQL for the tests that need one; those that do not never start it.

One server per test run (per worker under pytest-xdist), one template database migrated and seeded once, and a fresh
copy of it for each test.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from hypothesis import settings

TEMPLATE = "gudang_contoh"
_numbers = itertools.count(1)
settings.register_profile("sibuk", deadline=None)  # a busy machine is no bug: nothing here asserts a time
settings.load_profile("sibuk")


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
    yield from _fresh(postgres_dsn, warehouse_template)


@pytest.fixture(scope="module")
def module_warehouse_dsn(postgres_dsn: str, warehouse_template: str) -> Iterator[str]:
    """One for all tests of a module, which only look at what its own fixture did there."""
    yield from _fresh(postgres_dsn, warehouse_template)


@pytest.fixture
def another_warehouse_dsn(postgres_dsn: str, warehouse_template: str) -> Iterator[str]:
    """A second one, for tests that compare two."""
    yield from _fresh(postgres_dsn, warehouse_template)


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
