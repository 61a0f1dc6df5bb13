"""Torn rows are joined where one way alone is right, always told, and else left as they are."""

import pytest

from etl.extract import rejoin
from etl.extract.read import read_sheets
from etl.findings import Severity
from etl.settings import PROJECT

SAMPLES = PROJECT.parent / "shared" / "samples" / "statistik"
NAMES = "kode,nama_sektor,tahun,nilai\n"
WHOLE = "".join(f"{n:02},Sektor {chr(65 + n)} dan lainnya,2024,{n}.5\n" for n in range(12))


@pytest.fixture
def read(tmp_path):
    def _read(content):
        path = tmp_path / "x"
        path.write_text(content, encoding="utf-8", newline="")
        (sheet,) = read_sheets(path, "data.csv")
        return sheet

    return _read


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


def rules(sheet):
    return [note.rule for note in sheet.notes]


@pytest.mark.parametrize(
    ("torn", "text"),
    [
        ("20,Pertanian, Kehutanan, dan Perikanan,2024,7", "Pertanian, Kehutanan, dan Perikanan"),
        ("20,Air, Sampah,2024,7", "Air, Sampah"),
        ("20,Air,Sampah,2024,7", "Air,Sampah"),
    ],
)
def test_a_torn_label_is_put_together_and_told(read, torn, text):
    sheet = read(NAMES + WHOLE + torn + "\n" + WHOLE)
    assert sheet.n_columns == 4
    assert rows(sheet)[13] == ["20", text, "2024", "7"]
    (note,) = sheet.notes
    assert (note.rule, note.severity, note.cell, note.header) == (
        "baris_disambung",
        Severity.CATATAN,
        "B14",
        "nama_sektor",
    )
    assert (note.value, text in note.message) == (text, True)


@pytest.mark.parametrize(
    "torn",
    [
        "20,Air,2024,7,8",  # one number too many: which?
        "20,Air,1,5,2024,7",  # a decimal comma: two columns of numbers could hold it
        "20,21,Air,2024,7",  # two codes
        "20,Air,2024,7,cek lagi",  # a remark at the end
        "20,Air,2024,7,<-- contoh",
        "20,Air,2024,7, lihat catatan",
        "20,Air, 30,2024,7",  # a number is no part of a label
    ],
)
def test_in_doubt_it_stays_as_it_is(read, torn):
    sheet = read(NAMES + WHOLE + torn + "\n" + WHOLE)
    assert [cell or "" for cell in rows(sheet)[13]][: torn.count(",") + 1] == torn.split(",")
    assert rules(sheet) == ["baris_tidak_rata"]


def test_two_labels_side_by_side(read):
    whole = "".join(f"{n},Desa {chr(65 + n)},Jalan {chr(75 + n)}\n" for n in range(9))
    sheet = read("no,desa,alamat\n" + whole + "10,Desa X,Jl. Merdeka, Gang Lima\n11,Desa Y,Blok A,Gang Lima\n")
    assert rows(sheet)[10] == ["10", "Desa X", "Jl. Merdeka, Gang Lima", None]
    assert rows(sheet)[11] == ["11", "Desa Y", "Blok A", "Gang Lima"]  # which of the two was torn?
    assert rules(sheet) == ["baris_tidak_rata", "baris_disambung"]
    assert "baris 12 lebih dari 3 sel" in sheet.notes[0].message


def test_a_remark_under_no_name_is_no_part_of_a_label(read):
    whole = "".join(f"{n},Desa {chr(65 + n)},\n" for n in range(9))
    sheet = read("no,desa,\n10,Desa X,<-- Contoh\n" + whole + "11,Desa Y, *) sementara\n")
    assert rows(sheet)[1] == ["10", "Desa X", "<-- Contoh"]
    assert rows(sheet)[11] == ["11", "Desa Y", " *) sementara"]


