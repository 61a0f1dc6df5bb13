"""OpenDocument spreadsheets, examined before calamine unfolds what they repeat.

Two numbers in an attribute make a row or a cell stand a billion times. calamine reads all sheets as soon as it opens
the file, so all of them count.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from etl.extract.package import MAX_UNPACKED, Package, bomb, damaged, locked, parse
from etl.extract.problems import dotted, shown
from etl.extract.scan import MAX_AREA, MAX_UNCALCULATED, Scan, cell_name

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""What a spreadsheet can hold."""

_CELLS = ("table:table-cell", "table:covered-table-cell")


def examine_ods(package: Package) -> dict[str, Scan]:
    """Per sheet what its XML says. Raises Refused on sheets too large, entities, encryption and broken XML."""
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise locked(package.name)
    for part in package.parts:
        if part.endswith(".xml") and part != "content.xml":
            package.prove(part)
    reader = _Reader(package.name)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    reader.offset = lambda: parser.CurrentByteIndex
    parse(parser, package.stream("content.xml"), package.name)
    reader.end_row()
    return reader.sheets


class _Reader:
    """Rows and columns up to the last filled cell, repeated ones counted as often as they stand there.

    Told only where elements begin (there are millions): a row ends where the next row or sheet begins.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.sheets: dict[str, Scan] = {}
        self.offset: Callable[[], int] = lambda: 0
        self.sheet, self.scan = "", Scan()
        self.area = self.text = 0
        self.row = self.column = self.described = 0
        self.row_repeat = self.cell_repeat = self.row_most = 1
        self.row_filled = self.row_begins = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "text:p":
            self.row_filled = self.column
            if self.cell_repeat > self.row_most:
                self.row_most = self.cell_repeat
        elif tag in _CELLS:
            self.cell(attributes)
        elif tag == "table:table-row":
            self.end_row()
            self.row_repeat = self.repeated(attributes, "table:number-rows-repeated")
            if attributes.get("table:visibility", "visible") != "visible":
                self.scan.hidden_rows.append((self.row + 1, self.row + self.row_repeat))
        elif tag == "table:table-column":
            until = self.described + self.repeated(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility", "visible") != "visible":
                self.scan.hidden_columns.append((self.described + 1, until))
            self.described = until
        elif tag == "table:table":
            self.end_row()
            self.area += self.scan.area
            self.sheet, self.scan = attributes.get("table:name", ""), Scan()
            self.sheets[self.sheet] = self.scan
            self.row = self.described = self.row_repeat = 0

    def cell(self, attributes: dict[str, str]) -> None:
        self.cell_repeat = self.repeated(attributes, "table:number-columns-repeated")
        self.column += self.cell_repeat
        if "office:value-type" in attributes:
            self.row_filled = self.column
            self.row_most = max(self.row_most, self.cell_repeat)
        elif "table:formula" in attributes:
            self.scan.uncalculated_total += 1
            if len(self.scan.uncalculated) < MAX_UNCALCULATED:
                self.scan.uncalculated.append((self.row + 1, self.column))

    def end_row(self) -> None:
        offset = self.offset()
        self.row += self.row_repeat
        if self.row_filled:
            self.text += (offset - self.row_begins) * self.row_repeat * self.row_most
            self.scan.rows = self.row
            self.scan.columns = max(self.scan.columns, self.row_filled)
            self.refuse_large()
        self.column, self.row_filled, self.row_most, self.row_begins = 0, 0, 1, offset
        self.cell_repeat, self.row_repeat = 1, 0

    def refuse_large(self) -> None:
        scan = self.scan
        beyond = scan.rows > MAX_ROWS or scan.columns > MAX_COLUMNS  # calamine leaves such cells out, silently
        if beyond or self.area + scan.area > MAX_AREA:
            corner = cell_name(scan.rows, min(scan.columns, 1 << 20))
            raise bomb(
                self.name, f"lembar {shown(self.sheet)} terisi sampai sel {corner}, seluas {dotted(scan.area)} sel"
            )
        if self.text > MAX_UNPACKED:
            raise bomb(self.name, f"sel lembar {shown(self.sheet)} yang berulang berisi {self.text / 1e9:.1f} GB teks")

    def repeated(self, attributes: dict[str, str], attribute: str) -> int:
        stated = attributes.get(attribute)
        if stated is None:
            return 1
        if not stated.isdecimal() or len(stated) > 10:
            raise damaged(self.name, f"pengulangan {shown(stated)} bukan bilangan yang wajar")
        return max(int(stated), 1)
