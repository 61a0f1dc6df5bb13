"""One dataset: what its catalogue entry says, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.warehouse.contents import BUDGETS
from portal.warehouse.kept import kept
from portal.warehouse.snapshot import Snapshot


@kept
def entry(snapshot: Snapshot, dataset: str) -> Any | None:
    """The catalogue's entry with its quality (None: not open or never sent); None when there is no such dataset."""
    return snapshot.row("dataset.sql#entry", {"dataset": dataset})


@kept
def indicators(snapshot: Snapshot, dataset: str) -> list[Any]:
    return snapshot.rows("dataset.sql#indicators", {"dataset": dataset})


@kept
@kept
def revisions(snapshot: Snapshot, dataset: str, limit: int = 50) -> list[Any]:
    return snapshot.rows("dataset.sql#revisions", {"dataset": dataset, "limit": limit})


@kept
def next_release(snapshot: Snapshot, dataset: str) -> Any | None:
    return snapshot.row("dataset.sql#next_release", {"dataset": dataset})


def named(entry: Any) -> Iterable[str]:
    """The breakdowns of the dataset of `entry` whose members have a list of names."""
    listed: Iterable[str] = ("akun", "tahap") if entry.fakta in BUDGETS else entry.rincian
    return listed


def labels(snapshot: Snapshot, breakdowns: Iterable[str]) -> dict[str, dict[str, str]]:
    """Breakdown → code → its name, in the list's order. `umur` reads the list kelompok_umur."""
    lists = {ALIASES.get(name, name): name for name in breakdowns}
    found: dict[str, dict[str, str]] = {}
    ordered = sorted(
        snapshot.rows("table.sql#labels", {"breakdowns": list(lists)}),
        key=lambda row: (row.urutan is None, row.urutan, row.kode),
    )
    for row in ordered:
        found.setdefault(lists[row.daftar], {})[row.kode] = row.nama
    return found


ALIASES = {"umur": "kelompok_umur"}
"""What contracts call a breakdown that a code list has under another name."""


@kept
def files(snapshot: Snapshot, dataset: str) -> list[Any]:
    """The published files of all its figures: name, bytes, the release that they show."""
    return snapshot.rows("dataset.sql#files", {"dataset": dataset})
