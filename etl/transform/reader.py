"""The columns of one table read by their roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from etl.findings import Finding, Refused
from etl.frames import RawTable
from etl.transform import layout, numbers, periods, reshape
from etl.transform.bound import NOWHERE, Bound
from etl.transform.cells import FaultBook
from etl.transform.columns import Codes, combine, read_periods, read_rincian, read_wilayah, same_everywhere
from etl.transform.layout import geometry_fault
from etl.transform.regions import LEVELS, Level
from etl.transform.reshape import Measure, Rows
from etl.transform.text import distinct, fold, lookup, tidy_text

T = TypeVar("T")


@dataclass(frozen=True)
class Read:
    """One table read: its rows, its region columns, its measures, and its control columns as measures."""

    rows: Rows
    wilayah: dict[str, Codes[str]]
    measures: list[Measure]
    controls: list[Measure]


@dataclass(frozen=True)
class Reader(Bound):
    """Reads the rows of a bound table by the roles of its columns."""

    def check(self, table: RawTable) -> None:
        """Raises Refused when regions or periods cannot be had from this table at all."""
        findings: list[Finding] = []
        if self.main_wilayah is None and not all(one.wilayah for one in self.spreads):
            findings.append(geometry_fault(table.sheet, "Tidak ada kolom wilayah yang terbaca."))
        for name in self.present("wilayah"):
            column = self.contract.columns[name]
            if column.value is not None and column.scheme is not None:
                answer = self.regions.match([column.value], column.scheme, column.level)[0]
                if answer.kode is None:
                    findings.append(geometry_fault(table.sheet, f"columns.{name}.value: {answer.message}"))
        if not self.present("periode"):
            findings += self._unclear_periods(table)
        if findings:
            raise Refused(*findings)

    def _unclear_periods(self, table: RawTable) -> list[Finding]:
        """Period stated for the whole sheet (and by headers): whatever is wrong with it is wrong for every row."""
        kind = self.contract.calendar.period
        reasons: dict[str, None] = {}
        headers = {one.period for one in self.spreads}
        if self.contract.by_role("ukuran").keys() - {one.column for one in self.spreads}:
            headers.add(reshape.NO_PERIOD)
        for header in headers:
            try:
                coarser = header != reshape.NO_PERIOD or self.period_in_header
                periods.code(periods.join(self.stated, header), kind, coarser=coarser)
            except periods.Unreadable as error:
                reasons[str(error)] = None
        return [
            Finding(
                rule="periode_terbaca",
                message=f"Periode data tidak dapat ditentukan: {reason}.",
                cause="Nama berkas, nama lembar atau judul tidak menyebut periode yang sesuai jadwal dataset.",
                action=f"Sebutkan periode {kind} di tempat biasanya, lalu kirim ulang.",
                sheet=table.sheet,
            )
            for reason in reasons
        ]

    # ── the rows ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, table: RawTable, book: FaultBook | None) -> Read:
        """All rows of the table; what is not understood goes into `book` (for control rows there is none)."""
        regions = self.wilayah(table)
        if book is not None:
            self._check_wilayah(table, regions, book)
        rows = Rows(
            keys=table.keys,
            wilayah=regions.get(self.main_wilayah or ""),
            period=self._period(table, book),
            rincian=self._rincian(table, book),
            optional=self._optional,
        )
        read = Read(rows, regions, self.measures(table), self.control_columns(table))
        if book is not None:
            for measure in [*read.measures, *read.controls]:
                if measure.place != NOWHERE:
                    self._add_bad_numbers(table, measure, book)
            for measure in read.measures:
                if measure.period != reshape.NO_PERIOD and self.present("periode"):
                    self._add_contradicting_periods(table, measure, rows.period, book)
        return read

    def period_code(self, measure: Measure) -> str:
        """Period of a whole column: what its header and the file state; empty where each row has its own."""
        try:
            parts = periods.join(self.stated, measure.period)
            return periods.code(parts, self.contract.calendar.period, coarser=measure.coarser)
        except periods.Unreadable:
            return ""

    def wilayah(self, table: RawTable) -> dict[str, Codes[str]]:
        """Region codes of every region column, names looked for inside the column that `within` names."""
        codes: dict[str, Codes[str]] = {}

        def of(name: str) -> Codes[str]:
            if name not in codes:
                codes[name] = self._wilayah_column(table, name, of)
            return codes[name]

        return {name: of(name) for name in self.present("wilayah")}

    def _wilayah_column(self, table: RawTable, name: str, of: Callable[[str], Codes[str]]) -> Codes[str]:
        column = self.contract.columns[name]
        assert column.scheme is not None
        if column.value is not None:
            kode = self.regions.match([column.value], column.scheme, column.level)[0].kode
            return same_everywhere(kode or column.value, len(table.keys))
        parents = None
        if column.within and column.within in self.present("wilayah"):
            parents = of(column.within)
        elif column.within and column.within in self.columns:
            parent = column.model_copy(update={"level": _level_above(column.level), "within": None})
            parents = read_wilayah(table.text[self.columns[column.within]], parent, self.regions)
        return read_wilayah(table.text[self.columns[name]], column, self.regions, parents)

    def _check_wilayah(self, table: RawTable, codes: dict[str, Codes[str]], book: FaultBook) -> None:
        main = self.main_wilayah
        for name, own in codes.items():
            if name in self.columns:
                self._add_unknown("wilayah_dikenal", table, name, own, book, empty=name == main)
        for name, own in codes.items():
            if main is not None and name not in (main, self.contract.columns[main].within):
                self._add_contradictions(table, main, codes[main], own, book)

    def _period(self, table: RawTable, book: FaultBook | None) -> Codes[periods.Parts]:
        n_rows = len(table.keys)
        names = self.present("periode")
        columns = [self._period_column(table, name) for name in names]
        combos, index = combine(columns, n_rows)
        joined = Codes([combo if None not in combo else None for combo in combos], index, {}).map(self._joined)
        if book is not None and names:
            for name, column in zip(names, columns, strict=True):
                if name in self.columns:
                    self._add_unknown("periode_terbaca", table, name, column, book, empty=True)
            last = next((name for name in reversed(names) if name in self.columns), None)
            if last is not None:
                if self.period_in_header:
                    self._add_unknown("periode_terbaca", table, last, joined, book, empty=False)
                else:
                    self._add_unknown("periode_terbaca", table, last, self._codes(joined), book, empty=False)
        return joined

    def _period_column(self, table: RawTable, name: str) -> Codes[periods.Parts]:
        value = self.contract.columns[name].value
        if value is not None:
            return same_everywhere(periods.read(value), len(table.keys))
        return read_periods(table.text[self.columns[name]])

    def _joined(self, parts: Sequence[periods.Parts]) -> periods.Parts:
        joined = self.stated
        for one in parts:
            joined = periods.join(joined, one)
        return joined

    def _codes(self, parts: Codes[periods.Parts]) -> Codes[str]:
        return reshape.period_codes(parts, self.contract.calendar.period)

    def _rincian(self, table: RawTable, book: FaultBook | None) -> dict[str, Codes[str]]:
        found: dict[str, Codes[str]] = {}
        for name in self.present("rincian"):
            column = self.contract.columns[name]
            if column.value is not None:
                found[name] = same_everywhere(column.value, len(table.keys))
                continue
            found[name] = read_rincian(table.text[self.columns[name]], column)
            if book is not None:
                empty = name not in self._optional
                self._add_unknown("rincian_dikenal", table, name, found[name], book, empty=empty)
        return found

    @property
    def _optional(self) -> frozenset[str]:
        """Breakdowns that a row need not have: it may lie at any depth of the hierarchy."""
        tree = self.contract.hierarchy
        made = {name for name, column in self.contract.columns.items() if column.ancestor is not None}
        return frozenset(made | set(tree.columns if tree else ()))

    # ── what was not understood ──────────────────────────────────────────────────────────────────────────────────────

    def _add_unknown(
        self, rule: str, table: RawTable, name: str, codes: Codes[T], book: FaultBook, *, empty: bool
    ) -> None:
        """Cells of column `name` whose text was not understood, and empty ones where the column must be filled."""
        unknown = np.zeros(len(codes.values), bool)
        unknown[list(codes.problems)] = True
        bad = lookup(unknown, empty, codes.index)
        self._add(
            rule, table, self.columns[name], np.flatnonzero(bad), {-1: "Sel kosong.", **codes.problems}, codes, book
        )

    def _add(
        self,
        rule: str,
        table: RawTable,
        place: int,
        bad: npt.NDArray[np.int64],
        messages: dict[int, str],
        codes: Codes[T],
        book: FaultBook,
    ) -> None:
        book.add(
            rule,
            bad,
            keys=table.keys,
            col_no=table.col_no[place],
            values=table.text[place],
            messages=messages,
            of=codes.index,
        )

    def _add_contradictions(
        self, table: RawTable, main: str, codes: Codes[str], other: Codes[str], book: FaultBook
    ) -> None:
        """Rows whose region does not lie in the region that another column names (code and name that disagree)."""
        combos, index = combine([codes, other], len(table.keys))
        messages = {
            place: f"{self.regions.show(one)} tidak cocok dengan {self.regions.show(two)} di baris yang sama."
            for place, (one, two) in enumerate(combos)
            if not (self.regions.is_below(one, two) or self.regions.is_below(two, one))
        }
        contradicting = Codes(list(combos), index, messages)
        place = self.columns.get(main)
        if messages and place is not None:
            bad = np.flatnonzero(np.isin(index, list(messages)))
            self._add("wilayah_dikenal", table, place, bad, messages, contradicting, book)

    def _add_contradicting_periods(
        self, table: RawTable, measure: Measure, of_row: Codes[periods.Parts], book: FaultBook
    ) -> None:
        """Figures whose row and header together are no period: two years, or none of this dataset's kind."""
        kind = self.contract.calendar.period
        codes = reshape.period_codes(of_row, kind, measure.period, coarser=measure.coarser)
        messages = {place: why for place, why in codes.problems.items() if place not in of_row.problems}
        if messages:
            filled = np.asarray(measure.numbers.decimal.is_valid())
            bad = np.flatnonzero(np.isin(codes.index, list(messages)) & filled)
            self._add("periode_terbaca", table, measure.place, bad, messages, codes, book)

    def _add_bad_numbers(self, table: RawTable, measure: Measure, book: FaultBook) -> None:
        bad = np.flatnonzero(measure.numbers.bad)
        reasons = {no: f"Angka tidak terbaca: {reason}." for no, reason in enumerate(numbers.REASONS)}
        book.add(
            "angka_terbaca",
            bad,
            keys=table.keys,
            col_no=measure.col_no,
            values=table.text[measure.place],
            messages=reasons,
            of=measure.numbers.bad,
        )

    # ── the frame of rows, and picking rows ──────────────────────────────────────────────────────────────────────────

    def frame(self, table: RawTable, read: Read) -> pd.DataFrame:
        """One line per source row, one column per contract column that is not spread; missing is null."""
        by_name = {measure.column: measure for measure in [*read.measures, *read.controls]}
        columns: dict[str, object] = {}
        for name, column in self.contract.columns.items():
            if column.spread is not None:
                continue
            if column.role in ("ukuran", "kontrol"):
                columns[name] = (
                    by_name[name].numbers.value.to_numpy(zero_copy_only=False)
                    if name in by_name
                    else np.full(read.rows.n, np.nan)
                )
            else:
                columns[name] = self._texts(table, name, read)
        return pd.DataFrame(columns, index=layout.row_index(table.keys), copy=False)

    def _texts(self, table: RawTable, name: str, read: Read) -> object:
        column = self.contract.columns[name]
        if name not in self.present(column.role):
            return str_array(pa.nulls(read.rows.n, pa.string()))
        if column.role == "teks":
            if column.value is not None:
                return str_array(pa.array([column.value]).take(pa.array(np.zeros(read.rows.n, np.int32))))
            text = table.text[self.columns[name]]
            return categories(text) if pa.types.is_dictionary(text.type) else str_array(text)
        if column.role == "rincian":
            codes = read.rows.rincian[name]
        elif column.role == "periode":
            codes = self._codes(read.rows.period)
        else:
            codes = read.wilayah[name]
        values, index = reshape.unified(codes)
        return pd.Categorical.from_codes(index, pd.Index(values, dtype=object))

    def rows_with(self, table: RawTable, name: str, value: str) -> npt.NDArray[np.bool_]:
        """Rows on which the contract column `name` holds the tidied `value`; for corrections."""
        column = self.contract.columns[name]
        if name not in self.present(column.role):
            return np.zeros(len(table.keys), bool)
        codes: Codes[str]
        if column.role == "wilayah":
            codes = self.wilayah(table)[name]
        elif column.role == "periode":
            codes = self._codes(self._period(table, None))
        elif column.role == "rincian":
            codes = self._rincian(table, None)[name]
        elif column.value is not None:
            return np.full(len(table.keys), fold(column.value) == fold(value))
        else:
            texts, index = distinct(table.text[self.columns[name]])
            codes = Codes([tidy_text(text) for text in texts], index, {})
        wanted = [place for place, code in enumerate(codes.values) if code is not None and fold(code) == fold(value)]
        return np.isin(codes.index, wanted)


def _level_above(level: Level | None) -> Level | None:
    return LEVELS[LEVELS.index(level) - 1] if level in LEVELS[1:] else None


def categories(text: pa.DictionaryArray) -> pd.Categorical:
    """Codes as pandas has them, missing as -1."""
    codes = np.asarray(text.indices.fill_null(-1))
    return pd.Categorical.from_codes(codes, pd.Index(text.dictionary.to_pylist(), dtype=object))


def str_array(text: pa.Array) -> pd.api.extensions.ExtensionArray:
    """pandas' str dtype on Arrow memory, missing as NaN."""
    array: pd.api.extensions.ExtensionArray = pd.array(text.cast(pa.large_string()), dtype="str")
    return array
