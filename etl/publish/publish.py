"""Exports follow releases: every open dataset whose files show an older release, or an older description, is made anew.

One at a time and never inside a load's transaction. A dataset that is no longer open loses its files.
"""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from etl.findings import Finding, Owner, SourceUnavailable
from etl.load.warehouse import connect, rows, sql, transaction
from etl.publish import csv_file, datapackage, json_file, sdmx, xlsx_file
from etl.publish.catalogue import Listed, write_catalogue
from etl.publish.generation import File, clear_old, finish, is_current, unfinished, withdraw
from etl.publish.ms_files import refresh_metadata
from etl.publish.released import Description, Released, Writer, describe, snapshot
from etl.settings import Settings
from etl.transform.periods import bounds

log = logging.getLogger("satudata")

WRITERS: tuple[Writer, ...] = (csv_file.write, xlsx_file.write, json_file.write, datapackage.write, sdmx.write)
"""What is made of each snapshot, in this order; the Parquet file is the snapshot itself."""


@dataclass(frozen=True)
class Published:
    """What became of one dataset: `diterbitkan`, `mutakhir` (nothing to do), `ditarik`, `kosong` (no open figure left),
    `ditolak` (left out of the catalogue) or `gagal`."""

    dataset: str
    status: str
    figures: int = 0
    size: int = 0
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        if self.status != "diterbitkan":
            return self.dataset
        figures = f"{self.figures:,}".replace(",", ".")
        return f"{self.dataset}: {figures} angka, {self.size / 1e6:.1f} MB, {self.seconds:.1f} detik"


class NotAllPublished(Exception):
    """Some datasets could not be exported, or are not fit for the catalogue; the others are up to date."""


def quiet(published: Published) -> None:
    """The default listener."""


def publish(
    settings: Settings,
    dataset: str | None = None,
    force: bool = False,
    tell: Callable[[Published], None] = quiet,
) -> list[Published]:
    """Brings the exports of one dataset, or of all, in line with what is released, then the catalogue of all.

    Safe to run at any time and as often as one likes: what is up to date is not made again (unless `force`), two at
    once wait for one another, and a crash leaves the files as they were. One that fails does not stop the next.

    Raises LookupError for an unknown dataset, SourceUnavailable when the warehouse cannot be reached.
    """
    done: list[Published] = []

    def note(published: Published) -> None:
        done.append(published)
        tell(published)

    conn = connect(settings.dsn)
    try:
        with _alone(conn):
            known, published = _state(conn)
            if dataset is not None and dataset not in known:
                raise LookupError(f"Dataset `{dataset}` tidak ada. Yang ada: {', '.join(sorted(known))}")
            for name in sorted(set(known) | set(published)):
                if dataset in (None, name):
                    note(_bring_up_to_date(conn, settings, name, known.get(name), published.get(name), force))
            for refused in _refresh_catalogue(conn, settings):
                note(refused)
            for wrong in _refresh_forms(settings):
                note(wrong)
    finally:
        conn.close()
    return done


def publish_all(settings: Settings) -> list[str]:
    """For a task: everything that is stale, told line by line in the log; returns the lines.

    Raises NotAllPublished at the end when some of it failed or was left out of the catalogue.
    """
    done = [
        one
        for one in publish(settings, tell=lambda one: log.info("%s %s", one.status, one))
        if one.status != "mutakhir"
    ]
    wrong = [str(finding) for one in done for finding in one.findings]
    if wrong:
        raise NotAllPublished("\n".join(wrong))
    return [f"{one.status} {one}" for one in done]


@contextmanager
def _alone(conn: Connection) -> Iterator[None]:
    """One publication at a time; the lock is the session's, so that a killed one lets go of it."""
    with transaction(conn) as cursor:
        cursor.execute(sql("publish/publication.sql#lock"))
    try:
        yield
    finally:
        if not conn.closed:
            conn.rollback()
            with transaction(conn) as cursor:
                cursor.execute(sql("publish/publication.sql#unlock"))


def _state(conn: Connection) -> tuple[dict[str, Description], dict[str, tuple[Any, ...]]]:
    """What the catalogue says of every dataset, and what was published last."""
    with transaction(conn) as cursor:
        known = [name for (name,) in rows(cursor, "publish/publication.sql#datasets")]
        described = {name: describe(cursor, name) for name in known}
        published = {row[0]: row for row in rows(cursor, "publish/publication.sql#published")}
    return described, published


