"""A table's rows as HTML. Written here and not in a template: a page has a thousand cells."""

from __future__ import annotations

from itertools import groupby
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.pages.templatetags.figures import plain
from portal.warehouse.table import Cell, Table

_SAFE = "!*'();:@&=+$,/~"
_NOTHING = '<td class="angka kosong">–</td>'


def body(table: Table) -> SafeString:
    """`<tr>`s of a table; each single figure leads to its account."""
    to_account, units, language = _account_prefix(), len(table.units) > 1, get_language()
    lines = []
    for row, group in groupby(table.grid, key=lambda line: line[0]):
        members = list(group)
        span = f' rowspan="{len(members)}"' if len(members) > 1 else ""
        head = f'<th scope="row"{span}>{escape(row.said)}</th>'
        for _row, under, cells in members:
            below = f'<th scope="row" class="anak">{escape(under.said)}</th>' if table.selection.under else ""
            told = "".join(cell_html(cell, to_account, units=units, language=language) for cell in cells)
            lines.append(f"<tr>{head}{below}{told}</tr>\n")
            head = ""
    return mark_safe("".join(lines))  # noqa: S308 - every text above is escaped


def cell_html(cell: Cell | None, to_account: str, *, units: bool, language: str | None = None) -> str:
    if cell is None:
        return _NOTHING
    if cell.text is not None:
        told = str(escape(cell.text))
        if cell.origin:
            told = f'<a href="{to_account}{_path(cell.origin)}">{told}</a>'
        return f'<td class="teks">{told}</td>'
    if cell.value is None:
        if cell.hidden:
            return f'<td class="angka"><abbr title="{escape(_("Disembunyikan"))}">*</abbr></td>'
        return f'<td class="angka"><abbr title="{escape(_("Tidak ada angka"))}">{escape(cell.mark or "–")}</abbr></td>'
    figure = plain(cell.value, language)
    if cell.origin:
        figure = f'<a href="{to_account}{_path(cell.origin)}">{figure}</a>'
    if cell.mark:
        figure += f" <sup>{escape(cell.mark)}</sup>"
    if units:
        figure += f" <small>{escape(cell.unit)}</small>"
    return f'<td class="angka">{figure}</td>'


def _account_prefix() -> str:
    """`/angka/`, below the language: asking Django for each of a thousand addresses takes longer than the table."""
    return reverse("asal", kwargs={"indikator": "-", "wilayah": "-", "periode": "-"}).removesuffix("-/-/-")


def _path(origin: tuple[str, str, str, str]) -> str:
    return escape(quote("/".join(filter(None, origin)), safe=_SAFE))
