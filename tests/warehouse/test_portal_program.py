"""The tree of programmes: plan beside realisation, nothing added up twice, performance by its direction and kind."""

from __future__ import annotations

from decimal import Decimal

import psycopg2
import pytest

from etl.load.account import why
from etl.load.readers import create_reader
from etl.load.release import release
from etl.load.warehouse import connect
from tests.warehouse.budget_data import SUB, Amount, budget, budget_contract, sync
from tests.warehouse.performance_data import Reached, performance, performance_contract
from tests.warehouse.tidy_data import loaded

LRA = budget_contract()
BUD = budget_contract("bpkad.bud", cumulative=True)
KINERJA = performance_contract()
PROGRAM, KEGIATAN, OTHER = "1.02.02", "1.02.02.2.01", "1.02.02.2.01.0002"
AGENCY = [
    Amount("pagu", "2024", 900, tahap="pokok"),
    Amount("pagu", "2024", 500, tahap="pokok", sub_kegiatan=OTHER),
    Amount("pagu", "2024", 1000, tahap="perubahan"),
    Amount("pagu", "2024", 600, tahap="perubahan", sub_kegiatan=OTHER),
    Amount("kas", "2024-01", 400, tahap="perubahan"),
    Amount("kas", "2024-02", 600, tahap="perubahan"),
    Amount("realisasi", "2024-01", 100),
    Amount("realisasi", "2024-02", 150, rekening="5.1.02.02"),
    Amount("realisasi", "2024-02", 50, sub_kegiatan=OTHER),
    Amount("pagu", "2023", 70, tahap="pokok"),
]
TREASURER = [Amount("realisasi", "2024-01", 90), Amount("realisasi", "2024-02", 240)]
RATIO = "Persentase sarana layak"
LOWER = "Angka kematian"
REACHED = [
    Reached("target", "2024", 400),
    Reached("capaian", "2024-Q1", 100),
    Reached("capaian", "2024-Q2", 160),
    Reached("target", "2024", 80, RATIO),
    Reached("capaian", "2024-Q1", 40, RATIO),
    Reached("capaian", "2024-Q2", 60, RATIO),
    Reached("target", "2024", 30, LOWER),
    Reached("capaian", "2024-Q1", 50, LOWER),
    Reached("capaian", "2024-Q2", 40, LOWER),
    Reached("fisik", "2024-Q1", 20),
    Reached("fisik", "2024-Q2", 45),
    Reached("penghambat", "2024-Q2", "Lelang gagal"),
]


def ask(dsn, text, *values):
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def dsn(module_warehouse_dsn):
    conn = connect(module_warehouse_dsn)
    sync(conn, LRA, BUD, KINERJA)
    with conn, conn.cursor() as cursor:  # what the plan's documents do not say, the walidata does
        cursor.execute(
            "INSERT INTO dw.dim_tolok_ukur (kode, nama, satuan, arah, dapat_dijumlah, sumber, keyakinan) VALUES "
            "('Jumlah kunjungan', 'Jumlah kunjungan', 'orang', 'naik', true, 'uji', 'tinggi'), "
            "(%s, 'Kematian', 'per 1000', 'turun', false, 'uji', 'tinggi')",
            (LOWER,),
        )
    for by, amounts, path in ((LRA, AGENCY, "dinkes/lra.xlsx"), (BUD, TREASURER, "bpkad/bud.xlsx")):
        number, _ = loaded(conn, by, budget(by, *amounts), path=path, release_by=None)
        release(conn, number, "Siti", "Selisih anggaran kas dan catatan SKPD sedang ditelusuri")
    loaded(conn, KINERJA, performance(KINERJA, *REACHED), path="dinkes/e81.xlsx")
    conn.close()
    return module_warehouse_dsn


def node(dsn, kode, columns, tahun=2024, source="portal.program"):
    found = ask(dsn, f"SELECT {columns} FROM {source} WHERE skpd = 'KT20' AND tahun = %s AND kode = %s", tahun, kode)
    assert len(found) == 1, found
    return found[0]


