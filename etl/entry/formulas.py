"""The contract's rules as spreadsheet formulas: what turns a cell red or amber while it is typed, and what is refused.

Conditional formats show every wrong cell, also a pasted one, which data validation does not see. Formulas are written
as in an .xlsx file: English names, commas, relative to the first cell of their range; array constants are not allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from etl.entry.pattern import formula as of_pattern
from etl.entry.table import EntryColumn, Limit, Plan
from etl.findings import Severity
from etl.frames import column_letters
from etl.rules import ChangeWithin, ChildrenSum, PartsSum, Unique

MAX_VALIDATION = 255
"""Characters of a formula in a data validation (Excel); conditional formats may have thousands."""
_MARKS = ('"-"', '"…"', '"..."', '"NA"')

Look = Literal["salah", "periksa", "bulat"]
"""Red: will be sent back. Amber: explain or look again. A whole number: shown without decimals."""


@dataclass(frozen=True)
class Condition:
    """A conditional format on some cells: (column, first row, last row), 0-based column and 1-based rows."""

    places: tuple[tuple[int, int, int], ...]
    formula: str
    look: Look


def conditions(plan: Plan) -> list[Condition]:
    """Red before amber before number formats: LibreOffice shows the first that holds, Excel all."""
    found = [*_cells(plan), *_parts(plan), *_children(plan), *_doubles(plan), *_changes(plan)]
    found.sort(key=lambda one: ("salah", "periksa", "bulat").index(one.look))
    return found


def look(severity: Severity) -> Look:
    return "salah" if severity is Severity.TOLAK else "periksa"


def decimal(value: Decimal) -> str:
    """A number as formulas write it: never with an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_filled(cell: str) -> str:
    return f"LEN(TRIM({cell}))>0"


def marks_of(column: EntryColumn) -> tuple[str, ...]:
    """What may stand in a figure's cell instead of a number; a required one takes only the dash that means zero."""
    if column.required is Severity.TOLAK:
        return _MARKS[:1] if column.dash_is_zero else ()
    return _MARKS


def _is_mark(column: EntryColumn, cell: str) -> str:
    marks = marks_of(column)
    return f"OR({','.join(f'{cell}={mark}' for mark in marks)})" if marks else "FALSE"


def validation(column: EntryColumn, cell: str) -> str | None:
    """What a typed cell must hold so that the spreadsheet takes it: hard rules only; None when anything goes."""
    hard = [limit for limit in column.limits if limit.severity is Severity.TOLAK]
    if column.kind == "angka":
        asked = [f"ISNUMBER({cell})", *(f"NOT({wrong})" for limit in hard if (wrong := _outside(limit, cell)))]
        number = f"AND({','.join(asked)})" if len(asked) > 1 else asked[0]
        return _short(f"OR({number},{_is_mark(column, cell)})") if marks_of(column) else _short(number)
    asked = [f"NOT({wrong})" for limit in hard if (wrong := _wrong_text(limit, cell))]
    return _short(f"AND({','.join(asked)})" if len(asked) > 1 else asked[0]) if asked else None


def _short(formula: str) -> str | None:
    return formula if len(formula) <= MAX_VALIDATION else None


# ── one cell ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cells(plan: Plan) -> Iterator[Condition]:
    for at, column in enumerate(plan.columns):
        cell = plan.cell(at)
        whole = ((at, plan.first_row, plan.last_row),)
        if column.kind in ("angka", "rumus"):
            with_total = ((at, plan.first_row, plan.total_row),)
            yield Condition(with_total, f"IF(ISNUMBER({cell}),{cell}=INT({cell}),FALSE)", "bulat")
        if column.kind == "angka":
            text = f"AND({is_filled(cell)},NOT(ISNUMBER({cell})),NOT({_is_mark(column, cell)}))"
            yield Condition(whole, f"IF(ISERROR({cell}),TRUE,{text})", "salah")
        if column.kind == "kunci" and column.chosen and plan.spare:
            whole = ((at, plan.last_row - plan.spare + 1, plan.last_row),)
            cell = plan.cell(at, whole[0][1])
            if column.closed:
                yield Condition(whole, f"AND({is_filled(cell)},{not_listed(plan, at, cell)})", "salah")
        elif column.kind == "kunci":
            continue
        elif column.kind == "teks" and column.closed:
            yield Condition(whole, f"AND({is_filled(cell)},{not_listed(plan, at, cell)})", "salah")
        for limit in column.limits:
            wrong = _empty(plan, cell) if limit.rule == "not_null" else _wrong(column, limit, cell)
            if wrong:
                yield Condition(whole, wrong, look(limit.severity))


