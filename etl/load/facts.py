"""The facts: which tables hold a dataset's figures, released and waiting, and what their keys are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from psycopg2 import sql as compose

from etl.load.warehouse import sql
from etl.meaning import FACT_DIMENSIONS

BASE = ("indikator", "wilayah", "periode", "rincian")
"""Dimensions with which the key of every fact begins, after the regency's code."""


@dataclass(frozen=True)
class FactTable:
    """One fact. dimensions: of its key, in order; table: released figures; staging: those that wait.

    mark_length: longest text that stands instead of a number.
    """

    name: str
    table: str
    staging: str
    dimensions: tuple[str, ...]
    mark_length: int = 40

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(f"{dimension}_id" for dimension in self.dimensions)

    @property
    def key_types(self) -> dict[str, pa.DataType]:
        return {name: pa.int32() for name in self.ids}

    def statement(self, name: str, **more: compose.Composable) -> compose.Composed:
        """The statement `name` (see warehouse.sql) on this fact: `{table}`, `{staging}`, and the key's columns as
        `{ids}` or behind an alias, `{f_ids}` and `{c_ids}`."""
        identifiers = [compose.Identifier(one) for one in self.ids]
        behind: dict[str, Any] = {
            f"{alias}_ids": compose.SQL(", ").join(compose.SQL(alias + ".") + one for one in identifiers)
            for alias in ("f", "c")
        }
        return compose.SQL(sql(name)).format(
            table=compose.SQL(self.table),
            staging=compose.SQL(self.staging),
            ids=compose.SQL(", ").join(identifiers),
            **behind,
            **more,
        )


FACTS = {
    "indikator": FactTable("indikator", "dw.fakta_indikator", "staging.figur", BASE),
    "anggaran": FactTable(
        "anggaran", "dw.fakta_anggaran", "staging.figur_anggaran", (*BASE, *FACT_DIMENSIONS["anggaran"])
    ),
    "kinerja": FactTable(
        "kinerja", "dw.fakta_kinerja", "staging.figur_kinerja", (*BASE, *FACT_DIMENSIONS["kinerja"]), mark_length=2_000
    ),
}
