"""The columns of figures and texts of an entry workbook; of a spread measure one column per header it can have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from etl.columns import Column
from etl.contract import Contract
from etl.entry.table import MAX_LEVELS, REMARK, CannotOffer, EntryColumn, Kind, Limit
from etl.findings import Severity
from etl.load.released import Released
from etl.rules import Between, ChangeWithin, ChildrenSum, EveryWilayah, InSet, Matches, MaxLength, PartsSum
from etl.transform.columns import rincian_code, rincian_codes
from etl.transform.regions import Regions
from etl.transform.text import fold, tidy_text
from expectations.plan import Check, title_of
from expectations.plan import plan as checks_of
from expectations.sentences import number, words

_POWERS = {10: "puluh", 100: "ratus", 1000: "ribu", 10**6: "juta", 10**9: "miliar", 10**12: "triliun"}


class Option(NamedTuple):
    """One header text of a spread level and what it means."""

    text: str
    code: str


def typed_unit(satuan: str, scale: str) -> str:
    """Rupiah at a scale of 1000000 is typed as `juta rupiah`."""
    factor = Decimal(scale)
    if factor == 1:
        return satuan
    if factor == factor.to_integral() and int(factor) in _POWERS:
        return f"{_POWERS[int(factor)]} {satuan}"
    return f"kelipatan {number(float(factor))} {satuan}"


def spread_levels(column: Column) -> tuple[str, ...]:
    """Header levels of a spread measure in the workbook: its own without the period, which is one and the same, and a
    title above unless the header itself names the measures."""
    assert column.spread is not None
    kept = tuple(level for level in column.spread.levels if level not in ("periode", "-"))
    return kept if "ukuran" in kept else ("-", *kept)


def measure_columns(contract: Contract, regions: Regions, released: Sequence[Released]) -> list[EntryColumn]:
    """Figures, computed sums and texts in the contract's order. Raises CannotOffer."""
    columns: list[EntryColumn] = []
    for name, column in contract.columns.items():
        if column.role == "ukuran" and column.value is not None:
            raise CannotOffer(
                f"kolom `{name}` menghitung baris, jadi yang dikirim daftar, bukan tabel angka",
                "kirim daftarnya sebagai berkas biasa, atau buat dataset yang kolomnya berisi jumlahnya",
            )
        if column.spread is not None:
            columns += _spread(contract, name, column, regions, released)
        elif column.role == "ukuran" or (column.role == "kontrol" and column.sum_of):
            columns.append(_plain(contract, name, column))
    return _unique_titles(columns)


def text_column(contract: Contract, name: str) -> EntryColumn:
    """A text that the operator may write."""
    column = contract.columns[name]
    values = [rule.values for rule in contract.rules if isinstance(rule, InSet) and name in rule.columns]
    about = (("Kolom", title_of(name, column)), *_rules_about(contract, name))
    return EntryColumn(
        name,
        "teks",
        (title_of(name, column),),
        limits=limits_of(contract, name),
        choices=values[0] if values else (),
        closed=bool(values),
        about=about,
    )


def remark_column() -> EntryColumn:
    """What the operator wants the walidata to know of a row; it becomes a note on the submission."""
    about = (
        ("Kolom", "Catatan untuk walidata"),
        ("Isi", "Sebab angka berubah banyak, atau hal lain yang perlu diketahui; boleh kosong"),
    )
    return EntryColumn(REMARK, "teks", ("Catatan / sebab perubahan",), about=about)


def levelled(columns: Sequence[EntryColumn]) -> tuple[EntryColumn, ...]:
    """All columns with as many header levels as the deepest has. Raises CannotOffer."""
    levels = max(len(column.header) for column in columns)
    if levels > MAX_LEVELS:
        raise CannotOffer(f"kepala kolomnya {levels} tingkat", f"paling banyak {MAX_LEVELS}: pecah datasetnya")
    return tuple(replace(column, header=(*column.header, *[""] * (levels - len(column.header)))) for column in columns)


# ── one measure, one column ──────────────────────────────────────────────────────────────────────────────────────────


def _plain(contract: Contract, name: str, column: Column) -> EntryColumn:
    header = tuple(tidy_text(part) for part in _title(contract, name, column).split(" / "))
    return _column(contract, name, column, header, column.indikator, tuple(column.rincian.items()))


def _title(contract: Contract, name: str, column: Column) -> str:
    """First alias; else the indicator's name, with what the column fixes when it is not its only column."""
    if column.aliases or column.indikator is None:
        return title_of(name, column)
    nama = contract.indikator[column.indikator].nama
    twins = [other for other in contract.columns.values() if other.indikator == column.indikator]
    return nama if len(twins) == 1 else f"{nama} / {', '.join(column.rincian.values()) or name}"


