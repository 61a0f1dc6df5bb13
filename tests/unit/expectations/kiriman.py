"""Submissions built by hand: a contract in a few lines of YAML and its rows as an operator would see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from etl.contract import Contract
from etl.findings import Faults, Severity
from etl.frames import FIGURES, CheckResult, Tidy, column_letters, split_key
from etl.transform.regions import Region, Regions
from expectations.compile import check

WAHAU = "64.08.02"

BASE = """
id: dinkes.faskes
title: Jumlah fasilitas kesehatan
description: Angka contoh untuk pengujian pemeriksaan.
producer: dinkes
urusan: "1.02"
access: terbuka
calendar: {period: tahunan, due_days: 90}
source: {kind: folder, files: "*.xlsx", periods: [{place: column}]}
load: periode
columns:
  wilayah: {role: wilayah, scheme: kemendagri, aliases: [Kode]}
  tahun: {role: periode, aliases: [Tahun]}
  puskesmas: {role: ukuran, indikator: faskes.puskesmas, aliases: [Puskesmas]}
  pustu: {role: ukuran, indikator: faskes.pustu, aliases: [Pustu]}
  jumlah: {role: kontrol, aliases: [Jumlah], required: false}
  catatan: {role: teks, aliases: [Catatan], required: false}
indikator:
  faskes.puskesmas: {nama: Jumlah puskesmas, konsep: a, definisi: b, satuan: unit}
  faskes.pustu: {nama: Jumlah pustu, konsep: a, definisi: b, satuan: unit}
release: {policy: walidata}
"""

REGISTER = Regions(
    [
        Region("64.08", "6404", "Kabupaten Kutai Timur", "kabupaten", "64"),
        Region("64.08.01", "6404010", "Muara Ancalong", "kecamatan", "64.08"),
        Region("64.08.02", "6404020", "Muara Wahau", "kecamatan", "64.08"),
        Region("64.08.03", "6404030", "Muara Bengkal", "kecamatan", "64.08"),
        Region("64.08.01.2001", "6404010001", "Senyiur", "desa", "64.08.01"),
        Region("64.08.01.2002", "6404010002", "Kelinjau Ilir", "desa", "64.08.01"),
    ],
    [],
)
"""A small regency: three kecamatan, two desa in the first of them."""


def contract(rules: str = "", **changes: Any) -> Contract:
    """BASE with rules (YAML list) and top-level keys replaced; a dict is merged into what is there."""
    data = yaml.safe_load(BASE)
    data["rules"] = yaml.safe_load(rules) or []
    for key, value in changes.items():
        data[key] = {**data[key], **value} if isinstance(value, dict) and isinstance(data.get(key), dict) else value
    return Contract.model_validate(data)


def submission(
    about: Contract,
    lines: Sequence[Mapping[str, Any]],
    *,
    first_row: int = 2,
    controls: Sequence[Mapping[str, Any]] = (),
    faults: Sequence[Faults] = (),
    written: Mapping[tuple[int, str], str] | None = None,
    extra: Mapping[str, Sequence[str | None]] | None = None,
) -> Tidy:
    """Lines (contract column → typed value) on sheet `Data` from `first_row`, columns A, B, … in the contract's order.

    written: (row, contract column) → text as received, where it is not the value itself. extra: further source columns.
    controls: totals rows below the lines.
    """
    names = [name for name in about.columns if any(name in line for line in lines) or not lines]
    keys = np.arange(first_row, first_row + len(lines))
    columns = {name: (place + 1, _header(about, name)) for place, name in enumerate(names)}
    rows = pd.DataFrame({name: _typed(about, name, lines) for name in names}, index=pd.Index(keys, dtype="int64"))
    raw = pd.DataFrame(
        {_header(about, name): [_shown(line.get(name)) for line in lines] for name in names} | dict(extra or {}),
        index=rows.index,
    ).astype("str")
    for (row, name), text in (written or {}).items():
        raw.loc[row, _header(about, name)] = text
    periods = sorted({str(line["tahun"]) for line in lines if line.get("tahun") is not None})
    after = range(first_row + len(lines), first_row + len(lines) + len(controls))
    return Tidy(
        rows=rows,
        raw=raw,
        figures=_figures(about, columns, list(zip(keys, lines, strict=True))),
        controls=_figures(about, columns, list(zip(after, controls, strict=True))),
        columns=columns,
        sheets={0: "Data"},
        periods=tuple(periods),
        faults=tuple(faults),
    )


def results(about: Contract, tidy: Tidy, earlier: pa.Table | None = None) -> dict[str, CheckResult]:
    """Results by rule; of several with one name the last."""
    return {result.rule: result for result in check(about, tidy, regions=REGISTER, earlier=earlier)}


def cells(result: CheckResult) -> list[str]:
    """Cells of a result's faults as Excel names them; a fault without a cell is an empty text."""
    if result.faults is None:
        return []
    found = result.faults.cells
    return [
        f"{column_letters(int(col))}{split_key(int(key))[1] or ''}"
        for key, col in zip(found["key"], found["col_no"], strict=True)
    ]


