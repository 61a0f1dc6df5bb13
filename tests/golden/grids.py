"""Small sheets, contracts and the real register of regions, for tests of the transforms (no file is read by them)."""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.contract import Contract
from etl.frames import Sheet
from etl.settings import WAREHOUSE_SQL
from etl.transform.regions import Alias, Level, Region, Regions

Cell = str | float | int | None
_LEVELS: dict[str, Level] = {"kota": "kabupaten", "kelurahan": "desa"}


def sheet_of(rows: Sequence[Sequence[Cell]], name: str = "Sheet1", no: int = 0, **more: Any) -> Sheet:
    """A sheet as the readers hand it over: numbers as number cells with their shortest text, the rest as text."""
    width = max((len(row) for row in rows), default=0)
    columns = [[row[at] if at < len(row) else None for row in rows] for at in range(width)]
    return Sheet(
        name,
        no,
        tuple(pa.array([_text(cell) for cell in column], pa.string()) for column in columns),
        tuple(_numbers(column) for column in columns),
        **more,
    )


def _text(cell: Cell) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    text = format(Decimal(repr(float(cell))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _numbers(column: Sequence[Cell]) -> pa.Array | None:
    values = [float(cell) if isinstance(cell, int | float) else None for cell in column]
    return pa.array(values, pa.float64()) if any(value is not None for value in values) else None


@functools.cache
def kutim() -> Regions:
    """The register as the warehouse is seeded with it."""
    folder = WAREHOUSE_SQL / "reference"
    return Regions(read_regions(folder / "wilayah.csv"), read_aliases(folder / "wilayah_alias.csv"))


def read_regions(path: Path) -> list[Region]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Region(
                r["kode"], r["kode_bps"] or None, r["nama"], _LEVELS.get(r["tingkat"], r["tingkat"]), r["induk"] or None
            )
            for r in csv.DictReader(file)
        ]


def read_aliases(path: Path) -> list[Alias]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Alias(r["alias"], r["kode"] or None, _LEVELS.get(r["tingkat"], r["tingkat"])) for r in csv.DictReader(file)
        ]


def contract_of(**parts: Any) -> Contract:
    """A contract of which the test states only what matters to it."""
    indicators = {
        column["indikator"]
        for column in parts.get("columns", {}).values()
        if column.get("role") == "ukuran" and "indikator" in column
    }
    base: dict[str, Any] = {
        "id": "uji.kasus",
        "title": "Kasus uji",
        "description": "Kasus uji untuk pengolahan, bukan dataset.",
        "producer": "uji",
        "urusan": "1.02",
        "access": "terbuka",
        "calendar": {"period": "tahunan", "due_days": 90},
        "source": {"kind": "folder", "files": "*", "periods": [{"place": "fixed", "value": "2024"}]},
        "load": "penuh",
        "indikator": {name: {"nama": name, "konsep": "-", "definisi": "-", "satuan": "unit"} for name in indicators},
        "release": {"policy": "otomatis"},
    }
    return Contract.model_validate({**base, **parts})


def figures_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """(indikator, wilayah, periode, rincian, decimal text or mark in brackets), in the order of the table."""
    return [
        (
            row["indikator"],
            row["wilayah"],
            row["periode"],
            row["rincian"],
            row["desimal"] if row["penanda"] is None else f"[{row['penanda']}]",
        )
        for row in table.to_pylist()
    ]
