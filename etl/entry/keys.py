"""The rows of an entry workbook: which region and breakdown each is of, written in advance and locked."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from etl.columns import Column
from etl.contract import Contract
from etl.entry.measures import breakdown, limits_of, shown_text
from etl.entry.table import EXTRA, CannotOffer, EntryColumn, EntryRow
from etl.load.released import Released
from etl.rules import EveryWilayah, InSet
from etl.settings import REGENCY
from etl.transform.regions import LEVELS, Level, Region, Regions
from etl.transform.text import fold
from expectations.plan import title_of

SPARE, ONLY_SPARE = 20, 60
"""Empty rows below the written ones for what is new; and where nothing can be written in advance."""
MAX_ROWS = 5_000
_NAMES: dict[Level, str] = {
    "provinsi": "Provinsi",
    "kabupaten": "Kabupaten",
    "kecamatan": "Kecamatan",
    "desa": "Desa/Kelurahan",
}
_WORDS: dict[str, Level] = {
    "kelurahan": "desa",
    "desa/kelurahan": "desa",
    "desa kelurahan": "desa",
    "kota": "kabupaten",
}


@dataclass(frozen=True)
class Keys:
    """The key columns, their rows, and the contract's text columns that are written in advance with them."""

    columns: list[EntryColumn]
    rows: list[EntryRow]
    texts: frozenset[str]


def of_level(regions: Regions, *levels: str) -> list[Region]:
    """The regency's regions of these levels (or above it, the ones it lies in), by code: a parent before its own."""
    chosen = [
        region
        for region in regions
        if region.tingkat in levels
        and (regions.is_below(region.kode, REGENCY) or regions.is_below(REGENCY, region.kode))
    ]
    return sorted(chosen, key=lambda region: region.kode)


def keys(contract: Contract, regions: Regions, released: Sequence[Released], *, regions_in_header: bool) -> Keys:
    """Every region of the contract's level × every breakdown. Raises CannotOffer when they cannot be listed."""
    main = _main_wilayah(contract)
    places: list[Region | None] = [None]
    if main is not None:
        column = contract.columns[main]
        places = (
            [*_constant(regions, column)]
            if column.value is not None
            else [*_regions(contract, column, regions, released)]
        )
    elif not regions_in_header:
        raise CannotOffer("kontrak tidak menyebut wilayah", "tambahkan kolom dengan role: wilayah")
    names = [name for name, column in contract.by_role("rincian").items() if column.value is None]
    combos, is_open = _combos(contract, names, released)
    pairs = [(place, combo) for place in places for combo in combos]
    if is_open and main is not None and contract.columns[main].value is None:
        there = {(figure.wilayah, _of(figure, names)) for figure in released}
        pairs = [(place, combo) for place, combo in pairs if place and (place.kode, combo) in there]
    if len(pairs) > MAX_ROWS:
        raise CannotOffer(
            f"tabelnya akan berisi {len(pairs)} baris", f"pecah datasetnya, paling banyak {MAX_ROWS} baris"
        )
    return _written(contract, regions, main, places, names, pairs, is_open=is_open)


def _main_wilayah(contract: Contract) -> str | None:
    """The column whose region the figures are of, as the reader finds it: the finest that is no other's parent."""
    parents = {column.within for column in contract.columns.values()}
    names = {name: column for name, column in contract.by_role("wilayah").items() if name not in parents}

    def fineness(name: str) -> tuple[int, bool]:
        level = names[name].level
        return (LEVELS.index(level) if level else -1, names[name].value is None)

    return max(names, key=fineness, default=None)


def _constant(regions: Regions, column: Column) -> list[Region]:
    assert column.scheme is not None and column.value is not None
    code = regions.match([column.value], column.scheme, column.level)[0].kode
    region = regions.get(code or "")
    if region is None:
        raise CannotOffer(f"wilayah `{column.value}` tidak dikenal", "perbaiki `value` kolom wilayah pada kontrak")
    return [region]


def _regions(contract: Contract, column: Column, regions: Regions, released: Sequence[Released]) -> list[Region]:
    levels: list[str] = [column.level] if column.level else []
    levels = levels or [rule.level for rule in contract.rules if isinstance(rule, EveryWilayah)]
    levels = levels or sorted({region.tingkat for figure in released if (region := regions.get(figure.wilayah))})
    if not levels:
        raise CannotOffer(
            "tingkat wilayahnya tidak disebut kontrak dan belum ada angka yang dirilis",
            "tulis `level` pada kolom wilayah, atau tambahkan aturan every_wilayah",
        )
    found = of_level(regions, *levels)
    if not found:
        raise CannotOffer(f"daftar wilayah tidak berisi {' atau '.join(levels)}", "jalankan satudata migrate")
    return found


# ── breakdowns in rows ───────────────────────────────────────────────────────────────────────────────────────────────


def _choices(contract: Contract, name: str) -> list[str]:
    """Codes that the contract allows; empty when any text will do."""
    listed = [rule.values for rule in contract.rules if isinstance(rule, InSet) and name in rule.columns]
    codes = list(contract.columns[name].values) or [code for values in listed[:1] for code in values]
    return [code for code in codes if all(code in values for values in listed)]


