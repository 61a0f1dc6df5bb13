"""Contract names for the columns of a table, and how each is told by its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from etl.inspect.columns import ColumnSeen
from etl.inspect.seen import TableSeen
from etl.inspect.words import slug, unique
from etl.transform.text import fold


@dataclass(frozen=True)
class Named:
    """column place → contract name, and what binds it (`aliases`, `position`)."""

    names: Mapping[int, str]
    bound: Mapping[int, dict[str, object]]


def name_columns(table: TableSeen, *, by_position: bool) -> Named:
    """Names from the last header level, longer where that is not the only one; by_position: state every place, too."""
    headers = Counter(fold(column.header) for column in table.columns)
    lasts = Counter(fold(column.last) for column in table.columns)
    every = {fold(text) for column in table.columns for text in (column.header, *column.path) if text}
    names: dict[int, str] = {}
    bound: dict[int, dict[str, object]] = {}
    for column in table.columns:
        names[column.at] = _name(column, lasts, every, names)
        binding: dict[str, object] = {"aliases": [column.header]} if column.header else {}
        if not column.header or headers[fold(column.header)] > 1 or by_position:
            binding["position"] = column.at + 1
        bound[column.at] = binding
    return Named(names, bound)


def _name(column: ColumnSeen, lasts: Counter[str], every: set[str], names: Mapping[int, str]) -> str:
    own = {fold(column.header), fold(column.last)}
    last = slug(column.last)
    tries = [last if lasts[fold(column.last)] == 1 else "", slug(column.header), f"kolom_{column.at + 1}"]
    for name in tries:
        taken = name in names.values() or ({name, name.replace("_", " ")} & every) - own
        if name and not taken:
            return name
    return unique(
        slug(column.header) or f"kolom_{column.at + 1}", {*names.values(), *(slug(text) for text in every - own)}
    )
