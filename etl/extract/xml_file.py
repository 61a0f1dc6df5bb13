"""XML: the records in it, or the sheets of an XML Spreadsheet 2003. No entities, nothing fetched from outside."""

from __future__ import annotations

import io
import mmap
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lxml import etree

from etl.extract.encoding import Text, declared_text
from etl.extract.problems import dotted, listed, refused, shown
from etl.extract.records import Record, records_sheet, too_large
from etl.findings import Owner, Refused
from etl.frames import Sheet

MAX_XML = 500_000_000
"""Bytes of one file; it is read piece by piece, twice."""

_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)""")
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_UNNAMED = "isi"
"""Field of a record's own text."""


def read_xml(
    path: Path, name: str, wanted: Sequence[str] | None, encoding: str | None, records: str | None
) -> list[Sheet]:
    """Sheets of an XML Spreadsheet 2003, else one sheet without a name.

    records: the end of the records' path, `data.desa`; None: the elements with children or attributes that occur most
    often. Raises Refused on entities, on XML that is not well formed, and where nothing is repeated.
    """
    if (size := path.stat().st_size) > MAX_XML:
        raise too_large(name, f"berkas XML ini {dotted(size // 1_000_000)} MB")
    with path.open("rb") as file:
        declared = _DECLARED.search(file.read(200))
    text = declared_text(path, name, encoding, declared[1].decode() if declared else "")
    if text.data.find(b"<!ENTITY") >= 0:
        raise _entities(name)
    try:
        root = next(_events(text, ("start",)))[1]
        if etree.QName(root).namespace == _SPREADSHEET and _local(root) == "Workbook":
            from etl.extract.xml_spreadsheet import read_workbook

            sheets = read_workbook(_events(text, ("start", "end")), name, wanted)
        else:
            where = _where(text, records, name)
            facts = (("format", "XML"), ("letak data", ".".join(where)))
            sheets = [records_sheet(_records(text, where), name, facts)]
    except etree.XMLSyntaxError as error:
        raise _broken(error, name) from None
    said = ("pengodean", text.encoding)
    return [replace(s, notes=text.notes + s.notes, facts=(*s.facts[:1], said, *s.facts[1:])) for s in sheets]


