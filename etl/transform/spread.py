"""Measures written over several columns: what each header says of indicator, region, period and breakdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.columns import Column
from etl.contract import Contract
from etl.findings import Finding
from etl.frames import RawTable, column_letters
from etl.transform import periods
from etl.transform.columns import rincian_code, rincian_codes
from etl.transform.layout import geometry_fault, path_text
from etl.transform.regions import Regions
from etl.transform.text import fold, folded, tidy_text, unmarked, without_unit
from etl.transform.units import is_unit_of


@dataclass(frozen=True)
class SpreadColumn:
    """One column of the table that holds figures of the contract column `column`, and what its header fixes."""

    column: str
    place: int
    indikator: str
    wilayah: str | None
    period: periods.Parts
    rincian: tuple[tuple[str, str], ...]


class _NotOne(ValueError):
    """The header does not say what the levels require."""


def claim(
    table: RawTable, free: Sequence[int], contract: Contract, regions: Regions
) -> tuple[tuple[SpreadColumn, ...], tuple[int, ...], list[Finding]]:
    """(spread columns, places still free, findings that refuse the table)."""
    claimed: list[SpreadColumn] = []
    findings: list[Finding] = []
    left = list(free)
    for name, column in contract.columns.items():
        if column.spread is None:
            continue
        own, faults = _of_column(table, left, name, column, contract, regions)
        findings += faults or _doubles(table, own)
        if column.required and not own and not faults:
            findings.append(_none_found(table, name, column))
        taken = {one.place for one in own}
        left = [place for place in left if place not in taken]
        claimed += own
    return tuple(claimed), tuple(left), findings


def _of_column(
    table: RawTable, free: Sequence[int], name: str, column: Column, contract: Contract, regions: Regions
) -> tuple[list[SpreadColumn], list[Finding]]:
    assert column.spread is not None
    levels = column.spread.levels
    if any(len(path) != len(levels) for path in table.headers):
        rows = len(table.headers[0])
        message = f"`{name}`: spread menyebut {len(levels)} tingkat kepala kolom, layout membaca {rows} baris kepala."
        return [], [geometry_fault(table.sheet, message)]
    pattern = re.compile(column.spread.headers, re.IGNORECASE) if column.spread.headers else None
    own, findings = [], []
    for place in free:
        path = table.headers[place]
        header = path_text(path)
        if not header or (pattern and not pattern.search(header)):
            continue
        try:
            own.append(_understand(name, column, place, path, contract, regions))
        except _NotOne as error:
            if pattern:
                findings.append(_unreadable(table, place, str(error)))
    return own, findings


def _understand(
    name: str, column: Column, place: int, path: Sequence[str], contract: Contract, regions: Regions
) -> SpreadColumn:
    assert column.spread is not None
    indikator, wilayah, period = column.indikator, None, periods.Parts()
    rincian = dict(column.rincian)
    codes = rincian_codes(column)
    for level, text in zip(column.spread.levels, path, strict=True):
        if level == "-":
            continue
        if level == "periode":
            period = _join_period(period, text)
        elif level == "ukuran":
            indikator = _indikator(text, column, contract) or indikator
            if indikator is None:
                raise _NotOne(f"`{text}` bukan nama atau alias indikator mana pun")
        elif level == "wilayah":
            answer = regions.match([unmarked(text)], "nama")[0]
            if answer.kode is None:
                raise _NotOne(answer.message)
            wilayah = answer.kode
        else:
            code = (rincian_code(text, codes) if codes else None) or rincian_code(unmarked(text), codes)
            if code is None:
                raise _NotOne(f"`{text}` bukan {level} yang dikenal")
            rincian[level] = code
    if indikator is None:
        raise _NotOne("indikatornya tidak disebut")
    return SpreadColumn(name, place, indikator, wilayah, period, tuple(rincian.items()))


def _join_period(period: periods.Parts, text: str) -> periods.Parts:
    if not tidy_text(text):
        return period
    try:
        return periods.join(period, periods.read(text))
    except periods.Unreadable as error:
        raise _NotOne(f"`{text}`: {error}") from error


def _indikator(text: str, column: Column, contract: Contract) -> str | None:
    """The indicator so named; failing that, so named without a footnote mark and the indicator's unit in brackets."""
    bare = unmarked(text)
    short, unit = without_unit(bare)
    for loosely in (False, True):
        for code, indikator in contract.indikator.items():
            own_unit = loosely and unit and is_unit_of(unit, indikator.satuan, column.scale)
            wanted = fold(short if own_unit else bare if loosely else text)
            if wanted in folded((code, indikator.nama, *indikator.aliases)):
                return code
    return None


def _doubles(table: RawTable, columns: Sequence[SpreadColumn]) -> list[Finding]:
    seen: dict[object, SpreadColumn] = {}
    findings = []
    for one in columns:
        meaning = (one.indikator, one.wilayah, one.period, one.rincian)
        if meaning in seen:
            first, second = (column_letters(table.col_no[c.place]) for c in (seen[meaning], one))
            findings.append(
                Finding(
                    rule="kolom_ganda",
                    message=f"Kolom {first} dan {second} berkepala sama: {path_text(table.headers[one.place])}.",
                    cause="Kolom disalin, atau satu tahun/kategori ditulis dua kali.",
                    action="Hapus atau perbaiki judul salah satu kolom.",
                    sheet=table.sheet,
                    column=second,
                    header=path_text(table.headers[one.place]),
                )
            )
        seen.setdefault(meaning, one)
    return findings


def _unreadable(table: RawTable, place: int, reason: str) -> Finding:
    return Finding(
        rule="kepala_terbaca",
        message=f"Judul kolom `{path_text(table.headers[place])}` tidak terbaca: {reason}.",
        cause="Salah ketik pada judul kolom, atau kolom baru yang belum dikenal kontrak.",
        action="Perbaiki judul kolomnya; bila kolomnya memang baru, sampaikan ke Diskominfo.",
        sheet=table.sheet,
        column=column_letters(table.col_no[place]),
        header=path_text(table.headers[place]),
    )


def _none_found(table: RawTable, name: str, column: Column) -> Finding:
    assert column.spread is not None
    meant = " / ".join(column.spread.levels)
    headers = ", ".join(f"`{path_text(path)}`" for path in table.headers[:12] if any(path))
    return Finding(
        rule="kolom_wajib",
        message=f"Tidak ada satu kolom pun untuk `{name}` (judul bermakna {meant}). Judul yang ada: {headers}.",
        cause="Kepala tabel bergeser, atau judul tahun/kategori diganti.",
        action="Kembalikan judul kolom seperti semula; bila memang berubah, sampaikan ke Diskominfo.",
        sheet=table.sheet,
        header=name,
    )
