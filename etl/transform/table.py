"""One sheet, understood: header bound, rows read column by column, figures made, what was not understood set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from etl.contract import Contract
from etl.findings import Finding, Refused, Severity, has_refusal
from etl.frames import ControlTotal, RawTable, Sheet, column_letters, row_key
from etl.layouts import Layout
from etl.transform import control_columns, corrections, layout, reshape, subtotals
from etl.transform.binding import added_columns, bind
from etl.transform.cells import FaultBook
from etl.transform.columns import without_point_zero
from etl.transform.decimals import decimal_sign
from etl.transform.reader import Reader
from etl.transform.regions import Regions
from etl.transform.spread import claim
from etl.transform.stated import known_code, stated_period
from etl.transform.tables import read_tables
from etl.transform.text import distinct, fold, folded
from etl.transform.titles import with_titles
from etl.transform.underhead import without_underhead


@dataclass(frozen=True)
class Understood:
    """One table's share of a Tidy."""

    sheet: str
    sheet_no: int
    rows: pd.DataFrame
    raw: pd.DataFrame
    figures: pa.Table
    controls: pa.Table
    totals: tuple[ControlTotal, ...]
    """Subtotals of the table's hierarchy."""
    columns: dict[str, tuple[int, str]]
    measured: frozenset[int]
    """Numbers of the columns that hold figures to be loaded."""
    findings: tuple[Finding, ...]
    skipped: dict[str, int]
    facts: tuple[tuple[str, str], ...]
    corrected: int
    transposed: bool


def understand(
    sheet: Sheet, block: Layout, contract: Contract, regions: Regions, file_name: str, book: FaultBook
) -> list[Understood]:
    """Reads the tables of one sheet; cells that are not understood go into `book`. Raises Refused when one of them
    cannot be used."""
    tables, grid = read_tables(sheet, block)
    parts: list[Understood] = []
    refusals: list[Finding] = []
    for found in tables:
        try:
            parts.append(_one(found, grid, sheet, block, contract, regions, file_name, book))
        except Refused as refused:
            refusals += refused.findings
    if refusals:
        raise Refused(*refusals)
    parts[0] = replace(parts[0], findings=(*parts[0].findings, *_notes(sheet, block, parts, book)))
    return parts


def _one(
    found: RawTable,
    grid: layout.Grid,
    sheet: Sheet,
    block: Layout,
    contract: Contract,
    regions: Regions,
    file_name: str,
    book: FaultBook,
) -> Understood:
    stated, unclear = stated_period(contract, {"file": file_name, "sheet": sheet.name, "title": found.title})
    period = known_code(stated, contract.calendar.period)
    binding = bind(found, contract, block, grid, period)
    spreads, free, wrong = claim(found, binding.free, contract, regions)
    if unclear or wrong:
        raise Refused(*unclear, *wrong)

    reader = Reader(contract, regions, binding.columns, spreads, stated)
    found, below = without_underhead(found, reader.telling, reader.counted, block)
    sign = decimal_sign(found, reader.undecided)
    divided = layout.split_controls(found, _control_rows(found, contract, binding.columns))
    received, branches = subtotals.divide(divided, contract, binding.columns, reader.measured)
    table = layout.fill_down(received, [binding.columns[name] for name in block.fill_down if name in binding.columns])
    table, plain = _plain_codes(table, contract, binding.columns)
    table, above = subtotals.with_ancestors(table, contract, branches)
    table, titled = with_titles(table, contract, regions)
    reader = replace(reader, columns={**binding.columns, **above, **titled}, decimal=sign.decimal)
    reader.check(table)
    table, overdue, corrected = corrections.apply(table, contract.corrections, reader.places, reader.rows_with)

    read = reader.read(table, book)
    totals: list[ControlTotal] = []
    if branches is not None:
        above_measures = reader.measures(branches.above)
        totals = subtotals.check(branches, table, read.measures, above_measures, contract, book, reader.period_code)
    totals += control_columns.totals(read.rows, read.measures, read.controls, contract, reader.period_code)
    controls = [reshape.figures(read.rows, read.controls, contract)]
    if table.controls is not None:
        aside = reader.read(table.controls, None)
        controls.append(reshape.figures(aside.rows, aside.measures, contract, partly=True))
    own = [*added_columns(found, free), *sign.notes, *overdue]
    facts = (*found.facts, *below, *plain, *([("tanda desimal", sign.stated)] if sign.stated else []))
    headers = layout.unique_headers(received)
    return Understood(
        sheet=sheet.name,
        sheet_no=sheet.no,
        rows=reader.frame(table, read),
        raw=_raw(received, headers),
        figures=reshape.figures(read.rows, read.measures, contract),
        controls=pa.concat_tables(controls),
        totals=tuple(totals),
        columns={name: (table.col_no[place], headers[place]) for name, place in binding.columns.items()},
        measured=frozenset(table.col_no[place] for place in reader.measured),
        findings=tuple(exchanged(one) if block.transpose else one for one in own),
        skipped=received.skipped,
        facts=facts,
        corrected=corrected,
        transposed=block.transpose,
    )


