"""What BPS asks of the metadata forms MS-Keg, MS-Var and MS-Ind, as warehouse_sql/reference/metadata_bps.csv words it.

Every rule there is a sentence of a few clauses (`wajib; >= tanggal awal`). Each clause is understood by one pattern
below; a clause that none understands is an error, so that no rule is passed over in silence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from etl.settings import WAREHOUSE_SQL

Filled = Mapping[str, str]
"""What is filled in, by field_key."""


class Field(NamedTuple):
    """One line of the reference. kind: teks, tanggal, pilihan, … choices: code → what it means."""

    form: str
    block: str
    number: str
    key: str
    label: str
    kind: str
    choices: dict[str, str]
    rule: str

    @property
    def clauses(self) -> list[str]:
        return [clause.strip() for clause in self.rule.split(";") if clause.strip()]


@cache
def fields(form: str) -> tuple[Field, ...]:
    """The fields of `MS-Keg`, `MS-Var` or `MS-Ind`, in the order of the form."""
    with (WAREHOUSE_SQL / "reference" / "metadata_bps.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_field(line) for line in csv.DictReader(file) if line["form"] == form)


def _field(line: Mapping[str, str]) -> Field:
    choices = dict(choice.split("=", 1) for choice in line["pilihan"].split("|") if choice)
    place = (line["form"], line["blok"], line["nomor"])
    return Field(*place, line["field_key"], line["label"], line["tipe"], choices, line["aturan"])


def faults(field: Field, filled: Filled, *, today: date) -> list[str]:
    """Everything that is wrong with what stands (or does not stand) in a field, as sentences."""
    value = filled.get(field.key, "").strip()
    found = list(_by_kind(field, value)) if value else []
    for clause, match, told in understood(field):
        if not match:
            raise ValueError(f"{field.form} {field.number}: aturan `{clause}` tidak dikenal")
        if told:
            found += told(Case(field, value, filled, today, match))
    return list(dict.fromkeys(found))


def choice_words(field: Field, value: str) -> str:
    """What a chosen code means, and the parts of a sum of codes: `9` → `Wawancara; Pengumpulan data sekunder`."""
    if field.kind == "pilihan":
        return field.choices.get(value, "")
    number = _leading_number(value)
    if field.kind != _SUM or number is None:
        return ""
    return "; ".join(text for code, text in field.choices.items() if int(code) & number)


# ── by the kind of field ─────────────────────────────────────────────────────────────────────────────────────────────

_SUM = "pilihan jamak (jumlah kode)"


def _by_kind(field: Field, value: str) -> Iterator[str]:
    if field.kind == "pilihan" and value not in field.choices:
        yield f"harus salah satu kode: {', '.join(field.choices)}"
    elif field.kind == _SUM:
        number, most = _leading_number(value), sum(map(int, field.choices))
        if number is None or not 0 < number <= most:
            yield f"harus jumlah dari kode {' + '.join(field.choices)} (1 sampai {most})"
    elif field.kind == "tanggal" and _day(value) is None:
        yield "harus tanggal, ditulis tahun-bulan-hari (2025-01-31)"
    elif field.kind == "tahun" and not re.fullmatch(r"\d{4}", value):
        yield "harus tahun empat angka"
    elif field.kind == "bilangan" and not value.isdigit():
        yield "harus bilangan bulat"
    elif field.kind == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        yield "bukan alamat surel"


def _leading_number(value: str) -> int | None:
    """`17` or `17 (lainnya: media sosial)`."""
    match = re.match(r"\d{1,9}(?=\D|$)", value)
    return int(match[0]) if match else None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


# ── by clause ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Case(NamedTuple):
    """A field under one clause."""

    field: Field
    value: str
    filled: Filled
    today: date
    match: re.Match[str]

    def of(self, number: str) -> str:
        """What is filled in at a number of the same form (`0.4`, `komposit`)."""
        if number == "komposit":
            return self.filled.get("indikator_komposit", "")
        return next((self.filled.get(f.key, "") for f in fields(self.field.form) if f.number == number), "")


Told = Callable[[Case], list[str]]


def _required(case: Case) -> list[str]:
    return [] if case.value else ["wajib diisi"]


def _long_enough(case: Case) -> list[str]:
    least = int(case.match[1])
    return [f"paling sedikit {least} huruf"] if case.value and len(case.value) < least else []


def _year(case: Case) -> list[str]:
    first, last = int(case.match[1]), case.today.year
    inside = not case.value.isdigit() or first <= int(case.value) <= last
    return [] if inside else [f"harus antara {first} dan {last}"]


def _required_if(case: Case) -> list[str]:
    number, wanted = case.match[1], case.match[2]
    return [f"wajib diisi, sebab {number} = {wanted}"] if case.of(number) == wanted and not case.value else []


def _empty_if(case: Case) -> list[str]:
    """The number stands in the clause before: `wajib bila 4.1=2; kosong bila 1`."""
    earlier = re.search(r"([\d.]+)=", case.field.rule)
    number, forbidden = (earlier[1] if earlier else ""), case.match[1]
    return [f"harus kosong, sebab {number} = {forbidden}"] if case.of(number) == forbidden and case.value else []


def _only_if(case: Case) -> list[str]:
    number, wanted = case.match[1], case.match[2]
    asked = case.of(number) == wanted
    if asked:
        return [] if case.value else [f"belum diisi, padahal {number} = {wanted}"]
    return [f"harus kosong: hanya diisi bila {number} = {wanted}"] if case.value else []


def _only_with(case: Case) -> list[str]:
    number, parts = case.match[1], [int(code) for code in re.findall(r"\d+", case.match[2])]
    chosen = _leading_number(case.of(number)) or 0
    if any(chosen & part for part in parts):
        return [] if case.value else [f"belum diisi, padahal {number} memuat {case.match[2]}"]
    return [f"harus kosong: hanya diisi bila {number} memuat {case.match[2]}"] if case.value else []


def _ranges(case: Case) -> list[str]:
    for first, last, number, wanted in re.findall(r"(\d+)–(\d+) bila ([\d.]+)=(\d+)", case.match[0]):
        inside = not case.value.isdigit() or int(first) <= int(case.value) <= int(last)
        if case.of(number) == wanted and case.value and not inside:
            return [f"harus {first} sampai {last}, sebab {number} = {wanted}"]
    return []


def _after_start(case: Case) -> list[str]:
    start, end = _day(case.filled.get(case.field.key.removesuffix("akhir") + "awal", "")), _day(case.value)
    return [f"mendahului tanggal awalnya ({start})"] if start and end and end < start else []


def _at_most_enumerators(case: Case) -> list[str]:
    most = case.filled.get("jumlah_enumerator", "")
    more = case.value.isdigit() and most.isdigit() and int(case.value) > int(most)
    return [f"melebihi jumlah enumerator ({most})"] if more else []


def _with_its_product(case: Case) -> list[str]:
    product = case.filled.get(case.field.key.replace("rilis_", "produk_"), "")
    return [f"wajib diisi, sebab 8.1{case.field.number[-1]} = Ya"] if product == "1" and not case.value else []


def _other_is_named(case: Case) -> list[str]:
    other = next((int(code) for code, text in case.field.choices.items() if text.lower() == "lainnya"), 0)
    number = _leading_number(case.value) or 0
    unnamed = number & other and case.value.isdigit()
    return [f"memuat Lainnya ({other}): sebutkan, mis. `{number} (lainnya: …)`"] if unnamed else []


def _nothing(_: Case) -> list[str]:
    """A remark for people, or what the form fills in itself."""
    return []


_CLAUSES: tuple[tuple[re.Pattern[str], Told], ...] = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (r"wajib(?: \(daerah\))?", _required),
        (r"minimal 1 baris", _required),
        (r"min (\d+)(?: karakter)?", _long_enough),
        (r"(\d{4})\.\.tahun berjalan", _year),
        (r"wajib bila (\d[\d.]*|komposit)=(\d+)", _required_if),
        (r"(?:harus )?kosong bila (\d+)", _empty_if),
        (r"hanya bila ([\d.]+)=(\d+)", _only_if),
        (r"hanya bila sarana ([\d.]+) memuat (.+)", _only_with),
        (r"\d+–\d+ bila .+", _ranges),
        (r">= tanggal awal", _after_start),
        (r"<= enumerator", _at_most_enumerators),
        (r"wajib bila 8\.1 terkait = Ya", _with_its_product),
        (r"lainnya disebutkan", _other_is_named),
        (r"menentukan blok .+|urut|inilah sumber .+|1=Ya, 2=Tidak|bila komposit=\d", _nothing),
    )
)


def understood(field: Field) -> Iterator[tuple[str, re.Match[str] | None, Told | None]]:
    """Each clause with the pattern that understands it and what that pattern asks; None where there is none."""
    for clause in field.clauses:
        found = ((pattern.fullmatch(clause), told) for pattern, told in _CLAUSES)
        match, told = next((one for one in found if one[0]), (None, None))
        yield clause, match, told
