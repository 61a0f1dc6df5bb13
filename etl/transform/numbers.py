"""Numbers as Indonesian offices type them → the exact decimal text and a float64.

`1.234,56`, `(1.250)`, `Rp 10.701.893.800,00`, `12,5 %`; `-`, `…` and `n/a` are marks, not numbers. Nothing passes
through a float on its way to the decimal text. A dot that is not followed by groups of three digits is refused, because
`12.5` may be 12,5 or a torn 125: the contract says which sign is decimal. Plain numbers, nearly all of a big file,
never leave Arrow; only what is left over is looked at, once per different text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.transform.text import as_array, distinct, plain, tidy_text

MARKS = ("", "-", "…", "NA")
"""What may stand instead of a number: nothing, nol/tidak ada, belum tersedia, tidak berlaku."""

REASONS = (
    "",
    "bukan angka",
    "letak titik dan koma tidak cocok dengan tulisan angka Indonesia (titik tiap tiga digit, koma untuk desimal)",
    "letak titik dan koma tidak cocok dengan desimal titik yang dinyatakan kontrak",
    "lebih dari 20 digit di depan koma, atau 30 di belakangnya",
    "tak hingga atau bukan bilangan (inf/NaN), biasanya hasil rumus yang gagal",
    "galat rumus Excel, bukan angka",
)
NOT_A_NUMBER, _SEPARATORS_KOMA, _SEPARATORS_TITIK, _TOO_LONG, _INFINITE, _EXCEL_ERROR = range(1, 7)

_MISSING = {
    "": 0,
    "null": 0,
    "none": 0,
    "-": 1,
    "--": 1,
    "...": 2,
    "..": 2,
    "tidak ada data": 2,
    "belum ada data": 2,
    "tidak tersedia": 2,
    "belum tersedia": 2,
    "n/a": 3,
    "na": 3,
    "n.a": 3,
    "n.a.": 3,
}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣", "-") | {"'": "", "`": "", "’": ""})
_INTEGER_DIGITS, _FRACTION_DIGITS = 20, 30
_EXACT = Context(prec=90)
_LONGEST = 200
"""Characters of the longest number anyone types; what is longer is not looked into, a cell may hold 100,000."""
_CURRENCY = re.compile(r"^(?:rp|idr)\.?\s*")
_GRAMMAR = {
    "koma": re.compile(r"(\d+|[1-9]\d{0,2}(?:([. ])\d{3})(?:\2\d{3})*)(?:,(\d+))?"),
    "titik": re.compile(r"(\d+|[1-9]\d{0,2}(?:([, ])\d{3})(?:\2\d{3})*)(?:\.(\d+))?"),
}
_SHORTEST = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")

Decimals = Literal["koma", "titik"]


Read = tuple[str | None, int, int]
"""(exact decimal text, place in MARKS or -1, place in REASONS or 0)."""


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: float64, exact decimal text, mark where there is none; `bad`: reason per row (0 is good)."""

    value: pa.Array
    decimal: pa.Array
    mark: pa.DictionaryArray
    bad: npt.NDArray[np.int8]


@dataclass
class _Work:
    """Under way: decimal text per row, mark and reason per row (0 in `reason` is good, -1 in `mark` is none)."""

    decimal: pa.Array
    mark: npt.NDArray[np.int8]
    reason: npt.NDArray[np.int8]


def parse(
    text: pa.Array | pa.ChunkedArray,
    number: pa.Array | pa.ChunkedArray | None = None,
    *,
    decimal: Decimals = "koma",
    dash: Literal["kosong", "nol"] = "kosong",
    scale: str = "1",
) -> Numbers:
    """Parse a column; `number` holds the number cells of a workbook, which need no rule for separators."""
    text = as_array(text)
    numbers = None if number is None or len(number) == number.null_count else as_array(number)
    if pa.types.is_dictionary(text.type):
        if numbers is None:
            return _parse_codes(text, decimal, dash, scale)
        text = plain(text)
    work = _parse_texts(text, decimal, dash) if numbers is None else _parse_mixed(text, numbers, decimal, dash)
    if Decimal(scale) != 1:
        work.decimal = _scaled(work.decimal, Decimal(scale))
    return Numbers(pc.cast(work.decimal, pa.float64()), work.decimal, _marks(work.mark), work.reason)


def constant(value: str, n_rows: int, *, scale: str = "1") -> Numbers:
    """The same number (decimal text with a point) on every row."""
    once = parse(pa.array([value]), decimal="titik", scale=scale)
    everywhere = pa.array(np.zeros(n_rows, np.int32))
    value, decimal, mark = (one.take(everywhere) for one in (once.value, once.decimal, once.mark))
    return Numbers(value, decimal, mark, np.zeros(n_rows, np.int8))


