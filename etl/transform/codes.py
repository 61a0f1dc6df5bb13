"""Codes of plan and budget against their lists: damaged by Excel, of another authority, unknown, out of date, misnamed.

Looked at once per different code, never per row. Nothing is repaired: a code that is not what it should be becomes a
fault that names the code which was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from etl.contract import Contract
from etl.frames import Tidy
from etl.transform.amounts import with_sizes
from etl.transform.cells import NOTED, FaultBook
from etl.transform.code_form import (
    BOOKED_FROM,
    DEPTHS,
    SIPD_AGENCY,
    SUGGESTIONS,
    WIDTHS,
    damage,
    foreign_authority,
    late,
    same_name,
    unknown,
)
from etl.transform.code_lists import CodeList, Lists, account
from etl.transform.directions import problems as of_directions
from etl.transform.periods import bounds
from etl.transform.text import Index, brief, tidy_text


def listed_columns(contract: Contract) -> dict[str, str]:
    """Column → its list, of columns that hold codes in the file."""
    return {name: c.list for name, c in contract.by_role("rincian").items() if c.list and c.value is None}


def rules_of(contract: Contract) -> dict[str, tuple[str, ...]]:
    """Rule → the columns it is about, of the rules that `checked` has for this contract, in the order of the report."""
    lists = listed_columns(contract)
    charted = tuple(name for name, one in lists.items() if one in WIDTHS)
    growing = tuple(name for name, one in lists.items() if one in (*WIDTHS, "sumber_dana", "skpd"))
    labelled = tuple(label for name in growing if (label := contract.columns[name].label))
    activities = tuple(name for name, one in lists.items() if one == "kegiatan")
    one_depth = contract.fact == "anggaran" and contract.hierarchy is None
    told = {
        "kode_utuh": charted,
        "kewenangan_kabupaten": activities,
        "tingkat_kode": charted if one_depth else (),
        "kode_baru": tuple(name for name in charted if lists[name] == "rekening"),
        "kode_dikenal": growing,
        "kode_berlaku": charted,
        "bidang_milik_skpd": activities,
        "nama_sesuai_daftar": labelled,
        "kode_rapi": (*growing, *labelled),
        "arah_dikenal": tuple(beside for _, beside in _directed(contract)),
    }
    return {rule: columns for rule, columns in told.items() if columns}


def _directed(contract: Contract) -> list[tuple[str, str]]:
    """(column of a plan's indicators, column of their directions)."""
    return [(name, c.direction) for name, c in contract.by_role("rincian").items() if c.direction]


# ── the check ────────────────────────────────────────────────────────────────────────────────────────────────────────


def checked(tidy: Tidy, contract: Contract, lists: Lists) -> Tidy:
    """The submission with the faults of its codes (and of the names beside them) in every column with a list, and of
    amounts in another unit."""
    book = FaultBook()
    rules = rules_of(contract)
    seen = {
        name: _seen(tidy, name, lists.lists.get(one), contract.columns[name].label)
        for name, one in listed_columns(contract).items()
    }
    for name, one in seen.items():
        if one is None:
            continue
        sound = one
        for rule, problems_of in _PROBLEMS.items():
            if name in rules.get(rule, ()):
                problems = problems_of(sound)
                one.tell(rule, problems, book)
                sound = sound.without(problems)
        if name in rules.get("kode_berlaku", ()):
            _tell_outdated(sound, contract, book)
        if name in rules.get("bidang_milik_skpd", ()):
            _tell_foreign_bidang(sound, contract, lists, book)
        _tell_untidy(tidy, name, re.compile(r"^\s|\s$|[\r\n\t]|\s{2}"), book)
        if label := one.label:
            _tell_misnamed(sound, label, book)
            _tell_untidy(tidy, label, re.compile(r"\s$|[\r\n\t]"), book)
    for name, beside in _directed(contract):
        if name in tidy.rows and beside in tidy.columns:
            index, wrong = of_directions(tidy.rows, name, beside, lists.directions)
            _tell(tidy, beside, "arah_dikenal", index, wrong, book)
    return with_sizes(replace(tidy, faults=(*tidy.faults, *book.build())), contract, lists.usual)


@dataclass(frozen=True)
class _Seen:
    """The codes of one column: `codes[index[row]]`, -1 where there is none or it is not looked at any more. label: the
    column that holds their names."""

    tidy: Tidy
    column: str
    codes: list[str]
    index: Index
    of: CodeList
    label: str | None = None

    def tell(self, rule: str, problems: Mapping[int, str], book: FaultBook, column: str | None = None) -> None:
        """Faults in the cells (of `column`, as a rule its own) of every row whose code has a problem."""
        _tell(self.tidy, column or self.column, rule, self.index, problems, book)

    def without(self, problems: Mapping[int, str]) -> _Seen:
        """The same, as if codes with problems were not there: one fault for one mistake."""
        if not problems:
            return self
        left = np.where(np.isin(self.index, list(problems)), -1, self.index)
        return replace(self, index=left)

    def there(self) -> Iterable[tuple[int, str]]:
        return ((place, self.codes[place]) for place in _used(self.index, len(self.codes)))

    def each(self, problem: Callable[[str, CodeList], str | None]) -> dict[int, str]:
        answers = ((place, problem(code, self.of)) for place, code in self.there())
        return {place: message for place, message in answers if message}


def _seen(tidy: Tidy, column: str, of: CodeList | None, label: str | None) -> _Seen | None:
    """None where the file does not have the column, or the column has no list but itself."""
    if of is None or column not in tidy.columns:
        return None
    index, codes = _distinct(tidy.rows[column])
    return _Seen(tidy, column, codes, index, of, label if label in tidy.rows else None)


def _distinct(column: pd.Series) -> tuple[Index, list[str]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes), [str(one) for one in column.cat.categories]
    encoded = pa.array(column, from_pandas=True).dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return np.asarray(encoded.indices.fill_null(-1)), [str(one) for one in encoded.dictionary.to_pylist()]


def _used(index: Index, n_values: int) -> list[int]:
    """Places that occur in an index."""
    there = np.zeros(n_values + 1, bool)  # the last is of empty cells
    there[index] = True
    return np.flatnonzero(there[:-1]).tolist()


def _tell(tidy: Tidy, column: str, rule: str, index: Index, problems: Mapping[int, str], book: FaultBook) -> None:
    """Faults in every cell of a code that cannot be loaded; what is only noted is told once, with how often it stands
    there."""
    if not problems:
        return
    col_no, header = tidy.columns[column]
    raw = pa.array(tidy.raw[header]) if header in tidy.raw else None
    bad = np.flatnonzero(np.isin(index, list(problems)))
    if rule in NOTED:
        different, first, times = np.unique(index[bad], return_index=True, return_counts=True)
        often = {
            int(one): f" (di {count} baris)" if count > 1 else "" for one, count in zip(different, times, strict=True)
        }
        problems = {place: f"{problems[place].removesuffix('.')}{more}." for place, more in often.items()}
        bad = bad[np.sort(first)]
    keys = pa.array(tidy.rows.index.to_numpy(dtype=np.int64))
    book.add(rule, bad, keys=keys, col_no=col_no, values=raw, messages=problems, of=index)


def _wrong_depths(seen: _Seen) -> dict[int, str]:
    """Codes of another depth than most that the file or the list details further: their amounts are sums of others'."""
    depths = {place: code.count(".") + 1 for place, code in seen.there()}
    if not depths:
        return {}
    counts = np.bincount(list(depths.values()))
    usual = len(counts) - 1 - int(counts[::-1].argmax())
    names = DEPTHS[seen.of.name]
    told = {}
    for place, depth in depths.items():
        code = seen.codes[place]
        below = sum(other.startswith(f"{code}.") for _, other in seen.there()) if depth != usual else 0
        if below or (depth < min(usual, BOOKED_FROM[seen.of.name]) and seen.of.is_detailed(code)):
            twice = f" {below} kode di bawahnya juga ada: jumlahnya terhitung dua kali." if below else ""
            told[place] = f"`{code}` adalah {names[depth - 1]}, padahal baris lain {names[usual - 1]}.{twice}"
    return told


def _late(seen: _Seen) -> dict[int, str]:
    """Codes of the lowest level that the list does not have yet, but for those beside which the name of another stands:
    they are mistyped."""
    found = seen.each(late)
    meant = _by_name(seen, found)
    return {place: message for place, message in found.items() if place not in meant}


def _unlisted(seen: _Seen) -> dict[int, str]:
    found = seen.each(unknown)
    meant = _by_name(seen, found)
    hints = {place: f" Nama di sampingnya milik {seen.of.show(code)}." for place, code in meant.items()}
    return {place: message + hints.get(place, "") for place, message in found.items()}


def _by_name(seen: _Seen, places: Iterable[int]) -> dict[int, str]:
    """Of these codes those beside which another's name stands, of the same parent: place → that other code."""
    names = _first_names(seen, set(places))
    beside: dict[str, list[str]] = {}
    for kode, versions in seen.of.entries.items() if names else ():
        if any(one.diketahui for one in versions):
            beside.setdefault(kode.rpartition(".")[0], []).append(kode)
    found = {}
    for place, name in names.items():
        above = account(seen.codes[place]).rpartition(".")[0]
        same = (kode for kode in beside.get(above, ()) if any(same_name(name, one.nama) for one in seen.of.find(kode)))
        if meant := next(same, None):
            found[place] = meant
    return found


def _first_names(seen: _Seen, places: set[int]) -> dict[int, str]:
    """Place of a code → the first name beside it."""
    if seen.label is None or not places:
        return {}
    different, first = np.unique(seen.index, return_index=True)
    names = seen.tidy.rows[seen.label].iloc[first]
    told = zip(different.tolist(), names, strict=True)
    return {place: tidy_text(str(name)) for place, name in told if place in places and pd.notna(name)}


_PROBLEMS: Mapping[str, Callable[[_Seen], dict[int, str]]] = {
    "kode_utuh": lambda seen: seen.each(damage),
    "kewenangan_kabupaten": lambda seen: seen.each(foreign_authority),
    "tingkat_kode": _wrong_depths,
    "kode_baru": _late,
    "kode_dikenal": _unlisted,
}
"""Rule → the problems of a column's codes. Codes of an earlier one are not asked of the later."""


# ── a code and what stands beside it ─────────────────────────────────────────────────────────────────────────────────


def _pairs(seen: _Seen, index: Index, n_values: int) -> tuple[dict[int, tuple[int, int]], Index]:
    """The different (code, value beside it) by number, and which one each row has; where either is missing the number
    of none."""
    both = np.where((seen.index < 0) | (index < 0), -1, seen.index.astype(np.int64) * n_values + index)
    placed, pairs = pd.factorize(both)
    return {at: divmod(int(pair), n_values) for at, pair in enumerate(pairs) if pair >= 0}, placed


def _tell_outdated(seen: _Seen, contract: Contract, book: FaultBook) -> None:
    """Codes that no period of their rows knows: not yet or no longer in force."""
    own = next((name for name in contract.by_role("periode") if name in seen.tidy.rows), None)
    stated = list(seen.tidy.periods)
    index = np.zeros(len(seen.index), np.int64)
    groups = [stated]
    if own is not None and seen.tidy.rows[own].isin(stated).any():
        index, codes = _distinct(seen.tidy.rows[own])
        groups = [[code] if code in stated else [] for code in codes]
    pairs, placed = _pairs(seen, index, len(groups))
    problems = {}
    for at, (place, group) in pairs.items():
        if message := _outdated(seen.codes[place], groups[group], seen.of):
            problems[at] = message
    _tell(seen.tidy, seen.column, "kode_berlaku", placed, problems, book)


def _outdated(code: str, periods: Iterable[str], of: CodeList) -> str | None:
    versions = of.find(code)
    for period in periods:
        first, last, _ = bounds(period)
        if versions and not any(one.dari <= last and first < one.sampai for one in versions):
            since = versions[0].dari > last
            when = f"baru berlaku {versions[0].dari:%d-%m-%Y}" if since else f"berakhir {versions[-1].sampai:%d-%m-%Y}"
            after = of.successors.get(code, ())
            now = f" Penggantinya: {', '.join(map(of.show, after[:SUGGESTIONS]))}." if after and not since else ""
            return f"{of.show(code)} tidak berlaku pada {period}: {when}.{now}"
    return None


def _tell_foreign_bidang(seen: _Seen, contract: Contract, lists: Lists, book: FaultBook) -> None:
    """Sub kegiatan of a bidang urusan that is not their agency's."""
    column = next((name for name, one in listed_columns(contract).items() if one == "skpd"), None)
    agencies, index = [lists.producer], np.zeros(len(seen.index), np.int64)
    if column is not None and column in seen.tidy.rows:
        index, agencies = _distinct(seen.tidy.rows[column])
    pairs, placed = _pairs(seen, index, len(agencies))
    problems = {}
    for at, (place, agency) in pairs.items():
        own, code = _bidang_of(agencies[agency], lists), seen.codes[place]
        if own and code[:4] not in own:
            problems[at] = (
                f"`{code}` dari bidang urusan {code[:4]}, sedangkan {agencies[agency]} menangani "
                f"{', '.join(sorted(own))} (menurut pemetaan yang perlu dipastikan)."
            )
    _tell(seen.tidy, seen.column, "bidang_milik_skpd", placed, problems, book)


def _bidang_of(agency: str, lists: Lists) -> frozenset[str]:
    found = SIPD_AGENCY.fullmatch(agency)
    stated = frozenset(one for one in found.groups() if one != "0.00") if found else frozenset()
    return lists.bidang.get(agency.casefold(), frozenset()) | stated


def _tell_misnamed(seen: _Seen, label: str, book: FaultBook) -> None:
    """Names that are not those of the list under the code beside them."""
    if label not in seen.tidy.columns:
        return
    index, names = _distinct(seen.tidy.rows[label])
    pairs, placed = _pairs(seen, index, max(len(names), 1))
    problems = {}
    for at, (place, name) in pairs.items():
        versions = [one for one in seen.of.find(seen.codes[place]) if one.diketahui]
        if versions and tidy_text(names[name]) and not any(same_name(names[name], one.nama) for one in versions):
            problems[at] = f"Nama {seen.of.name} `{seen.codes[place]}` dalam daftar: {brief(versions[-1].nama)}."
    _tell(seen.tidy, label, "nama_sesuai_daftar", placed, problems, book)


def _tell_untidy(tidy: Tidy, column: str, untidy: re.Pattern[str], book: FaultBook) -> None:
    """Cells with blanks at their ends or line breaks: they are read, but a comparison of texts finds them different."""
    header = tidy.columns[column][1] if column in tidy.columns else ""
    if header not in tidy.raw:
        return
    index, texts = _distinct(tidy.raw[header])
    problems = {
        place: f"`{brief(texts[place])}` ditulis dengan spasi atau pindah baris yang tidak perlu."
        for place in _used(index, len(texts))
        if untidy.search(texts[place]) and tidy_text(texts[place])
    }
    _tell(tidy, column, "kode_rapi", index, problems, book)
