"""Looks at an agency's sources; archives and registers what is new or changed. Never interprets what it carries."""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from etl.catalogue import load_contracts
from etl.contract import Contract, Skpd
from etl.extract import journal
from etl.extract.archive import Archive, Archived, ArchiveError
from etl.findings import Finding, Refused, SourceUnavailable
from etl.settings import Settings
from etl.sources import DatabaseSource, FolderSource

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from etl.extract.folder import FoundFile
    from etl.load.source_state import SourceState

log = logging.getLogger("satudata")


@dataclass(frozen=True)
class Unit:
    """One thing to ingest. Without a submission its source could not be read yet: ingest tries again."""

    dataset: str
    label: str
    submission_id: int | None = None


@contextmanager
def warehouse(settings: Settings) -> Iterator[Connection]:
    """A connection to the warehouse, closed afterwards; whatever was not committed is rolled back."""
    from etl.load.warehouse import connect

    conn = connect(settings.dsn)
    try:
        yield conn
    finally:
        conn.close()


def collect(skpd: str, settings: Settings, *, dataset: str | None = None, force: bool = False) -> list[dict[str, Any]]:
    """What one agency has new: every changed source archived and registered, plus what was left unfinished.

    A dataset whose source fails comes back as a unit without a submission, so that it fails in its own task and leaves
    its neighbours alone. force: take unchanged sources too.

    Raises InvalidContracts, and Refused when a contract would give released figures another meaning.
    """
    catalogue = load_contracts(settings.datasets, only_skpd=skpd)
    units: list[Unit] = []
    with warehouse(settings) as conn:
        from etl.load.dimensions import sync_catalogue

        sync_catalogue(conn, catalogue)
        for contract in catalogue.of_skpd(skpd).values():
            if dataset is not None and dataset not in (contract.id, contract.name):
                continue
            try:
                collect_dataset(conn, contract, catalogue.skpd[skpd], settings, force)
            except (SourceUnavailable, Refused) as problem:
                if conn.closed:  # it is the warehouse that went away
                    raise
                log.warning("%s", problem)
                _remember_problem(conn, contract, problem)
                units.append(Unit(contract.id, f"{contract.name}: sumber tidak terbaca"))
            units += waiting_units(conn, contract)
    return [asdict(unit) for unit in units]


def waiting_units(conn: Connection, contract: Contract) -> list[Unit]:
    """Submissions of a dataset that are registered and not yet ingested, oldest first."""
    from etl.load.submission import unprocessed

    return [
        Unit(contract.id, f"{contract.name}: {PurePosixPath(path).name}", submission_id)
        for submission_id, path in unprocessed(conn, contract.id)
    ]


def _remember_problem(conn: Connection, contract: Contract, problem: SourceUnavailable | Refused) -> None:
    from etl.load.source_state import source_problem

    finding = problem.finding if isinstance(problem, SourceUnavailable) else problem.findings[0]
    source_problem(conn, contract.id, finding.file or "(sumber)", str(problem))


def collect_dataset(conn: Connection, contract: Contract, skpd: Skpd, settings: Settings, force: bool) -> None:
    """Archives and registers what one dataset's source has new.

    Raises SourceUnavailable after everything that could be read is in, Refused when its query no longer fits.
    """
    from etl.load.source_state import collecting

    with collecting(conn, contract.id):
        if isinstance(contract.source, DatabaseSource):
            _collect_database(conn, contract, contract.source, settings, force)
        else:
            assert isinstance(contract.source, FolderSource)
            _collect_folder(conn, contract, contract.source, skpd, settings, force)


def _collect_database(
    conn: Connection, contract: Contract, source: DatabaseSource, settings: Settings, force: bool
) -> None:
    from etl.extract.connections import resolve
    from etl.extract.database import dump
    from etl.load.source_state import forget_problems, known_sources

    archive = Archive(settings.archive)
    path = f"{source.connection}/{contract.name}.parquet"
    archived = dump(source, resolve(source.connection), archive, contract.id)
    forget_problems(conn, contract.id)
    known = known_sources(conn, contract.id).get(path)
    outdated = _outdated_contracts({path: known}, contract, archive) if known else set()
    if not force and known and known.sha256 == archived.sha256 and known.contract_sha256 not in outdated:
        return
    _register(conn, contract, settings, path, archived)


