"""One submission's sheets, understood by its contract: the pure middle of the journey.

Structure that cannot be used (no header, a required column missing) refuses the whole submission, all reasons at once.
A cell that cannot be understood is a fault of its row; every other row goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract import Contract
from etl.findings import Finding, Refused, Severity
from etl.frames import Sheet, Tidy
from etl.layouts import Layout
from etl.transform import layout, periods, totals
from etl.transform.cells import FaultBook
from etl.transform.regions import Regions
from etl.transform.stated import known_code, stated_period
from etl.transform.table import Understood, exchanged, understand
from etl.transform.text import as_array


def tidy(sheets: Sequence[Sheet], contract: Contract, regions: Regions, file_name: str) -> Tidy:
    """Understands a submission. Raises Refused with every finding when its structure cannot be used."""
    stated, refusals = stated_period(contract, {"file": file_name})
    book = FaultBook()
    parts: list[Understood] = []
    try:
        chosen = _chosen(sheets, contract, stated)
    except Refused as refused:
        refusals += refused.findings
        chosen = []
    for sheet, block in chosen:
        try:
            parts.extend(understand(sheet, block, contract, regions, file_name, book))
        except Refused as refused:
            own = [exchanged(finding) for finding in refused.findings] if block.transpose else refused.findings
            refusals += [finding.at(sheet=sheet.name) for finding in own if finding not in refusals]
    if not refusals and not any(len(part.rows) for part in parts):
        refusals.append(_no_rows([sheet for sheet, _ in chosen]))
    if refusals:
        raise Refused(*(finding.at(file=file_name) for finding in refusals))
    return _together(parts, book, contract, file_name, _read_as([sheet for sheet, _ in chosen], parts))


def _chosen(sheets: Sequence[Sheet], contract: Contract, stated: periods.Parts) -> list[tuple[Sheet, Layout]]:
    """The sheets to read, each with the layout block of its period; a title is looked for in the first rows."""
    kind = contract.calendar.period
    first = layout.select_sheets(sheets, contract.layout_for(known_code(stated, kind)))
    chosen = []
    for sheet in first:
        title = "\n".join(" ".join(cell for cell in row if cell) for row in layout.head(sheet, 15))
        on_sheet, _ = stated_period(contract, {"sheet": sheet.name, "title": title})
        try:
            known = known_code(periods.join(stated, on_sheet), kind)
        except periods.Unreadable:
            known = known_code(stated, kind)
        chosen.append((sheet, contract.layout_for(known)))
    return chosen


def _no_rows(sheets: Sequence[Sheet]) -> Finding:
    return Finding(
        rule="tabel_berisi",
        message="Tabel ditemukan, tetapi tidak ada satu baris data pun di bawah kepalanya.",
        cause="Templat dikirim sebelum diisi, atau datanya ada di lembar lain.",
        action="Isi tabelnya lalu kirim ulang.",
        sheet=", ".join(sheet.name for sheet in sheets),
    )


def _read_as(sheets: Sequence[Sheet], parts: Sequence[Understood]) -> dict[str, str]:
    """What the readers of the bytes and these transforms found by rule; by sheet where the sheets differ."""
    told: dict[str, dict[str, list[str]]] = {}
    for name, facts in [(s.name, s.facts) for s in sheets] + [(part.sheet, part.facts) for part in parts]:
        for what, how in facts:
            told.setdefault(what, {}).setdefault(name, []).append(how)
    read_as = {}
    for what, by_sheet in told.items():
        texts = {name: ", ".join(dict.fromkeys(hows)) for name, hows in by_sheet.items()}
        same = len(set(texts.values())) == 1
        read_as[what] = next(iter(texts.values())) if same else "; ".join(f"{name}: {t}" for name, t in texts.items())
    return read_as


def _together(
    parts: Sequence[Understood], book: FaultBook, contract: Contract, file_name: str, read_as: dict[str, str]
) -> Tidy:
    figures = pa.concat_tables([part.figures for part in parts]).unify_dictionaries()
    skipped: Counter[str] = Counter()
    columns: dict[str, tuple[int, str]] = {}
    findings: list[Finding] = []
    for part in parts:
        skipped.update(part.skipped)
        columns = {**part.columns, **columns}
        findings += part.findings
    rows, faults = _concat([part.rows for part in parts]), book.build()
    controls = pa.concat_tables([part.controls for part in parts]).unify_dictionaries()
    whole = not any(len(one.bad_keys) for one in faults if one.severity is Severity.TOLAK)
    beside = totals.of_rows(figures, controls, rows.index, contract) if whole else []
    return Tidy(
        rows=rows,
        raw=_concat([part.raw for part in parts]),
        figures=figures,
        controls=controls,
        columns=columns,
        sheets={part.sheet_no: part.sheet for part in parts},
        periods=_periods(figures),
        faults=faults,
        findings=tuple(finding.at(file=file_name) for finding in findings),
        skipped=dict(skipped),
        corrected=sum(part.corrected for part in parts),
        transposed=frozenset(part.sheet_no for part in parts if part.transposed),
        read_as=read_as,
        control_totals=(*beside, *(one for part in parts for one in part.totals)),
    )


def _concat(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames)


def _periods(figures: pa.Table) -> tuple[str, ...]:
    column = as_array(figures["periode"])
    used = pc.unique(column.indices).drop_null()
    return tuple(sorted(column.dictionary.take(used).to_pylist()))
