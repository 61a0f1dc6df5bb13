"""A zip of one data file is that file; what a zip can do to a machine it does not do here."""

import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from books import book

from etl.extract.read import read_sheets
from etl.findings import Refused
from etl.sources import ByteSource

CSV = b"kode,nilai\n64.08,1\n"


@pytest.fixture
def pack(tmp_path):
    def _pack(members, method=zipfile.ZIP_DEFLATED):
        path = tmp_path / "kiriman.zip"
        with zipfile.ZipFile(path, "w", method) as package:
            for name, content in members.items():
                package.writestr(name, content)
        return path

    return _pack


def read(path, **stated):
    return read_sheets(path, "kiriman.zip", how=ByteSource(**stated))


def refusal(path, **stated):
    with pytest.raises(Refused) as caught:
        read(path, **stated)
    (finding,) = caught.value.findings
    assert all((finding.message, finding.cause, finding.action))
    return finding


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_what_systems_add_is_not_counted(pack, method):
    path = pack(
        {
            "folder/": b"",
            "folder/data 2024.csv": CSV,
            "__MACOSX/folder/._data 2024.csv": b"x",
            "folder/.DS_Store": b"x",
            "Thumbs.db": b"x",
            "folder/desktop.ini": b"x",
            "~$data.xlsx": b"x",
        },
        method,
    )
    (sheet,) = read(path)
    assert rows(sheet) == [["kode", "nilai"], ["64.08", "1"]]
    assert sheet.facts[:2] == (("di dalam zip", "folder/data 2024.csv"), ("format", "CSV"))


def test_a_finding_names_the_archive_and_the_file_in_it(pack):
    assert refusal(pack({"a/b.csv": b"a,b\n1,\0\n"})).file == "kiriman.zip/a/b.csv"


def test_a_workbook_in_a_zip(pack, tmp_path):
    content = book(tmp_path / "a.xlsx", Sampul=[["x"]], Data=[["a", 1]]).read_bytes()
    (sheet,) = read_sheets(pack({"laporan.xlsx": content}), "kiriman.zip", wanted=["data"])
    assert (sheet.name, rows(sheet)) == ("Data", [["a", "1"]])


def test_several_files(pack):
    path = pack({"2023/desa.csv": CSV, "2024/desa.csv": CSV.replace(b"1", b"2"), "baca.txt": b"halo"})
    finding = refusal(path)
    assert finding.rule == "isi_zip"
    for member in ("2023/desa.csv", "2024/desa.csv", "baca.txt"):
        assert member in finding.message
    assert rows(read(path, member="2024/*")[0])[1] == ["64.08", "2"]
    assert rows(read(path, member="BACA.*")[0]) == [["halo"]]
    assert "2 berkas" in refusal(path, member="desa.csv").message
    assert "Tidak ada" in refusal(path, member="*.xlsx").message


def test_nothing_in_it(pack):
    assert refusal(pack({})).rule == "berkas_kosong"
    assert refusal(pack({"folder/": b"", ".DS_Store": b"x"})).rule == "berkas_kosong"
    assert refusal(pack({"data.csv": b""})).rule == "berkas_kosong"


@pytest.mark.parametrize(
    "member",
    [
        "../keluar.csv",
        "a/../../keluar.csv",
        "/etc/cron.d/x",
        "C:/x.csv",
        "c:x.csv",
        "..\\keluar.csv",
        "a\\..\\..\\x",
        "..",
    ],
)
def test_paths_that_lead_outside(pack, tmp_path, member):
    before = sorted(tmp_path.rglob("*"))
    finding = refusal(pack({"data.csv": CSV, member: CSV}), member="data.csv")
    assert finding.rule == "jalur_zip"
    assert sorted(set(tmp_path.rglob("*")) - set(before)) == [tmp_path / "kiriman.zip"]


def test_dots_in_a_name_are_no_path(pack):
    assert rows(read(pack({"a..b/data..2024.csv": CSV}))[0])[0] == ["kode", "nilai"]


def test_a_zip_in_a_zip(pack, tmp_path):
    inner = pack({"data.csv": CSV}).read_bytes()
    assert refusal(pack({"dalam.zip": inner})).rule == "isi_zip"


def test_encrypted(pack):
    path = pack({"data.csv": CSV})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature) + offset
        struct.pack_into("<H", content, at, struct.unpack_from("<H", content, at)[0] | 1)
    path.write_bytes(content)
    assert refusal(path).rule == "berkas_terkunci_sandi"


def test_bombs(pack):
    assert refusal(pack({"data.csv": b"0," * 40_000_000})).rule == "terlalu_besar"
    path = pack({"data.csv": b"a\n" * 100_000})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.find(signature) + offset, 10)
    path.write_bytes(content)
    assert "lebih besar daripada ukuran yang tercatat" in refusal(path).message


def test_two_members_of_one_name(tmp_path):
    path = tmp_path / "kiriman.zip"
    with zipfile.ZipFile(path, "w") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("data.csv", CSV)
        package.writestr("data.csv", b"lain")
    assert refusal(path).rule == "berkas_rusak"


def test_another_compression(pack):
    finding = refusal(pack({"data.csv": CSV}, zipfile.ZIP_BZIP2))
    assert (finding.rule, "Deflate" in finding.message) == ("berkas_rusak", True)


@pytest.mark.parametrize("content", [CSV, b"a,b\n1,\0\n"])
def test_the_temporary_file_is_gone(pack, tmp_path, monkeypatch, content):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "sementara"))
    (tmp_path / "sementara").mkdir()
    path = pack({"data.csv": content})
    try:
        (sheet,) = read(path)
        assert rows(sheet)[1] == ["64.08", "1"]
    except Refused:
        assert content is not CSV
    assert list(Path(tempfile.tempdir).iterdir()) == []


@pytest.mark.parametrize(
    ("member", "content", "rule"),
    [
        ("a.json", b'[{"a": 1}', "json_rusak"),
        ("a.html", b"<html>Masuk dulu", "bukan_lembar_kerja"),
        ("a.pdf", b"%PDF-1.7", "bukan_lembar_kerja"),
        ("a.xml", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "entitas_xml"),
    ],
)
def test_what_is_in_it_is_judged_as_ever(pack, member, content, rule):
    assert refusal(pack({member: content})).rule == rule
