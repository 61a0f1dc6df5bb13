"""The journey of a submission: collect → read → tidy → check → load → report.

Plain functions that the command line and the DAGs both call. Each is safe to run again: what is unchanged is not read,
what was interrupted is taken up where it was, and a submission is loaded in one transaction or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from etl.contract import Catalogue, Contract, DatabaseSource, FolderSource, Skpd, load_contracts
from etl.findings import Finding, Owner, Refused, Severity, SourceUnavailable
from etl.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from psycopg2.extensions import connection as Connection

    from etl.extract.archive import Archive, Archived
    from etl.extract.folder import FoundFile
    from etl.frames import CheckResult, Tidy

log = logging.getLogger("satudata")

AUTOMATIC = "aturan otomatis"
"""Who released a submission that its contract lets through when nothing was found."""


@dataclass(frozen=True)
class Unit:
    """One thing to ingest. Without a submission its source could not be read yet: ingest tries again."""

    dataset: str
    label: str
    submission_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one unit, for the summary and for Airflow. status as in audit.submission, or `sumber_gagal`."""

    dataset: str
    label: str
    status: str
    submission_id: int | None = None
    received: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    findings: tuple[str, ...] = field(default=())


@contextmanager
def warehouse(settings: Settings) -> Iterator[Connection]:
    """A connection to the warehouse, closed afterwards; whatever was not committed is rolled back."""
    from etl.load.warehouse import connect

    conn = connect(settings.dsn)
    try:
        yield conn
    finally:
        conn.close()


def _archive(settings: Settings) -> Archive:
    from etl.extract.archive import Archive

    return Archive(settings.archive)


