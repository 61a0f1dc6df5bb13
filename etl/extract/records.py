"""Records of a JSON (or XML) document: where they are, and as a sheet whose first row names their fields.

A number keeps every digit that was sent: it never goes through a float to become text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.extract.cells import number_text, plain, texts
from etl.extract.problems import dotted, listed, refused, shown
from etl.extract.scan import MAX_AREA
from etl.findings import Owner, Refused
from etl.frames import Sheet

MAX_DEPTH = 30
"""Objects within objects; nothing that is a table has more."""

MAX_FIELDS = 16_384
"""Distinct fields of all records, as many as Excel has columns."""

MAX_EXPONENT = 400
"""Powers of ten beyond which a number is not written out: `1e999999999` would be a gigabyte of zeros."""

BLOCK = 20_000
"""Records that are Python objects at once."""

Record = dict[str, Any]
Cells = tuple[pa.Array, pa.Array | None]

_MESSAGE = re.compile(r"(?i)^(error|errors|message|messages|msg|pesan|galat|detail|keterangan|body)$")
_FAULTS = re.compile(r"(?i)^(error|errors|galat)$")


def json_sheet(documents: Iterable[Any], records: str | None, name: str) -> Sheet:
    """All records of some documents (pages of one answer) as one sheet: row 1 the fields, in order of appearance.

    documents: as `parse_json` gives them. records: path as in the contract, `data.items`; None: found by rule in the
    first document, the same in all others. Objects within a record are spread as `a.b`, lists are JSON text, null is
    an empty cell. Raises Refused.
    """
    rest = iter(documents)
    first: Any = next(rest, [])
    path = locate(first, name) if records is None else records
    every = (record for document in chain([first], rest) for record in find_records(document, path, name))
    where = "seluruh isinya" if path in ("", ".") else path
    return records_sheet(every, name, (("format", "JSON"), ("letak data", where)))


def find_records(document: Any, path: str | None, name: str = "") -> list[Record]:
    """The records of one document; the list may be empty. name: the file's, for findings.

    path: names joined by dots, a number picks from a list (`data.1`), `.` is the document itself; None: found by rule,
    see `locate`. An object of equally long lists is read column by column, any other object is one record. Raises
    Refused when nothing is there, or when what is there is no record.
    """
    path = locate(document, name) if path is None else path
    value = _at(document, path, name)
    if isinstance(value, dict):
        return _by_column(value) or [value]
    if not isinstance(value, list):
        raise no_records(name, document, f"pada `{path}` tertulis {shown(json_text(value))}, bukan daftar")
    wrong = next((number for number, record in enumerate(value, start=1) if not isinstance(record, dict)), None)
    if wrong is not None:
        raise no_records(name, value[wrong - 1], f"isi ke-{wrong} dari `{path or '.'}` bukan objek {{…}}")
    return value


def locate(document: Any, name: str = "") -> str:
    """Path of the records: the document when it is a list of objects, else the only such list in it.

    Empty lists count only where no other is. Raises Refused when there is none, or several (naming them).
    """
    found = list(_candidates(document, "", 0, name))
    filled = {path: size for path, size in found if size}
    if len(filled) > 1:
        told = [f"`{path}` ({dotted(size)} baris)" for path, size in filled.items()]
        longest = max(filled, key=lambda path: filled[path])
        raise refused(
            "letak_data",
            f"JSON ini memuat {len(filled)} daftar: {listed(told)}. Mana yang datanya tidak dapat dipastikan.",
            "Jawaban memuat daftar lain di samping datanya, misalnya daftar kolom atau kode.",
            f"Diskominfo: tulis letak datanya pada kontrak, misalnya `records: {longest}`.",
            file=name,
            owner=Owner.DISKOMINFO,
        )
    if filled:
        return next(iter(filled))
    if len(found) == 1:
        return found[0][0]
    raise no_records(name, document, "tidak ada satu pun daftar objek di dalamnya")


def _candidates(value: Any, path: str, depth: int, name: str) -> Iterator[tuple[str, int]]:
    """(path, number of records) of every list of objects that is not inside another, nor a list of errors."""
    if depth > MAX_DEPTH:
        raise too_large(name, "isinya bersarang terlalu dalam")
    if isinstance(value, list):
        if all(isinstance(item, dict) for item in value):
            yield path or ".", len(value)
            return
        inner: Iterable[tuple[str, Any]] = ((str(number), item) for number, item in enumerate(value))
    elif isinstance(value, dict):
        if columns := _by_column(value):
            yield path or ".", len(columns)
            return
        inner = ((key, item) for key, item in value.items() if not _FAULTS.match(key))
    else:
        return
    for key, item in inner:
        yield from _candidates(item, f"{path}.{key}" if path else key, depth + 1, name)


def _by_column(value: Record) -> list[Record]:
    """Records of an object of two or more equally long lists of plain values; none when it is not one."""
    columns = list(value.values())
    if len(columns) < 2 or not all(isinstance(column, list) for column in columns):
        return []
    if len(set(map(len, columns))) > 1 or any(isinstance(cell, dict | list) for cell in chain.from_iterable(columns)):
        return []
    return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _at(document: Any, path: str, name: str) -> Any:
    value, rest = follow(document, path)
    if rest:
        there = listed([shown(key) for key in value]) if isinstance(value, dict) else ""
        raise refused(
            "letak_data",
            f"Letak data `{path}` tidak ada: `{rest}` tidak ditemukan. Yang ada di sana: {there or 'bukan objek'}.",
            "Susunan jawaban berubah, atau yang dijawab adalah pesan galat.",
            "Periksa isinya; bila susunannya memang berubah, Diskominfo menyesuaikan `records` pada kontrak.",
            file=name,
            value=said(document),
        )
    return value


def follow(document: Any, path: str) -> tuple[Any, str]:
    """What stands at `data.items.0` (`.`: the document itself), and the rest of the path that is not there."""
    value, rest = document, "" if path == "." else path
    while rest and (key := _next_key(value, rest)) is not None:
        value = value[int(key)] if isinstance(value, list) else value[key]
        rest = rest[len(key) + 1 :]
    return value, rest


def _next_key(value: Any, rest: str) -> str | None:
    """The longest name at the beginning of the path that is there: names may contain dots themselves."""
    if isinstance(value, list):
        key = rest.partition(".")[0]
        return key if key.isdecimal() and len(key) < 10 and int(key) < len(value) else None
    if not isinstance(value, dict):
        return None
    parts = rest.split(".")
    return next((key for n in range(len(parts), 0, -1) if (key := ".".join(parts[:n])) in value), None)


def records_sheet(records: Iterable[Record], name: str, facts: tuple[tuple[str, str], ...]) -> Sheet:
    """Records as rows below a row of their field names. Raises Refused when there are none, or too many fields."""
    columns = _Columns(name)
    for record in records:
        columns.add(record, "", 0)
        columns.end_record()
    columns.flush()
    text, number = columns.arrays()
    if not text:
        raise refused(
            "tanpa_baris",
            "Tidak ada satu baris data pun di dalamnya.",
            "Aplikasi asalnya tidak menemukan data untuk yang diminta, atau ekspornya gagal.",
            "Periksa di aplikasi asalnya apakah datanya ada, lalu ekspor kembali.",
            file=name,
        )
    return Sheet(name="", no=0, text=text, number=number, facts=facts)


class _Columns:
    """Records on their way to columns, BLOCK of them as Python objects at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.open: dict[str, list[Any]] = {}
        self.done: dict[str, list[Cells]] = {}
        self.rows = self.rows_done = 0

    def add(self, record: Record, prefix: str, depth: int) -> None:
        """The values of the present record, each to the end of its column."""
        if depth > MAX_DEPTH:
            raise too_large(self.name, f"isi data ke-{self.rows + 1} bersarang terlalu dalam")
        here = self.rows - self.rows_done
        for key, value in record.items():
            if type(value) is dict and value:
                self.add(value, f"{prefix}{key}.", depth + 1)
                continue
            cells = self.open.get(prefix + key)
            if cells is None:
                cells = self.open[prefix + key] = []
            if len(cells) != here:
                if len(cells) > here:
                    raise twice(self.name, prefix + key, f"data ke-{self.rows + 1}")
                cells += [None] * (here - len(cells))
            cells.append(value)

    def end_record(self) -> None:
        self.rows += 1
        if len(self.open) > MAX_FIELDS or len(self.open) * self.rows > MAX_AREA:
            raise too_large(self.name, f"{dotted(self.rows)} baris dengan {dotted(len(self.open))} kolom")
        if self.rows - self.rows_done == BLOCK:
            self.flush()

    def flush(self) -> None:
        size = self.rows - self.rows_done
        for field, values in self.open.items():
            if field not in self.done:
                self.done[field] = [(pa.nulls(self.rows_done, pa.string()), None)]
            try:
                cells = _cells([*values, *[None] * (size - len(values))])
            except RecursionError:
                raise too_large(self.name, f"isi kolom {shown(field)} bersarang terlalu dalam") from None
            if pc.any(pc.match_substring(cells[0], "\0")).as_py():
                raise _nul(self.name, field)
            self.done[field].append(cells)
            values.clear()
        self.rows_done = self.rows

    def arrays(self) -> tuple[tuple[pa.ChunkedArray, ...], tuple[pa.ChunkedArray | None, ...]]:
        """Texts and numbers of all columns, the field's name above each."""
        text: list[pa.ChunkedArray] = []
        number: list[pa.ChunkedArray | None] = []
        for field, blocks in self.done.items():
            header = texts(_clean([field]))
            cells = pa.chunked_array([header, *(block for block, _ in blocks)], pa.string())
            if self._only_begins_others(field, cells):
                continue
            text.append(cells)
            if all(numbers is None for _, numbers in blocks):
                number.append(None)
                continue
            every = [pa.nulls(len(block), pa.float64()) if numbers is None else numbers for block, numbers in blocks]
            number.append(pa.chunked_array([pa.nulls(1, pa.float64()), *every], pa.float64()))
        return tuple(text), tuple(number)

    def _only_begins_others(self, field: str, cells: pa.ChunkedArray) -> bool:
        """`a`, which is null or empty in some records and an object in the others, adds nothing to `a.b` and `a.c`."""
        empty = pc.fill_null(pc.equal(cells.slice(1), "[]"), True)
        return pc.all(empty).as_py() is True and any(other.startswith(f"{field}.") for other in self.done)


