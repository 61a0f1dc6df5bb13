"""Contract columns ↔ table columns, by header text; everything that does not fit is told at once.

A header text fits when it equals the column's own name, one of its aliases or one of the layout block's, case and
spacing apart; of a header of several rows the joined path (`PDP / Meninggal`), its last level, or an upper level with
one column below it; failing that, without a footnote mark and without the column's own unit in brackets. Never by
likeness: a renamed column is missing, and the message names the likeliest new name for a person to confirm.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from etl.columns import Column
from etl.contract import Contract
from etl.findings import Finding, Refused, Severity
from etl.frames import RawTable, column_letters
from etl.layouts import Layout
from etl.transform.layout import Grid, geometry_fault, likely_header, path_text
from etl.transform.text import brief, fold, folded, unmarked, without_unit
from etl.transform.units import is_unit_of

_UNINTERESTING = frozenset({"no", "no.", "nomor", "#", "no urut", "nomor urut"})
"""Running numbers: their coming and going is no change of the table."""

GROUP = " / "
"""Between a group's header and a column's, in a joined header and in an alias."""


@dataclass(frozen=True)
class Binding:
    """columns: contract column → place in the table. free: places bound to nothing, for spread columns to claim."""

    columns: dict[str, int]
    free: tuple[int, ...]


def bind(table: RawTable, contract: Contract, block: Layout, grid: Grid, period: str | None) -> Binding:
    """Binds every column that is in the file once. Raises Refused with all that is missing or doubled."""
    bound: dict[str, int] = {}
    findings: list[Finding] = []
    missing: list[str] = []
    groups = folded(alias.rpartition(GROUP)[0] for alias in _aliases(contract, block) if GROUP in alias)
    for name, column in contract.columns.items():
        if column.is_made or column.spread is not None:
            continue
        wanted = wanted_texts(name, column, block)
        places = _at_position(table, column) if block.header.none else _places(table, column, wanted, contract, groups)
        if len(places) > 1:
            findings.append(_doubled(table, name, places))
        elif places:
            bound[name] = places[0]
        elif column.required:
            missing.append(name)
    findings += _claimed_twice(table, bound)
    free = tuple(place for place in range(len(table.headers)) if place not in bound.values())
    if missing:
        wanted = frozenset().union(*(wanted_texts(n, c, block) for n, c in contract.columns.items()))
        moved = _moved(table, block, grid, wanted)
        if moved and moved.row:  # what stands in the header's new row is not missing, only moved with it
            there = {fold(cell) for cell in grid[moved.row - 1]}
            missing = [n for n in missing if there.isdisjoint(wanted_texts(n, contract.columns[n], block))]
            findings.append(moved)
        findings += [_missing(table, contract, block, name, free, period) for name in missing]
    if findings:
        raise Refused(*findings)
    return Binding(bound, free)


def wanted_texts(name: str, column: Column, block: Layout) -> frozenset[str]:
    """Every header text that means this column, folded."""
    return folded((name, name.replace("_", " "), *column.aliases, *block.aliases.get(name, ())))


def _aliases(contract: Contract, block: Layout) -> list[str]:
    own = [alias for column in contract.columns.values() for alias in column.aliases]
    return own + [alias for aliases in block.aliases.values() for alias in aliases]


def _at_position(table: RawTable, column: Column) -> list[int]:
    return [place for place, col_no in enumerate(table.col_no) if col_no == column.position]


def _places(
    table: RawTable, column: Column, wanted: frozenset[str], contract: Contract, groups: frozenset[str]
) -> list[int]:
    """Where the column may be, by header; `position` decides between doubles."""
    at_position = _at_position(table, column)
    named = _headed(table.headers, wanted)
    found = (_in_group(table, wanted, groups) if len(named) != 1 else []) or named
    found = found or _headed([_loosened(path, column, contract) for path in table.headers], wanted)
    if at_position and not path_text(table.headers[at_position[0]]) and _may_be_merged(table, found, at_position[0]):
        return at_position
    if len(found) > 1:
        return [place for place in found if place in at_position] or found
    return found


def _headed(headers: Sequence[Sequence[str]], wanted: frozenset[str]) -> list[int]:
    whole = [place for place, path in enumerate(headers) if fold(path_text(path)) in wanted]
    return (
        whole
        or [place for place, path in enumerate(headers) if fold(_last(path)) in wanted]
        or _alone_below(headers, wanted)
    )


def _in_group(table: RawTable, wanted: frozenset[str], groups: frozenset[str]) -> list[int]:
    """`SUSPEK / Perawatan RS`: the first column so headed right of the column `SUSPEK`, before the next group."""
    headers = [fold(path_text(path)) for path in table.headers]
    found = []
    for group, _, text in (one.rpartition(GROUP) for one in wanted if GROUP in one):
        for begin in (place for place, header in enumerate(headers) if header == group):
            rest = headers[begin + 1 :]
            end = next((at for at, header in enumerate(rest) if header in groups), len(rest))
            found += [begin + 1 + rest.index(text)] if text in rest[:end] else []
    return sorted(set(found))


def _loosened(path: Sequence[str], column: Column, contract: Contract) -> tuple[str, ...]:
    """The header without footnote marks, and without a unit that is the column's own."""
    texts = [unmarked(text) for text in path]
    last = max((level for level, text in enumerate(texts) if text), default=0)
    bare, unit = without_unit(texts[last])
    own = [contract.indikator[column.indikator]] if column.indikator else contract.indikator.values()
    counted = column.role in ("ukuran", "kontrol")
    if unit and (not counted or any(is_unit_of(unit, indikator.satuan, column.scale) for indikator in own)):
        texts[last] = bare
    return tuple(texts)


