"""What the API lists, as text that the database writes: numbers with all their digits, a page in one question.

A listing is a statement of warehouse_sql/site/api.sql with its order. A page begins after the row that the page before
ended with (keyset), so that a deep page costs what the first does, and nothing is left out or told twice.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg2
from psycopg2.sql import SQL, Composable, Identifier, Literal

from etl.load.warehouse import sql
from portal.warehouse.snapshot import Snapshot


class BadPlace(Exception):
    """The place after which a page is to begin is none that this listing ever gave."""


class Key(NamedTuple):
    """A column, or an expression over columns, that rows are ordered by; never empty. type: PostgreSQL's."""

    expression: str
    type: str = "text"


@dataclass(frozen=True)
class Listing:
    """statement: of api.sql, or `file.sql#name`. order: keys that are unique together. newest_first: all round."""

    statement: str
    order: tuple[Key, ...]
    newest_first: bool = False

    def source(self, parts: Mapping[str, Composable]) -> Composable:
        name = self.statement if "#" in self.statement else f"api.sql#{self.statement}"
        text = SQL(sql(f"site/{name}"))
        return text.format(**parts) if parts else text

    @property
    def ordered(self) -> SQL:
        return SQL(self._directed("DESC" if self.newest_first else "ASC"))

    @property
    def turned(self) -> SQL:
        return SQL(self._directed("ASC" if self.newest_first else "DESC"))

    def _directed(self, direction: str) -> str:
        return ", ".join(f"{key.expression} {direction}" for key in self.order)

    @property
    def keys(self) -> SQL:
        return SQL(", ".join(f"({key.expression})::text" for key in self.order))

    def after(self, place: Sequence[str] | None) -> Composable:
        """The condition for what comes after `place`, the keys of a row as text: parameters tempat_0, tempat_1, …"""
        if place is None:
            return SQL("true")
        if len(place) != len(self.order):
            raise BadPlace
        left = ", ".join(key.expression for key in self.order)
        right = ", ".join(f"%(tempat_{no})s::{key.type}" for no, key in enumerate(self.order))
        return SQL(f"({left}) {'<' if self.newest_first else '>'} ({right})")


@dataclass(frozen=True)
class Asked:
    """A page of a listing. columns: of a row. filters: the statement's parameters. size: rows at most. place: where the
    page before ended; None for the first. parts: names in the statement."""

    listing: Listing
    columns: Sequence[str]
    filters: Mapping[str, Any]
    size: int
    place: Sequence[str] | None = None
    parts: Mapping[str, Composable] | None = None

    def filled(self) -> dict[str, Composable]:
        return {
            "rows": self.listing.source(self.parts or {}),
            "order": self.listing.ordered,
            "turned": self.listing.turned,
            "keys": self.listing.keys,
            "after": self.listing.after(self.place),
        }

    @property
    def values(self) -> dict[str, Any]:
        place = {f"tempat_{no}": value for no, value in enumerate(self.place or ())}
        return {**self.filters, **place, "ukuran": self.size}


class Page(NamedTuple):
    """text: JSON objects with commas between, or CSV. place: of its last row where others follow, else None."""

    text: str
    place: list[str] | None


def page(snapshot: Snapshot, asked: Asked) -> Page:
    """Raises BadPlace."""
    with _places_judged(asked):
        (found,) = snapshot.rows("api.sql#page", asked.values, {**asked.filled(), "columns": _names(asked.columns)})
    return Page(found.isi, found.akhir)


def csv(snapshot: Snapshot, asked: Asked, kinds: Mapping[str, str], breakdowns: Iterable[str] = ()) -> Page:
    """RFC 4180 with a header.

    kinds: of columns that are not written as the database would: `text`, in which a spreadsheet might find a formula,
    gets an apostrophe before it, as in published files; of a `list` the elements stand with `|` between; a `time` is
    written as in JSON. breakdowns: each a column `rincian.<name>`. Raises BadPlace.
    """
    columns: list[Composable] = [
        _WRITTEN[kinds.get(name, "")].format(Identifier(name), Identifier(name)) for name in asked.columns
    ]
    columns += [
        _WRITTEN["text"].format(SQL("(rincian_json ->> {})").format(Literal(name)), Identifier(f"rincian.{name}"))
        for name in breakdowns
        if "%" not in name  # would be a parameter's; contracts name none so
    ]
    filled = asked.filled()
    into = io.BytesIO()
    with _places_judged(asked):
        count = snapshot.copy("api.sql#csv", asked.values, into, {**filled, "columns": SQL(", ").join(columns)})
        ends = snapshot.rows("api.sql#last", asked.values, filled) if count == asked.size else []
    return Page(into.getvalue().decode(), ends[0].akhir if len(ends) > 1 else None)


