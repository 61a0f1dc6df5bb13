"""A submission's way into the warehouse: registered, then loaded in one transaction, or returned.

Killed at any point the warehouse is as before or as after, never between; run again it ends where it would have ended.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.contract import Contract
from etl.findings import Finding
from etl.frames import CheckResult, Tidy, rows_at
from etl.load import kept, members, reconciliation, records
from etl.load.dimensions import resolve
from etl.load.exchange import clip
from etl.load.facts import FACTS
from etl.load.figures import SLICE, STATUS, Difference, apply, difference, earlier, stage
from etl.load.received import (
    Submission,
    describe,
    of_event,
    read_submission,
    register,
    registered_findings,
    unprocessed,
)
from etl.load.reconcile import Scope, attempt, scope_of
from etl.load.reconciliation import Reconciled, of_file
from etl.load.suppression import hide
from etl.load.warehouse import rows, sql, transaction

__all__ = [
    "Counts",
    "CountsDiffer",
    "Submission",
    "describe",
    "earlier",
    "give_back",
    "load",
    "of_event",
    "register",
    "registered_findings",
    "unprocessed",
]

SYSTEM = "sistem"
"""Who returned a submission that the rules refuse."""


class CountsDiffer(Exception):
    """Rows in are not rows loaded, unchanged and quarantined. Nothing was kept; it is our fault, not the agency's."""


@dataclass(frozen=True)
class Counts:
    """What became of a submission. received = loaded + unchanged + quarantined + returned, in source rows; figures,
    new, changed and removed are figures. While it waits, `loaded` is what its release would load."""

    status: str
    received: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    returned: int = 0
    figures: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0


# ── loaded ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def load(
    conn: Connection,
    submission_id: int,
    contract: Contract,
    tidy: Tidy,
    results: Sequence[CheckResult],
    quarantined: pd.Index,
    findings: Sequence[Finding],
    *,
    release_by: str | None = None,
    before_release: Callable[[], None] | None = None,
    at: datetime | None = None,
) -> Counts:
    """Take a checked submission in: figures, findings, check results, quarantined rows and what its figures were
    reconciled with, in one transaction.

    release_by: who releases it at once (the contract's rule); None: its figures wait in staging for the walidata. So
    they do when they disagree with what the warehouse has. before_release: called when they do not.
    findings: those not tied to a rule's cells; the cells come from `tidy.faults` and `results`. Of a submission that
    says what is already released nothing waits: `tidy_berubah`. Waiting older submissions of the same source become
    `digantikan`; so does this one when a newer one of its source came first. Already loaded: the counts it has.
    at: when it was released, for a replay; now when absent.

    Raises Refused (figures given twice), CountsDiffer, MergeFailed, UnknownMember; then nothing was kept.
    """
    received = tidy.rows.index
    held = pd.Index(received.intersection(quarantined))
    good = tidy.figures
    if len(held):
        good = good.filter(pa.array(~np.isin(good["key"].to_numpy(), held.to_numpy(dtype=np.int64))))
    beside = members.beside(contract, tidy.rows)
    figures = resolve(conn, contract, good, beside)
    faults = records.all_faults(tidy, results)
    quarantine = records.quarantine_table(submission_id, tidy, held, faults)
    status = STATUS[contract.status]
    with locked(conn, contract.id) as cursor:
        submission = read_submission(cursor, submission_id)
        if submission.status != "diterima":
            return counts_of(submission)
        found = difference(cursor, contract.id, figures, mode=contract.load, status=status, may_remove=len(held) == 0)
        counts = count_rows(received, held, found)
        scope = scope_of(submission, found.figures, mode=contract.load, complete=len(held) == 0)
        rule = Rule(release_by, before_release) if release_by else None
        place, reconciled = _place(cursor, scope, found, status, counts, rule)
        counts = replace(counts, status=place)
        if counts.status == "digantikan":
            counts = replace(counts, loaded=0, unchanged=0, returned=counts.loaded + counts.unchanged)
        records.write_sheets(cursor, submission_id, tidy)
        records.write_checks(cursor, submission_id, results)
        cells = records.cell_findings(faults, tidy, submission.path)
        records.write_findings(cursor, submission_id, [*findings, *cells, *reconciled.findings(contract.id)])
        records.write_quarantine(cursor, quarantine)
        records.write_differences(cursor, submission_id, found)
        _finish(cursor, submission_id, counts, contract, tidy, members.directions(beside))
        if counts.status in ("dirilis", "tidak_berubah"):
            cursor.execute(sql("load/member.sql#follow_directions"), {"id": submission_id})
        if counts.status != "digantikan":
            of_all = replace(reconciled, lines=(*of_file(tidy), *reconciled.lines))
            reconciliation.write(cursor, submission_id, contract.id, of_all, of_file_too=True)
        if counts.status == "dirilis":
            kept.refresh(cursor, contract.id, found)
        restamp(cursor, submission, at)
    return counts


