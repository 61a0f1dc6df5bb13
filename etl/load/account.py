"""Calling submissions and figures to account: what reports, the summary and `satudata why` say.

Plain records with everything in them, read in one transaction; how they look is the report's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from psycopg2.extensions import connection as Connection

from etl.findings import Finding, Owner, Severity
from etl.load.figure_account import CheckLine, FigureAccount, Version, read_checks, why
from etl.load.received import Submission, read_submission, read_submissions
from etl.load.reconciliation import Line, read_lines
from etl.load.walls import for_producer, walled
from etl.load.warehouse import rows, transaction

__all__ = [
    "Account",
    "CheckLine",
    "DatasetText",
    "DecisionLine",
    "DifferenceLine",
    "FigureAccount",
    "Listed",
    "NewMember",
    "QuarantinedRow",
    "RuleTotal",
    "SummaryLine",
    "Version",
    "new_members",
    "recent_submissions",
    "submission_account",
    "summary",
    "why",
]

# ── one submission ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DatasetText:
    """What the contract says of the dataset; kontak is the person at the agency who repairs."""

    dataset: str
    judul: str
    deskripsi: str
    skpd: str
    nama_skpd: str
    kontak: str
    urusan: str
    nama_urusan: str | None
    akses: str
    status_data: str
    metode: str | None
    cara_muat: str
    cara_rilis: str
    ambang_karantina_persen: Decimal


@dataclass(frozen=True)
class RuleTotal:
    """All that one rule found. cells and rows count everything; only `kept` cells are in the list of findings."""

    rule: str
    severity: Severity
    owner: Owner
    title: str | None
    kept: int
    cells: int
    rows: int


@dataclass(frozen=True)
class DifferenceLine:
    """One figure against what was released before: kind `berubah`, `hilang` (no longer given) or `baru`.

    row_no is the row in this submission's file. Values are None where a mark stands, or where there is no figure.
    members: (dimension, code, name) of what else a budget or performance figure is of.
    """

    kind: str
    indikator: str
    nama: str
    satuan: str
    wilayah: str
    nama_wilayah: str
    periode: str
    rincian: str
    old: Decimal | None
    new: Decimal | None
    old_mark: str | None
    new_mark: str | None
    row_no: int | None
    members: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class DecisionLine:
    """decision: `dirilis` or `dikembalikan`; at is UTC; automatic when a rule, not a person, took it."""

    decision: str
    by: str
    reason: str
    at: datetime
    automatic: bool


@dataclass(frozen=True)
class QuarantinedRow:
    """One row that was kept out: header → text as received, and the rules it broke."""

    sheet: str
    row: int
    content: dict[str, str | None]
    rules: list[str]


@dataclass(frozen=True)
class Account:
    """Everything there is to say about one submission.

    submission: its audit row with all counts. dataset: None when no contract of that name was ever synced. file: name
    without folders. sheets: number → name. read_as: how its bytes were understood. submitted_by: who handed it in by
    hand. skipped: rows left out by kind (kosong, kaki, jumlah), counted apart.
    n_corrected: cells changed by recorded corrections. findings: refusals first, at most `limit`; rule_totals count all
    of them. differences: the largest ones against what was released, with the totals in submission.n_new, n_changed,
    n_removed. previous: the submission of the same source before this one. quarantined: the first `limit_rows` rows of
    submission.n_quarantined. reconciled: what was compared with it, by identity, of each what disagrees first; as its
    producer may read it.
    """

    submission: Submission
    dataset: DatasetText | None
    file: str
    sheets: dict[int, str]
    skipped: dict[str, int]
    n_corrected: int
    started_at: datetime | None
    finished_at: datetime | None
    read_as: dict[str, str]
    submitted_by: str | None
    checks: tuple[CheckLine, ...]
    findings: tuple[Finding, ...]
    rule_totals: tuple[RuleTotal, ...]
    differences: tuple[DifferenceLine, ...]
    decisions: tuple[DecisionLine, ...]
    previous: Submission | None
    quarantined: tuple[QuarantinedRow, ...]
    reconciled: tuple[Line, ...] = ()


def submission_account(conn: Connection, submission_id: int, limit: int = 2_000, limit_rows: int = 100) -> Account:
    """The account of one submission, with at most `limit` findings and `limit_rows` quarantined rows.

    Raises LookupError when there is no such submission.
    """
    given = {"id": submission_id}
    with transaction(conn) as cursor:
        submission = read_submission(cursor, submission_id)
        texts = rows(cursor, "load/account.sql#dataset", {"dataset": submission.dataset})
        more = rows(cursor, "load/account.sql#more_of_submission", given)[0]
        skipped, n_corrected, started_at, finished_at, read_as, submitted_by = more
        before = rows(cursor, "load/account.sql#previous", given)[0][0]
        lines = walled(cursor, submission.skpd, submission.dataset, read_lines(cursor, submission_id))
        return Account(
            submission=submission,
            dataset=DatasetText(*texts[0]) if texts else None,
            file=PurePosixPath(submission.path).name,
            sheets=dict(rows(cursor, "load/account.sql#sheets", given)),
            skipped=skipped,
            n_corrected=n_corrected,
            started_at=started_at,
            finished_at=finished_at,
            read_as=read_as,
            submitted_by=submitted_by,
            checks=read_checks(cursor, [submission_id]).get(submission_id, ()),
            findings=tuple(
                _finding(row) for row in rows(cursor, "load/account.sql#findings", {**given, "limit": limit})
            ),
            rule_totals=tuple(
                RuleTotal(rule, Severity(severity), Owner(owner), title, kept, int(cells), int(n_rows))
                for rule, severity, owner, title, kept, cells, n_rows in rows(
                    cursor, "load/account.sql#finding_totals", given
                )
            ),
            differences=tuple(DifferenceLine(*row) for row in rows(cursor, "load/account.sql#differences", given)),
            decisions=tuple(DecisionLine(*row) for row in rows(cursor, "load/account.sql#decisions", given)),
            previous=read_submission(cursor, before) if before else None,
            quarantined=tuple(
                QuarantinedRow(*row)
                for row in rows(cursor, "load/account.sql#quarantined", {**given, "limit": limit_rows})
            ),
            reconciled=tuple(for_producer(submission.dataset, lines)),
        )


def _finding(row: tuple[Any, ...]) -> Finding:
    rule, message, cause, action, severity, owner, file, sheet, row_no, col, header, value = row
    return Finding(
        rule, message, cause, action, Severity(severity), Owner(owner), file, sheet, row_no, col, header, value
    )


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Listed:
    """A submission in a list: its audit row, the dataset's and agency's names, findings kept, and the last decision."""

    submission: Submission
    judul: str
    nama_skpd: str
    n_findings: int
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


def recent_submissions(conn: Connection, limit: int = 500) -> list[Listed]:
    """The latest submissions of all agencies, newest first."""
    with transaction(conn) as cursor:
        found = rows(cursor, "load/account.sql#recent", {"limit": limit})
        submissions = {s.id: s for s in read_submissions(cursor, [row[0] for row in found])}
        return [Listed(submissions[row[0]], *row[1:]) for row in found]


@dataclass(frozen=True)
class SummaryLine:
    """Where an agency's sources stand: the latest finished submission of each source, added up.

    Rows: received = loaded + unchanged + quarantined + waiting_rows + returned_rows. waiting, returned and unprocessed
    count submissions; submissions all of them. disagreeing: comparisons of them that do not agree; known: those of
    them that somebody released as they are. problems:
    sources that could not be read, as sentences. strays: files in the agency's folder that no contract asks for.
    """

    skpd: str
    nama: str
    submissions: int
    received: int
    loaded: int
    unchanged: int
    quarantined: int
    waiting: int
    returned: int
    waiting_rows: int
    returned_rows: int
    unprocessed: int
    disagreeing: int
    known: int
    problems: list[str]
    strays: list[str]


@dataclass(frozen=True)
class NewMember:
    """A code that figures brought and no list has; sumber: what brought it."""

    dimensi: str
    kode: str
    nama: str
    sumber: str


def new_members(conn: Connection, limit: int = 1_000) -> list[NewMember]:
    """Codes that wait for the walidata, by dimension and code."""
    with transaction(conn) as cursor:
        return [NewMember(*row) for row in rows(cursor, "load/account.sql#new_members", {"limit": limit})]


def summary(conn: Connection) -> list[SummaryLine]:
    """One line per agency that should send, has sent anything, or whose source has a problem."""
    with transaction(conn) as cursor:
        return [SummaryLine(*row) for row in rows(cursor, "load/account.sql#summary")]
