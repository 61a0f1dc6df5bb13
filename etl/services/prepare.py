"""A warehouse to work with: the embedded server where no other is named, its databases, schema and reference data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from psycopg2.extensions import make_dsn

from etl.catalogue import Catalogue, load_contracts
from etl.services.airflow import DEMO_DATABASE, sqlalchemy_url
from etl.services.demo import fill_database, is_demo, place_folders
from etl.settings import Settings

METADATA = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@dataclass(frozen=True)
class Ground:
    """settings: with the warehouse's real address. server: the embedded server's, empty when none was needed."""

    settings: Settings
    server: str


def start_server(settings: Settings, *, airflow: bool) -> Ground:
    """Starts the embedded server for whatever has no address of its own: warehouse, Airflow's tables, demo agency."""
    own_warehouse = "SATUDATA_DSN" in os.environ
    if own_warehouse and not (airflow and METADATA not in os.environ):
        return Ground(settings, "")
    from etl.services.postgres import create_database, start

    settings.home.mkdir(parents=True, exist_ok=True)
    server = start(settings.home / "pg")
    for name in ("satudata", DEMO_DATABASE, *(["airflow"] if airflow else [])):
        create_database(server, name)
    dsn = settings.dsn if own_warehouse else make_dsn(server, dbname="satudata")
    return Ground(replace(settings, dsn=dsn), server)


def fill(ground: Ground) -> Catalogue:
    """Migrates and seeds the warehouse and puts the demo regency in place. Safe to run again.

    Raises InvalidContracts before anything is touched.
    """
    from etl.load.dimensions import sync_catalogue
    from etl.load.migrate import migrate
    from etl.load.reference import seed
    from etl.load.warehouse import connect

    settings = ground.settings
    catalogue = load_contracts(settings.datasets)
    conn = connect(settings.dsn)
    try:
        migrate(conn)
        seed(conn)
        sync_catalogue(conn, catalogue)
    finally:
        conn.close()
    if is_demo(settings):
        place_folders(settings)
        if ground.server:
            demo = make_dsn(ground.server, dbname=DEMO_DATABASE)
            fill_database(demo)
            name = f"AIRFLOW_CONN_{DEMO_DATABASE.upper()}"
            os.environ[name] = os.environ.get(name) or sqlalchemy_url(demo, driver="")
    return catalogue


@contextmanager
def prepared(settings: Settings, *, filled: bool = False) -> Iterator[Settings]:
    """A warehouse without Airflow, for a single command: `with prepared(settings) as settings: …`.

    Without SATUDATA_DSN the embedded server is started, and stopped again afterwards if it did not run before.
    filled: also migrated and seeded, the demo in place, its agency's database lent to this process through its
    environment as a DAG's tasks get it; a server that SATUDATA_DSN names is migrated by hand.
    """
    if "SATUDATA_DSN" in os.environ:
        yield settings
        return
    from etl.services.postgres import is_running, stop

    pgdata = settings.home / "pg"
    was_running = is_running(pgdata)
    ground = start_server(settings, airflow=False)
    try:
        if filled:
            fill(ground)
        yield ground.settings
    finally:
        if ground.server and not was_running:
            stop(pgdata)