def words(text: pa.Array | pa.ChunkedArray) -> Numbers:
    """A column of words (`penghambat`): no number, the tidied text stands as the mark; null where there is none."""
    texts, index = distinct(as_array(text))
    tidied = pa.array([tidy_text(one) or None for one in texts], pa.string())
    mark = tidied.take(pa.array(index, mask=index < 0)).dictionary_encode()
    nothing = pa.nulls(len(index), pa.string())
    return Numbers(pc.cast(nothing, pa.float64()), nothing, mark, np.zeros(len(index), np.int8))


def _parse_codes(text: pa.DictionaryArray, decimal: Decimals, dash: Literal["kosong", "nol"], scale: str) -> Numbers:
    """Every different text once, the empty cell last."""
    different = pa.concat_arrays([text.dictionary, pa.nulls(1, pa.string())])
    once = parse(different, decimal=decimal, dash=dash, scale=scale)
    index = text.indices.fill_null(len(text.dictionary)) if text.null_count else text.indices
    place = np.asarray(index)
    return Numbers(once.value.take(index), once.decimal.take(index), once.mark.take(index), once.bad[place])


def _marks(mark: npt.NDArray[np.int8]) -> pa.DictionaryArray:
    places = pa.array(mark.astype(np.int32), mask=mark < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(MARKS, pa.string()), safe=False)


def _parse_mixed(text: pa.Array, number: pa.Array, decimal: Decimals, dash: str) -> _Work:
    """Number cells by their shortest form, the others as typed text."""
    typed = np.asarray(number.is_valid())
    if typed.all() or text.null_count == number.null_count:
        return _parse_shortest(text)
    cells = _parse_shortest(text.filter(pa.array(typed)))
    texts = _parse_texts(text.filter(pa.array(~typed)), decimal, dash)
    work = _Work(text, np.full(len(text), -1, np.int8), np.zeros(len(text), np.int8))
    work.decimal = pc.replace_with_mask(text, pa.array(typed), cells.decimal)
    work.decimal = pc.replace_with_mask(work.decimal, pa.array(~typed), texts.decimal)
    for mask, part in ((typed, cells), (~typed, texts)):
        work.mark[mask], work.reason[mask] = part.mark, part.reason
    return work


def _parse_shortest(text: pa.Array) -> _Work:
    return _fast_then_slow(text, ".", None, _read_shortest)


def _parse_texts(text: pa.Array, decimal: Decimals, dash: str) -> _Work:
    point, thousands = (",", ".") if decimal == "koma" else (".", ",")
    return _fast_then_slow(text, point, thousands, lambda value: read_number(value, decimal, dash))


def _fast_then_slow(text: pa.Array, point: str, thousands: str | None, read: Callable[[str], Read]) -> _Work:
    """Plain digits, with at most a sign, a decimal sign and groups of three, stay in Arrow; the rest is read."""
    work = _Work(text, np.full(len(text), -1, np.int8), np.zeros(len(text), np.int8))
    if text.null_count or not only(text, f"0123456789-{point}"):
        plain = pc.fill_null(pc.match_substring_regex(text, f"^[0-9{point}-]+$"), False)
        if thousands:
            grouped = pc.match_substring_regex(text, rf"^-?[1-9]\d{{0,2}}(\{thousands}\d{{3}})+(\{point}\d+)?$")
            if pc.any(grouped).as_py():
                work.decimal = pc.if_else(pc.fill_null(grouped, False), pc.replace_substring(text, thousands, ""), text)
                plain = pc.or_(plain, pc.fill_null(grouped, False))
    else:
        plain = pa.array(np.ones(len(text), bool))
    if point != ".":
        work.decimal = pc.replace_substring(work.decimal, point, ".")
    slow = ~np.asarray(pc.and_(plain, pc.invert(pc.fill_null(_odd(work.decimal), True))))
    if not _castable(work.decimal.filter(pa.array(~slow)) if slow.any() else work.decimal):
        neat = pc.match_substring_regex(work.decimal, r"^-?\d+(?:\.\d+)?$")
        slow |= ~np.asarray(pc.fill_null(neat, False))
    if slow.any():
        _read_rest(work, text, slow, read)
    return work


def only(text: pa.Array, letters: str) -> bool:
    """Whether every byte of the column is one of `letters`."""
    if not len(text) or text.buffers()[2] is None:
        return False
    width = np.int64 if pa.types.is_large_string(text.type) else np.int32
    ends = np.frombuffer(text.buffers()[1], width)
    data = np.frombuffer(text.buffers()[2], np.uint8)[ends[text.offset] : ends[text.offset + len(text)]]
    allowed = np.zeros(256, bool)
    allowed[list(letters.encode())] = True
    return bool(allowed[data].all())


