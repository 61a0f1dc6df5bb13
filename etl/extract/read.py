"""Bytes to sheets. What a file is, its first bytes say: its name only says what someone thought it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from etl.extract.problems import refused, shown
from etl.findings import Refused
from etl.frames import Sheet
from etl.sources import ByteSource

AS_FOUND = ByteSource()
"""Nothing is stated: all of it is found by rule."""

HEAD = 4096
"""Bytes that tell what a file is."""

FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "gambar PNG",
    b"\xff\xd8\xff": "gambar JPEG",
    b"Rar!": "arsip RAR",
    b"7z\xbc\xaf": "arsip 7z",
    b"\x1f\x8b": "arsip gzip",
    b"{\\rtf": "dokumen RTF",
}
"""First bytes of files that agencies send by mistake."""

_LOCK_SIZES = (162, 165)
"""Office's owner file: a length byte, the user's name in both alphabets, nothing else."""

_EXCEL_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_OFFICE_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml", "word/document.xml", "ppt/presentation.xml")

_BEFORE_ROOT = re.compile(r"(?s)\s*(<!--.*?-->|<\?.*?\?>)")
_HTML = re.compile(
    r"(?i)<(!doctype\s+html|html|head|body|meta|title|style|script|link|table|thead|tbody|tr|td|div|span|br|center"
    r"|font|form|input|hr|img|ul|h[1-6])\b"
)
_XHTML = re.compile(r"(?i)<(!doctype\s+html|html)\b")
_TABLE = re.compile(r"(?i)<table\b.*<t[rdh]\b", re.DOTALL)
_PAGE_ENDINGS = (*_EXCEL_ENDINGS, ".htm", ".html")
_XML = re.compile(r"(?i)<[?!a-z_]")


def read_sheets(
    path: Path,
    name: str,
    *,
    wanted: Sequence[str] | None = None,
    how: ByteSource = AS_FOUND,
) -> list[Sheet]:
    """The wanted sheets of a file as received.

    name: the file's original name, for findings. wanted: patterns of sheet names (`*`, letter case ignored); None: the
    first visible sheet. how: what the contract states of the bytes; the rest is found by rule. A file that has only
    one table (delimited, JSON, XML, Parquet, an HTML page with one) is that sheet whatever is wanted. Raises Refused
    with what is wrong and what to do.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    _refuse_no_table(head, path.stat().st_size, name)
    if head.startswith(b"PK"):
        return _read_package(path, name, wanted, how)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        from etl.extract.workbook import read_ole

        return read_ole(path, name, wanted)
    if head.startswith(b"PAR1"):
        from etl.extract.parquet import read_parquet

        return [read_parquet(path, name)]
    return _read_text(path, head, name, wanted, how)


def _read_package(path: Path, name: str, wanted: Sequence[str] | None, how: ByteSource) -> list[Sheet]:
    """A zip: a workbook, answers of a web service as we archive them, or one file that somebody compressed."""
    from etl.extract.package import open_package

    package = open_package(path, name)
    if any(map(package.has, _OFFICE_PARTS)):
        from etl.extract.workbook import read_package

        return read_package(package, wanted)
    from etl.extract.answers import is_bundle, read_bundle
    from etl.extract.zipped import nested, unzipped

    if is_bundle(path):
        return read_bundle(path, name, wanted, how)
    with unzipped(package, how.member) as (inner, member):
        with inner.open("rb") as file:
            if file.read(2) == b"PK" and not any(map(open_package(inner, name).has, _OFFICE_PARTS)):
                raise nested(name)
        sheets = read_sheets(inner, f"{name}/{member}", wanted=wanted, how=how)
    return [replace(sheet, facts=(("di dalam zip", shown(member)), *sheet.facts)) for sheet in sheets]


def _read_text(path: Path, head: bytes, name: str, wanted: Sequence[str] | None, how: ByteSource) -> list[Sheet]:
    """Markup and JSON read as delimited text without any complaint, so they are told by how they begin."""
    start = _as_text(head).lstrip("\ufeff \t\r\n")
    root = start
    while before := _BEFORE_ROOT.match(root):
        root = root[before.end() :].lstrip()
    titled = _TABLE.search(start) is not None and name.lower().endswith(_PAGE_ENDINGS)
    if (_XHTML if start.startswith("<?xml") else _HTML).match(root) or titled:
        from etl.extract.markup import read_html

        return read_html(path, name, wanted, how.encoding)
    if _XML.match(start):
        from etl.extract.xml_file import read_xml

        return read_xml(path, name, wanted, how.encoding, how.records)
    from etl.extract.json_file import looks_like_json, read_json

    if looks_like_json(start):
        return [read_json(path, name, how.encoding, how.records)]
    if b"\0" in head and start.startswith("\0") and name.lower().endswith(_EXCEL_ENDINGS):
        from etl.extract.package import damaged

        raise damaged(name, "awal berkasnya bukan awal buku kerja Excel")
    from etl.extract.delimited import read_delimited

    return [read_delimited(path, name, how.encoding, how.delimiter)]


def _as_text(head: bytes) -> str:
    from etl.extract.encoding import utf16_by_nuls

    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode(utf16_by_nuls(head) or "utf-8", "replace")


def _refuse_no_table(head: bytes, size: int, name: str) -> None:
    if size == 0:
        raise refused(
            "berkas_kosong",
            "Berkas ini kosong: 0 byte.",
            "Penyimpanan atau penyalinannya terputus, atau cakram penuh ketika berkas disimpan.",
            "Simpan ulang dari Excel, pastikan ukurannya tidak 0, lalu salin kembali.",
            file=name,
        )
    owner_file = size in _LOCK_SIZES and 0 < head[0] <= 54 and head[1 : 1 + head[0]].isascii() and b"\0" in head
    if owner_file or (PurePosixPath(name).name.startswith("~$") and not head.startswith(b"PK")):
        raise refused(
            "berkas_kunci_office",
            "Ini berkas kunci sementara buatan Office (~$…), bukan datanya.",
            "Buku kerja sedang dibuka di Excel ketika folder disalin.",
            "Tutup Excel, hapus berkas berawalan ~$, lalu salin buku kerja aslinya.",
            file=name,
        )
    for first, kind in FOREIGN.items():
        if head.startswith(first):
            raise _not_a_sheet(name, kind)


def _not_a_sheet(name: str, kind: str) -> Refused:
    ending = PurePosixPath(name).suffix
    return refused(
        "bukan_lembar_kerja",
        f"Isinya {kind}, bukan tabel Excel atau CSV{f', walau namanya berakhiran {ending}' if ending else ''}.",
        "Berkas lain tersimpan dengan nama berakhiran Excel/CSV, atau berkas yang salah tersalin.",
        "Buka berkas itu, salin tabelnya ke Excel, simpan sebagai Excel Workbook (.xlsx), lalu ganti berkas ini.",
        file=name,
    )
