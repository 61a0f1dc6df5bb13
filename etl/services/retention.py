"""What may go, and when. Everything is listed before anything is removed.

Never: released figures and their versions, findings, decisions, quarantined rows, bytes of what was released or waits.
The exports' older generations are let go by publishing itself, older backups by the backup.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from psycopg2.extensions import connection as Connection

from etl.extract import journal
from etl.extract.archive import Archive, ArchiveError
from etl.load.facts import FACTS, FactTable
from etl.load.warehouse import rows, sql, transaction
from etl.settings import Settings

Say = Callable[[str], None]
VANISHED_DAYS = 365
"""Days for which a source of a dataset without a contract is remembered: contracts come back."""


@dataclass(frozen=True)
class Item:
    """One thing that may go. kind: as a person calls it; name: which; size in bytes, 0 where it is no file."""

    kind: str
    name: str
    size: int
    remove: Callable[[], None]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}" + (f" ({self.size} byte)" if self.size else "")


def retention(conn: Connection, settings: Settings, *, dry_run: bool = False, say: Say = print) -> list[Item]:
    """Lists what may go, and then lets it go unless `dry_run`. Killed midway, the next call finds the rest."""
    items = list(_all(conn, settings, datetime.now(UTC)))
    for item in items:
        say(("akan dihapus" if dry_run else "dihapus") + f" — {item}")
    for item in [] if dry_run else items:
        item.remove()
    return items


def _all(conn: Connection, settings: Settings, now: datetime) -> Iterator[Item]:
    keep = settings.retention
    yield from _staging(conn)
    yield from _sources(conn, now - timedelta(days=VANISHED_DAYS))
    if keep.returned_days is not None:
        yield from _bytes(conn, settings.archive, now - timedelta(days=keep.returned_days))
    yield from _reports(conn, settings.reports, now - timedelta(days=keep.report_days))
    yield from _logs(airflow_logs(settings), now - timedelta(days=keep.log_days))


def _staging(conn: Connection) -> Iterator[Item]:
    for fact in FACTS.values():
        with transaction(conn) as cursor:
            cursor.execute(fact.statement("operate/retention.sql#idle_staging"))
            idle = cursor.fetchall()
        for submission, count in idle:
            clear = partial(_clear_staging, conn, fact, submission)
            yield Item("angka tertinggal di staging", f"kiriman {submission}, {count} angka", 0, clear)


def _clear_staging(conn: Connection, fact: FactTable, submission: int) -> None:
    with transaction(conn) as cursor:
        cursor.execute(fact.statement("operate/retention.sql#clear_staging"), {"id": submission})


def _sources(conn: Connection, before: datetime) -> Iterator[Item]:
    with transaction(conn) as cursor:
        vanished = rows(cursor, "operate/retention.sql#vanished_sources", {"before": before})
    for dataset, path in vanished:
        given = {"dataset": dataset, "path": path, "before": before}
        yield Item("ingatan sumber tanpa kontrak", f"{dataset} {path}", 0, partial(_run, conn, "forget_source", given))


def _bytes(conn: Connection, archive: Path, before: datetime) -> Iterator[Item]:
    with transaction(conn) as cursor:
        unneeded = rows(cursor, "operate/retention.sql#unneeded_bytes", {"before": before})
    for sha256, size, events in unneeded:
        try:
            path = Archive(archive).path(sha256)
        except ArchiveError:
            continue
        yield Item("berkas kiriman yang tidak dirilis", sha256, size, partial(_let_go, archive, path, events))


def _let_go(archive: Path, path: Path, events: list[str]) -> None:
    """Removes bytes; the journal says so first, so that nobody takes them for lost and replay passes them by."""
    journal.write(archive, {"peristiwa": "hapus", "sha256": path.name, "kiriman": [e for e in events if e]})
    path.unlink(missing_ok=True)


def _reports(conn: Connection, folder: Path, before: datetime) -> Iterator[Item]:
    with transaction(conn) as cursor:
        old = rows(cursor, "operate/retention.sql#old_reports", {"before": before})
    for submission, skpd, dataset in old:
        path = folder / skpd / dataset.rpartition(".")[2] / f"{submission}.html"  # as expectations.labels.address
        if path.is_file():
            yield _file("laporan lama", path, folder)


def airflow_logs(settings: Settings) -> Path:
    """Where Airflow writes its tasks' logs."""
    own = Path(os.environ.get("AIRFLOW_HOME") or settings.home / "airflow") / "logs"
    return Path(os.environ.get("AIRFLOW__LOGGING__BASE_LOG_FOLDER") or own)


def _logs(folder: Path, before: datetime) -> Iterator[Item]:
    for path in sorted(folder.rglob("*.log")):
        if path.stat().st_mtime < before.timestamp():
            yield _file("log Airflow", path, folder)


def _file(kind: str, path: Path, folder: Path) -> Item:
    return Item(kind, path.relative_to(folder).as_posix(), path.stat().st_size, partial(_unlink, path, folder))


def _unlink(path: Path, folder: Path) -> None:
    """Removes a file, and the folders above it that are empty then."""
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == folder or any(parent.iterdir()):
            return
        parent.rmdir()


def _run(conn: Connection, name: str, given: dict[str, object]) -> None:
    with transaction(conn) as cursor:
        cursor.execute(sql(f"operate/retention.sql#{name}"), given)
