"""Is this file one of our entry workbooks? Told by its hidden sheet, whatever its name, as .xlsx, .xlsm, .xlsb, .ods or
.xls. Most files are none: they are told apart by a look at the list of their sheets, without opening them.
"""

from __future__ import annotations

import mmap
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from etl.entry.mark import Marker, read_mark
from etl.entry.table import MARK
from etl.extract.package import open_package
from etl.findings import Refused

MAX_ROWS, MAX_COLUMNS = 5_000, 20
"""Of the hidden sheet: what is larger was not written by us."""
_NAME = MARK.encode()
_SHEET_LISTS = {"xl/workbook.xml": _NAME, "content.xml": _NAME, "xl/workbook.bin": MARK.encode("utf-16-le")}
"""Part that names the sheets, and how it writes our sheet's name."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognise(path: Path, name: str) -> Marker | None:
    """What a filled (or empty) entry workbook says of itself; None for any other file, also for a damaged one.

    name: the file's original name. Costs a read of the list of sheets; only a workbook of ours is opened.
    """
    if not _names_our_sheet(path, name):
        return None
    from etl.extract.read import read_sheets

    try:
        (sheet,) = read_sheets(path, name, wanted=[MARK])
    except (Refused, ValueError):
        return None
    if sheet.n_columns > MAX_COLUMNS or sheet.n_rows > MAX_ROWS:
        return None
    columns = [column.to_pylist() for column in sheet.text]
    return read_mark([[cell or "" for cell in row] for row in zip(*columns, strict=True)])


def _names_our_sheet(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        head = file.read(len(_OLE))
    if head.startswith(b"PK"):
        return _in_package(path, name)
    return head == _OLE and _in_ole(path)


def _in_package(path: Path, name: str) -> bool:
    try:
        package = open_package(path, name)
        part = next((part for part in _SHEET_LISTS if package.has(part)), None)
        return part is not None and _holds(package.stream(part), _SHEET_LISTS[part])
    except (Refused, OSError, zipfile.BadZipFile, zlib.error):
        return False


def _holds(pieces: Iterator[bytes], wanted: bytes) -> bool:
    """Whether the bytes occur, also across two pieces."""
    rest = b""
    for piece in pieces:
        if wanted in rest + piece:
            return True
        rest = piece[-len(wanted) :]
    return False


def _in_ole(path: Path) -> bool:
    """An old workbook writes a sheet's name in one byte a letter, or in two."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_NAME) >= 0 or content.find(MARK.encode("utf-16-le")) >= 0
