"""The rows of a table that has a hierarchy: leaves to be read, subtotals to be checked, ancestors as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.contract import Contract
from etl.findings import Refused
from etl.frames import ControlTotal, RawTable
from etl.layouts import Hierarchy
from etl.transform.cells import FaultBook
from etl.transform.hierarchy import Tree, grow
from etl.transform.hierarchy import subtotals as grown_subtotals
from etl.transform.layout import geometry_fault, take_rows, with_column
from etl.transform.numbers import Numbers
from etl.transform.reshape import Measure
from etl.transform.text import tidy_text


@dataclass(frozen=True)
class Branches:
    """A table's rows as a tree. leaves, subtotals: their places in the table from which the tree was grown."""

    tree: Tree
    place: int
    """The column in which faults of a row's code are told."""
    leaves: npt.NDArray[np.int64]
    subtotals: npt.NDArray[np.int64]
    above: RawTable
    """The subtotal rows."""


def divide(
    table: RawTable, contract: Contract, columns: Mapping[str, int], measured: Sequence[int]
) -> tuple[RawTable, Branches | None]:
    """(the leaves, what lies above them). Raises Refused when none of the hierarchy's columns is in the file."""
    hierarchy = contract.hierarchy
    if hierarchy is None:
        return table, None
    places = [columns[name] for name in hierarchy.columns if name in columns]
    if not places:
        raise Refused(geometry_fault(table.sheet, f"Kolom hierarki ({', '.join(hierarchy.columns)}) tidak ada."))
    cells = [table.text[place].to_pylist() for place in places]
    figures = [[tidy_text(text or "") for text in table.text[place].to_pylist()] for place in measured]
    amounts = list(zip(*figures, strict=True)) if figures else [()] * len(table.keys)
    tree = grow(cells, hierarchy, amounts)
    leaves, subtotals = np.flatnonzero(tree.is_leaf), np.flatnonzero(~tree.is_leaf)
    above = take_rows(replace(table, controls=None), subtotals)
    branches = Branches(tree, places[-1], leaves, subtotals, above)
    skipped = {**table.skipped, "subtotal": len(subtotals)} if len(subtotals) else table.skipped
    return replace(take_rows(table, leaves), skipped=skipped), branches


def with_ancestors(table: RawTable, contract: Contract, branches: Branches | None) -> tuple[RawTable, dict[str, int]]:
    """The leaves with a column for every `ancestor` of the contract, and where those are."""
    places: dict[str, int] = {}
    for name, column in contract.columns.items():
        if column.ancestor is None or branches is None:
            continue
        codes = pa.array(branches.tree.ancestors(column.ancestor, branches.leaves), pa.string())
        places[name] = len(table.headers)
        table = with_column(table, name, table.col_no[branches.place], codes, None)
    return table, places


def check(
    branches: Branches,
    table: RawTable,
    leaves: Sequence[Measure],
    subtotals: Sequence[Measure],
    contract: Contract,
    book: FaultBook,
    period_of: Callable[[Measure], str],
) -> list[ControlTotal]:
    """Faults of rows that have no place in the hierarchy, and of subtotals that are not the sum of their leaves; every
    subtotal beside that sum.

    table: the leaves. leaves, subtotals: the same measures, on either.
    """
    hierarchy = contract.hierarchy
    assert hierarchy is not None
    _add_misplaced(branches, table, hierarchy, book)
    totals: list[ControlTotal] = []
    if not hierarchy.check:
        return totals
    rows = np.arange(len(branches.subtotals))
    row_at = {int(row): at for at, row in enumerate(branches.subtotals)}
    for below, above in zip(leaves, subtotals, strict=True):
        if below.place < 0 or not contract.indikator[below.indikator].additive:
            continue
        values, unreadable = _whole(branches, below.numbers, above.numbers)
        found = grown_subtotals(branches.tree, values, unreadable)
        code = branches.tree.code
        wrong = [one for one in found if one.differs(hierarchy.tolerance)]
        messages = {row_at[one.row]: one.sentence(code[one.row]) for one in wrong}
        about = " · ".join([contract.indikator[below.indikator].nama, *(value for _, value in below.rincian)])
        totals += [
            ControlTotal(
                label=f"{about} · {code[one.row]}",
                indikator=below.indikator,
                periode=period_of(below),
                stated=one.stated,
                computed=one.total,
                tolerance=Decimal(repr(hierarchy.tolerance)),
                key=branches.above.keys[row_at[one.row]].as_py(),
                col_no=below.col_no,
                depth=branches.tree.depth[one.row],
            )
            for one in found
        ]
        book.add(
            "subtotal_cocok",
            np.array(sorted(messages), np.int64),
            keys=branches.above.keys,
            col_no=below.col_no,
            values=branches.above.text[below.place],
            messages=messages,
            of=rows,
        )
    return totals


def _add_misplaced(branches: Branches, table: RawTable, hierarchy: Hierarchy, book: FaultBook) -> None:
    at = {int(row): place for place, row in enumerate(branches.leaves)}
    messages = {at[row]: message for row, message in branches.tree.misplaced(hierarchy).items()}
    book.add(
        "tingkat_dikenal",
        np.array(sorted(messages), np.int64),
        keys=table.keys,
        col_no=table.col_no[branches.place],
        values=table.text[branches.place],
        messages=messages,
        of=np.arange(len(table.keys)),
    )


def _whole(branches: Branches, below: Numbers, above: Numbers) -> tuple[list[str | None], npt.NDArray[np.bool_]]:
    """(exact decimals, which could not be read) of one measure over leaves and subtotals, in the tree's order."""
    n_rows = len(branches.leaves) + len(branches.subtotals)
    values: list[str | None] = [None] * n_rows
    bad = np.zeros(n_rows, bool)
    for rows, numbers in ((branches.leaves, below), (branches.subtotals, above)):
        bad[rows] = numbers.bad != 0
        for row, value in zip(rows, numbers.decimal.to_pylist(), strict=True):
            values[row] = value
    return values, bad