def list_name(plan: Plan, at: int) -> str:
    """The named range that holds a column's choices."""
    return f"daftar_{plan.columns[at].name}"


def not_listed(plan: Plan, at: int, cell: str) -> str:
    return f"SUMPRODUCT(--({list_name(plan, at)}={cell}))=0"


def _wrong(column: EntryColumn, limit: Limit, cell: str) -> str | None:
    if column.kind != "angka":
        return _wrong_text(limit, cell)
    outside = _outside(limit, cell)
    return f"AND(ISNUMBER({cell}),{outside})" if outside else _wrong_text(limit, cell)


def _outside(limit: Limit, cell: str) -> str | None:
    if limit.rule == "between":
        ends = [] if limit.low is None else [f"{cell}<{decimal(limit.low)}"]
        ends += [] if limit.high is None else [f"{cell}>{decimal(limit.high)}"]
        return f"OR({','.join(ends)})" if len(ends) > 1 else "".join(ends) or None
    if limit.rule == "in_set":
        return f"NOT(OR({','.join(f'{cell}={decimal(Decimal(value))}' for value in limit.values)}))"
    return None


def _wrong_text(limit: Limit, cell: str) -> str | None:
    if limit.rule == "max_length":
        return f"LEN({cell})>{limit.length}"
    if limit.rule == "matches" and (fits := of_pattern(limit.pattern, cell)):
        return f"AND({is_filled(cell)},NOT({fits}))"
    return None


def _empty(plan: Plan, cell: str) -> str:
    """An empty cell in a row that was begun."""
    first, last = column_letters(plan.keys + 1), column_letters(len(plan.columns))
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"AND(LEN(TRIM({cell}))=0,SUMPRODUCT(--(LEN(${first}{row}:${last}{row})>0))>0)"


# ── several cells of a row ───────────────────────────────────────────────────────────────────────────────────────────


def sum_formula(plan: Plan, columns: Sequence[int], scale: Decimal, row: int | None = None) -> str:
    """The sum of several cells of the first data row (or of `row`) in the unit of `scale`, text counting as nothing."""
    by_scale: dict[Decimal, list[str]] = {}
    for at in columns:
        by_scale.setdefault(plan.columns[at].scale / scale, []).append(plan.cell(at, row, lock_column=True))
    sums = [
        f"SUM({','.join(cells)})" + ("" if factor == 1 else f"*{decimal(factor)}") for factor, cells in by_scale.items()
    ]
    return "+".join(sums)


def _parts(plan: Plan) -> Iterator[Condition]:
    for rule in plan.contract.rules:
        if not isinstance(rule, PartsSum):
            continue
        totals, parts = plan.places(rule.total), [at for name in rule.parts for at in plan.places(name)]
        if not totals or not parts:
            continue
        scale = plan.columns[totals[0]].scale
        total = sum_formula(plan, totals, scale)
        counted = [",".join(plan.cell(at, lock_column=True) for at in some) for some in (totals, parts)]
        apart = f"ABS({total}-({sum_formula(plan, parts, scale)}))"
        slack = f"{decimal(Decimal(str(rule.tolerance)) / scale)}+ABS({total})*0.000000001"
        formula = f"AND(COUNT({counted[0]})>0,COUNT({counted[1]})>0,{apart}>{slack})"
        typed = [at for at in (*totals, *parts) if plan.columns[at].kind == "angka"]
        yield Condition(tuple((at, plan.first_row, plan.last_row) for at in typed), formula, look(rule.severity))


# ── several rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def code_column(plan: Plan) -> int | None:
    """Where the region codes stand."""
    wilayah = plan.contract.by_role("wilayah")
    return next((at for at, one in enumerate(plan.columns) if one.chosen and one.name in wilayah), None)


def _children(plan: Plan) -> Iterator[Condition]:
    """A region's figure against the sum of the regions right below it, where all of them are filled."""
    codes = code_column(plan)
    levels = {row.level for row in plan.rows}
    if codes is None or len(levels) < 2:
        return
    parents = [no for no, row in enumerate(plan.rows, plan.first_row) if row.level < max(levels) and not row.spare]
    for rule in plan.contract.rules:
        if not isinstance(rule, ChildrenSum):
            continue
        for at, column in enumerate(plan.columns):
            asked = column.indikator in rule.indikator if rule.indikator else column.additive
            if column.kind == "angka" and asked:
                formula = _child_sum(plan, at, codes, parents[0], rule.tolerance)
                yield Condition(tuple((at, row, row) for row in parents), formula, look(rule.severity))


