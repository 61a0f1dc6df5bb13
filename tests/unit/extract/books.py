"""Builders of workbooks, whole and broken, for the tests of the readers."""

import io
import zipfile
from pathlib import Path

import xlsxwriter

SHEET1 = "xl/worksheets/sheet1.xml"


def book(path: Path, **sheets: list[list[object]]) -> Path:
    """A workbook with these sheets, rows from A1."""
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def with_part(path: Path, part: str, change) -> Path:
    """The same package with one part's bytes changed (or a new one, from b"")."""
    with zipfile.ZipFile(path) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return path


def sheet_xml(rows: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )


def raw_sheet(path: Path, rows: bytes) -> Path:
    """A workbook whose only sheet has these rows as written."""
    return with_part(book(path, Data=[["x"]]), SHEET1, lambda _: sheet_xml(rows))


def ole_container(*streams: str) -> bytes:
    """The beginning of an OLE file with these streams in its directory: enough to be told apart."""
    entries = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") + bytes([len(name) * 2 + 2]).ljust(64, b"\0")
        for name in ("Root Entry", *streams)
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries.ljust(2048, b"\0")


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()
