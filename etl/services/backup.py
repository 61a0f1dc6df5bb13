"""A backup of all there is: the warehouse of one moment, the archive that it rests on, the contracts.

The dump and the checksums of every table are of one snapshot; the archive is copied after the dump, so that everything
the dump names is there. A backup appears under its name when it is whole; restore.py proves it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg2 import errors
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.extract import journal
from etl.load.warehouse import connect, rows, sql, transaction
from etl.services import pg_programs
from etl.services.backup_files import (
    CONTRACTS,
    PREFIX,
    UNFINISHED,
    WAREHOUSE,
    Account,
    Manifest,
    complete,
    copy,
    copy_archive,
    hash_of,
    write_sums,
)
from etl.settings import Settings

Say = Callable[[str], None]
ROLES = ["satudata_owner", "satudata_loader", "portal_reader", "walidata_reader", "produsen_reader"]
"""As warehouse_sql/roles.sql makes them."""
JOBS = min(4, os.cpu_count() or 1)


class BackupFailed(Exception):
    """No backup was made, or what was made is not all there is; the message says why and what to do."""


@dataclass(frozen=True)
class Backup:
    """A backup that was taken. copied: archive files that were not linked. removed: older backups that went."""

    folder: Path
    manifest: Manifest
    copied: int
    removed: tuple[Path, ...]

    @property
    def problem(self) -> str | None:
        """What the archive lacks: the backup is as complete as the installation is."""
        lost = self.manifest.lost
        if not lost:
            return None
        return (
            f"Arsip tidak memiliki {len(lost)} berkas yang disebut gudang, atau isinya berubah: {', '.join(lost[:5])}. "
            "Cadangan dibuat tanpa itu. Sebab: folder arsip terhapus sebagian atau cakram rusak. Tindakan: pulihkan "
            "berkas itu dari cadangan yang lebih lama."
        )


def backup(settings: Settings, root: Path, *, keep: int, say: Say = print) -> Backup:
    """Takes a backup below `root` and lets go of all but the newest `keep`; loads may run meanwhile.

    Raises BackupFailed, ProgramFailed, SourceUnavailable (the warehouse is out of reach); then nothing new is there.
    """
    if keep < 1:
        raise BackupFailed("--keep paling sedikit 1: cadangan yang baru dibuat tidak boleh ikut terhapus.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root):
            folder = _unfinished(root)
            try:
                manifest, copied = _take(settings, folder, complete(root), say)
                final = root / f"{PREFIX}{manifest.taken_at}"
                folder.rename(final)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return Backup(final, manifest, copied, tuple(_let_go(complete(root)[:-keep], say)))
    except OSError as error:
        raise _disk(root, error) from error


def _take(settings: Settings, folder: Path, earlier: list[Path], say: Say) -> tuple[Manifest, int]:
    at = datetime.now(UTC)
    conn = connect(settings.dsn)
    server = conn.server_version
    try:
        with transaction(conn) as cursor:  # no migration while the dump runs; the lock goes with the connection
            cursor.execute(sql("load/migration.sql#lock"))
        say("Gudang: pg_dump dan jumlah setiap tabel, pada satu saat yang sama …")
        migrations, tables, accounts, named = _dump(conn, settings.dsn, folder / WAREHOUSE)
    finally:
        conn.close()
    say(f"  {len(tables)} tabel, {sum(count for count, _ in tables.values())} baris")
    say("Arsip …")
    before = earlier[-1] if earlier else None
    archived = copy_archive(settings.archive, folder, before, turn=at.toordinal())
    say(f"  {len(archived.sums)} berkas, {archived.copied} di antaranya baru")
    contracts = _copy_contracts(settings.datasets, folder)
    dumped = {f"{WAREHOUSE}/{path.name}": hash_of(path) for path in (folder / WAREHOUSE).iterdir()}
    held = set(archived.sums.values()) | _let_go_on_purpose(settings.archive)
    manifest = Manifest(
        taken_at=f"{at:%Y%m%dT%H%M%SZ}",
        server=server,
        migrations=migrations,
        tables=tables,
        accounts=accounts,
        files=len(archived.sums),
        bytes=archived.bytes,
        sums=write_sums(folder, {**archived.sums, **contracts, **dumped}),
        lost=sorted(named - held | set(archived.damaged)),
    )
    manifest.write(folder)
    os.sync()
    return manifest, archived.copied


def _let_go_on_purpose(archive: Path) -> set[str]:
    """Bytes that retention removed; the journal says so."""
    return {event["sha256"] for event in journal.events(archive) if event["peristiwa"] == "hapus"}


# ── the warehouse ────────────────────────────────────────────────────────────────────────────────────────────────────


def _dump(
    conn: Connection, dsn: str, folder: Path
) -> tuple[dict[str, str], dict[str, tuple[int, str]], list[Account], set[str]]:
    """Writes the dump; of the same snapshot the migrations, every table's checksum, the logins, the bytes named."""
    program = pg_programs.find("pg_dump", conn.server_version // 10000)
    with transaction(conn) as cursor:
        cursor.execute(sql("load/migration.sql#one_snapshot"))
        if not rows(cursor, "operate/snapshot.sql#reads_everything")[0][0]:
            raise BackupFailed(
                "Pengguna pada SATUDATA_DSN tidak boleh membaca seluruh gudang. Sebab: ia bukan pemilik, dan tidak "
                "memiliki pg_read_all_data bersama BYPASSRLS. Tindakan: pakai akun `cadangan` (docker/basis-data.sh)."
            )
        snapshot = rows(cursor, "operate/snapshot.sql#export")[0][0]
        options = ["--format=directory", f"--jobs={JOBS}", "--compress=gzip:1", f"--snapshot={snapshot}"]
        try:
            migrations = dict(rows(cursor, "operate/snapshot.sql#migrations"))
        except errors.UndefinedTable as error:
            raise BackupFailed(
                "Basis data ini bukan gudang data. Sebab: SATUDATA_DSN keliru, atau gudangnya belum disiapkan. "
                "Tindakan: periksa SATUDATA_DSN, atau jalankan `satudata migrate`."
            ) from error
        with pg_programs.running(program, [*options, f"--file={folder}"], dsn):
            tables = checksums(cursor)
            accounts = [Account(*row) for row in rows(cursor, "operate/snapshot.sql#accounts", {"roles": ROLES})]
            named = {row[0] for row in rows(cursor, "operate/snapshot.sql#named")}
    return migrations, tables, accounts, named


def checksums(cursor: Cursor) -> dict[str, tuple[int, str]]:
    """`schema.table` → its rows and a sum over them that no order changes; of the transaction's snapshot."""
    cursor.execute(sql("operate/snapshot.sql#text_form"))
    found = {}
    for schema, name in rows(cursor, "operate/snapshot.sql#tables"):
        table = compose.Identifier(schema, name)
        cursor.execute(compose.SQL(sql("operate/snapshot.sql#checksum")).format(table=table))
        count, checksum = cursor.fetchall()[0]
        found[f"{schema}.{name}"] = (int(count), str(checksum))
    return found


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _copy_contracts(datasets: Path, folder: Path) -> dict[str, str]:
    sums = {}
    for path in sorted(datasets.rglob("*.yaml")):
        name = f"{CONTRACTS}/{path.relative_to(datasets).as_posix()}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        sums[name] = copy(path, folder / name)
    return sums


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One backup at a time below `root`; the lock goes with the process that holds it."""
    with (root / ".kunci").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed(
                f"Cadangan lain ke {root} sedang dibuat. Tindakan: tunggu sampai selesai, lalu ulangi bila perlu."
            ) from error
        yield


def _unfinished(root: Path) -> Path:
    """A folder to work in; what killed backups left goes."""
    for left in root.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = root / f"{UNFINISHED}{os.getpid()}"
    folder.mkdir(mode=0o700)
    return folder


def _let_go(old: list[Path], say: Say) -> Iterator[Path]:
    """Removes backups, their names first: half of one is never taken for a backup."""
    for folder in old:
        doomed = folder.with_name(f"{UNFINISHED}{folder.name}")
        folder.rename(doomed)
        shutil.rmtree(doomed)
        say(f"Cadangan lama dihapus: {folder.name}")
        yield folder


def _disk(root: Path, error: OSError) -> BackupFailed:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    why = "cakramnya penuh" if full else "folder itu tidak ada, tidak dapat ditulisi, atau cakramnya bermasalah"
    return BackupFailed(
        f"Cadangan ke {root} tidak selesai: {error}. Sebab yang mungkin: {why}. Tindakan: perbaiki, lalu ulangi; "
        "cadangan sebelumnya tetap utuh."
    )
