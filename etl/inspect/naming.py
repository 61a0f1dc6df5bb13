"""Contract names for the columns of a table, and how each is told by its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from etl.inspect.columns import ColumnSeen
from etl.inspect.rows import LEVEL_NAMES, shape
from etl.inspect.seen import TableSeen
from etl.inspect.when import header_period
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
        dated = len(column.path) > 1 and header_period(column.last) is not None
        upper = replace(column, path=column.path[:-1]) if dated else column
        if dated and (not upper.header or any(c is not column and upper.header in c.path for c in table.columns)):
            upper = column
        names[column.at] = _coded(table, column, names) or _name(upper, lasts, every, names)
        binding: dict[str, object] = {"aliases": [upper.header]} if column.header else {}
        if not column.header or headers[fold(column.header)] > 1 or by_position:
            binding["position"] = column.at + 1
        bound[column.at] = binding
    return Named(names, bound)


def _coded(table: TableSeen, column: ColumnSeen, names: Mapping[int, str]) -> str:
    """An unnamed code column of a budget report by the code list that its longest codes are of."""
    if column.header or table.tree is None or column.at not in table.tree.columns or table.tree.by != "kode":
        return ""
    longest = max(column.distinct, key=len, default="")
    name = LEVEL_NAMES.get(shape(longest), "")
    return "" if name in names.values() else name


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