def _may_be_merged(table: RawTable, found: Sequence[int], at: int) -> bool:
    """Whether the unnamed column at `position` may belong to the header found: it is merged over all up to there."""
    return not found or (found[-1] < at and not any(any(path) for path in table.headers[found[-1] + 1 : at]))


def _alone_below(headers: Sequence[Sequence[str]], wanted: frozenset[str]) -> list[int]:
    """The only column below an upper header text: its lower level is then a year or a unit (`Jumlah / 2021`)."""
    found = [place for place, path in enumerate(headers) if any(fold(text) in wanted for text in path[:-1])]
    return found if len(found) == 1 else []


def _last(path: Sequence[str]) -> str:
    return next((text for text in reversed(path) if text), "")


def _doubled(table: RawTable, name: str, places: Sequence[int]) -> Finding:
    letters = ", ".join(column_letters(table.col_no[place]) for place in places)
    return Finding(
        rule="kolom_ganda",
        message=f"Kolom `{name}` ditemukan {len(places)} kali, di kolom {letters}; tidak jelas yang mana.",
        cause="Judul kolom yang sama dipakai dua kali, atau kolom disalin.",
        action="Beri judul yang berbeda, hapus salinannya, atau minta Diskominfo menyatakan `position` pada kontrak.",
        sheet=table.sheet,
        column=column_letters(table.col_no[places[-1]]),
        header=path_text(table.headers[places[-1]]),
    )


def _claimed_twice(table: RawTable, bound: dict[str, int]) -> list[Finding]:
    claims: dict[int, list[str]] = defaultdict(list)
    for name, place in bound.items():
        claims[place].append(name)
    return [
        geometry_fault(
            table.sheet, f"Kolom {column_letters(table.col_no[place])} diminta sekaligus oleh {', '.join(names)}."
        )
        for place, names in claims.items()
        if len(names) > 1
    ]


