"""Binary workbooks (.xlsb), examined before calamine allocates all cells between the first and the last."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from etl.extract.package import Package, damaged, relations
from etl.extract.scan import Scan

MAX_RECORD = 1_000_000
"""Bytes of one record: the longest text has 65,534."""

_ROW, _BLANK, _SHARED_CELL, _LAST_CELL, _SHARED_TEXT, _COLUMNS, _SHEET = 0, 1, 7, 11, 19, 60, 156
_U32 = struct.Struct("<I")


def xlsb_parts(package: Package) -> dict[str, str]:
    """Sheet name → its part (`xl/worksheets/sheet1.bin`)."""
    targets = relations(package, "xl/_rels/workbook.bin.rels")
    parts = {}
    for kind, record in _records(package.stream("xl/workbook.bin"), package.name):
        if kind == _SHEET:
            relation, after = _text(record, 8)
            name, _ = _text(record, after)
            if relation in targets:
                parts[name] = targets[relation]
    return parts


def xlsb_shared_lengths(package: Package) -> list[int]:
    """Bytes of each text that cells share."""
    if not package.has("xl/sharedStrings.bin"):
        return []
    records = _records(package.stream("xl/sharedStrings.bin"), package.name)
    return [len(record) for kind, record in records if kind == _SHARED_TEXT]


def xlsb_scan(pieces: Iterable[bytes], name: str, shared: list[int]) -> tuple[Scan, int]:
    """Up to which row and column a sheet is filled and what it hides; bytes of the shared texts that its cells show.

    shared: bytes of each shared text. Raises Refused on what is no sheet.
    """
    result, row, shown = Scan(), 0, 0
    try:
        for kind, record in _records(pieces, name):
            if kind == _ROW:
                row = _U32.unpack_from(record)[0] + 1
                if record[11] & 0x10:
                    result.hidden_rows.append((row, row))
            elif _BLANK < kind <= _LAST_CELL:
                result.rows = max(result.rows, row)
                result.columns = max(result.columns, _U32.unpack_from(record)[0] + 1)
                if kind == _SHARED_CELL:
                    shown += shared[_U32.unpack_from(record, 8)[0]]
            elif kind == _COLUMNS and record[16] & 1:
                result.hidden_columns.append((_U32.unpack_from(record)[0] + 1, _U32.unpack_from(record, 4)[0] + 1))
    except (struct.error, IndexError):
        raise damaged(name, "susunan lembarnya tidak sah") from None
    return result, shown


def _text(record: bytes, at: int) -> tuple[str, int]:
    length = _U32.unpack_from(record, at)[0]
    end = at + 4 + 2 * length
    return record[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(pieces: Iterable[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """(type, content) of every record: both its type and its length are written seven bits to a byte."""
    rest = b""
    for piece in pieces:
        data, at = rest + piece, 0
        while True:
            kind, begin = _varint(data, at, 2)
            size, begin = _varint(data, begin, 4) if begin else (0, 0)
            if size > MAX_RECORD:
                raise damaged(name, "susunan isinya tidak sah")
            if not begin or begin + size > len(data):
                break
            yield kind, data[begin : begin + size]
            at = begin + size
        rest = data[at:]
    if rest:
        raise damaged(name, "isinya berakhir di tengah")


def _varint(data: bytes, at: int, most: int) -> tuple[int, int]:
    """(number, where it ends); ends at 0 when the data end before."""
    number = 0
    for place in range(most):
        if at + place >= len(data):
            return 0, 0
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return number, at + place + 1
    return number, at + most
