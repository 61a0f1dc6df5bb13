"""One column at a time: text → codes, once per different text, with a sentence for each that is not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.columns import Column
from etl.transform import periods
from etl.transform.regions import Regions
from etl.transform.text import Index, brief, distinct, each, fold, lookup, tidy_text

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Codes(Generic[T]):
    """A column understood: `values[index[row]]` is the row's value.

    index is -1 where the cell is empty; a value is None where its text was not understood, and `problems` says why.
    """

    values: list[T | None]
    index: Index
    problems: dict[int, str]

    @property
    def known(self) -> Index:
        """The index with -1 also where the text was not understood."""
        unknown = [value is None for value in self.values]
        if not any(unknown):
            return self.index
        return np.where(lookup(unknown, True, self.index), self.index.dtype.type(-1), self.index)

    def map(self, function: Callable[[T], U]) -> Codes[U]:
        """The values sent through `function`, which may raise periods.Unreadable."""
        values: list[U | None] = []
        problems = dict(self.problems)
        for place, value in enumerate(self.values):
            try:
                values.append(None if value is None else function(value))
            except periods.Unreadable as error:
                values.append(None)
                problems[place] = f"{error}."
        return Codes(values, self.index, problems)


def same_everywhere(value: T, n_rows: int) -> Codes[T]:
    return Codes([value], np.zeros(n_rows, np.int32), {})


_WHOLE = re.compile(r"\d+(\.0)?")


def without_point_zero(text: pa.Array) -> pa.Array | None:
    """Codes that a program wrote as decimal numbers (`3201190006.0`, `2019.0`) as codes; None where a column holds
    anything but whole numbers, or needs no change."""
    if not pc.any(each(lambda cells: pc.ends_with(cells, ".0"), text)).as_py():
        return None
    values, index = distinct(text)
    there = np.unique(index[index >= 0])  # a column kept as codes may know texts that stand elsewhere on the sheet
    if not all(_WHOLE.fullmatch(tidy_text(values[place])) for place in there):
        return None
    return pa.array([tidy_text(value).removesuffix(".0") for value in values], pa.string()).take(
        pa.array(index, mask=index < 0)
    )


def read_wilayah(text: pa.Array, column: Column, regions: Regions, parents: Codes[str] | None = None) -> Codes[str]:
    """Region codes; a name is looked for inside `parents`, row by row, where that is given."""
    assert column.scheme is not None
    texts, index = distinct(text)
    within: list[str | None] | None = None
    if parents is not None:
        texts, within, index = _pairs(texts, index, parents)
    answers = regions.match(texts, column.scheme, column.level, within)
    problems = {place: answer.message for place, answer in enumerate(answers) if answer.kode is None}
    return Codes([answer.kode for answer in answers], index, problems)


def _pairs(texts: list[str], index: Index, parents: Codes[str]) -> tuple[list[str], list[str | None], Index]:
    """The different (text, parent) pairs and which one each row has."""
    width = len(parents.values) + 1
    pair = np.where(index < 0, -1, index.astype(np.int64) * width + parents.index + 1)
    encoded = pa.array(pair, mask=pair < 0).dictionary_encode()
    found = encoded.dictionary.to_pylist()
    above = [None, *parents.values]
    return (
        [texts[one // width] for one in found],
        [above[one % width] for one in found],
        np.asarray(encoded.indices.fill_null(-1), dtype=np.int32),
    )


def read_rincian(text: pa.Array, column: Column) -> Codes[str]:
    """Breakdown codes: by the contract's list of texts, else the tidied text itself."""
    texts, index = distinct(text)
    codes = rincian_codes(column)
    values = [rincian_code(one, codes) for one in texts]
    known = ", ".join(list(column.values)[:12])
    problems = {
        place: f"`{brief(texts[place])}` tidak ada dalam daftar: {known}."
        for place, value in enumerate(values)
        if value is None
    }
    return Codes(values, index, problems)


def rincian_codes(column: Column) -> dict[str, str]:
    """Folded text → code; empty when any text will do."""
    return {fold(text): code for code, texts in column.values.items() for text in (code, *texts)}


def rincian_code(text: str, codes: dict[str, str]) -> str | None:
    """The code, or None when not among `codes`. `|` and `=` build the key of a breakdown, so they are replaced."""
    if codes:
        return codes.get(fold(text))
    plain = tidy_text(text).replace(">=", "≥").replace("<=", "≤")
    return plain.replace("|", "/").replace("=", ":") or None


def read_periods(text: pa.Array) -> Codes[periods.Parts]:
    """What each cell says of the period."""
    texts, index = distinct(text)
    values: list[periods.Parts | None] = []
    problems = {}
    for place, one in enumerate(texts):
        try:
            values.append(periods.read(one))
        except periods.Unreadable as error:
            values.append(None)
            problems[place] = f"`{brief(one)}`: {error}."
    return Codes(values, index, problems)


def combine(columns: Sequence[Codes[T]], n_rows: int) -> tuple[list[tuple[T, ...]], Index]:
    """The different combinations over several columns, and which one each row has; -1 where any part is unknown."""
    if not columns:
        return [()], np.zeros(n_rows, np.int32)
    combos: list[tuple[T, ...]] = [(value,) for value in columns[0].values]  # type: ignore[misc]
    index = columns[0].known
    for column in columns[1:]:
        width, known = len(column.values), column.known
        pair: Index = index.astype(np.int32 if len(combos) * width < 2**31 else np.int64)
        pair *= width
        pair += known
        missing = (index < 0) | (known < 0)
        encoded = pa.array(pair, mask=missing if missing.any() else None).dictionary_encode()
        combos = [(*combos[one // width], column.values[one % width]) for one in encoded.dictionary.to_pylist()]
        index = np.asarray(encoded.indices.fill_null(-1) if encoded.null_count else encoded.indices)
    return combos, index
