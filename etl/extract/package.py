"""A workbook as the zip package it is, examined before any reader trusts it.

A package states its own sizes, and a hostile one lies; what is unpacked here is therefore counted as it comes out.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from etl.extract.problems import dotted, refused
from etl.findings import Refused

MAX_UNPACKED = 1_500_000_000
"""Bytes of all parts together: a sheet of 1,048,576 rows and 20 columns has about 1 GB of XML."""

MAX_RATIO = 250
"""Unpacked to packed, above which a part is a bomb: sheets of repeated cells reach 60, deflate's limit is 1032."""

RATIO_MATTERS_FROM = 50_000_000
"""Unpacked bytes below which any ratio is harmless."""

MAX_PARTS = 10_000
"""Entries: the largest real workbooks (a thousand sheets with drawings) have a few thousand."""

PIECE = 1 << 17
"""Packed bytes inflated at a time: about a megabyte of XML, which the processor's cache holds while it is scanned."""

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")


@dataclass(frozen=True)
class Package:
    """Central directory of a zip file, its sizes checked. Part names are compared without case and with `/`."""

    path: Path
    name: str
    parts: dict[str, zipfile.ZipInfo]

    def has(self, part: str) -> bool:
        return part.lower() in self.parts

    def stream(self, part: str) -> Iterator[bytes]:
        """The unpacked bytes of a part, piece by piece. Raises Refused when it is damaged or larger than it states."""
        info = self.parts.get(part.lower())
        if info is None:
            raise damaged(self.name, f"bagian {part} tidak ada di dalamnya")
        seen, check = 0, 0
        try:
            for piece in _inflate(self.path, info):
                seen += len(piece)
                check = zlib.crc32(piece, check)
                if seen > info.file_size:
                    raise damaged(self.name, f"bagian {part} lebih besar daripada ukuran yang tercatat di dalam berkas")
                yield piece
        except (zlib.error, EOFError, struct.error) as error:
            raise damaged(self.name, f"bagian {part} tidak dapat dibuka") from error
        if seen != info.file_size or check != info.CRC:
            raise damaged(self.name, f"isi bagian {part} tidak utuh")

    def read(self, part: str) -> bytes:
        return b"".join(self.stream(part))

    def prove(self, part: str) -> None:
        """Unpacks a part for nothing but to know that it is as large as it states."""
        for _ in self.stream(part):
            pass


def open_package(path: Path, name: str) -> Package:
    """The package's directory. Raises Refused when it is damaged, encrypted or would unpack to too much."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise damaged(name, "daftar isinya terpotong atau rusak") from error
    if len(entries) > MAX_PARTS:
        raise bomb(name, f"berkas berisi {dotted(len(entries))} bagian")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED:
        raise bomb(name, f"isinya mengembang menjadi {total / 1e9:.1f} GB")
    for entry in entries:
        if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise bomb(
                name, f"bagian {entry.filename} mengembang {entry.file_size // max(entry.compress_size, 1)} kali"
            )
        if entry.flag_bits & 1:
            raise locked(name)
    parts = {entry.filename.replace("\\", "/").lower(): entry for entry in entries}
    if len(parts) < len(entries):  # readers differ in which of the two they take: what is examined must be what is read
        raise damaged(name, "dua bagian di dalamnya bernama sama")
    return Package(path, name, parts)


def _inflate(path: Path, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """zipfile stops at the stated size without a word; this goes on to where the data end."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        header = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(header[9] + header[10], 1)
        left = info.compress_size
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if info.compress_type == zipfile.ZIP_DEFLATED else None
        if unpacker is None and info.compress_type != zipfile.ZIP_STORED:
            raise zlib.error(f"compression method {info.compress_type}")
        while left and (packed := file.read(min(PIECE, left))):
            left -= len(packed)
            if unpacker is None:
                yield packed
                continue
            while packed:
                yield unpacker.decompress(packed, 16 * PIECE)
                packed = unpacker.unconsumed_tail
        if left or (unpacker is not None and not unpacker.eof):
            raise EOFError(info.filename)


def sheet_parts(package: Package) -> dict[str, str]:
    """Sheet name → its part (`xl/worksheets/sheet1.xml`), from the workbook and its relations."""
    targets = relations(package, "xl/_rels/workbook.xml.rels")
    parts = {}
    for attributes in map(_attributes, _SHEET.findall(package.read("xl/workbook.xml"))):
        relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        if "name" in attributes and relation in targets:
            parts[attributes["name"]] = targets[relation]
    return parts


def relations(package: Package, part: str) -> dict[str, str]:
    """Id → part that it points to, from a part of relations of the workbook."""
    return {
        attributes["Id"]: _absolute(attributes["Target"])
        for attributes in map(_attributes, _RELATION.findall(package.read(part)))
        if "Id" in attributes and "Target" in attributes
    }


def _attributes(text: bytes) -> dict[str, str]:
    return {
        key.decode(): unescape((double or single).decode("utf-8", "replace"))
        for key, double, single in _ATTRIBUTE.findall(text)
    }


def _absolute(target: str) -> str:
    """A relation's target, which is relative to `xl/` unless it begins with `/`."""
    path = PurePosixPath("xl", target.replace("\\", "/"))
    return str(path).lstrip("/")


def parse(parser: expat.XMLParserType, pieces: Iterable[bytes], name: str) -> None:
    """Feeds a parser a part of a package. Raises Refused on XML that is not well formed, and on entities."""

    def entity(*_: object) -> None:
        raise damaged(name, "bagian di dalamnya mendefinisikan entitas, yang tidak ada di dalam buku kerja")

    parser.EntityDeclHandler = entity
    try:
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise damaged(name, f"XML di dalamnya tidak sah pada baris {parser.ErrorLineNumber}") from None


def damaged(name: str, what: str) -> Refused:
    return refused(
        "berkas_rusak",
        f"Berkas ini rusak: {what}.",
        "Penyalinan atau pengunggahannya terputus, atau berkas masih disimpan ketika diambil.",
        "Buka berkas aslinya di Excel, simpan ulang (Save As .xlsx), lalu salin kembali sampai selesai.",
        file=name,
    )


def bomb(name: str, what: str) -> Refused:
    return refused(
        "terlalu_besar",
        f"Berkas ini terlalu besar bila dibuka: {what}.",
        "Lembar berisi jutaan sel kosong berformat, atau berkas ini sengaja dibuat untuk membebani sistem.",
        "Salin hanya tabel datanya ke buku kerja baru, simpan sebagai .xlsx, lalu kirim yang baru itu.",
        file=name,
    )


def locked(name: str) -> Refused:
    return refused(
        "berkas_terkunci_sandi",
        "Berkas ini dilindungi kata sandi sehingga isinya tidak dapat dibaca.",
        "Kata sandi pembuka masih terpasang (di Excel: File > Info > Protect Workbook > Encrypt with Password).",
        "Hapus kata sandinya di aplikasi yang memasangnya, lalu simpan kembali ke folder yang sama.",
        file=name,
    )
