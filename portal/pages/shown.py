"""What of a dataset a query string asks for: read once, for the page, the embedded chart and the download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from portal.labels import humanized
from portal.paging import page_number
from portal.warehouse import datasets
from portal.warehouse.contents import INDICATOR, PERIOD, REGION, TOTAL, Contents, contents
from portal.warehouse.selection import SUM, BadSelection, Selection, choose
from portal.warehouse.snapshot import Snapshot
from portal.warehouse.table import Table, read


@dataclass(frozen=True)
class Shown:
    """A dataset and the table of it that was asked for. there, table: None where no figure is open and released.
    problem: why the question was not understood; the table is then the one that nobody asked for."""

    entry: Any
    indicators: Mapping[str, Any]
    there: Contents | None = None
    table: Table | None = None
    problem: str | None = None

    @property
    def selection(self) -> Selection:
        assert self.table is not None
        return self.table.selection

    @property
    def indicator(self) -> Any | None:
        """The one indicator of the table; None where it has several."""
        code = self.selection.indicator or (
            self.there.axes[INDICATOR].codes[0] if self.there and len(self.there.axes[INDICATOR].members) == 1 else None
        )
        return self.indicators[code] if code else None

    @property
    def title(self) -> str:
        """The indicator with its unit, and what the other axes are held at."""
        parts = [self.indicator.nama if self.indicator else self.entry.judul, *self.held]
        return ", ".join(parts)

    @property
    def held(self) -> list[str]:
        """What holds for every figure of the table, in words."""
        assert self.there is not None
        chosen, axes, spanning = self.selection, self.there.axes, self.selection.spanning
        words = []
        for name, code in chosen.held.items():
            if code == SUM or (code == TOTAL and self.entry.fakta == "indikator"):
                continue
            label = humanized(name)
            words.append(f"{label if label.isupper() else label.lower()}: {axes[name].name_of(code)}")
        if REGION not in spanning:
            of_all = _("%(count)s %(level)s bersama") % {
                "count": len(self.there.regions_of.get(chosen.level or "", ())),
                "level": chosen.level,
            }
            words.append(of_all if chosen.regions == (SUM,) else axes[REGION].name_of(chosen.regions[0]))
        if PERIOD not in spanning:
            words += [axes[PERIOD].name_of(code) for code in chosen.periods]
        return words

    def address(self, **changes: str) -> str:
        """The query string of exactly this table, with a parameter changed."""
        return "?" + urlencode([*self.selection.query(), *changes.items()])

    @property
    def query(self) -> str:
        return self.address()


def shown(snapshot: Snapshot, dataset: str, query: QueryDict | None = None) -> Shown:
    """Raises Http404 for a dataset that the catalogue does not have."""
    entry = datasets.entry(snapshot, dataset) if "\0" not in dataset else None
    if entry is None:
        raise Http404
    indicators = {row.indikator: row for row in datasets.indicators(snapshot, dataset)}
    if not entry.jumlah_angka:
        return Shown(entry, indicators)
    labels = datasets.labels(snapshot, datasets.named(entry))
    there = contents(snapshot, entry, list(indicators.values()), labels)
    asked: Mapping[str, Sequence[str]] = dict(query.lists()) if query else {}
    problem = None
    try:
        selection = choose(there, asked)
    except BadSelection as error:
        problem = str(error)
        selection = choose(there, {})
    number = page_number((asked.get("halaman") or [""])[0])
    return Shown(entry, indicators, there, read(snapshot, there, selection, number), problem)


def shown_for(request: HttpRequest, snapshot: Snapshot, dataset: str) -> Shown:
    return shown(snapshot, dataset, request.GET)
