"""The warehouse's door: connecting, bringing its structure up to date, filling its code lists.

Everything in SQL stands in warehouse_sql/; this module only finds the files and runs them in the right order.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import errors
from psycopg2 import sql as compose
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, encrypt_password
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.findings import Finding, Owner, SourceUnavailable
from etl.load.exchange import copy_rows
from etl.settings import WAREHOUSE_SQL

OLDEST_SERVER = 170000
"""The loader is granted MAINTAIN, which PostgreSQL 17 brought."""

LOCK_ATTEMPTS = 60
LOCK_PAUSE = 1.0
"""How often a migration asks for tables that readers hold (each time for 2 seconds), and the pause between, seconds."""


class MigrationFailed(Exception):
    """The structure cannot be brought up to date; nothing of the failing step was kept."""


@cache
def sql(name: str) -> str:
    """Text of `warehouse_sql/<name>`, e.g. `roles.sql`; `load/figures.sql#close` is one statement of a file, the part
    below its line `-- name: close`."""
    path, _, part = name.partition("#")
    text = (WAREHOUSE_SQL / path).read_text(encoding="utf-8")
    if not part:
        return text
    pieces = re.split(r"(?m)^-- name: (\w+)\n", text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))[part].strip().rstrip(";")


def connect(dsn: str) -> Connection:
    """A connection to the warehouse, in UTC, that notices a dead server within a minute.

    Raises SourceUnavailable (worth a retry) when it cannot be reached.
    """
    try:
        conn: Connection = psycopg2.connect(
            dsn,
            application_name="satudata",
            connect_timeout=10,
            keepalives=1,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            # Nothing here is found by a search path; a lock that a forgotten session holds must not hold everybody.
            options="-c timezone=UTC -c search_path=pg_catalog -c lock_timeout=10min "
            "-c idle_in_transaction_session_timeout=30min -c client_min_messages=warning",
        )
    except psycopg2.OperationalError as error:
        raise SourceUnavailable(_unreachable(error)) from error
    return conn


def _busy(error: psycopg2.Error) -> Finding:
    return Finding(
        rule="gudang_sibuk",
        message=f"Gudang data sedang dipakai proses lain: {error.diag.message_primary}.",
        cause="Pemuatan, rilis atau perawatan lain memegang data yang sama terlalu lama.",
        action="Ulangi beberapa menit lagi; tidak ada yang hilang.",
        owner=Owner.DISKOMINFO,
    )


def _unreachable(error: Exception) -> Finding:
    return Finding(
        rule="gudang_terjangkau",
        message=f"Gudang data tidak dapat dihubungi: {str(error).strip().partition(chr(10))[0]}.",
        cause="Server basis data mati, alamat SATUDATA_DSN salah, atau jaringan terputus.",
        action="Jalankan `make up` (server tertanam) atau periksa SATUDATA_DSN, lalu ulangi; tidak ada yang hilang.",
        owner=Owner.DISKOMINFO,
    )


@contextlib.contextmanager
def transaction(conn: Connection) -> Iterator[Cursor]:
    """One transaction of its own: committed at the end, rolled back on any error.

    Raises RuntimeError when the connection is inside another one: what is meant to commit together must be one call.
    Raises SourceUnavailable (worth a retry) when the server went away or others held what is needed for too long.
    """
    if not conn.closed and conn.info.transaction_status != TRANSACTION_STATUS_IDLE:
        raise RuntimeError("koneksi masih di dalam transaksi lain; selesaikan dahulu (commit atau rollback)")
    try:
        with conn.cursor() as cursor:
            yield cursor
        conn.commit()
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        conn.rollback()
        raise SourceUnavailable(_busy(error)) from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        if conn.closed:
            raise SourceUnavailable(_unreachable(error)) from error
        conn.rollback()
        raise
    except BaseException:
        if not conn.closed:
            conn.rollback()
        raise


def rows(cursor: Cursor, name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Every row of the query `name` (see `sql`)."""
    cursor.execute(sql(name), parameters)
    return cursor.fetchall()


# ── structure ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── code lists ───────────────────────────────────────────────────────────────────────────────────────────────────────

CODE_LISTS = {
    "wilayah": ("dw.dim_wilayah", ("kode", "berlaku_dari")),
    "wilayah_alias": ("dw.wilayah_alias", ("alias", "tingkat", "kode")),
    "urusan": ("dw.dim_urusan", ("kode", "berlaku_dari")),
    "satuan": ("dw.satuan", ("satuan",)),
    "skpd": ("dw.dim_skpd", ("kode", "berlaku_dari")),
    "nomenklatur": ("dw.nomenklatur", ("peraturan",)),
    "kegiatan": ("dw.dim_kegiatan", ("kode", "berlaku_dari")),
    "rekening": ("dw.dim_rekening", ("kode", "berlaku_dari")),
    "sumber_dana": ("dw.dim_sumber_dana", ("kode", "berlaku_dari")),
    "rincian": ("dw.daftar_rincian", ("daftar", "kode", "berlaku_dari")),
    "wilayah_batas": ("dw.wilayah_batas", ("kode",)),
    "frekuensi": ("dw.frekuensi", ("nama",)),
    "metadata_bps": ("dw.metadata_bps", ("form", "field_key")),
    "epss": ("dw.epss_indikator", ("kode",)),
    "padanan": ("dw.padanan", ("dimensi", "kode_lama", "kode_baru")),
}
"""File in warehouse_sql/reference → its table and key."""

