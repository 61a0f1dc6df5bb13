"""Compares what must agree, in the transaction that loads or releases a submission (warehouse_sql/reconcile).

What is compared is what the facts would be with the submission; each identity is one file of SQL. Nothing here changes
a figure: what disagrees is told, and a person releases it, not a rule.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.load.dimensions import Figures
from etl.load.exchange import fetch_table
from etl.load.facts import FACTS, FactTable
from etl.load.figures import staged
from etl.load.received import Submission, read_submission
from etl.load.reconciliation import AGREEING, DISAGREEING, Line, Reconciled, capped, in_one_unit, recognised, write
from etl.load.walls import for_producer, walled
from etl.load.warehouse import rows, sql, transaction
from etl.settings import REGENCY

log = logging.getLogger("satudata")

MOST_COMPARED = 20_000
"""Figures of a submission up to which they are looked for at other years and regions. A larger one is no table that
somebody sends under a wrong name, and looking would take a second."""


@dataclass(frozen=True)
class Scope:
    """What a submission concerns. ids: distinct members of its figures, by dimension.

    waiting: its figures are in staging, not in the facts; mode and by_key then say which facts they would replace: of
    all periods (`penuh`), of its periods (of a budget: of its agencies and stages in them), or by_key only those that
    it states itself (`tambah`, or rows were kept out).
    """

    submission: Submission
    ids: dict[str, list[int]]
    n_figures: int
    mode: str
    by_key: bool
    waiting: bool = False

    @property
    def fact(self) -> FactTable:
        return FACTS[self.submission.fact]


def scope_of(submission: Submission, figures: Figures, *, mode: str, complete: bool) -> Scope:
    """complete: none of its rows was kept out."""
    named = zip(figures.fact.dimensions, figures.ids, strict=True)
    ids = {name: np.flatnonzero(np.bincount(column)).tolist() for name, column in named}
    return Scope(submission, ids, len(figures), mode, mode == "tambah" or not complete)


def reconcile(conn: Connection, submission_id: int) -> Reconciled:
    """Compares a submission that waits or was released with the facts as they are now, and replaces its lines.

    A submission in another state has no figures of its own: its lines stay. Raises LookupError.
    """
    with transaction(conn) as cursor:
        submission = read_submission(cursor, submission_id)
        if submission.status not in ("menunggu", "dirilis"):
            return Reconciled()
        reconciled = attempt(cursor, kept_scope(cursor, submission))
        write(cursor, submission.id, submission.dataset, reconciled, of_file_too=False)
    return reconciled


def kept_scope(cursor: Cursor, submission: Submission) -> Scope:
    """The scope of a submission that is in the warehouse already: its waiting figures, or the facts of its periods."""
    fact, mode, complete = FACTS[submission.fact], submission.load_mode or "periode", submission.n_quarantined == 0
    if submission.status == "menunggu":
        figures = staged(cursor, fact, submission.id)
        return replace(scope_of(submission, figures, mode=mode, complete=complete), waiting=True)
    own = _about(cursor, submission)["own"]
    given = {"kabkota": REGENCY, "own": own, "codes": submission.periods}
    table = fetch_table(cursor, fact.statement("reconcile/usulan.sql#merged"), fact.key_types, given)
    ids = {name.removesuffix("_id"): np.flatnonzero(np.bincount(table[name].to_numpy())).tolist() for name in fact.ids}
    return Scope(submission, ids, table.num_rows, mode, mode == "tambah" or not complete)


def attempt(cursor: Cursor, scope: Scope) -> Reconciled:
    """Every identity that concerns the submission. What goes wrong here costs the comparison, never the load."""
    cursor.execute(sql("load/reconciliation.sql#savepoint"))
    try:
        cursor.execute(sql("load/reconciliation.sql#hashed"))
        of = scope.submission
        lines = walled(cursor, of.skpd, of.dataset, recognised(cursor, of.dataset, _compare(cursor, scope)))
        reconciled = Reconciled(tuple(lines), tuple(for_producer(of.dataset, lines)))
        cursor.execute(sql("load/reconciliation.sql#as_before"))
        return reconciled
    except Exception:
        if cursor.connection.closed:
            raise
        cursor.execute(sql("load/reconciliation.sql#rollback"))
        log.exception("rekonsiliasi kiriman %s (%s)", scope.submission.id, scope.submission.dataset)
        return Reconciled(failed=True)


class Identities:
    """Runs the files of warehouse_sql/reconcile with everything that they may ask for."""

    def __init__(self, cursor: Cursor, scope: Scope) -> None:
        self.cursor, self.fact = cursor, scope.fact
        self.given: dict[str, Any] = {
            "id": scope.submission.id,
            "dataset": scope.submission.dataset,
            "kabkota": REGENCY,
            "waiting": scope.waiting,
            "whole": scope.mode == "penuh",
            "by_key": scope.by_key,
            "most_agreeing": AGREEING,
            "most_disagreeing": DISAGREEING,
            **scope.ids,
            **_about(cursor, scope.submission),
        }
        covered = "covered_indikator" if self.fact.name == "indikator" else "covered"
        self.proposed = self.fact.statement(
            "reconcile/usulan.sql#usulan", covered=self.fact.statement(f"reconcile/usulan.sql#{covered}")
        )

    def lines(self, kind: str, part: str = "", **parts: compose.Composable) -> list[Line]:
        """The lines of one identity, what disagrees first."""
        comparable = compose.SQL(sql("reconcile/usulan.sql#comparable"))
        name = f"reconcile/{kind}.sql" + (f"#{part}" if part else "")
        query = self.fact.statement(name, usulan=self.proposed, comparable=comparable, **parts)
        self.cursor.execute(compose.SQL(sql("reconcile/usulan.sql#capped")).format(query=query), self.given)
        return capped(kind, self.cursor.fetchall())

    def ask(self, name: str) -> list[tuple[Any, ...]]:
        self.cursor.execute(self.fact.statement(f"reconcile/{name}", usulan=self.proposed), self.given)
        return self.cursor.fetchall()

    def run(self, name: str) -> None:
        self.cursor.execute(self.fact.statement(f"reconcile/{name}", usulan=self.proposed), self.given)


def _about(cursor: Cursor, submission: Submission) -> dict[str, Any]:
    """own: indicators of the dataset; additive: those that may be added up; by_agency: the contract names agencies."""
    by_agency, own, additive = rows(cursor, "reconcile/usulan.sql#about", {"id": submission.id})[0]
    return {"by_agency": by_agency, "own": own, "additive": additive}


def _compare(cursor: Cursor, scope: Scope) -> list[Line]:
    identities = Identities(cursor, scope)
    codes = rows(cursor, "reconcile/usulan.sql#period_codes", identities.given)[0][0]
    identities.given["period_codes"] = codes
    lines = identities.lines("berkas_sama")
    if scope.n_figures <= MOST_COMPARED:
        lines += _same_figures(identities)
    if scope.submission.fact == "indikator":
        lines += _regions(identities, scope) + _two_producers(identities)
    if scope.submission.fact == "anggaran":
        lines += _budget(identities)
    return lines


def _same_figures(identities: Identities) -> list[Line]:
    lines: list[Line] = []
    for part, member in (("year", "periode"), ("region", "wilayah")):
        name = f"{member}_id"
        rest = [one for one in identities.fact.ids if one != name]
        behind = {
            f"{alias}_rest": compose.SQL(", ").join(compose.Identifier(alias, one) for one in rest)
            for alias in ("s", "c", "u")
        }
        lines += identities.lines(
            "angka_sama",
            "compare",
            member=compose.Identifier(name),
            dimension=compose.Identifier("dw", f"dim_{member}"),
            differs=compose.SQL(sql(f"reconcile/angka_sama.sql#{part}")),
            titled=compose.Identifier("kode" if member == "periode" else "nama"),
            what=compose.Literal(member),
            **behind,
        )
    return lines


def _regions(identities: Identities, scope: Scope) -> list[Line]:
    concerned = set(scope.ids["indikator"]) & set(identities.given["additive"])
    identities.given["additive"] = sorted(concerned)
    if not concerned:
        return []
    identities.given["parents"] = [row[0] for row in identities.ask("wilayah.sql#parents")]
    return identities.lines("wilayah", "compare") if identities.given["parents"] else []


def _two_producers(identities: Identities) -> list[Line]:
    pairs = identities.ask("dua_produsen.sql#pairs")
    if not pairs:
        return []
    identities.given["left"], identities.given["right"] = map(list, zip(*pairs, strict=True))
    return identities.lines("dua_produsen", "compare")


def _budget(identities: Identities) -> list[Line]:
    budget, years, agencies = identities.ask("usulan.sql#budget_scope")[0]
    identities.given |= {"budget": budget, "years": years, "agencies": agencies}
    for step in ("drop_budget", "budget", "analyze_budget"):
        identities.run(f"usulan.sql#{step}")
    kinds = identities.lines("jenis_realisasi")
    # Of a source that is not what it is declared to be, nothing that adds up its months would be true.
    identities.given["unclear"] = [int(line.periode) for line in kinds if not line.agrees]
    lines = [*identities.lines("silpa"), *kinds]
    for kind in ("kas_pagu", "realisasi_pagu", "skpd_bud"):
        lines += in_one_unit(identities.lines(kind))
    return [*lines, *identities.lines("realisasi_turun"), *identities.lines("pagu_tahap")]
