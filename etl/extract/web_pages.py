"""Pages of one answer as they come: looked at, counted, and compared with those before them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl.extract.answers import FILE, JSON
from etl.extract.encoding import text_of
from etl.extract.json_file import MAX_JSON, looks_like_json, parse_json, read_json
from etl.extract.package import MAX_PARTS
from etl.extract.problems import dotted, listed, note, shown
from etl.extract.records import find_records, locate
from etl.extract.web_client import Page
from etl.extract.web_errors import Told
from etl.extract.web_words import (
    MISSING,
    as_text,
    error_in,
    is_about_access,
    is_html,
    said,
    value_at,
    words,
    xml_error_in,
)
from etl.findings import Finding, Refused, SourceUnavailable

NAMED = 5
"""Keys quoted where records come twice."""

_LINES = ("ndjson", "jsonl", "jsonlines", "json-lines", "json-seq")
_FOR_EXCEL = ("excel", "spreadsheet", "octet-stream", "vnd.ms")
_NO_RECORDS: tuple[Any, ...] = (MISSING, None, "", [], {})

Key = tuple[str, ...]
Document = Any
"""A page of JSON, parsed; MISSING where a page is a file of another kind."""


def examined(page: Page, told: Told, success: dict[str, str]) -> Document:
    """The page's JSON, or MISSING when it is another kind of file.

    Raises SourceUnavailable when it is no data at all: nothing, a web page, an error sent as HTTP 200, or half of it.
    success: as in the contract; when it is stated and holds, it is believed.
    """
    if page.size == 0:
        raise told.nothing("0 byte")
    start = page.head.decode("utf-16" if page.head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    start = start.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        for_excel = page.attached or any(word in page.media for word in _FOR_EXCEL)
        if is_html(start) or "html" in page.media:
            if for_excel:  # a table saved as HTML under the name of a workbook
                return MISSING
            raise told.web_page(words(start))
        if saying := xml_error_in(start):
            raise _error(told, saying)
        if page.media.endswith("json"):  # a warning of PHP before the data, or another error in markup
            raise _error(told, words(start))
        return MISSING
    lines = any(word in page.media for word in _LINES)
    if lines or not (page.media.endswith("json") or looks_like_json(start)):
        return MISSING
    document = _parsed(page, told)
    if document is not MISSING:
        _refuse_errors(document, told, success)
    return document


def _parsed(page: Page, told: Told) -> Document:
    if page.size > MAX_JSON:
        raise told.contract(
            "terlalu_besar",
            f"Satu halaman JSON dari layanan berukuran {page.size // 1_000_000} MB.",
            "Layanan mengirim seluruh datanya sekaligus.",
            "Ambil sebagian-sebagian: `paging` atau `params` (tahun, wilayah) pada kontrak, atau minta sebagai CSV.",
        )
    text = text_of(page.path, told.name, None).decoded()
    try:
        return parse_json(text, told.name)
    except Refused as problem:
        broken = problem
    if _cut_off(text):
        raise told.cut_off("isinya berakhir di tengah")
    try:
        read_json(page.path, told.name, None, None)  # JSON lines, called JSON
    except Refused:
        raise broken from None
    return MISSING


def _cut_off(text: str) -> bool:
    """Whether all that is wrong with a JSON text is that it ends too early."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        pass
    return False


def _refuse_errors(document: Document, told: Told, success: dict[str, str]) -> None:
    if document is None:
        raise told.nothing("null")
    for path, expected in success.items():
        found = value_at(document, path)
        if found is MISSING or as_text(found).strip().lower() != expected.strip().lower():
            stands = "tidak ada" if found is MISSING else as_text(found)
            raise _error(told, said(document) or f"`{path}` {stands}, bukan {expected}")
    if not success and (saying := error_in(document)):
        raise _error(told, saying)


def _error(told: Told, saying: str) -> SourceUnavailable:
    if is_about_access(saying):
        return told.denied("pesan galat sebagai HTTP 200", saying)
    return told.service_error(saying)


