"""The journey of a submission: collect → read → tidy → check → load → report.

Plain functions that the command line and the DAGs both call. Each is safe to run again: what is unchanged is not read,
what was interrupted is taken up where it was, and a submission is loaded in one transaction or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2

from etl.catalogue import load_contracts
from etl.check import Returned, check_tidy, judge, nothing_holds_back, read_and_tidy
from etl.collect import Unit, collect, collect_dataset
from etl.contract import Contract
from etl.extract import journal
from etl.extract.archive import Archive
from etl.findings import Finding, Refused, Severity, SourceUnavailable
from etl.receive import submit, warehouse
from etl.settings import Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from etl.frames import Tidy
    from etl.load.submission import Submission

__all__ = ["Outcome", "Unit", "collect", "decide", "ingest", "report", "run", "take_in"]

log = logging.getLogger("satudata")

AUTOMATIC = "aturan otomatis"
"""Who released a submission that its contract lets through when nothing was found."""


@dataclass(frozen=True)
class Outcome:
    """What became of one unit, for the summary and for Airflow.

    status: as in audit.submission, or `sumber_gagal`, `kontrak_ditolak`, `gagal` (our fault; tried again next time).
    """

    dataset: str
    label: str
    status: str
    submission_id: int | None = None
    received: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    period: str = ""
    findings: tuple[str, ...] = field(default=())


def quiet(outcome: Outcome) -> None:
    """The default listener of a run."""


def ingest(unit: dict[str, Any], settings: Settings, *, at: datetime | None = None) -> dict[str, Any]:
    """Takes one submission through read, tidy, check and load, and writes its report.

    at: when it was decided, in a replay; otherwise now, and journaled.

    Raises Refused when it is returned to the SKPD (recorded, never worth a retry) and SourceUnavailable when its source
    cannot be reached (worth one). Run again on a finished submission it only says what became of it.
    """
    if unit["submission_id"] is None:
        _collect_again(unit, settings)
        return asdict(Outcome(unit["dataset"], unit["label"], "tidak_berubah"))
    with warehouse(settings) as conn:
        from etl.load.submission import describe

        submission = describe(conn, unit["submission_id"])
        if submission.status == "diterima":
            try:
                _ingest_received(conn, submission, settings, at)
            finally:
                if not conn.closed:  # a warehouse that went away midway is what must be told, not that this fails too
                    conn.rollback()
                    _write_report(conn, submission.id, settings)
        return asdict(_outcome(conn, unit))


def _collect_again(unit: dict[str, Any], settings: Settings) -> None:
    """A source that could not be read: try it here, in its own task, and take in whatever it then gives."""
    skpd = unit["dataset"].split(".")[0]
    catalogue = load_contracts(settings.datasets, only_skpd=skpd)
    contract = catalogue.contracts[unit["dataset"]]
    with warehouse(settings) as conn:
        units = collect_dataset(conn, contract, catalogue.skpd[skpd], settings)
    refused: list[Finding] = []
    for waiting in units:
        try:
            ingest(asdict(waiting), settings)
        except Refused as refusal:
            refused += refusal.findings
    if refused:
        raise Refused(*refused)


def _ingest_received(conn: Connection, submission: Submission, settings: Settings, at: datetime | None) -> None:
    from etl.load.submission import give_back, load, registered_findings

    registered = registered_findings(conn, submission.id)
    if any(finding.severity is Severity.TOLAK for finding in registered):
        give_back(conn, submission.id, findings=[], reason=registered[0].message, at=at)
        raise Refused(*registered)
    archive = Archive(settings.archive)
    contract = Contract.model_validate_json(archive.path(submission.contract_sha256).read_bytes())
    tidy: Tidy | None = None
    try:
        contract, tidy = read_and_tidy(conn, contract, archive.path(submission.sha256), submission.path)
        results = check_tidy(conn, contract, tidy)
        quarantined = judge(contract, tidy, results)
        findings = [f.at(file=submission.path) for f in tidy.findings]
        clean = not findings and not registered and nothing_holds_back(results)
        release_by = AUTOMATIC if contract.release.policy == "otomatis" and clean else None
        journaled = partial(_journal_decision, settings, submission, "dirilis", AUTOMATIC, "") if at is None else None
        checked = (contract, tidy, results, quarantined, findings)
        load(conn, submission.id, *checked, release_by=release_by, before_release=journaled, at=at)
    except Refused as refusal:
        told = [f.at(file=submission.path) for f in refusal.findings]
        conn.rollback()
        give_back(conn, submission.id, findings=told, contract=contract, tidy=tidy, at=at)
        raise
    except Returned as verdict:
        finding = verdict.finding.at(file=submission.path)
        told = [] if any(result.rule == finding.rule for result in verdict.results) else [finding]
        conn.rollback()
        give_back(
            conn,
            submission.id,
            findings=told,
            results=verdict.results,
            contract=contract,
            tidy=tidy,
            quarantined=verdict.quarantined,
            at=at,
        )
        raise Refused(finding) from verdict


def _outcome(conn: Connection, unit: dict[str, Any]) -> Outcome:
    from etl.load.submission import describe

    s = describe(conn, unit["submission_id"])
    counts = (s.n_received, s.n_loaded, s.n_unchanged, s.n_quarantined)
    return Outcome(unit["dataset"], unit["label"], s.status, s.id, *counts, period=s.label if s.periods else "")


# ── report, run, decisions ───────────────────────────────────────────────────────────────────────────────────────────


def _write_report(conn: Connection, submission_id: int, settings: Settings) -> Path:
    from etl.load.account import submission_account
    from expectations.report import write

    return write(submission_account(conn, submission_id), settings.reports)


def report(skpd: str, settings: Settings) -> str:
    """Brings the overview of all reports up to date; returns one line per state for the log."""
    from etl.load.account import recent_submissions, summary
    from expectations.report import write_index

    with warehouse(settings) as conn:
        index = write_index(recent_submissions(conn), settings.reports)
        line = next((row for row in summary(conn) if row.skpd == skpd), None)
    if line is None:
        return f"{skpd}: belum ada kiriman. Ikhtisar: {index}"
    return (
        f"{skpd}: {line.received} baris diterima, {line.loaded} dimuat, {line.unchanged} tidak berubah, "
        f"{line.quarantined} dikarantina; {line.waiting} kiriman menunggu rilis, {line.returned} dikembalikan. "
        f"Ikhtisar: {index}"
    )


def run(
    settings: Settings,
    *,
    skpd: str | None = None,
    dataset: str | None = None,
    force: bool = False,
    tell: Callable[[Outcome], None] = quiet,
) -> list[Outcome]:
    """The whole journey without Airflow, one submission after the other; one that fails does not stop the next."""
    catalogue = load_contracts(settings.datasets)
    outcomes: list[Outcome] = []
    agencies = sorted({c.skpd for c in catalogue.contracts.values() if _chosen(c, skpd, dataset)})
    for agency in agencies:
        try:
            units = collect(agency, settings, dataset=dataset, force=force)
        except Refused as refusal:
            told = tuple(str(finding) for finding in refusal.findings)
            outcomes.append(Outcome(agency, "kontrak", "kontrak_ditolak", findings=told))
            tell(outcomes[-1])
            continue
        for unit in units:
            outcomes.append(run_unit(unit, settings))
            tell(outcomes[-1])
        report(agency, settings)
    return outcomes


def _chosen(contract: Contract, skpd: str | None, dataset: str | None) -> bool:
    return skpd in (None, contract.skpd) and dataset in (None, contract.id, contract.name)


def run_unit(unit: dict[str, Any], settings: Settings, *, at: datetime | None = None) -> Outcome:
    """Ingests one unit and says what became of it instead of raising."""
    try:
        return Outcome(**ingest(unit, settings, at=at))
    except Refused as refusal:
        told = tuple(str(finding) for finding in refusal.findings)
        if unit["submission_id"] is None:
            return Outcome(unit["dataset"], unit["label"], "sumber_gagal", findings=told)
        with warehouse(settings) as conn:
            return replace(_outcome(conn, unit), findings=told)
    except SourceUnavailable as problem:
        return Outcome(unit["dataset"], unit["label"], "sumber_gagal", findings=(str(problem),))
    except psycopg2.OperationalError:
        raise
    except Exception as bug:
        log.exception("%s (%s)", unit["dataset"], unit["label"])
        apology = (
            f"Kesalahan program, bukan kesalahan berkas: {type(bug).__name__}: {bug}. Berkas tersimpan di arsip dan "
            "diolah lagi pada putaran berikut. Tindakan: laporkan kepada pengelola dengan baris log di atas."
        )
        return Outcome(unit["dataset"], unit["label"], "gagal", unit["submission_id"], findings=(apology,))


def decide(
    settings: Settings, submission_id: int, decision: str, by: str, reason: str, *, at: datetime | None = None
) -> Outcome:
    """The walidata's word on a waiting submission, `dirilis` or `dikembalikan`.

    at: when it was taken, in a replay; otherwise now, and journaled first. Raises DecisionRefused, LookupError.
    """
    from etl.load.account import recent_submissions
    from etl.load.release import release, return_
    from etl.load.submission import describe
    from expectations.report import write_index

    with warehouse(settings) as conn:
        submission = describe(conn, submission_id)
        if at is None:
            _journal_decision(settings, submission, decision, by, reason)
        act = release if decision == "dirilis" else return_
        act(conn, submission_id, by, reason, at)
        _write_report(conn, submission_id, settings)
        write_index(recent_submissions(conn), settings.reports)
        return _outcome(conn, {"dataset": submission.dataset, "label": submission.path, "submission_id": submission_id})


def _journal_decision(settings: Settings, submission: Submission, decision: str, by: str, reason: str) -> None:
    """Before the warehouse hears of it; a decision that it then refuses, replay sees refused again."""
    journal.write(
        settings.archive,
        {
            "peristiwa": "keputusan",
            "kiriman": submission.event_id,
            "dataset": submission.dataset,
            "path": submission.path,
            "keputusan": decision,
            "oleh": by,
            "alasan": reason,
        },
    )


def take_in(settings: Settings, file: Path, contract: Contract, by: str) -> Outcome:
    """A file handed in by a person: received and taken through the whole journey.

    Raises SourceUnavailable when the archive is full, OSError when the file cannot be read.
    """
    from etl.load.dimensions import sync_catalogue

    with warehouse(settings) as conn:
        sync_catalogue(conn, load_contracts(settings.datasets, only_skpd=contract.skpd))
        submission_id = submit(conn, contract, settings, file, by)
    outcome = run_unit(asdict(Unit(contract.id, f"{contract.name}: {file.name}", submission_id)), settings)
    report(contract.skpd, settings)
    return outcome
