"""Hostile texts, exact numbers, breakdowns and large tables in the exported files."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal, localcontext
from pathlib import Path

import openpyxl
import psycopg2
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.publish import csv_file, json_file, xlsx_file
from etl.publish.publish import publish
from etl.publish.released import Released, snapshot
from etl.publish.text import plain
from tests.publish.conftest import newest
from tests.warehouse.regency import KECAMATAN, Regency

HOSTILE = ["=1+1", "+62 811", "@SUM(A1)", '-2+3;"kutip", baris', "-", "0-4"]

CONTRACT = """\
id: dinkes.puskesmas
title: Jumlah sekolah menurut kecamatan
description: Sekolah yang beroperasi menurut status.
producer: dinkes
urusan: "1.01"
access: terbuka
calendar: {period: tahunan, due_days: 90}
source:
  kind: folder
  files: "puskesmas*.csv"
  periods: [{place: file, pattern: '(\\d{4})'}]
load: periode
columns:
  kecamatan: {role: wilayah, scheme: nama, level: kecamatan}
  status:
    role: rincian
    values: VALUES
  tahun: {role: rincian}
  sekolah: {role: ukuran, indikator: pendidikan.sekolah, decimal: titik}
indikator:
  pendidikan.sekolah:
    nama: '=HYPERLINK("http://jahat")'
    konsep: Sekolah
    definisi: Sekolah yang beroperasi.
    satuan: unit