@dataclass
class Collected:
    """The pages so far. records: path of the records, once known. count: records on all pages.

    key: fields that name a record; stated: how many records the service says there are, as it says it.
    """

    told: Told
    records: str | None
    key: tuple[str, ...] = ()
    total: str | None = None
    max_pages: int = 1
    success: dict[str, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    count: int = 0
    isi: str = JSON
    stated: Any = MISSING
    extra_notes: list[Finding] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _keys: dict[Key, int] = field(default_factory=dict)
    _twice: list[tuple[Key, int, int]] = field(default_factory=list)
    _twice_count: int = 0

    def add(self, page: Page, *, may_repeat: bool = False) -> tuple[Document, int]:
        """Takes a page: (its JSON, how many records are on it). A further one without records is not kept.

        may_repeat: an earlier page once more means only that there is no other.
        Raises SourceUnavailable as `examined`, Refused when the page came before or is one too many.
        """
        number = len(self.pages) + 1
        if number > 1 and page.size == 0:
            return MISSING, 0
        document = examined(page, self.told, self.success)
        if number == 1:
            self.isi = FILE if document is MISSING else JSON
        elif (document is MISSING) != (self.isi == FILE):
            raise self._other_kind(number)
        if self.total is not None and document is not MISSING:
            self.stated = value_at(document, self.total)
        found = self._records_on(page, document)
        count = found if isinstance(found, int) else len(found)
        if number > 1 and count == 0:
            return document, 0
        keys = self._keys_of(found, number) if self.key and not isinstance(found, int) else None
        if self.max_pages > 1 and (earlier := self._first_seen(page, found if keys is None else keys, number)):
            if may_repeat or self.complete:
                return document, 0
            raise self._repeats(number, earlier)
        if number > min(self.max_pages, MAX_PARTS - 1):
            raise self.too_many()
        self.pages.append(page)
        self.count += count
        self._compare_keys(keys or (), number)
        return document, count

    def _records_on(self, page: Page, document: Document) -> list[dict[str, Any]] | int:
        """The records of a JSON page; of a page that is a file how many rows it has, where that decides anything."""
        if document is MISSING:
            return max(_rows(page.path, self.told), 0) if self.max_pages > 1 else 0
        if self.records is None:
            self.records = locate(document, self.told.name)
        elif self.pages and value_at(document, self.records) in _NO_RECORDS:
            return []
        return find_records(document, self.records, self.told.name)

    def _repeats(self, number: int, earlier: int) -> Refused:
        return self.told.contract(
            "halaman_berulang",
            f"Halaman {number} dari layanan sama dengan halaman {earlier}; pengambilan dihentikan.",
            "Layanan mengabaikan parameter halaman, atau mengulang halaman terakhir tanpa akhir.",
            "Cocokkan `paging` pada kontrak dengan petunjuk layanan itu; bila datanya memang satu halaman, hapus saja.",
        )

    def _first_seen(self, page: Page, content: Sequence[Any] | int, number: int) -> int | None:
        """The page that held the same; remembers this one. content: its records or their keys; a file's are its bytes.

        Records are compared, not bytes: a service that ignores the page's number may well repeat it in its answer.
        """
        if isinstance(content, int):
            with page.path.open("rb") as body:
                mark = hashlib.file_digest(body, "sha256").hexdigest()
        else:
            mark = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode("ascii")).hexdigest()
        earlier = self._seen.setdefault(mark, number)
        return earlier if earlier != number else None

    def _keys_of(self, found: Sequence[dict[str, Any]], number: int) -> list[Key]:
        """What names each record. Raises Refused when the records have no such field."""
        values = [[value_at(record, name) for name in self.key] for record in found]
        if number == 1 and found and all(value is MISSING for record in values for value in record):
            raise self.told.contract(
                "kunci_tidak_ada",
                f"Rekaman dari layanan tidak memiliki {listed([f'`{name}`' for name in self.key])}, kuncinya menurut "
                f"kontrak. Yang ada: {listed([shown(name) for name in found[0]], 30)}.",
                "Nama kolom pada layanan berubah, atau `key` pada kontrak salah tulis.",
                "Betulkan `key` pada kontrak.",
            )
        return [tuple("" if value is MISSING else as_text(value) for value in record) for record in values]

    def _compare_keys(self, keys: Sequence[Key], number: int) -> None:
        for key in keys:
            earlier = self._keys.setdefault(key, number)
            if earlier != number:
                self._twice_count += 1
                if len(self._twice) < NAMED:
                    self._twice.append((key, earlier, number))

    @property
    def complete(self) -> bool:
        """Whether as many records came as the service says there are."""
        return self.stated is not MISSING and as_text(self.stated).strip() == str(self.count)

    def notes(self) -> list[Finding]:
        """What the walidata should know of the answer, once it is whole."""
        found = list(self.extra_notes)
        if self._twice_count:
            quoted = [f"{shown(' / '.join(key))} (halaman {one} dan {two})" for key, one, two in self._twice]
            more = self._twice_count - len(quoted)
            found.append(
                note(
                    "kunci_ganda",
                    f"{dotted(self._twice_count)} rekaman datang lebih dari sekali, pada halaman yang berbeda: "
                    f"{listed(quoted)}{f' dan {dotted(more)} lagi' if more else ''}.",
                    "Datanya berubah selagi halaman demi halaman diambil, atau layanan tidak mengurutkan datanya.",
                    "Minta layanan mengurutkan (parameter urutan pada `params`), lalu jalankan ulang.",
                    file=self.told.name,
                )
            )
        if self.total is not None and not self.complete:
            says = (
                "tidak mengatakan jumlahnya" if self.stated is MISSING else f"mengatakan {shown(as_text(self.stated))}"
            )
            found.append(
                note(
                    "jumlah_tidak_cocok",
                    f"Layanan {says} (`{self.total}`), yang datang {dotted(self.count)} rekaman.",
                    "Datanya berubah selagi diambil, ada halaman yang tidak terkirim, atau letak jumlahnya berubah.",
                    "Jalankan ulang; bila tetap berbeda, periksa `paging` dan `total` pada kontrak.",
                    file=self.told.name,
                )
            )
        return found

    def too_many(self) -> Refused:
        return self.told.contract(
            "terlalu_banyak_halaman",
            f"Layanan mengirim lebih dari {dotted(self.max_pages)} halaman; pengambilan dihentikan.",
            "Datanya memang sebanyak itu, atau layanan tidak pernah selesai.",
            "Perbesar halaman (`size`) atau naikkan `max_pages` pada kontrak.",
        )

    def _other_kind(self, number: int) -> Refused:
        return self.told.contract(
            "halaman_lain_jenis",
            f"Halaman {number} dari layanan berbeda jenis dengan halaman 1 (JSON dan bukan JSON).",
            "Layanan berubah di tengah pengambilan, atau halaman itu pesan galat.",
            "Jalankan ulang; bila tetap sama, hubungi pengelola layanan itu.",
        )


def _rows(path: Path, told: Told) -> int:
    """Rows below the header of a page that is a file."""
    from etl.extract.read import read_sheets

    return read_sheets(path, told.name, how=told.source)[0].n_rows - 1
