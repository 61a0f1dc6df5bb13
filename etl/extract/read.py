"""Bytes to sheets. What a file is, its first bytes say: its name only says what someone thought it was."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from etl.extract.problems import refused
from etl.findings import Refused
from etl.frames import Sheet
from etl.sources import ByteSource

AS_FOUND = ByteSource()
"""Nothing is stated: all of it is found by rule."""

HEAD = 4096
"""Bytes that tell what a file is."""

MAX_JSON = 64_000_000
"""Bytes up to which text that begins like JSON is tried as JSON."""

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


def read_sheets(
    path: Path,
    name: str,
    *,
    wanted: Sequence[str] | None = None,
    how: ByteSource = AS_FOUND,
) -> list[Sheet]:
    """The wanted sheets of a file as received.

    name: the file's original name, for findings. wanted: patterns of sheet names (`*`, letter case ignored); None: the
    first visible sheet. how: what the contract states of the bytes; the rest is found by rule. A delimited file and a
    query result are one sheet without a name. Raises Refused with what is wrong and what to do.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    size = path.stat().st_size
    _refuse_no_table(head, size, name)
    if head.startswith(b"PK"):
        from etl.extract.workbook import read_package

        return read_package(path, name, wanted)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        from etl.extract.workbook import read_ole

        return read_ole(path, name, wanted)
    if head.startswith(b"PAR1"):
        from etl.extract.query_result import read_query_result

        return [read_query_result(path, name)]
    _refuse_markup(path, head, size, name)
    from etl.extract.delimited import read_delimited

    return [read_delimited(path, name, how.encoding, how.delimiter)]


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


def _refuse_markup(path: Path, head: bytes, size: int, name: str) -> None:
    """HTML, XML and JSON read as delimited text without any complaint, so they are told by how they begin."""
    start = _as_text(head).lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        lowered = start.lower()
        if re.match(r"<(!doctype html|html|head|body|table|div|meta)\b", lowered):
            raise _not_a_sheet(name, "halaman web (HTML)", _said(start))
        if "urn:schemas-microsoft-com:office:spreadsheet" in lowered:
            raise _not_a_sheet(name, "XML Spreadsheet 2003")
        if re.match(r"<[?!a-z]", lowered):
            raise _not_a_sheet(name, "XML", _said(start))
    elif start[:1] in ("{", "[") and size <= MAX_JSON and _is_json(path):
        raise _not_a_sheet(name, "jawaban API (JSON)", start)
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and name.lower().endswith(_EXCEL_ENDINGS):
        from etl.extract.package import damaged

        raise damaged(name, "awal berkasnya bukan awal buku kerja Excel")


def _as_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def _said(markup: str) -> str:
    """The words within the tags: often an error message of the system that the file was downloaded from."""
    body = re.sub(r"(?is)<(style|script|xml|head)\b.*?(</\1>|$)|<!--.*?(-->|$)", " ", markup)
    return " ".join(re.sub(r"<[^>]*>?", " ", body).split())


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True


def _not_a_sheet(name: str, kind: str, value: str = "") -> Refused:
    ending = PurePosixPath(name).suffix
    return refused(
        "bukan_lembar_kerja",
        f"Isinya {kind}, bukan tabel Excel atau CSV{f', walau namanya berakhiran {ending}' if ending else ''}.",
        "Aplikasi atau situs asalnya menyimpan halaman (atau pesan galat) dengan nama berakhiran Excel/CSV.",
        "Buka berkas itu di Excel, periksa isinya, simpan sebagai Excel Workbook (.xlsx), lalu ganti berkas ini.",
        file=name,
        value=value,
    )
