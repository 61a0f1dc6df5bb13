"""Columns as the text that a file needs: exact numbers, ISO times, one pass over each different value.

Texts repeat (a name stands on thousands of rows), so that what a text becomes in a file is worked out once per value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

_PLAIN_SCALE = 6
"""Arrow writes smaller steps than a millionth with an exponent."""


def each(values: pa.Array, say: Callable[[str], str | None]) -> pa.StringArray:
    """A text column with every value as `say` says it (None: null); null stays null."""
    coded = values if isinstance(values, pa.DictionaryArray) else values.dictionary_encode()
    said = pa.array([say(value) for value in coded.dictionary.to_pylist()], pa.string())
    return said.take(coded.indices)


def plain(values: pa.Array) -> pa.StringArray:
    """Exact decimals without exponent and without zeros that say nothing: 12.50 → 12.5, 3.00 → 3."""
    if values.type.scale == 0:
        return pc.cast(values, pa.string())
    if values.type.scale > _PLAIN_SCALE:
        return pa.array([_plain(value) for value in values.to_pylist()], pa.string())
    return pc.utf8_rtrim(pc.utf8_rtrim(pc.cast(values, pa.string()), "0"), ".")


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def numbers(values: pa.Array) -> pa.StringArray | None:
    """A column of numbers or truth values as text; None when it is of another kind."""
    kind = values.type
    if pa.types.is_decimal(kind):
        return plain(values)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return pc.cast(values, pa.string())
    return None


def moments(values: pa.Array) -> pa.Array:
    """Times as `2026-11-25T04:30:00Z` and dates as `2026-11-25`; other columns as they are."""
    if pa.types.is_timestamp(values.type):
        coded = values.dictionary_encode()
        told = pa.array([moment(value) for value in coded.dictionary.to_pylist()], pa.string())
        return told.take(coded.indices)
    return pc.cast(values, pa.string()) if pa.types.is_date(values.type) else values


def moment(value: datetime) -> str:
    """One time, in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
