"""A received file becomes a submission: bytes in the archive, contract beside them, journal, warehouse, in this order.

Whoever brings it comes through here: a collected folder, a database, a web service, a person with `satudata submit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from etl.contract import Contract
from etl.extract import journal
from etl.extract.archive import Archive, Archived
from etl.extract.problems import visible
from etl.findings import Finding, Owner, Severity
from etl.settings import Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

UPLOADS = "unggahan/"
"""Where files handed in by hand are said to come from: no folder of an agency is called so in its listing."""


@contextmanager
def warehouse(settings: Settings) -> Iterator[Connection]:
    """A connection to the warehouse, closed afterwards; whatever was not committed is rolled back."""
    from etl.load.warehouse import connect

    conn = connect(settings.dsn)
    try:
        yield conn
    finally:
        conn.close()


def contract_sha(contract: Contract) -> str:
    return hashlib.sha256(contract.resolved.encode()).hexdigest()


def receive(
    conn: Connection,
    contract: Contract,
    settings: Settings,
    path: str,
    archived: Archived,
    *,
    mtime_ns: int = 0,
    twin_of: str | None = None,
    notes: Sequence[Finding] = (),
    submitted_by: str | None = None,
) -> int:
    """Archived bytes of a source become a submission; returns its id.

    path: which source it is, below the agency's folder. twin_of: another file that brought the same bytes before.
    notes: what was noticed while fetching it; they stay with the submission.
    """
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
            "catatan": [asdict(note) for note in notes],
            "oleh": submitted_by,
        },
    )
    return enter(conn, event, contract.resolved)


def enter(conn: Connection, event: dict[str, Any], contract_json: str) -> int:
    """A received file becomes a submission: audit row and source state in one transaction. Returns its id.

    event: as in the journal. A copy of a file already taken carries its refusal with it; ingest returns it.
    """
    from etl.load.submission import register

    twin_of = event["kembar_dari"]
    notes = [_note(**fields) for fields in event.get("catatan", ())]
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
        submitted_by=event.get("oleh"),
        findings=(*notes, *((_twin_finding(event["path"], twin_of),) if twin_of else ())),
    )


def _note(severity: str, owner: str, **fields: Any) -> Finding:
    return Finding(**fields, severity=Severity(severity), owner=Owner(owner))


def _twin_finding(path: str, twin: str) -> Finding:
    return Finding(
        rule="berkas_kembar",
        message=f"Isinya sama persis, sampai byte terakhir, dengan {twin}.",
        cause="Berkas periode lain tersalin atau tersimpan dengan nama baru.",
        action="Periksa mana yang benar; ganti isi yang salah atau hapus salinannya.",
        file=path,
    )


def submit(conn: Connection, contract: Contract, settings: Settings, file: Path, by: str) -> int:
    """A file handed in by a person; returns the id of its submission.

    The same name again is a new delivery of the same source. Raises SourceUnavailable when the archive is full, OSError
    when the file cannot be read.
    """
    from etl.load.source_state import collecting

    with file.open("rb") as stream:
        archived = Archive(settings.archive).store(stream)
    with collecting(conn, contract.id):
        path = UPLOADS + visible(PurePosixPath(file.name).name)
        return receive(conn, contract, settings, path, archived, mtime_ns=file.stat().st_mtime_ns, submitted_by=by)
