"""What the first page tells at a glance: one number for the regency, its course, and how it lies over the kecamatan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.settings import REGENCY
from portal.warehouse.kept import kept
from portal.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class Headline:
    """An indicator's last told value for the regency, and its values of all periods in their order."""

    indicator: str
    name: str
    dataset: str
    unit: str
    period: str
    value: Decimal
    direction: str
    status: str
    course: tuple[Decimal | None, ...]

    @property
    def change(self) -> Decimal | None:
        """Percent since the period before; None where there is none or it was zero."""
        before = self.course[-2] if len(self.course) > 1 else None
        return None if not before else (self.value - before) / abs(before) * 100


def headlines(snapshot: Snapshot, indicators: Sequence[str]) -> list[Headline]:
    """Of `indicators` those that have a figure for the whole regency, in their order."""
    found = []
    for indicator in indicators:
        rows = snapshot.rows("headline.sql#series", {"indikator": indicator})
        while rows and rows[-1].nilai is None:
            rows.pop()
        if rows:
            last = rows[-1]
            found.append(
                Headline(
                    indicator=indicator,
                    name=last.nama,
                    dataset=last.dataset,
                    unit=last.satuan,
                    period=last.periode,
                    value=last.nilai,
                    direction=last.arah,
                    status=last.status_data,
                    course=tuple(row.nilai for row in rows),
                )
            )
    return found


def by_region(snapshot: Snapshot, indicator: str) -> list[Any]:
    return snapshot.rows("headline.sql#by_region", {"indikator": indicator})


@kept
def outlines(snapshot: Snapshot) -> list[Any]:
    return snapshot.rows("headline.sql#outlines", {"kabkota": REGENCY})


def totals(snapshot: Snapshot) -> Any:
    return snapshot.rows("headline.sql#totals")[0]