def count(snapshot: Snapshot, asked: Asked) -> int:
    """How many rows the listing has on all its pages."""
    (found,) = snapshot.rows("api.sql#count", asked.values, {"rows": asked.filled()["rows"]})
    total: int = found.jumlah
    return total


def one(
    snapshot: Snapshot, statement: str, filters: Mapping[str, Any], parts: Mapping[str, Composable] | None = None
) -> str | None:
    """The only row of a statement of api.sql as JSON; None when there is none."""
    rows = Listing(statement, ()).source(parts or {})
    found = snapshot.rows("api.sql#one", filters, {"rows": rows})
    text: str | None = found[0].isi if found else None
    return text


def head(snapshot: Snapshot, dataset: str) -> Any | None:
    return snapshot.row("api.sql#head", {"dataset": dataset})


def breakdowns(snapshot: Snapshot, fact: str, dataset: str) -> list[str]:
    """Names of the breakdowns that a dataset's figures have."""
    found = snapshot.rows("api.sql#breakdowns", {"dataset": dataset}, {"source": Identifier("portal", f"angka_{fact}")})
    return [row.nama for row in found]


def agencies(snapshot: Snapshot, named: Sequence[str]) -> list[Any]:
    """kode and nama_pendek of those agencies that are named by one of the two."""
    return snapshot.rows("api.sql#agencies_named", {"skpd": list(named)})


def members(snapshot: Snapshot, fact: str, dataset: str, breakdown: str) -> list[str]:
    """The codes that a breakdown has in a dataset's figures."""
    source = {"source": Identifier("portal", f"angka_{fact}")}
    return [row.kode for row in snapshot.rows("api.sql#members", {"dataset": dataset, "nama": breakdown}, source)]


CODES = ("urusan", "dataset", "indikator", "wilayah")
"""Parameters whose codes stand in a list of the warehouse."""


def unlisted(snapshot: Snapshot, asked: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Of the codes asked for, by parameter, those that no list has."""
    found: dict[str, list[str]] = {}
    for row in snapshot.rows("api.sql#codes", {name: list(asked.get(name, ())) for name in CODES}):
        found.setdefault(row.parameter, []).append(row.kode)
    return found


def allowed(snapshot: Snapshot, parameter: str, dataset: str | None = None) -> list[str]:
    """The codes of a list; of indicators those of `dataset`, where one is given."""
    (found,) = snapshot.rows("api.sql#allowed", {"parameter": parameter, "of": dataset})
    return found.kode or []


def figures_of(fact: str, as_published: bool) -> dict[str, Composable]:
    """Where the figures of the parameter `dataset` are read: now, or as published at the parameter `pada`."""
    name = f"angka_{fact}"
    if not as_published:
        return {"source": Identifier("portal", name)}
    return {"source": SQL("{}(%(dataset)s, %(pada)s)").format(Identifier("portal", f"{name}_pada"))}


class _places_judged:
    """A value of a place that is not of its key's type is the asker's mistake, not ours."""

    def __init__(self, asked: Asked) -> None:
        self._place = asked.place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if self._place is not None and isinstance(error, psycopg2.DataError):
            raise BadPlace from error


def _names(columns: Iterable[str]) -> Composable:
    return SQL(", ").join(map(Identifier, columns))


_WRITTEN = {
    "": SQL("{0} AS {1}"),
    "text": SQL(r"CASE WHEN {0} ~ '^[=+\-@\t\r\n].' THEN '''' || {0} ELSE {0} END AS {1}"),
    "list": SQL("array_to_string({0}, '|') AS {1}"),
    "time": SQL("to_json({0}) #>> '{{}}' AS {1}"),
}
