"""What the very hidden sheet `_satudata` says: which dataset, contract, period and template a workbook is, and where
each column stands. Written by write.py, read by recognise.py; rows of texts, the first of which names the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from etl.contract import Contract
from etl.entry.table import HEADER_ROW, MAX_LEVELS, EntryColumn, Plan
from etl.sources import IDENTIFIER
from etl.transform.periods import bounds

VERSION = 1
"""Of the template's own layout. A workbook of a newer version than the program is not read as one."""
_IDENTIFIER = re.compile(IDENTIFIER)


@dataclass(frozen=True)
class MarkedColumn:
    """position: 1-based. kind: as in EntryColumn, `pilihan` for a key that is typed in spare rows."""

    position: int
    name: str
    kind: str
    header: tuple[str, ...]

    @property
    def title(self) -> str:
        return EntryColumn(self.name, "angka", self.header).title


@dataclass(frozen=True)
class Marker:
    """What a filled workbook says of itself. Rows are 1-based; spare_row is the first spare one (0: there is none)."""

    dataset: str
    period: str
    contract_sha256: str
    created: str
    header_row: int
    levels: int
    first_row: int
    last_row: int
    spare_row: int
    skips_untouched: bool
    columns: tuple[MarkedColumn, ...]

    def is_current(self, contract: Contract) -> bool:
        """Whether the contract still reads files as it did when the template was made."""
        return self.contract_sha256 == reading_hash(contract)


def reading_hash(contract: Contract) -> str:
    """sha256 of the contract's parts that decide what a file becomes."""
    return hashlib.sha256(contract.reading.encode()).hexdigest()


def mark_rows(plan: Plan, at: datetime) -> list[list[str]]:
    """The rows of the hidden sheet."""
    spare = plan.last_row - plan.spare + 1 if plan.spare else 0
    said: list[list[str]] = [
        ["satudata", "templat"],
        ["versi", str(VERSION)],
        ["dataset", plan.contract.id],
        ["periode", plan.period],
        ["kontrak", reading_hash(plan.contract)],
        ["dibuat", at.astimezone(UTC).isoformat(timespec="seconds")],
        ["kepala", str(HEADER_ROW)],
        ["tingkat", str(plan.levels)],
        ["baris_pertama", str(plan.first_row)],
        ["baris_terakhir", str(plan.last_row)],
        ["baris_cadangan", str(spare)],
        ["lewati_kosong", "ya" if plan.skips_untouched else "tidak"],
    ]
    for position, column in enumerate(plan.columns, 1):
        kind = "pilihan" if column.chosen else column.kind
        said.append(["kolom", str(position), column.name, kind, *column.header])
    return said


def read_mark(rows: Iterable[Sequence[str]]) -> Marker | None:
    """The marker that the hidden sheet's rows say; None when they say none that can be used."""
    said: dict[str, str] = {}
    columns: list[MarkedColumn] = []
    try:
        for row in rows:
            if row and row[0] == "kolom":
                header = tuple(row[4 : 4 + MAX_LEVELS])
                columns.append(MarkedColumn(int(row[1]), row[2], row[3], header))
            elif len(row) > 1:
                said[row[0]] = row[1]
        levels, version = int(said["tingkat"]), int(said["versi"])
        if not (1 <= levels <= MAX_LEVELS and 1 <= version <= VERSION):
            return None
        marker = Marker(
            dataset=said["dataset"],
            period=said["periode"],
            contract_sha256=said["kontrak"],
            created=said["dibuat"],
            header_row=int(said["kepala"]),
            levels=levels,
            first_row=int(said["baris_pertama"]),
            last_row=int(said["baris_terakhir"]),
            spare_row=int(said["baris_cadangan"]),
            skips_untouched=said["lewati_kosong"] == "ya",
            columns=tuple(_with_levels(column, levels) for column in columns),
        )
        bounds(marker.period)
    except (KeyError, ValueError, IndexError):
        return None
    sound = (
        said.get("satudata") == "templat"
        and 1 <= marker.header_row < marker.first_row == marker.header_row + marker.levels + 1
        and marker.first_row <= marker.last_row < 1_048_576
        and [column.position for column in marker.columns] == list(range(1, len(marker.columns) + 1))
        and all(column.header[0] and _IDENTIFIER.fullmatch(column.name) for column in marker.columns)
    )
    return marker if sound and marker.columns else None


def _with_levels(column: MarkedColumn, levels: int) -> MarkedColumn:
    header = (*column.header, *[""] * levels)[:levels]
    return MarkedColumn(column.position, column.name, column.kind, header)
