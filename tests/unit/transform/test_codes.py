"""Codes against their lists: every way in which a code goes wrong is told with the code that was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from golden.grids import contract_of, kutim, sheet_of

from etl.contract import Contract
from etl.findings import Refused, Severity
from etl.frames import Tidy
from etl.transform.cells import NOTED, TOLD_ONLY
from etl.transform.code_form import damage, foreign_authority, late, same_name, unknown
from etl.transform.code_lists import CodeList, Listed, Lists, account, with_lists
from etl.transform.codes import checked, rules_of
from etl.transform.tidy import tidy

SINCE = date(2023, 6, 23)


def listed(name: str, *versions: Listed, **more: Any) -> CodeList:
    entries: dict[str, tuple[Listed, ...]] = {}
    for one in versions:
        entries[one.kode] = (*entries.get(one.kode, ()), one)
    return CodeList(name, entries, **more)


KEGIATAN = listed(
    "kegiatan",
    Listed("2.20.02", "PROGRAM PENYELENGGARAAN STATISTIK SEKTORAL"),
    Listed("2.20.02.2.01", "Penyelenggaraan Statistik Sektoral di Lingkup Daerah Kabupaten/Kota"),
    Listed("2.20.02.2.01.0018", "Pemenuhan Prinsip Satu Data Indonesia", SINCE),
    Listed("2.20.02.2.01.08", "Pemenuhan Prinsip Satu Data Indonesia", date.min, SINCE),
    Listed("1.02.02.2.01.0009", "Rehabilitasi dan Pemeliharaan Puskesmas"),
    Listed("1.02.02.2.01.0010", "Pengembangan Rumah Sakit"),
    Listed("2.10.02.2.01.0001", "Pemberian Izin Lokasi"),
    Listed("X.XX.01.2.06.0009", "Penyelenggaraan Rapat Koordinasi dan Konsultasi SKPD"),
    successors={"2.20.02.2.01.08": ("2.20.02.2.01.0018",)},
)
REKENING = listed(
    "rekening",
    Listed("5", "BELANJA DAERAH"),
    Listed("5.1", "BELANJA OPERASI"),
    Listed("5.1.02", "Belanja Barang dan Jasa"),
    Listed("5.1.02.01", "Belanja Barang"),
    Listed("5.1.02.01.01", "Belanja Barang Pakai Habis"),
    Listed("5.1.02.01.01.0024", "Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis Kantor"),
    Listed("5.1.02.01.01.0026", "Belanja Alat/Bahan untuk Kegiatan Kantor-Bahan Cetak"),
    Listed("5.1.02.99.99.9999", "Belanja yang dibawa angka", diketahui=False),
)
DANA = listed("sumber_dana", Listed("PAD", "Pendapatan Asli Daerah"))
TAHAP = listed("tahap", Listed("pokok", "APBD (DPA)"), Listed("perubahan", "APBD Perubahan (DPPA)"), complete=True)
SEX = listed(
    "jenis_kelamin",
    Listed("L", "Laki-laki", varian=("pria",)),
    Listed("P", "Perempuan", varian=("wanita",)),
    complete=True,
)
LISTS = Lists(
    {one.name: one for one in (KEGIATAN, REKENING, DANA, TAHAP, SEX)},
    {"kt12": frozenset({"2.16", "2.20"}), "kt18": frozenset({"1.02"})},
    "KT12",
)

STATISTIK = ("2.20.02.2.01.0018", "Pemenuhan Prinsip Satu Data Indonesia")
RAPAT = ("2.16.01.2.06.0009", "Penyelenggaraan Rapat Koordinasi dan Konsultasi SKPD")
ATK, CETAK = "5.1.02.01.01.0024", "5.1.02.01.01.0026"


# ── one code ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["2.20.02", "2.20.02.2.01", "2.20.02.2.01.0018", "2.20.02.2.01.08"])
def test_kegiatan_built_as_it_should_be(code: str) -> None:
    assert damage(code, KEGIATAN) is None


@pytest.mark.parametrize("code", ["5", "5.1", "5.1.02", "5.1.02.01.01.0024", "5.1.02.01.001", "5.1.02.01.001.00024"])
def test_accounts_built_as_they_should_be(code: str) -> None:
    assert damage(code, REKENING) is None


@pytest.mark.parametrize(
    ("code", "of", "says"),
    [
        ("2.20.02.02.01.0018", KEGIATAN, ["ruas ke-4 (`02`) kelebihan", "2.20.02.2.01.0018 (Pemenuhan Prinsip"]),
        ("02.20.02.2.01.0018", KEGIATAN, ["ruas ke-1", "2.20.02.2.01.0018 (Pemenuhan"]),
        ("2.2.02.2.01.0018", KEGIATAN, ["ruas ke-2 (`2`) kehilangan angka nol", "2.20.02.2.01.0018 (Pemenuhan"]),
        ("2.1.02.2.01.0001", KEGIATAN, ["2.10.02.2.01.0001 (Pemberian Izin Lokasi)"]),
        ("1.2.2.2.1.9", KEGIATAN, ["1.02.02.2.01.0009 (Rehabilitasi"]),
        ("1.02.02.2.01.001", KEGIATAN, ["ruas ke-6 (`001`)", "1.02.02.2.01.0010 (Pengembangan Rumah Sakit)"]),
        ("1.2", KEGIATAN, ["ruas ke-2 (`2`) kehilangan angka nol"]),
        ("220022010018", KEGIATAN, ["tanpa titik"]),
        ("220022" + "010018", KEGIATAN, ["2.20.02.2.01.0018"]),
        ("2026-02-01", KEGIATAN, ["adalah tanggal", "1.02"]),
        ("2026-02-01 00:00:00", KEGIATAN, ["adalah tanggal"]),
        ("01-Feb", KEGIATAN, ["adalah tanggal"]),
        ("5.10201E+11", REKENING, ["tulisan ilmiah"]),
        ("X.XX.01.2.06.0009", KEGIATAN, ["X.XX", "bidang urusan"]),
        ("Belanja Barang", REKENING, ["bukan kode rekening", "5.1.02.01.01.0024"]),
        ("5.1.2.1.1.24", REKENING, ["5.1.02.01.01.0024 (Belanja Alat/Bahan"]),
        ("5.1.02.01.01.0024.1", REKENING, ["7 ruas"]),
    ],
)
def test_damage_names_the_code_that_was_meant(code: str, of: CodeList, says: list[str]) -> None:
    message = damage(code, of)
    assert message is not None
    assert [piece for piece in says if piece not in message] == []


def test_nothing_is_suggested_that_is_built_wrongly_too() -> None:
    message = damage("2.200.02.2.01.0018", KEGIATAN)
    assert message is not None
    assert "Mungkin" not in message


def test_another_authority_is_named_with_the_regencys_own_code() -> None:
    message = foreign_authority("2.20.02.1.01.0018", KEGIATAN)
    assert message is not None
    assert "kode kewenangan daerah lain (provinsi)" in message
    assert "2.20.02.2.01.0018 (Pemenuhan" in message
    assert foreign_authority("2.20.02.2.01.0018", KEGIATAN) is None
    assert foreign_authority("2.20.02", KEGIATAN) is None


def test_a_supporting_programme_is_known_under_every_bidang() -> None:
    assert unknown("2.16.01.2.06.0009", KEGIATAN) is None
    assert unknown("2.16.02.2.06.0009", KEGIATAN) is not None


def test_what_figures_brought_stays_unknown_until_somebody_lists_it() -> None:
    message = unknown("5.1.02.99.99.9999", REKENING)
    assert message is not None
    assert "walidata" in message


def test_an_unknown_code_is_told_with_what_is_above_it() -> None:
    assert "5.1.02.01.01 (Belanja Barang Pakai Habis)" in str(unknown("5.1.02.01.01.9999", REKENING))


def test_sipd_writes_accounts_wider() -> None:
    assert account("5.1.02.01.001.00024") == "5.1.02.01.01.0024"
    assert account("5.1.02.01.001") == "5.1.02.01.01"
    assert account("5.1.02.01.123.00024") == "5.1.02.01.123.00024"
    assert unknown("5.1.02.01.001.00024", REKENING) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Pemenuhan Prinsip\r\nSatu Data  Indonesia", "Pemenuhan Prinsip Satu Data Indonesia", True),
        ("PEMENUHAN PRINSIP SATU-DATA INDONESIA", "Pemenuhan Prinsip Satu Data Indonesia", True),
        (
            "Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tul",
            "Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis",
            True,
        ),
        ("Belanja", "Belanja Barang", False),
        (
            "Belanja Alat/Bahan untuk Kegiatan Kantor-Kertas",
            "Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis",
            False,
        ),
    ],
)
def test_names_are_the_same_but_for_their_writing(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


# ── a submission ─────────────────────────────────────────────────────────────────────────────────────────────────────


def budget(**changes: Any) -> Contract:
    parts: dict[str, Any] = {
        "fact": "anggaran",
        "calendar": {"period": "tahunan", "due_days": "90"},
        "source": {"kind": "folder", "files": "*.xlsx", "periods": [{"place": "column"}]},
        "columns": {
            "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
            "tahun": {"role": "periode"},
            "kode": {"role": "rincian", "list": "kegiatan", "label": "nama"},
            "nama": {"role": "teks"},
            "rekening": {"role": "rincian", "list": "rekening"},
            "pagu": {"role": "ukuran", "indikator": "uji.pagu"},
        },
        "indikator": {
            "uji.pagu": {"nama": "Pagu", "konsep": "k", "definisi": "d", "satuan": "rupiah", "measure": "pagu"}
        },
    }
    return contract_of(**{**parts, **changes})


Row = tuple[str, str, str, str]


def read(*rows: Row, by: Contract | None = None, lists: Lists = LISTS) -> Tidy:
    """Rows (tahun, kode, nama, rekening) with a pagu each."""
    by = by or budget()
    grid = [["Tahun", "Kode", "Nama", "Rekening", "Pagu"], *([*row, "1000"] for row in rows)]
    return checked(tidy([sheet_of(grid, "Data")], with_lists(by, lists), kutim(), "pagu.xlsx"), by, lists)


def told(data: Tidy) -> dict[str, list[tuple[int, int, str]]]:
    """Rule → (row, column, message) of its cells."""
    return {
        one.rule: [(int(c.key), int(c.col_no), str(c.message)) for c in one.cells.itertuples()] for one in data.faults
    }


GOOD: Row = ("2026", *STATISTIK, ATK)


def test_a_sound_file_has_nothing_to_tell() -> None:
    assert told(read(GOOD, ("2026", *RAPAT, CETAK))) == {}


def test_faults_stand_in_their_cells_and_each_mistake_is_told_once() -> None:
    data = read(
        GOOD,
        ("2026", "2.20.02.02.01.0018", STATISTIK[1], ATK),
        ("2026", "2.20.02.1.01.0018", STATISTIK[1], ATK),
        ("2026", *STATISTIK, "5.1"),
        ("2026", *STATISTIK, "5.1.02.02.01.0026"),
        ("2026", "2.20.02.02.01.0018", STATISTIK[1], CETAK),
    )
    found = told(data)
    assert {rule: [(row, column) for row, column, _ in cells] for rule, cells in found.items()} == {
        "kode_utuh": [(3, 2), (7, 2)],
        "kewenangan_kabupaten": [(4, 2)],
        "tingkat_kode": [(5, 4)],
        "kode_dikenal": [(6, 4)],
    }
    severity = {one.rule: one.severity for one in data.faults}
    assert severity["kode_dikenal"] is Severity.CATATAN
    assert {severity[rule] for rule in ("kode_utuh", "kewenangan_kabupaten", "tingkat_kode")} == {Severity.TOLAK}
    assert [set(one.bad_keys) for one in data.faults if one.rule == "kode_utuh"] == [{3, 7}]
    assert set(data.faults[0].cells["value"]) == {"2.20.02.02.01.0018"}


def test_a_sum_among_its_parts_would_be_counted_twice() -> None:
    ((row, column, message),) = told(read(GOOD, ("2026", *STATISTIK, CETAK), ("2026", *STATISTIK, "5.1.02.01")))[
        "tingkat_kode"
    ]
    assert (row, column) == (4, 4)
    assert "2 kode di bawahnya juga ada: jumlahnya terhitung dua kali" in message


def test_all_codes_of_one_coarse_depth_are_no_mistake() -> None:
    assert told(read(("2026", *STATISTIK, "5.1.02"), ("2025", *STATISTIK, "5.1.02"))) == {}


def test_a_code_out_of_force_names_its_successor_and_is_asked_row_by_row() -> None:
    found = told(
        read(
            ("2022", "2.20.02.2.01.08", STATISTIK[1], ATK),
            ("2023", "2.20.02.2.01.08", STATISTIK[1], CETAK),
            ("2024", "2.20.02.2.01.08", STATISTIK[1], ATK),
            ("2022", *STATISTIK, CETAK),
            ("2024", *STATISTIK, ATK),
        )
    )
    assert [(row, column) for row, column, _ in found["kode_berlaku"]] == [(4, 2), (5, 2)]
    assert "Penggantinya: 2.20.02.2.01.0018 (Pemenuhan Prinsip" in found["kode_berlaku"][0][2]
    assert "baru berlaku 23-06-2023" in found["kode_berlaku"][1][2]


def test_a_name_of_another_code() -> None:
    data = read(GOOD, ("2026", STATISTIK[0], "Rehabilitasi Puskesmas", CETAK), ("2026", STATISTIK[0], "", CETAK))
    ((row, column, message),) = told(data)["nama_sesuai_daftar"]
    assert (row, column) == (3, 3)
    assert "Pemenuhan Prinsip Satu Data Indonesia" in message


def test_a_bidang_of_another_agency() -> None:
    data = read(GOOD, ("2026", "1.02.02.2.01.0009", "Rehabilitasi dan Pemeliharaan Puskesmas", ATK))
    ((row, column, message),) = told(data)["bidang_milik_skpd"]
    assert (row, column) == (3, 2)
    assert "1.02" in message
    assert "KT12 menangani 2.16, 2.20" in message


def test_the_agency_of_the_row_decides_and_its_sipd_code_says_its_bidang() -> None:
    columns = {**budget().model_dump(mode="json", exclude_unset=True)["columns"]}
    columns["nama"] = {"role": "rincian", "list": "skpd"}
    columns["kode"].pop("label")
    by = budget(columns=columns)
    lists = replace(
        LISTS, lists={**LISTS.lists, "skpd": listed("skpd", Listed("KT12", "Dinas"), Listed("KT18", "Dinas"))}
    )
    code = "1.02.02.2.01.0009"
    data = read(
        ("2026", code, "KT18", ATK),
        ("2026", code, "KT12", ATK),
        ("2026", code, "1.02.2.14.0.00.01.0000", CETAK),
        ("2026", code, "2.16.2.20.2.21.01.0000", CETAK),
        by=by,
        lists=lists,
    )
    assert [row for row, _, _ in told(data)["bidang_milik_skpd"]] == [3, 5]
    assert [(row, column) for row, column, _ in told(data)["kode_dikenal"]] == [(4, 3), (5, 3)]


def test_blanks_and_line_breaks_are_read_and_told() -> None:
    data = read(
        ("2026", f"{STATISTIK[0]} ", STATISTIK[1], ATK),
        ("2026", STATISTIK[0], "Pemenuhan Prinsip\r\nSatu Data Indonesia", CETAK),
        ("2025", STATISTIK[0], f"  {STATISTIK[1]}", ATK),
    )
    assert list(told(data)) == ["kode_rapi"]
    assert [(row, column) for row, column, _ in told(data)["kode_rapi"]] == [(2, 2), (3, 3)]
    assert data.figures["rincian"].to_pylist()[0] == f"kode={STATISTIK[0]}|rekening={ATK}"


def test_a_complete_list_is_read_by_its_names_and_refuses_others() -> None:
    columns = {**budget().model_dump(mode="json", exclude_unset=True)["columns"]}
    columns["nama"] = {"role": "rincian", "list": "tahap"}
    columns["kode"].pop("label")
    data = read(
        ("2026", STATISTIK[0], "apbd (dpa)", ATK),
        ("2026", STATISTIK[0], "perubahan", ATK),
        ("2026", STATISTIK[0], "RKA", ATK),
        by=budget(columns=columns),
    )
    assert [code.split("|")[1] for code in data.figures["rincian"].to_pylist()] == ["nama=pokok", "nama=perubahan"]
    ((row, _, message),) = told(data)["rincian_dikenal"]
    assert row == 4
    assert "pokok, perubahan" in message


def test_a_contract_that_names_codes_its_list_lacks_is_refused() -> None:
    columns = {**budget().model_dump(mode="json", exclude_unset=True)["columns"]}
    columns["tahap"] = {"role": "rincian", "list": "tahap", "values": {"murni": ["Murni"]}}
    with pytest.raises(Refused, match="murni tidak ada dalam daftar `tahap`: pokok, perubahan"):
        with_lists(budget(columns=columns), LISTS)


def test_only_columns_with_lists_have_rules() -> None:
    assert "bidang_milik_skpd" in rules_of(budget())
    assert rules_of(budget())["tingkat_kode"] == ("kode", "rekening")
    assert rules_of(budget())["nama_sesuai_daftar"] == ("nama",)
    plain = {"wilayah": {"role": "wilayah", "scheme": "nama"}, "n": {"role": "ukuran", "indikator": "uji.n"}}
    assert rules_of(contract_of(columns=plain)) == {}


def test_what_is_only_noted_is_told_once_for_all_its_rows() -> None:
    new = "5.1.02.02.01.0026"
    data = read(GOOD, ("2026", *STATISTIK, new), ("2025", *STATISTIK, new), ("2024", *STATISTIK, new))
    ((row, column, message),) = told(data)["kode_dikenal"]
    assert (row, column) == (3, 4)
    assert message.endswith("sampai walidata memastikannya (di 3 baris).")
    assert len(data.figures) == 4


def test_a_late_sub_rincian_is_told_apart_from_a_code_that_has_no_place_in_the_chart() -> None:
    assert late("5.1.02.01.01.0030", REKENING) is not None
    assert late("5.1.02.01.001.00030", REKENING) is not None
    assert late(ATK, REKENING) is None
    assert late("5.1.02.02.01.0026", REKENING) is None, "its rincian objek is not in the list"
    assert late("5.1.02.99.99.9998", REKENING) is None, "figures brought what is above it"
    assert late("5.1.02.01.02", REKENING) is None, "not of the lowest level"


def test_a_late_sub_rincian_holds_nothing_back() -> None:
    data = read(GOOD, ("2026", *STATISTIK, "5.1.02.01.01.0030"), ("2025", *STATISTIK, "5.1.02.01.01.0030"))
    ((row, column, message),) = told(data)["kode_baru"]
    assert (row, column) == (3, 4)
    assert "5.1.02.01.01 (Belanja Barang Pakai Habis)" in message
    assert "(di 2 baris)" in message
    assert "kode_dikenal" not in told(data)
    assert {"kode_baru"} == TOLD_ONLY < NOTED


def test_a_late_sub_rincian_with_the_name_of_its_neighbour_is_mistyped() -> None:
    columns = {**budget().model_dump(mode="json", exclude_unset=True)["columns"]}
    columns["rekening"]["label"] = "nama"
    columns["kode"].pop("label")
    name = "Belanja Alat/Bahan untuk Kegiatan Kantor- Alat Tulis Kantor"
    data = read(
        ("2026", STATISTIK[0], name, "5.1.02.01.01.0042"),
        ("2026", STATISTIK[0], "Belanja Perabot Kantor", "5.1.02.01.01.0030"),
        by=budget(columns=columns),
    )
    ((row, _, message),) = told(data)["kode_dikenal"]
    assert row == 2
    assert f"milik {ATK}" in message
    assert [row for row, _, _ in told(data)["kode_baru"]] == [3]
