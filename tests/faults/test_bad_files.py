"""A folder full of bad files: each is told apart with a clear Indonesian finding, and the good one is read as ever."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from etl.contract import Skpd
from etl.extract.archive import Archive
from etl.extract.folder import StillWriting, fetch
from etl.extract.read import read_sheets
from etl.findings import Refused, Severity
from etl.settings import PROJECT
from etl.sources import FolderSource
from tests.listed import list_files

LONG_AGO = 1_700_000_000
SKPD = Skpd(nama="Dinas Kesehatan", kode="KT02", folder="dinkes", kontak="a@b.id")


def good(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Data").write_row(0, 0, ["kecamatan", "jumlah"])
        workbook.worksheets()[0].write_row(1, 0, ["Sangatta Utara", 10])


def truncated(path: Path) -> None:
    good(path)
    path.write_bytes(path.read_bytes()[:-400])


def other_sheet(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Rekap").write(0, 0, "x")


def corners(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")


def bomb(path: Path) -> None:
    good(path)
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    parts["xl/worksheets/sheet1.xml"] += b" " * 120_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def uncalculated(path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Data"
    for row in range(1, 1102):
        workbook.active.append([row, f"=A{row}*2"])
    workbook.save(path)


def zip_of(**members: bytes):
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in members.items():
                package.writestr(name.replace("__", "/"), content)

    return make


def locked_zip(path: Path) -> None:
    zip_of(data=b"a,b\n1,2\n")(path)
    content = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature) + offset
        content = content[:at] + bytes([content[at] | 1]) + content[at + 1 :]
    path.write_bytes(content)


def repeated_ods(path: Path) -> None:
    content = (
        '<d xmlns:table="t" xmlns:office="o" xmlns:text="x"><table:table table:name="Data">'
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="string"><text:p>a</text:p></table:table-cell></table:table-row></table:table></d>'
    )
    zip_of(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content.encode()})(path)


def bytes_of(content: bytes):
    return lambda path: path.write_bytes(content)


BAD = {
    "kosong.xlsx": (bytes_of(b""), "berkas_kosong"),
    "terpotong.xlsx": (truncated, "berkas_rusak"),
    "sandi.xlsx": (
        bytes_of(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99
        ),
        "berkas_terkunci_sandi",
    ),
    "halaman.xlsx": (bytes_of(b"<html><body>Silakan masuk</body></html>"), "bukan_lembar_kerja"),
    "galat.csv": (bytes_of(b"<invalid_response>Data Kosong</invalid_response>"), "bukan_lembar_kerja"),
    "lembar_lain.xlsx": (other_sheet, "lembar_tidak_ada"),
    "nul.csv": (bytes_of(b"kode,nilai\n1,\0\0\n"), "byte_nul"),
    "kutip.csv": (bytes_of(b'kode,nilai\n"1,2\n3,4\n'), "kutip_tidak_ditutup"),
    "bom.xlsx": (bomb, "terlalu_besar"),
    "sudut.xlsx": (corners, "terlalu_besar"),
    "masuk.xls": (
        bytes_of(
            b"<html><title>Login</title><form><table><tr><td>Sandi<td><input type=password></table></form></html>"
        ),
        "bukan_lembar_kerja",
    ),
    "terpotong.json": (bytes_of(b'{"data": [{"kode": "64.08", "nilai": 1}, {"kode": "64'), "json_rusak"),
    "galat.json": (bytes_of(b'{"status": "Error", "message": "Kunci tidak berlaku"}'), "bukan_lembar_kerja"),
    "tanpa_isi.json": (bytes_of(b'{"status": "OK", "data": []}'), "tanpa_baris"),
    "banyak_daftar.json": (bytes_of(b'{"kolom": [{"id": 1}], "baris": [{"a": 1}]}'), "letak_data"),
    "terpotong.xml": (bytes_of(b"<data><baris><a>1</a></baris><baris><a>2</a>"), "xml_rusak"),
    "tawa.xml": (
        bytes_of(b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x><y>&b;</y><y>&b;</y></x>'),
        "entitas_xml",
    ),
    "luar.xml": (
        bytes_of(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><y>&a;</y><y>2</y></x>'),
        "entitas_xml",
    ),
    "jalur.zip": (zip_of(**{"../../etc__data.csv": b"a,b\n"}), "jalur_zip"),
    "dua.zip": (zip_of(**{"a.csv": b"a,b\n", "b.csv": b"a,b\n"}), "isi_zip"),
    "bersarang.zip": (zip_of(**{"a.zip": b"PK\x05\x06" + b"\0" * 18}), "isi_zip"),
    "sandi.zip": (locked_zip, "berkas_terkunci_sandi"),
    "bom.zip": (zip_of(**{"a.csv": b"0," * 40_000_000}), "terlalu_besar"),
    "berulang.ods": (repeated_ods, "terlalu_besar"),
    "terpotong.parquet": (bytes_of(b"PAR1" + b"\0" * 100), "berkas_rusak"),
}


def wanted_files(tmp_path, pattern="**/*"):
    return list_files(FolderSource(kind="folder", files=pattern), SKPD, str(tmp_path))


def taken(tmp_path, found):
    return fetch(found, Archive(tmp_path / "arsip"))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "dinkes"
    folder.mkdir()
    return folder


def age(folder):
    for path in folder.iterdir():
        if not path.is_symlink():
            os.utime(path, (LONG_AGO, LONG_AGO))


def test_each_bad_file_is_its_own_finding_and_the_good_one_is_read(tmp_path, folder):
    for name, (make, _) in BAD.items():
        make(folder / name)
    good(folder / "bagus.xlsx")
    (folder / "~$bagus.xlsx").write_bytes(b"\x05Siapa".ljust(165, b"\0"))
    (tmp_path / "luar.csv").write_text("rahasia\n")
    (folder / "tautan.csv").symlink_to(tmp_path / "luar.csv")
    age(folder)

    files, notes = wanted_files(tmp_path)
    assert {note.file: note.rule for note in notes} == {
        "~$bagus.xlsx": "berkas_kunci_office",
        "tautan.csv": "tautan_keluar_folder",
    }
    told = {}
    for found in files:
        archived = taken(tmp_path, found)
        try:
            sheets = read_sheets(archived.path, found.path, wanted=["Data"])
        except Refused as refusal:
            (finding,) = refusal.findings
            told[finding.file] = finding
        else:
            assert [sheet.n_rows for sheet in sheets] == [2]
            assert found.path == "bagus.xlsx"
    assert {name: finding.rule for name, finding in told.items()} == {name: rule for name, (_, rule) in BAD.items()}
    for finding in told.values():
        assert finding.severity is Severity.TOLAK
        for sentence in (finding.message, finding.cause, finding.action):
            assert sentence[0].isupper()
            assert sentence.endswith(".")


def test_a_file_never_calculated_is_refused_as_a_whole(folder):
    uncalculated(folder / "rumus.xlsx")
    (sheet,) = read_sheets(folder / "rumus.xlsx", "rumus.xlsx")
    (finding,) = sheet.notes
    assert (finding.rule, finding.severity, finding.row) == ("rumus_tanpa_nilai", Severity.TOLAK, None)


def test_the_same_bytes_under_two_names_are_one_in_the_archive(tmp_path, folder):
    for name in ("mei.csv", "juni.csv"):
        (folder / name).write_bytes(b"a,b\n1,2\n")
    age(folder)
    files, _ = wanted_files(tmp_path)
    first, second = [taken(tmp_path, found) for found in files]
    assert first == second


def test_a_file_that_grows_between_listing_and_fetching_is_left_for_the_next_run(tmp_path, folder):
    path = folder / "besar.csv"
    path.write_bytes(b"a,b\n")
    files, _ = wanted_files(tmp_path)
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(StillWriting):
        taken(tmp_path, files[0])
    files, _ = wanted_files(tmp_path)
    assert taken(tmp_path, files[0]).size == 8


LIMITED = """
import resource, sys
from pathlib import Path
from etl.extract.read import read_sheets
from etl.findings import Refused
import etl.extract.workbook
import pyarrow.csv
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
try:
    read_sheets(Path(sys.argv[1]), "berkas.xlsx")
except Refused as refusal:
    print(refusal.findings[0].rule, end=" ")
print(peak() - before)
"""


@pytest.mark.parametrize("make", [corners, bomb, repeated_ods], ids=["corners", "bomb", "repeated"])
def test_refusing_a_hostile_workbook_takes_little_memory(folder, make):
    """In a process of its own: the cell reader would abort it, which no except clause catches."""
    make(folder / "x.xlsx")
    out = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder / "x.xlsx")], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    rule, megabytes = out.stdout.split()
    assert rule == "terlalu_besar"
    assert int(megabytes) < 100