# ── collect ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def collect(skpd: str, settings: Settings, *, dataset: str | None = None, force: bool = False) -> list[dict[str, Any]]:
    """What one agency has new: every changed source archived and registered, plus what was left unfinished.

    A dataset whose source fails comes back as a unit without a submission, so that it fails in its own task and leaves
    its neighbours alone. force: take unchanged sources too. Raises InvalidContracts.
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
                _collect_dataset(conn, contract, catalogue.skpd[skpd], settings, force)
            except SourceUnavailable as problem:
                log.warning("%s", problem)
                _remember_problem(conn, contract, problem)
                units.append(Unit(contract.id, f"{contract.name}: sumber tidak terbaca"))
            units += _waiting_units(conn, contract)
    return [asdict(unit) for unit in units]


def _waiting_units(conn: Connection, contract: Contract) -> list[Unit]:
    from etl.load.submission import unprocessed

    return [
        Unit(contract.id, f"{contract.name}: {PurePosixPath(path).name}", submission_id)
        for submission_id, path in unprocessed(conn, contract.id)
    ]


def _remember_problem(conn: Connection, contract: Contract, problem: SourceUnavailable) -> None:
    from etl.load.source_state import source_problem

    source_problem(conn, contract.id, problem.finding.file or "(sumber)", str(problem))


def _collect_dataset(conn: Connection, contract: Contract, skpd: Skpd, settings: Settings, force: bool) -> None:
    if isinstance(contract.source, DatabaseSource):
        _collect_database(conn, contract, contract.source, settings, force)
    else:
        _collect_folder(conn, contract, contract.source, skpd, settings, force)


def _collect_database(
    conn: Connection, contract: Contract, source: DatabaseSource, settings: Settings, force: bool
) -> None:
    from etl.extract.connections import resolve
    from etl.extract.database import dump
    from etl.load.source_state import known_sources

    archive = _archive(settings)
    path = f"{source.connection}/{contract.name}.parquet"
    archived = dump(source, resolve(source.connection), archive, contract.id)
    known = known_sources(conn, contract.id).get(path)
    if not force and known and known.sha256 == archived.sha256 and known.contract_sha256 == _contract_sha(contract):
        return
    _register(conn, contract, archive, path, archived, mtime_ns=0, findings=())


def _collect_folder(
    conn: Connection, contract: Contract, source: FolderSource, skpd: Skpd, settings: Settings, force: bool
) -> None:
    from etl.extract.folder import fetch, list_files
    from etl.load.source_state import known_sources

    files, notes = list_files(source, skpd, settings.sources)
    known = known_sources(conn, contract.id)
    archive = _archive(settings)
    contract_sha = _contract_sha(contract)
    seen: dict[str, str] = {}
    problems: list[SourceUnavailable] = []
    for found in files:
        state = known.get(found.path)
        fresh = state is None or (state.size, state.mtime_ns) != (found.size, found.mtime_ns)
        stale_contract = state is not None and state.contract_sha256 != contract_sha
        if not (force or fresh or stale_contract) and state is not None:
            seen.setdefault(state.sha256, found.path)
            continue
        try:
            archived = fetch(found, archive)
        except SourceUnavailable as problem:
            problems.append(problem)
            continue
        twin = seen.setdefault(archived.sha256, found.path)
        _take_file(conn, contract, archive, found, archived, known, force or stale_contract, twin, notes)
    if problems:
        raise problems[0]


def _take_file(
    conn: Connection,
    contract: Contract,
    archive: Archive,
    found: FoundFile,
    archived: Archived,
    known: dict[str, Any],
    again: bool,
    twin: str,
    notes: Sequence[Finding],
) -> None:
    """Registers a file, unless only its time stamp changed; a copy of a file already taken is returned at once."""
    from etl.load.source_state import remember_source

    state = known.get(found.path)
    if not again and state is not None and state.sha256 == archived.sha256:
        remember_source(conn, contract.id, found.path, found.size, found.mtime_ns, archived.sha256, state.submission_id)
        return
    submission_id = _register(conn, contract, archive, found.path, archived, found.mtime_ns, notes)
    if twin != found.path:
        _give_back(conn, submission_id, [_twin_finding(found.path, twin)])


def _twin_finding(path: str, twin: str) -> Finding:
    return Finding(
        rule="berkas_kembar",
        message=f"Isinya sama persis, sampai byte terakhir, dengan {twin}.",
        cause="Berkas periode lain tersalin atau tersimpan dengan nama baru.",
        action="Periksa mana yang benar; ganti isi yang salah atau hapus salinannya.",
        file=path,
    )


def _contract_sha(contract: Contract) -> str:
    import hashlib

    return hashlib.sha256(contract.resolved.encode()).hexdigest()


def _register(
    conn: Connection,
    contract: Contract,
    archive: Archive,
    path: str,
    archived: Archived,
    mtime_ns: int,
    findings: Iterable[Finding],
) -> int:
    """Contract beside the bytes, journal, audit row and source state; the last two in one transaction."""
    from etl.load.submission import register

    contract_sha = archive.store_contract(contract.resolved)
    received_at = datetime.now(UTC)
    archive.journal(
        received_at,
        {
            "peristiwa": "terima",
            "dataset": contract.id,
            "path": path,
            "sha256": archived.sha256,
            "contract_sha256": contract_sha,
            "size": archived.size,
            "mtime_ns": mtime_ns,
        },
    )
    return register(
        conn,
        dataset=contract.id,
        skpd=contract.skpd,
        path=path,
        sha256=archived.sha256,
        size=archived.size,
        mtime_ns=mtime_ns,
        contract_sha256=contract_sha,
        contract_json=contract.resolved,
        received_at=received_at,
        findings=tuple(findings),
    )


# ── ingest ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def ingest(unit: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Takes one submission through read, tidy, check and load, and writes its report.

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
                _ingest_received(conn, submission, settings)
            finally:
                conn.rollback()
                _write_report(conn, submission.id, settings)
        return asdict(_outcome(conn, unit))


def _collect_again(unit: dict[str, Any], settings: Settings) -> None:
    """A source that could not be read: try it here, in its own task, and take in whatever it then gives."""
    skpd = unit["dataset"].split(".")[0]
    catalogue = load_contracts(settings.datasets, only_skpd=skpd)
    contract = catalogue.contracts[unit["dataset"]]
    with warehouse(settings) as conn:
        _collect_dataset(conn, contract, catalogue.skpd[skpd], settings, force=False)
        units = _waiting_units(conn, contract)
    for waiting in units:
        ingest(asdict(waiting), settings)


def _ingest_received(conn: Connection, submission: Any, settings: Settings) -> None:
    from etl.load.submission import load

    archive = _archive(settings)
    contract = Contract.model_validate_json(archive.path(submission.contract_sha256).read_bytes())
    tidy: Tidy | None = None
    try:
        tidy = read_and_tidy(conn, contract, archive.path(submission.sha256), submission.path)
        results = check_tidy(conn, contract, tidy)
        quarantined = judge(contract, tidy, results)
    except Refused as refusal:
        _give_back(conn, submission.id, [f.at(file=submission.path) for f in refusal.findings], contract, tidy)
        raise
    except ReturnedByThreshold as verdict:
        finding = verdict.finding.at(file=submission.path)
        assert tidy is not None
        _give_back(conn, submission.id, [finding], contract, tidy, verdict.results, verdict.quarantined)
        raise Refused(finding) from verdict
    findings = [f.at(file=submission.path) for f in tidy.findings]
    clean = not findings and not submission.has_findings and all(result.ok for result in results)
    release_by = AUTOMATIC if contract.release.policy == "otomatis" and clean else None
    load(conn, submission.id, contract, tidy, results, quarantined, findings, release_by=release_by)
    if release_by:
        _journal_decision(settings, submission, "dirilis", AUTOMATIC, "")


def read_and_tidy(conn: Connection, contract: Contract, path: Path, name: str) -> Tidy:
    """Archived bytes → figures. Raises Refused with every structural finding."""
    from etl.extract.read import read_sheets
    from etl.load.dimensions import read_regions
    from etl.transform.tidy import tidy

    source = contract.source
    sheets = read_sheets(
        path,
        name,
        wanted=_wanted_sheets(contract),
        encoding=getattr(source, "encoding", None),
        delimiter=getattr(source, "delimiter", None),
    )
    return tidy(sheets, contract, read_regions(conn), PurePosixPath(name).name)


def _wanted_sheets(contract: Contract) -> list[str] | None:
    """Sheet patterns of every layout block; None (first visible sheet) as soon as one block names none."""
    wanted: list[str] = []
    for block in contract.layout:
        if block.sheet is None:
            return None
        wanted += [block.sheet] if isinstance(block.sheet, str) else block.sheet
    return wanted


def check_tidy(conn: Connection, contract: Contract, tidy: Tidy) -> list[CheckResult]:
    """The contract's suite on one submission, compared with the warehouse where a rule asks for it."""
    from etl.load.dimensions import read_regions
    from etl.load.submission import earlier
    from etl.transform.periods import year_before
    from expectations.compile import check

    needs_history = any(rule.rule == "change_within" for rule in contract.rules)
    before = earlier(conn, contract, [year_before(code) for code in tidy.periods]) if needs_history else None
    return check(contract, tidy, regions=read_regions(conn), earlier=before)


