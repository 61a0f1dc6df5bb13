"""What an installation needs every night, each step one call; dags/maintenance.py and `satudata maintain` run the same.

A step says what it did in one line, or raises with the sentence of what is wrong; the other steps go on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
from psycopg2 import sql as compose

from etl.findings import SourceUnavailable
from etl.load.checks import run_checks
from etl.load.kept import refresh_all
from etl.load.warehouse import rows, sql, transaction
from etl.receive import warehouse
from etl.services.backup import BackupFailed, backup
from etl.services.pg_programs import ProgramFailed
from etl.services.retention import retention
from etl.settings import Settings

AIRFLOW_DATABASE = "SATUDATA_AIRFLOW_DB"
"""Airflow hides its database from tasks, and rightly: cleaning it is the one task that is given the address."""


class MaintenanceFailed(Exception):
    """A step found something that somebody has to look after; the message says what, and what to do."""


def check(settings: Settings) -> str:
    """Every statement of warehouse_sql/checks; where one does not hold, the tree of programmes is computed anew.

    Raises MaintenanceFailed with those that do not hold.
    """
    with warehouse(settings) as conn:
        broken = run_checks(conn)
        if broken:  # what is kept of the facts can be made anew; that it was wrong is said all the same
            with transaction(conn) as cursor:
                refresh_all(cursor)
    if broken:
        raise MaintenanceFailed(
            "\n".join([f"{len(broken)} pemeriksaan gudang dilanggar:", *map(str, broken)])
            + "\nSebab: kesalahan program, atau data yang diubah langsung. Tindakan: jangan mengubah apa pun; amankan "
            "cadangan terakhir yang bersih dan laporkan kepada pengelola."
        )
    return "Gudang utuh: semua pemeriksaan kosong."


def prepare_partitions(settings: Settings) -> str:
    """History of this year and the next has its partitions before the first version of that year ends."""
    years = [datetime.now(UTC).year + n for n in (0, 1)]
    with warehouse(settings) as conn, transaction(conn) as cursor:
        made = sum(rows(cursor, "operate/maintain.sql#partition", {"year": year})[0][0] for year in years)
    return f"Partisi riwayat {years[0]} dan {years[1]}: {made} dibuat."


def let_go(settings: Settings, *, dry_run: bool = False, say: Callable[[str], None] = print) -> str:
    """Retention; each thing is said before it goes."""
    with warehouse(settings) as conn:
        items = retention(conn, settings, dry_run=dry_run, say=say)
    return f"Retensi: {len(items)} hal, {sum(item.size for item in items)} byte" + (
        " akan dihapus." if dry_run else "."
    )


def clean_airflow(settings: Settings, *, dry_run: bool = False) -> str:
    """Finished runs older than the retention leave Airflow's own tables, by `airflow db clean`.

    Raises MaintenanceFailed with the command's last lines.
    """
    address = os.environ.get(AIRFLOW_DATABASE)
    if not address:
        return f"Tabel Airflow tidak dibersihkan: {AIRFLOW_DATABASE} tidak diisi."
    before = datetime.now(UTC) - timedelta(days=settings.retention.log_days)
    command = [str(Path(sys.executable).with_name("airflow")), "db", "clean", "--skip-archive", "--yes"]
    command += ["--error-on-cleanup-failure", f"--clean-before-timestamp={before.isoformat()}"]
    environment = {**os.environ, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address}
    for hidden in ("AIRFLOW__CORE__SQL_ALCHEMY_CONN", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"):
        environment.pop(hidden, None)
    done = subprocess.run(
        command + (["--dry-run"] if dry_run else []), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-10:])
        raise MaintenanceFailed(f"`airflow db clean` gagal (kode {done.returncode}):\n{last}")
    return f"Tabel Airflow: yang lebih lama dari {settings.retention.log_days} hari dibersihkan."


def vacuum(settings: Settings) -> str:
    """VACUUM and ANALYZE of what has changed much; partitioned tables, which autovacuum passes by, are analysed."""
    done = []
    with warehouse(settings) as conn:
        conn.autocommit = True
        with conn.cursor() as cursor:
            for step, wanted in (("vacuum", "worn"), ("analyze", "parents")):
                for schema, name in rows(cursor, f"operate/maintain.sql#{wanted}"):
                    table = compose.Identifier(schema, name)
                    cursor.execute(compose.SQL(sql(f"operate/maintain.sql#{step}")).format(table=table))
                    done.append(f"{schema}.{name}")
    return f"Dirapikan: {', '.join(done) or 'tidak ada yang perlu'}."


def save(settings: Settings, *, say: Callable[[str], None] = print) -> str:
    """A backup, where SATUDATA_BACKUP names a place. Raises BackupFailed, ProgramFailed, SourceUnavailable; also
    BackupFailed when the archive lacks something, with the backup made."""
    if settings.backup is None:
        return "Tidak dicadangkan: SATUDATA_BACKUP tidak diisi."
    done = backup(settings, settings.backup, keep=settings.retention.backups, say=say)
    if done.problem:
        raise BackupFailed(done.problem)
    return f"Cadangan: {done.folder}"


STEPS: dict[str, Callable[[Settings], str]] = {
    "partitions": prepare_partitions,
    "retention": let_go,
    "airflow_db": clean_airflow,
    "vacuum": vacuum,
    "check": check,
    "backup": save,
}
"""In the order in which they run; the backup last, so that it holds what the night has put in order."""


def maintain(settings: Settings, *, say: Callable[[str], None] = print) -> list[str]:
    """Every step, one after the other; what went wrong with one is said and does not stop the next. Returns the names
    of those that failed."""
    failed = []
    for name, step in STEPS.items():
        try:
            say(f"{name}: {step(settings)}")
        except (MaintenanceFailed, BackupFailed, ProgramFailed, SourceUnavailable, psycopg2.Error) as problem:
            failed.append(name)
            say(f"{name} GAGAL: {problem}")
    return failed