def _column(
    contract: Contract,
    name: str,
    column: Column,
    header: tuple[str, ...],
    indikator: str | None,
    rincian: tuple[tuple[str, str], ...],
    wilayah: str | None = None,
) -> EntryColumn:
    kind: Kind = "rumus" if column.role == "kontrol" else "angka"
    about = contract.indikator.get(indikator or "")
    satuan = about.satuan if about else _unit_of_parts(contract, column)
    unit = typed_unit(satuan, column.scale)
    lines = [("Kolom", " / ".join(filter(None, header)))]
    if about:
        lines += [("Nama", about.nama), ("Definisi", about.definisi), ("Konsep", about.konsep)]
        lines += [("Rumus", about.rumus)] if about.rumus else []
    else:
        lines.append(
            ("Isi", f"Dihitung sendiri: jumlah {words([title_of(n, contract.columns[n]) for n in column.sum_of])}")
        )
    lines.append(("Satuan", unit))
    return EntryColumn(
        name,
        kind,
        header,
        unit=unit,
        scale=Decimal(column.scale),
        indikator=indikator,
        additive=about.additive if about else True,
        wilayah=wilayah,
        rincian=rincian,
        dash_is_zero=column.dash == "nol",
        limits=limits_of(contract, name) if kind == "angka" else (),
        about=(*lines, *_rules_about(contract, name)),
    )


def _unit_of_parts(contract: Contract, column: Column) -> str:
    parts = [contract.columns[name].indikator or "" for name in column.sum_of]
    units = {contract.indikator[code].satuan for code in parts if code in contract.indikator}
    return units.pop() if len(units) == 1 else ""


# ── one measure, many columns ────────────────────────────────────────────────────────────────────────────────────────


def _spread(
    contract: Contract, name: str, column: Column, regions: Regions, released: Sequence[Released]
) -> Iterator[EntryColumn]:
    levels = spread_levels(column)
    title = Option(_title(contract, name, column), "")
    known = _own_released(contract, column, released)
    options = [[title] if level == "-" else _options(contract, name, column, level, regions, known) for level in levels]
    for combo in itertools.product(*options):
        said = dict(zip(levels, (option.code for option in combo), strict=True))
        indikator = said.pop("ukuran", None) or column.indikator
        wilayah = said.pop("wilayah", None)
        said.pop("-", None)
        rincian = (*column.rincian.items(), *said.items())
        header = tuple(option.text for option in combo)
        yield _column(contract, name, column, header, indikator, rincian, wilayah)


def _own_released(contract: Contract, column: Column, released: Sequence[Released]) -> list[Released]:
    own = {column.indikator} if column.indikator else set(_free_indicators(contract))
    return [figure for figure in released if figure.indikator in own]


def _free_indicators(contract: Contract) -> list[str]:
    """Indicators that no column names: those whose figures a header level `ukuran` names."""
    taken = {column.indikator for column in contract.columns.values()}
    return [code for code in contract.indikator if code not in taken]


def _options(
    contract: Contract, name: str, column: Column, level: str, regions: Regions, released: Sequence[Released]
) -> list[Option]:
    if level == "ukuran":
        return [Option(_indicator_text(contract, code), code) for code in _free_indicators(contract)]
    if level == "wilayah":
        return _region_options(contract, name, regions, released)
    seen = list(dict.fromkeys(codes.get(level, "") for codes in map(breakdown, released)))
    codes = [code for code in seen if code]
    others = [one for one in spread_levels(column) if one not in ("-", "ukuran", "wilayah", level)]
    if column.values and not others:
        codes = list(column.values)
    if not codes:
        raise CannotOffer(
            f"isi `{level}` pada kepala kolom `{name}` tidak disebut kontrak dan belum ada angka yang dirilis",
            f"sebutkan pada `values` kolom `{name}`, atau rilis dahulu satu kiriman dari berkas biasa",
        )
    return [Option(shown_text(code, column), code) for code in codes]


def _indicator_text(contract: Contract, code: str) -> str:
    """First alias, or the first other text that a header may name this indicator (and no other before it) by."""
    about = contract.indikator[code]
    earlier = list(contract.indikator.items())[: list(contract.indikator).index(code)]
    taken = {fold(text) for other, one in earlier for text in (other, one.nama, *one.aliases)}
    return next((text for text in (*about.aliases, about.nama) if fold(text) not in taken), code)


def _region_options(contract: Contract, name: str, regions: Regions, released: Sequence[Released]) -> list[Option]:
    from etl.entry.keys import of_level

    codes = list(dict.fromkeys(figure.wilayah for figure in released))
    if not codes:
        levels = [rule.level for rule in contract.rules if isinstance(rule, EveryWilayah)]
        codes = [region.kode for level in levels for region in of_level(regions, level)]
    if not codes:
        raise CannotOffer(
            f"wilayah pada kepala kolom `{name}` tidak disebut kontrak dan belum ada angka yang dirilis",
            "tambahkan aturan every_wilayah, atau rilis dahulu satu kiriman dari berkas biasa",
        )
    return [Option(_region_text(regions, code), code) for code in codes]


