"""What a file's bytes come to: read, tidied, checked, judged. Nothing is archived or loaded here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from etl.contract import Contract
from etl.findings import Finding, Refused, Severity
from etl.receive import warehouse
from etl.settings import Settings
from etl.sources import ByteSource

if TYPE_CHECKING:
    import pandas as pd
    from psycopg2.extensions import connection as Connection

    from etl.frames import CheckResult, Tidy


def read_and_tidy(conn: Connection, contract: Contract, path: Path, name: str) -> tuple[Contract, Tidy]:
    """Archived bytes → figures, and the contract that read them: of a filled entry workbook the template's own.

    Raises Refused with every structural finding.
    """
    from etl.entry.entry import entry_contract, filled, typed_part
    from etl.extract.read import AS_FOUND, read_sheets
    from etl.load.code_lists import read_lists
    from etl.load.dimensions import read_regions
    from etl.transform.code_lists import with_lists
    from etl.transform.codes import checked
    from etl.transform.tidy import tidy

    marker = filled(path, name, contract)
    reading = entry_contract(contract, marker) if marker else contract
    how = reading.source if isinstance(reading.source, ByteSource) else AS_FOUND
    sheets = read_sheets(path, name, wanted=_wanted_sheets(reading), how=how)
    if marker:
        sheets = typed_part(sheets, marker, contract, name)
    lists = read_lists(conn, reading)
    read = tidy(sheets, with_lists(reading, lists), read_regions(conn), PurePosixPath(name).name)
    return reading, checked(read, reading, lists)


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


class Returned(Exception):
    """The checks send the whole submission back; carries what they found, for the report."""

    def __init__(self, finding: Finding, results: Sequence[CheckResult], quarantined: pd.Index) -> None:
        self.finding, self.results, self.quarantined = finding, results, quarantined
        super().__init__(str(finding))


def judge(contract: Contract, tidy: Tidy, results: Sequence[CheckResult]) -> pd.Index:
    """The fixed consequences of `tolak`: row keys to quarantine.

    Raises Refused on a finding about the whole file, Returned when a rule that belongs to no single row fails (a
    kecamatan is missing, a check could not run) or more than the contract's share of rows is bad.
    """
    import pandas as pd

    refusing = [finding for finding in tidy.findings if finding.severity is Severity.TOLAK and finding.row is None]
    if refusing:
        raise Refused(*refusing)
    bad = pd.Index([], dtype="int64")
    whole: list[CheckResult] = []
    for result in results:
        if result.severity != Severity.TOLAK or result.ok:
            continue
        if result.faults is None or not len(result.faults.bad_keys):
            whole.append(result)
        else:
            bad = bad.union(pd.Index(result.faults.bad_keys))
    quarantined = tidy.rows.index.intersection(bad)
    if whole:
        raise Returned(_rule_finding(whole[0]), results, quarantined)
    share = 100 * len(quarantined) / max(len(tidy.rows), 1)
    if share > contract.threshold.quarantined_percent:
        finding = _threshold_finding(contract, len(quarantined), len(tidy.rows), share)
        raise Returned(finding, results, quarantined)
    return quarantined


def nothing_holds_back(results: Sequence[CheckResult]) -> bool:
    """Whether no check found what a person decides on before its figures are released."""
    from etl.transform.cells import TOLD_ONLY

    return all(result.ok or result.rule in TOLD_ONLY for result in results)


def _rule_finding(result: CheckResult) -> Finding:
    faults = result.faults
    if faults is None:
        return Finding(
            result.rule, f"Pemeriksaan gagal: {result.title}.", "Lihat laporan.", "Perbaiki lalu kirim lagi."
        )
    own = faults.cells["message"].dropna().unique()[:3] if "message" in faults.cells.columns else ()
    return Finding(result.rule, " ".join(own) or faults.message, faults.cause, faults.action, owner=faults.owner)


def _threshold_finding(contract: Contract, bad: int, rows: int, share: float) -> Finding:
    percent, limit = f"{share:.1f}".replace(".", ","), f"{contract.threshold.quarantined_percent:g}".replace(".", ",")
    return Finding(
        rule="ambang_karantina",
        message=f"{bad} dari {rows} baris ({percent}%) tidak lolos pemeriksaan; batas dataset ini {limit}%.",
        cause="Kesalahan berulang: kolom bergeser, satuan berubah, atau berkas yang salah.",
        action="Perbaiki sel yang ditandai pada laporan, lalu simpan kembali ke folder yang sama.",
    )


def check_file(settings: Settings, path: Path, contract: Contract) -> tuple[Tidy, list[CheckResult], pd.Index]:
    """What would become of a file, without archiving or loading anything. Raises Refused, Returned."""
    with warehouse(settings) as conn:
        contract, tidy = read_and_tidy(conn, contract, path, path.name)
        results = check_tidy(conn, contract, tidy)
        return tidy, results, judge(contract, tidy, results)
