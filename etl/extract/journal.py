"""What happened, in order, beside the bytes: received files and decisions, one small JSON file each.

With the archive it is enough to rebuild the warehouse from nothing. An event is written before the warehouse hears of
it, so a crash between the two leaves an event that replay repeats, never a figure that nobody can trace.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

FOLDER = "jurnal"


def write(root: Path, event: dict[str, Any]) -> datetime:
    """Adds one event below `root`; returns its time (UTC), which also orders it. Atomic and durable."""
    at = datetime.now(UTC)
    folder = root / FOLDER / f"{at:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{at:%Y%m%dT%H%M%S.%f}-{uuid4().hex[:8]}.json"
    temporary = final.with_suffix(".sementara")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump({"pada": at.isoformat(), **event}, stream, ensure_ascii=False, sort_keys=True)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(final)
    return at


def events(root: Path) -> Iterator[dict[str, Any]]:
    """Every event in the order it happened."""
    for path in sorted((root / FOLDER).glob("*/*.json"), key=lambda path: path.name):
        yield json.loads(path.read_text(encoding="utf-8"))
