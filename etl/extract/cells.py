"""Cells of any source as the two forms that a Sheet holds: text as received, and the number where there was one.

The fast way is Arrow on whole columns; only cells that are neither text nor number are touched one by one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def plain(value: object) -> str:
    """One cell as text: ISO dates (without a time of 00:00), TRUE/FALSE, numbers in their shortest decimal form."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return number_text(value)
        case dt.datetime():
            return value.date().isoformat() if value.tzinfo is None and not _has_time(value) else value.isoformat()
        case dt.timedelta():
            return _duration(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case Decimal():
            return shortest(f"{value:f}")
        case _:
            return str(value)


def number_text(value: float) -> str:
    """9.31 → `9.31`, 1301.0 → `1301`, 1e-07 → `0.0000001`: what repr says, written without exponent."""
    return shortest(f"{Decimal(repr(value)):f}")


def shortest(decimal: str) -> str:
    """A decimal text without the zeros that say nothing: `12.50` → `12.5`, `10.00` → `10`, `-0` → `0`."""
    text = decimal.rstrip("0").rstrip(".") if "." in decimal else decimal
    return "0" if text == "-0" else text


def _has_time(value: dt.datetime) -> bool:
    return bool(value.hour or value.minute or value.second or value.microsecond)


def _duration(value: dt.timedelta) -> str:
    """Hours may pass 24, as Excel's [h]:mm:ss shows them."""
    total = round(value.total_seconds())
    minutes, seconds = divmod(abs(total), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if total < 0 else ''}{hours}:{minutes:02d}:{seconds:02d}"


def numbers_to_text(numbers: pa.Array) -> pa.Array:
    """float64 → shortest decimal text; null stays null."""
    text = numbers.cast(pa.string())
    odd = pc.fill_null(pc.or_(pc.match_substring(text, "e"), pc.equal(text, "-0")), False)
    if pc.any(odd).as_py():  # Arrow writes an exponent from 1e15 on and below 1e-5
        exact = [number_text(value) for value in numbers.filter(odd).to_pylist()]
        text = pc.replace_with_mask(text, odd, pa.array(exact, pa.string()))
    return text


def column(values: Sequence[Any]) -> tuple[pa.Array, pa.Array | None]:
    """(text, number) of one column of Python cells; `''` and None are empty. number: None where no cell was one."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return texts(values), None
    if kinds <= {float, int}:
        number = pa.array(values, pa.float64())
        return numbers_to_text(number), number
    if kinds <= {float, int, str}:
        return _texts_and_numbers(values)
    if kinds.isdisjoint({float, int}):
        return texts([None if value is None else plain(value) for value in values]), None
    return _texts_and_numbers([value if type(value) in (float, int, str) else _other(value) for value in values])


def _other(value: object) -> str:
    return "" if value is None else plain(value)


def texts(values: Sequence[str | None]) -> pa.Array:
    """A string array in which the empty text is null."""
    text = pa.array(values, pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _texts_and_numbers(values: Sequence[float | int | str]) -> tuple[pa.Array, pa.Array]:
    is_text = [type(value) is str for value in values]
    number = pa.array([None if text else value for value, text in zip(values, is_text, strict=True)], pa.float64())
    words = texts([value for value in values if type(value) is str])
    return pc.replace_with_mask(numbers_to_text(number), pa.array(is_text), words), number