def _child_sum(plan: Plan, at: int, codes: int, row: int, tolerance: float) -> str:
    own, code, span = plan.cell(at, row), plan.cell(codes, row, lock_column=True), plan.span(codes)
    same = f'--(LEFT({span},LEN({code})+1)={code}&"."),--(LEN({span})=LEN({code})+IF(LEN({code})=8,5,3))'
    for other, column in enumerate(plan.columns[: plan.keys]):
        if column.chosen and other != codes:
            same += f",--({plan.span(other)}={plan.cell(other, row, lock_column=True)})"
    figures = plan.span(at)
    children, total = f"SUMPRODUCT({same})", f"SUMPRODUCT({same},{figures})"
    filled = f"SUMPRODUCT({same},--ISNUMBER({figures}))"
    slack = f"{decimal(Decimal(str(tolerance)) / plan.columns[at].scale)}+ABS({own})*0.000000001"
    return f"AND(ISNUMBER({own}),{children}>0,{filled}={children},ABS({own}-{total})>{slack})"


def _doubles(plan: Plan) -> Iterator[Condition]:
    """The same key twice where keys are typed, and what the contract wants unique among what is typed."""
    keys = [at for at, column in enumerate(plan.columns) if column.kind == "kunci" and column.chosen]
    if plan.spare and keys:
        yield _double(plan, keys, "salah")
    for rule in plan.contract.rules:
        if isinstance(rule, Unique):
            asked = [at for name in rule.columns for at in plan.places(name)]
            if any(plan.columns[at].kind in ("angka", "teks") for at in asked):
                yield _double(plan, asked, look(rule.severity))


def _double(plan: Plan, columns: Sequence[int], severity: Look) -> Condition:
    cells = [plan.cell(at, lock_column=True) for at in columns]
    filled = ",".join(is_filled(cell) for cell in cells)
    same = ",".join(f"--({plan.span(at)}={cell})" for at, cell in zip(columns, cells, strict=True))
    places = tuple((at, plan.first_row, plan.last_row) for at in columns)
    return Condition(places, f"AND({filled},SUMPRODUCT({same})>1)", severity)


# ── against the year before ──────────────────────────────────────────────────────────────────────────────────────────


def _changes(plan: Plan) -> Iterator[Condition]:
    if not plan.compares:
        return
    for rule in plan.contract.rules:
        if not isinstance(rule, ChangeWithin):
            continue
        for at, column in enumerate(plan.columns):
            asked = column.indikator in (rule.indikator or tuple(plan.contract.indikator))
            if column.kind == "angka" and asked:
                yield _change(plan, at, rule)


def _change(plan: Plan, at: int, rule: ChangeWithin) -> Condition:
    now, before = plan.cell(at), plan.cell(plan.before_column(at) - 1)
    least = decimal(Decimal(str(rule.min_value)) / plan.columns[at].scale)
    share = decimal(Decimal(str(rule.percent)) / 100)
    compared = f"ISNUMBER({now}),ISNUMBER({before}),ABS({before})>={least}"
    far = f"ABS({now}-{before})>{share}*ABS({before})*1.000000001"
    return Condition(((at, plan.first_row, plan.last_row),), f"AND({compared},{far})", look(rule.severity))


def totals(plan: Plan, at: int, span: str) -> str | None:
    """The sum of a column's cells in `span` over its coarsest regions; None where summing makes no sense."""
    column = plan.columns[at]
    if column.kind not in ("angka", "rumus") or not column.additive or len(plan.rows) < 2:
        return None
    codes = code_column(plan)
    levels = {row.level for row in plan.rows if not row.spare}
    if codes is None or len(levels) < 2:
        return f'IF(COUNT({span})=0,"",SUM({span}))'
    coarsest = f"SUMPRODUCT(--(LEN({plan.span(codes)})={min(levels)}),{span})"
    return f'IF(COUNT({span})=0,"",{coarsest})'


def computed(plan: Plan, at: int, row: int) -> str:
    """A control column's cell: the sum of its parts, empty while none is filled."""
    column = plan.columns[at]
    parts = [place for name in plan.contract.columns[column.name].sum_of for place in plan.places(name)]
    cells = ",".join(plan.cell(place, row, lock_column=True) for place in parts)
    return f'IF(COUNT({cells})=0,"",{sum_formula(plan, parts, column.scale, row)})'