def test_every_node_sums_what_is_below_it(dsn):
    tree = ask(
        dsn,
        "SELECT kode, tingkat, kode_induk, pagu_pokok, pagu_perubahan, pagu, tahap FROM portal.program "
        "WHERE skpd = 'KT20' AND tahun = 2024 ORDER BY kode COLLATE \"C\"",
    )
    assert tree == [
        (PROGRAM, "program", "1.02", 1400, 1600, 1600, "perubahan"),
        (KEGIATAN, "kegiatan", PROGRAM, 1400, 1600, 1600, "perubahan"),
        (SUB, "sub_kegiatan", KEGIATAN, 900, 1000, 1000, "perubahan"),
        (OTHER, "sub_kegiatan", KEGIATAN, 500, 600, 600, "perubahan"),
    ]  # fmt: skip


def test_the_treasurers_record_is_preferred_and_never_added(dsn):
    """The treasurer's 240 already holds January's 90; the agency's 100 and 150 are months of their own."""
    assert node(dsn, SUB, "realisasi, sumber_realisasi, realisasi_persen, sumber_pagu, kas") == (
        240,
        "bpkad.bud",
        Decimal("24.00"),
        "dinkes.lra",
        1000,
    )
    assert node(dsn, OTHER, "realisasi, sumber_realisasi") == (50, "dinkes.lra"), "the treasurer says nothing of it"


def test_a_year_without_a_changed_budget_has_none(dsn):
    assert node(dsn, SUB, "pagu_pokok, pagu_perubahan, pagu, tahap", 2023) == (70, None, 70, "pokok")


def test_performance_knows_what_adds_up_and_which_way_is_better(dsn):
    """65% of the visits, 75% of the ratio's target (its last quarter), and 30/40 of a rate that should fall."""
    expected = (Decimal(65) + Decimal(75) + Decimal(75)) / 3
    capaian, predikat, fisik, counted = node(dsn, SUB, "capaian_persen, predikat, fisik, jumlah_tolok_ukur")
    assert capaian == round(expected, 2)
    assert (predikat, fisik, counted) == ("sedang", 45, 3)
    assert node(dsn, PROGRAM, "capaian_persen")[0] == round(expected, 2)


@pytest.mark.parametrize(
    ("capaian", "predikat"),
    [("50.9", "sangat rendah"), ("51", "rendah"), ("65.5", "rendah"), ("66", "sedang"), ("75.99", "sedang"),
     ("76", "tinggi"), ("90.5", "tinggi"), ("91", "sangat tinggi"), ("140", "sangat tinggi")],
)  # fmt: skip
def test_the_bands_have_no_gaps(warehouse_dsn, capaian, predikat):
    conn = connect(warehouse_dsn)
    sync(conn, KINERJA)
    loaded(conn, KINERJA, performance(KINERJA, Reached("target", "2024", 100), Reached("capaian", "2024-Q1", capaian)))
    conn.close()
    assert node(warehouse_dsn, SUB, "predikat") == (predikat,)


def test_a_quarter_shows_target_and_what_was_reached_with_the_obstacle(dsn):
    found = ask(dsn, "SELECT periode, target, capaian, capaian_persen, fisik, penghambat FROM portal.kinerja_triwulan "
        "WHERE tolok_ukur = 'Jumlah kunjungan' ORDER BY 1")  # fmt: skip
    assert found == [
        ("2024", 400, None, None, None, None),
        ("2024-Q1", 400, 100, 25, 20, None),
        ("2024-Q2", 400, 160, 40, 45, "Lelang gagal"),
    ]


