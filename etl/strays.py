"""Files in an agency's folder whose names fit no contract: an entry workbook under another name, or nobody's.

A workbook made by `satudata template` says itself which dataset it is, so it is taken whatever its name. The rest is
told in the summary: most often a file of ours in the wrong folder or under a new name, which would else be missed.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from etl.contract import Contract
from etl.extract.archive import Archive, Archived
from etl.findings import SourceUnavailable
from etl.gather import Listings
from etl.receive import receive
from etl.settings import Settings
from etl.sources import FolderSource

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from etl.extract.listing import FoundFile
    from etl.load.stray_files import StrayFile

log = logging.getLogger("satudata")

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
LARGEST_TEMPLATE = 50_000_000
"""Bytes: the fullest entry workbook (141 desa, a hundred columns) has half a megabyte."""


def sort_strays(
    conn: Connection, skpd: str, contracts: Mapping[str, Contract], settings: Settings, listings: Listings
) -> None:
    """Takes entry workbooks to their datasets and remembers the rest, for the summary. Looks only at what is new."""
    from etl.load.stray_files import StrayFile, keep_strays, known_strays

    known = known_strays(conn, skpd)
    now: list[StrayFile] = []
    for found in _strays(contracts, listings):
        seen = known.get(found.path)
        if seen is not None and (seen.size, seen.mtime_ns) == (found.size, found.mtime_ns):
            now.append(seen)
            continue
        try:
            dataset = _taken(conn, found, contracts, settings)
        except SourceUnavailable as problem:  # still being saved, say: looked at again next time
            log.info("%s", problem)
            continue
        now.append(StrayFile(found.path, found.size, found.mtime_ns, dataset))
    if now != list(known.values()):
        keep_strays(conn, skpd, now)


def _strays(contracts: Mapping[str, Contract], listings: Listings) -> list[FoundFile]:
    """Files of the agency's own folder that no contract's pattern fits, by path; hidden and lock files are nobody's."""
    from etl.extract.listing import FoundFile, Pattern
    from etl.extract.problems import visible

    own = [c.source for c in contracts.values() if isinstance(c.source, FolderSource) and not c.source.path]
    try:
        entries = listings.entries(own[0]) if own else []
    except SourceUnavailable:
        return []
    patterns = [Pattern(source.files) for source in own]
    return [
        FoundFile(visible(entry.path), entry.place, entry.size, entry.mtime_ns, entry.share)
        for entry in sorted(entries, key=lambda entry: entry.path)
        if entry.kind == "berkas"
        and not PurePosixPath(entry.path).name.startswith((".", "~$"))
        and not any(pattern.fits(entry.path) for pattern in patterns)
    ]


def _taken(conn: Connection, found: FoundFile, contracts: Mapping[str, Contract], settings: Settings) -> str | None:
    """The dataset whose entry workbook this is, received; None when it is none, or another agency's."""
    from etl.entry.recognise import recognise
    from etl.extract.folder import fetch

    if PurePosixPath(found.path).suffix.lower() not in WORKBOOKS or found.size > LARGEST_TEMPLATE:
        return None
    with tempfile.TemporaryDirectory() as folder:  # not into the archive before it is known to be data
        looked_at = fetch(found, Archive(Path(folder)))
        marker = recognise(looked_at.path, found.path)
        if marker is None or marker.dataset not in contracts:
            return None
        with looked_at.path.open("rb") as stream:
            archived = Archive(settings.archive).store(stream)
    _receive(conn, found, contracts[marker.dataset], settings, archived)
    return marker.dataset


def _receive(conn: Connection, found: FoundFile, contract: Contract, settings: Settings, archived: Archived) -> None:
    from etl.load.source_state import collecting, known_sources, remember_source

    with collecting(conn, contract.id):
        state = known_sources(conn, contract.id).get(found.path)
        if state is not None and state.sha256 == archived.sha256:
            seen = (found.path, found.size, found.mtime_ns, archived.sha256)
            remember_source(conn, contract.id, *seen, state.submission_id)
            return
        receive(conn, contract, settings, found.path, archived, mtime_ns=found.mtime_ns)
