"""The shapes that the stages hand to one another; every value knows the sheet, row and column it came from.

Text is kept as received beside the typed number of a cell, because `1.234` typed as text is 1234 in Indonesian while
the number 1.234 is not. Columns are Arrow, so that a million rows cost no Python objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from etl.findings import Faults, Finding

if "jemalloc" in pa.supported_memory_backends():
    # It keeps what is freed for a second. The default gives it back at once and fetches it anew for the next column,
    # which is a fifth of all the time that a million rows take.
    pa.set_memory_pool(pa.jemalloc_memory_pool())

ROW_SPAN = 100_000_000
"""Rows reserved for each sheet in a row key; more than any sheet or file read here has."""


MOST_CODES = 32_767
"""Different texts up to which a column is kept as 16-bit codes over them."""


def row_key(sheet_no: int, row_no: int) -> int:
    """One integer for a sheet's row: on the first sheet (0) it is the row number that Excel shows."""
    return sheet_no * ROW_SPAN + row_no


def split_key(key: int) -> tuple[int, int]:
    """(sheet_no, row_no) of a row key."""
    return divmod(key, ROW_SPAN)


def rows_at(index: pd.Index, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Where these row keys stand in an index of row keys, -1 where they do not; no hash table of a million rows."""
    if isinstance(index, pd.RangeIndex) or not index.is_monotonic_increasing:
        return index.get_indexer(pd.Index(keys))
    have = index.to_numpy()
    place = np.searchsorted(have, keys)
    place[place == len(have)] = 0
    return np.where(have[place] == keys, place, -1) if len(have) else np.full(len(keys), -1)


def column_letters(col_no: int) -> str:
    """1 → A, 27 → AA, as Excel shows it."""
    letters = ""
    while col_no > 0:
        col_no, rest = divmod(col_no - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class Sheet:
    """Cells of one sheet (or delimited file, or query result) exactly as received, header rows included.

    text: one array per column, string or (few different texts) dictionary<int16, string>; null where the cell is
    empty. Dates are ISO text, numbers their shortest decimal
    form without a trailing `.0`. number: per column a float64 array, null where the cell was not a number cell, or None
    where no cell of the column was. Row i of the arrays is row i+1 of the sheet. facts: how the bytes were understood
    (`pengodean`, `pemisah`, …), in the order and words in which the report states them.
    """

    name: str
    no: int
    text: tuple[pa.Array | pa.ChunkedArray, ...]
    number: tuple[pa.Array | pa.ChunkedArray | None, ...]
    hidden: bool = False
    notes: tuple[Finding, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def n_rows(self) -> int:
        return len(self.text[0]) if self.text else 0

    @property
    def n_columns(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class RawTable:
    """The data rows of one table found on a sheet: header understood, blank, footer and control rows taken out.

    keys: row key per row (int64). headers: per column its header texts from the top level down. title: the text above
    the header. controls: the totals rows, kept aside to be checked, with the same columns. skipped: how many rows of
    which kind were left out (`kepala`, `kosong`, `kaki`, `jumlah`, `subtotal`, `luar`), so that every row of the sheet
    is accounted for. facts: what was found by rule, in the words of the report.
    """

    sheet: str
    sheet_no: int
    keys: pa.Array
    headers: tuple[tuple[str, ...], ...]
    text: tuple[pa.Array | pa.ChunkedArray, ...]
    number: tuple[pa.Array | pa.ChunkedArray | None, ...]
    col_no: tuple[int, ...]
    title: str = ""
    controls: RawTable | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ControlTotal:
    """One total that a file states beside the sum of its parts, exact; the parts are loaded, the total never.

    label: what it is the total of. periode: code, empty when it is of several. key, col_no: its cell (row 0: a whole
    column). depth: how far from the top it lies, 0 for the total of everything. stands_for: the totals that it stands
    for, of a column whose rows agree.
    """

    label: str
    indikator: str
    periode: str
    stated: Decimal
    computed: Decimal
    tolerance: Decimal
    key: int
    col_no: int
    depth: int = 0
    stands_for: int = 1

    @property
    def agrees(self) -> bool:
        return abs(self.stated - self.computed) <= self.tolerance


@dataclass(frozen=True)
class Tidy:
    """One submission understood.

    rows: one line per source row, index = row key, one column per contract column: `wilayah` as Kemendagri code,
    `periode` as period code, `rincian` as code (these three as categories; as text where sheets were put together),
    `ukuran` and `kontrol` as float64, `teks` as text; missing is null.
    raw: the same rows and index, every source column as received (text); its column names are unique header texts.
    figures: one line per figure, an Arrow table with
        key int64, col_no int16, indikator dictionary<string>, wilayah dictionary<string>, periode dictionary<string>,
        rincian dictionary<string> (`jenis_kelamin=L|umur=0-4`, empty when none), nilai float64 (null when missing),
        desimal string (the exact decimal text for numeric, null when missing), penanda dictionary<string>
        (null, or the mark that stood instead of a number: `-` `…` `NA` or empty text).
    controls: figures of the control rows and columns, same schema, never loaded.
    columns: contract column → (col_no, name of that column in raw) where it was found. A spread column is absent.
    periods: period codes contained, sorted.
    """

    rows: pd.DataFrame
    raw: pd.DataFrame
    figures: pa.Table
    controls: pa.Table
    columns: dict[str, tuple[int, str]]
    sheets: dict[int, str]
    periods: tuple[str, ...]
    faults: tuple[Faults, ...] = ()
    findings: tuple[Finding, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    corrected: int = 0
    transposed: frozenset[int] = frozenset()
    """Sheets read sideways: there a row key's row is the sheet's column and col_no the sheet's row."""
    read_as: dict[str, str] = field(default_factory=dict)
    """How the file was understood, for the report: facts of its sheets and what the transforms found by rule."""
    control_totals: tuple[ControlTotal, ...] = ()

    def place(self, key: int, col_no: int) -> tuple[int, int, int]:
        """(sheet_no, row, column) as the sheet shows it, which a sheet read sideways has exchanged."""
        sheet_no, row_no = split_key(key)
        return (sheet_no, col_no, row_no) if sheet_no in self.transposed else (sheet_no, row_no, col_no)


FIGURES = pa.schema(
    [
        ("key", pa.int64()),
        ("col_no", pa.int16()),
        ("indikator", pa.dictionary(pa.int32(), pa.string())),
        ("wilayah", pa.dictionary(pa.int32(), pa.string())),
        ("periode", pa.dictionary(pa.int32(), pa.string())),
        ("rincian", pa.dictionary(pa.int32(), pa.string())),
        ("nilai", pa.float64()),
        ("desimal", pa.string()),
        ("penanda", pa.dictionary(pa.int32(), pa.string())),
    ]
)
"""Schema of Tidy.figures and Tidy.controls."""


@dataclass(frozen=True)
class CheckResult:
    """What one rule said of one submission. `failed` counts figures or cells, `rows` distinct source rows."""

    no: int
    rule: str
    title: str
    severity: str
    columns: tuple[str, ...]
    checked: int
    failed: int
    rows: int
    faults: Faults | None = None

    @property
    def ok(self) -> bool:
        return self.failed == 0
