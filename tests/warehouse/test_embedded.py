"""The embedded server: started once, stopped for good, and up again after whatever killed it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import psycopg2
import pytest

from etl.load.migrate import MigrationFailed, migrate
from etl.load.reference import seed
from etl.load.warehouse import connect
from etl.services import postgres
from etl.settings import PROJECT
from tests.warehouse.tidy_data import contract, loaded, sync, tidy


@pytest.fixture
def pgdata():
    folder = Path(tempfile.mkdtemp(prefix="satudata-pg-"))
    yield folder / "pg"
    postgres.stop(folder / "pg")
    shutil.rmtree(folder)


def ask(dsn, text="SELECT 1"):
    conn = psycopg2.connect(dsn)
    try:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall() if cursor.description else []
    finally:
        conn.close()


def postmaster(pgdata):
    return int((pgdata / "postmaster.pid").read_text().split("\n")[0])


def servers_of(pgdata):
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(pgdata) in (process.info["cmdline"] or []) and process.status() != psutil.STATUS_ZOMBIE
    ]


def test_it_starts_with_our_settings_and_stops_without_a_trace(pgdata):
    dsn = postgres.start(pgdata)
    assert postgres.start(pgdata) == dsn == postgres.address(pgdata)
    assert ask(dsn, "SHOW server_version")[0][0].startswith("18")
    settings = dict(ask(dsn, "SELECT name, setting FROM pg_settings"))
    assert (settings["listen_addresses"], settings["wal_level"], settings["jit"]) == ("", "minimal", "off")
    assert (settings["TimeZone"], settings["password_encryption"]) == ("UTC", "scram-sha-256")
    assert postgres.is_running(pgdata)
    postgres.stop(pgdata)
    assert not postgres.is_running(pgdata)
    assert servers_of(pgdata) == []
    postgres.stop(pgdata)


def test_data_survive_a_stop_and_an_operators_own_setting_too(pgdata):
    dsn = postgres.start(pgdata)
    ask(dsn, "CREATE TABLE tetap AS SELECT 7 AS angka")
    postgres.stop(pgdata)
    with (pgdata / "postgresql.conf").open("a") as stream:
        stream.write("work_mem = '99MB'\n")
    assert ask(postgres.start(pgdata), "SELECT angka FROM tetap") == [(7,)]
    assert ask(dsn, "SHOW work_mem") == [("99MB",)]


def test_it_recovers_from_a_killed_server(pgdata):
    dsn = postgres.start(pgdata)
    ask(dsn, "CREATE TABLE tetap AS SELECT 7 AS angka")
    os.kill(postmaster(pgdata), signal.SIGKILL)
    assert ask(postgres.start(pgdata), "SELECT angka FROM tetap") == [(7,)]


def test_a_pid_file_whose_number_another_program_has_does_not_hinder(pgdata):
    postgres.start(pgdata)
    postgres.stop(pgdata)
    (pgdata / "postmaster.pid").write_text(f"{os.getpid()}\n{pgdata}\n1700000000\n5432\n{pgdata}\n\n  0 0\nready\n")
    assert not postgres.is_running(pgdata)
    assert ask(postgres.start(pgdata)) == [(1,)]


def test_the_server_outlives_its_killed_starter(pgdata):
    code = (
        "import os; from pathlib import Path; from etl.services import postgres; "
        f"postgres.start(Path({str(pgdata)!r})); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=120)
    assert done.returncode == -9
    assert postgres.is_running(pgdata)
    assert ask(postgres.start(pgdata)) == [(1,)]


def test_several_starters_at_once_start_one_server(pgdata):
    found, errors = [], []

    def go():
        try:
            found.append(postgres.start(pgdata))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(set(found)) == 1
    assert len(servers_of(pgdata)) == 1


def test_a_path_too_long_for_a_socket_gets_a_short_one(pgdata):
    deep = pgdata.parent / ("x" * 120) / "pg"
    dsn = postgres.start(deep)
    try:
        assert ask(dsn) == [(1,)]
        assert str(deep) not in dsn
        socket_dir = Path(psycopg2.extensions.parse_dsn(dsn)["host"])
        assert socket_dir.stat().st_mode & 0o077 == 0, "nobody else reaches the socket"
    finally:
        postgres.stop(deep)
    shutil.rmtree(socket_dir)


def test_only_its_owner_reaches_the_server(pgdata):
    postgres.start(pgdata)
    assert pgdata.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("file", "text", "told"), [("PG_VERSION", "16\n", "PostgreSQL 16"), ("surat.docx", "x", "lain")]
)
def test_a_folder_that_is_not_ours_is_left_alone(pgdata, file, text, told):
    pgdata.mkdir()
    (pgdata / file).write_text(text)
    with pytest.raises(postgres.PostgresFailed, match=told) as caught:
        postgres.start(pgdata)
    assert "Tindakan" in str(caught.value)
    assert [path.name for path in pgdata.iterdir()] == [file]


def test_a_server_that_cannot_start_says_why(pgdata):
    with pytest.raises(postgres.PostgresFailed, match="shared_buffers"):
        postgres.start(pgdata, {"shared_buffers": "banyak"})


def test_creating_a_database_twice_is_once(pgdata):
    dsn = postgres.start(pgdata)
    first = postgres.create_database(dsn, "satu-data")
    assert postgres.create_database(dsn, "satu-data") == first
    assert ask(first, "SELECT current_database()") == [("satu-data",)]


# ── a server of one's own, where we are no superuser ─────────────────────────────────────────────────────────────────


def test_an_ordinary_administrator_can_migrate_and_load(pgdata):
    dsn = postgres.start(pgdata)
    ask(dsn, "CREATE ROLE admin_data LOGIN CREATEROLE")
    ask(dsn, "CREATE DATABASE gudang OWNER admin_data")
    conn = connect(psycopg2.extensions.make_dsn(dsn, user="admin_data", dbname="gudang"))
    try:
        migrate(conn)
        seed(conn)
        by = contract()
        sync(conn, by)
        assert loaded(conn, by, tidy([("64.08.01", "2024", "1", "2")]))[1].status == "dirilis"
        assert migrate(conn) == []
    finally:
        conn.close()


def test_without_the_right_to_make_roles_it_says_who_must(pgdata):
    dsn = postgres.start(pgdata)
    ask(dsn, "CREATE ROLE orang_biasa LOGIN")
    ask(dsn, "CREATE DATABASE gudang OWNER orang_biasa")
    conn = connect(psycopg2.extensions.make_dsn(dsn, user="orang_biasa", dbname="gudang"))
    try:
        with pytest.raises(MigrationFailed, match="CREATEROLE"):
            migrate(conn)
    finally:
        conn.close()
