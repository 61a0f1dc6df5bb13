"""XML Spreadsheet 2003 (SpreadsheetML), which older applications write under the name .xls or .xml."""

from __future__ import annotations

import datetime as dt
import io
import math
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from lxml import etree

from etl.extract.cells import column
from etl.extract.choice import choose
from etl.extract.encoding import Text
from etl.extract.hidden import hidden_notes
from etl.extract.problems import dotted
from etl.extract.records import too_large
from etl.extract.scan import MAX_AREA, MAX_UNCALCULATED, Scan
from etl.findings import Finding
from etl.frames import Sheet

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_VISIBLE = "{urn:schemas-microsoft-com:office:excel}Visible"


@dataclass
class _Sheet:
    """rows: cells from A1, text or number, each row up to its last cell. scan: what else was seen."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    width: int = 0
    hidden: bool = False
    scan: Scan = field(default_factory=Scan)


def read_workbook(text: Text, name: str, wanted: Sequence[str] | None) -> list[Sheet]:
    """The wanted sheets. Raises Refused, and etree.XMLSyntaxError on broken XML."""
    sheets = list(_sheets(_events(text), name))
    chosen = choose([sheet.name for sheet in sheets], [not sheet.hidden for sheet in sheets], wanted, name)
    return [_typed(sheets[no], no, name) for no in chosen]


def _events(text: Text) -> Iterator[tuple[str, etree._Element]]:
    """Elements as they begin and end; huge_tree off: libxml2's own limits on depth and length hold."""
    source: io.BytesIO | mmap.mmap = text.data if isinstance(text.data, mmap.mmap) else io.BytesIO(text.data)
    source.seek(text.start)
    return iter(
        etree.iterparse(
            source,
            events=("start", "end"),
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


def _forget(element: etree._Element) -> None:
    """Frees an element that was read, and the empty shells of those before it."""
    element.clear()
    while (before := element.getprevious()) is not None:
        parent = element.getparent()
        assert parent is not None
        parent.remove(before)


def _sheets(events: Iterator[tuple[str, etree._Element]], name: str) -> Iterator[_Sheet]:
    sheet, next_column = _Sheet(""), 1
    for event, element in events:
        tag = element.tag
        if event == "start":
            if tag == f"{_SS}Worksheet":
                sheet, next_column = _Sheet(element.get(f"{_SS}Name") or ""), 1
        elif tag == f"{_SS}Row":
            _row(element, sheet, name)
            _forget(element)
        elif tag == f"{_SS}Column":
            first = _index(element, next_column)
            next_column = first + 1 + int(element.get(f"{_SS}Span") or 0)
            if element.get(f"{_SS}Hidden") == "1":
                sheet.scan.hidden_columns.append((first, next_column - 1))
        elif tag == _VISIBLE:
            sheet.hidden = (element.text or "").startswith("SheetHidden") or element.text == "SheetVeryHidden"
        elif tag == f"{_SS}Worksheet":
            yield sheet
            _forget(element)


def _index(element: etree._Element, following: int) -> int:
    stated = element.get(f"{_SS}Index") or ""
    return max(int(stated), following) if stated.isdecimal() and len(stated) < 9 else following


def _row(row: etree._Element, sheet: _Sheet, name: str) -> None:
    number = _index(row, len(sheet.rows) + 1)
    cells: list[Any] = []
    for cell in row.iterchildren(f"{_SS}Cell"):
        at = _index(cell, len(cells) + 1)
        across = cell.get(f"{_SS}MergeAcross") or ""
        width = at + (int(across) if across.isdecimal() and len(across) < 9 else 0)
        if number * max(sheet.width, width) > MAX_AREA:
            raise too_large(name, f"lembarnya seluas lebih dari {dotted(MAX_AREA)} sel")
        cells += [""] * (at - 1 - len(cells))
        data = cell.find(f"{_SS}Data")
        if data is not None:
            cells.append(_value(data.get(f"{_SS}Type"), "".join(str(text) for text in data.itertext())))
        else:
            cells.append("")
            if cell.get(f"{_SS}Formula"):
                sheet.scan.uncalculated_total += 1
                if len(sheet.scan.uncalculated) < MAX_UNCALCULATED:
                    sheet.scan.uncalculated.append((number, at))
        cells += [""] * (width - len(cells))
    sheet.width = max(sheet.width, len(cells))
    if number * sheet.width > MAX_AREA:
        raise too_large(name, f"lembarnya seluas lebih dari {dotted(MAX_AREA)} sel")
    sheet.rows += [[] for _ in range(number - 1 - len(sheet.rows))]
    sheet.rows.append(cells)
    if row.get(f"{_SS}Hidden") == "1":
        sheet.scan.hidden_rows.append((number, number))


def _value(kind: str | None, text: str) -> Any:
    """A cell as its type says, or as the text it is where it is not what it says."""
    try:
        if kind == "Number":
            return number if math.isfinite(number := float(text)) else text
        if kind == "DateTime":
            return dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return text.strip() == "1" if kind == "Boolean" else text


def _typed(sheet: _Sheet, no: int, name: str) -> Sheet:
    from etl.extract.workbook import uncalculated

    while sheet.rows and all(cell == "" for cell in sheet.rows[-1]):
        sheet.rows.pop()
    lines = [row + [""] * (sheet.width - len(row)) for row in sheet.rows]
    columns = [column(values) for values in zip(*lines, strict=True)]
    while columns and columns[-1][0].null_count == len(columns[-1][0]):
        columns.pop()
    scanned = sheet.scan
    notes: tuple[Finding, ...] = uncalculated(scanned, name, sheet.name)
    notes += hidden_notes(scanned, (len(sheet.rows), len(columns)), sheet.hidden, name, sheet.name)
    return Sheet(
        name=sheet.name,
        no=no,
        text=tuple(pa.chunked_array([text]) for text, _ in columns),
        number=tuple(number if number is None else pa.chunked_array([number]) for _, number in columns),
        hidden=sheet.hidden,
        notes=notes,
        facts=(("format", "XML Spreadsheet 2003"),),
    )
