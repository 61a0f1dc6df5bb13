"""A shared folder lists what fits, tells what it passes over, and gives only whole files."""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import fsspec
import pytest

from etl.contract import Skpd
from etl.extract.archive import Archive
from etl.extract.folder import StillWriting, TooLarge, fetch, folder_of, place_of
from etl.extract.listing import MAX_DEPTH, Entry, FoundFile, Pattern, fitting, walk
from etl.findings import Severity, SourceUnavailable
from etl.sources import FolderSource
from tests.listed import list_files

LONG_AGO = 1_700_000_000


@pytest.fixture
def agency(tmp_path):
    """(folder, function that lists a pattern below it)."""
    folder = tmp_path / "sumber" / "dinkes"
    folder.mkdir(parents=True)

    def listed(pattern, skpd_folder="dinkes", root=None):
        skpd = Skpd(nama="Dinas Kesehatan", kode="KT02", folder=skpd_folder, kontak="a@b.id")
        return list_files(FolderSource(kind="folder", files=pattern), skpd, root or str(tmp_path / "sumber"))

    return folder, listed


def put(path: Path, content: bytes = b"isi", mtime: float = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))
    return path


def rules(findings):
    return sorted(finding.rule for finding in findings)


def test_lists_what_fits_sorted_with_size_and_time(agency):
    folder, listed = agency
    put(folder / "faskes" / "faskes_2024.xlsx", b"12345")
    put(folder / "faskes" / "faskes_2023.xlsx", b"123")
    put(folder / "faskes" / "lain.csv")
    put(folder / "faskes_2022.xlsx")
    files, notes = listed("faskes/faskes*.xlsx")
    assert [(f.path, f.size, f.mtime_ns) for f in files] == [
        ("faskes/faskes_2023.xlsx", 3, LONG_AGO * 10**9),
        ("faskes/faskes_2024.xlsx", 5, LONG_AGO * 10**9),
    ]
    assert notes == []


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("*.xlsx", "a.xlsx", True),
        ("*.xlsx", "A.XLSX", True),
        ("*.xlsx", "b/a.xlsx", False),
        ("**/*.xlsx", "a.xlsx", True),
        ("**/*.xlsx", "b/c/a.xlsx", True),
        ("data/**/rekap*.csv", "data/rekap.csv", True),
        ("data/**/rekap*.csv", "Data/2024/mei/Rekap mei.csv", True),
        ("data/**/rekap*.csv", "dat/rekap.csv", False),
        ("data_202?.csv", "data_2024.csv", True),
        ("data_202[34].csv", "data_2025.csv", False),
        ("data_202[!34].csv", "data_2025.csv", True),
        ("laporan (1).xlsx", "laporan (1).xlsx", True),
        ("*.xlsx", ".~lock.a.xlsx", False),
        ("*.xlsx", "._a.xlsx", False),
        ("*.csv", "a\nb.csv", True),
    ],
)
def test_patterns(glob, path, fits):
    assert Pattern(glob).fits(path) is fits


def test_zero_byte_files_are_listed_for_the_reader_to_refuse(agency):
    folder, listed = agency
    put(folder / "kosong.xlsx", b"")
    files, notes = listed("*.xlsx")
    assert [f.size for f in files] == [0]
    assert notes == []


def test_what_is_passed_over_is_told_once_each(agency, tmp_path):
    folder, listed = agency
    put(tmp_path / "rahasia.xlsx")
    put(folder / "data.xlsx")
    put(folder / "~$data.xlsx")
    put(folder / "~$lain.docx")  # not of this source: not told
    (folder / "keluar.xlsx").symlink_to(tmp_path / "rahasia.xlsx")
    (folder / "putus.xlsx").symlink_to(folder / "tidak_ada.xlsx")
    (folder / "arsip.xlsx").mkdir()
    os.mkfifo(folder / "pipa.xlsx")
    files, notes = listed("*.xlsx")
    assert [f.path for f in files] == ["data.xlsx"]
    assert {note.file: note.rule for note in notes} == {
        "~$data.xlsx": "berkas_kunci_office",
        "keluar.xlsx": "tautan_keluar_folder",
        "putus.xlsx": "bukan_berkas",
        "arsip.xlsx": "folder_bernama_berkas",
        "pipa.xlsx": "bukan_berkas",
    }
    for note in notes:
        assert note.severity is Severity.CATATAN
        assert note.message
        assert note.cause
        assert note.action


