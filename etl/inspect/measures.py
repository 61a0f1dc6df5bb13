"""The measured columns of a draft: which indicator each holds, in which unit and breakdown, and what must be true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.inspect.columns import ColumnSeen
from etl.inspect.naming import Named
from etl.inspect.seen import TableSeen
from etl.inspect.units import Unit, guessed_unit, is_rate, suffix_scale
from etl.inspect.when import header_period
from etl.inspect.wide import sex
from etl.inspect.words import slug, unique
from etl.transform.text import fold, tidy_text

_SIGNED = re.compile(r"pertumbuhan|laju|inflasi|selisih|surplus|defisit|saldo|perubahan|netto|neto")
_CALLED_TOTAL = re.compile(r"(jumlah|total|jml|grand total)\b")

Part = tuple[str, object, str]
"""Key, value and comment of one line of an indicator."""


@dataclass
class Measures:
    """columns: name, declaration, note. indikator: code → its lines and note. places: measured columns → factor.
    as_words: number columns that cannot be figures of this dataset."""

    columns: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    indikator: dict[str, tuple[list[Part], str]] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    places: dict[int, float] = field(default_factory=dict)
    as_words: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    taken: frozenset[str] = frozenset()
    shared: dict[str, str] = field(default_factory=dict)
    """Text of a whole → the indicator that its parts share."""

    def free(self, prefix: str, text: str) -> str:
        """`faskes.rumah_sakit`: a code that no other indicator has."""
        name = slug(text) or "nilai"
        return unique(f"{prefix}.{'jumlah' if name == prefix else name}", {*self.indikator, *self.taken})


def measures_of(table: TableSeen, named: Named, prefix: str, taken: frozenset[str]) -> Measures:
    """Measures, controls and rules of the table. taken: indicators of other datasets."""
    made = Measures(taken=taken)
    figures = list(table.figures)
    controls = {one.total: one for one in table.sums if _is_called_total(table.column(one.total))}
    if not figures:
        _counted(table, made, prefix, named)
        return made
    spread = ""
    wide = table.wide
    inside = {column.at for column in wide.columns if column.at not in controls} if wide else set()
    if wide:
        spread = _spread(table, made, prefix, named, [c for c in wide.columns if c.at in inside])
    timed = bool(wide and "periode" in wide.levels)
    groups = _groups(table, controls)
    singles = [column for column in figures if column.at not in inside and column.at not in controls]
    for column in singles:
        if timed:
            made.as_words.add(column.at)
        else:
            _single(table, made, prefix, named, column, groups.get(column.at))
    for at, one in controls.items():
        _control(table, made, named, at, one.parts, inside, spread, controls)
    _rules(table, made, named, singles if not timed else [], spread, inside)
    _sum_rules(table, made, named, controls, inside)
    return made


def _is_called_total(column: ColumnSeen) -> bool:
    return any(_CALLED_TOTAL.match(fold(text).replace("_", " ")) is not None for text in (column.last, column.header))


# ── one column each ──────────────────────────────────────────────────────────────────────────────────────────────────


def _unit(table: TableSeen, column: ColumnSeen) -> Unit | None:
    if column.unit:
        return column.unit
    return None if column.rate or is_rate(column.header) else table.unit


def _numbers(table: TableSeen, columns: Sequence[ColumnSeen]) -> dict[str, Any]:
    """scale and decimal of columns that are written alike."""
    parts: dict[str, Any] = {}
    unit = _unit(table, columns[0])
    if columns[0].suffix:
        parts |= {"suffix": columns[0].suffix, "scale": suffix_scale(columns[0].suffix)}
    elif unit and unit.scale != "1":
        parts["scale"] = unit.scale
    signs = {column.decimal for column in table.figures if column.decimal}
    own = {column.decimal for column in columns if column.decimal}
    if own == {"titik"} or (len(signs) > 1 and len(own) == 1):
        parts["decimal"] = next(iter(own))
    return parts


def _single(
    table: TableSeen, made: Measures, prefix: str, named: Named, column: ColumnSeen, group: tuple[str, str, str] | None
) -> None:
    """group: (indicator's text, breakdown, code) where the column is one part of a whole."""
    numbers = _numbers(table, [column])
    parts: dict[str, Any] = {"role": "ukuran"}
    if group:
        text, breakdown, code = group
        parts["indikator"] = _shared(table, made, prefix, text, column)
        rincian = {"rincian": {breakdown: code}}
    else:
        parts["indikator"] = _indikator(table, made, prefix, column.header or named.names[column.at], column)
        rincian = {}
    parts |= {**named.bound[column.at], **rincian, **numbers}
    note = "`-` berarti kosong; bila nol tulis dash: nol" if "-" in column.marks or "–" in column.marks else ""
    if column.doubtful:
        note = "angka seperti 1.234 dibaca ribuan"
    made.columns.append((named.names[column.at], parts, note))
    made.places[column.at] = float(numbers.get("scale", "1"))


def _shared(table: TableSeen, made: Measures, prefix: str, text: str, column: ColumnSeen) -> str:
    if text not in made.shared:
        made.shared[text] = _indikator(table, made, prefix, text, column)
    return made.shared[text]


def _indikator(table: TableSeen, made: Measures, prefix: str, text: str, column: ColumnSeen) -> str:
    code = made.free(prefix, text)
    made.indikator[code] = (_lines(table, text, _unit(table, column), column.rate), "")
    return code


def _lines(table: TableSeen, text: str, unit: Unit | None, rate: bool) -> list[Part]:
    name = (
        tidy_text(
            re.sub(r"\s*[(\[][^()\[\]]{1,30}[)\]]\s*$", "", tidy_text(text.replace(" / ", ", ").replace("_", " ")))
        )
        or "Nilai"
    )
    name = name[:1].upper() + name[1:]
    additive = not (rate or is_rate(text)) and (unit is None or unit.additive)
    satuan = unit.satuan if unit and unit.satuan != "campuran" else guessed_unit(" ".join((text, *table.frame.titles)))
    stated = unit is not None and unit.satuan != "campuran"
    if unit and unit.satuan == "campuran":
        satuan = "menurut kolom satuan"
    lines: list[Part] = [
        ("nama", name, ""),
        ("konsep", name, " # periksa"),
        ("definisi", "Belum ditulis.", " # periksa: apa yang dihitung, keadaan kapan"),
        ("satuan", satuan, "" if stated else " # periksa"),
    ]
    if not additive:
        lines.append(("additive", False, " # periksa: tidak dijumlahkan antarwilayah"))
    return lines


def _groups(table: TableSeen, controls: dict[int, Any]) -> dict[int, tuple[str, str, str]]:
    """Columns that a control column proves to be parts of one whole: one indicator with a breakdown."""
    found: dict[int, tuple[str, str, str]] = {}
    for one in controls.values():
        parts = [table.column(part) for part in one.parts]
        group = {column.path[:-1] for column in parts}
        sexes = [sex(column.last) for column in parts]
        upper = " ".join(dict.fromkeys(text for text in next(iter(group)) if text)) if len(group) == 1 else ""
        text = upper or ("jumlah" if all(sexes) else "")
        if (
            not text
            or table.wide
            or any(part in controls for part in one.parts)
            or any(part in found for part in one.parts)
        ):
            continue
        breakdown = "jenis_kelamin" if all(sexes) else "jenis"
        codes: list[str] = []
        for column, code in zip(parts, sexes, strict=True):
            codes.append(code if all(sexes) and code else unique(slug(column.last) or "lain", codes))
            found[column.at] = (text, breakdown, codes[-1])
    return found


# ── spread over columns ──────────────────────────────────────────────────────────────────────────────────────────────


def _spread(table: TableSeen, made: Measures, prefix: str, named: Named, columns: Sequence[ColumnSeen]) -> str:
    wide = table.wide
    assert wide is not None
    levels = list(wide.levels)
    name = unique("nilai", {*named.names.values()})
    parts: dict[str, Any] = {"role": "ukuran"}
    if "ukuran" in levels:
        at = levels.index("ukuran")
        for text in dict.fromkeys(column.path[at] for column in columns):
            first = next(column for column in columns if column.path[at] == text)
            code = made.free(prefix, text)
            lines = _lines(table, text, _unit(table, first), first.rate)
            made.indikator[code] = ([*lines, ("aliases", [text], "")], "")
    else:
        fixed = [
            text
            for level, text in zip(levels, columns[0].path, strict=True)
            if level == "-" and text and not text.replace(".", "").isdigit() and header_period(text) is None
        ]
        text = " ".join(fixed) or (table.frame.titles[0] if table.frame.titles else _sheet_says(table))
        parts["indikator"] = _indikator(table, made, prefix, text if len(text) < 90 else "nilai", columns[0])
    spread: dict[str, Any] = {"levels": levels}
    if wide.headers:
        spread["headers"] = wide.headers
    parts |= {"spread": spread, **_numbers(table, columns)}
    if "jenis_kelamin" in levels and sum(level not in ("periode", "ukuran", "wilayah", "-") for level in levels) == 1:
        parts["values"] = {"L": ["L", "Laki-laki", "Lk"], "P": ["P", "Perempuan", "Pr"]}
        spelled = dict.fromkeys(column.path[levels.index("jenis_kelamin")] for column in columns)
        parts["values"] = {code: [text for text in spelled if sex(text) == code] for code in ("L", "P")}
    marks = {mark for column in columns for mark in column.marks}
    note = "`-` berarti kosong; bila nol tulis dash: nol" if marks & {"-", "–"} else ""
    made.columns.append((name, parts, note))
    for column in columns:
        unit = _unit(table, column)
        made.places[column.at] = float(parts.get("scale", "1"))
        if unit and unit.scale != parts.get("scale", "1"):
            made.doubts.append(f"`{column.header}` bersatuan lain daripada kolom sebaris kepalanya")
    return name


def _sheet_says(table: TableSeen) -> str:
    generic = re.fullmatch(r"(sheet|lembar|data|tabel)?\s*\d*", fold(table.sheet)) is not None
    return "nilai" if generic else table.sheet


def _counted(table: TableSeen, made: Measures, prefix: str, named: Named) -> None:
    """No number column: every row counts for one."""
    name = unique("jumlah_baris", named.names.values())
    code = made.free(prefix, "jumlah")
    made.indikator[code] = (_lines(table, "Jumlah baris", None, False), "")
    made.columns.append(
        (name, {"role": "ukuran", "indikator": code, "value": "1"}, "tidak ada kolom angka: tiap baris dihitung satu")
    )
    made.doubts.append("tidak ada kolom angka; rancangan ini menghitung barisnya")


# ── controls and rules ───────────────────────────────────────────────────────────────────────────────────────────────


def _control(
    table: TableSeen,
    made: Measures,
    named: Named,
    at: int,
    parts: Sequence[int],
    inside: set[int],
    spread: str,
    controls: dict[int, Any],
) -> None:
    column = table.column(at)
    whole = list(parts)
    while any(part in controls for part in whole):
        whole = [leaf for part in whole for leaf in (controls[part].parts if part in controls else (part,))]
    if set(whole) & inside:
        if set(whole) != inside:
            made.as_words.add(at)
            made.doubts.append(
                f"`{column.header}` adalah jumlah sebagian kolom; tidak dapat diperiksa kontrak, jadi hanya teks"
            )
            return
        names = [spread]
    else:
        names = [named.names[part] for part in whole]
    made.columns.append(
        (named.names[at], {"role": "kontrol", **named.bound[at], "sum_of": names, **_numbers(table, [column])}, "")
    )


def _rules(
    table: TableSeen, made: Measures, named: Named, singles: Sequence[ColumnSeen], spread: str, inside: set[int]
) -> None:
    blocks = [(named.names[column.at], [column]) for column in singles]
    if spread:
        blocks.insert(0, (spread, [table.column(at) for at in sorted(inside)]))
    full = [name for name, columns in blocks if all(not c.n_empty and not c.marks and not c.unread for c in columns)]
    shares = [
        name
        for name, columns in blocks
        if all(c.share and c.minimum is not None and c.minimum >= 0 and (c.maximum or 0) <= 100 for c in columns)
        and not _SIGNED.search(name)
    ]
    positive = [
        name
        for name, columns in blocks
        if name not in shares and all(c.minimum is None or c.minimum >= 0 for c in columns) and not _SIGNED.search(name)
    ]
    for rule, names in (("not_null", full), ("not_negative", positive)):
        if names:
            made.rules.append({"rule": rule, "columns": names, "severity": "tolak"})
    if shares:
        made.rules.append({"rule": "between", "columns": shares, "min": 0, "max": 100, "severity": "tolak"})


def _sum_rules(table: TableSeen, made: Measures, named: Named, controls: dict[int, Any], inside: set[int]) -> None:
    for one in table.sums:
        stored = {one.total, *one.parts}
        if one.total in controls or stored & inside or stored & made.as_words or stored & set(controls):
            continue
        whole = all(table.column(at).whole for at in stored)
        rule: dict[str, Any] = {
            "rule": "parts_sum",
            "total": named.names[one.total],
            "parts": [named.names[part] for part in one.parts],
        }
        made.rules.append({**rule, **({} if whole else {"tolerance": "0.05"}), "severity": "catatan"})
