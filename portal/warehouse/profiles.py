"""What there is to say of one region and of one agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.settings import REGENCY
from portal.warehouse.snapshot import Snapshot

LEVELS = {"kecamatan": ["kecamatan"], "desa": ["desa", "kelurahan"], "kelurahan": ["desa", "kelurahan"]}
"""Level of a region → the levels of those that it is compared with."""
SHOWN_PERIODS = 24


@dataclass(frozen=True)
class Figure:
    """An indicator in its last period, for one region beside its like. value: None where none was told, or where it is
    hidden (`hidden`), or where its breakdowns make no sum. place: 1 is the largest of `among`. share: percent of the
    sum of all of them, where they may be added up and every one was told."""

    indicator: str
    name: str
    unit: str
    dataset: str
    title: str
    field: str
    field_name: str
    period: str
    status: str
    value: Decimal | None
    hidden: bool
    place: int | None
    among: int
    share: Decimal | None


def regions(snapshot: Snapshot) -> list[Any]:
    """The regency's kecamatan, with how many desa and kelurahan each has."""
    return snapshot.rows("profiles.sql#regions", {"induk": REGENCY})


def indicator_name(snapshot: Snapshot, indicator: str) -> str:
    row = snapshot.row("profiles.sql#indicator", {"indikator": indicator})
    return str(row.nama) if row else indicator


def region(snapshot: Snapshot, code: str) -> Any | None:
    """A kecamatan, desa or kelurahan of the regency, also one that is no more; None for any other code."""
    row = snapshot.row("profiles.sql#region", {"kode": code})
    return row if row and row.tingkat in LEVELS and row.kode.startswith(f"{REGENCY}.") else None


def below(snapshot: Snapshot, code: str) -> list[Any]:
    return snapshot.rows("profiles.sql#below", {"kode": code})


def figures(snapshot: Snapshot, place: Any) -> list[Figure]:
    """The latest figures of a row of `region`, by urusan and dataset."""
    asked = {"tingkat": LEVELS[place.tingkat], "induk": place.kode_induk}
    return compared(snapshot.rows("profiles.sql#figures", asked), place.kode)


def compared(rows: Sequence[Any], code: str) -> list[Figure]:
    """Indicators of `rows` that were given for the region `code`, each with its place among all regions of its rows."""
    by_indicator: dict[str, list[Any]] = {}
    for row in rows:
        by_indicator.setdefault(row.indikator, []).append(row)
    found = []
    for alike in by_indicator.values():
        own = next((row for row in alike if row.wilayah == code), None)
        if own is None:
            continue
        known = [row.nilai for row in alike if row.nilai is not None]
        total = sum(known, Decimal(0)) if own.dapat_dijumlah and len(known) == len(alike) > 1 else None
        told = own.nilai is not None and len(known) > 1
        found.append(
            Figure(
                own.indikator,
                own.nama,
                own.satuan,
                own.dataset,
                own.judul,
                own.urusan,
                own.nama_urusan,
                own.periode,
                own.status_data,
                own.nilai,
                own.tersembunyi,
                1 + sum(value > own.nilai for value in known) if told else None,
                len(known),
                100 * own.nilai / total if told and total else None,
            )
        )
    return found


def agencies(snapshot: Snapshot) -> list[Any]:
    return snapshot.rows("profiles.sql#agencies")


def agency(snapshot: Snapshot, code: str) -> Any | None:
    """By its short name (dpu) or its code (KT22)."""
    return snapshot.row("profiles.sql#agency", {"kode": code})


def plans(snapshot: Snapshot, code: str) -> list[Any]:
    """Years of an agency's plan, the latest first: pagu and what was realised."""
    return snapshot.rows("profiles.sql#plans", {"skpd": code})


@dataclass(frozen=True)
class Published:
    """A dataset of an agency: its row, its periods in their order, and its quality (None where it is not open)."""

    row: Any
    periods: list[Any]
    quality: Any | None

    @property
    def due(self) -> int:
        return sum(period.status in ("tepat waktu", "terlambat") for period in self.periods)

    @property
    def on_time(self) -> int:
        return sum(period.status == "tepat waktu" for period in self.periods)

    @property
    def next(self) -> Any | None:
        return next((period for period in self.periods if period.berikutnya), None)

    @property
    def shown(self) -> list[Any]:
        """The last SHOWN_PERIODS in their order."""
        return self.periods[-SHOWN_PERIODS:]

    @property
    def recent(self) -> list[Any]:
        """The same, the latest first."""
        return self.shown[::-1]


def published(snapshot: Snapshot, short_name: str) -> list[Published]:
    """Datasets of an agency, those with figures first."""
    rows = snapshot.rows("profiles.sql#published", {"skpd": short_name})
    asked = {"dataset": [row.dataset for row in rows]}
    periods: dict[str, list[Any]] = {}
    for period in snapshot.rows("profiles.sql#schedule", asked):
        periods.setdefault(period.dataset, []).append(period)
    quality = {row.dataset: row for row in snapshot.rows("profiles.sql#quality", asked)}
    return [Published(row, periods.get(row.dataset, []), quality.get(row.dataset)) for row in rows]