def _odd(text: pa.Array) -> pa.Array:
    """Plain but not canonical: leading zeros, a bare point, minus zero, or so long that digits must be counted."""
    odd = pc.greater(pc.binary_length(text), _INTEGER_DIGITS)
    zero = pc.and_(
        pc.starts_with(text, "0"), pc.and_not(pc.greater(pc.binary_length(text), 1), pc.starts_with(text, "0."))
    )
    for mask in (
        zero,
        pc.starts_with(text, "-0"),
        pc.starts_with(text, "."),
        pc.starts_with(text, "-."),
        pc.ends_with(text, "."),
    ):
        odd = pc.or_(odd, mask)
    return odd


def _castable(text: pa.Array) -> bool:
    try:
        pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _read_rest(work: _Work, text: pa.Array, slow: npt.NDArray[np.bool_], read: Callable[[str], Read]) -> None:
    values, index = distinct(text.filter(pa.array(slow)))
    results = [read(value) for value in values]
    place = np.where(index < 0, len(values), index)
    results.append((None, 0, 0))
    decimals = pa.array([result[0] for result in results], work.decimal.type).take(pa.array(place))
    work.decimal = pc.replace_with_mask(work.decimal, pa.array(slow), decimals)
    work.mark[slow] = np.array([result[1] for result in results], np.int8)[place]
    work.reason[slow] = np.array([result[2] for result in results], np.int8)[place]


def read_number(text: str, decimal: Decimals = "koma", dash: str = "kosong") -> Read:
    """One cell of typed text."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip().casefold()
    if not tidy_text(plain):
        return None, 0, 0
    if len(plain) > _LONGEST:
        return None, -1, NOT_A_NUMBER if re.search("[^\\W\\d_]", plain[:_LONGEST]) else _TOO_LONG
    if plain in _MISSING:
        mark = _MISSING[plain]
        return ("0", -1, 0) if MARKS[mark] == "-" and dash == "nol" else (None, mark, 0)
    if plain in ("inf", "-inf", "infinity", "-infinity", "nan", "∞"):
        return None, -1, _INFINITE
    if plain.startswith("#"):
        return None, -1, _EXCEL_ERROR
    bare, negative = _without_signs(plain)
    match = _GRAMMAR[decimal].fullmatch(bare)
    if match is None:
        only_number_signs = re.fullmatch(r"[\d.,\s]*\d[\d.,\s]*", bare) is not None
        wrong = _SEPARATORS_KOMA if decimal == "koma" else _SEPARATORS_TITIK
        return None, -1, wrong if only_number_signs else NOT_A_NUMBER
    integer = re.sub(r"\D", "", match[1]).lstrip("0") or "0"
    return _finish(integer, match[3] or "", negative)


def _without_signs(text: str) -> tuple[str, bool]:
    """Takes off parentheses (an accountant's minus), sign, `Rp` and `%`."""
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    text = _CURRENCY.sub("", text.removesuffix("%").strip())
    if text.startswith(("-", "+")) and not negative:
        text, negative = text[1:].strip(), text[0] == "-"
    text = _CURRENCY.sub("", text)
    return text.removesuffix(",-").strip(), negative


def _finish(integer: str, fraction: str, negative: bool) -> Read:
    if len(integer) > _INTEGER_DIGITS or len(fraction) > _FRACTION_DIGITS:
        return None, -1, _TOO_LONG
    body = f"{integer}.{fraction}" if fraction else integer
    return ("-" + body if negative and body.strip("0.") else body), -1, 0


def _read_shortest(text: str) -> Read:
    """A number cell: the shortest form of its float, with or without exponent."""
    plain = text.strip().casefold()
    if not _SHORTEST.fullmatch(plain):
        return None, -1, _INFINITE if "inf" in plain or "nan" in plain else NOT_A_NUMBER
    if "e" in plain and abs(int(plain.split("e")[1])) > _INTEGER_DIGITS + _FRACTION_DIGITS:
        return None, -1, _TOO_LONG
    negative = plain.startswith("-")
    integer, _, fraction = format(abs(Decimal(plain)), "f").partition(".")
    return _finish(integer, fraction, negative)


def _scaled(decimals: pa.Array, scale: Decimal) -> pa.Array:
    """Exact product, once per different number; superfluous zeros behind the point go."""
    values, index = distinct(decimals)
    products = [_plain(_EXACT.multiply(Decimal(value), scale)) for value in values]
    return pa.array([*products, None], decimals.type).take(pa.array(np.where(index < 0, len(values), index)))


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
