"""What each source looked like when it was last taken, so that what is unchanged is not read again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

from etl.load.exchange import clip
from etl.load.warehouse import rows, sql, transaction


@dataclass(frozen=True)
class SourceState:
    """One source as last taken: what it looked like, by which contract it was read, and the submission it became."""

    path: str
    size: int
    mtime_ns: int
    sha256: str
    contract_sha256: str
    submission_id: int
    checked_at: datetime
    problem: str | None


@contextmanager
def collecting(conn: Connection, dataset: str) -> Iterator[None]:
    """Whoever else collects this dataset waits until the block ends, and then sees what was taken in it.

    Without it two runs at once would both find the same file new. The lock is the session's: it goes with it. Raises
    SourceUnavailable when another collects for longer than the warehouse lets anyone wait.
    """
    with transaction(conn) as cursor:
        cursor.execute(sql("load/source_state.sql#begin"), {"dataset": dataset})
    try:
        yield
    finally:
        if not conn.closed:
            conn.rollback()
            with transaction(conn) as cursor:
                cursor.execute(sql("load/source_state.sql#end"), {"dataset": dataset})


def known_sources(conn: Connection, dataset: str) -> dict[str, SourceState]:
    """Path → state of every source of the dataset that was ever taken."""
    with transaction(conn) as cursor:
        found = [SourceState(*row) for row in rows(cursor, "load/source_state.sql#known", {"dataset": dataset})]
    return {state.path: state for state in found}


def remember_source(
    conn: Connection, dataset: str, path: str, size: int, mtime_ns: int, sha256: str, submission_id: int
) -> None:
    """The source now looks like this and is accounted for by this submission; any problem it had is over."""
    state = {
        "dataset": dataset,
        "path": path,
        "size": size,
        "mtime_ns": mtime_ns,
        "sha256": sha256,
        "submission_id": submission_id,
    }
    with transaction(conn) as cursor:
        cursor.execute(sql("load/source_state.sql#remember"), state)


def source_problem(conn: Connection, dataset: str, path: str, problem: str) -> None:
    """The source could not be read; shown in the summary until it can. What was taken from it before stays known."""
    with transaction(conn) as cursor:
        parameters = {"dataset": dataset, "path": path, "problem": clip(problem, 2000)}
        cursor.execute(sql("load/source_state.sql#problem"), parameters)


def forget_problems(conn: Connection, dataset: str) -> None:
    """The source answers again: whatever it said before is looked at anew."""
    with transaction(conn) as cursor:
        cursor.execute(sql("load/source_state.sql#forget"), {"dataset": dataset})
