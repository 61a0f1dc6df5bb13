"""The archive holds whole files or none, whatever happens to the process that writes them."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl.extract.archive import INCOMING, SWEEP_AFTER, Archive, ArchiveError, StreamTooLong
from etl.settings import PROJECT


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "arsip")


def kept(archive: Archive) -> list[Path]:
    return [path for path in archive.root.glob("??/*") if path.is_file()]


def test_stores_by_content(archive):
    stored = archive.store(io.BytesIO(b"isi berkas"))
    sha = hashlib.sha256(b"isi berkas").hexdigest()
    assert (stored.sha256, stored.size, stored.path) == (sha, 10, archive.root / sha[:2] / sha)
    assert stored.path.read_bytes() == b"isi berkas"
    assert archive.path(sha) == archive.verify(sha) == stored.path


def test_same_bytes_are_kept_once_and_leave_nothing_behind(archive):
    first = archive.store(io.BytesIO(b"sama"))
    inode = first.path.stat().st_ino
    assert archive.store(io.BytesIO(b"sama")) == first
    assert first.path.stat().st_ino == inode
    assert kept(archive) == [first.path]
    assert list((archive.root / INCOMING).iterdir()) == []


def test_stored_files_are_read_only(archive):
    assert archive.store(io.BytesIO(b"x")).path.stat().st_mode & 0o777 == 0o400


def test_a_contract_lies_in_the_same_store(archive):
    sha = archive.store_contract('{"nama": "é"}')
    assert archive.path(sha).read_text(encoding="utf-8") == '{"nama": "é"}'


def test_missing_and_changed_bytes_are_told(archive):
    stored = archive.store(io.BytesIO(b"asli"))
    with pytest.raises(ArchiveError, match="tidak memiliki"):
        archive.path("0" * 64)
    with pytest.raises(ArchiveError, match="bukan sha256"):
        archive.path("../../etc/passwd")
    stored.path.chmod(0o644)
    stored.path.write_bytes(b"ubah")
    with pytest.raises(ArchiveError, match="berubah"):
        archive.verify(stored.sha256)


def test_a_truncated_file_is_replaced_by_the_same_content(archive):
    stored = archive.store(io.BytesIO(b"utuh"))
    stored.path.chmod(0o644)
    stored.path.write_bytes(b"ut")
    archive.store(io.BytesIO(b"utuh"))
    assert archive.verify(stored.sha256).read_bytes() == b"utuh"


def test_too_long_a_stream_leaves_nothing(archive):
    with pytest.raises(StreamTooLong):
        archive.store(io.BytesIO(b"12345"), limit=4)
    assert kept(archive) == []
    assert list((archive.root / INCOMING).iterdir()) == []


def test_a_stream_that_fails_leaves_nothing(archive):
    class Broken:
        reads = 0

        def read(self, size):
            self.reads += 1
            if self.reads > 1:
                raise ConnectionResetError
            return b"separuh"

    with pytest.raises(ConnectionResetError):
        archive.store(Broken())
    assert kept(archive) == []
    assert list((archive.root / INCOMING).iterdir()) == []


def test_leftovers_are_swept_only_after_a_day(archive):
    archive.store(io.BytesIO(b"a"))
    old, young = archive.root / INCOMING / "old", archive.root / INCOMING / "young"
    old.write_bytes(b"mati kemarin")
    young.write_bytes(b"masih berjalan")
    long_ago = time.time() - SWEEP_AFTER - 60
    os.utime(old, (long_ago, long_ago))
    archive.store(io.BytesIO(b"b"))
    assert not old.exists()
    assert young.exists()


WRITER = """
import io, os, sys
from pathlib import Path
from etl.extract.archive import Archive
archive, number = Archive(Path(sys.argv[1])), 0
print("siap", flush=True)
while True:
    number += 1
    archive.store(io.BytesIO(os.urandom(300_000) + str(number).encode()))
"""


def test_killed_at_any_moment_no_half_file_has_a_final_name(archive):
    rng = random.Random(7)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(archive.root)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "siap\n"
        time.sleep(0.03 + rng.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert kept(archive)
    for path in kept(archive):
        assert archive.verify(path.name) == path
