"""The journey as its users live it: drop a file, drop it again, revise it, break it, decide on it, ask why."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from etl.extract.archive import Archive
from etl.findings import SourceUnavailable
from etl.load.account import why
from etl.load.checks import run_checks
from etl.pipeline import decide, ingest
from etl.receive import warehouse
from etl.replay import replay
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    return Regency(tmp_path, warehouse_dsn)


@pytest.fixture
def careful(tmp_path, warehouse_dsn):
    """The same regency where the walidata releases everything."""
    return Regency(tmp_path, warehouse_dsn, policy="walidata")


def test_a_clean_file_is_loaded_released_and_reported(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    (outcome,) = regency.go()
    assert (outcome.status, outcome.received, outcome.loaded, outcome.quarantined) == ("dirilis", 4, 4, 0)
    assert regency.figures() == {(code, "2024"): float(n) for n, code in enumerate(KECAMATAN.values(), start=1)}
    reports = regency.settings.reports
    assert "puskesmas 2024.xlsx" in (reports / "dinkes" / "puskesmas" / f"{outcome.submission_id}.html").read_text()
    assert f"puskesmas/{outcome.submission_id}.html" in (reports / "index.html").read_text()


def test_running_again_reads_nothing_and_changes_nothing(regency):
    path = regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.go()
    before = regency.query("SELECT * FROM dw.fakta_indikator ORDER BY 1, 2, 3, 4, 5")
    assert regency.go() == []
    path.touch()
    regency.age(path, 30)
    assert regency.go() == [], "only the time stamp changed: same bytes"
    (forced,) = regency.go(force=True)
    assert (forced.status, forced.unchanged, forced.loaded) == ("tidak_berubah", 4, 0)
    assert regency.query("SELECT * FROM dw.fakta_indikator ORDER BY 1, 2, 3, 4, 5") == before


def test_a_revision_closes_the_old_figure_and_keeps_it(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.go()
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded, outcome.unchanged) == ("dirilis", 1, 3)
    assert regency.figures()[("64.08.02", "2024")] == 3
    with warehouse(regency.settings) as conn:
        figure = next(f for f in why(conn, "dinkes.puskesmas", "64.08.02", "2024") if "puskesmas" in f.indikator)
    text = str(figure)
    assert "puskesmas 2024.xlsx" in text
    assert "B5" in text, "Muara Wahau stands on row 5, puskesmas in column B"
    assert "aturan otomatis" in text
    assert len(figure.earlier) == 1
    assert float(figure.earlier[0].nilai) == 2


def test_bad_rows_are_quarantined_and_their_older_figures_stay(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.go()
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (-3, 4), "Sangatta Utara": (5, 9)})
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded, outcome.unchanged, outcome.quarantined) == ("menunggu", 1, 2, 1)
    assert regency.figures()[("64.08.02", "2024")] == 2
    ((row, received),) = regency.query("SELECT row_no, content::text FROM audit.quarantine")
    assert row == 5
    assert "-3" in received
    findings = regency.query("SELECT row_no, col, value, message, cause, action FROM audit.finding")
    assert any(f[:3] == (5, "B", "-3") and all(f[3:]) for f in findings)


def test_an_unknown_name_is_never_guessed(regency):
    regency.drop(
        "puskesmas 2024.xlsx", {**{k: v for k, v in GOOD.items() if k != "Muara Wahau"}, "Muara Wahao": (2, 4)}
    )
    (outcome,) = regency.go()
    assert outcome.quarantined == 1
    ((message,),) = regency.query("SELECT message FROM audit.finding WHERE rule = 'wilayah_dikenal'")
    assert "Muara Wahau" in message


def test_past_the_threshold_the_whole_submission_goes_back(regency):
    regency.drop("puskesmas 2024.xlsx", dict.fromkeys(KECAMATAN, (-1, 0)))
    (outcome,) = regency.go()
    assert outcome.status == "dikembalikan"
    assert "ambang_karantina" in outcome.findings[0]
    assert regency.figures() == {}
    assert regency.query("SELECT count(*) FROM dw.fakta_indikator")[0][0] == 0


def test_the_same_bytes_under_another_period_are_returned(regency):
    path = regency.drop("puskesmas 2023.xlsx", GOOD)
    shutil.copy2(path, regency.folder / "puskesmas 2024.xlsx")
    outcomes = {o.label.split(": ")[1]: o for o in regency.go()}
    assert outcomes["puskesmas 2023.xlsx"].status == "dirilis"
    ((path, message),) = regency.query("SELECT file, message FROM audit.finding WHERE rule = 'berkas_kembar'")
    assert path == "puskesmas 2024.xlsx"
    assert "puskesmas 2023.xlsx" in message
    assert {p for _, p in regency.figures()} == {"2023"}


def test_a_broken_file_leaves_its_neighbour_alone(regency):
    regency.drop("puskesmas 2023.xlsx", GOOD)
    broken = regency.drop("puskesmas 2024.xlsx", GOOD)
    broken.write_bytes(broken.read_bytes()[:2000])
    regency.age(broken)
    statuses = {o.label.split(": ")[1]: o.status for o in regency.go()}
    assert statuses == {"puskesmas 2023.xlsx": "dirilis", "puskesmas 2024.xlsx": "dikembalikan"}


def test_the_walidata_releases_and_only_then_the_portal_shows_it(careful):
    careful.drop("puskesmas 2024.xlsx", GOOD)
    (outcome,) = careful.go()
    assert outcome.status == "menunggu"
    assert careful.figures() == {}
    released = decide(careful.settings, outcome.submission_id, "dirilis", "Siti", "Sesuai berita acara")
    assert (released.status, released.loaded) == ("dirilis", 4)
    assert len(careful.figures()) == 4
    assert careful.query("SELECT decided_by, reason FROM audit.decision") == [("Siti", "Sesuai berita acara")]


def test_a_newer_file_replaces_one_that_still_waits(careful):
    careful.drop("puskesmas 2024.xlsx", GOOD)
    (first,) = careful.go()
    careful.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (7, 7)})
    (second,) = careful.go()
    statuses = dict(careful.query("SELECT id, status FROM audit.submission"))
    assert statuses == {first.submission_id: "digantikan", second.submission_id: "menunggu"}


def test_returned_by_the_walidata_leaves_no_trace_in_the_facts(careful):
    careful.drop("puskesmas 2024.xlsx", GOOD)
    (outcome,) = careful.go()
    decide(careful.settings, outcome.submission_id, "dikembalikan", "Siti", "Satuan salah")
    assert careful.figures() == {}
    assert careful.query("SELECT count(*) FROM staging.figur")[0][0] == 0


def test_ingesting_a_finished_submission_again_only_tells(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    (outcome,) = regency.go()
    again = ingest(
        {"dataset": outcome.dataset, "label": outcome.label, "submission_id": outcome.submission_id}, regency.settings
    )
    assert (again["status"], again["loaded"]) == ("dirilis", 4)
    assert regency.query("SELECT count(*) FROM audit.release")[0][0] == 1


def test_a_missing_folder_is_told_and_tried_again(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    away = regency.folder.rename(regency.folder.with_name("putus"))
    (outcome,) = regency.go()
    assert outcome.status == "sumber_gagal"
    assert "Tindakan" in outcome.findings[0]
    with pytest.raises(SourceUnavailable):
        ingest({"dataset": outcome.dataset, "label": "", "submission_id": None}, regency.settings)
    away.rename(regency.folder)
    assert [o.status for o in regency.go()] == ["dirilis"]


def test_replay_rebuilds_an_empty_warehouse(regency, another_warehouse_dsn, tmp_path):
    regency.drop("puskesmas 2023.xlsx", GOOD)
    shutil.copy2(regency.folder / "puskesmas 2023.xlsx", regency.folder / "puskesmas 2024.xlsx")
    regency.go()
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (-2, 4), "Sangatta Utara": (40, 8)})
    (waiting,) = regency.go()
    decide(regency.settings, waiting.submission_id, "dirilis", "Siti", "Benar: empat puluh")
    shutil.rmtree(regency.folder)
    empty = Regency(tmp_path / "lain", another_warehouse_dsn)
    shutil.copytree(regency.settings.archive, empty.settings.archive)
    replay(empty.settings)
    assert empty.figures() == regency.figures()
    seen = "SELECT dataset, path, sha256, status FROM audit.submission ORDER BY 1, 2, 3"
    assert empty.query(seen) == regency.query(seen)
    assert replay(empty.settings) == []


def test_replay_takes_a_file_that_went_back_to_what_it_was(regency, another_warehouse_dsn, tmp_path):
    for figure in (2, 7, 2):
        regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (figure, 4)})
        regency.go()
    history = (
        "SELECT nilai, valid_from, valid_to FROM dw.fakta_indikator JOIN dw.dim_indikator USING (indikator_id) "
        "JOIN dw.dim_wilayah w USING (wilayah_id) WHERE w.kode = '64.08.02' AND dim_indikator.kode LIKE '%%puskesmas' "
        "ORDER BY valid_from"
    )
    empty = Regency(tmp_path / "lain", another_warehouse_dsn)
    shutil.copytree(regency.settings.archive, empty.settings.archive)
    replay(empty.settings)
    before, after = regency.query(history), empty.query(history)
    assert [float(line[0]) for line in after] == [2, 7, 2]
    second = timedelta(seconds=1)
    for was, now in zip(before, after, strict=True):
        assert abs(now[1] - was[1]) < second, "replayed versions begin when they began, not when they were replayed"
    assert after[-1][2] == before[-1][2]
    ((received, released),) = empty.query(
        "SELECT s.received_at, r.released_at FROM audit.submission s JOIN audit.release r ON r.submission_id = s.id "
        "ORDER BY s.id LIMIT 1"
    )
    assert abs(released - received) < timedelta(seconds=60)


def test_replay_reads_each_file_by_the_contract_of_its_day(regency, another_warehouse_dsn, tmp_path):
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.go()
    empty = Regency(tmp_path / "lain", another_warehouse_dsn)
    empty.contract(CONTRACT.replace("POLICY", "otomatis").replace("kesehatan.puskesmas", "kesehatan.pkm"))
    shutil.copytree(regency.settings.archive, empty.settings.archive)
    assert [o.status for o in replay(empty.settings)] == ["dirilis"]
    assert len(empty.query("SELECT * FROM dw.fakta_indikator")) == 8


def test_replay_does_not_take_bytes_that_changed_in_the_archive(regency, another_warehouse_dsn, tmp_path):
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.go()
    empty = Regency(tmp_path / "lain", another_warehouse_dsn)
    shutil.copytree(regency.settings.archive, empty.settings.archive)
    ((sha256,),) = regency.query("SELECT sha256 FROM audit.submission WHERE path = 'puskesmas 2023.xlsx'")
    kept = Archive(empty.settings.archive).path(sha256)
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes().replace(b"PK", b"PX", 1))
    damaged, whole = replay(empty.settings)
    assert (damaged.status, whole.status) == ("gagal", "dirilis")
    assert "berubah" in damaged.findings[0]
    assert {period for _, period in empty.figures()} == {"2024"}


def test_another_title_reads_no_old_file_again_and_another_rule_does_in_the_old_order(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.go()
    regency.drop("puskesmas 2024 (1).xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.go()
    text = CONTRACT.replace("POLICY", "otomatis")
    regency.contract(text.replace("Jumlah puskesmas menurut", "Banyaknya puskesmas menurut"))
    assert regency.go() == []
    regency.contract(text.replace("quarantined_percent: 30", "quarantined_percent: 20"))
    assert len(regency.go()) == 2
    assert regency.figures()[("64.08.02", "2024")] == 3, "the later file still wins, though its name sorts first"


def test_a_copy_is_a_copy_whatever_its_name(regency):
    path = regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.go()
    shutil.copy2(path, regency.folder / "puskesmas 2019.xlsx")
    (outcome,) = regency.go()
    assert outcome.status == "dikembalikan"
    assert "berkas_kembar" in outcome.findings[0]
    path.rename(regency.folder / "puskesmas-2018.xlsx")
    (regency.folder / "puskesmas 2019.xlsx").unlink()
    (renamed,) = regency.go()
    assert renamed.status == "dirilis", "the first file is gone: this is a renamed file, and its period another one"


@pytest.mark.parametrize(
    ("was", "becomes", "word"),
    [("satuan: unit", "satuan: gedung", "satuan"), ("kesehatan.pustu", "kesehatan.pembantu", "kesehatan.pustu")],
)
def test_published_figures_are_not_relabelled_or_orphaned_by_a_contract(regency, was, becomes, word):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.go()
    regency.contract(CONTRACT.replace("POLICY", "otomatis").replace(was, becomes))
    (outcome,) = regency.go()
    assert outcome.status == "kontrak_ditolak"
    assert word in outcome.findings[0]
    assert regency.query("SELECT DISTINCT satuan FROM portal.nilai") == [("unit",)]


def test_the_warehouse_checks_stay_silent_after_all_of_it(careful):
    careful.drop("puskesmas 2023.xlsx", GOOD)
    careful.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (-3, 4)})
    first, second = careful.go()
    decide(careful.settings, first.submission_id, "dirilis", "Siti", "Baik")
    with warehouse(careful.settings) as conn:
        assert run_checks(conn) == []
    decide(careful.settings, second.submission_id, "dikembalikan", "Siti", "Perbaiki")
    with warehouse(careful.settings) as conn:
        assert run_checks(conn) == []