def test_the_tree_is_read_as_it_was_published(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, LRA)
    loaded(conn, LRA, budget(LRA, *AGENCY[:1]))
    ((before,),) = ask(warehouse_dsn, "SELECT clock_timestamp()")
    with conn, conn.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_kegiatan SET nama = 'Nama baru' WHERE kode = %s", (SUB,))
    loaded(conn, LRA, budget(LRA, AGENCY[0]._replace(nilai=950)), content="b")
    conn.close()
    assert node(warehouse_dsn, SUB, "pagu, nama") == (950, "Nama baru")
    ((nilai, nama),) = ask(
        warehouse_dsn,
        "SELECT pagu, nama FROM portal.program_pada(%s) WHERE skpd = 'KT20' AND tahun = 2024 AND kode = %s", before, SUB
    )  # fmt: skip
    assert nilai == 900
    assert nama.startswith("Pembangunan Rumah Sakit")
    assert ask(warehouse_dsn, "SELECT nilai FROM portal.anggaran_pada(%s)", before) == [(900,)]
    assert ask(warehouse_dsn, "SELECT count(*) FROM portal.program_pada('2000-01-01')") == [(0,)]


def test_a_portal_reads_the_tree_of_now_and_as_of_a_time(dsn):
    conn = connect(dsn)
    create_reader(conn, "uji_pohon", "sandi")
    conn.close()
    login = psycopg2.extensions.make_dsn(dsn, user="uji_pohon", password="sandi")
    for source in ("portal.program", "portal.program_pada(now())"):
        ((count,),) = ask(login, f"SELECT count(*) FROM {source}")
        assert count > 0, source


def test_two_and_four_digit_codes_are_one_series(warehouse_dsn):
    """A sub kegiatan before 2023 carries the code that its successor names as `kode_sebelumnya`."""
    ((baru, lama),) = ask(
        warehouse_dsn,
        "SELECT kode, kode_sebelumnya FROM dw.dim_kegiatan "
        "WHERE kode_sebelumnya LIKE '1.%%' AND tingkat = 'sub_kegiatan' ORDER BY kode LIMIT 1",
    )
    conn = connect(warehouse_dsn)
    sync(conn, LRA)
    amounts = [Amount("pagu", "2022", 5, sub_kegiatan=lama), Amount("pagu", "2024", 6, sub_kegiatan=baru)]
    loaded(conn, LRA, budget(LRA, *amounts))
    conn.close()
    found = ask(
        warehouse_dsn,
        "SELECT tahun, pagu FROM portal.program WHERE kode_seri = %s AND tingkat = 'sub_kegiatan' ORDER BY 1",
        baru,
    )
    assert found == [(2022, 5), (2024, 6)]


def test_a_restricted_budget_is_in_no_view(warehouse_dsn):
    conn = connect(warehouse_dsn)
    secret = budget_contract(access="terbatas", access_ground="UU 14/2008 Ps 17")
    sync(conn, secret)
    loaded(conn, secret, budget(secret, *AGENCY))
    conn.close()
    views = ("anggaran", "anggaran_riwayat", "asal_anggaran", "program", "anggaran_pada(now())", "program_pada(now())")
    for view in views:
        assert ask(warehouse_dsn, f"SELECT count(*) FROM portal.{view}") == [(0,)], view


def test_a_budget_figure_is_called_to_account(dsn):
    conn = connect(dsn)
    wanted = {"kegiatan": SUB, "tahap": "perubahan"}
    (figure,) = why(conn, LRA.id, "64.08", "2024", indikator="lra.pagu", members=wanted)
    assert (figure.nilai, figure.members["rekening"], figure.current.row) == (1000, "5.1.02.01", 4)
    for part in (SUB, "perubahan", "lra.xlsx"):
        assert part in str(figure)
    assert len(why(conn, LRA.id, "64.08", "2024", indikator="lra.pagu")) == 4
    with pytest.raises(ValueError, match="tolok_ukur"):
        why(conn, LRA.id, "64.08", "2024", members={"tolok_ukur": "x"})
    conn.close()


def test_its_origin_is_public(dsn):
    found = ask(dsn, "SELECT nilai, berkas, lembar, baris, kolom, dirilis_oleh FROM portal.asal_anggaran "
        "WHERE besaran = 'pagu' AND kegiatan = %s AND tahap = 'perubahan' AND periode = '2024'", SUB)  # fmt: skip
    assert found == [(1000, "lra.xlsx", "Data", 4, "E", "walidata")]