def _bring_up_to_date(
    conn: Connection,
    settings: Settings,
    name: str,
    described: Description | None,
    published: tuple[Any, ...] | None,
    force: bool,
) -> Published:
    place = settings.exports / name
    if described is None or not described.is_open:
        return _withdrawn(conn, name, place, was_published=published is not None)
    if not force and published and _is_fresh(described, published, settings.exports):
        return Published(name, "mutakhir")
    try:
        return _export(conn, name, place)
    except OSError as error:
        return Published(name, "gagal", findings=(_disk_finding(error, place),))
    except (SourceUnavailable, psycopg2.OperationalError):
        raise
    except Exception as bug:
        log.exception("ekspor %s", name)
        return Published(name, "gagal", findings=(_bug_finding(name, bug),))


def _is_fresh(described: Description, published: tuple[Any, ...], exports: Path) -> bool:
    _, released_at, fingerprint, folder, *_ = published
    same = (released_at, fingerprint) == (described.released_at, described.fingerprint)
    return same and is_current(exports / folder)


def _export(conn: Connection, name: str, place: Path) -> Published:
    began = monotonic()
    with unfinished(place) as folder:
        released = snapshot(conn, name, folder)
        if not released.count:
            _withdrawn(conn, name, place, was_published=True)
            return Published(name, "kosong")
        for write in WRITERS:
            write(released, folder)
        generation, files = finish(folder, released.released_at)
    _record(conn, released, generation, files)
    clear_old(generation)
    size = sum(file.size for file in files)
    return Published(name, "diterbitkan", released.count, size, monotonic() - began)


def _record(conn: Connection, released: Released, generation: Path, files: list[File]) -> None:
    days = [bounds(period)[:2] for period in released.periods]
    told = {
        "dataset": released.description.id,
        "released_at": released.released_at,
        "description_sha256": released.description.fingerprint,
        "folder": f"{generation.parent.name}/{generation.name}",
        "files": json.dumps([asdict(file) for file in files]),
        "n_rows": released.count,
        "first_day": min(first for first, _ in days),
        "last_day": max(last for _, last in days),
    }
    with transaction(conn) as cursor:
        cursor.execute(sql("publish/publication.sql#record"), told)


def _withdrawn(conn: Connection, name: str, place: Path, *, was_published: bool) -> Published:
    """Its files go first: what may no longer be read must not wait for the books."""
    there = withdraw(place)
    if was_published:
        with transaction(conn) as cursor:
            cursor.execute(sql("publish/publication.sql#forget"), {"dataset": name})
    return Published(name, "ditarik" if there or was_published else "mutakhir")


def _refresh_catalogue(conn: Connection, settings: Settings) -> list[Published]:
    """data.json and catalog.jsonld of all that is public; returns the datasets that were left out, and why."""
    described, published = _state(conn)
    with transaction(conn) as cursor:
        contacts = dict(rows(cursor, "publish/publication.sql#contacts"))
    listed = []
    for name, description in described.items():
        files: tuple[File, ...] = ()
        days = None
        if name in published:
            *_, told, first, last = published[name]
            files, days = tuple(File(**one) for one in told), (first, last)
        contact = contacts.get(description.dataset["skpd"], "")
        listed.append(Listed(description, contact, files, days))
    refused = write_catalogue(settings.exports, settings.base_url, listed)
    return [Published(name, "ditolak", findings=tuple(found)) for name, found in refused.items()]


def _refresh_forms(settings: Settings) -> list[Published]:
    """The BPS metadata forms of the open datasets; nothing, or why they could not be brought up to date."""
    place = settings.exports / "formulir"
    try:
        return [Published("formulir", "gagal", findings=(one,)) for one in refresh_metadata(settings.datasets, place)]
    except OSError as error:
        return [Published("formulir", "gagal", findings=(_disk_finding(error, place),))]


def _bug_finding(name: str, bug: Exception) -> Finding:
    return Finding(
        rule="ekspor_jadi",
        message=f"Ekspor {name} gagal: {type(bug).__name__}: {bug}.",
        cause="Kesalahan program, bukan kesalahan data.",
        action="Laporkan kepada pengelola dengan baris log di atas; ekspor yang lama tetap tersedia.",
        owner=Owner.DISKOMINFO,
    )


def _disk_finding(error: OSError, place: Path) -> Finding:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Finding(
        rule="ekspor_tertulis",
        message=f"Ekspor tidak dapat ditulis ke {place}: {error.strerror or error}.",
        cause="Disk penuh." if full else "Folder ekspor tidak dapat ditulis, atau disknya bermasalah.",
        action="Beri ruang atau izin, lalu jalankan `satudata publish`; ekspor yang lama tetap tersedia.",
        owner=Owner.DISKOMINFO,
    )
