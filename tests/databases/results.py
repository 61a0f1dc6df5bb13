"""What a dump holds, as the pipeline reads it back."""

from __future__ import annotations

from etl.extract.database import Dump
from etl.extract.read import read_sheets
from etl.frames import Sheet


def sheet_of(result: Dump) -> Sheet:
    (sheet,) = read_sheets(result.archived.path, "skpd_uji/data.parquet")
    return sheet


def texts(result: Dump) -> dict[str, list[str | None]]:
    """Column name → texts as the pipeline reads them back."""
    return {values[0].as_py(): values[1:].to_pylist() for values in sheet_of(result).text}


def rows(result: Dump) -> list[tuple[str | None, ...]]:
    return list(zip(*texts(result).values(), strict=True))
