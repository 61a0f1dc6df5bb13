"""Columns of a query's result. A column's form in the archive depends on its values alone, not on how they came.

Whether a value arrived as a Python object of the ordinary driver, as Arrow from a fast one, or out of the last archived
result, the same values give the same Arrow type, the same texts and so the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.extract.cells import numbers_to_text, plain

BULAT, DESIMAL, PECAHAN = "bilangan bulat", "bilangan desimal", "bilangan pecahan"
TEKS, TANGGAL, WAKTU, JAM = "teks", "tanggal", "tanggal dan jam", "jam"
YA_TIDAK, BINER, LAIN = "ya/tidak", "biner", "lainnya"

KINDS: dict[type, str] = {
    int: BULAT,
    Decimal: DESIMAL,
    float: PECAHAN,
    str: TEKS,
    dt.date: TANGGAL,
    dt.datetime: WAKTU,
    dt.time: JAM,
    dt.timedelta: JAM,
    bool: YA_TIDAK,
    bytes: BINER,
    bytearray: BINER,
    memoryview: BINER,
}
"""What a driver's Python type is called, for findings and beside the column in the archive."""

_EXACT_IN_FLOAT = 1 << 53


class Column:
    """Values of one column, batch by batch; null is empty.

    kinds: what its values are (KINDS); none while all are null. Its type in the archive is what all values have in
    common: whole numbers int64, exact decimals the narrowest decimal128 (int64 when none has a fraction), floats
    float64, everything else, mixtures and what no type holds text: dates ISO, truth TRUE/FALSE, bytes hexadecimal.
    """

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.batches: list[pa.Array] = []

    def add(self, values: Sequence[Any]) -> None:
        """Python objects of a driver."""
        kinds = set(map(type, values)) - {type(None)}
        self.kinds |= {KINDS.get(kind, LAIN) for kind in kinds}
        if kinds <= {str}:
            self.batches.append(pa.array(values, pa.string()))
        elif kinds == {int} and all(value is None or -(1 << 63) <= value < 1 << 63 for value in values):
            self.batches.append(pa.array(values, pa.int64()))
        elif kinds == {float}:
            self.batches.append(pa.array(values, pa.float64()))
        else:
            self.batches.append(pa.array([None if value is None else _exact(value) for value in values], pa.string()))

    def extend(self, values: pa.Array | pa.ChunkedArray, kind: str) -> None:
        """An Arrow column whose values are all of one kind: numbers of any type, or the text of that kind."""
        if values.null_count < len(values):
            self.kinds.add(kind)
        for part in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
            self.batches.append(_held(part))

    def finish(self) -> pa.ChunkedArray:
        batches = self.batches
        if self.kinds == {BULAT} and all(part.type == pa.int64() or part.null_count == len(part) for part in batches):
            return pa.chunked_array([part.cast(pa.int64()) for part in batches], pa.int64())
        if PECAHAN in self.kinds and self.kinds <= {BULAT, PECAHAN} and all(map(_fits_float, batches)):
            # Adding nothing turns -0.0 into 0.0, which no agency means to tell apart.
            floats = [pc.add(part.cast(pa.float64()), 0.0) for part in batches]
            return pa.chunked_array(floats, pa.float64())
        if self.kinds == {DESIMAL} and len(types := {part.type for part in batches}) == 1 and _is_decimal(batches[0]):
            return _narrow(pa.chunked_array(batches, types.pop()))
        text = pa.chunked_array([_text(part) for part in batches], pa.string())
        return _exact_number(text) if self.kinds and self.kinds <= {BULAT, DESIMAL} else text


def table(names: Sequence[str], columns: Sequence[Column], facts: dict[str, str]) -> pa.Table:
    """Columns under numbered names (a query may name two alike), name and kind beside each, facts beside them all."""
    fields, arrays = [], []
    for number, (name, column) in enumerate(zip(names, columns, strict=True), start=1):
        values = column.finish()
        about = {"nama": name, "jenis": "+".join(sorted(column.kinds))}
        fields.append(pa.field(f"k{number}", values.type, metadata=about))
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=facts))


def name_of(field: pa.Field) -> str:
    return str((field.metadata or {}).get(b"nama", field.name.encode()).decode())


