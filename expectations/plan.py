"""A contract's checks in order, before any data: which rule looks at what, how severe it is and what it says.

One Check is one line of the report. It has as many parts as expectations are needed for it; each part names the batch
(the frame, see `batches`) on which its expectation runs. Pure and quick: Great Expectations is not imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from etl.columns import Column
from etl.contract import Contract
from etl.findings import Severity
from etl.rules import (
    Between,
    ChangeWithin,
    ChildrenSum,
    EveryWilayah,
    InSet,
    Matches,
    MaxLength,
    PartsSum,
    Rule,
    Unique,
)
from etl.transform.cells import NOTED
from etl.transform.codes import rules_of
from expectations.conditions import FIGURE_KEY
from expectations.sentences import Sentence, fill, number, sentence, words

ROWS, FIGURES, TEXTS, TOTALS = "baris", "angka", "teks", "jumlah"
"""Batches that any contract may have; see `batches.build`."""

AS_WRITTEN = "tulisan:"
"""Prefix of a column of ROWS that holds a number column's text as received."""


@dataclass(frozen=True)
class Part:
    """One expectation: kind (key of custom.CLASSES), its arguments, and the contract's columns it speaks of."""

    batch: str
    kind: str
    arguments: dict[str, Any]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One rule on this dataset. `found_by_tidy`: its faults come (also) from reading, not only from its parts."""

    rule: str
    severity: Severity
    columns: tuple[str, ...]
    sentence: Sentence
    parts: tuple[Part, ...] = ()
    say: str | None = None
    found_by_tidy: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.sentence.title


def plan(contract: Contract) -> tuple[Check, ...]:
    """Everything that is checked of a submission, in the order of the report."""
    return (*_of_reading(contract), *_built_in(contract), *_of_rules(contract))


def title_of(name: str, column: Column) -> str:
    """A column as the operator knows it."""
    return column.aliases[0] if column.aliases else name.replace("_", " ").capitalize()


def _titles(contract: Contract, names: tuple[str, ...]) -> list[str]:
    return [title_of(name, contract.columns[name]) for name in names]


# ── on every dataset ─────────────────────────────────────────────────────────────────────────────────────────────────


def _of_reading(contract: Contract) -> Iterator[Check]:
    """What transform.tidy already looked for; known regions are asked of the figures once more."""
    of_role = {
        "wilayah_dikenal": ("wilayah",),
        "angka_terbaca": ("ukuran", "kontrol"),
        "periode_terbaca": ("periode",),
        "rincian_dikenal": ("rincian",),
    }
    known = Part(FIGURES, "wilayah_dikenal", {"column": "wilayah", "wilayah": {"$PARAMETER": "wilayah"}})
    for rule, roles in of_role.items():
        columns = tuple(name for name, column in contract.by_role(*roles).items() if column.value is None)
        parts = (known,) if rule == "wilayah_dikenal" else ()
        yield Check(rule, Severity.TOLAK, columns, sentence(rule), parts, found_by_tidy=True)
    if tree := contract.hierarchy:
        yield Check("tingkat_dikenal", Severity.TOLAK, tree.columns, sentence("tingkat_dikenal"), found_by_tidy=True)
        if tree.check:
            yield Check("subtotal_cocok", Severity.CATATAN, (), sentence("subtotal_cocok"), found_by_tidy=True)
    for rule, of_rule in rules_of(contract).items():
        severity = Severity.CATATAN if rule in NOTED else Severity.TOLAK
        yield Check(rule, severity, of_rule, sentence(rule), found_by_tidy=True)
    if contract.fact == "anggaran":
        amounts = tuple(contract.by_role("ukuran"))
        yield Check("satuan_rupiah", Severity.CATATAN, amounts, sentence("satuan_rupiah"), found_by_tidy=True)


def _built_in(contract: Contract) -> Iterator[Check]:
    once = Part(FIGURES, "kunci_unik", {"column_list": [*FIGURE_KEY, "nilai"], "ignore_row_if": "never"})
    yield Check("kunci_unik", Severity.TOLAK, (), sentence("kunci_unik"), (once,))

    if contract.personal_data == "tolak":
        none = Part(TEXTS, "data_pribadi", {"column": "teks"})
        yield Check("data_pribadi", Severity.TOLAK, (), sentence("data_pribadi"), (none,))

    tolerance = contract.totals.tolerance if contract.totals else 0.5
    for name, column in contract.by_role("kontrol").items():
        if column.sum_of:
            yield _total_check(contract, "kontrol_jumlah", Severity.CATATAN, name, column.sum_of, tolerance)

    if contract.totals and contract.totals.check:
        part = Part(TOTALS, "baris_jumlah", {**_pair("nilai", "jumlah"), "tolerance": tolerance})
        yield Check("baris_jumlah", Severity.CATATAN, (), sentence("baris_jumlah"), (part,))


def _pair(first: str, second: str) -> dict[str, Any]:
    return {"column_list": [first, second], "ignore_row_if": "any_value_is_missing"}


def _total_check(
    contract: Contract, rule: str, severity: Severity, total: str, parts: tuple[str, ...], tolerance: float
) -> Check:
    words_of = _fill(
        sentence(rule),
        kolom=title_of(total, contract.columns[total]),
        bagian=words(_titles(contract, parts)),
    )
    arguments = {"column_list": [total, *parts], "tolerance": tolerance, "ignore_row_if": "never"}
    part = Part(ROWS, "total_parts", arguments, (total, *parts))
    return Check(rule, severity, (total, *parts), words_of, (part,))


# ── the contract's rules ─────────────────────────────────────────────────────────────────────────────────────────────


def _of_rules(contract: Contract) -> Iterator[Check]:
    for no, rule in enumerate(contract.rules, start=1):
        check = _of_rule(contract, rule, no)
        if rule.say:
            check = replace(check, say=rule.say)
        yield check


def _of_rule(contract: Contract, rule: Rule, no: int) -> Check:
    if isinstance(rule, PartsSum):
        return _total_check(contract, rule.rule, rule.severity, rule.total, rule.parts, rule.tolerance)
    if isinstance(rule, EveryWilayah):
        text = _fill(sentence(rule.rule), tingkat="desa/kelurahan" if rule.level == "desa" else rule.level)
        arguments = {"column_list": ["ada", "harus"], "ignore_row_if": "never"}
        grid = Part(f"wilayah:{no}", rule.rule, arguments)
        return Check(rule.rule, rule.severity, (), text, (grid,), options={"level": rule.level})
    if isinstance(rule, ChildrenSum):
        part = Part(f"induk:{no}", rule.rule, {**_pair("nilai", "jumlah_anak"), "tolerance": rule.tolerance})
        chosen = rule.indikator or tuple(code for code, about in contract.indikator.items() if about.additive)
        return Check(rule.rule, rule.severity, (), sentence(rule.rule), (part,), options={"indikator": chosen})
    if isinstance(rule, ChangeWithin):
        limits = {"percent": rule.percent, "min_value": rule.min_value}
        part = Part(f"lalu:{no}", rule.rule, {**_pair("nilai", "lalu"), **limits})
        chosen = rule.indikator or tuple(contract.indikator)
        text = _fill(sentence(rule.rule), persen=number(rule.percent))
        return Check(rule.rule, rule.severity, (), text, (part,), options={"indikator": chosen})
    if isinstance(rule, Unique):
        return _unique(contract, rule)
    kind, arguments, filled = _on_columns(rule)
    text = _fill(sentence(rule.rule), kolom=words(_titles(contract, rule.columns)), **filled)
    parts = tuple(_column_part(contract, kind, name, arguments) for name in rule.columns)
    return Check(rule.rule, rule.severity, rule.columns, text, parts)


def _on_columns(rule: Any) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Kind of expectation, its arguments, and the words for the sentences."""
    if isinstance(rule, Between):
        return "between", {"min_value": rule.min, "max_value": rule.max}, {"batas": _range(rule.min, rule.max)}
    if isinstance(rule, InSet):
        return "in_set", {"value_set": list(rule.values)}, {"daftar": _listed(rule.values)}
    if isinstance(rule, Matches):
        return "matches", {"pattern": rule.pattern}, {"pola": rule.pattern}
    if isinstance(rule, MaxLength):
        return "max_length", {"length": rule.length}, {"panjang": str(rule.length)}
    return ("between", {"min_value": 0}, {}) if rule.rule == "not_negative" else ("not_null", {}, {})


