"""A backup put back into an empty installation, and the proof that nothing is otherwise than it was.

The archive first, file by file; then the warehouse in one transaction. Killed anywhere, run again it goes on: archive
files that are there stay, and of the warehouse there is nothing or everything.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from psycopg2 import errors
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.extract.archive import INCOMING
from etl.load.warehouse import connect, rows, sql, transaction
from etl.services import pg_programs
from etl.services.backup import checksums
from etl.services.backup_files import (
    ARCHIVE,
    CONTRACTS,
    WAREHOUSE,
    Account,
    BackupDamaged,
    Manifest,
    copy,
    finished_files,
    read_sums,
    verify,
)
from etl.settings import WAREHOUSE_SQL, Settings

Say = Callable[[str], None]


class RestoreRefused(Exception):
    """The place is not empty, or the backup does not fit it. Nothing was changed; the message says what to do."""


@dataclass(frozen=True)
class Compared:
    """A table in the backup and after the restore: (rows, checksum) each; None where it is missing."""

    table: str
    before: tuple[int, str] | None
    after: tuple[int, str] | None

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Restored:
    """tables: every one compared. contracts: files of the backup that the installation's contracts differ from.
    passwordless: logins made anew, which need a password."""

    manifest: Manifest
    tables: tuple[Compared, ...]
    contracts: tuple[str, ...]
    passwordless: tuple[str, ...]

    @property
    def proven(self) -> bool:
        return all(table.same for table in self.tables)


def restore(settings: Settings, folder: Path, *, say: Say = print) -> Restored:
    """Puts the backup `folder` back into the empty database and home of `settings`. Done already: only compared.

    Raises BackupDamaged, RestoreRefused (nothing was changed), ProgramFailed (of the warehouse nothing was restored).
    """
    say("Memeriksa setiap berkas cadangan …")
    manifest = verify(folder)
    _refuse_other_version(manifest)
    conn = connect(settings.dsn)
    try:
        with transaction(conn) as cursor:  # the migrations' lock: nobody prepares this warehouse meanwhile
            cursor.execute(sql("load/migration.sql#lock"))
        _end_orphans(conn)
        archive = _archive_to_restore(settings.archive, folder)
        is_empty = _refuse_other_content(conn, manifest)
        say(f"Arsip: {len(archive)} dari {manifest.files} berkas …")
        _put_archive(folder, settings.archive, archive)
        differing = _put_contracts(folder, settings.datasets)
        made: list[str] = []
        if is_empty:
            say("Gudang: peran, lalu pg_restore dalam satu transaksi …")
            made = _make_roles(conn, manifest.accounts)
            _load(conn, settings.dsn, folder)
        say("Membandingkan setiap tabel dengan isi manifes …")
        tables = _compared(conn, manifest)
        return Restored(manifest, tables, tuple(differing), tuple(made))
    finally:
        conn.close()


# ── may it be ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _refuse_other_version(manifest: Manifest) -> None:
    """A backup of an older version is migrated afterwards; one of a newer version is not understood."""
    own = {path.name: path for path in (WAREHOUSE_SQL / "migrations").glob("*.sql")}
    unknown = sorted(set(manifest.migrations) - set(own) - {"portal"})
    if unknown:
        raise RestoreRefused(
            f"Cadangan ini memuat migrasi yang tidak dikenal: {', '.join(unknown)}. Sebab: dibuat oleh versi satudata "
            "yang lebih baru. Tindakan: pasang versi itu atau yang sesudahnya, lalu ulangi."
        )


def _archive_to_restore(archive: Path, folder: Path) -> list[str]:
    """Names of the archive's files that are not there yet. Raises RestoreRefused when others are."""
    wanted = {name for name in read_sums(folder) if name.startswith(f"{ARCHIVE}/")}
    there = {f"{ARCHIVE}/{path.relative_to(archive).as_posix()}" for path in finished_files(archive)}
    foreign = sorted(there - wanted)
    if foreign:
        raise RestoreRefused(
            f"Arsip {archive} tidak kosong: {len(foreign)} berkas bukan dari cadangan ini, mis. {foreign[0]}. Sebab: "
            "instalasi ini sudah dipakai. Tindakan: pulihkan ke SATUDATA_HOME yang kosong, atau pindahkan folder arsip "
            "itu dahulu; jangan menghapusnya sebelum pemulihan terbukti."
        )
    return sorted(wanted - there)


