"""The walidata's word on a waiting submission: released, its figures become facts; returned, they are let go."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.load import kept, reconciliation, records
from etl.load.facts import FACTS
from etl.load.figure_account import moment_text
from etl.load.figures import COVER, apply, difference, staged, unstage
from etl.load.received import Submission, read_submission
from etl.load.reconcile import attempt, scope_of
from etl.load.submission import (
    Counts,
    CountsDiffer,
    counts_of,
    locked,
    record_decision,
    record_release,
    restamp,
)
from etl.load.suppression import hide
from etl.load.warehouse import rows, sql, transaction
from etl.settings import REGENCY


class DecisionRefused(Exception):
    """The decision cannot be taken; the message says why and what to do instead. Nothing was changed."""


def release(conn: Connection, submission_id: int, by: str, reason: str, at: datetime | None = None) -> Counts:
    """Merge the waiting figures into the facts; from this moment the portal shows them.

    Compared with the facts as they are now, not as they were when it was loaded. What by now says what is already
    released is still recorded as a release, of nothing. Raises DecisionRefused, LookupError.
    """
    _signed(by, reason)
    with transaction(conn) as cursor:
        dataset = read_submission(cursor, submission_id).dataset
    with locked(conn, dataset) as cursor:
        submission = _waiting(cursor, submission_id, "merilis")
        _refuse_older(cursor, submission)
        assert submission.load_mode and submission.status_data
        complete = submission.n_quarantined == 0
        found = difference(
            cursor,
            dataset,
            staged(cursor, FACTS[submission.fact], submission_id),
            mode=submission.load_mode,
            status=submission.status_data,
            may_remove=complete,
        )
        apply(cursor, submission_id, found, submission.status_data)
        hide(cursor, dataset, submission_id, found.periods)
        loaded, good = (
            _distinct(found.figures.key[found.opening]),
            submission.n_loaded + submission.n_unchanged,
        )
        if loaded > good or len(found.figures) != submission.n_figures:
            raise CountsDiffer(
                f"kiriman {submission_id}: {len(found.figures)} angka dari {loaded} baris menunggu, padahal "
                f"{submission.n_figures} angka dari {good} baris diterima. Tidak ada yang dirilis."
            )
        changes = {"n_new": len(found.new), "n_changed": len(found.changed), "n_removed": len(found.removed)}
        counted = {"id": submission_id, "status": "dirilis", "n_loaded": loaded, "n_unchanged": good - loaded}
        cursor.execute(sql("load/decision.sql#released"), {**counted, **changes})
        unstage(cursor, FACTS[submission.fact], submission_id)
        records.write_differences(cursor, submission_id, found)
        counts = counts_of(read_submission(cursor, submission_id))
        record_release(cursor, submission, counts, by=by, reason=reason, automatic=False)
        cursor.execute(sql("load/reconciliation.sql#accept"), {"id": submission_id})
        reconciled = attempt(cursor, scope_of(submission, found.figures, mode=submission.load_mode, complete=complete))
        reconciliation.write(cursor, submission_id, dataset, reconciled, of_file_too=False)
        cursor.execute(sql("load/member.sql#follow_directions"), {"id": submission_id})
        kept.refresh(cursor, dataset, found)
        restamp(cursor, submission, at)
    return counts


def return_(conn: Connection, submission_id: int, by: str, reason: str, at: datetime | None = None) -> Counts:
    """Give a waiting submission back to the SKPD: its figures go, its findings and quarantined rows stay.

    Raises DecisionRefused, LookupError.
    """
    _signed(by, reason)
    with transaction(conn) as cursor:
        dataset = read_submission(cursor, submission_id).dataset
    with locked(conn, dataset) as cursor:
        submission = _waiting(cursor, submission_id, "mengembalikan")
        record_decision(cursor, submission_id, "dikembalikan", by, reason, automatic=False)
        cursor.execute(sql("load/decision.sql#returned"), {"id": submission_id})
        unstage(cursor, FACTS[submission.fact], submission_id)
        restamp(cursor, submission, at)
        return counts_of(read_submission(cursor, submission_id))


def _distinct(keys: np.ndarray) -> int:
    """Number of different keys. numpy's own unique hashes them, which takes seconds for a million."""
    ordered = np.sort(keys)
    return int((ordered[1:] != ordered[:-1]).sum()) + min(len(ordered), 1)


def _signed(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise DecisionRefused("Keputusan perlu nama dan alasan: keduanya tercatat dan tampil pada asal angka.")


_STATES = {
    "diterima": "belum dibaca dan diperiksa. Jalankan `satudata run` dahulu.",
    "tidak_berubah": "sama dengan yang sudah dirilis: tidak ada yang perlu diputuskan.",
}


def _waiting(cursor: Cursor, submission_id: int, act: str) -> Submission:
    submission = read_submission(cursor, submission_id)
    if submission.status == "menunggu":
        return submission
    decided = rows(cursor, "load/decision.sql#last_decision", {"id": submission_id})
    if submission.status == "digantikan":
        state = "sudah digantikan oleh kiriman yang lebih baru dari sumber yang sama. Putuskan kiriman yang baru itu."
    elif decided:
        decision, by, at = decided[0]
        state = f"sudah {decision} oleh {by} pada {moment_text(at)}. Keputusan hanya sekali; kirim berkas baru."
    else:
        state = _STATES.get(submission.status, submission.status)
    raise DecisionRefused(f"Tidak dapat {act} kiriman {submission_id} ({submission.path}): {state}")


def _refuse_older(cursor: Cursor, submission: Submission) -> None:
    """Refuses what would overwrite a newer release: of the same keys (`tambah`), of the same agency, stage and period
    of a budget, or else of the same periods."""
    newer = rows(cursor, "load/decision.sql#newer_released", {"id": submission.id})
    fact = FACTS[submission.fact]
    taken = {"tambah": fact.ids, "periode": COVER}.get(submission.load_mode or "", ())
    if newer and taken and set(taken) <= set(fact.ids):
        given = {"id": submission.id, "newer": [number for number, *_ in newer], "kabkota": REGENCY}
        behind = {
            f"{alias}_taken": compose.SQL(", ").join(compose.Identifier(alias, name) for name in taken)
            for alias in ("f", "c")
        }
        cursor.execute(fact.statement("load/figures.sql#released_by_newer", **behind), given)
        newer = newer if cursor.fetchone() is not None else []
    if newer:
        number, path, periods = newer[0]
        raise DecisionRefused(
            f"Tidak dapat merilis kiriman {submission.id} ({submission.path}): kiriman {number} ({path}) yang lebih "
            f"baru untuk data yang sama ({', '.join(periods[:6])}) sudah dirilis, dan akan tertimpa. Bila yang "
            "lama memang benar, minta SKPD mengirimnya kembali; jika tidak, kembalikan kiriman ini."
        )