_TRUST = {
    "dw.dim_skpd": "keyakinan_nama",
    "dw.dim_kegiatan": "keyakinan",
    "dw.dim_rekening": "keyakinan",
    "dw.dim_sumber_dana": "keyakinan",
}
"""Table of a list to which figures add what it lacks → the column that says so."""

_EMPTY = {"berlaku_dari": "-infinity", "berlaku_sampai": "infinity", "kode": "", "varian": ""}
"""What an empty cell means; NULL in every other column."""


def seed(conn: Connection, folder: Path = WAREHOUSE_SQL / "reference") -> None:
    """Bring the code lists in line with the CSV files of `folder`; running it again changes nothing.

    A file that is absent is passed over, so that a folder with a few more regions can be added. Codes that a list no
    longer has stay: figures may point to them; a list ends a code with `berlaku_sampai`. Raises ValueError for a file
    with other columns than its table.
    """
    with transaction(conn) as cursor:
        for name, (table, key) in CODE_LISTS.items():
            path = folder / f"{name}.csv"
            if path.is_file():
                _merge_list(cursor, path, table, key)


def _merge_list(cursor: Cursor, path: Path, table: str, key: tuple[str, ...]) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        lines = list(reader)
    missing = set(key) - set(header)
    ragged = [number for number, line in enumerate(lines, start=2) if len(line) != len(header)]
    if missing or ragged:
        raise ValueError(
            f"{path.name}: kolom kunci yang hilang {sorted(missing)}, baris yang tidak sama panjang {ragged}"
        )
    filled = [[cell or _EMPTY.get(column) for column, cell in zip(header, line, strict=True)] for line in lines]
    identifiers = [compose.Identifier(column) for column in header]
    target = compose.SQL(table)  # from CODE_LISTS
    parts = {
        "table": target,
        "columns": compose.SQL(", ").join(identifiers),
        "key": compose.SQL(", ").join(map(compose.Identifier, key)),
        "changes": compose.SQL(", ").join(
            compose.SQL("{0} = excluded.{0}").format(identifier) for identifier in identifiers
        ),
        "old": compose.SQL(", ").join(compose.SQL("lama.{}").format(identifier) for identifier in identifiers),
        "new": compose.SQL(", ").join(compose.SQL("excluded.{}").format(identifier) for identifier in identifiers),
    }
    cursor.execute(compose.SQL(sql("load/code_list.sql#stage")).format(**parts))
    copy_rows(cursor, "pg_temp.code_list", header, filled)
    if trust := _TRUST.get(table):
        adopt = compose.SQL(sql("load/code_list.sql#adopt"))
        cursor.execute(adopt.format(table=target, trust=compose.Identifier(trust)))
    cursor.execute(compose.SQL(sql("load/code_list.sql#merge")).format(**parts))


# ── readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


READERS = {
    "portal": ("portal_reader", ("portal",), "15s"),
    "walidata": ("walidata_reader", ("portal", "dw", "audit", "staging"), "5min"),
    "produsen": ("produsen_reader", ("produsen", "portal"), "15s"),
}
"""Kind of reader → its role, the schemas it finds by name alone, and how long a query of its may take."""


def create_reader(conn: Connection, name: str, password: str, kind: str = "portal", skpd: str | None = None) -> None:
    """A login that may only read: kind `portal` what is public, `walidata` everything, `produsen` also what became of
    the submissions of its agency `skpd` (as in the register).

    The limits stand on the login because PostgreSQL does not hand them down from the group role. The password leaves
    this process only as its SCRAM verifier. Raises ValueError for an unknown kind, or an agency that is missing,
    unknown or of no use.
    """
    if kind not in READERS or (skpd is not None) != (kind == "produsen"):
        raise ValueError(f"jenis akun harus salah satu: {', '.join(READERS)}; --skpd wajib, dan hanya, bagi produsen")
    group, schemas, timeout = READERS[kind]
    verifier = encrypt_password(password, name, conn, "scram-sha-256")
    with transaction(conn) as cursor:
        if skpd is not None and not rows(cursor, "load/migration.sql#agency_exists", {"skpd": skpd}):
            raise ValueError(
                f"SKPD `{skpd}` tidak ada pada gudang. Tindakan: periksa datasets/skpd.yaml, lalu `satudata migrate`"
            )
        known = rows(cursor, "load/migration.sql#role_exists", {"name": name})
        statement = compose.SQL(sql("reader.sql")).format(
            verb=compose.SQL("ALTER" if known else "CREATE"),
            role=compose.Identifier(name),
            login=compose.Literal(name),
            password=compose.Literal(verifier),
            group=compose.Identifier(group),
            schemas=compose.SQL(", ").join(map(compose.Identifier, schemas)),
            timeout=compose.Literal(timeout),
            skpd=compose.Literal(skpd),
        )
        cursor.execute(statement)