def _refuse_other_content(conn: Connection, manifest: Manifest) -> bool:
    """Whether the database is empty. Raises RestoreRefused when it holds something else than the backup."""
    with transaction(conn) as cursor:
        held = [row[0] for row in rows(cursor, "operate/snapshot.sql#schemas")]
    if not held:
        return True
    if all(table.same for table in _compared(conn, manifest)):
        return False
    raise RestoreRefused(
        f"Basis data tujuan tidak kosong (skema {', '.join(held)}) dan isinya bukan cadangan ini. Sebab: gudang itu "
        "sudah disiapkan atau dipakai. Tindakan: arahkan SATUDATA_DSN ke basis data baru (`createdb`), atau, pada "
        "server tertanam, SATUDATA_HOME ke folder baru; yang lama dihapus sesudah pemulihan terbukti."
    )


def _end_orphans(conn: Connection) -> None:
    """Ends what a killed restore left at work; its transaction is rolled back."""
    given = {"name": pg_programs.APPLICATION}
    while True:
        with transaction(conn) as cursor:
            cursor.execute(sql("operate/snapshot.sql#end_orphans"), given)
        with transaction(conn) as cursor:
            if rows(cursor, "operate/snapshot.sql#orphans", given)[0][0] == 0:
                return
        time.sleep(0.1)


# ── putting back ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _put_archive(folder: Path, archive: Path, names: list[str]) -> None:
    """Each file under its name in one rename, by way of the folder that the archive itself uses for that."""
    sums = read_sums(folder)
    incoming = archive / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    for name in names:
        target = archive / Path(name).relative_to(ARCHIVE)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = incoming / uuid4().hex
        if copy(folder / name, draft) != sums[name]:
            draft.unlink()
            raise BackupDamaged(f"{folder / name} berubah selagi disalin. Tindakan: pakai cadangan lain.")
        os.utime(draft)  # a draft's age tells whether somebody still works on it
        draft.replace(target)


def _put_contracts(folder: Path, datasets: Path) -> list[str]:
    """The contracts where there are none; otherwise the names of those that are missing or differ."""
    sums = {name: sha for name, sha in read_sums(folder).items() if name.startswith(f"{CONTRACTS}/")}
    places = {name: datasets / Path(name).relative_to(CONTRACTS) for name in sums}
    if not any(datasets.rglob("*.yaml")):
        for name, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            copy(folder / name, place)
    return [
        name
        for name, place in places.items()
        if not place.is_file() or place.read_bytes() != (folder / name).read_bytes()
    ]


def _make_roles(conn: Connection, accounts: list[Account]) -> list[str]:
    """The warehouse's roles, and the logins they were lent to; returns the logins that were not there."""
    made = []
    with transaction(conn) as cursor:
        cursor.execute(sql("roles.sql"))
        for account in accounts:
            if not rows(cursor, "load/migration.sql#role_exists", {"name": account.name}):
                _make_account(cursor, account)
                made.append(account.name)
            for group in account.groups:
                _execute(cursor, "lend", role=compose.Identifier(account.name), group=compose.Identifier(group))
    return made


def _make_account(cursor: Cursor, account: Account) -> None:
    role = compose.Identifier(account.name)
    login = compose.SQL("LOGIN" if account.login else "NOLOGIN")
    _execute(cursor, "create", role=role, login=login, limit=compose.Literal(account.limit))
    for setting in account.settings:
        name, _, value = setting.partition("=")
        values = [part.strip().strip('"') for part in value.split(",")] if name == "search_path" else [value]
        listed = compose.SQL(", ").join(map(compose.Literal, values))
        _execute(cursor, "set", role=role, name=compose.Identifier(name), values=listed)


def _execute(cursor: Cursor, step: str, **parts: compose.Composable) -> None:
    cursor.execute(compose.SQL(sql(f"operate/account.sql#{step}")).format(**parts))


def _load(conn: Connection, dsn: str, folder: Path) -> None:
    program = pg_programs.find("pg_restore", conn.server_version // 10000)
    with pg_programs.running(program, ["--single-transaction", "--exit-on-error", str(folder / WAREHOUSE)], dsn):
        pass
    conn.autocommit = True
    try:
        with conn.cursor() as cursor:
            cursor.execute(sql("operate/maintain.sql#analyze_all"))
    finally:
        conn.autocommit = False


def _compared(conn: Connection, manifest: Manifest) -> tuple[Compared, ...]:
    try:
        with transaction(conn) as cursor:
            cursor.execute(sql("load/migration.sql#one_snapshot"))
            found = checksums(cursor)
    except errors.InsufficientPrivilege as error:
        raise RestoreRefused(
            f"Basis data tujuan tidak dapat dibaca: {str(error).strip()}. Sebab: pengguna pada SATUDATA_DSN bukan "
            "pemiliknya. Tindakan: pulihkan dengan pengguna yang memiliki basis data itu."
        ) from error
    names = sorted({*manifest.tables, *found})
    return tuple(Compared(name, manifest.tables.get(name), found.get(name)) for name in names)
