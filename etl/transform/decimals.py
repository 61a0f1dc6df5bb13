"""Which decimal sign the typed numbers of a table have, where the contract does not say: comma, unless all speak for
a point.

`12,5` and `1.234.567` can only be Indonesian, `12.5` and `1,234,567` only English; `1.234` may be either. One `12.5`
among many `1.234` is a typing error, and reading it as a sign of English numbers would turn every thousand into one:
so a point is believed only when nothing speaks for the comma, several cells speak for the point, and what may be either
is rare in every single column. Otherwise what does not fit the comma is a fault on its cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.findings import Finding, Severity
from etl.frames import RawTable, column_letters, split_key
from etl.transform.numbers import Decimals, only
from etl.transform.text import each, tidy_text

_LEAST = 3
"""Cells that must speak for a point; all, where there are fewer."""
_HEAD = 5_000
_RARE = 10
"""One ambiguous cell is borne for so many of its column that speak for a point."""


def _speaks_for(point: str, group: str) -> str:
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})"
    forms = (
        rf"{grouped}+{point}\d+",
        rf"{grouped}{{2,}}",
        rf"\d+{point}(?:\d{{1,2}}|\d{{4,}})",
        rf"\d{{4,}}{point}\d{{3}}",
        rf"0{point}\d+",
    )
    return rf"^[^\d.,]*(?:{'|'.join(forms)})[^\d.,]*$"


_COMMA, _POINT = _speaks_for(",", r"\."), _speaks_for(r"\.", ",")
_EITHER = r"^[^\d.,]*[1-9]\d{0,2}[.,]\d{3}[^\d.,]*$"


Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sign:
    """decimal: the sign to read by. stated: how that is told, empty where no number was typed as text."""

    decimal: Decimals = "koma"
    stated: str = ""
    notes: tuple[Finding, ...] = ()


def decimal_sign(table: RawTable, places: Sequence[int]) -> Sign:
    """The sign of the numbers typed as text in these columns."""
    typed = {place: _typed(table, place) for place in places}
    typed = {place: text for place, text in typed.items() if text.null_count < len(text)}
    if not typed:
        return Sign()
    signed = {place: text for place, text in typed.items() if not _without_signs(text)}
    # The first rows alone, nearly always: nothing must be looked at twice in a file of millions.
    if any(_count(text.slice(0, _HEAD), _COMMA) for text in signed.values()):
        return Sign("koma", "koma")
    if any(_count(text, _COMMA) for text in signed.values()):
        return Sign("koma", "koma")
    point = {place: _count(text, _POINT) for place, text in signed.items()}
    total = sum(point.values())
    if not total or (total < _LEAST and total < sum(_count(text, r"\d") for text in typed.values())):
        return Sign("koma", "koma")
    either = {place: np.flatnonzero(_matches(text, _EITHER)) for place, text in signed.items()}
    if any(len(rows) * _RARE > point[place] for place, rows in either.items()):
        return Sign("koma", "koma")
    stated = f"titik (ditemukan pada {total} sel)"
    return Sign("titik", stated, _doubtful(table, either, stated))


def _typed(table: RawTable, place: int) -> pa.Array:
    """The column without its number cells."""
    text, number = table.text[place], table.number[place]
    if number is None or number.null_count == len(number):
        return text
    return pc.if_else(number.is_null(), text if pa.types.is_string(text.type) else text.dictionary_decode(), None)


def _without_signs(text: pa.Array) -> bool:
    """Whether nothing but digits and minus signs stands in the column."""
    return only(text.dictionary if pa.types.is_dictionary(text.type) else text, "0123456789-")


def _matches(text: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = np.asarray(
        pc.fill_null(each(lambda cells: pc.match_substring_regex(cells, pattern), text), False)
    )
    return found


def _count(text: pa.Array, pattern: str) -> int:
    return int(_matches(text, pattern).sum())


def _doubtful(table: RawTable, either: Mapping[int, Rows], stated: str) -> tuple[Finding, ...]:
    """One note on the cells that may be read either way."""
    cells = sorted((int(row), place) for place, rows in either.items() for row in rows)
    if not cells:
        return ()
    shown = []
    for row, place in cells[:5]:
        row_no = split_key(table.keys[row].as_py())[1]
        shown.append(f"{column_letters(table.col_no[place])}{row_no} `{tidy_text(table.text[place][row].as_py())}`")
    more = f" dan {len(cells) - len(shown)} lagi" if len(cells) > len(shown) else ""
    row, place = cells[0]
    return (
        Finding(
            rule="tanda_desimal",
            message=f"Tanda desimal tabel ini {stated}; {len(cells)} sel dapat juga berarti ribuan: "
            f"{', '.join(shown)}{more}.",
            cause="Angka diketik sebagai teks; titik bisa berarti desimal atau ribuan.",
            action="Periksa sel itu; simpan kolomnya sebagai angka, atau minta Diskominfo menyatakan `decimal`.",
            severity=Severity.CATATAN,
            sheet=table.sheet,
            row=split_key(table.keys[row].as_py())[1],
            column=column_letters(table.col_no[place]),
        ),
    )
