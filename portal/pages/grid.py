"""A table's rows as HTML. Written here and not in a template: a page has a thousand cells."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.pages.templatetags.figures import plain
from portal.warehouse.table import Cell, Table

_SAFE = "!*'();:@&=+$,/~"
_NOTHING = '<td class="angka kosong">–</td>'


def body(table: Table, *, linked: bool) -> SafeString:
    """`<tr>`s of a table. linked: each single figure leads to its account."""
    to_account = _account_prefix() if linked else None
    units = len(table.units) > 1
    lines = []
    before = None
    for row, under, cells in table.grid:
        head = f'<th scope="row">{escape(row.said)}</th>' if row != before or not table.selection.under else ""
        if table.selection.under:
            head = head or '<td class="ulang" aria-hidden="true"></td>'
            head += f'<th scope="row" class="anak">{escape(under.said)}</th>'
        before = row
        lines.append(f"<tr>{head}{''.join(cell_html(cell, to_account, units=units) for cell in cells)}</tr>\n")
    return mark_safe("".join(lines))  # noqa: S308 - every text above is escaped


def cell_html(cell: Cell | None, to_account: str | None, *, units: bool) -> str:
    if cell is None:
        return _NOTHING
    if cell.text is not None:
        return f'<td class="teks">{escape(cell.text)}</td>'
    if cell.value is None:
        if cell.hidden:
            return f'<td class="angka"><abbr title="{escape(_("Disembunyikan"))}">*</abbr></td>'
        return f'<td class="angka"><abbr title="{escape(_("Tidak ada angka"))}">{escape(cell.mark or "–")}</abbr></td>'
    figure = plain(cell.value)
    if to_account and cell.origin:
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