def _region_text(regions: Regions, code: str) -> str:
    region = regions.get(code)
    if region is None:
        raise CannotOffer(f"wilayah {code} tidak lagi berlaku", "perbaiki daftar wilayah")
    for text in (region.nama, f"{region.tingkat.capitalize()} {region.nama}"):
        if regions.match([text], "nama")[0].kode == code:
            return text
    raise CannotOffer(f"nama {region.nama} bermakna ganda pada kepala kolom", "pakai wilayah pada baris, dengan kode")


def breakdown(figure: Released) -> dict[str, str]:
    """`jenis_kelamin=L|umur=0-4` as a dictionary."""
    return dict(part.split("=", 1) for part in figure.rincian.split("|") if "=" in part)


def shown_text(code: str, column: Column) -> str:
    """The text that stands for a breakdown's code: the first that reads back as it."""
    codes = rincian_codes(column)
    return next((text for text in column.values.get(code, ()) if rincian_code(text, codes) == code), code)


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def limits_of(contract: Contract, name: str) -> tuple[Limit, ...]:
    """What the contract's rules ask of one cell of a column, bounds in the unit that is typed."""
    limits = []
    column = contract.columns[name]
    scale = Decimal(column.scale)
    for rule, check in zip(contract.rules, _own_checks(contract), strict=True):
        if name not in getattr(rule, "columns", ()):
            continue
        limit = Limit(rule.rule, rule.severity, rule.say or check.sentence.general or check.sentence.message)
        if isinstance(rule, Between):
            low, high = (None if end is None else Decimal(str(end)) / scale for end in (rule.min, rule.max))
            say = rule.say or f"Angka harus {_range(low, high)} {typed_unit(_satuan(contract, column), column.scale)}."
            limit = replace(limit, say=say, low=low, high=high)
        elif isinstance(rule, InSet):
            limit = replace(limit, values=rule.values)
        elif isinstance(rule, Matches):
            limit = replace(limit, pattern=rule.pattern)
        elif isinstance(rule, MaxLength):
            limit = replace(limit, length=rule.length)
        elif rule.rule == "not_negative":
            limit = replace(limit, say=rule.say or "Angka tidak boleh kurang dari nol.", rule="between", low=Decimal(0))
        elif rule.rule != "not_null":
            continue
        limits.append(limit)
    return tuple(limits)


def _satuan(contract: Contract, column: Column) -> str:
    return contract.indikator[column.indikator].satuan if column.indikator else ""


def _range(low: Decimal | None, high: Decimal | None) -> str:
    shown = [None if end is None else number(float(end)) for end in (low, high)]
    if low is None:
        return f"paling banyak {shown[1]}"
    return f"paling sedikit {shown[0]}" if high is None else f"antara {shown[0]} dan {shown[1]}"


def _rules_about(contract: Contract, name: str) -> Iterator[tuple[str, str]]:
    """The rules in words that speak of this column alone."""
    column = contract.columns[name]
    for limit in limits_of(contract, name):
        must = "Wajib diisi" if limit.severity is Severity.TOLAK else "Sebaiknya diisi"
        yield ("Aturan", must if limit.rule == "not_null" else limit.say.rstrip("."))
    for rule, check in zip(contract.rules, _own_checks(contract), strict=True):
        if isinstance(rule, PartsSum) and name in check.columns:
            yield ("Aturan", (rule.say or check.title).rstrip("."))
        elif isinstance(rule, ChildrenSum) and column.role == "ukuran":
            yield ("Aturan", "Angka kecamatan sama dengan jumlah desanya" if not rule.say else rule.say.rstrip("."))
        elif isinstance(rule, ChangeWithin) and column.role == "ukuran":
            asked = rule.indikator or tuple(contract.indikator)
            if column.indikator is None or column.indikator in asked:
                yield ("Aturan", f"Berubah lebih dari {number(rule.percent)}% dari tahun lalu: jelaskan sebabnya")


def _own_checks(contract: Contract) -> tuple[Check, ...]:
    """Per rule of the contract its check, which has the sentences."""
    return checks_of(contract)[-len(contract.rules) :] if contract.rules else ()


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unique_titles(columns: list[EntryColumn]) -> list[EntryColumn]:
    """No two headers alike: the later gets its column's name."""
    seen: set[str] = set()
    unique = []
    for column in columns:
        if fold(column.title) in seen:
            last = max(at for at, text in enumerate(column.header) if text)
            header = (*column.header[:last], f"{column.header[last]} ({column.name})", *column.header[last + 1 :])
            column = replace(column, header=header)
        seen.add(fold(column.title))
        unique.append(column)
    return unique
