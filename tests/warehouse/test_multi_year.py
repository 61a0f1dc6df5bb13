"""Periods of several years from the agency's file to the portal, `why`, the calendar and every export."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from etl.calendar import KINDS
from etl.pipeline import decide
from etl.publish.publish import publish
from etl.settings import PROJECT
from tests.publish.conftest import outside as outside
from tests.publish.test_catalogue import POD, SCHEMAS, SHACL
from tests.publish.test_files import FRICTIONLESS
from tests.warehouse.regency import KECAMATAN, Regency

HEAD = """\
producer: dinkes
urusan: "1.02"
access: terbuka
release: {policy: otomatis}
threshold: {quarantined_percent: 60}
"""
WIDE = (
    HEAD
    + """\
id: dinkes.sasaran
title: Sasaran jumlah puskesmas menurut kecamatan
description: Sasaran tahunan dan sasaran akhir RPJMD, dari lampiran RPJMD.
calendar: {period: tahunan, due_days: 90}
source: {kind: folder, files: "sasaran*.xlsx", periods: [{place: header}]}
load: penuh
layout: [{header: {find: [Kecamatan]}}]
columns:
  kecamatan: {role: wilayah, scheme: nama, level: kecamatan, aliases: [Kecamatan]}
  sasaran: {role: ukuran, indikator: sasaran.puskesmas, spread: {levels: [periode], headers: "^Tahun|^20"}}
indikator:
  sasaran.puskesmas: {nama: Sasaran puskesmas, konsep: Sasaran, definisi: Puskesmas yang dituju., satuan: unit}
"""
)
LONG = (
    HEAD
    + """\
id: dinkes.harapan
title: Angka harapan hidup, rata-rata tiga tahun
description: Rata-rata tiga tahun menurut kecamatan, dari proyeksi.
calendar: {period: multitahun, periods: [2019-2021, 2020-2022], due_days: 200}
source: {kind: folder, files: "harapan*.xlsx", periods: [{place: column}]}
load: tambah
layout: [{header: {find: [Kecamatan, Periode]}}]
columns:
  kecamatan: {role: wilayah, scheme: nama, level: kecamatan, aliases: [Kecamatan]}
  periode: {role: periode, aliases: [Periode]}
  ahh: {role: ukuran, indikator: harapan.hidup, aliases: [AHH]}
indikator:
  harapan.hidup:
    {nama: Angka harapan hidup, konsep: Harapan, definisi: Rata-rata tiga tahun., satuan: tahun, additive: "false"}
