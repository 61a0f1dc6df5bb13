"""Builders of workbooks, whole and broken, for the tests of the readers."""

import io
import struct
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


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    "{}</office:spreadsheet></office:body></office:document-content>"
)
ODS_TEXT = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'


def ods(path: Path, **sheets: str) -> Path:
    """An OpenDocument spreadsheet whose tables hold these rows as written."""
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    content = ODS.format(tables).encode()
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(zipped(**{"mimetype": kind, "content.xml": content, "META-INF__manifest.xml": manifest}))
    return path


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of a binary workbook: type and length seven bits to a byte."""
    out = bytearray()
    for number in (kind, len(content)):
        while True:
            out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
            number >>= 7
            if not number:
                break
    return bytes(out) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_row(row: int, *cells: tuple[int, object], hidden: bool = False) -> bytes:
    """A row (from 0) of a binary sheet; cells: (column from 0, text, number or bool)."""
    out = record(0, struct.pack("<IIH", row, 0, 300) + bytes([0, 0x10 if hidden else 0, 0]) + b"\0" * 4)
    for column, value in cells:
        place = struct.pack("<II", column, 0)
        if isinstance(value, bool):
            out += record(4, place + bytes([value]))
        elif isinstance(value, float):
            out += record(5, place + struct.pack("<d", value))
        elif value is None:
            out += record(1, place)
        else:
            out += record(6, place + wide(str(value)))
    return out


def xlsb_hidden_columns(first: int, last: int) -> bytes:
    return record(390) + record(60, struct.pack("<IIIIH", first, last, 0, 0, 1)) + record(391)


def xlsb(path: Path, *, columns: bytes = b"", **sheets: bytes) -> Path:
    """A binary workbook of hand-made rows: neither a Python library nor LibreOffice writes one."""
    bundle, relations, parts = b"", "", {}
    for no, (name, rows) in enumerate(sheets.items(), start=1):
        bundle += record(156, struct.pack("<II", 0, no) + wide(f"rId{no}") + wide(name))
        relations += (
            f'<Relationship Id="rId{no}" Target="worksheets/sheet{no}.bin" Type="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships/worksheet"/>'
        )
        head = record(129) + record(148, struct.pack("<4I", 0, 0, 0, 0)) + columns
        parts[f"xl__worksheets__sheet{no}.bin"] = head + record(145) + rows + record(146) + record(130)
    workbook = record(131) + record(143) + bundle + record(144) + record(132)
    schema = "http://schemas.openxmlformats.org/package/2006/relationships"
    rels = f'<?xml version="1.0"?><Relationships xmlns="{schema}">{relations}</Relationships>'.encode()
    parts |= {"xl__workbook.bin": workbook, "xl___rels__workbook.bin.rels": rels, "[Content_Types].xml": b"<T/>"}
    path.write_bytes(zipped(**parts))
    return path
