"""The warehouse's structure brought up to date: roles, migrations in their order, then the views of the portal."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import connection as Connection

from etl.findings import SourceUnavailable
from etl.load.warehouse import rows, sql, transaction
from etl.settings import WAREHOUSE_SQL

OLDEST_SERVER = 170000
"""The loader is granted MAINTAIN, which PostgreSQL 17 brought."""

LOCK_ATTEMPTS = 60
LOCK_PAUSE = 1.0
"""How often a migration asks for tables that readers hold (each time for 2 seconds), and the pause between, seconds."""


class MigrationFailed(Exception):
    """The structure cannot be brought up to date; nothing of the failing step was kept."""


def migrate(conn: Connection, folder: Path = WAREHOUSE_SQL) -> list[str]:
    """Apply what is new of `migrations/`, in order, each in a transaction; then the views when they changed.

    Returns the names applied. Several at once wait for one another. Raises MigrationFailed when an applied file was
    changed since, a number is doubled or missing, or a step fails.
    """
    _refuse_old_server(conn)
    files = _numbered(folder / "migrations")
    with _migration_lock(conn):
        _prepare(conn)
        applied = _applied(conn)
        _refuse_changed(files, applied)
        done = []
        for file in files:
            if file.name not in applied:
                _apply(conn, file.name, file.read_text(encoding="utf-8"), _hash(file))
                done.append(file.name)
        views = sorted((folder / "portal").glob("*.sql"))
        fingerprint = hashlib.sha256("".join(f"{v.name}:{_hash(v)}" for v in views).encode()).hexdigest()
        if views and _applied(conn).get("portal") != fingerprint:
            _make_views(conn, views, fingerprint)
            done.append("portal")
    return done


def _refuse_old_server(conn: Connection) -> None:
    if conn.server_version < OLDEST_SERVER:
        raise MigrationFailed(
            f"PostgreSQL {conn.server_version // 10000} terlalu lama; gudang perlu {OLDEST_SERVER // 10000} atau lebih "
            "baru (diuji pada 18). Tindakan: arahkan SATUDATA_DSN ke server yang lebih baru."
        )


def _numbered(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.sql"))
    numbers = [file.name[:5] for file in files]
    expected = [f"{number:04d}_" for number in range(1, len(files) + 1)]
    if numbers != expected:
        raise MigrationFailed(
            f"Nomor migrasi di {folder} tidak berurutan: {', '.join(file.name for file in files)}. Sebab: nomor ganda "
            "atau terlewat, biasanya setelah penggabungan dua cabang. Tindakan: beri nomor berikutnya pada berkas baru."
        )
    return files


@contextlib.contextmanager
def _migration_lock(conn: Connection) -> Iterator[None]:
    """One migration of this database at a time; the lock is the session's, so it outlives each step's commit."""
    with transaction(conn) as cursor:
        cursor.execute(sql("load/migration.sql#lock"))
    try:
        yield
    finally:
        if not conn.closed:
            conn.rollback()
            with transaction(conn) as cursor:
                cursor.execute(sql("load/migration.sql#unlock"))


def _prepare(conn: Connection) -> None:
    """Roles and the register of migrations. Roles are the cluster's: another warehouse may be making them right now."""
    for attempt in range(20):
        try:
            with transaction(conn) as cursor:
                cursor.execute(sql("roles.sql"))
            break
        except (errors.InternalError_, errors.UniqueViolation):  # "tuple concurrently updated"
            if attempt == 19:
                raise
        except errors.InsufficientPrivilege as error:
            raise MigrationFailed(
                f"Peran gudang tidak dapat dibuat: {error.diag.message_primary}. Sebab: pengguna pada SATUDATA_DSN "
                "tidak memiliki CREATEROLE. Tindakan: jalankan `satudata migrate` sekali dengan pengguna yang punya."
            ) from error
    with transaction(conn) as cursor:
        cursor.execute(sql("load/migration.sql#as_owner"))
        cursor.execute(sql("bootstrap.sql"))


def _applied(conn: Connection) -> dict[str, str]:
    with transaction(conn) as cursor:
        return dict(rows(cursor, "load/migration.sql#applied"))


def _refuse_changed(files: list[Path], applied: dict[str, str]) -> None:
    changed = [file.name for file in files if applied.get(file.name, _hash(file)) != _hash(file)]
    unknown = sorted(set(applied) - {file.name for file in files} - {"portal"})
    if changed or unknown:
        raise MigrationFailed(
            f"Migrasi yang sudah diterapkan tidak lagi sama: {', '.join(changed + unknown)}. Sebab: berkasnya diubah "
            "atau dihapus, atau gudang ini milik versi yang lebih baru. Tindakan: kembalikan berkas itu seperti semula "
            "dan tulis perubahan sebagai migrasi bernomor berikutnya."
        )


def _apply(conn: Connection, name: str, statements: str, fingerprint: str) -> None:
    """One step in one transaction. Whoever wants a table that a step waits for waits behind it: so it waits briefly,
    lets the readers pass, and tries again. Raises MigrationFailed, SourceUnavailable when somebody never lets go."""
    for attempt in range(LOCK_ATTEMPTS):
        try:
            with transaction(conn) as cursor:
                cursor.execute(sql("load/migration.sql#as_owner"))
                cursor.execute(sql("load/migration.sql#wait_briefly"))
                cursor.execute(statements)
                cursor.execute(sql("load/migration.sql#record"), {"name": name, "sha256": fingerprint})
            return
        except SourceUnavailable:
            if conn.closed or attempt == LOCK_ATTEMPTS - 1:
                raise
            time.sleep(LOCK_PAUSE)
        except psycopg2.Error as error:
            raise _step_failed(name, error) from error


def _step_failed(name: str, error: psycopg2.Error) -> MigrationFailed:
    return MigrationFailed(
        f"Langkah {name} gagal dan dibatalkan seluruhnya: {str(error).strip()}. Tindakan: perbaiki sebabnya, lalu "
        "jalankan `satudata migrate` lagi; langkah sebelumnya tetap berlaku."
    )


_NOT_REPLACEABLE = (
    errors.InvalidTableDefinition,
    errors.InvalidFunctionDefinition,
    errors.DuplicateTable,
    errors.DuplicateFunction,
)
"""How PostgreSQL refuses to replace a view or function by one with other columns."""


def _make_views(conn: Connection, views: list[Path], fingerprint: str) -> None:
    """All views and functions of `portal/` anew in one transaction: readers never see them gone.

    Replaced where that is possible, so that what others built on them stays, and so do grants. Dropped first when a
    column became another or a view went: PostgreSQL refuses that while something of others depends on one.
    """
    statements = "\n".join(view.read_text(encoding="utf-8") for view in views)
    try:
        _apply(conn, "portal", f"{statements}\n{sql('load/migration.sql#refuse_left_over')}", fingerprint)
    except MigrationFailed as failure:
        if not isinstance(failure.__cause__, _NOT_REPLACEABLE):
            raise
        _apply(conn, "portal", f"{sql('load/migration.sql#drop_views')};\n{statements}", fingerprint)


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