"""
)


def sheet(regency: Regency, name: str, rows: list[list[Any]]) -> Path:
    path = regency.folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    regency.age(path)
    return path


@pytest.fixture(scope="module")
def regency(module_warehouse_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Regency:
    """Two yearly columns and one of the whole plan; and averages of three years, some of them absurd."""
    made = Regency(tmp_path_factory.mktemp("rpjmd"), module_warehouse_dsn)
    (made.root / "datasets" / "dinkes" / "puskesmas.yaml").unlink()
    made.contract(WIDE, "sasaran")
    made.contract(LONG, "harapan")
    wide = [[name, n, n + 1, 10 * n] for n, name in enumerate(KECAMATAN, start=1)]
    sheet(made, "sasaran.xlsx", [["Kecamatan", 2021, "Tahun 2026", "Tahun 2021 s/d 2026"], *wide])
    long = [
        ["Muara Ancalong", "2019-2021", 71.5],
        ["Muara Wahau", "2020 – 2022", 72.25],
        ["Muara Bengkal", "2022-2020", 70],
        ["Sangatta Utara", "2021", 74],
    ]
    sheet(made, "harapan.xlsx", [["Kecamatan", "Periode", "AHH"], *long])
    for one in made.go():
        if one.status == "menunggu":
            decide(made.settings, one.submission_id or 0, "dirilis", "Walidata", "Dua baris dikarantina")
    return made


def test_they_are_figures_of_no_single_year(regency: Regency) -> None:
    shown = regency.query(
        "SELECT periode, tahun, sum(nilai)::int FROM portal.nilai WHERE dataset = 'dinkes.sasaran'"
        " GROUP BY periode, tahun ORDER BY periode"
    )
    assert shown == [("2021", 2021, 10), ("2021-2026", None, 100), ("2026", 2026, 14)]
    assert regency.query("SELECT jenis, mulai, selesai FROM dw.dim_periode WHERE kode = '2021-2026'") == [
        ("multitahun", date(2021, 1, 1), date(2026, 12, 31))
    ]
    assert (
        regency.query("SELECT kode_kabkota FROM dw.angka_indikator WHERE periode = '2021-2026' AND tahun = 2021") == []
    )


def test_a_reversed_span_and_a_single_year_are_findings(regency: Regency) -> None:
    assert set(regency.figures("harapan.hidup")) == {("64.08.01", "2019-2021"), ("64.08.02", "2020-2022")}
    found = regency.query(
        "SELECT value, message, action FROM audit.finding WHERE rule = 'periode_terbaca' ORDER BY row_no"
    )
    assert [value for value, *_ in found] == ["2022-2020", "2021"]
    assert "terbalik" in str(found[0][1]) and "2020-2022" in str(found[0][1])
    assert "periode tahunan, padahal dataset ini multitahun" in str(found[1][1])
    assert all(action for *_, action in found)


def test_the_warehouse_knows_the_same_kinds(regency: Regency) -> None:
    ((told,),) = regency.query(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'dim_periode_jenis'"
    )
    assert {kind.name for kind in KINDS} | {"tidak diketahui"} == set(str(told).split("'")[1::2])


def test_the_calendar_awaits_what_the_contract_names(regency: Regency) -> None:
    rows = regency.query(
        "SELECT periode, mulai, akhir_periode, jatuh_tempo, status FROM portal.kalender"
        " WHERE dataset = 'dinkes.harapan' ORDER BY periode"
    )
    assert rows == [
        ("2019-2021", date(2019, 1, 1), date(2021, 12, 31), date(2022, 7, 19), "terlambat"),
        ("2020-2022", date(2020, 1, 1), date(2022, 12, 31), date(2023, 7, 19), "terlambat"),
    ]
    told = regency.query("SELECT jadwal, periode_terjadwal FROM portal.dataset WHERE dataset = 'dinkes.harapan'")
    assert told == [("multitahun, paling lambat 200 hari sesudah akhir periode", ["2019-2021", "2020-2022"])]
    yearly = regency.query("SELECT DISTINCT length(periode) FROM portal.kalender WHERE dataset = 'dinkes.sasaran'")
    assert yearly == [(4,)], "what a yearly dataset holds of several years is awaited by nobody"


def test_why_tells_its_cell(regency: Regency) -> None:
    s = regency.settings
    env = {**os.environ, "SATUDATA_DSN": s.dsn, "SATUDATA_HOME": str(s.home), "COLUMNS": "200"}
    env |= {"SATUDATA_DATASETS": str(s.datasets), "SATUDATA_SOURCES": s.sources}
    command = [
        sys.executable,
        "-m",
        "etl.cli",
        "why",
        "dinkes.sasaran",
        "--wilayah",
        "64.08.02",
        "--periode",
        "2021-2026",
    ]
    done = subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2021-2026" in done.stdout and "20" in done.stdout and "sasaran.xlsx" in done.stdout


@pytest.fixture(scope="module")
def exports(regency: Regency) -> Path:
    assert {one.status for one in publish(regency.settings) if one.dataset.startswith("dinkes.")} == {"diterbitkan"}
    return Path(regency.settings.exports)


def test_exports_say_them_as_their_standards_do(exports: Path, outside: Callable[..., Any]) -> None:
    (folder,) = {path.parent for path in exports.rglob("dinkes.sasaran.csv")}
    with (folder / "dinkes.sasaran.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["periode"], row["tahun"]) for row in rows} == {("2021", "2021"), ("2026", "2026"), ("2021-2026", "")}
    told = (folder / "dinkes.sasaran.sdmx.csv").read_text(encoding="utf-8")
    assert told.count(",2021-01-01/P6Y,") == len(KECAMATAN) == told.count(",R,A6,")
    judged = outside(FRICTIONLESS, folder / "datapackage.json")
    assert judged["valid"] and judged["rows"] == len(rows), judged["errors"]


def test_catalogues_cover_all_the_years(exports: Path, outside: Callable[..., Any]) -> None:
    assert outside(POD, SCHEMAS, exports / "data.json") == []
    assert outside(SHACL, SCHEMAS, exports / "catalog.jsonld")["conforms"]
    listed = {
        one["identifier"].rsplit("/", 1)[-1]: one for one in json.loads((exports / "data.json").read_text())["dataset"]
    }
    assert listed["dinkes.sasaran"]["temporal"] == "2021-01-01/2026-12-31"
    assert listed["dinkes.harapan"]["temporal"] == "2019-01-01/2022-12-31", "2019-2021 overlaps the one that ends last"
    assert listed["dinkes.harapan"]["accrualPeriodicity"] == "R/P1Y"


def test_a_plan_is_due_when_it_begins(regency: Regency) -> None:
    """Last: it changes the calendar of what the tests above read."""
    plan = "{period: multitahun, periods: [2021-2026, 2090-2095], due_days: 180, due_from: awal}"
    regency.contract(
        LONG.replace("{period: multitahun, periods: [2019-2021, 2020-2022], due_days: 200}", plan), "harapan"
    )
    regency.go()
    rows = regency.query(
        "SELECT periode, jatuh_tempo, status FROM portal.kalender WHERE dataset = 'dinkes.harapan' ORDER BY periode"
    )
    assert rows == [
        ("2019-2021", date(2019, 6, 30), "terlambat"),
        ("2020-2022", date(2020, 6, 29), "terlambat"),
        ("2021-2026", date(2021, 6, 30), "terlambat"),
    ], "what came stays; what has not begun is not awaited yet"
    ((told,),) = regency.query("SELECT jadwal FROM portal.dataset WHERE dataset = 'dinkes.harapan'")
    assert told == "multitahun, paling lambat 180 hari sesudah awal periode"
