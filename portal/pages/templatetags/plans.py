"""How money and its pace are written in plans."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.charts.bars import bar
from portal.pages.templatetags.figures import angka, persen, plain, rupiah
from portal.progress import Pace, predicate
from portal.punctuality import STATES, state_of
from portal.warehouse.programme import Line

register = template.Library()


@register.filter
def uang(value: Decimal | None) -> str | SafeString:
    """Rupiah as people say them, the exact amount read by a pointer; a dash for None."""
    if value is None:
        return "–"
    return format_html('<span class="angka" title="Rp{}">{}</span>', angka(value), rupiah(value))


@register.filter
def nama_program(name: str) -> str:
    """PROGRAM PENYELENGGARAAN JALAN → Program penyelenggaraan jalan; a name that is not shouted stays as it is."""
    return name.capitalize() if name.isupper() else name


@register.filter
def persen_pendek(value: Decimal | None) -> str:
    """One decimal is enough beside a bar: 36,4%."""
    return "–" if value is None else f"{plain(round(value, 1))}%"


@register.filter
def sampai(day: date | None) -> str:
    """30 June 2026 → Juni 2026."""
    return "" if day is None else date_format(day, "F Y")


@register.filter
def predikat(value: Decimal | None) -> str:
    return str(predicate(value))


@register.filter
def batang(line: Line) -> SafeString:
    """The bar of what was realised of the pagu, with a mark where the plan should be by then."""
    return bar(line.percent, line.due, line.pace.grade)


@register.filter
def laju(pace: Pace) -> SafeString:
    """The grade as a badge: its word, coloured."""
    told = "" if pace.ratio is None else f"{persen(round(pace.ratio, 1))} {_('dari rencana sampai saat itu')}"
    return format_html('<span class="lencana laju-{}" title="{}">{}</span>', pace.grade, told, pace.word)


@register.filter
def keadaan(period: Any) -> str:
    """What became of a period of a dataset, in words."""
    state = state_of(period)
    return str(STATES[state][1]) if state in STATES else state
