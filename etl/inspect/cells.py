"""A sheet's columns as inspect sees them: per row nothing, a mark, a number or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.frames import Sheet
from etl.transform import numbers
from etl.transform.text import Index, as_array, distinct, fold, tidy_text, without_ending

EMPTY, MARK, NUMBER, WORDS = range(4)

_KOMA = re.compile(r"^\D*0,\d+|,\d{1,2}\D*$|,\d{4,}|\.\d{3}\.|\.\d{3},")
_TITIK = re.compile(r"^\D*\d+\.\d{1,2}\D*$|\.\d{4,}\D*$|,\d{3},|,\d{3}\.|^\D*0\.\d+|^\D*[1-9]\d{3,}\.\d{3}\D*$")
_EITHER = re.compile(r"^\D*[1-9]\d{0,2}\.\d{3}\D*$")
_LIKE_A_NUMBER = r"(?i)^\W*(rp|idr)?\W*\d[^a-z]*[a-z%]{0,2}\W*$|^\W+$|^\W*(n\.?/?a\.?|null|none|tidak .*|belum .*)\W*$"
"""Texts that are worth reading as numbers or marks: all others are words."""
_SUFFIXED = re.compile(
    r"[(-]?\d[\d.,]*\)?\s*(m|t|jt|juta|rb|ribu|miliar|milyar|triliun|trilyun|bn|mn|k)\.?", re.IGNORECASE
)
"""Numbers with their factor behind them (`2.989,97 M`); M is miliar where Indonesians write it."""
_PROBE = 4_000
"""Different texts of a column that are looked at for decimal signs: the first ones tell."""


@dataclass(frozen=True)
class Cells:
    """One column of a sheet. index: which of `texts` a row has, -1 when empty; kind: EMPTY … WORDS per row.

    value: float64 per row, NaN where there is no number. decimal: the sign found in numbers typed as text (None: none
    of them has any); doubtful: only `1.234` was seen, which may be 1234 or 1,234. typed: numbers that are text.
    suffix: the factor behind nearly all numbers, '' when there is none.
    """

    at: int
    texts: list[str]
    index: Index
    kind: npt.NDArray[np.int8]
    value: npt.NDArray[np.float64]
    decimal: Literal["koma", "titik"] | None
    doubtful: bool
    typed: int
    suffix: str = ""

    @property
    def n_rows(self) -> int:
        return len(self.index)

    def text(self, row: int) -> str:
        """The cell as received, '' when empty."""
        place = int(self.index[row])
        return self.texts[place] if place >= 0 else ""

    @cached_property
    def tidied(self) -> list[str]:
        return [tidy_text(text) for text in self.texts]

    def words(self, rows: npt.NDArray[np.int64]) -> list[str]:
        """The different texts on these rows, in the order in which the column first has them."""
        used = np.unique(self.index[rows])
        return [self.texts[place] for place in used if place >= 0]


def cells_of(sheet: Sheet) -> list[Cells]:
    """Every column of the sheet."""
    return [column_of(sheet, at) for at in range(sheet.n_columns)]


def column_of(sheet: Sheet, at: int) -> Cells:
    """The column at the 0-based place."""
    text = as_array(sheet.text[at])
    text = text if pa.types.is_string(text.type) else pc.cast(text, pa.string())
    texts, index = distinct(text)
    n_rows = len(text)
    kind = np.where(index < 0, EMPTY, WORDS).astype(np.int8)
    value = np.full(n_rows, np.nan)
    number = sheet.number[at]
    is_cell = np.zeros(n_rows, bool)
    if number is not None:
        array = pc.cast(as_array(number), pa.float64())
        is_cell = np.asarray(array.is_valid())
        value[is_cell] = np.asarray(array.drop_null())
        kind[is_cell] = NUMBER
    rest = np.flatnonzero(~is_cell & (index >= 0))
    if not len(rest):
        return Cells(at, texts, index, kind, value, None, False, 0)
    used = np.unique(index[rest])
    bare = pa.array([texts[place] for place in used], pa.string())
    suffix = _suffix([texts[place] for place in used[:_PROBE]])
    bare = without_ending(bare, suffix) if suffix else bare
    likely = pc.match_substring_regex(bare, _LIKE_A_NUMBER)
    used, bare = used[np.asarray(likely)], bare.filter(likely)
    rest = rest[np.isin(index[rest], used)]
    sign, doubtful = _sign(bare.slice(0, _PROBE).to_pylist())
    parsed = numbers.parse(bare, decimal=sign or "koma")
    good = np.asarray(parsed.value.is_valid())
    marks = (parsed.bad == 0) & ~good
    place_of = np.full(len(texts), 0, np.int64)
    place_of[used] = np.arange(len(used))
    of = place_of[index[rest]]
    kind[rest] = np.where(good, NUMBER, np.where(marks, MARK, WORDS))[of]
    value[rest] = np.asarray(pc.fill_null(parsed.value, np.nan))[of]
    typed = int((kind[rest] == NUMBER).sum())
    return Cells(at, texts, index, kind, value, sign if typed else None, doubtful, typed, suffix)


def _suffix(texts: list[str]) -> str:
    """The factor that nearly all texts of the column (its header not counted) have behind a number."""
    found = [match[1] for text in texts if (match := _SUFFIXED.fullmatch(tidy_text(text)))]
    alike = len({suffix.casefold() for suffix in found}) == 1
    return found[0] if alike and len(found) >= 3 and len(found) >= 0.6 * len(texts) else ""


def _sign(texts: list[str]) -> tuple[Literal["koma", "titik"] | None, bool]:
    """The decimal sign that most of the numbers speak for, and whether only ambiguous ones were seen."""
    plain = [fold(text) for text in texts if text[-1:].isdigit() or text[-1:] in "%)-"]
    koma = sum(_KOMA.search(text) is not None for text in plain)
    titik = sum(_TITIK.search(text) is not None and not _KOMA.search(text) for text in plain)
    either = sum(_EITHER.search(text) is not None for text in plain)
    if not koma and not titik:
        return ("koma" if either else None), bool(either)
    return ("titik" if titik > koma else "koma"), False
