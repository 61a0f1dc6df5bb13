"""What is told of everything at once: every page that there is."""

from __future__ import annotations

from typing import Any

from etl.settings import REGENCY
from portal.warehouse.snapshot import Snapshot


def dataset(snapshot: Snapshot, dataset: str) -> Any | None:
    return snapshot.row("feeds.sql#dataset", {"dataset": dataset})


def pages(snapshot: Snapshot) -> list[Any]:
    """jenis: the name of the page's address, or `semua`. kode, anak: its parts. berubah: when it last changed."""
    return snapshot.rows("feeds.sql#pages", {"kabkota": REGENCY})
