"""XML: the records in it, or the sheets of an XML Spreadsheet 2003. No entities, nothing fetched from outside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from etl.extract import xml_records, xml_spreadsheet
from etl.extract.encoding import declared_text
from etl.extract.problems import dotted, refused
from etl.extract.records import records_sheet, too_large
from etl.findings import Refused
from etl.frames import Sheet

MAX_XML = 500_000_000
"""Bytes of one file; it is read piece by piece."""

_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)""")
_WORKBOOK = re.compile(rb"<(\w+:)?Workbook\b")


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
        head = text.data[text.start : text.start + 4096]
        if xml_spreadsheet.NAMESPACE in head and _WORKBOOK.search(head):
            sheets = xml_spreadsheet.read_workbook(text, name, wanted)
        else:
            where = xml_records.locate(text, records, name)
            facts = (("format", "XML"), ("letak data", ".".join(where)))
            sheets = [records_sheet(xml_records.read_records(text, where, name), name, facts)]
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        raise _broken(said, error.lineno, error.offset + 1, said in _CUT_OFF, name) from None
    except etree.XMLSyntaxError as error:
        said = str(error.msg or "").partition(", line")[0]
        if "limit" in said or "depth" in said or "too long" in said:
            raise too_large(name, "XML-nya bersarang terlalu dalam atau satu isiannya terlalu panjang") from None
        raise _broken(said, *error.position, "Premature end" in said, name) from None
    stated = ("pengodean", text.encoding)
    return [replace(s, notes=text.notes + s.notes, facts=(*s.facts[:1], stated, *s.facts[1:])) for s in sheets]


_CUT_OFF = (
    expat.errors.XML_ERROR_NO_ELEMENTS,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
)


def _entities(name: str) -> Refused:
    return refused(
        "entitas_xml",
        "XML ini mendefinisikan entitas (<!ENTITY …>), yang tidak ada di dalam data biasa.",
        "Entitas dapat membaca berkas lain atau mengembang tanpa batas; berkas ini mungkin sengaja dibuat begitu.",
        "Ekspor ulang dari aplikasi asalnya tanpa DTD, atau sebagai .csv atau .xlsx.",
        file=name,
    )


def _broken(said: str, line: int, column: int, cut_off: bool, name: str) -> Refused:
    return refused(
        "xml_rusak",
        f"XML ini {'terpotong: isinya berakhir' if cut_off else 'tidak sah'} pada baris {line}, huruf ke-{column}.",
        "Pengunduhan atau penyalinannya terputus." if cut_off else "Aplikasi asalnya menulis XML yang salah.",
        "Unduh atau ekspor ulang dari aplikasinya; bila tetap sama, sampaikan pesan ini kepada pengelolanya.",
        file=name,
        value=said,
    )