def _plain_codes(
    table: RawTable, contract: Contract, columns: dict[str, int]
) -> tuple[RawTable, tuple[tuple[str, str], ...]]:
    """The table with codes that were written as decimal numbers read as codes, and how that is told."""
    text, letters = list(table.text), []
    for place in (columns[name] for name in contract.by_role("wilayah", "periode", "rincian") if name in columns):
        codes = without_point_zero(text[place])
        if codes is not None:
            text[place] = codes
            letters.append(column_letters(table.col_no[place]))
    if not letters:
        return table, ()
    told = f"kolom {', '.join(letters)}: dibaca tanpa `.0` di belakangnya"
    return replace(table, text=tuple(text)), (("kode yang tertulis sebagai desimal", told),)


def _control_rows(table: RawTable, contract: Contract, columns: dict[str, int]) -> npt.NDArray[np.bool_]:
    """Rows of which one of the named columns holds one of the contract's words for a total."""
    is_control = np.zeros(len(table.keys), bool)
    if contract.totals is None:
        return is_control
    for name, words in contract.totals.where.items():
        if name in columns:
            wanted = folded(words)
            values, index = distinct(table.text[columns[name]])
            hits = [place for place, value in enumerate(values) if fold(value) in wanted]
            is_control |= np.isin(index, hits) if hits else False
    return is_control


def _notes(sheet: Sheet, block: Layout, parts: Sequence[Understood], book: FaultBook) -> list[Finding]:
    """What the reader of the file noted: a fault where it hits a measure, else a note that keeps its place."""
    kept: list[Finding] = []
    for note in sheet.notes:
        row, column = note.row, _column_no(note.column)
        if block.transpose and row is not None:
            row, column = column, row
        key = row_key(sheet.no, row) if row else None
        if key is not None and any(column in part.measured and key in part.rows.index for part in parts):
            book.add_note(note, key, column)
        elif note.row is not None:
            kept.append(replace(note, severity=Severity.CATATAN))
        else:
            kept.append(note)
    if has_refusal(kept):
        raise Refused(*kept)
    return kept


def exchanged(finding: Finding) -> Finding:
    """The finding as the sheet shows it, where the table was read sideways: its columns are the sheet's rows."""
    column = column_letters(finding.row) if finding.row else ""
    return replace(finding, row=_column_no(finding.column) or None, column=column)


def _column_no(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _raw(table: RawTable, headers: Sequence[str]) -> pd.DataFrame:
    """Every source column as received, without a copy."""
    columns = {
        name: pd.arrays.ArrowExtensionArray(pa.chunked_array([text]))
        for name, text in zip(headers, table.text, strict=True)
    }
    return pd.DataFrame(columns, index=layout.row_index(table.keys), copy=False)