def _collect_folder(
    conn: Connection, contract: Contract, source: FolderSource, skpd: Skpd, settings: Settings, force: bool
) -> None:
    from etl.extract.folder import fetch, list_files
    from etl.load.source_state import forget_problems, known_sources, source_problem

    files, notes = list_files(source, skpd, settings.sources)
    forget_problems(conn, contract.id)
    for note in notes:
        source_problem(conn, contract.id, note.file, str(note))
    known = known_sources(conn, contract.id)
    archive = Archive(settings.archive)
    seen = _bytes_taken(known, files)
    outdated = _outdated_contracts(known, contract, archive)
    problems: list[SourceUnavailable] = []
    for found in sorted(files, key=lambda file: _turn(file, known)):
        state = known.get(found.path)
        again = force or (state is not None and state.contract_sha256 in outdated)
        if not again and state is not None and (state.size, state.mtime_ns) == (found.size, found.mtime_ns):
            continue
        try:
            archived = fetch(found, archive)
        except SourceUnavailable as problem:
            source_problem(conn, contract.id, found.path, str(problem))
            problems.append(problem)
            continue
        twin = seen.setdefault(archived.sha256, found.path)
        _take_file(conn, contract, settings, found, archived, state, again, twin)
    if problems:
        raise problems[0]


def _turn(file: FoundFile, known: dict[str, SourceState]) -> tuple[float, int, str]:
    """Files taken before come first, in the order they were taken: read again, what was sent later still wins."""
    state = known.get(file.path)
    return (state.submission_id if state else math.inf, file.mtime_ns, file.path)


def _bytes_taken(known: dict[str, SourceState], files: Sequence[FoundFile]) -> dict[str, str]:
    """sha256 → the file, still there, that brought those bytes first. One that is gone was renamed, not copied."""
    present = {file.path for file in files}
    taken = sorted((state for state in known.values() if state.path in present), key=lambda s: -s.submission_id)
    return {state.sha256: state.path for state in taken}


def _outdated_contracts(known: dict[str, SourceState], contract: Contract, archive: Archive) -> set[str]:
    """sha256 of contracts that read differently from today's. A new title or description reads no old file again."""
    current = _contract_sha(contract)
    outdated = set()
    for sha256 in {state.contract_sha256 for state in known.values()} - {current}:
        try:
            then = Contract.model_validate_json(archive.path(sha256).read_bytes())
        except (ArchiveError, ValidationError):
            outdated.add(sha256)
        else:
            if then.reading != contract.reading:
                outdated.add(sha256)
    return outdated


def _take_file(
    conn: Connection,
    contract: Contract,
    settings: Settings,
    found: FoundFile,
    archived: Archived,
    state: SourceState | None,
    again: bool,
    twin: str,
) -> None:
    """Registers a file, unless only its time stamp changed, or as the copy of one already taken."""
    from etl.load.source_state import remember_source

    if not again and state is not None and state.sha256 == archived.sha256:
        remember_source(conn, contract.id, found.path, found.size, found.mtime_ns, archived.sha256, state.submission_id)
        return
    twin_of = twin if twin != found.path else None
    _register(conn, contract, settings, found.path, archived, found.mtime_ns, twin_of)


def _twin_finding(path: str, twin: str) -> Finding:
    return Finding(
        rule="berkas_kembar",
        message=f"Isinya sama persis, sampai byte terakhir, dengan {twin}.",
        cause="Berkas periode lain tersalin atau tersimpan dengan nama baru.",
        action="Periksa mana yang benar; ganti isi yang salah atau hapus salinannya.",
        file=path,
    )


def _contract_sha(contract: Contract) -> str:
    return hashlib.sha256(contract.resolved.encode()).hexdigest()


def _register(
    conn: Connection,
    contract: Contract,
    settings: Settings,
    path: str,
    archived: Archived,
    mtime_ns: int = 0,
    twin_of: str | None = None,
) -> None:
    """Contract beside the bytes, then the journal, then the warehouse."""

    event = journal.write(
        settings.archive,
        {
            "peristiwa": "terima",
            "dataset": contract.id,
            "path": path,
            "sha256": archived.sha256,
            "contract_sha256": Archive(settings.archive).store_contract(contract.resolved),
            "size": archived.size,
            "mtime_ns": mtime_ns,
            "kembar_dari": twin_of,
        },
    )
    enter(conn, event, contract.resolved)


def enter(conn: Connection, event: dict[str, Any], contract_json: str) -> int:
    """A received file becomes a submission: audit row and source state in one transaction. Returns its id.

    event: as in the journal. A copy of a file already taken carries its refusal with it; ingest returns it.
    """
    from etl.load.submission import register

    twin_of = event["kembar_dari"]
    return register(
        conn,
        dataset=event["dataset"],
        skpd=event["dataset"].split(".")[0],
        path=event["path"],
        sha256=event["sha256"],
        size=event["size"],
        mtime_ns=event["mtime_ns"],
        contract_sha256=event["contract_sha256"],
        contract_json=contract_json,
        event_id=event["id"],
        received_at=datetime.fromisoformat(event["pada"]),
        findings=(_twin_finding(event["path"], twin_of),) if twin_of else (),
    )