def test_a_link_within_the_folder_is_its_file_and_a_linked_folder_is_not_walked(agency, tmp_path):
    folder, listed = agency
    put(folder / "2024" / "data.csv", b"asli")
    (folder / "terbaru.csv").symlink_to(folder / "2024" / "data.csv")
    (folder / "lingkar").symlink_to(folder)
    put(tmp_path / "luar" / "rahasia.csv")
    (folder / "luar").symlink_to(tmp_path / "luar")
    files, _ = listed("**/*.csv")
    assert [f.path for f in files] == ["2024/data.csv", "terbaru.csv"]


def test_folders_that_are_not_looked_into_are_told_where_they_matter(agency):
    folder, _ = agency
    put(folder / "2024" / "data.csv")
    put(folder / ".snapshot" / "2024" / "data.csv")
    put(folder / Path(*["dalam"] * (MAX_DEPTH + 1)) / "data.csv")
    entries = [*walk(str(folder)), Entry("rahasia", "", "tertutup"), Entry("lain/rahasia", "", "tertutup")]
    files, notes = fitting(entries, Pattern("**/*.csv"))
    assert [file.path for file in files] == ["2024/data.csv"]
    assert [note.rule for note in notes] == ["folder_tidak_diperiksa"] * 3
    assert sorted(note.file.count("/") for note in notes) == [0, 1, MAX_DEPTH]
    assert fitting(entries, Pattern("2024/*.csv")) == (files, []), (
        "what cannot hold the source's files is not its matter"
    )


@pytest.fixture
def as_anybody():
    """Root reads every folder, so it is somebody else for a while."""
    was = os.geteuid()
    os.seteuid(65534 if was == 0 else was)
    yield
    os.seteuid(was)


@pytest.fixture
def half_closed():
    """A folder in a place that everybody can get to, with one in it that only its owner may read."""
    folder = Path(tempfile.mkdtemp(prefix="satudata-tes-"))
    put(folder / "data.csv")
    put(folder / "rahasia" / "data.csv")
    folder.chmod(0o755)
    (folder / "rahasia").chmod(0 if os.getuid() else 0o700)
    yield folder
    (folder / "rahasia").chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_without_permission(half_closed, as_anybody):
    files, notes = fitting(walk(str(half_closed)), Pattern("**/*.csv"))
    assert [file.path for file in files] == ["data.csv"]
    assert [(note.rule, note.file) for note in notes] == [("folder_tidak_diperiksa", "rahasia")]
    with pytest.raises(SourceUnavailable, match="tidak boleh dibaca"):
        walk(str(half_closed / "rahasia"))


def test_two_names_that_print_alike(agency):
    """Stored and printed a name is one line; the second of two that became the same is told, not mixed up."""
    folder, listed = agency
    put(folder / "a\nb.csv", b"1")
    put(folder / "a\\nb.csv", b"2")
    files, notes = listed("*.csv")
    assert [file.path for file in files] == ["a\\nb.csv"]
    assert rules(notes) == ["nama_berkas"]


def test_one_walk_serves_every_pattern(agency):
    folder, listed = agency
    put(folder / "faskes" / "2024.xlsx")
    put(folder / "guru.csv")
    entries = walk(str(folder))
    assert [file.path for file in fitting(entries, Pattern("faskes/*.xlsx"))[0]] == ["faskes/2024.xlsx"]
    assert fitting(entries, Pattern("*.csv")) == listed("*.csv")
    assert {entry.kind for entry in entries} == {"folder", "berkas"}
    assert walk(f"file://{folder}") == entries


