"""The account of a figure: its words, and every version that the public has seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from portal.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class Key:
    """Which figure. rincian: its breakdown as the warehouse writes it, `umur=0-4|jenis_kelamin=L`; '' for the total."""

    indikator: str
    wilayah: str
    periode: str
    rincian: str = ""


def figure(snapshot: Snapshot, key: Key) -> Any | None:
    """The figure as it is now and what its indicator means; None for an unknown indicator."""
    return snapshot.row("origin.sql#figure", asdict(key))


def versions(snapshot: Snapshot, key: Key) -> list[Any]:
    """Its versions, the latest first; none when there is no such figure, or its dataset is not open."""
    return snapshot.rows("origin.sql#versions", asdict(key))


def revisions(snapshot: Snapshot, key: Key, dataset: str) -> list[Any]:
    return snapshot.rows("origin.sql#revision", {**asdict(key), "dataset": dataset})
