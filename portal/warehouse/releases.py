"""Releases that were, and what is due."""

from __future__ import annotations

from typing import Any

from portal.warehouse.snapshot import Snapshot


def releases(snapshot: Snapshot, dataset: str | None = None, limit: int = 50, offset: int = 0) -> list[Any]:
    """The latest first, of one dataset or of all."""
    return snapshot.rows("releases.sql#releases", {"dataset": dataset, "limit": limit, "offset": offset})


def due(snapshot: Snapshot, limit: int = 200) -> list[Any]:
    """The running period of every dataset, and what a year back is overdue and was not received; the earliest first."""
    return snapshot.rows("releases.sql#calendar", {"today": snapshot.today, "limit": limit})
