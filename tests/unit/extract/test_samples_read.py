"""Real files of agencies, read: what came out is compared with an independent reader, cell by cell."""

import csv
import datetime as dt
import io

import openpyxl
import pytest

from etl.extract.read import read_sheets
from etl.findings import Refused
from etl.settings import PROJECT

SAMPLES = PROJECT.parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="shared samples folder absent")

SHAPES = {
    "Standar Kelurahan Data Corona (30 Januari 2021 Pukul 10.00).xlsx": [("data", 271, 33), ("data_kecamatan", 48, 32)],
    "Standar Kelurahan Data Corona (30 Juni 2020 Pukul 09.00).xlsx": [
        ("data", 271, 20),
        ("pivot kecamatan", 50, 14),
        ("data_kecamatan", 48, 17),
    ],
    "Standar Kelurahan Data Corona (31 Maret 2020 Pukul 08.00).xlsx": [
        ("data", 271, 18),
        ("pivot kecamatan", 50, 12),
        ("data_kecamatan", 48, 15),
    ],
    "bandung_perguruan_tinggi_kecamatan.csv": [("", 33, 4)],
    "bps_makro_noheader_semicolon.csv": [("", 490, 15)],
    "bps_makro_null_literal.csv": [("", 491, 15)],
    "bps_makro_semicolon_header.csv": [("", 211, 15)],
    "bps_pengangguran_pendidikan_1986_2024.csv": [("", 33, 61)],
    "bps_tpt_provinsi_2026.xlsx": [("Sheet1", 43, 4)],
    "data_posyandu.xlsx": [("Application List", 67, 27)],
    "data_pus_arsip_nov.csv": [("", 7777, 8)],
    "data_pus_current.csv": [("", 7351, 8)],
    "elsimil_bumil_2025.csv": [("", 1297, 26)],
    "idm_pencemaran_air_desa_4000.csv": [("", 4000, 15)],
    "jakarta_kepadatan_penduduk.xlsx": [("Sheet1", 268, 6)],
    "jatim_pdrb_2022_2023.csv": [("", 42, 3)],
    "kutim_kemiskinan_2015_2024.xlsx": [("Data", 11, 2)],
    "pdrb_sektoral_ragged.csv": [("", 26, 17)],
    "penduduk_miskin.csv": [("", 514, 8)],
    "pertumbuhan_contoh_comment.csv": [("", 36, 13)],
    "sumbar_ipm_2022.xlsx": [("UHH", 21, 2), ("HLS", 22, 3), ("RLS", 22, 3), ("Perkapita", 22, 3), ("IPM", 22, 3)],
}

REFUSED = {
    "rusak/DKKB_DAN_REALISASI.backup.xlsx": "berkas_kosong",
    "rusak/INVALID_RESPONSE.csv": "bukan_lembar_kerja",
    "rusak/lkpp_rup_komponen_EMPTY.json": "berkas_kosong",
    "rusak/~$DKKB DAN REALISASI.xlsx": "berkas_kunci_office",
    "statistik/gariskemiskinanjabar.xls": "bukan_lembar_kerja",
}


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name):
    sheets = read_sheets(SAMPLES / "statistik" / name, name, wanted=["*"])
    assert [(sheet.name, sheet.n_rows, sheet.n_columns) for sheet in sheets] == SHAPES[name]
    for sheet in sheets:
        assert {len(values) for values in sheet.text} == {sheet.n_rows}
        assert {len(values) for values in sheet.number if values is not None} <= {sheet.n_rows}


def test_no_sample_is_forgotten():
    there = {path.name for path in (SAMPLES / "statistik").iterdir()}
    assert there - {"gariskemiskinanjabar.xls"} == set(SHAPES)
    assert {f"rusak/{path.name}" for path in (SAMPLES / "rusak").iterdir()} == {r for r in REFUSED if "rusak" in r}


@pytest.mark.parametrize("path", REFUSED)
def test_refused(path):
    name = path.rpartition("/")[2]
    with pytest.raises(Refused) as caught:
        read_sheets(SAMPLES / path, name)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.file) == (REFUSED[path], name)


def test_an_html_table_is_told_to_be_one():
    with pytest.raises(Refused, match="HTML"):
        read_sheets(SAMPLES / "statistik" / "gariskemiskinanjabar.xls", "gariskemiskinanjabar.xls")


def seen(value):
    """openpyxl's cell in our words."""
    match value:
        case None | "":
            return None
        case bool():
            return str(value).upper()
        case int() | float():
            return float(value)
        case dt.datetime():
            return value.isoformat() if value.time() != dt.time() else value.date().isoformat()
        case _:
            return str(value).replace("\r\n", "\n")


@pytest.mark.parametrize("name", [name for name in SHAPES if name.endswith(".xlsx")])
def test_cells_of_workbooks_are_where_openpyxl_sees_them(name):
    path = SAMPLES / "statistik" / name
    other = openpyxl.load_workbook(path, data_only=True)
    for sheet in read_sheets(path, name, wanted=["*"]):
        for place, (text, number) in enumerate(zip(sheet.text, sheet.number, strict=True), start=1):
            typed = number.to_pylist() if number is not None else [None] * sheet.n_rows
            ours = [
                value if value is not None else cell and cell.replace("\r\n", "\n")
                for value, cell in zip(typed, text.to_pylist(), strict=True)
            ]
            theirs = [seen(other[sheet.name].cell(row, place).value) for row in range(1, sheet.n_rows + 1)]
            assert ours == theirs, (sheet.name, place)


@pytest.mark.parametrize("name", [name for name in SHAPES if name.endswith(".csv")])
def test_cells_of_delimited_files_are_where_the_csv_module_sees_them(name):
    data = (SAMPLES / "statistik" / name).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    first = max(text.splitlines()[:5], key=len)
    delimiter = ";" if first.count(";") > first.count(",") else ","
    (sheet,) = read_sheets(SAMPLES / "statistik" / name, name)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert sheet.n_rows == len(records)
    for place, column in enumerate(sheet.text):
        assert column.to_pylist() == [record[place] or None if place < len(record) else None for record in records]
