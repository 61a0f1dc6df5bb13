"""A web service's answer as it lies in the archive: all pages as received, in one zip whose bytes depend only on them.

Its first member says what the others are. No time, no key and no address of a single page is in it, so the same data
have the same sha256.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.extract import bps
from etl.extract.cells import column
from etl.extract.encoding import as_utf8
from etl.extract.json_file import parse_json
from etl.extract.package import MAX_PARTS, Package, damaged, open_package
from etl.extract.problems import refused
from etl.extract.records import json_sheet
from etl.findings import Finding, Owner, Refused
from etl.frames import Sheet
from etl.sources import AnyWebSource, ByteSource

MANIFEST = "satudata-jawaban.json"

JSON, BPS, FILE = "json", "bps", "berkas"
"""What the pages are: records, tables of BPS, or files of any kind that read_sheets reads."""

CKAN_RECORDS = "result.records"
CKAN_ROW = "_id"
"""CKAN's own row number: a new one with every upload of the same data."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip can write: no page has a time of its own."""


@dataclass(frozen=True)
class Manifest:
    """jenis: the source's kind. alamat: without keys. etag, last_modified: as the service sent them, for one page."""

    jenis: str
    alamat: str
    isi: str
    etag: str = ""
    last_modified: str = ""
    halaman: tuple[str, ...] = ()
    """Media types of the pages, in order."""


def page_name(number: int, isi: str) -> str:
    """`0001.json`."""
    return f"{number:04d}.{'bin' if isi == FILE else 'json'}"


def write_bundle(target: Path, manifest: Manifest, pages: Sequence[Path]) -> None:
    """Writes manifest and pages, in order, as one zip."""
    told = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    with zipfile.ZipFile(target, "w") as bundle:
        bundle.writestr(_member(MANIFEST, len(told)), told)
        for number, page in enumerate(pages, start=1):
            member = _member(page_name(number, manifest.isi), page.stat().st_size)
            with page.open("rb") as source, bundle.open(member, "w") as out:
                shutil.copyfileobj(source, out, 1 << 20)


def _member(name: str, size: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _LONG_AGO)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    member.create_system = 3
    member.file_size = size
    return member


def is_bundle(path: Path) -> bool:
    """Whether a file is such an answer: told by its first member."""
    begin = 30  # of the first member's name, in every zip
    with path.open("rb") as file:
        head = file.read(begin + len(MANIFEST))
    return head.startswith(b"PK\3\4") and head[begin:] == MANIFEST.encode()


def read_manifest(path: Path, name: str) -> Manifest:
    """Raises Refused when the bundle is damaged."""
    return _manifest(open_package(path, name))


def read_bundle(path: Path, name: str, wanted: Sequence[str] | None, how: ByteSource) -> list[Sheet]:
    """The tables of an answer: one sheet of all records, or the sheets of the one file that was sent.

    name, wanted, how: as for read_sheets. Raises Refused.
    """
    package = open_package(path, name)
    manifest = _manifest(package)
    pages = [page_name(number, manifest.isi) for number in range(1, len(manifest.halaman) + 1)]
    if not pages or not all(map(package.has, pages)):
        raise damaged(name, "halaman jawaban layanan tidak lengkap")
    if manifest.isi == FILE:
        return _files(package, pages, wanted, how)
    documents = _Documents(package, pages)
    if manifest.isi == BPS:
        sheet = bps.sheet_of(documents, name)
    else:
        of_ckan = manifest.jenis == "ckan"
        sheet = json_sheet(documents, CKAN_RECORDS if of_ckan else how.records, name)
        sheet = _without(sheet, CKAN_ROW) if of_ckan else sheet
    facts = (*sheet.facts, ("halaman", str(len(pages))))
    return [replace(sheet, facts=facts, notes=(*sheet.notes, *documents.notes))]


@dataclass
class _Documents:
    """The JSON of each page, parsed when its turn comes. notes: on their encoding, once they were read."""

    package: Package
    pages: Sequence[str]
    notes: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Any]:
        for page in self.pages:
            text = as_utf8(self.package.read(page), self.package.name, None)
            self.notes += tuple(note for note in text.notes if note not in self.notes)
            yield parse_json(text.decoded(), self.package.name)


