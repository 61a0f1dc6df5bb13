"""A plan as an .xlsx file. Whatever comes from outside is written as text, never as a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from etl.calendar import MULTI
from etl.entry import formulas
from etl.entry.due import due_day
from etl.entry.guide import HOW, write_guide
from etl.entry.mark import mark_rows
from etl.entry.styles import Styles
from etl.entry.table import GUIDE, HEADER_ROW, LISTS, MARK, REMARK, SHEET, EntryColumn, Plan
from etl.frames import column_letters
from expectations.sentences import period as in_words

_WIDTHS = {"kunci": (9, 34), "angka": (13, 20), "rumus": (13, 20), "teks": (22, 34)}
"""Narrowest and widest of each kind, in characters."""
_SHORT, _LONG = 32, 255
"""Longest title and text of a data validation's message (Excel)."""
_PRINTABLE = 16
"""Columns that a page across still shows legibly; the earlier figures are printed when all fit."""
_ALLOWED = {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True}


def workbook(plan: Plan, at: datetime) -> bytes:
    """The entry workbook, made at `at` (UTC): the same plan and time give the same bytes."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        created = at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": plan.contract.title, "author": "Satu Data Kutai Timur", "created": created})
        book.set_calc_mode("auto")
        styles = Styles(book)
        sheet = book.add_worksheet(SHEET)
        guide = book.add_worksheet(GUIDE)
        lists = book.add_worksheet(LISTS)
        mark = book.add_worksheet(MARK)
        _lists(book, lists, plan, styles)
        _entry(sheet, plan, styles)
        write_guide(guide, plan, styles)
        for no, row in enumerate(mark_rows(plan, at)):
            for column, text in enumerate(row):
                mark.write_string(no, column, text, styles.text(text))
        lists.hide()
        mark.very_hidden()
        for one in (sheet, guide, lists, mark):
            one.protect("", _ALLOWED)
        sheet.activate()
    return stream.getvalue()


def _lists(book: Workbook, sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    """The code lists, each in a named column: a list written into a cell's rule may have 255 letters only."""
    for no, (at, column) in enumerate((at, one) for at, one in enumerate(plan.columns) if one.choices):
        sheet.write_string(0, no, column.title, styles.text(column.title))
        for row, text in enumerate(column.choices, 1):
            sheet.write_string(row, no, text, styles.text(text))
        letters = column_letters(no + 1)
        name = formulas.list_name(plan, at)
        book.define_name(name, f"={LISTS}!${letters}$2:${letters}${len(column.choices) + 1}")


# ── the sheet to fill in ─────────────────────────────────────────────────────────────────────────────────────────────