class ReturnedByThreshold(Exception):
    """Too many rows would be quarantined: the submission goes back whole."""

    def __init__(self, finding: Finding, results: Sequence[CheckResult], quarantined: pd.Index) -> None:
        self.finding, self.results, self.quarantined = finding, results, quarantined
        super().__init__(str(finding))


def judge(contract: Contract, tidy: Tidy, results: Sequence[CheckResult]) -> pd.Index:
    """The fixed consequences: row keys to quarantine.

    Raises Refused on a whole-file `tolak`, ReturnedByThreshold when more than the contract's share of rows is bad.
    """
    import pandas as pd

    refusing = [finding for finding in tidy.findings if finding.severity is Severity.TOLAK and finding.row is None]
    unrunnable = [r for r in results if r.faults is not None and r.faults.owner is Owner.DISKOMINFO and not r.ok]
    if refusing:
        raise Refused(*refusing)
    bad = pd.Index([], dtype="int64")
    for result in results:
        if result.severity == Severity.TOLAK and result.faults is not None:
            bad = bad.union(pd.Index(result.faults.bad_keys))
    quarantined = tidy.rows.index.intersection(bad)
    share = 100 * len(quarantined) / max(len(tidy.rows), 1)
    if unrunnable or share > contract.threshold.quarantined_percent:
        raise ReturnedByThreshold(
            _threshold_finding(contract, len(quarantined), len(tidy.rows), share), results, quarantined
        )
    return quarantined


def _threshold_finding(contract: Contract, bad: int, rows: int, share: float) -> Finding:
    limit = contract.threshold.quarantined_percent
    return Finding(
        rule="ambang_karantina",
        message=f"{bad} dari {rows} baris ({share:.1f}%) tidak lolos pemeriksaan; batas dataset ini {limit:g}%.",
        cause="Kesalahan berulang: kolom bergeser, satuan berubah, atau berkas yang salah.",
        action="Perbaiki sel yang ditandai pada laporan, lalu simpan kembali ke folder yang sama.",
    )


def _give_back(
    conn: Connection,
    submission_id: int,
    findings: Sequence[Finding],
    contract: Contract | None = None,
    tidy: Tidy | None = None,
    results: Sequence[CheckResult] = (),
    quarantined: pd.Index | None = None,
) -> None:
    from etl.load.submission import give_back

    conn.rollback()
    give_back(
        conn,
        submission_id,
        findings=findings,
        results=results,
        contract=contract,
        tidy=tidy,
        quarantined=quarantined,
    )


