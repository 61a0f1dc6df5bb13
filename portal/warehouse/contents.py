"""What figures of a dataset there are: its axes and their members.

An *axis* is `wilayah`, `periode`, `indikator` or a breakdown (`jenis_kelamin`; of a budget also `kegiatan`, `rekening`,
…).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from psycopg2.sql import Composable, Identifier

from portal.labels import humanized, period_name
from portal.warehouse.kept import kept
from portal.warehouse.snapshot import Snapshot

REGION, PERIOD, INDICATOR = "wilayah", "periode", "indikator"
TOTAL = ""
"""Of a breakdown: figures that are not broken down by it."""
LEVELS = ("provinsi", "kabupaten", "kota", "kecamatan", "kelurahan", "desa")
TEXTS = frozenset({"penghambat", "tindak_lanjut"})
"""Measures that are told in words, which stand in the mark."""
BUDGETS = frozenset({"anggaran", "kinerja"})


@dataclass(frozen=True)
class Member:
    """One value of an axis: its code and what people call it. coded: people know it by its code, too."""

    code: str
    name: str
    coded: bool = False

    @property
    def said(self) -> str:
        return f"{self.code} {self.name}" if self.coded else self.name


@dataclass(frozen=True)
class Axis:
    """Everything that one dimension of a dataset may be, in its order."""

    key: str
    members: tuple[Member, ...]

    @property
    def codes(self) -> list[str]:
        return [member.code for member in self.members]

    def name_of(self, code: str) -> str:
        return next((member.name for member in self.members if member.code == code), code)


@dataclass(frozen=True)
class Shape:
    """What figures share but the region: so many of them are given at `level` for a period and breakdown."""

    indicator: str
    level: str
    period: str
    breakdown: Mapping[str, str]
    count: int


@dataclass(frozen=True)
class Contents:
    """What figures of a dataset there are, and how they may be laid out.

    additive: indicators whose breakdowns may be added up. worded: indicators whose figures are texts. regions_of:
    level → codes of its regions.
    """

    dataset: str
    fact: str
    axes: Mapping[str, Axis]
    levels: tuple[str, ...]
    additive: frozenset[str]
    worded: frozenset[str]
    regions_of: Mapping[str, tuple[str, ...]]
    shapes: tuple[Shape, ...] = ()

    @property
    def breakdowns(self) -> list[str]:
        return [key for key in self.axes if key not in (REGION, PERIOD, INDICATOR)]

    def level_of(self, region: str) -> str:
        return next(level for level, codes in self.regions_of.items() if region in codes)

    @property
    def view(self) -> Composable:
        """The view in `portal` that has its figures."""
        return Identifier("portal", f"angka_{self.fact}")


def contents(
    snapshot: Snapshot, entry: Any, indicators: Sequence[Any], labels: Mapping[str, Mapping[str, str]]
) -> Contents:
    """What there is in the dataset of `entry`. indicators: of `datasets.indicators`; labels: breakdown → code → name,
    in its order."""
    found = _found(snapshot, entry.dataset, entry.fakta)
    shapes = tuple(Shape(one[0], one[1], one[2], one[3], one[5]) for one in found.shapes)
    names: dict[str, dict[str, str]] = {}
    for _i, _l, _p, breakdown, told, _n in found.shapes:
        for name, text in told.items():
            names.setdefault(name, {})[breakdown.get(name, TOTAL)] = text
    return laid_out(entry.dataset, entry.fakta, indicators, found.regions, shapes, {**names, **labels})


@kept
def _found(snapshot: Snapshot, dataset: str, fact: str) -> Any:
    view = Identifier("portal", f"angka_{fact}")
    return snapshot.rows("table.sql#contents", {"dataset": dataset}, {"angka": view})[0]


def laid_out(
    dataset: str,
    fact: str,
    indicators: Sequence[Any],
    regions: Sequence[Sequence[str]],
    shapes: tuple[Shape, ...],
    labels: Mapping[str, Mapping[str, str]],
) -> Contents:
    """The axes of figures of such shapes; a breakdown that no figure has is none. regions: (code, name, level)."""
    used = {shape.indicator for shape in shapes}
    axes = {
        INDICATOR: Axis(INDICATOR, tuple(Member(i.indikator, i.nama) for i in indicators if i.indikator in used)),
        REGION: Axis(REGION, tuple(Member(code, name) for code, name, _level in regions)),
        PERIOD: Axis(PERIOD, tuple(Member(code, period_name(code)) for code in sorted({s.period for s in shapes}))),
    }
    for name in sorted({key for shape in shapes for key in shape.breakdown}):
        codes = {shape.breakdown.get(name, TOTAL) for shape in shapes}
        if codes != {TOTAL}:
            axes[name] = _axis(name, codes, labels.get(name, {}), fact)
    regions_of: dict[str, list[str]] = {}
    for code, _name, level in regions:
        regions_of.setdefault(level, []).append(code)
    return Contents(
        dataset,
        fact,
        axes,
        tuple(level for level in LEVELS if level in regions_of),
        frozenset(i.indikator for i in indicators if i.dapat_dijumlah),
        frozenset(i.indikator for i in indicators if i.besaran in TEXTS),
        {level: tuple(codes) for level, codes in regions_of.items()},
        shapes,
    )


def _axis(name: str, codes: Iterable[str], known: Mapping[str, str], fact: str) -> Axis:
    order = {code: place for place, code in enumerate(known)} if fact not in BUDGETS or name == "tahap" else {}
    total = _("Tidak dirinci") if fact in BUDGETS else _("Semua")
    coded = fact in BUDGETS and name not in ("tahap", "skpd")
    members = []
    for code in sorted(codes, key=lambda code: (code != TOTAL, order.get(code, len(order)), code)):
        text = known.get(code) or (humanized(code) if code else total)
        members.append(Member(code, text, coded and code not in ("", text)))
    return Axis(name, tuple(members))
