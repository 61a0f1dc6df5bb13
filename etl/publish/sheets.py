"""How the official forms look: black rules, grey heads, wrapped texts, A4 or folio across, heads on each page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

FOLIO = 14
"""Paper of 8.5 × 13 inches, on which wide official tables are printed."""
_A4 = 9
_EXACT_DIGITS = 15
"""More digits than these a spreadsheet rounds: such a number is written as text."""


class Book:
    """A workbook in memory with the forms' formats."""

    def __init__(self, title: str) -> None:
        self._stream = BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(self._stream, {"in_memory": True, "strings_to_formulas": False})
        self.book.set_properties({"title": title, "author": "Satu Data Kutai Timur"})
        base = {"font_name": "Arial", "font_size": 9, "valign": "top", "text_wrap": True}

        def style(**more: Any) -> Format:
            return self.book.add_format({**base, **more})

        boxed = {"border": 1}
        self.title = style(bold=True, font_size=12, align="center", valign="vcenter")
        self.line = style(font_size=9, text_wrap=False)
        self.head = style(**boxed, bold=True, align="center", valign="vcenter", bg_color="#D9D9D9")
        self.number_row = style(**boxed, italic=True, align="center", font_size=8, bg_color="#F2F2F2")
        self.text = style(**boxed)
        self.bold = style(**boxed, bold=True)
        self.centre = style(**boxed, align="center")
        self.number = style(**boxed, align="right", num_format="#,##0.######")
        self.bold_number = style(**boxed, align="right", num_format="#,##0.######", bold=True)
        self.rupiah = style(**boxed, align="right", num_format="#,##0")
        self.bold_rupiah = style(**boxed, align="right", num_format="#,##0", bold=True)
        self.percent = style(**boxed, align="right", num_format="0.00")
        self.bold_percent = style(**boxed, align="right", num_format="0.00", bold=True)
        self.block = style(**boxed, bold=True, bg_color="#EDEDED")
        self.missing = style(**boxed, bg_color="#FFF2CC")
        self.signature = style(align="center", text_wrap=False)

    def sheet(self, name: str, widths: Sequence[float], *, paper: int = _A4) -> Worksheet:
        """A sheet across, one page wide."""
        sheet = self.book.add_worksheet(name)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer("&L&8Satu Data Kutai Timur&R&8Halaman &P dari &N")
        return sheet

    def content(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self._stream.getvalue()


def put(sheet: Worksheet, row: int, column: int, value: Decimal | str | None, style: Format) -> None:
    """One cell: a number as a number, as long as a spreadsheet holds it exactly; never a formula."""
    if isinstance(value, Decimal):
        if len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS:
            sheet.write_number(row, column, float(value), style)
        else:
            sheet.write_string(row, column, f"{value:f}", style)
    elif value:
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_blank(row, column, None, style)


def height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Points that a row needs so that every wrapped text of it can be read."""
    lines = [
        sum(max(1, -(-len(part) // max(int(width * 1.15), 1))) for part in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    ]
    return min(12.5 * max([1, *lines]) + 3, 400)


def merged(sheet: Worksheet, area: tuple[int, int, int, int], text: str, style: Format) -> None:
    """One head over several cells (first row, first column, last row, last column)."""
    first_row, first, last_row, last = area
    if (first_row, first) == (last_row, last):
        sheet.write_string(first_row, first, text, style)
    else:
        sheet.merge_range(first_row, first, last_row, last, text, style)
