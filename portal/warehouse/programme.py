"""Plans and what became of them: the regency's year, an agency's tree of programmes, one node of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portal.progress import Measure, Pace, course, measures, pace_of, together
from portal.warehouse.snapshot import Snapshot

PROGRAMME, SUB_ACTIVITY = 7, 17
"""Lengths of their codes: 1.03.10, 1.03.10.2.01.0053."""
MAX_DIFFERENCES = 50


@dataclass(frozen=True)
class Line:
    """Money of one thing, or of things together. first: pagu at the beginning (pokok); last: after the change
    (perubahan), None before there is one; budget: the pagu in force; cash: the year's plan of cash. physical: percent,
    of several weighted by their pagu; told: how many of `parts` stated theirs. All amounts in rupiah."""

    code: str
    name: str
    first: Decimal | None
    last: Decimal | None
    budget: Decimal | None
    cash: Decimal | None
    pace: Pace
    physical: Decimal | None
    parts: int = 1
    told: int = 0
    short: str = ""
    href: str = ""

    @property
    def percent(self) -> Decimal | None:
        """Realised, of the pagu in force."""
        return 100 * self.pace.realised / self.budget if self.pace.realised is not None and self.budget else None

    @property
    def due(self) -> Decimal | None:
        """What should have been realised by then, percent of the pagu in force."""
        return 100 * self.pace.expected / self.budget if self.pace.expected is not None and self.budget else None


@dataclass(frozen=True)
class Node(Line):
    """A programme, kegiatan or sub_kegiatan of an agency's year. series: its code under the list in force now."""

    level: str = ""
    series: str = ""
    achieved: Decimal | None = None
    predicate: str | None = None
    sources: Mapping[str, str | None] = field(default_factory=dict)
    planned: Mapping[date, Decimal] = field(default_factory=dict)
    realised: Mapping[date, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """An account (rekening) of a node, or, without code, a group of them."""

    code: str
    name: str
    budget: Decimal | None
    realised: Decimal | None


def years(snapshot: Snapshot) -> list[int]:
    """Years with a budget, the latest first."""
    return [row.tahun for row in snapshot.rows("programme.sql#years")]


def programmes(snapshot: Snapshot, year: int) -> list[tuple[Any, Line]]:
    """Every programme of every agency: its row, and its money compared with what was planned by then."""
    rows = snapshot.rows("programme.sql#programmes", {"tahun": year})
    flows = snapshot.rows("programme.sql#cash", {"tahun": year, "skpd": None, "panjang": PROGRAMME})
    by_agency: dict[str, list[Any]] = {}
    for flow in flows:
        by_agency.setdefault(flow.skpd, []).append(flow)
    found = []
    for row in rows:
        agency = by_agency.get(row.skpd, [])
        own = [flow for flow in agency if flow.kode == row.kode]
        cash = course(own, "kas", row.sumber_kas)
        pace = pace_of(row.pagu, cash, row.realisasi, last_told(agency, row.sumber_realisasi))
        told = int(row.fisik is not None)
        line = Line(row.kode, row.nama, row.pagu_pokok, row.pagu_perubahan, row.pagu, row.kas, pace, row.fisik, 1, told)
        found.append((row, line))
    return found


def last_told(flows: Sequence[Any], dataset: str | None) -> date | None:
    """The end of the last period that `dataset` told a realisation of, for any activity of the agency."""
    told = (row.akhir_periode for row in flows if row.besaran == "realisasi" and row.dataset == dataset)
    return max(told, default=None)


def summed(lines: Sequence[Line], code: str = "", name: str = "", short: str = "", href: str = "") -> Line:
    """Lines together. The pagu after the change is that in force where a part was not changed."""

    def total(of: Callable[[Line], Decimal | None]) -> Decimal | None:
        known = [value for value in map(of, lines) if value is not None]
        return sum(known, Decimal(0)) if known else None

    changed = any(line.last is not None for line in lines)
    weighed = [(line.physical, line.budget) for line in lines if line.physical is not None and line.budget]
    weight = sum((budget for _, budget in weighed), Decimal(0))
    return Line(
        code,
        name,
        total(lambda line: line.first),
        total(lambda line: line.last if line.last is not None else line.budget) if changed else None,
        total(lambda line: line.budget),
        total(lambda line: line.cash),
        together([line.pace for line in lines]),
        sum((part * budget for part, budget in weighed), Decimal(0)) / weight if weight else None,
        sum(line.parts for line in lines),
        sum(line.told for line in lines),
        short,
        href,
    )


def agency(snapshot: Snapshot, code: str) -> Any | None:
    return snapshot.row("programme.sql#agency", {"skpd": code})


def tree(snapshot: Snapshot, code: str) -> dict[int, list[Any]]:
    """Year → the rows of an agency's nodes by code, the latest year first; empty without a plan. code: KT22."""
    found: dict[int, list[Any]] = {}
    for row in snapshot.rows("programme.sql#tree", {"skpd": code}):
        found.setdefault(row.tahun, []).append(row)
    return found


def nodes(snapshot: Snapshot, code: str, year: int, rows: Sequence[Any]) -> list[Node]:
    """The rows of `tree` of that year, each with its money compared with what was planned by then."""
    flows = snapshot.rows("programme.sql#cash", {"tahun": year, "skpd": code, "panjang": SUB_ACTIVITY})
    found = []
    for row in rows:
        own = [flow for flow in flows if flow.kode.startswith(row.kode)]
        planned = course(own, "kas", row.sumber_kas)
        pace = pace_of(row.pagu, planned, row.realisasi, last_told(flows, row.sumber_realisasi))
        found.append(
            Node(
                code=row.kode,
                name=row.nama,
                first=row.pagu_pokok,
                last=row.pagu_perubahan,
                budget=row.pagu,
                cash=row.kas,
                pace=pace,
                physical=row.fisik,
                told=int(row.fisik is not None),
                level=row.tingkat,
                series=row.kode_seri,
                achieved=row.capaian_persen,
                predicate=row.predikat,
                sources={
                    "pagu": row.sumber_pagu,
                    "kas": row.sumber_kas,
                    "realisasi": row.sumber_realisasi,
                    "kinerja": row.sumber_kinerja,
                },
                planned=planned,
                realised=course(own, "realisasi", row.sumber_realisasi),
            )
        )
    return found


def year_measures(snapshot: Snapshot, code: str, year: int) -> list[Measure]:
    return measures(snapshot.rows("programme.sql#measures", {"skpd": code, "tahun": year}))


def accounts(snapshot: Snapshot, code: str, year: int, node: Node) -> list[tuple[Account, list[Account]]]:
    """Groups of accounts (kelompok, 5.1) of a node with their accounts, as its sources state them."""
    rows = snapshot.rows("programme.sql#accounts", {"skpd": code, "tahun": year, "kode": node.code})
    by_account: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if row.dataset == node.sources[row.besaran]:
            by_account.setdefault((row.kode_kelompok, row.rekening), []).append(row)
    groups: dict[str, list[Account]] = {}
    names: dict[str, str] = {}
    for (group, account), own in sorted(by_account.items()):
        names[group] = own[0].kelompok
        groups.setdefault(group, []).append(
            Account(account, own[0].nama_rekening or account, _year(own, node, "pagu"), _year(own, node, "realisasi"))
        )
    return [
        (Account(group, names[group], _added(parts, "budget"), _added(parts, "realised")), parts)
        for group, parts in groups.items()
    ]


def _year(rows: Sequence[Any], node: Node, measure: str) -> Decimal | None:
    told = course(rows, measure, node.sources[measure])
    return told[max(told)] if told else None


def _added(parts: Sequence[Account], amount: str) -> Decimal | None:
    known = [getattr(part, amount) for part in parts if getattr(part, amount) is not None]
    return sum(known, Decimal(0)) if known else None


def titles(snapshot: Snapshot, datasets: Sequence[str]) -> dict[str, str]:
    """Dataset → its title."""
    return {row.dataset: row.judul for row in snapshot.rows("programme.sql#titles", {"dataset": list(datasets)})}


def supports(snapshot: Snapshot, codes: Sequence[str]) -> list[tuple[Any, list[str]]]:
    """Indicators that nodes of these codes serve, each with those codes."""
    found: dict[str, tuple[Any, list[str]]] = {}
    for row in snapshot.rows("programme.sql#supports", {"kode": list(codes)}):
        found.setdefault(row.indikator, (row, []))[1].append(row.kode)
    return list(found.values())


@dataclass(frozen=True)
class Reconciled:
    """How many comparisons agree and do not, by kind, and those that do not, the largest difference first."""

    kinds: list[Any]
    differences: list[Any]

    @property
    def agree(self) -> int:
        return sum(row.cocok for row in self.kinds)

    @property
    def differ(self) -> int:
        return sum(row.berbeda for row in self.kinds)


def reconciled(snapshot: Snapshot, year: int, code: str | None = None, node: str | None = None) -> Reconciled:
    """Of a year; of one agency, of one node and what is below it."""
    asked = {"tahun": year, "skpd": code, "kode": node, "limit": MAX_DIFFERENCES}
    kinds = snapshot.rows("programme.sql#reconciled", asked)
    differ = any(row.berbeda for row in kinds)
    return Reconciled(kinds, snapshot.rows("programme.sql#differences", asked) if differ else [])
