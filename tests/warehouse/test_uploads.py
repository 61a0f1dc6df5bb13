"""Files handed in by a person: as good as collected ones, and with a name to ask."""

from __future__ import annotations

import pytest

from etl.catalogue import load_contracts
from etl.load.account import why
from etl.load.checks import run_checks
from etl.pipeline import take_in
from etl.receive import warehouse
from etl.replay import replay
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}
ONLY_UPLOADS = CONTRACT.replace("POLICY", "otomatis").replace(
    '  kind: folder\n  files: "puskesmas*.xlsx"\n', "  kind: unggah\n"
)


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    regency = Regency(tmp_path, warehouse_dsn)
    regency.contract(ONLY_UPLOADS)
    return regency


def hand_in(regency, path, by="Rina, Dinas Kesehatan"):
    contract = load_contracts(regency.settings.datasets).contracts["dinkes.puskesmas"]
    return take_in(regency.settings, path, contract, by)


def test_a_file_handed_in_is_loaded_and_says_who_brought_it(regency):
    outcome = hand_in(regency, regency.drop("puskesmas 2024.xlsx", GOOD))
    assert (outcome.status, outcome.loaded) == ("dirilis", 4)
    with warehouse(regency.settings) as conn:
        (figure,) = why(conn, "dinkes.puskesmas", "64.08.02", "2024", indikator="kesehatan.puskesmas")
        assert run_checks(conn) == []
    assert "diserahkan oleh Rina, Dinas Kesehatan" in str(figure)
    report = regency.settings.reports / "dinkes" / "puskesmas" / f"{outcome.submission_id}.html"
    assert "Rina, Dinas Kesehatan" in report.read_text()
    assert "format: Excel (.xlsx); kepala tabel" in report.read_text(), "how it was read, in the order it was found"
    assert regency.go() == [], "an upload is not looked for in the folder"


def test_the_same_name_again_is_a_revision(regency):
    hand_in(regency, regency.drop("puskesmas 2024.xlsx", GOOD))
    outcome = hand_in(regency, regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (9, 9)}))
    assert (outcome.status, outcome.loaded, outcome.unchanged) == ("dirilis", 1, 3)
    assert regency.figures()["64.08.02", "2024"] == 9


def test_a_wrong_file_is_returned_to_the_person(regency):
    path = regency.root / "salah 2024.xlsx"
    path.write_bytes(b"<html><body>Sesi habis, silakan masuk lagi</body></html>")
    outcome = hand_in(regency, path)
    assert outcome.status == "dikembalikan"
    assert "Tindakan" in outcome.findings[0]


def test_a_changed_contract_reads_uploads_again_from_the_archive(regency):
    path = regency.drop("puskesmas 2024.xlsx", GOOD)
    hand_in(regency, path)
    path.unlink()
    regency.contract(ONLY_UPLOADS.replace("aliases: [Puskesmas]}", "aliases: [Puskesmas], scale: '10'}"))
    (again,) = regency.go()
    assert (again.status, again.loaded) == ("dirilis", 4)
    assert regency.figures()["64.08.02", "2024"] == 20
    assert regency.go() == []


def test_a_replay_knows_who_handed_it_in(regency, another_warehouse_dsn):
    from dataclasses import replace

    hand_in(regency, regency.drop("puskesmas 2024.xlsx", GOOD))
    elsewhere = replace(regency.settings, dsn=another_warehouse_dsn)
    replay(elsewhere)
    with warehouse(elsewhere) as conn:
        (figure,) = why(conn, "dinkes.puskesmas", "64.08.02", "2024", indikator="kesehatan.puskesmas")
    assert "diserahkan oleh Rina, Dinas Kesehatan" in str(figure)
