"""Submissions as they were received: entered, found again, listed. What becomes of them is `submission`'s."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.findings import Finding, Severity
from etl.load import records
from etl.load.exchange import clip
from etl.load.warehouse import rows, sql, transaction


@dataclass(frozen=True)
class Submission:
    """One row of audit.submission. Counts are of source rows, those of n_figures and below of figures."""

    id: int
    dataset: str
    skpd: str
    path: str
    sha256: str
    size: int
    contract_sha256: str
    event_id: str | None
    received_at: datetime
    status: str
    label: str
    periods: list[str]
    load_mode: str | None
    status_data: int | None
    n_received: int
    n_loaded: int
    n_unchanged: int
    n_quarantined: int
    n_returned: int
    n_figures: int
    n_new: int
    n_changed: int
    n_removed: int
    fact: str


def register(
    conn: Connection,
    *,
    dataset: str,
    skpd: str,
    path: str,
    sha256: str,
    size: int,
    mtime_ns: int,
    contract_json: str,
    contract_sha256: str,
    event_id: str | None = None,
    received_at: datetime | None = None,
    submitted_by: str | None = None,
    findings: Sequence[Finding] = (),
) -> int:
    """A received, archived file becomes a submission; returns its id. The source counts as taken from here on.

    The same bytes of the same source read by the same contract and still unprocessed are the same submission.
    """
    given = {
        "dataset": dataset,
        "skpd": skpd,
        "path": path,
        "sha256": sha256,
        "size": size,
        "mtime_ns": mtime_ns,
        "contract_sha256": contract_sha256,
        "contract_json": contract_json.replace("\\u0000", ""),
        "fact": json.loads(contract_json).get("fact", "indikator"),
        "event_id": event_id,
        "received_at": received_at,
        "submitted_by": clip(submitted_by, records.SHORT) if submitted_by else None,
        "label": clip(PurePosixPath(path).name, records.SHORT),
    }
    with transaction(conn) as cursor:
        cursor.execute(sql("load/submission.sql#add_contract"), given)
        waiting: list[tuple[Any, ...]] = []
        while not (added := rows(cursor, "load/submission.sql#add", given)) and not waiting:
            waiting = rows(cursor, "load/submission.sql#received", given)  # none: ingested between the two
        submission_id = int((added or waiting)[0][0])
        if added:
            records.write_findings(cursor, submission_id, [f.at(file=PurePosixPath(path).name) for f in findings])
        cursor.execute(sql("load/source_state.sql#remember"), {**given, "submission_id": submission_id})
    return submission_id


def describe(conn: Connection, submission_id: int) -> Submission:
    """Raises LookupError when there is no such submission."""
    with transaction(conn) as cursor:
        return read_submission(cursor, submission_id)


def read_submission(cursor: Cursor, submission_id: int) -> Submission:
    """Raises LookupError when there is no such submission."""
    found = read_submissions(cursor, [submission_id])
    if not found:
        raise LookupError(f"Kiriman {submission_id} tidak ada. Nomornya tampil pada ikhtisar laporan.")
    return found[0]


def read_submissions(cursor: Cursor, ids: Sequence[int]) -> list[Submission]:
    """Newest first; unknown ids are left out."""
    return [Submission(*row) for row in rows(cursor, "load/submission.sql#describe", {"ids": list(ids)})]


def registered_findings(conn: Connection, submission_id: int) -> list[Finding]:
    """What was noted of a submission when it was registered, before it was read."""
    with transaction(conn) as cursor:
        found = rows(cursor, "load/submission.sql#findings", {"id": submission_id})
    return [
        Finding(rule, message, cause, action, severity=Severity(severity), file=file)
        for rule, message, cause, action, severity, file in found
    ]


def of_event(conn: Connection, event_id: str) -> Submission | None:
    """The submission that an event of the journal became, if it did."""
    with transaction(conn) as cursor:
        found = rows(cursor, "load/submission.sql#of_event", {"event_id": event_id})
        return read_submission(cursor, found[0][0]) if found else None


def unprocessed(conn: Connection, dataset: str) -> list[tuple[int, str]]:
    """(id, path) of what was registered and neither loaded nor returned yet, oldest first."""
    with transaction(conn) as cursor:
        return [
            (int(row[0]), str(row[1])) for row in rows(cursor, "load/submission.sql#unprocessed", {"dataset": dataset})
        ]
