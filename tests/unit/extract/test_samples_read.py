"""Every real file of agencies, read or refused: what came out is compared with an independent reader, cell by cell."""

import csv
import datetime as dt
import io
import json
import shutil
import subprocess
from decimal import Decimal

import openpyxl
import pytest
from lxml import html
from openpyxl.cell.cell import MergedCell

from etl.extract.read import read_sheets
from etl.findings import Refused
from etl.settings import PROJECT

SAMPLES = PROJECT.parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="shared samples folder absent")

SHAPES = {
    "statistik/Standar Kelurahan Data Corona (30 Januari 2021 Pukul 10.00).xlsx": [
        ("data", 271, 33),
        ("data_kecamatan", 48, 32),
    ],
    "statistik/Standar Kelurahan Data Corona (30 Juni 2020 Pukul 09.00).xlsx": [
        ("data", 271, 20),
        ("pivot kecamatan", 50, 14),
        ("data_kecamatan", 48, 17),
    ],
    "statistik/Standar Kelurahan Data Corona (31 Maret 2020 Pukul 08.00).xlsx": [
        ("data", 271, 18),
        ("pivot kecamatan", 50, 12),
        ("data_kecamatan", 48, 15),
    ],
    "statistik/bandung_perguruan_tinggi_kecamatan.csv": [("", 33, 4)],
    "statistik/bps_makro_noheader_semicolon.csv": [("", 490, 15)],
    "statistik/bps_makro_null_literal.csv": [("", 491, 15)],
    "statistik/bps_makro_semicolon_header.csv": [("", 211, 15)],
    "statistik/bps_pengangguran_pendidikan_1986_2024.csv": [("", 33, 61)],
    "statistik/bps_tpt_provinsi_2026.xlsx": [("Sheet1", 43, 4)],
    "statistik/data_posyandu.xlsx": [("Application List", 67, 27)],
    "statistik/data_pus_arsip_nov.csv": [("", 7777, 8)],
    "statistik/data_pus_current.csv": [("", 7351, 8)],
    "statistik/elsimil_bumil_2025.csv": [("", 1297, 26)],
    "statistik/idm_pencemaran_air_desa_4000.csv": [("", 4000, 15)],
    "statistik/jakarta_kepadatan_penduduk.xlsx": [("Sheet1", 268, 6)],
    "statistik/jatim_pdrb_2022_2023.csv": [("", 42, 3)],
    "statistik/kutim_kemiskinan_2015_2024.xlsx": [("Data", 11, 2)],
    "statistik/pdrb_sektoral_ragged.csv": [("", 26, 15)],
    "statistik/penduduk_miskin.csv": [("", 514, 8)],
    "statistik/pertumbuhan_contoh_comment.csv": [("", 36, 13)],
    "statistik/sumbar_ipm_2022.xlsx": [
        ("UHH", 21, 2),
        ("HLS", 22, 3),
        ("RLS", 22, 3),
        ("Perkapita", 22, 3),
        ("IPM", 22, 3),
    ],
    "statistik/gariskemiskinanjabar.xls": [("", 3, 4)],
    "anggaran/apbd_sikd_2021_2024.xls": [("APBD", 52, 26)],
    "anggaran/djpk_2021_Banyuwangi.csv": [("", 41, 4)],
    "anggaran/djpk_2022_Banyuwangi.csv": [("", 32, 4)],
    "anggaran/djpk_2022_Blitar.csv": [("", 32, 4)],
    "anggaran/lra_lamsel_2026_april.xlsx": [("Sheet1", 490, 14)],
    "anggaran/lra_lamsel_2026_februari.xlsx": [("Sheet1", 490, 14)],
    "anggaran/lra_lamsel_2026_januari.xlsx": [("Sheet1", 490, 14)],
    "anggaran/lra_lamsel_2026_maret.xlsx": [("Sheet1", 490, 13)],
    "anggaran/rak_belanja_lamsel_2026.xlsx": [
        ("RAK Belanja", 488, 14),
        ("Sheet1", 67, 6),
        ("Sheet2", 55, 6),
        ("Sheet3", 109, 6),
        ("Sheet4", 54, 6),
        ("Sheet5", 39, 6),
        ("Sheet6", 57, 6),
        ("Sheet8", 46, 6),
        ("Sheet9", 44, 6),
        ("Sheet10", 65, 8),
        ("Sheet7", 46, 5),
    ],
    "pengaduan/jakarta_crm_psbb_timeseries.csv": [("", 668, 3)],
    "pengaduan/sp4n_lapor_samarinda_2024_redacted.csv": [("", 241, 21)],
    "api/dynamic_table_detail_fixture.json": [("", 4, 10)],
    "api/lkpp_master_satker.json": [("", 166, 14)],
    "api/lkpp_rup_kegiatan.json": [("", 1151, 13)],
    "api/lkpp_rup_program.json": [("", 410, 12)],
    "api/lkpp_rup_subkegiatan_1200.json": [("", 1201, 14)],
    "api/lkpp_struktur_anggaran_pd.json": [("", 166, 12)],
}
"""Name, rows and columns of every sheet of every file that can be read without a word from a contract."""