release: {policy: otomatis}
threshold: {quarantined_percent: 30}
"""

NUMBERS = ["1", "-0.5", "1234567890123456789.25", "0.000001", "12.50", "0"]


@pytest.fixture
def hostile(tmp_path: Path, warehouse_dsn: str) -> Regency:
    regency = Regency(tmp_path, warehouse_dsn)
    regency.contract(CONTRACT.replace("VALUES", json.dumps({code: [f"isi {n}"] for n, code in enumerate(HOSTILE)})))
    path = regency.folder / "puskesmas 2024.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["kecamatan", "status", "tahun", "sekolah"])
        for place, number in enumerate(NUMBERS):
            writer.writerow(["Muara Wahau", f"isi {place}", "semua", number])
    regency.age(path)
    assert [outcome.status for outcome in regency.go()] == ["dirilis"]
    publish(regency.settings)
    return regency


def stem(regency: Regency, ending: str) -> Path:
    return newest(regency) / f"dinkes.puskesmas.{ending}"


def test_no_text_is_a_formula(hostile: Regency) -> None:
    codes = {str(code) for (code,) in hostile.query("SELECT rincian_json ->> 'status' FROM portal.nilai")}
    assert any(code.startswith("=") for code in codes), "the warehouse has it as it came"
    with stem(hostile, "csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    cells = {row["status"] for row in rows}
    assert [cell for cell in cells if cell[0] in "=+-@"] == ["-"], "one sign alone is no formula"
    assert {row["nama_indikator"] for row in rows} == {'\'=HYPERLINK("http://jahat")'}
    assert {cell.removeprefix("'") for cell in cells} == codes
    sheet = openpyxl.load_workbook(stem(hostile, "xlsx"))["Data"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert {row["status"] for row in json.loads(stem(hostile, "json").read_text())["data"]} == codes


def test_numbers_are_exact_in_every_file(hostile: Regency) -> None:
    wanted = {Decimal(str(n)) for (n,) in hostile.query("SELECT nilai FROM portal.nilai")}
    assert Decimal("1234567890123456789.25") in wanted
    with stem(hostile, "csv").open(encoding="utf-8", newline="") as stream:
        told = [row["nilai"] for row in csv.DictReader(stream)]
    assert {Decimal(number) for number in told} == wanted
    assert set(told) == {"1", "-0.5", "1234567890123456789.25", "0.000001", "12.5", "0"}
    document = json.loads(stem(hostile, "json").read_text(), parse_float=Decimal)
    assert {Decimal(row["nilai"]) for row in document["data"]} == wanted
    sheet = openpyxl.load_workbook(stem(hostile, "xlsx"))["Data"]
    header, *rows = sheet.iter_rows(values_only=True)
    cells = {row[header.index("nilai")] for row in rows}
    assert "1234567890123456789.25" in cells, "more digits than Excel has: as text"
    assert {Decimal(str(cell)) for cell in cells} == wanted


def test_a_breakdown_has_its_column_and_never_takes_another(hostile: Regency) -> None:
    header = stem(hostile, "csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert "status" in header
    assert header.count("tahun") == 1
    assert "rincian_tahun" in header
    first = json.loads(stem(hostile, "json").read_text())["data"][0]
    assert (first["tahun"], first["rincian_tahun"]) == (2024, "semua")


def test_a_sheet_that_is_full_is_continued_on_the_next(regency: Regency, tmp_path: Path) -> None:
    conn = psycopg2.connect(regency.settings.dsn)
    try:
        released = snapshot(conn, "dinkes.puskesmas", tmp_path)
    finally:
        conn.close()
    (path,) = xlsx_file.write(released, tmp_path, sheet_rows=10)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Data", "Data 2", "Data 3", "Keterangan"]
    assert [book[name].max_row - 1 for name in book.sheetnames[:3]] == [10, 10, 4]
    assert [
        str(book[name].auto_filter.ref).rpartition(":")[2].strip("ABCDEFGHIJKLMNOP") for name in book.sheetnames[:3]
    ] == ["11", "11", "5"]
    rows = [row for name in book.sheetnames[:3] for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert len(set(rows)) == 24
    assert len({book[name]["A1"].value for name in book.sheetnames[:3]}) == 1
    assert xlsx_file.SHEET_ROWS + 1 == 1_048_576


def released_of(tmp_path: Path, regency: Regency) -> Released:
    conn = psycopg2.connect(regency.settings.dsn)
    try:
        return snapshot(conn, "dinkes.puskesmas", tmp_path)
    finally:
        conn.close()


def test_pieces_of_any_size_make_the_same_file(
    regency: Regency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = released_of(tmp_path, regency)
    whole = {}
    for size in (1, 7, 24, 1000):
        pieces = list(released.batches(size))
        monkeypatch.setattr(Released, "batches", lambda _self, pieces=pieces: iter(pieces))
        written = [*csv_file.write(released, tmp_path), *json_file.write(released, tmp_path)]
        whole[size] = [path.read_bytes() for path in written]
        monkeypatch.undo()
    assert whole[1] == whole[7] == whole[24] == whole[1000]
    assert json.loads(whole[1][1])["jumlah"] == len(KECAMATAN) * 2 * 3


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12))
def test_any_text_comes_back_from_the_csv(text: str) -> None:
    line = csv_file.cell(text) + "," + csv_file.cell("x") + "\r\n"
    ((first, second),) = csv.reader(io.StringIO(line, newline=""), strict=True)
    assert second == "x"
    assert first == text or (first == f"'{text}" and text[0] in "=+-@\t\r\n")
    assert len(first) < 2 or first[0] not in "=+-@\t\r\n"


@given(st.lists(st.none() | st.decimals(-(10**20), 10**20, places=8), min_size=1, max_size=5), st.sampled_from([3, 8]))
def test_decimals_are_plain_and_exact(values: list[Decimal | None], places: int) -> None:
    with localcontext(prec=60):
        rounded = [None if v is None else v.quantize(Decimal(1).scaleb(-places)) for v in values]
    told = plain(pa.array(rounded, pa.decimal128(38, places))).to_pylist()
    for number, text in zip(rounded, told, strict=True):
        assert (text is None) == (number is None)
        if text is not None:
            assert Decimal(text) == number
            assert "E" not in text
            assert not ("." in text and text[-1] in "0.")
