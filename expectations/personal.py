"""Personal data in cells: NIK and KK numbers, mobile numbers, e-mail addresses (UU 27/2022, UU 23/2006 Ps 84).

A NIK or KK has 16 digits: six of a region, six of a date (day + 40 for women), four of a sequence. Excel keeps 15
digits and destroys the last (it becomes 0) or shows `6,40801E+15`; both still identify a person and are found too.
Values that hold personal data must never stand in a finding: `mask` leaves the first four and the last character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NIK, PHONE, EMAIL = "NIK/KK", "nomor telepon", "alamat e-mail"

PROVINCES = frozenset(
    [*range(11, 22), *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 97)]
)
"""First two digits that Kemendagri has given out."""

_NIK_LIKE = re.compile(r"(?<![\d.,])(?:\d[ -]?){15}\d(?![.,]?\d)")
_NIK_SCIENTIFIC = re.compile(r"(?<![\d.,])([1-9])[.,](\d{3,14})[eE]\+?15(?!\d)")
_PHONE = re.compile(r"(?<![\d.,/])(?:\+62[\s.-]?|0)8[1-9]\d(?:[\s.-]?\d){6,10}(?!\d)")
# Possessive and never begun in the middle: a cell of 100,000 letters would take minutes otherwise.
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")

_WORTH_A_LOOK = r"(^|[^\d.,])(\d[ -]?){15}\d|(^|[^\d.,/])(\+62[\s.-]?|0)8[1-9]|@|[eE]\+?15"
"""The same patterns, looser, for Arrow's engine: weeds out long decimal fractions before Python looks."""

_SHORTEST = 6
"""Characters of the shortest personal datum, an e-mail address like `a@b.id`."""
_MIN_DIGITS = 10
"""Digits of the shortest mobile number."""
_SLICE = 1 << 18
"""Cells looked at together."""
_SAMPLE = 10_000
"""Cells from which it is judged whether a column repeats itself."""


def _is_nik(digits: str) -> bool:
    """Region and date are possible; a destroyed number (last digits 0) passes too."""
    day, month = int(digits[6:8]), int(digits[8:10])
    possible_date = (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12
    return possible_date and int(digits[:2]) in PROVINCES and digits[2:4] != "00" and digits[4:6] != "00"


def _is_scientific_nik(lead: str, decimals: str) -> bool:
    """Only as many digits as Excel left can be tested."""
    digits = lead + decimals
    return int((digits + "0")[:2]) in PROVINCES and (len(digits) < 4 or digits[2:4] != "00")


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of each personal datum, one kind after the other."""
    for match in _NIK_LIKE.finditer(text):
        digits = match[0] if len(match[0]) == 16 else re.sub(r"\D", "", match[0])
        if _is_nik(digits):
            yield match.start(), match.end(), NIK
    for match in _NIK_SCIENTIFIC.finditer(text):
        if _is_scientific_nik(match[1], match[2]):
            yield match.start(), match.end(), NIK
    for pattern, kind in ((_PHONE, PHONE), (_EMAIL, EMAIL)):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), kind


def holds_any(text: str) -> bool:
    """Whether there is any personal datum in the text."""
    return next(_found(text), None) is not None


def kinds(text: str) -> tuple[str, ...]:
    """Which kinds of personal data a text holds, each once: `("NIK/KK", "nomor telepon")`; empty when none."""
    return tuple(dict.fromkeys(kind for _, _, kind in _found(text)))


def mask(value: str) -> str:
    """First four characters and the last one; of short values only the first."""
    kept = 4 if len(value) > 8 else 1
    return f"{value[:kept]}{'•' * min(max(len(value) - kept - 1, 3), 12)}{value[-1:]}"


def mask_text(text: str) -> str:
    """The text with every personal datum in it masked; the rest, and a text without any, as it is."""
    for start, end, _ in sorted(_found(text), reverse=True):
        text = text[:start] + mask(text[start:end]) + text[end:]
    return text


# ── over whole columns ───────────────────────────────────────────────────────────────────────────────────────────────


def suspects(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Distinct texts of a column that could hold personal data by length, digits and signs alone.

    Works on the column's bytes, so a million numbers or codes cost milliseconds; only what it returns is worth a
    regular expression.
    """
    found: list[pa.Array] = []
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    for part in [part for chunk in chunks for part in _parts(chunk)]:
        distinct = _without_repeats(part)
        if len(distinct) and (worth := _suspect_mask(distinct)) is not None:
            some = distinct.filter(pa.array(worth)).cast(pa.string())
            found.append(some.filter(pc.match_substring_regex(some, _WORTH_A_LOOK)))
    if not found:
        return pa.array([], pa.string())
    return pa.chunked_array(found).unique()


def _parts(texts: pa.Array) -> list[pa.Array]:
    """Many texts in slices; of codes the different texts that occur."""
    if pa.types.is_dictionary(texts.type):
        return [texts.dictionary.take(texts.indices.unique().drop_null())]
    return [texts.slice(at, _SLICE) for at in range(0, len(texts), _SLICE)]


def _without_repeats(texts: pa.Array) -> pa.Array:
    """Distinct texts where a sample says that there are few; else all texts, which costs less than sorting them out."""
    sample = texts.slice(0, _SAMPLE)
    few = len(texts) > _SAMPLE and len(sample.unique()) < _SAMPLE // 10
    return texts.unique() if few else texts


def _suspect_mask(texts: pa.Array) -> np.ndarray | None:
    """Per text whether it is worth a look; None when none is."""
    texts = pa.concat_arrays([texts.cast(pa.large_string())])
    lengths = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
    if lengths.max(initial=0) < _SHORTEST:
        return None
    content = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
    result = np.zeros(len(texts), dtype=bool)
    for sign, part in ((b"@", "@"), (b"+", "+15")):
        if (content == sign[0]).any():
            result |= _matches(texts, part)
    where = np.flatnonzero(lengths >= _MIN_DIGITS)
    if len(where):
        long = texts if len(where) == len(texts) else texts.take(pa.array(where))
        result[where] |= _digits(long) >= _MIN_DIGITS
    return result if result.any() else None


def _matches(texts: pa.Array, part: str) -> np.ndarray:
    found: np.ndarray = pc.fill_null(pc.match_substring(texts, part), False).to_numpy(zero_copy_only=False)
    return found


def _digits(texts: pa.Array) -> np.ndarray:
    """How many decimal digits each text has, from one pass over the column's bytes."""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[: len(texts) + 1]
    content = np.frombuffer(texts.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    counts = np.zeros(len(content) + 1, dtype=np.int32 if len(content) < 2**31 else np.int64)
    np.cumsum((content - np.uint8(48)) < 10, out=counts[1:])
    starts = offsets - offsets[0]
    digits: np.ndarray = counts[starts[1:]] - counts[starts[:-1]]
    return digits