def _events(text: Text, events: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
    """Elements as they begin and end; huge_tree off: libxml2's own limits on depth and length hold."""
    source: io.BytesIO | mmap.mmap = text.data if isinstance(text.data, mmap.mmap) else io.BytesIO(text.data)
    source.seek(text.start)
    return iter(
        etree.iterparse(
            source,
            events=events,
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            collect_ids=False,
            remove_comments=True,
            remove_pis=True,
        )
    )


def _local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def forget(element: etree._Element) -> None:
    """Frees an element that was read, and the empty shells of those before it."""
    element.clear()
    while (before := element.getprevious()) is not None:
        parent = element.getparent()
        assert parent is not None
        parent.remove(before)


def _where(text: Text, records: str | None, name: str) -> tuple[str, ...]:
    """Path of the records from the root."""
    counts: Counter[tuple[str, ...]] = Counter()
    path: list[str] = []
    inner = [False]  # per open element, whether it holds another
    words: list[str] = []
    for event, element in _events(text, ("start", "end")):
        if event == "start":
            inner[-1] = True
            inner.append(False)
            path.append(_local(element))
            continue
        if inner.pop() or element.attrib or records:
            counts[tuple(path)] += 1
        if len(words) < 20 and element.text and element.text.strip():
            words.append(element.text.strip())
        path.pop()
        forget(element)
    if records is not None:
        wanted = tuple(records.split("."))
        found = [path for path in counts if path[-len(wanted) :] == wanted]
        if len(found) == 1:
            return found[0]
        raise _no_place(records, found or list(counts), name)
    # The outermost of those that occur equally often: a record whose every child has children of its own.
    most = max((count for path, count in counts.items() if len(path) > 1), default=0)
    best = min((path for path, count in counts.items() if count == most and len(path) > 1), key=len, default=())
    if most < 2:
        raise _no_table(name, " ".join(words))
    return best


def _records(text: Text, where: tuple[str, ...]) -> Iterator[Record]:
    """Each record as a flat object: child elements dotted, attributes with `@`, what its parents say in front.

    The root's own attributes and texts are about the file, not about its rows.
    """
    path: list[str] = []
    outer: list[Record] = []  # per open parent of records
    for event, element in _events(text, ("start", "end")):
        if event == "start":
            path.append(_local(element))
            if len(path) < len(where) and tuple(path) == where[: len(path)]:
                outer.append({f"{path[-1]}.@{_attribute(key)}": str(value) for key, value in element.attrib.items()})
            continue
        if tuple(path) == where:
            record: Record = {key: value for part in outer[1:] for key, value in part.items()}
            _add(element, "", record)
            yield record
        elif tuple(path) == where[: len(path)]:
            outer.pop()
        elif tuple(path[:-1]) == where[: len(path) - 1] and len(path) <= len(where) and not len(element):
            _put(outer[-1], f"{path[-2]}.{path[-1]}", (element.text or "").strip() or None)
        if tuple(path[: len(where)]) != where or len(path) == len(where):
            forget(element)
        path.pop()


def _add(element: etree._Element, field: str, record: Record) -> None:
    """An element's attributes, children and text to the record; a child that repeats becomes a list."""
    for key, value in element.attrib.items():
        if key != _NIL:
            _put(record, f"{field}.@{_attribute(key)}".lstrip("."), str(value))
    for child in element:
        _add(child, f"{field}.{_local(child)}".lstrip("."), record)
    text = (element.text or "").strip()
    if text or (field and not len(element)):
        _put(record, field or _UNNAMED, text or None)


def _put(record: Record, field: str, value: str | None) -> None:
    if field not in record:
        record[field] = value
        return
    before = record[field]
    record[field] = [*before, value] if isinstance(before, list) else [before, value]


def _attribute(name: object) -> str:
    return str(name).rpartition("}")[2]


def _entities(name: str) -> Refused:
    return refused(
        "entitas_xml",
        "XML ini mendefinisikan entitas (<!ENTITY …>), yang tidak ada di dalam data biasa.",
        "Entitas dapat membaca berkas lain atau mengembang tanpa batas; berkas ini mungkin sengaja dibuat begitu.",
        "Ekspor ulang dari aplikasi asalnya tanpa DTD, atau sebagai .csv atau .xlsx.",
        file=name,
    )


def _broken(error: etree.XMLSyntaxError, name: str) -> Refused:
    said = str(error.msg or "")
    if "limit" in said.lower() or "Excessive depth" in said or "too long" in said:
        return too_large(name, "XML-nya bersarang terlalu dalam atau satu isiannya terlalu panjang")
    line, column = error.position
    cut_off = any(words in said for words in ("Premature end", "Couldn't find end of Start Tag", "no element found"))
    return refused(
        "xml_rusak",
        f"XML ini {'terpotong: isinya berakhir' if cut_off else 'tidak sah'} pada baris {line}, huruf ke-{column}.",
        "Pengunduhan atau penyalinannya terputus." if cut_off else "Aplikasi asalnya menulis XML yang salah.",
        "Unduh atau ekspor ulang dari aplikasinya; bila tetap sama, sampaikan pesan ini kepada pengelolanya.",
        file=name,
        value=said.partition(", line")[0],
    )


def _no_place(records: str, there: list[tuple[str, ...]], name: str) -> Refused:
    return refused(
        "letak_data",
        f"Letak data `{shown(records)}` tidak dapat dipastikan. Yang ada: "
        f"{listed([f'`{shown(chr(46).join(path))}`' for path in there])}.",
        "Susunan berkas berubah, atau letaknya pada kontrak cocok dengan lebih dari satu.",
        "Periksa isi berkas; bila susunannya memang berubah, Diskominfo menyesuaikan `records` pada kontrak.",
        file=name,
        owner=Owner.DISKOMINFO,
    )


def _no_table(name: str, said: str) -> Refused:
    return refused(
        "bukan_lembar_kerja",
        "Isinya XML tanpa tabel: tidak ada unsur berisi yang berulang.",
        "Yang tersimpan adalah pesan (galat) dari aplikasi, bukan datanya.",
        "Baca isi yang dikutip, lalu unduh ulang datanya; satu baris data saja perlu `records` pada kontrak.",
        file=name,
        value=said,
    )
