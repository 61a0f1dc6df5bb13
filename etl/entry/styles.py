"""How the entry workbook looks. Red is dark and bold, amber light and italic, so that they differ in grey print too."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

_NUMBER = "#,##0.00####"
_NAVY, _LINE, _CREAM, _GREY = "#1F3864", "#8EA0B8", "#FFF8DC", "#6B7280"
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First letters that make a text a formula once somebody edits the cell or saves it as CSV."""


class Styles:
    """All formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}

        def style(**more: Any) -> Format:
            return book.add_format({**base, **more})

        boxed = {"border": 1, "border_color": _LINE}
        self.title = style(font_size=16, bold=True, font_color=_NAVY)
        self.agency = style(font_size=11, bold=True)
        self.period = style(font_size=11, bold=True, font_color=_NAVY)
        self.how = style(font_color="#404040", italic=True)
        head = {**boxed, "bold": True, "text_wrap": True, "align": "center"}
        self.header = style(**head, font_color="#FFFFFF", bg_color=_NAVY)
        self.header_before = style(**head, font_color=_GREY, bg_color="#E5E7EB")
        small = {**boxed, "align": "center", "italic": True, "font_size": 9}
        self.units = style(**small, bg_color="#DCE3EE", text_wrap=True)
        self.units_before = style(**small, font_color=_GREY, bg_color="#F3F4F6", text_wrap=True)
        self.entry = style(**boxed, locked=False, bg_color=_CREAM, num_format=_NUMBER)
        self.entry_text = style(**boxed, locked=False, bg_color=_CREAM, num_format="@", text_wrap=True)
        self.computed = style(**boxed, bg_color="#EEF1F6", num_format=_NUMBER, bold=True)
        total = {**boxed, "bold": True, "bg_color": "#DCE3EE", "top": 2}
        self.total = style(**total, num_format=_NUMBER)
        self.total_label = style(**total)
        faded = {**boxed, "font_color": _GREY, "bg_color": "#F3F4F6", "align": "right"}
        self.before = style(**faded, num_format=_NUMBER)
        self.before_whole = style(**faded, num_format="#,##0")
        self.before_total = style(**{**faded, "bold": True, "top": 2}, num_format=_NUMBER)
        self.before_total_whole = style(**{**faded, "bold": True, "top": 2}, num_format="#,##0")
        key = {**boxed, "bg_color": "#F8FAFC", "num_format": "@"}
        self._key, self._key_quoted = style(**key), style(**key, quote_prefix=True)
        self._parent = style(**{**key, "bold": True, "bg_color": "#DCE3EE"})
        self._text = style(num_format="@")
        self._text_quoted = style(num_format="@", quote_prefix=True)
        self.wrap = style(text_wrap=True, valign="top", **boxed)
        self.wrap_quoted = style(text_wrap=True, valign="top", quote_prefix=True, **boxed)
        self.step = style(text_wrap=True, valign="top")
        self.section = style(bold=True, font_size=12, font_color=_NAVY)
        legend = {**boxed, "align": "center", "font_size": 9}
        self.legend_entry = style(**legend, bg_color=_CREAM)
        self.legend_wrong = style(**legend, bold=True, font_color="#FFFFFF", bg_color="#C00000")
        self.legend_look = style(**legend, italic=True, font_color="#7A4B00", bg_color="#FFE08A")
        self.legend_locked = style(**legend, bg_color="#F8FAFC")
        self.wrong = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#C00000"})
        self.look = book.add_format({"italic": True, "font_color": "#7A4B00", "bg_color": "#FFE08A"})
        self.whole = book.add_format({"num_format": "#,##0"})

    def key(self, text: str, *, parent: bool = False) -> Format:
        """parent: of a region whose own regions follow below."""
        if text.startswith(_ACTIVE):
            return self._key_quoted
        return self._parent if parent else self._key

    def text(self, text: str) -> Format:
        return self._text_quoted if text.startswith(_ACTIVE) else self._text

    def wrapped(self, text: str) -> Format:
        return self.wrap_quoted if text.startswith(_ACTIVE) else self.wrap
