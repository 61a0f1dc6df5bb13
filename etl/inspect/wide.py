"""Figures spread over columns: what each level of the header means, and which columns go together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.inspect.columns import ColumnSeen, names_of
from etl.inspect.when import header_period
from etl.transform.regions import Regions, name_key
from etl.transform.text import fold

SEXES = {
    "L": ("l", "lk", "laki", "laki-laki", "laki - laki", "laki laki", "pria"),
    "P": ("p", "pr", "perempuan", "wanita"),
}
_AGE = re.compile(
    r"(umur |usia )?([<>≥≤]=? ?)?\d{1,3} ?(([-–]|s/d|sd) ?\d{1,3})?( ?\+| ke atas| tahun)*(\+| tahun| thn)?"
)
_DISTRICT = re.compile(r"(provinsi|prov\.?|kabupaten|kab\.?|kota|kecamatan|kec\.?|desa|kelurahan|kel\.?) \S")


@dataclass(frozen=True)
class Wide:
    """Columns that hold one measure. levels: per header row what it means (as Spread.levels; `daerah` for regions that
    are not ours); measures: texts of the level `ukuran`; headers: pattern that picks the columns."""

    columns: tuple[ColumnSeen, ...]
    levels: tuple[str, ...]
    measures: tuple[str, ...]
    headers: str | None


def sex(text: str) -> str | None:
    return next((code for code, words in SEXES.items() if fold(text) in words), None)


def wide_of(figures: Sequence[ColumnSeen], regions: Regions) -> Wide | None:
    """The block of columns that periods, regions or age groups in the header tell apart; None when there is none."""
    depth = len(figures[0].path) if figures else 0
    timed = [c for c in figures if any(header_period(text) for text in c.path)]
    block = timed or list(figures)
    if not block or not depth:
        return None
    levels = [_level([c.path[level] for c in block], regions) for level in range(depth)]
    if not timed and not {"wilayah", "daerah", "umur"} & set(levels):
        return None
    if not timed and len(block) < 2 and "wilayah" not in levels:
        return None
    levels = _told_once(levels, block)
    measures: tuple[str, ...] = ()
    if "ukuran" in levels:
        at = levels.index("ukuran")
        measures = tuple(dict.fromkeys(c.path[at] for c in block))
    return Wide(tuple(block), tuple(levels), measures, _headers(block, figures))


def _level(texts: Sequence[str], regions: Regions) -> str:
    filled = [text for text in texts if text]
    different = dict.fromkeys(filled)
    said = [header_period(text) for text in different]
    if filled and all(said):
        return "periode"
    if not filled:
        return "-"
    if (
        all(_AGE.fullmatch(fold(text)) for text in different)
        and len(different) > 1
        and not any(map(str.isdigit, different))
    ):
        return "umur"
    names = names_of(regions)
    if all(name_key(text)[0] in names for text in different):
        return "wilayah"
    if len(different) < 2:
        return "-"
    if all(sex(text) for text in different):
        return "jenis_kelamin"
    if len(filled) == len(texts) and all(_DISTRICT.match(fold(text)) for text in different):
        return "daerah"
    return "ukuran"


def _told_once(levels: Sequence[str], block: Sequence[ColumnSeen]) -> list[str]:
    """Of two levels that say the same (a code above a name) one stays, no measure if possible; of measures the last."""
    told = list(levels)
    for one in range(len(told)):
        for other in range(len(told)):
            if one == other or told[one] != "ukuran" or told[other] in ("-",):
                continue
            pairs = {(c.path[one], c.path[other]) for c in block}
            if len(pairs) == len({c.path[other] for c in block}):
                told[one] = "-"
    measures = [level for level, role in enumerate(told) if role == "ukuran"]
    for level in measures[:-1]:
        told[level] = f"kelompok_{level + 1}"
    return told


def _headers(block: Sequence[ColumnSeen], figures: Sequence[ColumnSeen]) -> str | None:
    """A pattern for the joined header that more years, months or age groups of the same kind fit, too."""
    texts = [c.header for c in block]
    others = [c.header for c in figures if c not in block]
    forms = (
        r"^(19|20)\d\d",
        r"(19|20)\d\d\D*$",
        r"(19|20)\d\d",
        r"^(Jan|Feb|Peb|Mar|Apr|Mei|Jun|Jul|Agu|Ags|Sep|Okt|Nov|Nop|Des)",
        r"(Jan|Feb|Peb|Mar|Apr|Mei|Jun|Jul|Agu|Ags|Sep|Okt|Nov|Nop|Des)\w*$",
        r"^(umur |usia )?[<>≥]?\s*\d+",
        r"(triwulan|tw|semester)",
    )
    for form in forms:
        fits = re.compile(form, re.IGNORECASE)
        if all(fits.search(text) for text in texts) and not any(fits.search(text) for text in others):
            return form
    return "^(" + "|".join(re.escape(text).replace(r"\ ", " ") for text in texts) + ")$" if others else None