REFUSED = {
    "rusak/DKKB_DAN_REALISASI.backup.xlsx": ("berkas_kosong", "0 byte"),
    "rusak/INVALID_RESPONSE.csv": ("bukan_lembar_kerja", "Data Kosong, silakan ulangi"),
    "rusak/lkpp_rup_komponen_EMPTY.json": ("berkas_kosong", "0 byte"),
    "rusak/~$DKKB DAN REALISASI.xlsx": ("berkas_kunci_office", "~$"),
    "api/bps_data_0000_1804.json": ("letak_data", "`body.vervar` (3 baris)"),
    "api/bps_data_list_not_available.json": ("bukan_lembar_kerja", "tanpa tabel"),
    "api/bps_data_null_too_large.json": ("bukan_lembar_kerja", "tanpa tabel"),
    "api/bps_error_bad_key.json": ("bukan_lembar_kerja", "Please re-check your key"),
    "api/bps_error_waf_block_excerpt.json": ("bukan_lembar_kerja", "Akses ini ditolak"),
    "api/datagoid_package_show_redacted.json": ("letak_data", "`result.resources` (1 baris)"),
}
"""Rule, and words of the finding. Answers of BPS as recorded, with the request around them, are no answers of BPS."""


def read(name):
    return read_sheets(SAMPLES / name, name.rpartition("/")[2], wanted=["*"])


def named(ending):
    return [name for name in SHAPES if name.endswith(ending)]


def cells(sheet):
    """Columns of text, or of the number where the cell was one."""
    return [
        [value if value is not None else cell for value, cell in zip(typed, text.to_pylist(), strict=True)]
        for text, typed in (
            (text, [None] * sheet.n_rows if number is None else number.to_pylist())
            for text, number in zip(sheet.text, sheet.number, strict=True)
        )
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name):
    sheets = read(name)
    assert [(sheet.name, sheet.n_rows, sheet.n_columns) for sheet in sheets] == SHAPES[name]
    for sheet in sheets:
        assert {len(values) for values in sheet.text} == {sheet.n_rows}
        assert {len(values) for values in sheet.number if values is not None} <= {sheet.n_rows}
        assert sheet.facts[0][0] == "format"


def test_no_sample_is_forgotten():
    folders = ("statistik", "anggaran", "pengaduan", "api", "rusak")
    there = {f"{folder}/{path.name}" for folder in folders for path in (SAMPLES / folder).iterdir()}
    assert there == set(SHAPES) | set(REFUSED)


@pytest.mark.parametrize("path", REFUSED)
def test_refused(path):
    name = path.rpartition("/")[2]
    with pytest.raises(Refused) as caught:
        read_sheets(SAMPLES / path, name)
    (finding,) = caught.value.findings
    rule, words = REFUSED[path]
    assert (finding.rule, finding.file) == (rule, name)
    assert words in f"{finding.message} {finding.value}"


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


