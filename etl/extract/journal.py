"""What happened, in order, beside the bytes: received files and decisions, one small JSON file each.

With the archive it is enough to rebuild the warehouse from nothing. An event is written before the warehouse hears of
it: a crash between the two leaves an event that replay repeats, never a figure or a decision that nobody can trace.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from etl.extract.archive import own_disk

FOLDER = "jurnal"


def write(root: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Adds one event below `root` and returns it with `id`, which orders it, and `pada` (UTC). Atomic and durable.

    Raises SourceUnavailable when the disk is full.
    """
    at = datetime.now(UTC)
    event = {"id": f"{at:%Y%m%dT%H%M%S.%f}-{uuid4().hex[:8]}", "pada": at.isoformat(), **facts}
    with own_disk():
        _keep(root / FOLDER / f"{at:%Y-%m}", event)
    return event


def _keep(folder: Path, event: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{event['id']}.json"
    temporary = final.with_suffix(".sementara")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(event, stream, ensure_ascii=False, sort_keys=True)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(final)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def events(root: Path) -> Iterator[dict[str, Any]]:
    """Every event in the order it happened."""
    for path in sorted((root / FOLDER).glob("*/*.json"), key=lambda path: path.name):
        yield json.loads(path.read_text(encoding="utf-8"))
