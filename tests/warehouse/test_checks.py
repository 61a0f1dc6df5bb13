"""The warehouse's own statements: silent on a sound warehouse, and each one fires on the error it is for."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.load.checks import run_checks
from etl.load.release import return_
from etl.load.submission import give_back
from etl.load.warehouse import connect
from etl.settings import WAREHOUSE_SQL
from tests.warehouse.budget_data import Amount, budget, budget_contract
from tests.warehouse.budget_data import sync as sync_budget
from tests.warehouse.tidy_data import contract, loaded, received, revised, sync, tidy

BY = contract()
FIRST = tidy([("64.08.01", "2024", "3", "7"), ("64.08.02", "2024", "4", "8")])

PLANTED = {
    "angka_menunjuk_anggota_dimensi": "UPDATE dw.fakta_indikator SET wilayah_id = 0 WHERE row_no = 2",
    "angka_dari_kiriman_yang_dirilis": "UPDATE dw.fakta_indikator SET submission_id = 999 WHERE row_no = 2",
    "masa_berlaku": "UPDATE dw.fakta_indikator_riwayat SET valid_from = valid_to",
    "versi_tidak_tumpang_tindih": "UPDATE dw.fakta_indikator_riwayat SET valid_to = valid_to + interval '1 day'",
    "baris_terhitung_semua": "DELETE FROM audit.quarantine",
    "rilis_sesuai_keputusan": "UPDATE audit.decision SET decision = 'dikembalikan'",
    "yang_menunggu_tersimpan": "DELETE FROM staging.figur WHERE row_no = 2",
    "catatan_milik_kiriman": "UPDATE audit.finding SET submission_id = 999, no = 1000 + submission_id * 1000 + no",
    "skpd_dikenal": "UPDATE dw.skpd_register SET kode = 'KT00'",
    "rekonsiliasi_milik_kiriman": "INSERT INTO audit.reconciliation (submission_id, kind, no, dataset, periode, label,"
    " left_name, right_name, agrees) VALUES (999, 'uji', 1, 'dinkes.faskes', '2024', 'x', 'a', 'b', true)",
    "induk_kode_ada": "UPDATE dw.dim_rekening SET induk = '9.9' WHERE kode = '5.1.02'",
    "pohon_program_terkini": "INSERT INTO dw.rekap_program (tahun, skpd, kode, tingkat, skpd_id) "
    "VALUES (2024, 'KT20', '1.02.02', 'program', 1)",
    "katalog_terkini": "UPDATE dw.rekap_dataset SET jumlah_angka = jumlah_angka + 1",
    "induk_wilayah_ada": "UPDATE dw.dim_wilayah SET induk = '64.03' WHERE kode = '64.08.01'",
}


@pytest.fixture
def conn(warehouse_dsn):
    """A warehouse in which everything that can happen to a submission has happened."""
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    loaded(conn, BY, FIRST)
    loaded(conn, BY, revised(FIRST, 3, "5"), content="b", quarantined=[2])
    loaded(conn, BY, tidy([("64.08.03", "2023", "1", "1")]), path="p2", release_by=None)
    loaded(conn, BY, tidy([("64.08.03", "2022", "1", "1")]), path="p3", release_by=None)
    loaded(conn, BY, tidy([("64.08.03", "2022", "2", "2")]), path="p3", content="b", release_by=None)
    returned, _ = loaded(conn, BY, tidy([("64.08.03", "2021", "1", "1")]), path="p4", release_by=None)
    return_(conn, returned, "Siti", "Salah")
    refused = received(conn, BY, path="p5")
    give_back(conn, refused, findings=[], tidy=FIRST, quarantined=pd.Index([3]))
    yield conn
    conn.close()


def test_a_sound_warehouse_breaks_no_statement(conn):
    assert run_checks(conn) == []


def test_every_check_has_a_planted_error():
    assert set(PLANTED) == {file.stem for file in (WAREHOUSE_SQL / "checks").glob("*.sql")}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found(conn, name):
    with conn, conn.cursor() as cursor:
        cursor.execute(PLANTED[name])
        assert cursor.rowcount > 0
    broken = {check.name: check for check in run_checks(conn)}
    assert name in broken
    assert broken[name].title
    assert name in str(broken[name])


# ── budget and performance ───────────────────────────────────────────────────────────────────────────────────────────

PLANTED_IN_BUDGET = {
    "sub kegiatan": ("angka_menunjuk_anggota_dimensi", "UPDATE dw.fakta_anggaran SET kegiatan_id = 0 WHERE row_no = 2"),
    "account": ("angka_menunjuk_anggota_dimensi", "UPDATE dw.fakta_anggaran SET rekening_id = 99999 WHERE row_no = 2"),
    "agency": ("angka_menunjuk_anggota_dimensi", "UPDATE dw.fakta_anggaran SET skpd_id = 0 WHERE row_no = 2"),
    "submission": (
        "angka_dari_kiriman_yang_dirilis",
        "UPDATE dw.fakta_anggaran SET submission_id = 999 WHERE row_no = 2",
    ),
    "no time": ("masa_berlaku", "UPDATE dw.fakta_anggaran_riwayat SET valid_from = valid_to"),
    "overlap": (
        "versi_tidak_tumpang_tindih",
        "UPDATE dw.fakta_anggaran_riwayat SET valid_to = valid_to + interval '1 day'",
    ),
    "lost while waiting": ("yang_menunggu_tersimpan", "DELETE FROM staging.figur_anggaran WHERE row_no = 2"),
    "parent": ("induk_kode_ada", "UPDATE dw.dim_kegiatan SET induk = '9.99.99.2.99' WHERE kode = '1.02.02.2.01.0001'"),
    "indicator of performance": (
        "angka_menunjuk_anggota_dimensi",
        "INSERT INTO dw.fakta_kinerja (indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id,"
        " tolok_ukur_id, tahap_id, nilai, submission_id, sheet_no, row_no, col_no) SELECT indikator_id, wilayah_id,"
        " periode_id, rincian_id, skpd_id, kegiatan_id, 99999, 0, 1, submission_id, 0, 2, 3"
        " FROM dw.fakta_anggaran LIMIT 1",
    ),
}


@pytest.fixture
def budget_conn(warehouse_dsn):
    """Released, revised and waiting figures of a budget."""
    conn = connect(warehouse_dsn)
    by = budget_contract()
    sync_budget(conn, by)
    loaded(conn, by, budget(by, Amount("pagu", "2026-01", 100), Amount("kas", "2026-01", 100)))
    loaded(conn, by, budget(by, Amount("pagu", "2026-01", 120), Amount("kas", "2026-01", 120)), content="b")
    loaded(conn, by, budget(by, Amount("pagu", "2026-02", 100)), path="dinkes/lain.xlsx", release_by=None)
    yield conn
    conn.close()


def test_a_sound_budget_breaks_no_statement(budget_conn):
    assert run_checks(budget_conn) == []


@pytest.mark.parametrize("planted", PLANTED_IN_BUDGET)
def test_an_error_planted_in_a_budget_is_found(budget_conn, planted):
    name, statement = PLANTED_IN_BUDGET[planted]
    with budget_conn, budget_conn.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0
    assert name in {check.name for check in run_checks(budget_conn)}