def _entry(sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    widths = _column_widths(plan)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    _heading(sheet, plan, styles)
    _header(sheet, plan, styles, range(len(plan.columns)), 0, widths)
    for at, column in enumerate(plan.columns):
        unit = f"({column.unit})" if column.unit else ""
        sheet.write_string(plan.units_row - 1, at, unit, styles.units)
        row = HEADER_ROW - 1 + max(level for level, text in enumerate(column.header) if text)
        _comment(sheet, row, at, column)
    _rows(sheet, plan, styles)
    _total_row(sheet, plan, styles)
    if plan.before:
        _before(sheet, plan, styles, widths)
    _validations(sheet, plan)
    _conditions(sheet, plan, styles)
    sheet.freeze_panes(plan.first_row - 1, plan.keys)
    _print_setup(sheet, plan)
    first = plan.figures[0]
    sheet.set_selection(plan.first_row - 1, first, plan.first_row - 1, first)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{plan.cell(plan.keys, plan.last_row)}"})


def _column_widths(plan: Plan) -> list[float]:
    widths = []
    for at, column in enumerate(plan.columns):
        narrow, wide = _WIDTHS[column.kind]
        own = max(len(word) for text in column.header for word in (text.split() or [""]))
        if column.kind == "kunci":
            own = max([own, *(len(row.keys[at]) for row in plan.rows)])
            if plan.spare:
                own = max([own, *map(len, column.choices)])
        widths.append(float(min(max(own + 2, narrow), 34 if column.name == REMARK else wide)))
    return widths


def _heading(sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    contract = plan.contract
    due = in_words(due_day(contract.calendar, plan.period).isoformat())
    kind = {"tahunan": "Tahun ", MULTI: "Tahun "}.get(contract.calendar.period, "")
    for row, (text, style) in enumerate(
        (
            (contract.title, styles.title),
            (plan.agency, styles.agency),
            (f"Periode data: {kind}{in_words(plan.period)}. Dikirim paling lambat {due}.", styles.period),
            (HOW[0], styles.how),
            (HOW[1], styles.how),
        )
    ):
        sheet.write_string(row, 0, text, style)
    sheet.set_row(0, 24)
    legend = (("isi di sini", styles.legend_entry), ("salah", styles.legend_wrong), ("jelaskan", styles.legend_look))
    for at, (text, style) in enumerate((*legend, ("terkunci", styles.legend_locked))):
        sheet.write_string(HEADER_ROW - 3, at, text, style)
    counted = "+".join(f"COUNTA({plan.span(at)})" for at in plan.figures)
    rest = " sel angka" if plan.spare else f" dari {len(plan.figures) * len(plan.rows)} sel angka"
    sheet.write_formula(HEADER_ROW - 3, 4, f'="Terisi "&({counted})&"{rest}"', styles.how, f"Terisi 0{rest}")
    sheet.set_row(HEADER_ROW - 2, 15)


def _header(
    sheet: Worksheet,
    plan: Plan,
    styles: Styles,
    columns: Sequence[int],
    level: int,
    widths: Sequence[float],
    *,
    shift: int = 0,
) -> None:
    """Header cells of these neighbouring columns from `level` down, equal ones merged. shift: the block of earlier
    figures stands that many columns further right."""
    style = styles.header_before if shift else styles.header
    row = HEADER_ROW - 1 + level
    for group in _groups(plan.columns, columns, level):
        first, last = group[0] + shift, group[-1] + shift
        text = plan.columns[group[0]].header[level]
        ends_here = not any(plan.columns[group[0]].header[level + 1 :])
        bottom = HEADER_ROW - 2 + plan.levels if ends_here else row
        if (row, first) != (bottom, last):
            sheet.merge_range(row, first, bottom, last, "", style)
        sheet.write_string(row, first, text, style)
        if not ends_here:
            _header(sheet, plan, styles, group, level + 1, widths, shift=shift)
    if not shift:
        lines = [
            -(-len(plan.columns[group[0]].header[level]) // max(int(sum(widths[at] for at in group)) - 1, 1))
            for group in _groups(plan.columns, range(len(plan.columns)), level)
        ]
        sheet.set_row(row, 15 * min(max(max(lines), 1), 4) + 3)


def _groups(columns: Sequence[EntryColumn], chosen: Sequence[int], level: int) -> list[list[int]]:
    """Neighbours under one header cell: the same text here and above, and more below it."""
    groups: list[list[int]] = []
    for at in chosen:
        header = columns[at].header
        before = groups[-1][-1] if groups else None
        if (
            before is not None
            and before == at - 1
            and columns[before].header[: level + 1] == header[: level + 1]
            and any(header[level + 1 :])
            and any(columns[before].header[level + 1 :])
        ):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _comment(sheet: Worksheet, row: int, at: int, column: EntryColumn) -> None:
    lines = [f"{label}: {text}" for label, text in column.about]
    if lines:
        height = 18 * sum(1 + len(line) // 46 for line in lines) + 14
        options = {"author": "Satu Data", "width": 300, "height": height, "color": "#FFFFE8", "font_size": 9}
        sheet.write_comment(row, at, "\n".join(lines)[:2000], options)


def _rows(sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    finest = max(row.level for row in plan.rows)
    for no, row in enumerate(plan.rows, plan.first_row):
        for at, column in enumerate(plan.columns):
            if column.kind == "kunci" and row.spare and column.chosen:
                sheet.write_blank(no - 1, at, None, styles.entry_text)
            elif column.kind == "kunci":
                sheet.write_string(no - 1, at, row.keys[at], styles.key(row.keys[at], parent=row.level < finest))
            elif column.kind == "rumus":
                sheet.write_formula(no - 1, at, "=" + formulas.computed(plan, at, no), styles.computed, "")
            else:
                sheet.write_blank(no - 1, at, None, styles.entry if column.kind == "angka" else styles.entry_text)


def _total_row(sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    if not any(formulas.totals(plan, at, plan.span(at)) for at in range(len(plan.columns))):
        return
    row = plan.total_row - 1
    for at, _ in enumerate(plan.columns):
        formula = formulas.totals(plan, at, plan.span(at))
        if formula:
            sheet.write_formula(row, at, "=" + formula, styles.total, "")
        else:
            sheet.write_string(row, at, "Jumlah" if at == 0 else "", styles.total_label)


def _before(sheet: Worksheet, plan: Plan, styles: Styles, widths: Sequence[float]) -> None:
    """The earlier figures, grey and locked, to the right of the table with the same headers."""
    assert plan.before is not None
    first = plan.before_column(plan.figures[0]) - 1
    what = "Pembanding, setahun sebelumnya" if plan.compares else "Angka terakhir yang dirilis"
    sheet.set_column(len(plan.columns), len(plan.columns), 3)
    sheet.write_string(HEADER_ROW - 2, first, f"{what}: {in_words(plan.before)}", styles.how)
    shown = replace(plan, columns=tuple(plan.columns[at] for at in plan.figures))
    _header(sheet, shown, styles, range(len(plan.figures)), 0, widths, shift=first)
    for at in plan.figures:
        column = plan.before_column(at) - 1
        sheet.set_column(column, column, widths[at])
        sheet.write_string(plan.units_row - 1, column, f"({plan.columns[at].unit})", styles.units_before)
        for no, row in enumerate(plan.rows, plan.first_row):
            _earlier(sheet, no - 1, column, row.before[at], styles)
        _earlier_total(sheet, plan, at, column, styles)


def _earlier_total(sheet: Worksheet, plan: Plan, at: int, column: int, styles: Styles) -> None:
    letters = column_letters(column + 1)
    formula = formulas.totals(plan, at, f"${letters}${plan.first_row}:${letters}${plan.last_row}")
    level = min(row.level for row in plan.rows)
    values = [row.before[at] for row in plan.rows if row.level == level]
    total = sum(value for value in values if isinstance(value, Decimal))
    if formula:
        style = styles.before_total_whole if total == int(total) else styles.before_total
        sheet.write_formula(plan.total_row - 1, column, "=" + formula, style, float(total))
    else:
        sheet.write_string(plan.total_row - 1, column, "", styles.before_total)


def _earlier(sheet: Worksheet, row: int, column: int, value: Decimal | str | None, styles: Styles) -> None:
    if isinstance(value, Decimal):
        whole = value == value.to_integral()
        sheet.write_number(row, column, float(value), styles.before_whole if whole else styles.before)
    else:
        sheet.write_string(row, column, value or "", styles.before)


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _validations(sheet: Worksheet, plan: Plan) -> None:
    for at, column in enumerate(plan.columns):
        first, last = plan.first_row, plan.last_row
        if column.kind == "kunci":
            if not (column.chosen and plan.spare):
                continue
            first = plan.last_row - plan.spare + 1
        elif column.kind == "rumus":
            continue
        rule = _validation(plan, at, plan.cell(at, first))
        sheet.data_validation(first - 1, at, last - 1, at, rule)


def _validation(plan: Plan, at: int, cell: str) -> dict[str, Any]:
    column = plan.columns[at]
    hard = " ".join(dict.fromkeys(limit.say for limit in column.limits if limit.rule != "not_null"))
    shown = {
        "input_title": _cut(column.title, _SHORT),
        "input_message": _cut(_prompt(column), _LONG),
        "error_title": "Isian belum benar",
    }
    if column.choices:
        shown["error_message"] = "Pilih salah satu dari daftar: klik panah kecil di kanan sel."
        how = "stop" if column.closed else "information"
        return {"validate": "list", "source": f"={formulas.list_name(plan, at)}", "error_type": how, **shown}
    formula = formulas.validation(column, cell)
    if formula is None:
        return {"validate": "any", **shown}
    number = f"Tulis angka saja, dalam {column.unit or 'angka'}." if column.kind == "angka" else ""
    shown["error_message"] = _cut(f"{number} {hard}".strip() or "Periksa isian ini.", _LONG)
    return {"validate": "custom", "value": f"={formula}", "error_type": "stop", **shown}


def _prompt(column: EntryColumn) -> str:
    if column.name == REMARK:
        return "Boleh kosong. Tulis sebabnya bila sebuah angka di baris ini berwarna kuning."
    said = dict(column.about)
    parts = [said.get("Nama", ""), f"Satuan: {column.unit}" if column.unit else ""]
    parts.append("Wajib diisi" if column.required == "tolak" else "")
    marks = [mark.strip('"') for mark in formulas.marks_of(column)] if column.kind == "angka" else []
    if "-" in marks:
        parts.append(
            "Tulis 0 atau - bila nihil" if column.dash_is_zero else "Tulis 0 bila nihil, - bila tidak ada data"
        )
    parts += [limit.say.rstrip(".") for limit in column.limits if limit.rule != "not_null"]
    return ". ".join(part for part in parts if part) + "."


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _conditions(sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    looks: dict[str, Format] = {"salah": styles.wrong, "periksa": styles.look, "bulat": styles.whole}
    for one in formulas.conditions(plan):
        at, first, last = one.places[0]
        options: dict[str, Any] = {"type": "formula", "criteria": f"={one.formula}", "format": looks[one.look]}
        if len(one.places) > 1:
            options["multi_range"] = " ".join(
                f"{column_letters(c + 1)}{top}:{column_letters(c + 1)}{bottom}" for c, top, bottom in one.places
            )
        sheet.conditional_format(first - 1, at, last - 1, at, options)


def _print_setup(sheet: Worksheet, plan: Plan) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1, plan.units_row - 1)
    last = len(plan.columns)
    if plan.before and plan.before_column(plan.figures[-1]) <= _PRINTABLE:
        last = plan.before_column(plan.figures[-1])
    sheet.print_area(0, 0, plan.total_row - 1, last - 1)
    title = plan.contract.id.replace("&", "&&")
    sheet.set_footer(f"&L&8{title} {plan.period}&C&8Halaman &P dari &N&R&8Satu Data Kutai Timur")