@contextmanager
def locked(conn: Connection, dataset: str) -> Iterator[Cursor]:
    """A transaction that alone changes this dataset, and whose time is later than the dataset's last release.

    now() is when a transaction began, which may be before another one, which it then waited for, released: versions
    would end before they began. So a transaction that had to wait starts over.
    """
    while True:
        with transaction(conn) as cursor:
            cursor.execute(sql("load/submission.sql#lock"), {"dataset": dataset})
            if rows(cursor, "load/submission.sql#clock_is_ahead", {"dataset": dataset})[0][0]:
                yield cursor
                return
        time.sleep(0.01)


class Rule(NamedTuple):
    """Who releases by rule, and what is to happen first."""

    by: str
    before: Callable[[], None] | None


def _place(
    cursor: Cursor, scope: Scope, found: Difference, status: int, counts: Counts, rule: Rule | None
) -> tuple[str, Reconciled]:
    """Put the figures where they belong; returns what the submission's status becomes, and what was reconciled.

    A rule's release is reconciled as it would stand, and taken back when something disagrees.
    """
    submission = scope.submission
    if rows(cursor, "load/submission.sql#newer_of_same_source", {"id": submission.id})[0][0] is not None:
        return "digantikan", Reconciled()
    cursor.execute(FACTS[submission.fact].statement("load/submission.sql#supersede"), {"id": submission.id})
    if found.is_empty:
        return "tidak_berubah", attempt(cursor, scope)
    if rule is None:
        stage(cursor, submission.id, found.figures)
        return "menunggu", attempt(cursor, replace(scope, waiting=True))
    cursor.execute(sql("load/submission.sql#before_release"))
    apply(cursor, submission.id, found, status)
    reconciled = attempt(cursor, scope)
    if reconciled.holds_back:
        cursor.execute(sql("load/submission.sql#take_back"))
        stage(cursor, submission.id, found.figures)
        return "menunggu", reconciled
    hide(cursor, submission.dataset, submission.id, found.periods)
    if rule.before:
        rule.before()
    known = any(line.known for line in reconciled.lines)
    reason = "tidak ada temuan" + " selain selisih yang sudah diketahui" * known
    record_release(cursor, submission, counts, by=rule.by, reason=reason, automatic=True)
    return "dirilis", reconciled


def count_rows(received: pd.Index, quarantined: pd.Index, found: Difference) -> Counts:
    """Source rows by where they ended: loaded when a figure of theirs is new or changed, unchanged when none is.

    Raises CountsDiffer when one ended nowhere or in two places.
    """
    key = found.figures.key
    has_figure = _rows_of(received, key, found.unchanged)
    is_loaded = _rows_of(received, key, found.opening)
    is_held = _rows_of(received, quarantined.to_numpy(dtype=np.int64), np.arange(len(quarantined)))
    is_unchanged = has_figure & ~is_loaded
    without = ~(is_loaded | is_unchanged | is_held)  # a row that holds no figure has nothing to change
    ended = [int(rows.sum()) for rows in (is_loaded, is_unchanged, is_held, without)]
    if sum(ended) != len(received) or len(quarantined) != ended[2]:
        raise CountsDiffer(
            f"{len(received)} baris masuk, tetapi {ended[0]} dimuat + {ended[1]} tidak berubah + {ended[2]} dikarantina"
            f" + {ended[3]} tanpa angka. Tidak ada yang dimuat; ini kesalahan program, laporkan ke pengelola."
        )
    return Counts(
        status="",
        received=len(received),
        loaded=ended[0],
        unchanged=ended[1] + ended[3],
        quarantined=ended[2],
        figures=len(found.figures),
        new=len(found.new),
        changed=len(found.changed),
        removed=len(found.removed),
    )


