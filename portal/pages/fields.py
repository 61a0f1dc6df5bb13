"""The form above a table: what may be asked of it, and what is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.labels import humanized
from portal.warehouse.contents import INDICATOR, PERIOD, REGION, Contents, Member
from portal.warehouse.selection import NONE, SUM, Selection

MAX_OPTIONS = 400
"""Of one select: more would weigh more than the table. What is chosen is always among them."""


@dataclass(frozen=True)
class Field:
    """A control: `several` of its options may be chosen (none chosen: all), or one."""

    name: str
    label: str
    options: tuple[Member, ...]
    chosen: tuple[str, ...]
    several: bool = False

    @property
    def id(self) -> str:
        return "p-" + self.name.replace(".", "-")

    @property
    def listed(self) -> list[tuple[Member, bool]]:
        kept = self.options[:MAX_OPTIONS]
        kept += tuple(one for one in self.options[MAX_OPTIONS:] if one.code in self.chosen)
        return [(one, one.code in self.chosen) for one in kept]

    @property
    def told(self) -> str:
        """How many are chosen, in words."""
        if self.chosen:
            return _("%(chosen)s dari %(all)s") % {"chosen": len(self.chosen), "all": len(self.options)}
        return _("semua %(all)s") % {"all": len(self.options)}


def layout(there: Contents, selection: Selection) -> list[Field]:
    """Which axes are rows and columns."""
    axes = tuple(
        Member(key, humanized(key))
        for key, axis in there.axes.items()
        if len(axis.members) > 1 or key in selection.spanning
    )
    none = Member(NONE, _("(tidak ada)"))
    fields = [Field("baris", _("Baris"), axes, (selection.rows,))]
    if len(axes) > 2:
        below = tuple(axis for axis in axes if axis.code != selection.rows)
        fields.append(Field("anak", _("lalu menurut"), (none, *below), (selection.under,)))
    fields.append(Field("kolom", _("Kolom"), (none, *axes), (selection.columns,)))
    return fields


def filters(there: Contents, selection: Selection) -> list[Field]:
    """What the other axes are held at, and which members of rows and columns are shown; what offers no choice is left
    out."""
    axes, spanning = there.axes, selection.spanning
    fields = []
    if selection.indicator:
        fields.append(Field(INDICATOR, _("Indikator"), axes[INDICATOR].members, (selection.indicator,)))
    if REGION in spanning:
        levels = tuple(Member(level, humanized(level)) for level in there.levels)
        fields.append(Field("tingkat", _("Tingkat wilayah"), levels, (selection.level or "",)))
    else:
        alone = Member(SUM, _("Semua %(level)s bersama") % {"level": selection.level or ""})
        together = (alone,) if selection.regions == (SUM,) else ()
        fields.append(Field(REGION, _("Wilayah"), (*together, *axes[REGION].members), selection.regions))
    if PERIOD not in spanning:
        fields.append(Field(PERIOD, _("Periode"), axes[PERIOD].members[::-1], selection.periods))
    for name, offered in selection.offers.items():
        fields.append(Field(f"rincian.{name}", humanized(name), offered, (selection.held[name],)))
    return [field for field in fields if len(field.options) > 1]


def lists(there: Contents, selection: Selection) -> list[Field]:
    """Of which regions and periods that span the table only some may be shown."""
    fields = []
    if REGION in selection.spanning:
        codes = set(there.regions_of.get(selection.level or "", ())) | set(selection.regions)
        if selection.regions:
            codes |= {code for one in selection.regions for code in there.regions_of[there.level_of(one)]}
        options = tuple(one for one in there.axes[REGION].members if one.code in codes)
        fields.append(Field(REGION, _("Wilayah"), options, selection.regions, several=True))
    if PERIOD in selection.spanning:
        options = there.axes[PERIOD].members[::-1]
        fields.append(Field(PERIOD, _("Periode"), options, selection.periods, several=True))
    return [field for field in fields if len(field.options) > 1]