def earlier(*figures: tuple[str, str, str, str, float]) -> pa.Table:
    """The warehouse's figures: indikator, wilayah, periode, rincian, nilai."""
    columns = list(zip(*figures, strict=True)) or [(), (), (), (), ()]
    names = ("indikator", "wilayah", "periode", "rincian", "nilai")
    types = (pa.string(),) * 4 + (pa.float64(),)
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})


def line(wilayah: str | None = "64.08.01", tahun: Any = 2024, **values: Any) -> dict[str, Any]:
    """A row of BASE in which nothing is wrong."""
    return {"wilayah": wilayah, "tahun": tahun, "puskesmas": 3.0, "pustu": 2.0, **values}


def messages(result: CheckResult) -> list[str]:
    assert result.faults is not None
    return list(result.faults.cells["message"])


def fault(rule: str, key: int, *, value: str = "x", message: str = "Tidak terbaca.") -> Faults:
    """What reading might have found in column C."""
    frame = pd.DataFrame({"key": [key], "col_no": [3], "value": [value], "message": [message]})
    return Faults(rule, Severity.TOLAK, message, "Sebab.", "Tindakan.", frame, pd.Index(np.array([key])), 1)


def _header(about: Contract, name: str) -> str:
    column = about.columns[name]
    return column.aliases[0] if column.aliases else name


def _typed(about: Contract, name: str, lines: Sequence[Mapping[str, Any]]) -> Any:
    values = [line.get(name) for line in lines]
    if about.columns[name].role in ("ukuran", "kontrol"):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return pd.array([None if value is None else str(value) for value in values], dtype="str")


def _shown(value: Any) -> str | None:
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _figures(
    about: Contract, columns: Mapping[str, tuple[int, str]], lines: Sequence[tuple[int, Mapping[str, Any]]]
) -> pa.Table:
    out: dict[str, list[Any]] = {name: [] for name in FIGURES.names}
    for key, line in lines:
        for name, (col_no, _) in columns.items():
            column = about.columns[name]
            if column.role != "ukuran":
                continue
            value = line.get(name)
            marks = {**column.rincian, **({"rincian": line["rincian"]} if line.get("rincian") else {})}
            period = line.get("tahun")
            out["key"].append(int(key))
            out["col_no"].append(col_no)
            out["indikator"].append(column.indikator)
            out["wilayah"].append(line.get("wilayah"))
            out["periode"].append(None if period is None else str(period))
            out["rincian"].append("|".join(f"{k}={v}" for k, v in sorted(marks.items())))
            out["nilai"].append(None if value is None else float(value))
            out["desimal"].append(None if value is None else f"{value:g}")
            out["penanda"].append("" if value is None else None)
    arrays = []
    for field in FIGURES:
        if pa.types.is_dictionary(field.type):
            arrays.append(pa.array(out[field.name], pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(out[field.name], field.type))
    return pa.Table.from_arrays(arrays, schema=FIGURES)