def _outcome(conn: Connection, unit: dict[str, Any]) -> Outcome:
    from etl.load.submission import describe

    s = describe(conn, unit["submission_id"])
    counts = (s.n_received, s.n_loaded, s.n_unchanged, s.n_quarantined)
    return Outcome(unit["dataset"], unit["label"], s.status, s.id, *counts)


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
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """The whole journey without Airflow, one submission after the other; one that fails does not stop the next."""
    catalogue = load_contracts(settings.datasets)
    outcomes: list[Outcome] = []
    agencies = sorted({c.skpd for c in catalogue.contracts.values() if _chosen(c, skpd, dataset)})
    for agency in agencies:
        for unit in collect(agency, settings, dataset=dataset, force=force):
            outcome = _run_unit(unit, settings)
            outcomes.append(outcome)
            tell(outcome)
        report(agency, settings)
    return outcomes


def _chosen(contract: Contract, skpd: str | None, dataset: str | None) -> bool:
    return skpd in (None, contract.skpd) and dataset in (None, contract.id, contract.name)


def _run_unit(unit: dict[str, Any], settings: Settings) -> Outcome:
    try:
        return Outcome(**ingest(unit, settings))
    except Refused as refusal:
        with warehouse(settings) as conn:
            outcome = _outcome(conn, unit)
        return Outcome(**{**asdict(outcome), "findings": tuple(str(finding) for finding in refusal.findings)})
    except SourceUnavailable as problem:
        return Outcome(unit["dataset"], unit["label"], "sumber_gagal", findings=(str(problem),))


def decide(settings: Settings, submission_id: int, decision: str, by: str, reason: str) -> Outcome:
    """The walidata's word on a waiting submission: `dirilis` or `dikembalikan`. Raises DecisionRefused with the reason."""
    from etl.load.release import release, return_
    from etl.load.submission import describe

    with warehouse(settings) as conn:
        act = release if decision == "dirilis" else return_
        act(conn, submission_id, by, reason)
        submission = describe(conn, submission_id)
        _journal_decision(settings, submission, decision, by, reason)
        _write_report(conn, submission_id, settings)
        return _outcome(conn, {"dataset": submission.dataset, "label": submission.path, "submission_id": submission_id})


def _journal_decision(settings: Settings, submission: Any, decision: str, by: str, reason: str) -> None:
    _archive(settings).journal(
        datetime.now(UTC),
        {
            "peristiwa": "keputusan",
            "dataset": submission.dataset,
            "path": submission.path,
            "sha256": submission.sha256,
            "contract_sha256": submission.contract_sha256,
            "keputusan": decision,
            "oleh": by,
            "alasan": reason,
        },
    )


def check_file(settings: Settings, path: Path, contract: Contract) -> tuple[Tidy, list[CheckResult], pd.Index]:
    """What would become of a file, without archiving or loading anything. Raises Refused, ReturnedByThreshold."""
    with warehouse(settings) as conn:
        tidy = read_and_tidy(conn, contract, path, path.name)
        results = check_tidy(conn, contract, tidy)
        return tidy, results, judge(contract, tidy, results)


def replay(settings: Settings, tell: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
    """Rebuilds an empty warehouse from the archive: every received file in its order, every decision at its place."""
    from etl.load.submission import find, register

    outcomes: list[Outcome] = []
    archive = _archive(settings)
    with warehouse(settings) as conn:
        _sync(conn, load_contracts(settings.datasets))
    for event in archive.events():
        with warehouse(settings) as conn:
            submission = find(conn, event["dataset"], event["path"], event["sha256"], event["contract_sha256"])
            if event["peristiwa"] == "keputusan":
                if submission is not None and submission.status == "menunggu":
                    decide(settings, submission.id, event["keputusan"], event["oleh"], event["alasan"])
                continue
            submission_id = register(
                conn,
                dataset=event["dataset"],
                skpd=event["dataset"].split(".")[0],
                path=event["path"],
                sha256=event["sha256"],
                size=event["size"],
                mtime_ns=event["mtime_ns"],
                contract_sha256=event["contract_sha256"],
                contract_json=archive.path(event["contract_sha256"]).read_text(encoding="utf-8"),
                received_at=datetime.fromisoformat(event["pada"]),
            )
        unit = Unit(event["dataset"], event["path"], submission_id)
        outcome = _run_unit(asdict(unit), settings)
        outcomes.append(outcome)
        tell(outcome)
    return outcomes


def _sync(conn: Connection, catalogue: Catalogue) -> None:
    from etl.load.dimensions import sync_catalogue

    sync_catalogue(conn, catalogue)
