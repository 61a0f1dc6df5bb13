"""What SDMX tells of a dataset's published figures: its structure, and the part of them that a question asks for.

Read from the published Parquet file, in the words that etl.publish.sdmx writes the downloads with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.meaning import FACT_DIMENSIONS
from etl.publish import sdmx
from etl.publish.released import Column, Description, Released
from etl.publish.sdmx_codes import NOT_APPLICABLE, TOTAL, frequency
from etl.publish.sdmx_structure import Structure
from etl.transform.periods import bounds


class BadKey(Exception):
    """What was asked is no key of this structure, or no period."""


@dataclass(frozen=True)
class Published:
    """A dataset's figures as they were published. lists: of `sdmx.listed`."""

    released: Released
    structure: Structure
    lists: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Part(Released):
    """Those figures of a snapshot whose columns have one of the wanted values."""

    wanted: Mapping[str, frozenset[str]] | None = None

    def batches(self, size: int = 1 << 16) -> Iterator[pa.RecordBatch]:
        for batch in super().batches(size):
            mask = None
            for name, values in (self.wanted or {}).items():
                texts = pc.fill_null(pc.cast(batch.column(name), pa.string()), "")
                fits = pc.is_in(texts, value_set=pa.array(sorted(values), pa.string()))
                mask = fits if mask is None else pc.and_(mask, fits)
            kept = batch if mask is None else batch.filter(mask)
            if kept.num_rows:
                yield kept


def published(folder: Path, entry: Any, plain: frozenset[str]) -> Published:
    """The dataset of `entry` (dataset, judul, deskripsi, fakta, rilis_terakhir) from its newest generation's folder.

    plain: the columns that every dataset of its fact has; what else the file has is a breakdown. Raises
    FileNotFoundError.
    """
    told = entry.dataset, entry.judul, entry.deskripsi, entry.fakta, entry.rilis_terakhir
    return _published(folder, *told, plain)


@lru_cache(maxsize=64)
def _published(
    folder: Path, dataset: str, title: str, told: str, fact: str, released_at: datetime, plain: frozenset[str]
) -> Published:
    store = folder / f"{dataset}.parquet"
    with pq.ParquetFile(store) as file:
        schema, count = file.schema_arrow, file.metadata.num_rows
    columns = tuple(Column(f.name, f.type, "", None if f.name in plain else f.name) for f in schema)
    dimensions = {"indikator", "wilayah", "periode", *FACT_DIMENSIONS[fact]}
    key = tuple(column.name for column in columns if column.name in dimensions or column.breakdown)
    description = Description({"dataset": dataset, "judul": title, "deskripsi": told, "fakta": fact}, ())
    released = Released(description, released_at, columns, key, count, (), store)
    lists = sdmx.listed(released)
    return Published(released, sdmx.structure_of(released, lists), lists)


def part(of: Published, key: str, start: str | None, end: str | None) -> Part:
    """The figures of a series key (`A.x+y..z`; `all`), of periods that lie wholly within start and end.

    Raises BadKey.
    """
    wanted: dict[str, frozenset[str]] = {}
    dimensions = of.structure.dimensions
    parts = [] if key in ("all", "") else key.split(".")
    if parts and len(parts) != len(dimensions) + 1:
        raise BadKey(
            f"kunci {key[:200]!r}: {len(dimensions) + 1} bagian dipisah titik, menurut {of.structure.keys[:-1]}"
        )
    for dimension, asked in zip(dimensions, parts[1:], strict=False):
        if asked:
            known = {code.id: code.value for code in dimension.codelist.codes}
            values = {"" if code in (TOTAL, NOT_APPLICABLE) else known.get(code) for code in asked.split("+")}
            wanted[dimension.column] = frozenset(value for value in values if value is not None)
    periods = of.lists["periode"]
    chosen = {period for period in periods if _within(period, _day(start, first=True), _day(end, first=False))}
    if parts and parts[0]:
        chosen = {period for period in chosen if frequency(period) in parts[0].split("+")}
    if len(chosen) < len(periods):
        wanted["periode"] = frozenset(chosen)
    told = of.released
    return Part(told.description, told.released_at, told.columns, told.key, told.count, (), told.store, wanted)


def _within(period: str, first: date | None, last: date | None) -> bool:
    begins, ends, _ = bounds(period)
    return (first is None or begins >= first) and (last is None or ends <= last)


def _day(period: str | None, *, first: bool) -> date | None:
    if not period:
        return None
    try:
        begins, ends, _ = bounds(period)
    except ValueError:
        raise BadKey(f"bukan periode: {period[:40]!r}") from None
    return begins if first else ends