@pytest.mark.parametrize(
    "content",
    [
        "kode, nama, nilai\n1, Air, 5\n2, Api, 6, x\n",  # a blank after every delimiter
        "Kecamatan,Jenis Kelamin,,\n,L,P,Jumlah\nSangatta,5,6,11\nBengalon,7,8,15\n",  # a header of two rows
        "Tahun,2023\nKecamatan,Luas,Desa,Ket\nSangatta,5,6,ada\n",  # a title of two cells
        "a,,c\n1,2,3,x y\n",
        "Kecamatan,2022,2023,\nSangatta,5,6,naik\nBengalon,5,6,turun\n",  # a column whose name is missing
    ],
)
def test_what_only_looks_torn(read, content):
    sheet = read(content)
    expected = [line.split(",") for line in content.splitlines()]
    width = max(map(len, expected))
    assert rows(sheet) == [[*(cell or None for cell in line), *[None] * (width - len(line))] for line in expected]
    assert "baris_disambung" not in rules(sheet)


def test_very_many_are_one_note(read):
    torn = "".join(f"{n},Air, Sampah {n},2024,7\n" for n in range(30, 60))
    sheet = read(NAMES + WHOLE * 20 + torn)
    (note,) = sheet.notes
    assert (note.rule, note.row) == ("baris_disambung", 242)
    assert "30 baris" in note.message
    assert "242 (nama_sektor: Air, Sampah 30)" in note.message


def test_a_large_file_is_one_table(read, monkeypatch):
    monkeypatch.setattr(rejoin, "MAX_ROWS", 100)
    sheet = read("Daftar Sektor\n" + NAMES + WHOLE * 20 + "20,Air, Sampah,2024,7\n")
    assert rows(sheet)[-1] == ["20", "Air, Sampah", "2024", "7"]
    assert (sheet.n_columns, [note.cell for note in sheet.notes]) == (4, ["B243"])


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="shared samples folder absent")
def test_a_label_that_spills_under_unnamed_columns():
    (sheet,) = read_sheets(SAMPLES / "pdrb_sektoral_ragged.csv", "x.csv")
    table = rows(sheet)
    assert sheet.n_columns == 15
    assert table[1][13:] == ["64", "Pertanian, Kehutanan, dan Perikanan"]
    labels = {line[0]: line[1] for line in table[7:]}
    assert labels["64"] == "Pertanian, Kehutanan, dan Perikanan"
    assert labels["68"] == "Pengadaan Air, Pengelolaan Sampah, Limbah dan Daur Ulang"
    assert labels["70"] == "Perdagangan Besar dan Eceran, Reparasi Mobil dan Sepeda Motor"
    assert labels["77"] == "Administrasi Pemerintahan, Pertahanan dan Jaminan Sosial Wajib"
    assert [note.cell for note in sheet.notes] == ["O2", "B9", "B13", "B22"]
    assert all(cell is None for line in table[7:] for cell in line[2:])


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="shared samples folder absent")
def test_a_comment_beside_the_table_stays_beside_it():
    (sheet,) = read_sheets(SAMPLES / "pertumbuhan_contoh_comment.csv", "x.csv")
    assert rows(sheet)[1][11:] == ["ind1_pertm_ekonomi", "<-- Contoh"]
    assert sheet.notes == ()


def test_a_file_without_a_header_is_left_alone(read):
    """Its first row names nothing, so a fuller row below is not torn: it has the optional last cell."""
    content = "".join(
        f"Januari;4.1.01.{n:02};Pajak nomor {chr(65 + n)};Rp {n}00.000,00;Rp {n}.500,50;\n" for n in range(1, 13)
    )
    odd = "Februari;4.1.01.12;Pajak Air Tanah;Rp 1.400.000.000,00;(1.250.000,00);Restitusi setoran lebih\n"
    sheet = read(content + odd)
    assert rows(sheet)[-1] == odd.strip().split(";")
    assert "baris_disambung" not in rules(sheet)


def test_an_amount_is_no_part_of_a_text(read):
    content = "bulan;pajak;target;realisasi\n" + "".join(
        f"Januari;Pajak nomor {chr(65 + n)};Rp {n}00.000,00;Rp {n}.500,50\n" for n in range(1, 13)
    )
    sheet = read(content + "Februari;Pajak Air Tanah;Rp 1.400.000.000,00;Rp 1.250.000,00;lebih setor\n")
    assert rows(sheet)[-1][:4] == ["Februari", "Pajak Air Tanah", "Rp 1.400.000.000,00", "Rp 1.250.000,00"]
    assert "baris_disambung" not in rules(sheet)