def _cells(values: list[Any]) -> Cells:
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        return texts(_clean(values)), None
    text = texts(_clean([value if type(value) is str else _text(value) for value in values]))
    if kinds.isdisjoint({int, Decimal, float}):
        return text, None
    return text, pa.array([_number(value) for value in values], pa.float64())


def _clean(values: list[str | None]) -> list[str | None]:
    """Halves of letters (`\\ud83d` alone), which no encoding can hold, become the sign for an unreadable letter."""
    try:
        "".join(filter(None, values)).encode()
    except UnicodeEncodeError:
        return [value and value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for value in values]
    return values


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case list() | dict():
            return json_text(value) if value != {} else None
        case Decimal():
            return plain(value) if abs(value.adjusted()) <= MAX_EXPONENT else str(value)
        case float():
            return number_text(value) if _number(value) is not None else str(value)
        case _:
            return plain(value)


def _number(value: Any) -> float | None:
    """null for what is no number, or one that a float64 cannot hold at all."""
    if type(value) not in (int, Decimal, float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < float("inf") else None


def json_text(value: Any) -> str:
    """As JSON on one line, numbers as exact as everywhere."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json_text(key)}: {json_text(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(json_text, value)) + "]"
        case str() | None | bool():
            return json.dumps(value, ensure_ascii=False)
        case int() | float() | Decimal():
            return str(_text(value))
        case _:
            return json.dumps(value.hex() if isinstance(value, bytes) else plain(value))


def said(document: Any) -> str:
    """What a document without a table tells: the texts under `message`, `error` and the like, else all of it."""

    def messages(value: Any, under: bool, depth: int) -> Iterator[str]:
        if isinstance(value, str) and under and value.strip():
            yield " ".join(re.sub(r"<[^>]*>", " ", value).split())
        elif depth <= MAX_DEPTH and isinstance(value, dict):
            for key, item in value.items():
                yield from messages(item, _MESSAGE.match(key) is not None, depth + 1)
        elif depth <= MAX_DEPTH and isinstance(value, list):
            for item in value[:10]:
                yield from messages(item, under, depth + 1)

    try:
        return "; ".join(messages(document, False, 0)) or json_text(document)
    except RecursionError:
        return ""


def no_records(name: str, value: Any, what: str) -> Refused:
    return refused(
        "bukan_lembar_kerja",
        f"Isinya jawaban API (JSON) tanpa tabel: {what}.",
        "Yang tersimpan adalah pesan (galat) dari aplikasi, bukan datanya, atau letak datanya lain.",
        "Baca isi yang dikutip; unduh ulang datanya, atau Diskominfo menulis letaknya pada `records` di kontrak.",
        file=name,
        value=said(value),
    )


def too_large(name: str, what: str) -> Refused:
    return refused(
        "terlalu_besar",
        f"Terlalu besar untuk dibaca: {what}.",
        "Datanya memang sangat banyak, atau berkas ini sengaja dibuat untuk membebani sistem.",
        "Ekspor sebagian-sebagian (per tahun atau per kecamatan), atau sebagai .csv.",
        file=name,
    )


def twice(name: str, field: str, where: str) -> Refused:
    return refused(
        "kunci_ganda",
        f"Kolom {shown(field)} tertulis dua kali di dalam {where}; nilai mana yang benar tidak dapat diketahui.",
        "Aplikasi asalnya memakai nama kolom yang sama dua kali.",
        "Minta pengelola aplikasi memberi tiap kolom nama yang berbeda.",
        file=name,
    )


def _nul(name: str, field: str) -> Refused:
    return refused(
        "byte_nul",
        f"Isi kolom {shown(field)} memuat karakter NUL (\\u0000), yang tidak ada di dalam teks.",
        "Isian itu terpotong atau rusak di aplikasi asalnya.",
        "Perbaiki isian itu di aplikasi asalnya, lalu ekspor kembali.",
        file=name,
    )