def same_as_openpyxl(sheets, path):
    other = openpyxl.load_workbook(path, data_only=True)
    for sheet in sheets:
        theirs = other[sheet.name]
        for place, column in enumerate(cells(sheet), start=1):
            for row, ours in enumerate(column, start=1):
                cell = theirs.cell(row, place)
                if not isinstance(cell, MergedCell):  # of which openpyxl does not say what is under it
                    assert (ours.replace("\r\n", "\n") if isinstance(ours, str) else ours) == seen(cell.value)
        far = (*theirs.iter_rows(min_row=sheet.n_rows + 1), *theirs.iter_cols(min_col=sheet.n_columns + 1))
        assert not any(seen(cell.value) for line in far for cell in line)


@pytest.mark.parametrize("name", named(".xlsx"))
def test_cells_of_workbooks_are_where_openpyxl_sees_them(name):
    same_as_openpyxl(read(name), SAMPLES / name)


def test_the_damaged_old_workbook_is_what_libreoffice_sees(tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice absent")
    (name,) = (name for name in named(".xls") if "apbd" in name)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", tmp_path, SAMPLES / name], check=True, capture_output=True, timeout=120)
    same_as_openpyxl(read(name), tmp_path / "apbd_sikd_2021_2024.xlsx")


def by_csv_module(name):
    data = (SAMPLES / name).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    first = max(text.splitlines()[:5], key=len)
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("name", [name for name in named(".csv") if "ragged" not in name])
def test_cells_of_delimited_files_are_where_the_csv_module_sees_them(name):
    (sheet,) = read(name)
    records = by_csv_module(name)
    assert sheet.n_rows == len(records)
    for place, column in enumerate(sheet.text):
        assert column.to_pylist() == [record[place] or None if place < len(record) else None for record in records]
    assert not any(cell for record in records for cell in record[sheet.n_columns :])


def test_the_ragged_file_holds_every_text_of_its_lines():
    (name,) = (name for name in named(".csv") if "ragged" in name)
    (sheet,) = read(name)
    ours = [",".join(cell or "" for cell in row) for row in zip(*(c.to_pylist() for c in sheet.text), strict=True)]
    assert [row.rstrip(",") for row in ours] == [",".join(record).rstrip(",") for record in by_csv_module(name)]


def test_the_table_of_bps_holds_every_figure():
    (name,) = (name for name in named(".json") if "dynamic" in name)
    (sheet,) = read(name)
    figures = json.loads((SAMPLES / name).read_text())["datacontent"]
    (column,) = (column for column in cells(sheet) if column[0] == "nilai")
    assert sorted(column[1:]) == sorted(figures.values())


@pytest.mark.parametrize("name", [name for name in named(".json") if "lkpp" in name])
def test_records_are_those_of_the_json_module(name):
    records = json.loads((SAMPLES / name).read_text(), parse_float=Decimal)
    (sheet,) = read(name)
    for column, values in zip(cells(sheet), sheet.text, strict=True):
        field = column[0]
        theirs = [record.get(field) for record in records]
        said = {True: "TRUE", False: "FALSE", "": None}
        assert column[1:] == [said[v] if isinstance(v, bool) or v == "" else v for v in theirs]
        numbers = [v for v in theirs if isinstance(v, int | Decimal) and not isinstance(v, bool)]
        if numbers:
            assert sum(Decimal(text) for text in values.to_pylist()[1:] if text is not None) == sum(numbers)
    assert {column[0] for column in cells(sheet)} == {field for record in records for field in record}


def test_the_html_table_holds_every_word_of_the_page():
    (name,) = (name for name in named(".xls") if "jabar" in name)
    page = html.parse(SAMPLES / name)
    words = [" ".join(cell.text_content().split()) for cell in page.iter("td", "th") if cell.find(".//table") is None]
    (sheet,) = read(name)
    assert sorted(cell for column in cells(sheet) for cell in column if cell) == sorted(words)
