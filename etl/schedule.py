"""When an agency's sources are looked at, and what its DAG says about itself; both follow from its contracts alone."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from etl.catalogue import InvalidContracts, load_contracts
from etl.contract import Contract, Skpd
from etl.sources import DatabaseSource, FolderSource, UploadSource

TIMEZONE = "Asia/Makassar"

RELEASED = ("rilis", "satudata://portal/rilis")
"""Name and address of the asset that says "the public sees something new": agencies' DAGs tell it, exports follow."""

SWEEPS = {
    "harian": ("7-17 * * *", "setiap jam kerja, setiap hari"),
    "bulanan": ("6,12 * * 1-5", "hari kerja, pagi dan siang"),
    "triwulanan": ("6 * * 1-5", "hari kerja, pagi"),
    "semesteran": ("6 * * 1-5", "hari kerja, pagi"),
    "tahunan": ("6 * * 1-5", "hari kerja, pagi"),
    "multitahun": ("6 * * 1-5", "hari kerja, pagi"),
}
"""Reporting period → hours and days of the sweeps, most frequent first.

The due date is not the moment to look: files come early, late and corrected, and an unchanged source costs a second.
So every source is looked at every working morning at least, before office hours begin and so before those of any due
date, and more often where figures change more often. What came overnight is answered that morning.
"""

NOBODY = "-"
"""No agency has this code: asks load_contracts for the register alone."""


@dataclass(frozen=True)
class Agency:
    """One agency's share of the contracts, as its DAG needs it. No contracts: they have errors."""

    skpd: str
    entry: Skpd
    contracts: tuple[Contract, ...]

    @property
    def names(self) -> list[str]:
        return sorted(contract.name for contract in self.contracts)


def agencies(datasets: Path, only_skpd: str | None = None) -> list[Agency]:
    """Every agency that has contracts (or the one asked for), by code.

    One agency's wrong contract must not take the others' DAGs away: it comes back without contracts, so that its own
    collect fails with the errors. Raises InvalidContracts when the register itself is wrong.
    """
    folders = {path.parent.name for path in datasets.glob(f"{only_skpd or '*'}/*.yaml")}
    try:
        catalogue = load_contracts(datasets, only_skpd=only_skpd)
        share = {skpd: tuple(catalogue.of_skpd(skpd).values()) for skpd in folders}
        register = catalogue.skpd
    except InvalidContracts:
        register = load_contracts(datasets, only_skpd=NOBODY).skpd
        share = {skpd: _sound_contracts(datasets, skpd) for skpd in folders}
    return [Agency(skpd, register.get(skpd) or _unregistered(skpd), share[skpd]) for skpd in sorted(folders)]


def _sound_contracts(datasets: Path, skpd: str) -> tuple[Contract, ...]:
    try:
        return tuple(load_contracts(datasets, only_skpd=skpd).contracts.values())
    except InvalidContracts:
        return ()


def _unregistered(skpd: str) -> Skpd:
    return Skpd(nama=f"{skpd} (tidak ada di skpd.yaml)", kode="KT00", folder=skpd, kontak="-")


def shortest_period(contracts: Collection[Contract]) -> str:
    """The most frequent reporting period among the contracts; `tahunan` when there are none."""
    periods = {contract.calendar.period for contract in contracts}
    return next((period for period in SWEEPS if period in periods), "tahunan")


def cron(skpd: str, contracts: Collection[Contract]) -> str:
    """Cron expression in TIMEZONE; the minute is the agency's own, so that 55 agencies do not start at once.

    >>> cron("dinkes", [])
    '34 6 * * 1-5'
    """
    minute = zlib.crc32(skpd.encode()) % 60
    return f"{minute} {SWEEPS[shortest_period(contracts)][0]}"


def facts(agency: Agency) -> str:
    """The fact sheet on the DAG's page, in Markdown: what is collected, when it is due, whom to ask."""
    ordered = sorted(agency.contracts, key=lambda contract: contract.id)
    when = SWEEPS[shortest_period(ordered)][1]
    rows = "\n".join(
        f"| `{c.name}` | {c.title} | {c.calendar.period} | {c.calendar.due_days} (+{c.calendar.grace_days}) "
        f"| {_source(c)} | {c.load} | {c.access} | {c.release.policy} |"
        for c in ordered
    )
    return f"""### {agency.entry.nama}

| | |
|---|---|
| Kontak SKPD / *contact* | {agency.entry.kontak} |
| Folder / *shared folder* | `{agency.entry.folder}` |
| Jadwal / *schedule* | {when} (`{cron(agency.skpd, ordered)}` {TIMEZONE}) |

| Dataset | Judul, *title* | Periode | Tempo (hari), *due* | Sumber, *source* | Muat, *load* | Akses | Rilis |
|---|---|---|---|---|---|---|---|
{rows}

**Alur.** `collect` mengambil kiriman baru atau berubah, `ingest` memeriksa dan memuat satu kiriman per tugas, `report`
memperbarui ikhtisar. Tugas `ingest` yang merah berarti kirimannya dikembalikan ke SKPD: temuannya ada di log tugas itu
dan di laporan. Perbaikan cukup disimpan ke folder yang sama; putaran berikutnya mengambilnya sendiri.

**Flow.** `collect` takes what is new or changed, `ingest` checks and loads one submission per mapped task, `report`
refreshes the overview. A red `ingest` is a submission returned to the agency: its findings are in that task's log and
in the report. A run is red when one of its submissions was returned or failed: someone has something to do. The next
sweep without a fault is green again. Trigger with the parameter `dataset` to look at one dataset only, with `force` to
take unchanged sources too.
"""


def _source(contract: Contract) -> str:
    match contract.source:
        case FolderSource(files=files):
            return f"`{files}`"
        case DatabaseSource(connection=connection):
            return f"`{connection}`"
        case UploadSource():
            return "unggahan"
        case web:
            return f"`{web.url}`"
