"""How a question lays a dataset's figures out.

One or two axes are the rows, one the columns; every other one is held at a member. Nothing is added up but breakdowns
and regions of a count that the dataset gives no total of.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.labels import humanized
from portal.warehouse.contents import BUDGETS, INDICATOR, PERIOD, REGION, TOTAL, Axis, Contents, Member, Shape

NONE = ""
SUM = "jumlah"
"""Asked of a breakdown or of the regions: the figures of its members together."""
UNSUMMABLE = frozenset({"tahap", "akun"})
"""Stages say the same money again; revenue and spending are no sum."""
PYRAMID_AXES = ("umur", "jenis_kelamin")
PYRAMID = frozenset(PYRAMID_AXES)
MAX_COLUMNS = 40


class BadSelection(ValueError):
    """What was asked for is not there; the message says what is."""


@dataclass(frozen=True)
class Selection:
    """What of a dataset is shown.

    rows, under, columns: axes; under is the rows' second, NONE for none. level: which regions (`kecamatan`); regions,
    periods: those codes alone, all when empty. held: breakdown → member, SUM or TOTAL. offers: breakdown → the members
    that it may be held at instead. told: what was decided otherwise than asked, in sentences.
    """

    dataset: str
    rows: str
    columns: str
    indicator: str | None
    under: str = NONE
    level: str | None = None
    regions: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def spanning(self) -> tuple[str, ...]:
        return tuple(key for key in (self.rows, self.under, self.columns) if key != NONE)

    def parameters(self) -> dict[str, Any]:
        members = {name: code for name, code in self.held.items() if code not in (SUM, TOTAL)}
        return {
            "dataset": self.dataset,
            "baris": self.rows,
            "anak": self.under,
            "kolom": self.columns,
            "indikator": [self.indicator] if self.indicator else None,
            "tingkat": [self.level] if self.level else None,
            "wilayah": None if self.regions == (SUM,) else list(self.regions) or None,
            "periode": list(self.periods) or None,
            "rincian": json.dumps(members) if members else None,
            "tanpa": [name for name, code in self.held.items() if code == TOTAL] or None,
        }

    def query(self) -> list[tuple[str, str]]:
        """The query string that asks for exactly this."""
        pairs = [("baris", self.rows), ("anak", self.under), ("kolom", self.columns)]
        pairs += [(INDICATOR, self.indicator)] if self.indicator else []
        pairs += [("tingkat", self.level)] if self.level else []
        pairs += [(REGION, code) for code in self.regions] + [(PERIOD, code) for code in self.periods]
        return pairs + [(f"rincian.{name}", code) for name, code in self.held.items()]


# ── the choice ───────────────────────────────────────────────────────────────────────────────────────────────────────


def choose(there: Contents, asked: Mapping[str, Sequence[str]]) -> Selection:
    """The selection that `asked` (a query string's values) means; what it leaves open is chosen to say most.

    Raises BadSelection for an axis, member or level that the dataset does not have.
    """
    told: list[str] = []
    asked_axes = _asked_axes(there, asked, told)
    indicator = _one(asked, INDICATOR, there.axes[INDICATOR].codes)
    if indicator is None and INDICATOR not in asked_axes:
        indicator = there.axes[INDICATOR].codes[0]
    shapes = [shape for shape in there.shapes if indicator is None or shape.indicator == indicator]
    given = [level for level in there.levels if any(shape.level == level for shape in shapes)]
    level = _one(asked, "tingkat", there.levels)
    if level is None or level not in given:
        told += [_not_there("tingkat", level, readable(given))] if level else []
        level = readable(given)
    at_level = [shape for shape in shapes if shape.level == level]
    rows, under, columns = _axes(there, at_level, level, asked_axes)
    spanning = {rows, under, columns} - {NONE}
    if INDICATOR in spanning:
        indicator = None
    regions = _several(asked, REGION, there.axes[REGION], SUM)
    if REGION in spanning:
        regions = tuple(code for code in regions if code != SUM)
    else:
        regions = _one_region(there, shapes, given, level, regions, told)
    levels = {there.level_of(code) for code in regions if code != SUM} or {level}
    shapes = [shape for shape in shapes if shape.level in levels]
    periods = _several(asked, PERIOD, there.axes[PERIOD])
    if PERIOD not in spanning:
        latest = tuple(sorted({shape.period for shape in shapes})[-1:])
        periods = _only(periods[-1:] + periods[:-1], there.axes[PERIOD], told) or latest
    if periods:
        shapes = [shape for shape in shapes if shape.period in periods] or shapes
    held, offers = _holds(there, shapes, spanning, asked, told)
    kept = level if not regions or regions == (SUM,) else None
    return Selection(there.dataset, rows, columns, indicator, under, kept, regions, periods, held, offers, tuple(told))


def _asked_axes(
    there: Contents, asked: Mapping[str, Sequence[str]], told: list[str]
) -> tuple[str | None, str | None, str | None]:
    """Rows, rows under them and columns as asked; None where that is left open, also by asking for one twice."""
    rows = _one(asked, "baris", list(there.axes))
    under = _one(asked, "anak", [*there.axes, NONE])
    columns = _one(asked, "kolom", [*there.axes, NONE])
    if columns and columns in (rows, under):
        told.append(_("Kolom dipilihkan yang lain, karena sama dengan baris."))
        columns = None
    if under and under == rows:
        under = None
    return rows, under, columns


def _one_region(
    there: Contents,
    shapes: Sequence[Shape],
    given: Sequence[str],
    level: str,
    asked: tuple[str, ...],
    told: list[str],
) -> tuple[str, ...]:
    """The region of a table whose rows and columns are others: the whole regency where it is told, else all of a level
    together where they may be added up."""
    regions = _only(asked, there.axes[REGION], told)
    of_level = there.regions_of[level]
    sums = len(of_level) > 1 and _additive(there, [shape for shape in shapes if shape.level == level])
    if regions and (regions != (SUM,) or sums):
        return regions
    whole = there.regions_of[given[0]]
    return whole if len(whole) == 1 else (SUM,) if sums else of_level[:1]


def _additive(there: Contents, shapes: Sequence[Shape]) -> bool:
    return all(shape.indicator in there.additive for shape in shapes)


def _holds(
    there: Contents,
    shapes: Sequence[Shape],
    spanning: set[str],
    asked: Mapping[str, Sequence[str]],
    told: list[str],
) -> tuple[dict[str, str], dict[str, tuple[Member, ...]]]:
    """Each breakdown that spans nothing, one after the other, held at a member that there is beside those before."""
    held: dict[str, str] = {}
    offers: dict[str, tuple[Member, ...]] = {}
    for name in there.breakdowns:
        wanted = _one(asked, f"rincian.{name}", [*there.axes[name].codes, SUM])
        if name in spanning:
            continue
        codes = Counter[str]()
        together: dict[tuple[str, ...], set[str]] = {}
        for shape in shapes:
            code = shape.breakdown.get(name, TOTAL)
            codes[code] += shape.count
            together.setdefault(_apart(shape), set()).add(code)
        sums = may_sum(name, together.values(), additive=_additive(there, shapes))
        members = [member for member in there.axes[name].members if member.code in codes]
        if wanted is None or (wanted not in codes and not (wanted == SUM and sums)):
            best = _best(name, codes, [member.code for member in members], sums)
            if wanted is not None:
                told.append(_not_there(name, there.axes[name].name_of(wanted), _said(there, name, best)))
            wanted = best
        held[name] = wanted
        offers[name] = (*((Member(SUM, _said(there, name, SUM)),) if sums else ()), *members)
        if wanted != SUM:
            shapes = [shape for shape in shapes if shape.breakdown.get(name, TOTAL) == wanted]
    return held, offers


def _apart(shape: Shape) -> tuple[str, ...]:
    """What no cell ever has two of, whatever is asked."""
    stages = (shape.breakdown.get(name, TOTAL) for name in sorted(UNSUMMABLE))
    return (shape.indicator, shape.level, shape.period, *stages)


def may_sum(name: str, together: Iterable[set[str]], *, additive: bool) -> bool:
    """Whether a breakdown's members are one figure: of a count, where no total and no member of members (`5.1` beside
    `5.1.01`) is among them. together: the members that one cell may be of."""
    groups = list(together)
    several = len(set().union(*groups)) > 1
    return additive and several and name not in UNSUMMABLE and all(map(_is_whole, groups))


def _is_whole(codes: set[str]) -> bool:
    if TOTAL in codes and len(codes) > 1:
        return False
    return not any(".".join(code.split(".")[:cut]) in codes for code in codes for cut in range(1, code.count(".") + 1))


def _best(name: str, codes: Counter[str], ordered: Sequence[str], sums: bool) -> str:
    if not ordered:
        return TOTAL
    if name == "tahap":
        return ordered[-1]
    if TOTAL in codes and not sums and name not in UNSUMMABLE:
        return TOTAL
    return SUM if sums else max(ordered, key=lambda code: (codes[code], -ordered.index(code)))


def _said(there: Contents, name: str, code: str) -> str:
    return _("Jumlah semuanya") if code == SUM else there.axes[name].name_of(code)


def _not_there(name: str, wanted: str | None, instead: str) -> str:
    return _("%(axis)s “%(wanted)s” tidak ada pada pilihan ini; ditampilkan “%(instead)s”.") % {
        "axis": humanized(name),
        "wanted": wanted,
        "instead": instead,
    }


def _only(codes: Sequence[str], axis: Axis, told: list[str]) -> tuple[str, ...]:
    """The first of `codes`: figures of several would be added up."""
    if len(codes) > 1:
        told.append(
            _("%(axis)s bukan baris atau kolom, jadi ditampilkan satu saja: %(name)s.")
            % {"axis": humanized(axis.key), "name": axis.name_of(codes[0])}
        )
    return tuple(codes[:1])


def _one(asked: Mapping[str, Sequence[str]], name: str, allowed: Sequence[str]) -> str | None:
    given = asked.get(name)
    if not given or (given[0] == "" and "" not in allowed):
        return None
    if given[0] not in allowed:
        there = ", ".join(filter(None, allowed[:20]))
        raise BadSelection(
            _("`%(name)s` tidak mengenal `%(given)s`. Yang ada: %(there)s.")
            % {"name": name, "given": given[0][:60], "there": there}
        )
    return given[0]


def _several(asked: Mapping[str, Sequence[str]], name: str, axis: Axis, *further: str) -> tuple[str, ...]:
    known = {*axis.codes, *further}
    for code in asked.get(name, ()):
        if code and code not in known:
            raise BadSelection(
                _("`%(name)s` tidak mengenal `%(given)s` pada dataset ini. Yang ada: %(there)s.")
                % {"name": name, "given": code[:60], "there": ", ".join(axis.codes[:20])}
            )
    return tuple(dict.fromkeys(filter(None, asked.get(name, ()))))


# ── what says most ───────────────────────────────────────────────────────────────────────────────────────────────────


def readable(levels: Sequence[str]) -> str:
    """Kecamatan where there are any: 18 rows say more than one and are still read at a glance; else the finest."""
    return "kecamatan" if "kecamatan" in levels else levels[-1]


def _axes(
    there: Contents, shapes: Sequence[Shape], level: str, asked: tuple[str | None, str | None, str | None]
) -> tuple[str, str, str]:
    """Rows, rows under them, columns: as asked, the others so that as much as can be read at a glance is shown."""
    rows, under, columns = asked
    given = [key for key in asked if key]
    many = _sizes(there, shapes, level)
    free = [key for key in many if key not in given]
    if rows is None and columns is None and {*free} >= PYRAMID:
        rows, columns = PYRAMID_AXES
    if rows is None:
        order = [REGION] if many.get(REGION, 0) > 1 else []
        order += [PERIOD] if not order and many.get(PERIOD, 0) > 4 and not there.breakdowns else []
        order += sorted((key for key in there.breakdowns if key in many), key=lambda key: -many[key])
        rows = next(
            (key for key in [*order, PERIOD, INDICATOR] if key in free), PERIOD if PERIOD not in given else REGION
        )
    free = [key for key in free if key != rows]
    if columns is None:
        wide = [PERIOD, *(key for key in there.breakdowns if key not in UNSUMMABLE), INDICATOR]
        columns = next((key for key in wide if key in free and 1 < many[key] <= MAX_COLUMNS), NONE)
        free = [key for key in free if key != columns]
    if under is None:
        # What cannot be added up would leave one row of each: it stands below it.
        loose = there.fact in BUDGETS and not _additive(there, shapes)
        below = [key for key in ("tolok_ukur", "kegiatan") if key in free and many[key] > 1]
        under = below[0] if loose and below else NONE
    return rows, under, columns


def _sizes(there: Contents, shapes: Sequence[Shape], level: str) -> dict[str, int]:
    """Axis → of how many members there are such figures."""
    sizes = {
        INDICATOR: len({shape.indicator for shape in shapes}),
        PERIOD: len({shape.period for shape in shapes}),
        REGION: len(there.regions_of.get(level, ())),
    }
    for name in there.breakdowns:
        sizes[name] = len({shape.breakdown.get(name, TOTAL) for shape in shapes})
    return sizes