def kind_of(field: pa.Field) -> str:
    """A kind, several joined by `+`, or nothing for a column without a value."""
    return str((field.metadata or {}).get(b"jenis", b"").decode())


def date_text(dates: pa.Array) -> pa.Array:
    """date32 → ISO."""
    return dates.cast(pa.string())


def time_text(times: pa.Array) -> pa.Array:
    """timestamp[us] without a zone → ISO as `cells.plain` writes it: no time at midnight, no fraction where it is 0."""
    try:
        text = pc.replace_substring(times.cast(pa.timestamp("s")).cast(pa.string()), " ", "T")
    except pa.ArrowInvalid:  # some have a fraction
        text = pc.replace_substring(times.cast(pa.string()), " ", "T")
        text = pc.if_else(pc.ends_with(text, ".000000"), pc.utf8_slice_codeunits(text, 0, 19), text)
    days = times.cast(pa.date32(), safe=False)
    return pc.if_else(pc.equal(days.cast(times.type), times), days.cast(pa.string()), text)


def decimal_text(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Decimals in plain notation: Arrow writes small ones, and a 0 of scale 7, as 1E-7 and 0E-7."""
    text = values.cast(pa.string())
    text = pc.if_else(pc.starts_with(text, "0E"), "0", text)
    odd = pc.fill_null(pc.match_substring(text, "E"), False)
    if pc.any(odd).as_py():
        text = pc.replace_with_mask(
            text, odd, pa.array([f"{v:f}" for v in values.filter(odd).to_pylist()], pa.string())
        )
    return text


def _held(part: pa.Array) -> pa.Array:
    """One of the types that batches have: int64, float64, decimal or string."""
    kind = part.type
    if pa.types.is_integer(kind):
        try:
            return part.cast(pa.int64())
        except pa.ArrowInvalid:  # beyond int64
            return part.cast(pa.string())
    if pa.types.is_float32(kind):
        # The shortest text of a single-precision value is what the server itself would have written.
        return part.cast(pa.string()).cast(pa.float64())
    return part if kind == pa.float64() or _is_decimal(part) else part.cast(pa.string())


def _is_decimal(part: pa.Array) -> bool:
    return bool(pa.types.is_decimal(part.type))


def _text(part: pa.Array) -> pa.Array:
    if _is_decimal(part):
        return decimal_text(part)
    return numbers_to_text(part) if part.type == pa.float64() else part.cast(pa.string())


def _exact(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case bytes() | memoryview() | bytearray():
            return bytes(value).hex()
        case _:
            return plain(value)


def _fits_float(part: pa.Array) -> bool:
    """Whether float64 tells all values apart."""
    if part.type != pa.int64():
        return bool(part.type == pa.float64() or part.null_count == len(part) or _small_numbers(part))
    ends = pc.min_max(part).as_py()
    return ends["max"] is None or (ends["max"] <= _EXACT_IN_FLOAT and ends["min"] >= -_EXACT_IN_FLOAT)


def _small_numbers(text: pa.Array) -> bool:
    """A batch in which whole numbers and floats are mixed was kept as text."""
    digits = pc.max(pc.utf8_length(pc.replace_substring_regex(text, r"\..*|^-", ""))).as_py()
    return bool((digits or 0) <= 15)


def _exact_number(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """int64 where no value has a fraction and all fit, else the narrowest decimal128, else the text as it is."""
    dot = pc.find_substring(text, ".")
    scale = pc.max(pc.if_else(pc.less(dot, 0), 0, pc.subtract(pc.subtract(pc.utf8_length(text), dot), 1))).as_py()
    try:
        values = text.cast(pa.decimal128(38, min(scale or 0, 38)))
    except pa.ArrowInvalid:  # more than 38 digits, or PostgreSQL's NaN and Infinity
        return text
    return _narrow(values)


def _narrow(values: pa.ChunkedArray) -> pa.ChunkedArray:
    for narrower in range(values.type.scale):
        try:
            values = values.cast(pa.decimal128(38, narrower))
        except pa.ArrowInvalid:
            continue
        break
    if values.type.scale == 0:
        try:
            return values.cast(pa.int64())
        except pa.ArrowInvalid:
            pass
    ends = pc.min_max(values).as_py()
    digits = max(len(end.as_tuple().digits) for end in ends.values())
    return values.cast(pa.decimal128(max(digits, values.type.scale, 1), values.type.scale))
