"""Where the period of a table is said: in its columns, its header, its title, the sheet's name or the file's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from etl.calendar import MULTI
from etl.inspect.columns import ColumnSeen, dated
from etl.transform import periods
from etl.transform.text import fold, tidy_text

_MONTH = (
    "januari|februari|pebruari|maret|april|mei|juni|juli|agustus|september|oktober|november|nopember|desember"
    "|jan|feb|peb|mar|apr|jun|jul|agu|ags|agt|sep|sept|okt|nov|nop|des"
)
_YEAR = r"(?:19|20)\d\d"
_GAP = r"[\s._,-]*(?:tahun|thn|th)?[\s._,-]*"
_PART = r"(?:ke[\s-]*)?(?:IV|I{1,3}|[1-4])"
_FREE: tuple[tuple[str, str], ...] = (
    ("harian", rf"\d{{1,2}}[\s_.-]*(?:{_MONTH})[\s_.-]*{_YEAR}"),
    ("harian", rf"{_YEAR}-\d\d-\d\d"),
    ("harian", rf"\d{{1,2}}[/-]\d{{1,2}}[/-]{_YEAR}"),
    ("triwulanan", rf"(?:triwulan|trw|tw|kuartal)[\s._-]*{_PART}\b{_GAP}{_YEAR}"),
    ("semesteran", rf"(?:semester|smt|sem)[\s._-]*{_PART}\b{_GAP}{_YEAR}"),
    ("bulanan", rf"(?:{_MONTH}){_GAP}{_YEAR}"),
    ("bulanan", rf"{_YEAR}[\s._-]*(?:{_MONTH})"),
    ("tahunan", _YEAR),
)
_LONE_MONTH = rf"(?<![A-Za-z])(?:{_MONTH})(?![A-Za-z])"
_RANGE = re.compile(rf"{_YEAR}\s*(?:[-–/]|s/d|s\.d\.?|sampai)\s*{_YEAR}", re.IGNORECASE)
_NOT_REPORTED = re.compile(r"unduh|cetak|dicetak|download|print|perda|perbup|nomor|peraturan|seri", re.IGNORECASE)
_CLOCK = re.compile(r"pukul|jam|\d{1,2}[:.]\d\d[:.]\d\d", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """One place that says the period. place, pattern: as PeriodFrom; text: what it says; kind: of period."""

    place: str
    text: str = ""
    kind: str = ""
    has_year: bool = True
    pattern: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class When:
    """The kind of period, the places that say it together, and what is doubtful about it."""

    kind: str
    places: tuple[Said, ...]
    doubts: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    """The periods of several years, where that is the kind."""


def free_text(place: str, text: str) -> Said | None:
    """The period that a file name, a sheet name or a title says, with a pattern where a plain search would miss it."""
    if place == "title":
        text = "\n".join(line for line in text.split("\n") if not _NOT_REPORTED.search(line) or "tahun" in fold(line))
    searched = PurePosixPath(text).name if place == "file" else text
    blanked = _RANGE.sub(lambda match: " " * len(match[0]), searched)
    for kind, form in _FREE:
        for match in re.finditer(
            rf"(?<![A-Za-z0-9])(?:{form})(?![A-Za-z0-9])", blanked.replace("_", " "), re.IGNORECASE
        ):
            said = _understood(place, searched, match[0], kind, form)
            if said is not None:
                return said
    return None


def _understood(place: str, text: str, found: str, kind: str, form: str) -> Said | None:
    try:
        parts = periods.read(found)
    except periods.Unreadable:
        return None
    if kind == "harian" and not _CLOCK.search(text):
        kind = _closed(parts)
    try:
        plain = periods.search(text) == parts
    except periods.Unreadable:
        plain = False
    return Said(place, tidy_text(found), kind, True, None if plain else form.replace(r"[\s._", r"[\s._"))


def _closed(parts: periods.Parts) -> str:
    """A date in a title or a file name stands for the year or month that it closes; else for the day."""
    kind = dated([parts])
    if kind == "bulanan" and parts.day == 1:
        return "harian"
    return kind


def lone_month(place: str, text: str) -> Said | None:
    """A month without year, as in `lra_april.xlsx`."""
    match = re.search(_LONE_MONTH, text.replace("_", " "), re.IGNORECASE)
    return Said(place, match[0], "bulanan", False, rf"({_MONTH})(?![A-Za-z])") if match else None


def header_period(text: str) -> periods.Parts | None:
    """What a header cell says of the period; a number alone says nothing."""
    try:
        parts = periods.read(text)
    except periods.Unreadable:
        return None
    return None if parts.bare is not None or parts == periods.Parts() else parts


def decide(
    columns: Sequence[ColumnSeen],
    headers: Sequence[periods.Parts],
    texts: dict[str, str],
    *,
    several_sheets: bool,
    fallback_year: int,
    filled_down: Sequence[int] = (),
) -> tuple[When, tuple[int, ...]]:
    """The period of a table, and the columns that say it (other columns of dates are then words).

    texts: of `file`, `sheet` and `title`. fallback_year: stated as `fixed` where nothing says a year.
    """
    chosen, doubts = _columns(columns)
    places: list[Said] = []
    gaps = [column for column in chosen if column.n_empty and column.at not in filled_down]
    if gaps and len(gaps) == len(chosen) == 1 and gaps[0].n_distinct == 1 and gaps[0].has_year:
        column = gaps[0]
        only = column.distinct[0].removesuffix(".0")
        doubts.append(
            f"`{column.header}` kosong di {column.n_empty} baris dan {only} di semua yang lain; "
            f"dipakai {only} untuk semua"
        )
        return When(column.period, (Said("fixed", only, column.period, True, None, only),), tuple(doubts)), ()
    doubts += [f"`{c.header}` (periode) kosong di {c.n_empty} baris; baris itu dikarantina" for c in gaps]
    kinds = [column.period for column in chosen]
    year = any(column.has_year for column in chosen)
    if chosen:
        places.append(Said("column", ", ".join(c.header for c in chosen), _finest(kinds), year))
    if headers:
        kinds += [part.kind or "tahunan" for part in headers]
        year |= all(part.year for part in headers)
        places.append(Said("header", "", _finest(kinds), all(part.year for part in headers)))
    kind = _finest(kinds) if kinds else ""
    if year and kind:
        spans = _spans(chosen, headers) if kind == MULTI else ()
        return When(kind, tuple(places), tuple(doubts), spans), tuple(c.at for c in chosen)
    said = [one for one in (free_text(place, text) for place, text in texts.items()) if one is not None]
    if several_sheets:
        said.sort(key=lambda one: one.place != "sheet")
    said.sort(key=lambda one: periods.KINDS.index(one.kind))
    if kind:
        places += _year_only(said, doubts, fallback_year)
    else:
        kind = _from_texts(said, texts, places, doubts, fallback_year)
    return When(kind, tuple(places), tuple(doubts)), tuple(c.at for c in chosen)


def _spans(columns: Sequence[ColumnSeen], headers: Sequence[periods.Parts]) -> tuple[str, ...]:
    said = [*headers, *(periods.read(text) for column in columns for text in column.distinct if text)]
    return tuple(sorted({periods.code(one, MULTI) for one in said if one.kind == MULTI}))


def _columns(columns: Sequence[ColumnSeen]) -> tuple[list[ColumnSeen], list[str]]:
    """The period columns to use: a year and a part of it may stand apart; of two that say the year the first counts."""
    found = [column for column in columns if column.kind == "periode"]
    whole = [column for column in found if column.has_year]
    parts = [column for column in found if not column.has_year]
    doubts = []
    if len(whole) > 1:
        doubts.append(
            f"lebih dari satu kolom menyebut periode ({', '.join(c.header or 'tanpa judul' for c in whole)}); "
            f"dipakai `{whole[0].header or 'yang pertama'}`"
        )
    yearly = [c for c in whole if c.period == "tahunan"]
    first = yearly[:1] if yearly and parts else whole[:1]
    return [*first, *parts[:1]], doubts


def _finest(kinds: Sequence[str]) -> str:
    return min(kinds, key=periods.KINDS.index)


def _agree(one: str, other: str) -> bool:
    try:
        periods.join(periods.read(one)._replace(as_of=False), periods.read(other)._replace(as_of=False))
    except periods.Unreadable:
        return False
    return True


def _year_only(said: Sequence[Said], doubts: list[str], fallback_year: int) -> list[Said]:
    if said:
        best = said[0]
        only_year = re.search(_YEAR, best.text)
        if best.kind != "tahunan" and only_year:
            best = replace(best, pattern=rf"({_YEAR})", text=only_year[0], kind="tahunan")
        return [best]
    doubts.append(f"tahun tidak disebut di mana pun; ditulis {fallback_year} (tahun berkas disimpan)")
    return [Said("fixed", str(fallback_year), "tahunan", True, None, str(fallback_year))]


def _from_texts(
    said: Sequence[Said], texts: dict[str, str], places: list[Said], doubts: list[str], fallback_year: int
) -> str:
    best = said[0] if said else None
    if best is None or best.kind == "tahunan":
        months = [lone_month(place, text) for place, text in texts.items() if place != "title"]
        month = next((one for one in months if one), None)
        if month and (best is None or best.place != month.place):
            places.append(month)
            places += [best] if best else _year_only((), doubts, fallback_year)
            return "bulanan"
    if best is None:
        places += _year_only((), doubts, fallback_year)
        return "tahunan"
    places.append(best)
    others = {one.text for one in said if not _agree(one.text, best.text)}
    if others:
        doubts.append(f"periode disebut berbeda: {best.text} ({best.place}) dan {', '.join(sorted(others))}")
    if re.match(r"\d{1,2}\D|\d{4}-\d\d-\d\d", best.text) and best.kind != "harian":
        doubts.append(f"`{best.text}` dibaca sebagai periode {best.kind}")
    return best.kind
