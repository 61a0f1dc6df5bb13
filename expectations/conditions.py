"""What our expectations ask, as pure functions over whole columns: True where a row is as it should be.

No Great Expectations here: `custom` wraps these into its classes, the reports use them to say more about what failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations import personal

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.signedinteger]

FIGURE_KEY = ("indikator", "wilayah", "periode", "rincian")
"""What makes a figure the same figure."""

_ROOM = 8
"""Possible keys per row up to which a table of all of them is smaller and faster than a hash table of those there."""

_SLICE = 1 << 17
"""Rows of many different texts that are Python objects at once."""

_SLACK = 1e-9
"""Relative error of binary fractions: 0,1 + 0,2 is 0,3."""


def codes_of(column: pd.Series) -> tuple[Codes, int]:
    """Small integers for a column's values (-1 where missing) and how many distinct ones there are."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes: Codes = np.asarray(column.cat.codes)
        return codes, len(column.cat.categories)
    places, distinct = pd.factorize(column)
    return places.astype(np.int64, copy=False), len(distinct)


def composite(frame: pd.DataFrame) -> Codes:
    """One integer per row, equal exactly where all columns are equal; -1 where any is missing."""
    key: Codes = np.zeros(len(frame), dtype=np.int32)
    missing = np.zeros(len(frame), dtype=bool)
    span = 1
    for name in frame.columns:
        codes, distinct = codes_of(frame[name])
        if span * max(distinct, 1) > 2**62:
            key, uniques = pd.factorize(key)
            span = len(uniques)
        span *= max(distinct, 1)
        if span > 2**31:
            key = key.astype(np.int64, copy=False)
        missing |= codes < 0
        key *= max(distinct, 1)
        key += codes.astype(key.dtype, copy=False)
    key[missing] = -1
    return key


def repeated(key: Codes) -> Mask:
    """Rows whose key another row has too; keys below zero are not compared."""
    span = int(key.max(initial=-1)) + 1
    if span > _ROOM * len(key):
        result: Mask = pd.Series(key).duplicated(keep=False).to_numpy() & (key >= 0)
        return result
    last = np.zeros(span + 1, np.int32)  # the last place is that of keys below zero
    row = np.arange(len(key), dtype=np.int32)
    last[key] = row
    twice = np.zeros(span + 1, bool)
    twice[key[last[key] != row]] = True
    twice[span] = False
    found: Mask = twice[key]
    return found


def rows_unlike(frame: pd.DataFrame) -> Mask:
    """Rows that no other row equals in all columns; with a missing value nothing is compared."""
    return ~repeated(composite(frame))


def written_once(frame: pd.DataFrame) -> Mask:
    """Figures (columns FIGURE_KEY and `nilai`) written once.

    Of exact copies the first stays and the rest fail; where values differ nobody knows which is right: all fail.
    """
    key = composite(frame[list(FIGURE_KEY)])
    twice = np.flatnonzero(repeated(key))
    good = np.ones(len(frame), dtype=bool)
    if len(twice):
        group = pd.Series(key[twice])
        values = frame["nilai"].to_numpy(dtype=float)[twice]
        first = pd.Series(np.nan_to_num(values, nan=np.inf)).groupby(group.to_numpy()).transform("first").to_numpy()
        differs = pd.Series(np.nan_to_num(values, nan=np.inf) != first).groupby(group.to_numpy()).transform("any")
        good[twice] = ~differs.to_numpy() & ~group.duplicated().to_numpy()
    return good


def neighbours(key: Codes) -> Codes:
    """Per row the position of another row with the same key (the one before it, else after); its own where none."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same_as_before = np.r_[False, ordered[1:] == ordered[:-1]]
    same_as_after = np.r_[ordered[1:] == ordered[:-1], False]
    before, after = np.r_[order[:1], order[:-1]], np.r_[order[1:], order[-1:]]
    found = np.where(same_as_before, before, np.where(same_as_after, after, order))
    result = np.empty(len(key), dtype=np.int64)
    result[order] = found
    return result


def sum_of_parts(parts: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Sum per row; an empty part counts as zero where at least one part is filled, else the sum is missing."""
    total = np.zeros(len(parts))
    empty = np.ones(len(parts), dtype=bool)
    for name in parts.columns:
        values = parts[name].to_numpy(dtype=float)
        missing = np.isnan(values)
        empty &= missing
        total += np.where(missing, 0.0, values)
    total[empty] = np.nan
    return total


def total_equals_parts(frame: pd.DataFrame, tolerance: float) -> Mask:
    """First column = sum of the others, give or take `tolerance`; where either side is missing nothing is compared."""
    total = frame.iloc[:, 0].to_numpy(dtype=float)
    parts = sum_of_parts(frame.iloc[:, 1:])
    with np.errstate(invalid="ignore"):
        apart = np.abs(total - parts) > tolerance + _SLACK * np.abs(total)
    together: Mask = ~apart
    return together


def change_is_within(now: pd.Series, before: pd.Series, percent: float, min_value: float) -> Mask:
    """|now - before| is at most `percent` of |before|. Earlier values below `min_value` are not compared; from zero any
    other value is too far."""
    new, old = now.to_numpy(dtype=float), before.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        far = np.abs(new - old) > percent / 100 * np.abs(old) * (1 + _SLACK)
        far &= np.abs(old) >= min_value
    near: Mask = ~far
    return near


def has_no_personal_data(column: pd.Series) -> Mask:
    return over_distinct(column, lambda text: not personal.holds_any(text))


def text_matches(column: pd.Series, pattern: str) -> Mask:
    """The whole text fits the pattern."""
    compiled = re.compile(pattern)
    return over_distinct(column, lambda text: compiled.fullmatch(text) is not None)


def text_is_short(column: pd.Series, length: int) -> Mask:
    return over_distinct(column, lambda text: len(text) <= length)


def over_distinct(column: pd.Series, holds: Callable[[str], bool]) -> Mask:
    """The condition asked once per distinct value, slice by slice where they are many; a missing value holds."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _by_code(np.asarray(column.cat.codes), column.cat.categories, holds)
    parts = [column.iloc[at : at + _SLICE] for at in range(0, len(column), _SLICE)]
    masks = [_by_code(*pd.factorize(part), holds) for part in parts]
    return np.concatenate([np.zeros(0, dtype=bool), *masks])


def _by_code(codes: Codes, distinct: pd.Index, holds: Callable[[str], bool]) -> Mask:
    answers = np.fromiter((holds(str(value)) for value in distinct), dtype=bool, count=len(distinct))
    found: Mask = np.append(answers, True)[codes]
    return found
