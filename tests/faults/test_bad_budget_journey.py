"""Bad budget files through the whole journey: each is told with what to do, nothing is silently fixed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.replay import replay
from tests.faults.bad_budget import (
    AS_DATE,
    AS_NUMBER,
    CETAK,
    IN_THOUSANDS,
    KUA,
    NAMA,
    NEGATIVE,
    OF_A_PROVINCE,
    OLDER_STAGE,
    WRONG_SUBTOTAL,
    ZERO_PADDED,
    Bendahara,
    Berkas,
    pagu,
    realisasi,
)

FIRST = [
    pagu(2031),
    realisasi("2031-01", 30_000_000, 20_000_000),
    pagu(2033, (KUA, NAMA[KUA], CETAK, 1_000_000), tahap="Perubahan"),
    pagu(2034),
    realisasi("2034-01", 31_000_000, 21_000_000),
]
LATE = pagu(2039, (KUA, NAMA[KUA], "5.1.02.01.01.0098", 2_000_000))
THEN = [LATE, ZERO_PADDED, AS_NUMBER, AS_DATE, OF_A_PROVINCE, IN_THOUSANDS, WRONG_SUBTOTAL, OLDER_STAGE, NEGATIVE]


@pytest.fixture(scope="module")
def place(module_warehouse_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bendahara]:
    place = Bendahara(tmp_path_factory.mktemp("anggaran"), module_warehouse_dsn)
    place.put(*FIRST)
    place.go()
    assert [place.state(file) for file in FIRST] == ["dirilis"] * len(FIRST)
    place.put(*THEN)
    place.go()
    yield place


@pytest.mark.parametrize(
    ("file", "rule", "cell", "said"),
    [
        (ZERO_PADDED, "kode_utuh", "B4", "Mungkin yang dimaksud 5.02.02.2.01.0001"),
        (AS_NUMBER, "tingkat_kode", "D4", "`5.1` adalah kelompok"),
        (AS_DATE, "kode_utuh", "B4", "Excel mengubah kode menjadi tanggal"),
        (OF_A_PROVINCE, "kewenangan_kabupaten", "B4", "kode kewenangan daerah lain (provinsi)"),
        (WRONG_SUBTOTAL, "subtotal_cocok", "B2", "menyebut 670.500.000; di bawahnya ada 2 baris terinci"),
        (NEGATIVE, "rekonsiliasi", "", "realisasi bulan ini -5.000.000"),
    ],
    ids=lambda value: getattr(value, "nama", ""),
)
def test_it_waits_and_says_which_cell_and_why(place: Bendahara, file: Berkas, rule: str, cell: str, said: str) -> None:
    assert place.state(file) == "menunggu"
    ((found, where, message),) = place.told(file)
    assert (found, where) == (rule, cell)
    assert said in message


def test_an_account_that_only_the_list_lacks_is_released_and_waits_for_the_walidata(place: Bendahara) -> None:
    assert place.state(LATE) == "dirilis"
    ((rule, cell, message),) = place.told(LATE)
    assert (rule, cell) == ("kode_baru", "D4")
    assert "Di atasnya: 5.1.02.01.01 (Belanja Barang Pakai Habis)" in message
    new = place.query("SELECT kode, dimensi FROM audit.anggota_baru WHERE dimensi = 'rekening'")
    assert new == [("5.1.02.01.01.0098", "rekening")]


@pytest.mark.parametrize(
    ("file", "kind", "said"),
    [
        (IN_THOUSANDS, "realisasi_pagu", "Periksa tahap anggaran yang dikirim"),
        (OLDER_STAGE, "pagu_tahap", "yang berlaku tetap APBD Perubahan (DPPA)"),
        (WRONG_SUBTOTAL, "jumlah_anak", "yang dimuat ialah bagiannya"),
        (NEGATIVE, "realisasi_turun", "sebutkan pada alasan rilis"),
    ],
    ids=lambda value: getattr(value, "nama", ""),
)
def test_it_waits_told_where_it_disagrees_with_what_is_held(
    place: Bendahara, file: Berkas, kind: str, said: str
) -> None:
    assert place.state(file) == "menunggu"
    found = place.disagreements(file)
    assert {one for one, _ in found} == {kind}
    assert all(said in explanation for _, explanation in found)


def test_a_budget_in_thousands_is_told_beside_what_is_released_of_the_same_account(place: Bendahara) -> None:
    cells = [(cell, said) for rule, cell, said in place.told(IN_THOUSANDS) if rule == "satuan_rupiah"]
    assert [cell for cell, _ in cells] == ["E2", "E3"]
    assert all("1.000 kali lebih kecil" in said and "ditulis dalam ribuan rupiah" in said for _, said in cells)


def test_nothing_is_silently_fixed(place: Bendahara) -> None:
    """What waits is in no fact; an older stage that came later changes nothing of the newer one."""
    stages = place.query(
        "SELECT p.kode, t.kode, sum(f.nilai) FROM dw.fakta_anggaran AS f JOIN dw.dim_periode AS p USING (periode_id)"
        " JOIN dw.dim_tahap AS t USING (tahap_id) WHERE f.valid_to = 'infinity' AND p.kode <> '2031'"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [(period, stage, int(str(total))) for period, stage, total in stages] == [
        ("2031-01", "", 50_000_000),
        ("2033", "perubahan", 671_500_000),
        ("2034", "pokok", 670_500_000),
        ("2034-01", "", 52_000_000),
        ("2039", "pokok", 672_500_000),
    ]


def test_a_stage_again_replaces_that_stage_only(place: Bendahara) -> None:
    place.release(OLDER_STAGE)
    (place.folder / OLDER_STAGE.nama).unlink()
    shorter = Berkas(OLDER_STAGE.nama, OLDER_STAGE.kepala, OLDER_STAGE.rows[:1])
    place.put(shorter)
    place.go()
    held = place.query(
        "SELECT t.kode, count(*) FROM dw.fakta_anggaran AS f JOIN dw.dim_periode AS p USING (periode_id)"
        " JOIN dw.dim_tahap AS t USING (tahap_id) WHERE f.valid_to = 'infinity' AND p.kode = '2033'"
        " GROUP BY 1 ORDER BY 1"
    )
    assert held == [("perubahan", 3), ("pokok", 1)]


def test_a_replay_ends_as_what_was_held_back_and_then_released_ended(
    warehouse_dsn: str, another_warehouse_dsn: str, tmp_path: Path
) -> None:
    first = Bendahara(tmp_path / "dulu", warehouse_dsn)
    for file in (pagu(2033, tahap="Perubahan"), OLDER_STAGE):
        first.put(file)
        first.go()
    assert first.state(OLDER_STAGE) == "menunggu"
    first.release(OLDER_STAGE)
    again = Bendahara(tmp_path / "lagi", another_warehouse_dsn)
    shutil.copytree(first.settings.archive, again.settings.archive)
    assert [outcome.status for outcome in replay(again.settings)] == ["dirilis", "menunggu"]
    for asked in (
        "SELECT path, status, n_loaded, n_unchanged, n_new, n_changed FROM audit.submission ORDER BY path",
        "SELECT decision, decided_by, reason, automatic FROM audit.decision ORDER BY id",
        "SELECT rule, message, severity FROM audit.finding ORDER BY submission_id, no",
        "SELECT kind, label, left_value, right_value, agrees, public FROM audit.reconciliation"
        " ORDER BY submission_id, kind, no",
        "SELECT t.kode, f.nilai FROM dw.fakta_anggaran AS f JOIN dw.dim_tahap AS t USING (tahap_id)"
        " WHERE f.valid_to = 'infinity' ORDER BY 1, 2",
    ):
        held = first.query(asked)
        assert held and again.query(asked) == held