def _missing(
    table: RawTable, contract: Contract, block: Layout, name: str, free: Sequence[int], period: str | None
) -> Finding:
    column = contract.columns[name]
    of_period = f" untuk periode {period}" if period else ""
    on_sheet = f" di lembar `{table.sheet}`" if table.sheet else ""
    known = (*column.aliases, *block.aliases.get(name, ()))
    message = f"Kolom wajib `{known[0] if known else name}`{of_period} tidak ada{on_sheet}."
    if len(known) > 1:
        message += f" Judul yang dikenali: {', '.join(f'`{alias}`' for alias in known[:5])}."
    new = {path_text(table.headers[place]): place for place in free if any(table.headers[place])}
    if new:
        listed = ", ".join(f"`{brief(header)}`" for header in list(new)[:12])
        message += f" Kolom yang belum dikenal: {listed}."
    likely = _likeliest(wanted_texts(name, column, block), list(new))
    if likely:
        letters = column_letters(table.col_no[new[likely]])
        message += f" Mungkin berganti nama menjadi `{brief(likely)}` (kolom {letters})."
    return Finding(
        rule="kolom_wajib",
        message=message,
        cause="Kolom dihapus, judulnya diganti, atau kepala tabel bergeser.",
        action="Kembalikan judul kolom seperti semula; bila memang berganti nama, sampaikan ke Diskominfo.",
        sheet=table.sheet,
        header=name,
    )


def _likeliest(wanted: frozenset[str], headers: Sequence[str]) -> str | None:
    """The unbound header most like any of the wanted texts; a suggestion only."""
    best, score = None, 0.55
    for header in headers[:200]:
        for text in wanted:
            ratio = difflib.SequenceMatcher(None, fold(header)[:200], text).ratio()
            if ratio > score:
                best, score = header, ratio
    return best


def _moved(table: RawTable, block: Layout, grid: Grid, wanted: frozenset[str]) -> Finding | None:
    """Says where the header seems to be now, when its row is fixed and the texts stand on another row."""
    seen = likely_header(grid, wanted)
    if block.header.row is None or seen is None or block.header.row <= seen < block.header.row + block.header.rows:
        return None
    return Finding(
        rule="kepala_ditemukan",
        message=f"Kepala tabel diharapkan di baris {block.header.row}, tetapi tampaknya kini di baris {seen}.",
        cause="Baris disisipkan atau dihapus di atas tabel.",
        action=f"Kembalikan kepala tabel ke baris {block.header.row}, atau beri tahu Diskominfo.",
        sheet=table.sheet,
        row=seen,
    )


def added_columns(table: RawTable, places: Sequence[int]) -> list[Finding]:
    """One note on the columns that no contract column claims; running numbers are nothing new."""
    new = []
    for place in places:
        header = path_text(table.headers[place])
        if fold(header) not in _UNINTERESTING and not (not header and _is_running_number(table, place)):
            new.append(place)
    if not new:
        return []
    listed = ", ".join(
        f"{column_letters(table.col_no[place])} `{brief(path_text(table.headers[place])) or 'tanpa judul'}`"
        for place in new[:20]
    )
    more = f" dan {len(new) - 20} lagi" if len(new) > 20 else ""
    return [
        Finding(
            rule="kolom_baru",
            message=f"Kolom yang tidak dikenal kontrak, tidak dimuat: {listed}{more}.",
            cause="Kolom baru ditambahkan, atau judul kolom yang tidak wajib diganti.",
            action="Bila perlu dimuat, sampaikan ke Diskominfo agar kontraknya ditambah; bila tidak, hapus kolomnya.",
            severity=Severity.CATATAN,
            sheet=table.sheet,
            column=column_letters(table.col_no[new[0]]),
            header=path_text(table.headers[new[0]]),
        )
    ]


def _is_running_number(table: RawTable, place: int) -> bool:
    """An unnamed index column: whole numbers only, in the rows looked at."""
    cells = [cell for cell in table.text[place].slice(0, 50).to_pylist() if cell]
    return bool(cells) and all(cell.strip().removesuffix(".0").isdigit() for cell in cells)
