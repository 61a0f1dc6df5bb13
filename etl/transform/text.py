"""Text as people type it, made comparable; and columns of text seen through their distinct values.

A column of a million cells holds some hundred different texts: everything that needs thought is done once per text and
carried back to the rows by index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_SPACES = re.compile(r"[\s\x00-\x1f\x7f\u200b\u200c\u2060\ufeff]+")

Index = npt.NDArray[np.signedinteger]
"""Per row the place of its text among the distinct ones; -1 where the cell is empty. As narrow as the places allow."""


def tidy_text(text: str) -> str:
    """Line breaks, non-breaking and repeated spaces become one space; invisible characters and NUL go."""
    return _SPACES.sub(" ", text).strip()


def brief(text: str, most: int = 80) -> str:
    """Text as a sentence quotes it: tidied, and cut to what a person reads."""
    tidied = tidy_text(text)
    return tidied if len(tidied) <= most else tidied[: most - 1] + "…"


_FOOTNOTE = re.compile(r"(?:\s*(?:[*†‡]+\)?|[⁰¹²³⁴-⁹]+[⁾)]?)|(?<=[^\s(])\s+[a-z\d]{1,2}\))\s*$", re.IGNORECASE)
_TRAILING_UNIT = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]{1,40})[)\]]", re.DOTALL)


def unmarked(text: str) -> str:
    """The text without a footnote mark behind it: `2024*)`, `2023¹`, `Jumlah 1)`."""
    bare = _FOOTNOTE.sub("", text)
    return bare if bare.count("(") == bare.count(")") and bare.strip() else text


def without_unit(text: str) -> tuple[str, str]:
    """`Luas¹ (ha)` → (`Luas`, `ha`); the unit is empty where none stands in brackets at the end."""
    match = _TRAILING_UNIT.fullmatch(text.strip())
    return (unmarked(match[1]), match[2]) if match else (text, "")


def fold(text: str) -> str:
    """The form in which header texts, marks and category texts are compared: width, case and spacing do not matter."""
    return tidy_text(unicodedata.normalize("NFKC", text)).casefold()


def folded(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(text) for text in texts)


def as_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One contiguous Arrow array."""
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def each(function: Callable[[pa.Array], pa.Array], column: pa.Array) -> pa.Array:
    """A function of text, cell by cell: asked once per different text where the column is codes over few of them."""
    if not pa.types.is_dictionary(column.type):
        return function(column)
    return function(column.dictionary).take(column.indices)


def plain(column: pa.Array) -> pa.Array:
    """The column as text."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def without_ending(column: pa.Array, ending: str) -> pa.Array:
    """The column without this ending and the blanks before it (`9.533,44 M` → `9.533,44`); letter case is ignored."""
    pattern = rf"(?i)\s*{re.escape(ending)}\s*$"
    return each(lambda cells: pc.replace_substring_regex(cells, pattern, ""), column)


def lookup(of_values: Sequence[bool] | npt.NDArray[np.bool_], empty: bool, index: Index) -> npt.NDArray[np.bool_]:
    """Per row what is true of its value; `empty` where it has none."""
    found: npt.NDArray[np.bool_] = np.append(np.asarray(of_values, bool), empty)[index]
    return found


def distinct(column: pa.Array | pa.ChunkedArray) -> tuple[list[str], Index]:
    """The different texts of a column and, per row, which one it is; cells of nothing but spaces count as empty."""
    encoded = as_array(column)
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    values: list[str] = encoded.dictionary.to_pylist()
    index = np.asarray(pc.fill_null(encoded.indices, -1) if encoded.null_count else encoded.indices)
    blank = [not value[:1].isalnum() and not tidy_text(value) for value in values]
    if any(blank):
        index = np.where(lookup(blank, True, index), index.dtype.type(-1), index)
    used = np.zeros(len(values) + 1, bool)  # the last is of empty cells
    used[index] = True
    if not used[:-1].all():  # codes know what else stands in their column: its title, its header, its footnotes
        moved = np.append(np.cumsum(used[:-1]) - 1, -1).astype(index.dtype)
        values, index = [value for value, is_used in zip(values, used, strict=False) if is_used], moved[index]
    return values, index


def coded(index: Index, values: list[str]) -> pa.DictionaryArray:
    """Dictionary array of `values` by `index`; -1 becomes null."""
    missing = index < 0
    codes = pa.array(index, pa.int32(), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(codes, pa.array(values, pa.string()), safe=False)


def constant(value: str | None, n_rows: int) -> pa.DictionaryArray:
    """The same text (or null) on every row."""
    if value is None:
        return coded(np.full(n_rows, -1, np.int32), [])
    return coded(np.zeros(n_rows, np.int32), [value])
