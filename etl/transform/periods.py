"""Reporting periods: what people write (`Triwulan II 2024`, `31 MEI 2020`, `Februari`) → one code per period.

Codes sort as text within a kind: `2021-2026`, `2024`, `2024-S1`, `2024-Q2`, `2024-05`, `2024-05-31`. A period may stand
in pieces (the month in a column, the year in the file name): pieces are read apart and joined, and pieces that
contradict each other are refused. Two years with a dash are a period of several years; with a slash they are a school
year, which is none of ours.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import NamedTuple

from etl import calendar as kinds
from etl.calendar import MULTI
from etl.transform.text import fold, unmarked

KINDS = tuple(kind.name for kind in kinds.KINDS)
"""From fine to coarse."""

_MONTH_WORDS = (
    "januari january jan",
    "februari pebruari february feb peb",
    "maret march mar mrt",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agu agt agst ags aug",
    "september sept sep",
    "oktober october okt oct",
    "november nopember nov nop",
    "desember december des dec",
)
_MONTHS = {word: no for no, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_AS_OF = re.compile(r"\b(?:keadaan|kondisi|posisi|status|per|akhir)\b")
_FILLER = re.compile(
    r"\b(?:keadaan|kondisi|posisi|status|per|pada|akhir|data|periode|tanggal|tgl|tahun|thn|th|bulan|bln)\b\.?"
)
_CLOCK = re.compile(r"\b(?:pukul|jam)\b.*$|[t ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?: ?(?:wib|wita|wit|z))?$")

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_UNTIL = r" ?(?:[-‐–—−~]|s ?[./]? ?d[./]?|sampai(?: dengan)?|hingga) ?(?:(?:tahun|thn|th)\.? )?(?P<until>(?:19|20)\d\d)"
_NO_NUMBER = (r"(?<!\d[-./])(?<!\d\))(?<!\d\) )", r"(?![-./]?\d)")
"""Around a span of years: no digits joined to it, as in a telephone number."""
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_SEP = r"[ ./-]*"
_PART = r"(?:ke ?-? ?)?(?P<part>iv|i{1,3}|[1-4])"
_QUARTER = r"(?:triwulan|trw|tw|kuartal|kwartal|quarter|q)"
_SEMESTER = r"(?:semester|smt|sem|s)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}-(?P<month_no>\d\d?)-(?P<day>\d\d?)",
        rf"(?P<day>\d\d?)[/.-](?P<month_no>\d\d?)[/.-]{_YEAR}",
        rf"(?P<day>\d\d?){_SEP}{_MONTH}(?:{_SEP}{_YEAR})?",
        rf"{_MONTH}(?:{_SEP}{_YEAR})?",
        rf"{_YEAR}{_SEP}{_MONTH}",
        rf"{_QUARTER}{_SEP}{_PART}(?:{_SEP}{_YEAR})?".replace("part", "quarter"),
        rf"{_YEAR}{_SEP}{_QUARTER}{_SEP}{_PART}".replace("part", "quarter"),
        rf"{_SEMESTER}{_SEP}{_PART}(?:{_SEP}{_YEAR})?".replace("part", "semester"),
        rf"{_YEAR}{_SEP}{_SEMESTER}{_SEP}{_PART}".replace("part", "semester"),
        rf"{_YEAR}[-/](?P<month_no>0[1-9]|1[0-2])",
        rf"(?P<month_no>\d\d?)[-/]{_YEAR}",
        rf"{_NO_NUMBER[0]}(?:(?:rpj[mp][dn]|renstra) )?{_YEAR}{_UNTIL}{_NO_NUMBER[1]}",
        rf"(?:(?P<whole>tahunan){_SEP})?{_YEAR}(?:\.0+)?",
        r"(?P<whole>tahunan)",
        r"(?P<bare>iv|i{1,3}|\d\d?)(?:\.0+)?",
    )
)


class Unreadable(ValueError):
    """Not a period; the text says why, in Indonesian."""


class Parts(NamedTuple):
    """What one place says of the period. kind is empty while only a year (or nothing) is known.

    sub: month (bulanan, harian), quarter, semester, or last year (multitahun). bare: a number alone, whose meaning the
    calendar gives. as_of: the text says `keadaan`, `per` or the like.
    """

    year: int | None = None
    kind: str = ""
    sub: int | None = None
    day: int | None = None
    bare: int | None = None
    as_of: bool = False


def read(text: str) -> Parts:
    """What the text says. Raises Unreadable."""
    folded = fold(unmarked(text)).strip(" .,:;()[]*\"'")
    as_of = _AS_OF.search(folded) is not None
    plain = _FILLER.sub(" ", _CLOCK.sub("", folded).replace("_", " ").replace(",", " "))
    plain = re.sub(r"\s+", " ", plain).strip(" .:-")
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match:
            return _parts({key: value for key, value in match.groupdict().items() if value}, as_of)
    raise Unreadable("bukan periode yang dikenal")


def _parts(found: dict[str, str], as_of: bool) -> Parts:
    year = int(found["year"]) if "year" in found else None
    if "until" in found:
        try:
            first, last = kinds.years(f"{found['year']}-{found['until']}")
        except ValueError as fault:
            raise Unreadable(str(fault)) from None
        return Parts(first, MULTI, last, as_of=as_of)
    if "month" in found or "month_no" in found:
        month = _MONTHS[found["month"]] if "month" in found else int(found["month_no"])
        if not 1 <= month <= 12:
            raise Unreadable(f"bulan {month} tidak ada")
        if "day" not in found:
            return Parts(year, "bulanan", month, as_of=as_of)
        day = int(found["day"])
        if not 1 <= day <= calendar.monthrange(year or 2024, month)[1]:
            raise Unreadable(f"tanggal {day} tidak ada pada bulan itu")
        return Parts(year, "harian", month, day, as_of=as_of)
    for name, kind in (("quarter", "triwulanan"), ("semester", "semesteran")):
        if name in found:
            part = _NUMERALS[found[name]]
            if kind == "semesteran" and part > 2:
                raise Unreadable(f"semester {part} tidak ada")
            return Parts(year, kind, part, as_of=as_of)
    if "whole" in found:
        return Parts(year, "tahunan", as_of=as_of)
    if "bare" in found:
        bare = found["bare"]
        return Parts(bare=_NUMERALS.get(bare) or int(bare))
    return Parts(year, as_of=as_of)


def join(first: Parts, second: Parts) -> Parts:
    """Both statements together. Raises Unreadable when they contradict each other."""
    stated = [(one.year, one.kind, one.sub) for one in (first, second) if one.year or one.kind]
    if len(stated) == 2 and stated[0] != stated[1] and MULTI in (first.kind, second.kind):
        raise Unreadable("rentang tahun dan periode lain sekaligus; yang mana yang dimaksud?")
    if first.year and second.year and first.year != second.year:
        raise Unreadable(f"dua tahun yang berbeda, {first.year} dan {second.year}")
    fine, coarse = (first, second) if _fineness(first) <= _fineness(second) else (second, first)
    if fine.kind and fine.kind == coarse.kind and (fine.sub, fine.day) != (coarse.sub, coarse.day):
        raise Unreadable("dua periode yang berbeda dalam tahun yang sama")
    if fine.kind == "harian" and coarse.kind == "bulanan" and fine.sub != coarse.sub:
        raise Unreadable("tanggal dan bulan yang tidak cocok")
    return Parts(
        first.year or second.year,
        fine.kind,
        fine.sub,
        fine.day,
        first.bare if first.bare is not None else second.bare,
        first.as_of or second.as_of,
    )


def _fineness(parts: Parts) -> int:
    return KINDS.index(parts.kind) if parts.kind else len(KINDS)


def code(parts: Parts, kind: str, *, coarser: bool = False) -> str:
    """The period's code, which must be of the dataset's `kind`; `coarser` also lets totals of a longer period stand.

    A date is taken as the year, semester, quarter or month that it closes (31 Desember 2023 → 2023), or in which it
    lies when the text says `keadaan`; the first of a month is taken as the month, because Excel stores `Mei 2024` so.
    Raises Unreadable.
    """
    parts = _with_bare(parts, kind)
    if parts.year is None:
        raise Unreadable("tahunnya tidak disebut")
    found = parts.kind or "tahunan"
    if found == MULTI != kind and parts.sub == parts.year + 1:
        raise Unreadable(f"{parts.year}-{parts.sub} dapat berarti tahun ajaran, padahal dataset ini {kind}")
    if found == kind or (coarser and KINDS.index(found) > KINDS.index(kind)):
        return _code(parts.year, found, parts.sub, parts.day)
    if found == "harian" and kind != MULTI:
        return _closing(parts, kind)
    raise Unreadable(f"periode {found}, padahal dataset ini {kind}")


def _with_bare(parts: Parts, kind: str) -> Parts:
    """`5` in a month column is May: only the calendar can say so."""
    if parts.bare is None:
        return parts
    most = {"bulanan": 12, "triwulanan": 4, "semesteran": 2}.get(kind, 0)
    if parts.kind or not 1 <= parts.bare <= most:
        raise Unreadable(f"angka {parts.bare} tidak berarti periode {kind}")
    return parts._replace(kind=kind, sub=parts.bare, bare=None)


def _closing(parts: Parts, kind: str) -> str:
    assert parts.year and parts.sub and parts.day
    per = {"bulanan": 1, "triwulanan": 3, "semesteran": 6, "tahunan": 12}[kind]
    part = (parts.sub - 1) // per + 1
    found = _code(parts.year, kind, None if kind == "tahunan" else part)
    the_day = date(parts.year, parts.sub, parts.day)
    if the_day == bounds(found)[1] or parts.as_of or (kind == "bulanan" and parts.day == 1):
        return found
    raise Unreadable(f"tanggal {the_day:%d/%m/%Y} bukan akhir periode {kind}")


def _code(year: int, kind: str, sub: int | None = None, day: int | None = None) -> str:
    if kind == "harian":
        return f"{year}-{sub:02d}-{day:02d}"
    if kind == "bulanan":
        return f"{year}-{sub:02d}"
    if kind == "tahunan":
        return f"{year}"
    return f"{year}-{ {'triwulanan': 'Q', 'semesteran': 'S', MULTI: ''}[kind] }{sub}"


def parse(text: str, kind: str | None = None) -> str:
    """Text → code; without `kind` of whatever kind the text says. Raises Unreadable."""
    parts = read(text)
    return code(parts, kind or parts.kind or "tahunan")


_CODE = re.compile(r"(\d{4})(?:-(?:S([12])|Q([1-4])|(\d\d)(?:-(\d\d))?))?")


def bounds(period: str) -> tuple[date, date, str]:
    """First day, last day and kind of a period code. Raises ValueError when it is none."""
    kind = kinds.kind_of(period).name
    if kind == MULTI:
        first, last = kinds.years(period)
        return date(first, 1, 1), date(last, 12, 31), MULTI
    match = _CODE.fullmatch(period)
    assert match is not None
    year = int(match[1])
    if match[5]:
        the_day = date(year, int(match[4]), int(match[5]))
        return the_day, the_day, "harian"
    for group, kind, months in ((4, "bulanan", 1), (3, "triwulanan", 3), (2, "semesteran", 6)):
        if match[group]:
            last = int(match[group]) * months
            end = date(year, last, calendar.monthrange(year, last)[1])
            return date(year, last - months + 1, 1), end, kind
    return date(year, 1, 1), date(year, 12, 31), "tahunan"


def year_before(period: str) -> str:
    """The same period one year earlier; 29 February becomes 28 February; 2019-2021 becomes 2018-2020."""
    earlier = f"{int(period[:4]) - 1}{period[4:]}"
    if kinds.kind_of(period).name == MULTI:
        return f"{earlier[:5]}{int(period[5:]) - 1}"
    if earlier.endswith("-02-29"):
        earlier = earlier[:-2] + "28"
    return earlier


def search(text: str) -> Parts:
    """The first period with a year that stands in a longer text (a file name, a title). Raises Unreadable.

    Two years in a row are taken as the first of them: in names and titles `2024-2025` is most often a school year.
    """
    folded = fold(text).replace("_", " ")
    for form in _FORMS[:-2]:
        for match in re.finditer(rf"(?<![a-z0-9])(?:{form.pattern})(?![a-z0-9])", folded):
            in_a_row = "until" in form.groupindex and int(match["until"]) == int(match["year"]) + 1
            if match["year"] and not in_a_row:
                return _parts({key: value for key, value in match.groupdict().items() if value}, False)
    raise Unreadable("tidak menyebut periode")