def test_a_folder_without_end_is_refused(agency, monkeypatch):
    folder, listed = agency
    monkeypatch.setattr("etl.extract.listing.MAX_ENTRIES", 3)
    for number in range(4):
        put(folder / f"{number}.csv")
    with pytest.raises(SourceUnavailable, match="folder_terlalu_besar"):
        listed("*.csv")


def test_where_a_source_lies_and_who_opens_it():
    skpd = Skpd(nama="X", kode="KT01", folder="smb://nas/x", kontak="a@b.id", connection="nas")
    plain = FolderSource(kind="folder", files="*")
    assert place_of(plain, skpd, "/data") == ("smb://nas/x", "nas")
    own = FolderSource(kind="folder", files="*", path="s3://y", connection="toko")
    assert place_of(own, skpd, "/data") == ("s3://y", "toko")
    assert place_of(FolderSource(kind="folder", files="*", path="/mnt/y"), skpd, "/data") == ("/mnt/y", None)


def test_hostile_names_cannot_forge_a_line(agency):
    folder, listed = agency
    put(folder / "a\nTOLAK palsu.csv", b"1")
    put(Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.csv")), b"2")
    put(folder / "~$c\r\x1b[31m.csv")
    files, notes = listed("*.csv")
    assert [f.path for f in files] == ["a\\nTOLAK palsu.csv", "b\\xff.csv"]
    assert [n.file for n in notes] == ["~$c\\r\\x1b[31m.csv"]
    for found in files:
        found.path.encode("utf-8")


def test_hostile_names_are_fetched(agency, tmp_path):
    folder, listed = agency
    put(folder / "a\nb.csv", b"satu")
    put(Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.csv")), b"dua")
    files, _ = listed("*.csv")
    archive = Archive(tmp_path / "arsip")
    assert [fetch(found, archive).path.read_bytes() for found in files] == [b"satu", b"dua"]


def test_missing_folder(agency):
    _, listed = agency
    with pytest.raises(SourceUnavailable) as caught:
        listed("*.csv", "dinas_lain")
    finding = caught.value.finding
    assert finding.rule == "folder_tidak_terbaca"
    assert "dinas_lain" in finding.message
    assert "tidak ada" in finding.message


def test_a_file_where_the_folder_should_be(agency):
    folder, listed = agency
    put(folder / "berkas")
    with pytest.raises(SourceUnavailable):
        listed("*.csv", "dinkes/berkas")


def test_an_unknown_file_system_and_its_password(agency):
    _, listed = agency
    with pytest.raises(SourceUnavailable) as caught:
        listed("*.csv", "sistemberkas://pengguna:rahasia@server/bagi")
    assert "rahasia" not in str(caught.value)
    assert "server/bagi" in str(caught.value)


def test_folder_of():
    skpd = Skpd(nama="X", kode="KT01", folder="x", kontak="a@b.id")
    plain = FolderSource(kind="folder", files="*")
    assert folder_of(plain, skpd, "/data/sumber/") == "/data/sumber/x"
    assert folder_of(plain, skpd, "memory://sumber") == "memory://sumber/x"
    assert folder_of(plain, skpd.model_copy(update={"folder": "s3://x"}), "/data") == "s3://x"
    assert folder_of(FolderSource(kind="folder", files="*", path="memory://y"), skpd, "/data") == "memory://y"


def test_any_fsspec_file_system(tmp_path):
    fs = fsspec.filesystem("memory")
    fs.pipe("/dinkes/2024/data.csv", b"a,b\n1,2\n")
    fs.pipe("/dinkes/2024/~$data.csv", b"x")
    fs.pipe("/dinkes/lain.txt", b"x")
    skpd = Skpd(nama="X", kode="KT01", folder="dinkes", kontak="a@b.id")
    try:
        files, notes = list_files(FolderSource(kind="folder", files="**/*.csv"), skpd, "memory://")
        assert [(f.path, f.size) for f in files] == [("2024/data.csv", 8)]
        assert files[0].mtime_ns > 0
        assert rules(notes) == ["berkas_kunci_office"]
        assert fetch(files[0], Archive(tmp_path / "arsip")).path.read_bytes() == b"a,b\n1,2\n"
        fs.rm("/dinkes/2024/data.csv")
        with pytest.raises(SourceUnavailable, match="berkas_tidak_terbaca"):
            fetch(files[0], Archive(tmp_path / "arsip"))
        with pytest.raises(SourceUnavailable, match="folder_tidak_terbaca"):
            list_files(FolderSource(kind="folder", files="*.csv", path="memory://tidak/ada"), skpd, "memory://")
    finally:
        fs.rm("/dinkes", recursive=True)


@pytest.fixture
def one_file(agency, tmp_path):
    """(path, FoundFile, archive)"""
    folder, listed = agency
    path = put(folder / "data.csv", b"a" * 5000)
    return path, listed("*.csv")[0][0], Archive(tmp_path / "arsip")


def test_fetch_archives_the_bytes(one_file):
    path, found, archive = one_file
    archived = fetch(found, archive)
    assert archived.size == 5000
    assert archive.verify(archived.sha256).read_bytes() == path.read_bytes()


def test_changed_since_listing_is_tried_later(one_file):
    path, found, archive = one_file
    put(path, b"lain", LONG_AGO + 5)
    with pytest.raises(StillWriting) as caught:
        fetch(found, archive)
    assert caught.value.finding.rule == "berkas_masih_ditulis"
    assert caught.value.finding.file == "data.csv"


def test_a_file_still_being_written(agency, tmp_path):
    folder, listed = agency
    path = folder / "data.csv"
    path.write_bytes(b"awal\n")
    found = listed("*.csv")[0][0]
    stop = threading.Event()

    def write():
        with path.open("ab") as file:
            while not stop.is_set():
                file.write(b"baris\n")
                file.flush()
                time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(StillWriting):
            fetch(found, Archive(tmp_path / "arsip"))
    finally:
        stop.set()
        writer.join()


def test_a_fresh_but_finished_file_is_taken(agency, tmp_path):
    folder, listed = agency
    put(folder / "data.csv", b"selesai", time.time())
    found = listed("*.csv")[0][0]
    assert fetch(found, Archive(tmp_path / "arsip")).size == 7


def test_a_vanished_file(one_file):
    path, found, archive = one_file
    path.unlink()
    with pytest.raises(SourceUnavailable) as caught:
        fetch(found, archive)
    assert caught.value.finding.rule == "berkas_tidak_terbaca"


def test_a_link_put_in_place_of_the_file_is_not_followed(one_file, tmp_path):
    path, found, archive = one_file
    path.unlink()
    path.symlink_to(put(tmp_path / "rahasia", b"a" * 5000))
    with pytest.raises(SourceUnavailable):
        fetch(found, archive)


def test_too_large(one_file):
    _, found, archive = one_file
    with pytest.raises(TooLarge) as caught:
        fetch(found, archive, max_bytes=4999)
    assert caught.value.finding.rule == "terlalu_besar"
    lying = FoundFile(found.path, found.place, 10, found.mtime_ns)
    with pytest.raises(SourceUnavailable):
        fetch(lying, archive, max_bytes=4999)


def test_one_walk_of_two_thousand_files(agency):
    """Counted, not timed: what makes a listing slow is asking the share more than once per file."""
    folder, listed = agency
    for number in range(2000):
        (folder / f"data_{number}.csv").touch()
    calls = 0
    scandir = os.scandir

    def counted(path):
        nonlocal calls
        calls += 1
        return scandir(path)

    os.scandir = counted
    try:
        files, _ = listed("**/*.csv")
    finally:
        os.scandir = scandir
    assert len(files) == 2000
    assert calls == 1