def _manifest(package: Package) -> Manifest:
    if not package.has(MANIFEST) or len(package.parts) > MAX_PARTS:
        raise damaged(package.name, f"{MANIFEST} tidak ada di dalamnya")
    told = parse_json(package.read(MANIFEST), package.name)
    try:
        return Manifest(**{**told, "halaman": tuple(map(str, told["halaman"]))})
    except (TypeError, KeyError):
        raise damaged(package.name, f"{MANIFEST} bukan buatan Satu Data") from None


def _files(package: Package, pages: Sequence[str], wanted: Sequence[str] | None, how: ByteSource) -> list[Sheet]:
    from etl.extract.read import read_sheets  # which reads bundles, too

    found = []
    with tempfile.TemporaryDirectory(prefix="satudata-jawaban-") as folder:
        for page in pages:
            unpacked = Path(folder, page)
            with unpacked.open("wb") as out:
                for piece in package.stream(page):
                    out.write(piece)
            if unpacked.stat().st_size and is_bundle(unpacked):
                raise damaged(package.name, "jawaban di dalam jawaban")
            found.append(read_sheets(unpacked, package.name, wanted=wanted, how=how))
            unpacked.unlink()
    return found[0] if len(found) == 1 else [_joined([sheets[0] for sheets in found], package.name)]


def _joined(sheets: Sequence[Sheet], name: str) -> Sheet:
    """Tables of several pages as one: the header once. Raises Refused when a page has another."""
    headers = [[text[0].as_py() for text in sheet.text] for sheet in sheets]
    for number, header in enumerate(headers[1:], start=2):
        if header != headers[0]:
            raise refused(
                "halaman_berbeda_kepala",
                f"Kolom halaman {number} dari jawaban layanan berbeda dengan halaman 1.",
                "Layanan berubah di tengah pengambilan, atau halaman itu bukan bagian tabel yang sama.",
                "Ambil ulang; bila tetap berbeda, minta layanan itu sebagai JSON.",
                file=name,
                value=", ".join(map(str, header)),
                owner=Owner.DISKOMINFO,
            )
    text: list[pa.ChunkedArray] = []
    number_cells: list[pa.ChunkedArray | None] = []
    for no, header in enumerate(headers[0]):
        rest = [chunk for sheet in sheets for chunk in _plain(sheet.text[no]).slice(1).chunks]
        text.append(pa.chunked_array([column([header or ""])[0], *rest], pa.string()))
        of_pages = [(sheet.number[no], sheet.n_rows - 1) for sheet in sheets]
        if all(numbers is None for numbers, _ in of_pages):
            number_cells.append(None)
            continue
        parts = [pa.nulls(1, pa.float64())]
        for numbers, rows in of_pages:
            parts += [pa.nulls(rows, pa.float64())] if numbers is None else _plain(numbers).slice(1).chunks
        number_cells.append(pa.chunked_array(parts, pa.float64()))
    notes = tuple(dict.fromkeys(note for sheet in sheets for note in sheet.notes))
    facts = (*sheets[0].facts, ("halaman", str(len(sheets))))
    return replace(sheets[0], text=tuple(text), number=tuple(number_cells), notes=notes, facts=facts)


def _plain(values: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in one form of all: in chunks, its texts not as codes."""
    chunked = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    return chunked.cast(pa.string()) if pa.types.is_dictionary(chunked.type) else chunked


def _without(sheet: Sheet, header: str) -> Sheet:
    kept = [no for no, text in enumerate(sheet.text) if text[0].as_py() != header]
    return replace(sheet, text=tuple(sheet.text[no] for no in kept), number=tuple(sheet.number[no] for no in kept))


def same_records(old: Path, new: Path, source: AnyWebSource) -> bool:
    """Whether two answers hold the same tables, although a time stamp or a mark in them made their bytes differ."""
    if not (is_bundle(old) and is_bundle(new)):
        return False
    try:
        before, now = (read_bundle(path, "", ("*",), source) for path in (old, new))
    except Refused:
        return False
    return len(before) == len(now) and all(map(_same, before, now))


def _same(one: Sheet, other: Sheet) -> bool:
    if (one.name, one.hidden, one.n_columns) != (other.name, other.hidden, other.n_columns):
        return False
    for column_of in (one.text, other.text), (one.number, other.number):
        for here, there in zip(*column_of, strict=True):
            if (here is None) != (there is None):
                return False
            if here is not None and not _plain(here).equals(_plain(there)):
                return False
    return True