def _rows_of(received: pd.Index, keys: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Per row received whether one of the keys at these places is its own. Raises CountsDiffer when a key is nobody's,
    or a row was received twice."""
    if not received.is_unique:
        raise CountsDiffer(f"{len(received)} baris masuk, tetapi sebagian dua kali. Tidak ada yang dimuat.")
    found = np.zeros(len(received), dtype=bool)
    for at in range(0, len(places), SLICE):
        rows = rows_at(received, keys[places[at : at + SLICE]])
        if strangers := int((rows < 0).sum()):
            raise CountsDiffer(f"{strangers} angka menyebut baris yang tidak ada pada kiriman. Tidak ada yang dimuat.")
        found[rows] = True
    return found


def record_release(
    cursor: Cursor, submission: Submission, counts: Counts, *, by: str, reason: str, automatic: bool
) -> None:
    """The decision and the release that follows from it."""
    decision_id = record_decision(cursor, submission.id, "dirilis", by, reason, automatic=automatic)
    numbers = {"n_new": counts.new, "n_changed": counts.changed, "n_removed": counts.removed}
    given = {"id": submission.id, "decision_id": decision_id, "dataset": submission.dataset, **numbers}
    cursor.execute(sql("load/decision.sql#release"), given)


def record_decision(cursor: Cursor, submission_id: int, decision: str, by: str, reason: str, *, automatic: bool) -> int:
    given = {
        "id": submission_id,
        "decision": decision,
        "by": clip(by, records.SHORT),
        "reason": clip(reason, records.LONG),
        "automatic": automatic,
    }
    return int(rows(cursor, "load/decision.sql#decide", given)[0][0])


# ── returned ───────────────────────────────────────────────────────────────────────────────────────────────


def give_back(
    conn: Connection,
    submission_id: int,
    *,
    findings: Sequence[Finding],
    results: Sequence[CheckResult] = (),
    contract: Contract | None = None,
    tidy: Tidy | None = None,
    quarantined: pd.Index | None = None,
    by: str | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> Counts:
    """Return a submission that the rules refuse: nothing is loaded, everything found is kept, the decision recorded.

    With `tidy` its rows are accounted for: the quarantined ones are kept as received, the others count as returned.
    Already processed: the counts it has.
    """
    held = pd.Index([], dtype="int64")
    if tidy is not None and quarantined is not None:
        held = pd.Index(tidy.rows.index.intersection(quarantined))
    faults = records.all_faults(tidy, results)
    quarantine = records.quarantine_table(submission_id, tidy, held, faults) if tidy is not None else None
    n_rows = 0 if tidy is None else len(tidy.rows)
    with transaction(conn) as cursor:
        submission = read_submission(cursor, submission_id)
    with locked(conn, submission.dataset) as cursor:
        submission = read_submission(cursor, submission_id)
        if submission.status != "diterima":
            return counts_of(submission)
        counts = Counts("dikembalikan", received=n_rows, quarantined=len(held), returned=n_rows - len(held))
        records.write_checks(cursor, submission_id, results)
        records.write_findings(cursor, submission_id, findings)
        if tidy is not None and quarantine is not None:
            records.write_sheets(cursor, submission_id, tidy)
            records.write_findings(cursor, submission_id, records.cell_findings(faults, tidy, submission.path))
            records.write_quarantine(cursor, quarantine)
        why = reason or "; ".join(dict.fromkeys(finding.message for finding in findings[:3])) or "ditolak aturan"
        record_decision(cursor, submission_id, "dikembalikan", by or SYSTEM, why, automatic=by is None)
        _finish(cursor, submission_id, counts, contract, tidy, {})
        restamp(cursor, submission, at)
    return counts


def restamp(cursor: Cursor, submission: Submission, at: datetime | None) -> None:
    """A replay's transaction happened when the journal says, not now: versions, decision and release get that time."""
    if at is not None:
        for step in ("facts_opened", "facts_closed", "hidden", "shown", "decision", "release", "reconciliation"):
            statement = FACTS[submission.fact].statement(f"load/restamp.sql#{step}")
            cursor.execute(statement, {"id": submission.id, "at": at})


def _finish(
    cursor: Cursor,
    submission_id: int,
    counts: Counts,
    contract: Contract | None,
    tidy: Tidy | None,
    directions: Mapping[str, str],
) -> None:
    periods = list(tidy.periods) if tidy else []
    label = read_submission(cursor, submission_id).label
    given: dict[str, Any] = {f"n_{name}": value for name, value in asdict(counts).items() if name != "status"}
    given |= {
        "id": submission_id,
        "status": counts.status,
        "label": _span(periods) or label,
        "periods": periods,
        "load_mode": contract.load if contract else None,
        "status_data": STATUS[contract.status] if contract else None,
        "n_corrected": tidy.corrected if tidy else 0,
        "skipped": json.dumps(tidy.skipped if tidy else {}),
        "read_as": json.dumps(tidy.read_as if tidy else {}, ensure_ascii=False).replace("\\u0000", ""),
        "directions": json.dumps(directions, ensure_ascii=False).replace("\\u0000", ""),
    }
    cursor.execute(sql("load/submission.sql#finish"), given)


def _span(periods: Sequence[str]) -> str:
    """`2024`, or `2015 - 2024` for several."""
    return " - ".join(dict.fromkeys([periods[0], periods[-1]])) if periods else ""


def counts_of(submission: Submission) -> Counts:
    s = submission
    rows_ended = (s.n_received, s.n_loaded, s.n_unchanged, s.n_quarantined, s.n_returned)
    return Counts(s.status, *rows_ended, s.n_figures, s.n_new, s.n_changed, s.n_removed)
