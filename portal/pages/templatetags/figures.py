"""How figures, times and codes are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from portal.labels import humanized, period_name, status_name

register = template.Library()

LARGE = ((Decimal(10) ** 12, noop("triliun")), (Decimal(10) ** 9, noop("miliar")), (Decimal(10) ** 6, noop("juta")))


def plain(value: Decimal, language: str | None = None) -> str:
    """1234567.50 → 1.234.567,5 (1,234,567.5 in English): every digit that the figure has, and no zero more.

    Done here: a table has a thousand figures, and Django asks for each in which language and form.
    """
    whole, _dot, fraction = format(value.normalize(), "f").partition(".")
    text = f"{int(whole):,}"
    if whole == "-0":
        text = "-0"
    if fraction:
        text += f".{fraction}"
    if (language or get_language()) == "en":
        return text
    return text.translate(_INDONESIAN)


_INDONESIAN = str.maketrans(".,", ",.")


@register.filter
def angka(value: object) -> str:
    """A figure with all its digits; an empty text for None."""
    return "" if value is None else plain(Decimal(str(value)))


@register.filter
def ringkas(value: object) -> str:
    """A large figure as people say it: 1.234.567.890 → 1,23 miliar. Below a million as it is."""
    if value is None:
        return ""
    number = Decimal(str(value))
    for size, word in LARGE:
        if abs(number) >= size:
            return f"{plain(round(number / size, 2))} {_(word)}"
    return plain(round(number, 2))


@register.filter
def rupiah(value: object) -> str:
    """Rupiah as people say them: Rp1,23 miliar."""
    return "" if value is None else f"Rp{ringkas(value)}"


@register.filter
def persen(value: object) -> str:
    return "" if value is None else f"{plain(round(Decimal(str(value)), 2))}%"


@register.filter
def tanggal(value: date | datetime | None) -> str:
    """25 November 2026, in the regency's own time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return date_format(value, "j F Y")


@register.filter
def waktu(value: datetime | None) -> str:
    """25 November 2026 14.30 WITA."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    mark = "." if get_language() == "id" else ":"
    return f"{date_format(local, 'j F Y')} {local:%H}{mark}{local:%M} WITA"


@register.filter
def periode(code: str) -> str:
    """2024-S2 → Semester II 2024."""
    return period_name(code)


@register.filter
def sebutan(code: str) -> str:
    """A breakdown's or an axis's name as people write it: jenis_kelamin → Jenis kelamin."""
    return humanized(code)


@register.filter
def status(code: str | None) -> str:
    """tetap → angka tetap (final figure)."""
    return status_name(code)


@register.filter
def urusan(name: str | None) -> str:
    """URUSAN PEMERINTAHAN BIDANG PEKERJAAN UMUM → Pekerjaan umum."""
    return (name or "").removeprefix("URUSAN PEMERINTAHAN BIDANG ").capitalize()


@register.filter
def rentang(years: list[int]) -> str:
    """[2015, …, 2024] → 2015–2024; [2023] → 2023."""
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0])


@register.filter
def selisih_persen(value: object) -> str:
    """A change in percent with its sign: +1,2%."""
    if value is None:
        return ""
    rounded = round(Decimal(str(value)), 1)
    return f"{'+' if rounded > 0 else ''}{plain(rounded)}%"


@register.filter
def ambil(mapping: Mapping[object, object], key: object) -> object:
    """The member of a mapping, in templates; an empty text where there is none."""
    return mapping.get(key, "")


@register.simple_tag
def asal(origin: tuple[str, str, str, str]) -> str:
    """Address of the account of one figure."""
    indicator, region, period, breakdown = origin
    parts = {"indikator": indicator, "wilayah": region, "periode": period}
    return reverse("asal", kwargs={**parts, "rincian": breakdown} if breakdown else parts)


@register.simple_tag
def ikon(name: str) -> SafeString:
    """A drawing of static/gambar/ikon.svg, beside words that say the same."""
    from django.templatetags.static import static

    return format_html(
        '<svg class="ikon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("gambar/ikon.svg"),
        name,
    )
