"""What may go goes, what must stay stays, and what is wrong with the warehouse is said in its own sentence."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from etl.extract import journal
from etl.extract.archive import Archive, ArchiveError
from etl.receive import warehouse
from etl.replay import replay
from etl.services import maintenance
from etl.services.backup import backup
from etl.services.retention import retention
from etl.settings import Retention, Settings
from tests.warehouse.regency import KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}
BAD = dict.fromkeys(KECAMATAN, (-1, 0))


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    """2023 released, 2024 returned and then sent well, 2025 returned and never sent again."""
    regency = Regency(tmp_path, warehouse_dsn)
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.drop("puskesmas 2024.xlsx", BAD)
    regency.drop("puskesmas 2025.xlsx", {**BAD, "Muara Wahau": (-2, 0)})
    regency.go()
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Sangatta Utara": (5, 8)})
    regency.go()
    return regency


def change(dsn, statement):
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        cursor.execute(statement)


def bytes_of(regency):
    return dict(regency.query("SELECT path || ' ' || status, sha256 FROM audit.submission"))


def let_go(settings, **options):
    with warehouse(settings) as conn:
        return retention(conn, settings, say=lambda _: None, **options)


# ── retention ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_goes_by_itself(regency):
    change(regency.settings.dsn, "UPDATE audit.submission SET received_at = '2001-01-01'")
    assert let_go(regency.settings) == []


def test_only_bytes_of_what_was_never_released_go_and_the_journal_says_so(regency, another_warehouse_dsn):
    change(regency.settings.dsn, "UPDATE audit.submission SET received_at = '2020-01-01'")
    settings = replace(regency.settings, retention=Retention(returned_days=365))
    archive = Archive(settings.archive)
    sent = bytes_of(regency)
    planned = let_go(settings, dry_run=True)
    assert [item.name for item in planned] == [sent["puskesmas 2024.xlsx dikembalikan"]]
    assert archive.path(planned[0].name), "a dry run removes nothing"
    let_go(settings)
    with pytest.raises(ArchiveError):
        archive.path(sent["puskesmas 2024.xlsx dikembalikan"])
    assert archive.verify(sent["puskesmas 2023.xlsx dirilis"])
    assert archive.verify(sent["puskesmas 2024.xlsx dirilis"])
    assert archive.verify(sent["puskesmas 2025.xlsx dikembalikan"]), "its source still stands for it"
    (event,) = [e for e in journal.events(settings.archive) if e["peristiwa"] == "hapus"]
    assert event["sha256"] == planned[0].name
    assert let_go(settings) == []

    taken = backup(settings, regency.root / "cadangan", keep=1, say=lambda _: None)
    assert taken.problem is None, "what went on purpose is not lost"
    figures = regency.figures()
    outcomes = replay(replace(settings, dsn=another_warehouse_dsn))
    assert [outcome.status for outcome in outcomes] == ["dirilis", "dikembalikan", "dirilis"]
    regency.settings = replace(settings, dsn=another_warehouse_dsn)
    assert regency.figures() == figures


def test_bytes_that_a_released_submission_shares_stay(regency):
    shutil.copy2(regency.folder / "puskesmas 2023.xlsx", regency.folder / "puskesmas 2026.xlsx")
    regency.go()
    (regency.folder / "puskesmas 2026.xlsx").unlink()
    change(regency.settings.dsn, "DELETE FROM audit.source_state")
    change(regency.settings.dsn, "UPDATE audit.submission SET received_at = '2020-01-01'")
    assert bytes_of(regency)["puskesmas 2026.xlsx dikembalikan"] == bytes_of(regency)["puskesmas 2023.xlsx dirilis"]
    gone = {item.name for item in let_go(replace(regency.settings, retention=Retention(returned_days=1)), dry_run=True)}
    assert bytes_of(regency)["puskesmas 2023.xlsx dirilis"] not in gone
    assert len(gone) == 2, "both others"


def test_old_reports_and_logs_go_others_stay(regency, monkeypatch):
    for name in ("AIRFLOW_HOME", "AIRFLOW__LOGGING__BASE_LOG_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    change(regency.settings.dsn, "UPDATE audit.submission SET finished_at = '2020-01-01'")
    logs = regency.settings.home / "airflow" / "logs"
    for run, at in (("lama", 1_500_000_000), ("baru", datetime.now(UTC).timestamp())):
        (logs / run).mkdir(parents=True)
        (logs / run / "attempt=1.log").write_text("x")
        os.utime(logs / run / "attempt=1.log", (at, at))
    reports = regency.settings.reports / "dinkes" / "puskesmas"
    before = {int(path.stem) for path in reports.glob("*.html")}
    let_go(regency.settings)
    stay = {int(i) for (i,) in regency.query("SELECT id FROM audit.submission WHERE status = 'dirilis'")}
    assert {int(path.stem) for path in reports.glob("*.html")} == stay
    assert before > stay
    assert [path.name for path in logs.iterdir()] == ["baru"]


def test_leftovers_and_forgotten_sources_go_what_waits_stays(regency):
    regency.drop("puskesmas 2025.xlsx", {**GOOD, "Muara Wahau": (40, 4)})
    (waiting,) = regency.go()
    assert waiting.status == "menunggu"
    change(
        regency.settings.dsn,
        "INSERT INTO staging.figur SELECT 1, indikator_id, wilayah_id, periode_id, rincian_id, nilai, penanda,"
        " sheet_no, row_no, col_no FROM staging.figur;"
        "INSERT INTO audit.source_state (dataset, path, checked_at) VALUES ('dinkes.dulu', 'a.xlsx', '2020-01-01'),"
        " ('dinkes.dulu', 'b.xlsx', now()), ('dinkes.puskesmas', 'c.xlsx', '2020-01-01')",
    )
    names = {item.name for item in let_go(regency.settings)}
    assert names == {"kiriman 1, 8 angka", "dinkes.dulu a.xlsx"}
    assert regency.query("SELECT DISTINCT submission_id FROM staging.figur") == [(waiting.submission_id,)]
    left = regency.query("SELECT path FROM audit.source_state WHERE sha256 IS NULL ORDER BY 1")
    assert left == [("b.xlsx",), ("c.xlsx",)]


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_night_of_a_sound_warehouse(regency, tmp_path, monkeypatch):
    monkeypatch.delenv(maintenance.AIRFLOW_DATABASE, raising=False)
    said = []
    settings = replace(regency.settings, backup=tmp_path / "cadangan")
    assert maintenance.maintain(settings, say=said.append) == []
    told = "\n".join(said)
    assert "Gudang utuh" in told
    assert "satudata-" in told
    year = datetime.now(UTC).year
    for fact in ("indikator", "anggaran", "kinerja"):
        assert regency.query(f"SELECT to_regclass('dw.fakta_{fact}_riwayat_{year + 1}') IS NOT NULL") == [(True,)]
    never = regency.query(
        "SELECT relname FROM pg_stat_user_tables WHERE schemaname IN ('dw', 'audit') AND n_live_tup > 50"
        " AND last_analyze IS NULL AND last_autoanalyze IS NULL"
    )
    assert never == []
    looked_at = "SELECT last_analyze IS NOT NULL FROM pg_stat_all_tables WHERE relname = 'fakta_indikator'"
    assert regency.query(looked_at) == [(True,)]
    assert "tidak ada yang perlu" in maintenance.vacuum(settings)


def test_a_broken_warehouse_is_told_and_still_backed_up(regency, tmp_path, monkeypatch):
    monkeypatch.delenv(maintenance.AIRFLOW_DATABASE, raising=False)
    change(regency.settings.dsn, "UPDATE dw.fakta_indikator SET wilayah_id = 999999 WHERE wilayah_id = 17")
    with pytest.raises(maintenance.MaintenanceFailed, match=r"angka_menunjuk_anggota_dimensi[\s\S]*999999"):
        maintenance.check(regency.settings)
    said = []
    settings = replace(regency.settings, backup=tmp_path / "cadangan")
    assert maintenance.maintain(settings, say=said.append) == ["check"]
    assert list((tmp_path / "cadangan").glob("satudata-*"))


def test_the_loader_may_do_every_step_but_the_backup(regency):
    change(regency.settings.dsn, "CREATE ROLE perawat_uji LOGIN IN ROLE satudata_loader")
    settings = Settings(
        make_dsn(regency.settings.dsn, user="perawat_uji"), regency.settings.home, regency.settings.datasets, "-"
    )
    for step in (maintenance.prepare_partitions, maintenance.let_go, maintenance.vacuum, maintenance.check):
        assert step(settings)


def test_a_wrong_number_of_days_is_not_taken_for_another():
    assert Retention.from_env({}) == Retention()
    assert Retention.from_env({"SATUDATA_KEEP_RETURNED_DAYS": "730", "SATUDATA_KEEP_BACKUPS": ""}).returned_days == 730
    with pytest.raises(ValueError, match="dua tahun"):
        Retention.from_env({"SATUDATA_KEEP_REPORT_DAYS": "dua tahun"})


def test_a_silent_server_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv(maintenance.AIRFLOW_DATABASE, raising=False)
    said = []
    settings = Settings(f"host={tmp_path} dbname=x", tmp_path, tmp_path, "-", backup=tmp_path / "cadangan")
    assert maintenance.maintain(settings, say=said.append) == ["partitions", "retention", "vacuum", "check", "backup"]
    assert "tidak dapat dihubungi" in said[0]