def _column_part(contract: Contract, kind: str, name: str, arguments: dict[str, Any]) -> Part:
    """Where a rule on one column runs: a spread column has its figures as a batch of its own."""
    column = contract.columns[name]
    numeric = column.role in ("ukuran", "kontrol")
    if numeric and kind == "in_set":
        arguments = {"value_set": [float(value) for value in arguments["value_set"]]}
    if column.spread is not None:
        return Part(
            f"sebar:{name}", kind, {"column": "tulisan" if _wants_text(kind) else "nilai", **arguments}, (name,)
        )
    key = f"{AS_WRITTEN}{name}" if numeric and _wants_text(kind) else name
    return Part(ROWS, kind, {"column": key, **arguments}, (name,))


def _wants_text(kind: str) -> bool:
    return kind in ("matches", "max_length")


def _unique(contract: Contract, rule: Unique) -> Check:
    text = _fill(sentence(rule.rule), kolom=words(_titles(contract, rule.columns)))
    if len(rule.columns) == 1:
        part = Part(ROWS, "unique", {"column": rule.columns[0]}, rule.columns)
    else:
        arguments = {"column_list": list(rule.columns), "ignore_row_if": "any_value_is_missing"}
        part = Part(ROWS, "unique_together", arguments, rule.columns)
    return Check(rule.rule, rule.severity, rule.columns, text, (part,))


def _listed(values: tuple[str, ...], most: int = 12) -> str:
    rest = f", dan {len(values) - most} lainnya" if len(values) > most else ""
    return ", ".join(values[:most]) + rest


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"paling banyak {number(high)}"
    return f"paling sedikit {number(low)}" if high is None else f"antara {number(low)} dan {number(high)}"


def _fill(text: Sentence, **values: str) -> Sentence:
    """What is known of the whole rule; braces that are filled per cell stay."""
    parts = (text.title, text.message, text.cause, text.action, text.fault, text.general)
    return Sentence(*(fill(part, **values) for part in parts))
