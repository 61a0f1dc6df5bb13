"""Figures of one dataset as rows of a table with typed columns, as its CSV has them, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg2.sql import SQL, Composable, Identifier, Literal, Placeholder

from etl.meaning import FACT_DIMENSIONS
from etl.publish.released import VIEWS
from portal.warehouse.snapshot import Snapshot

PLACE = "_id"
"""A row's number in the order of the key, from 1."""
TYPES = {
    "smallint": "int4",
    "integer": "int4",
    "bigint": "int8",
    "numeric": "numeric",
    "boolean": "bool",
    "date": "date",
    "timestamp with time zone": "timestamp",
}
_OWN = ("dataset", "rincian", "rincian_json", "kiriman")
"""Columns of the views that the CSV does not have either: breakdowns are columns of their own."""


@dataclass(frozen=True)
class Column:
    """kind: PostgreSQL's name of its type. told: what it means, Indonesian. breakdown: which it is the code of."""

    name: str
    kind: str
    told: str
    breakdown: str | None = None

    @property
    def expression(self) -> Composable:
        if self.breakdown:
            return SQL("(rincian_json ->> {})").format(Literal(self.breakdown))
        if self.kind == "timestamp":
            return SQL("({} AT TIME ZONE 'UTC')").format(Identifier(self.name))
        return Identifier(self.name)


@dataclass(frozen=True)
class Question:
    """Which rows and columns are asked for.

    equal: column → values, any of which will do. words: (column or None for all texts, words, plain: they are words and
    no query). order: (column, falling). total: whether all are counted.
    """

    columns: Sequence[str]
    equal: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    words: Sequence[tuple[str | None, str]] = ()
    language: str = "simple"
    order: Sequence[tuple[str, bool]] = ()
    limit: int = 100
    offset: int = 0
    distinct: bool = False
    total: bool = True
    as_lists: bool = False


def columns_of(snapshot: Snapshot, entry: Any) -> list[Column]:
    """The columns of the dataset of `entry` (of `packages.packages`), in the order of its CSV."""
    view = VIEWS[entry.fakta]
    listed = [row for row in snapshot.rows("ckan.sql#columns", {"view": f"portal.{view}"}) if row.nama not in _OWN]
    # The catalogue has the breakdowns of statistics; those of budgets, which are few, are looked for.
    names = (
        entry.rincian
        if entry.fakta == "indikator"
        else [
            row.nama
            for row in snapshot.rows(
                "ckan.sql#breakdowns", {"dataset": entry.dataset}, {"view": Identifier("portal", view)}
            )
        ]
    )
    taken = {row.nama for row in listed}
    columns = [Column(row.nama, TYPES.get(row.jenis, "text"), row.keterangan) for row in listed]
    place = next(index for index, column in enumerate(columns) if column.name == "nilai")
    columns[place:place] = [
        Column(
            f"rincian_{name}" if name in taken else name,
            "text",
            f"Rincian {name.replace('_', ' ')}; kosong: angka tanpa rincian ini.",
            breakdown=name,
        )
        for name in names
    ]
    return columns


def records(snapshot: Snapshot, entry: Any, columns: Sequence[Column], asked: Question) -> tuple[str, int | None]:
    """The rows as a JSON text (a list of objects, or of lists), and how many there are on all pages (None: not asked).

    columns: of `columns_of`. Every name in `asked` is one of theirs, or `_id`.
    """
    kinds = {column.name: column.kind for column in columns}
    uses = {*asked.columns, *asked.equal, *(name for name, _ in asked.order)}
    key = [column for column in columns if column.name in _key(entry.fakta) or column.breakdown]
    in_key_order = SQL(", ").join(SQL('{} COLLATE "C"').format(column.expression) for column in key)
    numbered = SQL("row_number() OVER (ORDER BY {})::int AS _id, ").format(in_key_order)
    shown = SQL(", ").join(Identifier(name) for name in asked.columns)
    conditions, given = _conditions(asked, kinds)
    parts: dict[str, Composable] = {
        "view": Identifier("portal", VIEWS[entry.fakta]),
        "place": numbered if PLACE in uses else SQL(""),
        "columns": SQL(", ").join(SQL("{} AS {}").format(c.expression, Identifier(c.name)) for c in columns),
        "distinct": SQL("DISTINCT") if asked.distinct else SQL(""),
        "shown": shown,
        "condition": SQL(" AND ").join(conditions),
    }
    by_key: list[Composable] = [
        Identifier(column.name) for column in key if column.name in asked.columns or not asked.distinct
    ]
    wanted: list[Composable] = [
        SQL("{} {}").format(Identifier(name), SQL("DESC NULLS LAST" if falling else "ASC"))
        for name, falling in asked.order
    ]
    # What is distinct may be ordered by its own columns only, as they stand.
    by_key = by_key if asked.distinct else [SQL('{} COLLATE "C"').format(one) for one in by_key]
    order = [*wanted, *by_key] or [SQL("1")]
    record = (
        SQL("json_build_array({})").format(SQL(", ").join(SQL("r.{}").format(Identifier(c)) for c in asked.columns))
        if asked.as_lists
        else SQL("row_to_json(r)")
    )
    given |= {"dataset": entry.dataset, "limit": asked.limit, "offset": asked.offset}
    found = snapshot.rows("ckan.sql#records", given, {**parts, "order": SQL(", ").join(order), "record": record})
    total = snapshot.rows("ckan.sql#total", given, parts)[0].banyaknya if asked.total else None
    return found[0].records, total


def _key(fact: str) -> set[str]:
    return {"indikator", "wilayah", "periode", *FACT_DIMENSIONS[fact]}


def _conditions(asked: Question, kinds: Mapping[str, str]) -> tuple[list[Composable], dict[str, Any]]:
    """What must hold, and the parameters that stand in it."""
    conditions: list[Composable] = [SQL("true")]
    given: dict[str, Any] = {"bahasa": asked.language}
    for number, (name, values) in enumerate(asked.equal.items()):
        given[f"sama{number}"] = list(values)
        parts = Identifier(name), Placeholder(f"sama{number}"), SQL(kinds.get(name, "int4"))
        conditions.append(SQL("{} = ANY({}::{}[])").format(*parts))
    texts = SQL(", ").join(Identifier(name) for name, kind in kinds.items() if kind == "text")
    for number, (column, words) in enumerate(asked.words):
        given[f"kata{number}"] = words
        told = SQL("{}::text").format(Identifier(column)) if column else SQL("concat_ws(' ', {})").format(texts)
        conditions.append(
            SQL("to_tsvector(%(bahasa)s::regconfig, {}) @@ websearch_to_tsquery(%(bahasa)s::regconfig, {})").format(
                told, Placeholder(f"kata{number}")
            )
        )
    return conditions, given
