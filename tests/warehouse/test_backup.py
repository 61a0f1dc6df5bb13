"""A backup put back on an empty server holds the same, to the last row; half of one is never taken for one."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from etl.extract import journal
from etl.extract.archive import Archive
from etl.load.checks import run_checks
from etl.load.readers import create_reader
from etl.load.warehouse import connect
from etl.pipeline import decide
from etl.receive import warehouse
from etl.services import backup_files, pg_programs, postgres
from etl.services.backup import BackupFailed, backup
from etl.services.backup_files import BackupDamaged
from etl.services.restore import RestoreRefused, restore
from etl.settings import PROJECT, Settings
from tests.warehouse.regency import KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}
VIEWS = ("nilai", "nilai_riwayat", "asal_angka", "rilis", "dataset", "indikator", "wilayah", "skpd")


def quiet(_text: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def regency(tmp_path_factory, module_warehouse_dsn):
    """Released, revised, waiting, returned: something of everything. Tests add to it at most."""
    regency = Regency(tmp_path_factory.mktemp("kabupaten"), module_warehouse_dsn)
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.go()
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Bengkal": (-3, 6)})
    regency.drop("puskesmas 2025.xlsx", dict.fromkeys(KECAMATAN, (-1, 0)))
    regency.go()
    assert {status for (status,) in regency.query("SELECT status FROM audit.submission")} == {
        "dirilis",
        "menunggu",
        "dikembalikan",
    }
    return regency


@pytest.fixture(scope="module")
def whole(regency, tmp_path_factory):
    """A backup of it, to look at."""
    return backup(regency.settings, tmp_path_factory.mktemp("cadangan"), keep=3, say=quiet).folder


@pytest.fixture
def taken(whole, tmp_path):
    """A copy of that backup, to do harm to."""
    return shutil.copytree(whole, tmp_path / whole.name)


@pytest.fixture
def empty(tmp_path, postgres_dsn):
    """An installation with nothing in it, on the same server."""
    dsn = postgres.create_database(postgres_dsn, "pulih")
    yield Settings(dsn=dsn, home=tmp_path / "lain", datasets=tmp_path / "lain" / "datasets", sources="-")
    server = psycopg2.connect(postgres_dsn)
    server.autocommit = True
    server.cursor().execute("DROP DATABASE pulih WITH (FORCE)")
    server.close()


@pytest.fixture(scope="module")
def empty_server():
    """A second server: none of our roles, databases or logins."""
    folder = Path(tempfile.mkdtemp(prefix="satudata-pulih-"))
    yield postgres.create_database(postgres.start(folder / "pg", {"fsync": "off"}), "gudang")
    postgres.stop(folder / "pg")
    shutil.rmtree(folder)


def views(dsn):
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        found = {}
        for view in VIEWS:
            cursor.execute(f"SELECT v::text FROM portal.{view} AS v ORDER BY 1")
            found[view] = cursor.fetchall()
        return found


def held(settings):
    archive = settings.archive
    return {path.relative_to(archive): path.read_bytes() for path in backup_files.finished_files(archive)}


# ── the whole way ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_restored_on_an_empty_server_it_is_the_same_and_goes_on(regency, empty_server, tmp_path):
    with warehouse(regency.settings) as conn:
        create_reader(conn, "portal_uji_pulih", "sandi")
    taken = backup(regency.settings, tmp_path / "cadangan", keep=3, say=quiet)
    assert taken.problem is None
    home = tmp_path / "lain"
    sources = shutil.copytree(regency.settings.sources, tmp_path / "sumber")
    other = Settings(dsn=empty_server, home=home, datasets=home / "datasets", sources=str(sources))
    done = restore(other, taken.folder, say=quiet)

    assert done.proven
    assert {table.table: table.after for table in done.tables} == taken.manifest.tables
    assert taken.manifest.tables["dw.fakta_indikator_kini"][0] > 0
    past = [rows for name, (rows, _) in taken.manifest.tables.items() if name.startswith("dw.fakta_indikator_riwayat")]
    assert sum(past) > 0
    assert views(other.dsn) == views(regency.settings.dsn)
    assert all(views(other.dsn).values()), "a view without rows compares nothing"
    assert held(other) == held(regency.settings)
    assert done.contracts == ()
    assert (other.datasets / "dinkes" / "puskesmas.yaml").read_text() == (
        regency.settings.datasets / "dinkes" / "puskesmas.yaml"
    ).read_text()
    assert "portal_uji_pulih" in done.passwordless, "and the logins of other warehouses on that server"
    with psycopg2.connect(other.dsn, user="portal_uji_pulih") as conn, conn.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchall() == [("15s",)]
        cursor.execute("SELECT count(*) FROM nilai")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT count(*) FROM dw.fakta_indikator")

    regency = copy.copy(regency)
    regency.settings, regency.folder = other, sources / "dinkes"
    ((waiting,),) = regency.query("SELECT id FROM audit.submission WHERE status = 'menunggu'")
    assert decide(other, waiting, "dirilis", "Kepala Bidang Statistik", "Diperiksa").status == "dirilis"
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Sangatta Utara": (5, 8)})
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 2), outcome.findings
    with warehouse(other) as conn:
        assert run_checks(conn) == []


def test_a_backup_taken_while_files_are_loaded_is_of_one_moment(regency, empty, tmp_path):
    stop, errors = threading.Event(), []

    def load():
        try:
            number = 0
            while not stop.is_set():
                number += 1
                regency.drop("puskesmas 2022.xlsx", {**GOOD, "Sangatta Utara": (100 + number, number)})
                regency.go()
        except Exception as error:
            errors.append(error)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        seen = len(regency.query("SELECT FROM audit.submission"))
        while len(regency.query("SELECT FROM audit.submission")) == seen:
            time.sleep(0.01)
        taken = backup(regency.settings, tmp_path / "cadangan", keep=3, say=quiet)
        at_dump = taken.manifest.tables["audit.submission"][0]
        while len(regency.query("SELECT FROM audit.submission")) == at_dump:
            time.sleep(0.01)
    finally:
        stop.set()
        loader.join(60)
    assert errors == []
    assert taken.problem is None
    assert restore(empty, taken.folder, say=quiet).proven
    with warehouse(empty) as conn:
        assert run_checks(conn) == []
        with conn.cursor() as cursor:
            cursor.execute("SELECT sha256 FROM audit.submission")
            for (sha256,) in cursor.fetchall():
                Archive(empty.archive).verify(sha256)


# ── cheap, kept, honest ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_backup_links_what_the_first_has(regency, tmp_path):
    root = tmp_path / "cadangan"
    first = backup(regency.settings, root, keep=3, say=quiet)
    regency.drop("puskesmas 2021.xlsx", {**GOOD, "Muara Wahau": (7, 7)})
    regency.go()
    time.sleep(1.1)  # a backup is named by its second
    second = backup(regency.settings, root, keep=3, say=quiet)
    assert first.copied == first.manifest.files
    assert 0 < second.copied <= 3, "the file, its event, perhaps its contract"
    names = [name for name in backup_files.read_sums(first.folder) if name.startswith("arsip/")]
    assert all((first.folder / name).samefile(second.folder / name) for name in names)
    assert not any((first.folder / name).stat().st_ino == (regency.root / "var" / name).stat().st_ino for name in names)
    assert backup_files.verify(second.folder) == second.manifest


def test_a_damaged_link_is_found_in_its_turn_and_copied_anew(regency, taken, tmp_path):
    first = taken
    name, sha256 = next(
        (n, s) for n, s in backup_files.read_sums(first).items() if n.startswith("arsip/") and "jurnal" not in n
    )
    size = (first / name).stat().st_size
    (first / name).chmod(0o600)
    (first / name).write_bytes(b"x" * size)
    turn = int(sha256[:8], 16)
    for number, offset in enumerate((1, 0)):
        folder = tmp_path / f"salinan{number}"
        backup_files.copy_archive(regency.settings.archive, folder, first, turn + offset)
        assert ((folder / name).read_bytes() == b"x" * size) == (offset == 1)


def test_only_the_newest_are_kept_and_what_was_killed_is_swept(regency, whole, tmp_path):
    root = tmp_path / "cadangan"
    for age in ("20240101T000000Z", "20250101T000000Z"):
        newest = shutil.copytree(whole, root / f"satudata-{age}")
    (root / ".sementara-77" / "gudang").mkdir(parents=True)
    done = backup(regency.settings, root, keep=2, say=quiet)
    assert backup_files.complete(root) == [newest, done.folder]
    assert sorted(path.name for path in root.iterdir()) == sorted([".kunci", newest.name, done.folder.name])
    with pytest.raises(BackupFailed, match="paling sedikit 1"):
        backup(regency.settings, root, keep=0, say=quiet)


def test_bytes_that_the_archive_lost_are_told(regency, tmp_path):
    (sha256,) = regency.query("SELECT sha256 FROM audit.submission ORDER BY id")[0]
    (other,) = regency.query("SELECT sha256 FROM audit.submission ORDER BY id")[1]
    settings = replace(regency.settings, home=shutil.copytree(regency.settings.home, tmp_path / "var"))
    archive = Archive(settings.archive)
    archive.path(sha256).unlink()
    archive.path(other).chmod(0o600)
    archive.path(other).write_bytes(b"rusak")
    taken = backup(settings, tmp_path / "cadangan", keep=3, say=quiet)
    assert taken.manifest.lost == sorted([sha256, other])
    assert sha256 in (taken.problem or "")
    backup_files.verify(taken.folder)


# ── refused ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_damaged_backup_is_refused_and_nothing_is_restored(taken, empty, tmp_path):
    folder = taken
    name = next(n for n in backup_files.read_sums(folder) if n.startswith("gudang/") and n.endswith(".dat.gz"))
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BackupDamaged, match=name):
        restore(empty, folder, say=quiet)
    (folder / name).unlink()
    with pytest.raises(BackupDamaged, match=name):
        restore(empty, folder, say=quiet)
    (folder / name).write_bytes(whole)
    manifest = json.loads((folder / "manifes.json").read_text())
    manifest["tables"]["audit.decision"][0] += 1
    (folder / "manifes.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupDamaged, match=r"manifes\.json"):
        restore(empty, folder, say=quiet)
    with pytest.raises(BackupDamaged, match="bukan cadangan"):
        restore(empty, tmp_path, say=quiet)
    assert not empty.archive.exists()


def test_a_place_that_is_not_empty_is_refused(whole, empty, another_warehouse_dsn):
    folder = whole
    with pytest.raises(RestoreRefused, match="tidak kosong"):
        restore(replace(empty, dsn=another_warehouse_dsn), folder, say=quiet)
    assert not empty.archive.exists()
    event = journal.write(empty.archive, {"peristiwa": "terima"})
    with pytest.raises(RestoreRefused, match=event["id"]):
        restore(empty, folder, say=quiet)


def test_restoring_again_only_compares(taken, empty, tmp_path):
    folder = taken
    restore(empty, folder, say=quiet)
    said = []
    assert restore(empty, folder, say=said.append).proven
    assert not [line for line in said if "pg_restore" in line]
    with warehouse(empty) as conn, conn.cursor() as cursor:
        cursor.execute("UPDATE audit.decision SET reason = reason || decided_by")
        conn.commit()
    with pytest.raises(RestoreRefused, match="bukan cadangan ini"):
        restore(empty, folder, say=quiet)


def test_a_backup_of_a_newer_version_is_refused(taken, empty, tmp_path):
    folder = taken
    manifest = backup_files.Manifest.read(folder)
    replace(manifest, migrations={**manifest.migrations, "9999_kelak.sql": "0" * 64}).write(folder)
    with pytest.raises(RestoreRefused, match="9999_kelak"):
        restore(empty, folder, say=quiet)


def test_a_database_that_is_no_warehouse_is_not_backed_up(empty, tmp_path):
    with pytest.raises(BackupFailed, match="bukan gudang data"):
        backup(empty, tmp_path / "cadangan", keep=3, say=quiet)
    assert backup_files.complete(tmp_path / "cadangan") == []


def test_a_second_backup_at_the_same_time_is_refused(regency, tmp_path):
    from etl.services.backup import _alone

    (tmp_path / "cadangan").mkdir()
    with _alone(tmp_path / "cadangan"), pytest.raises(BackupFailed, match="sedang dibuat"):
        backup(regency.settings, tmp_path / "cadangan", keep=3, say=quiet)


# ── killed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def command(settings, *arguments):
    env = {
        **os.environ,
        "SATUDATA_DSN": settings.dsn,
        "SATUDATA_HOME": str(settings.home),
        "SATUDATA_DATASETS": str(settings.datasets),
        "PYTHONPATH": str(PROJECT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "etl.cli", *map(str, arguments)],
        env=env,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill_when(process, seen):
    """SIGKILL as soon as `seen` says so; it must still be at work then."""
    deadline = time.monotonic() + 60
    while not seen():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert process.poll() is None
    process.kill()
    process.wait()


@pytest.mark.parametrize("part", ["gudang/toc.dat", "SHA256SUMS"])
def test_a_killed_backup_is_none_and_the_next_is_whole(regency, whole, tmp_path, part):
    root = tmp_path / "cadangan"
    first = shutil.copytree(whole, root / whole.name)
    kill_when(command(regency.settings, "backup", root), lambda: list(root.glob(f".sementara-*/{part}")))
    assert backup_files.complete(root) == [first]
    process = command(regency.settings, "backup", root)
    told = process.communicate(timeout=60)[0]
    assert process.returncode == 0, told
    newest = backup_files.complete(root)[-1]
    assert newest != first
    assert str(newest) in told
    assert list(root.glob(".sementara-*")) == []
    backup_files.verify(newest)


def test_a_killed_restore_left_nothing_in_the_warehouse_and_goes_on(whole, empty):
    folder = whole
    watcher = psycopg2.connect(empty.dsn)
    watcher.autocommit = True
    cursor = watcher.cursor()

    def at_work():
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", (pg_programs.APPLICATION,))
        return cursor.fetchall()[0][0] > 0

    kill_when(command(empty, "restore", folder), at_work)
    cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('dw', 'audit', 'staging', 'portal')")
    assert cursor.fetchall() == [(0,)], "the transaction was not over"
    watcher.close()
    process = command(empty, "restore", folder)
    told = process.communicate(timeout=60)[0]
    assert process.returncode == 0, told
    assert "Terbukti" in told
    assert all(views(empty.dsn).values())
    conn = connect(empty.dsn)
    assert run_checks(conn) == []
    conn.close()