def _combos(contract: Contract, names: list[str], released: Sequence[Released]) -> tuple[list[tuple[str, ...]], bool]:
    """(combinations of breakdown codes, whether others may come): the product of the contract's lists, or what the
    last figures had where one of them is open."""
    choices = [_choices(contract, name) for name in names]
    if all(choices):
        return list(itertools.product(*choices)), False
    seen = dict.fromkeys(_of(figure, names) for figure in released)
    return [combo for combo in seen if all(combo)], True


def _of(figure: Released, names: Sequence[str]) -> tuple[str, ...]:
    codes = breakdown(figure)
    return tuple(codes.get(name, "") for name in names)


# ── written out ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _written(
    contract: Contract,
    regions: Regions,
    main: str | None,
    places: Sequence[Region | None],
    names: list[str],
    pairs: Sequence[tuple[Region | None, tuple[str, ...]]],
    *,
    is_open: bool,
) -> Keys:
    known = [place for place in places if place is not None]
    constant = main is not None and contract.columns[main].value is not None
    of_place, texts = _place_columns(contract, main, known, constant=constant)
    columns = [column for column, _ in of_place]
    fixed = {name: column.value for name, column in contract.by_role("rincian").items() if column.value is not None}
    for name in names:
        seen = tuple(dict.fromkeys(combo[names.index(name)] for _, combo in pairs))
        columns.append(_breakdown_column(contract, name, seen if is_open else ()))
    rows = [
        EntryRow(
            keys=(
                *(_shown(regions, place, what) for _, what in of_place),
                *(shown_text(code, contract.columns[name]) for name, code in zip(names, combo, strict=True)),
            ),
            wilayah=place.kode if place else None,
            rincian=(*fixed.items(), *zip(names, combo, strict=True)),
        )
        for place, combo in pairs
    ]
    if is_open:
        here = known[0] if constant else None
        spare = (
            *(_shown(regions, here, what) if here and what == "nama" else "" for _, what in of_place),
            *[""] * len(names),
        )
        rows += [EntryRow(spare, here.kode if here else None, spare=True)] * (SPARE if rows else ONLY_SPARE)
    return Keys(columns, rows, texts)


def _breakdown_column(contract: Contract, name: str, seen: tuple[str, ...]) -> EntryColumn:
    """seen: codes of the last figures, offered where the contract has no list."""
    column = contract.columns[name]
    codes = _choices(contract, name)
    shown = tuple(shown_text(code, column) for code in codes or seen)
    title = title_of(name, column)
    return EntryColumn(
        name,
        "kunci",
        (title,),
        limits=tuple(limit for limit in limits_of(contract, name) if limit.rule != "in_set"),
        chosen=True,
        choices=shown,
        closed=bool(codes),
        about=(("Kolom", title),),
    )


def _place_columns(
    contract: Contract, main: str | None, places: Sequence[Region], *, constant: bool
) -> tuple[list[tuple[EntryColumn, str]], frozenset[str]]:
    """(columns that say where, each with what it shows: `kode`, `nama`, `induk` or a level; texts used for names)."""
    if main is None:
        return [], frozenset()
    levels = {place.tingkat for place in places}
    level: Level | None = levels.pop() if len(levels) == 1 else None
    labels = tuple(f"{place.kode} {place.nama}" for place in places)
    named = {what: name for name, what in _named_texts(contract, contract.columns[main], level).items()}
    title = _NAMES[level] if level else "Wilayah"
    columns = []
    if level == "desa":
        columns.append((_fixed(named.get("induk", "induk" + EXTRA), _NAMES["kecamatan"]), "induk"))
    if not constant:
        columns.append(
            (EntryColumn(main, "kunci", ("Kode Wilayah",), chosen=True, choices=labels, closed=True), "kode")
        )
    columns.append((_fixed(named.get("nama", "wilayah" + EXTRA), title), "nama"))
    for name, column in contract.by_role("wilayah").items():
        if name != main and column.value is None and column.level:
            columns.append((_fixed(name, f"Kode {_NAMES[column.level]}"), column.level))
    used = {column.name for column, _ in columns}
    return columns, frozenset(name for name in named.values() if name in used)


def _fixed(name: str, title: str) -> EntryColumn:
    return EntryColumn(name, "kunci", (title,), about=(("Kolom", title),))


def _named_texts(contract: Contract, column: Column, level: Level | None) -> dict[str, str]:
    """Text columns that hold the region's name (`nama`) or its parent's (`induk`): known without being typed."""
    found: dict[str, str] = {}
    above = LEVELS[LEVELS.index(level) - 1] if level in LEVELS[1:] else None
    for name, one in contract.by_role("teks").items():
        if one.value is not None or one.ancestor is not None:
            continue
        said = {fold(text).removeprefix("nama ") for text in (name.replace("_", " "), *one.aliases)}
        meant = {_WORDS.get(word, word) for word in said}
        if name == column.within or (above is not None and above in meant):
            what = "induk"
        elif "wilayah" in meant or level in meant:
            what = "nama"
        else:
            continue
        if what not in found.values():
            found[name] = what
    return found


def _shown(regions: Regions, place: Region | None, what: str) -> str:
    if place is None:
        return ""
    if what in ("kode", "nama"):
        return getattr(place, what)  # type: ignore[no-any-return]
    at: Region | None = regions.get(place.induk or "") if what == "induk" else place
    while at is not None and what not in ("induk", at.tingkat):
        at = regions.get(at.induk or "")
    if at is None:
        return ""
    return at.nama if what == "induk" else at.kode
