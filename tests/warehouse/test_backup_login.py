"""The production shape's logins, made by the script of its PostgreSQL container: the nightly backup's reads everything,
past row-level security, and changes nothing; what it took is restored whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import make_dsn, parse_dsn

from etl.load.migrate import migrate
from etl.load.reference import seed
from etl.load.warehouse import connect
from etl.services import postgres
from etl.services.backup import BackupFailed, backup
from etl.services.backup_files import Manifest, complete
from etl.services.restore import restore
from etl.settings import PROJECT, Settings
from tests.warehouse.regency import KECAMATAN, Regency

SECRETS = ("PIPELINE_DB_PASSWORD", "AIRFLOW_DB_PASSWORD", "BACKUP_DB_PASSWORD", "PORTAL_DB_PASSWORD")
PASSWORDS = {name: f"sandi-{name.lower()}" for name in SECRETS}
GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}


def logins(server: str, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """docker/basis-data.sh, with the environment that the container gives it."""
    env = {
        "PATH": f"{postgres.BIN}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(parse_dsn(server)["host"]),
        "POSTGRES_USER": "satudata",
        "POSTGRES_DB": "satudata",
        **passwords,
    }
    script = ["bash", "docker/basis-data.sh"]
    return subprocess.run(script, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server as the container's is when it first starts: its own superuser, who owns an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="satudata-login-"))
    dsn = postgres.start(folder / "pg", {"fsync": "off"})
    conn = psycopg2.connect(dsn)
    conn.autocommit = True
    conn.cursor().execute("CREATE ROLE satudata SUPERUSER LOGIN")
    for name in ("satudata", "pulih"):
        conn.cursor().execute(f"CREATE DATABASE {name} OWNER satudata")
    conn.close()
    done = logins(dsn, PASSWORDS)
    assert done.returncode == 0, done.stderr
    yield dsn
    postgres.stop(folder / "pg")
    shutil.rmtree(folder)


def at(server: str, user: str, database: str = "satudata") -> str:
    return make_dsn(server, user=user, dbname=database)


def ask(dsn: str, text: str) -> list[Any]:
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def regency(server: str, tmp_path_factory: pytest.TempPathFactory) -> Regency:
    """Migrated by the owner, loaded by the loader: released, revised, waiting."""
    conn = connect(at(server, "satudata"))
    migrate(conn)
    seed(conn)
    conn.close()
    regency = Regency(tmp_path_factory.mktemp("kabupaten"), at(server, "pipa"))
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.go()
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Bengkal": (-3, 6)})
    regency.go()
    return regency


@contextmanager
def nightly(regency: Regency, server: str, folder: Path) -> Iterator[None]:
    """docker/cadangan.sh at work while the block runs, told what the container tells it."""
    folder.mkdir(exist_ok=True)
    env = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SATUDATA_DSN": at(server, "cadangan"),
        "PGPASSWORD": PASSWORDS["BACKUP_DB_PASSWORD"],
        "SATUDATA_HOME": str(regency.settings.home),
        "SATUDATA_DATASETS": str(regency.settings.datasets),
        "SATUDATA_BACKUP": str(folder),
    }
    process = subprocess.Popen(["docker/cadangan.sh"], cwd=PROJECT, env=env, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.1)


def test_what_the_nightly_backup_took_is_restored_whole(regency: Regency, server: str, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in regency.settings.home.rglob("*")}
    taken = tmp_path / "cadangan"
    with nightly(regency, server, taken):
        until(lambda: complete(taken), "a backup")
    (folder,) = complete(taken)
    assert {path: path.stat().st_mtime_ns for path in regency.settings.home.rglob("*")} == before

    manifest = Manifest.read(folder)
    owner = replace(regency.settings, dsn=at(server, "satudata"))
    assert manifest.tables == backup(owner, tmp_path / "pemilik", keep=1, say=print).manifest.tables
    assert manifest.tables["audit.submission"][0] == 3, "the table with row-level security"
    assert not manifest.lost

    other = Settings(dsn=at(server, "satudata", "pulih"), home=tmp_path / "lain", datasets=tmp_path / "d", sources="-")
    done = restore(other, folder, say=print)
    assert done.proven and {table.table: table.after for table in done.tables} == manifest.tables
    figures = "SELECT v::text FROM portal.nilai_riwayat AS v ORDER BY 1"
    assert ask(other.dsn, figures) == ask(owner.dsn, figures) != []


def test_a_night_has_one_backup_and_one_that_was_missed_is_made_up_for(
    regency: Regency, server: str, tmp_path: Path
) -> None:
    reader = replace(regency.settings, dsn=at(server, "cadangan"))
    tonight = backup(reader, tmp_path, keep=1, say=print).folder
    with nightly(regency, server, tmp_path):
        time.sleep(3)
    assert complete(tmp_path) == [tonight] and not list(tmp_path.glob(".sementara-*")), "not even begun"
    evening = time.strftime("satudata-%Y%m%dT182959Z", time.gmtime(time.time() - 2 * 86400))
    missed = tonight.rename(tmp_path / evening)
    with nightly(regency, server, tmp_path):
        until(lambda: len(complete(tmp_path)) == 2, "the backup that was missed")
    assert complete(tmp_path)[0] == missed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit.submission SET status = 'dirilis'",
        "DELETE FROM dw.fakta_indikator",
        "INSERT INTO audit.account (login, skpd) VALUES ('cadangan', 'dinkes')",
        "TRUNCATE audit.finding",
        "CREATE TABLE dw.baru (a int)",
        "CREATE TABLE public.baru (a int)",
        "CREATE TEMPORARY TABLE baru (a int)",
        "CREATE SCHEMA baru",
        "ALTER TABLE audit.submission DISABLE ROW LEVEL SECURITY",
        "CALL audit.drop_views()",
        "SET ROLE satudata_owner",
        "SET ROLE satudata_loader",
        "CREATE ROLE lain",
        "ALTER ROLE pipa PASSWORD 'x'",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT setval(pg_get_serial_sequence('audit.submission', 'id'), 1)",
    ],
)
def test_the_login_changes_nothing(regency: Regency, server: str, statement: str) -> None:
    conn = psycopg2.connect(at(server, "cadangan"), options="-c default_transaction_read_only=off")
    with pytest.raises(errors.InsufficientPrivilege), conn.cursor() as cursor:
        cursor.execute(statement)
    conn.close()


def test_the_login_writes_nothing_by_mistake_either_and_opens_no_other_database(regency: Regency, server: str) -> None:
    assert ask(at(server, "cadangan"), "SHOW default_transaction_read_only") == [("on",)]
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(at(server, "cadangan", "airflow"))


def test_the_loader_and_a_mere_reader_of_all_cannot_take_one(regency: Regency, server: str, tmp_path: Path) -> None:
    with psycopg2.connect(at(server, "satudata")) as conn, conn.cursor() as cursor:
        cursor.execute("CREATE ROLE pembaca LOGIN IN ROLE pg_read_all_data")
        cursor.execute("GRANT CONNECT ON DATABASE satudata TO pembaca")
    for login in ("pipa", "pembaca"):
        with pytest.raises(BackupFailed, match="BYPASSRLS"):
            backup(replace(regency.settings, dsn=at(server, login)), tmp_path, keep=1, say=print)
        assert not complete(tmp_path)


def test_the_script_may_run_again_and_sets_passwords_anew(regency: Regency, server: str) -> None:
    verifiers = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname IN ('pipa', 'airflow', 'cadangan') ORDER BY 1"
    before = dict(ask(at(server, "satudata"), verifiers))
    assert len(before) == 3 and all(str(one).startswith("SCRAM-SHA-256$") for one in before.values())
    rights = (
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles ORDER BY 1"
    )
    had = ask(at(server, "satudata"), rights)
    assert ("cadangan", False, True, False, False, False) in had

    done = logins(server, PASSWORDS | {"BACKUP_DB_PASSWORD": "lain"})
    assert (done.returncode, done.stderr) == (0, "")
    after = dict(ask(at(server, "satudata"), verifiers))
    assert after["cadangan"] != before["cadangan"]
    assert ask(at(server, "satudata"), rights) == had


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_password_stops_the_script(server: str, name: str) -> None:
    assert logins(server, {other: value for other, value in PASSWORDS.items() if other != name}).returncode != 0


def test_no_password_reaches_the_log_of_the_server_or_a_list_of_processes(server: str) -> None:
    text = (PROJECT / "docker" / "basis-data.sh").read_text()
    assert not any(f"${name}" in text or f"${{{name}" in text for name in PASSWORDS), "psql reads them itself"
    logged = Path(str(parse_dsn(server)["host"])).rglob("*.log")
    assert not any(password in log.read_text(errors="replace") for log in logged for password in PASSWORDS.values())
