"""Small sheets, each with one thing that agencies do; what inspect sees in it, and that its draft reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from golden.grids import sheet_of
from inspect_drafting import regions

from etl.frames import Sheet
from etl.inspect.draft import Wanted
from etl.inspect.seen import Asked, NoSuchSheet, Seen, see
from etl.inspect.trial import Trial, drafted
from etl.inspect.words import file_pattern, sheet_pattern, slug

KECAMATAN = ["Muara Ancalong", "Muara Wahau", "Muara Bengkal", "Sangatta Utara", "Sangkulirang"]
Grid = list[list[Any]]


def looked(*grids: Grid | Sheet, file: str = "data 2024.xlsx", **asked: Any) -> tuple[Seen, Trial]:
    sheets = [g if isinstance(g, Sheet) else sheet_of(g, name=f"Sheet{no + 1}", no=no) for no, g in enumerate(grids)]
    seen = see(sheets, file, regions(), Asked(**{"year": 2025, **asked}))
    assert seen.chosen is not None
    trial = drafted(sheets, seen, regions(), Wanted("dinkes.uji", "1.02"))
    assert not trial.refused, trial.refused
    assert trial.agrees
    return seen, trial


def rows(*columns: Sequence[Any]) -> Grid:
    return [list(row) for row in zip(*columns, strict=True)]


def test_tables_side_by_side_are_two_and_one_is_drafted_by_its_area() -> None:
    left = [["Kecamatan", "Sapi"], *rows(KECAMATAN, [1, 2, 3, 4, 5])]
    right = [["Kecamatan", "Guru", "Murid"], *rows(KECAMATAN, [6, 7, 8, 9, 10], [1, 1, 2, 3, 5])]
    seen, trial = looked([[*one, None, *two] for one, two in zip(left, right, strict=True)])
    assert [table.frame.area for table in seen.sheets[0].tables] == ["A:B", "D:F"]
    assert 'area: "D:F"' in trial.draft.text
    assert trial.total == 40 + 12
    assert any("tabel lain di lembar ini" in doubt for doubt in seen.doubts)


def test_the_same_table_again_below_is_read_too() -> None:
    one = [["Tahun 2023", None], ["Kecamatan", "Sapi"], *rows(KECAMATAN, [1, 2, 3, 4, 5])]
    two = [["Tahun 2024", None], ["Kecamatan", "Sapi"], *rows(KECAMATAN, [6, 7, 8, 9, 10])]
    _, trial = looked([*one, [None, None], *two], file="ternak.xlsx")
    assert "repeat: true" in trial.draft.text
    assert trial.total == 55 and trial.periods == ("2023", "2024")


def test_periods_to_the_right_of_their_name_are_a_table_on_its_side() -> None:
    seen, trial = looked([["Tahun", 2022, 2023, 2024], ["Persentase Penduduk Miskin", 9.3, 9.1, 8.8]])
    assert seen.chosen is not None and seen.chosen.transposed
    assert "transpose: true" in trial.draft.text and "additive: false" in trial.draft.text
    assert trial.periods == ("2022", "2023", "2024")


def test_units_and_column_numbers_below_the_header_are_skipped_and_the_unit_is_scaled() -> None:
    grid = [
        ["PRODUKSI PADI TAHUN 2024", None, None],
        ["Kecamatan", "Produksi", "Produktivitas"],
        [None, "(ribu ton)", "(ku/ha)"],
        ["(1)", "(2)", "(3)"],
        *rows(KECAMATAN, [1.5, 2.5, 3, 4, 5], [40, 41, 42, 43, 44]),
        ["Jumlah", 16, None],
        ["Sumber: DTPHP", None, None],
    ]
    seen, trial = looked(grid)
    assert seen.chosen is not None and seen.chosen.frame.skip == 2
    assert 'scale: "1000"' in trial.draft.text and "satuan: ton\n" in trial.draft.text
    assert 'stop: ["Sumber:"]' in trial.draft.text and "totals: {where: {kecamatan: [Jumlah]}}" in trial.draft.text
    assert trial.total == 16_000 + 210


def test_a_column_that_adds_up_the_others_becomes_their_control() -> None:
    men, women = [10, 20, 30, 40, 50], [1, 2, 3, 4, 5]
    grid = [["Kecamatan", "Laki-laki", "Perempuan", "Jumlah"]]
    grid += rows(KECAMATAN, men, women, [a + b for a, b in zip(men, women, strict=True)])
    _, trial = looked(grid)
    assert "jumlah: {role: kontrol, aliases: [Jumlah], sum_of: [laki_laki, perempuan]}" in trial.draft.text
    assert "rincian: {jenis_kelamin: P}" in trial.draft.text
    assert trial.figures == 10


def test_numbers_as_text_tell_their_decimal_sign_and_doubt_is_said() -> None:
    _, point = looked([["Kecamatan", "Luas"], *rows(KECAMATAN, ["12.5", "1.25", "3.75", "4", "10.5"])])
    assert "decimal: titik" in point.draft.text and point.total == 32
    seen, comma = looked([["Kecamatan", "Luas"], *rows(KECAMATAN, ["12,5", "1.250,25", "3,75", "4", "-"])])
    assert comma.total == 1270.5 and "`-` berarti kosong" in comma.draft.text
    seen, _ = looked([["Kecamatan", "Luas"], *rows(KECAMATAN, ["1.250", "2.500", "3.750", "4.000", "1.000"])])
    assert seen.chosen is not None
    assert any("dibaca 1234, bukan 1,234" in doubt for doubt in seen.chosen.doubts)


def test_villages_of_the_same_name_are_looked_for_within_their_kecamatan() -> None:
    grid = [["Kecamatan", "Desa", "Balita"], ["Muara Bengkal", "Benua Baru", 4], [None, "Ngayau", 5]]
    grid += [["Muara Wahau", "Nehas Liah Bing", 6], [None, "Diaq Lay", 7]]
    _, trial = looked(grid)
    assert "within: kecamatan" in trial.draft.text and "fill_down: [kecamatan]" in trial.draft.text
    assert trial.faults == ()


def test_regions_that_are_not_ours_are_a_breakdown_and_it_is_said() -> None:
    seen, trial = looked([["Kota", "Sapi"], *rows(["Bandung", "Cimahi", "Bogor", "Depok", "Bekasi"], [1, 2, 3, 4, 5])])
    assert 'wilayah: {role: wilayah, scheme: kemendagri, value: "64.08"} # periksa' in trial.draft.text
    assert "kota: {role: rincian" in trial.draft.text
    assert seen.chosen is not None
    assert any("tidak ada wilayah Kutai Timur yang dikenali" in doubt for doubt in seen.chosen.doubts)


def test_personal_data_are_named_and_never_quoted() -> None:
    nik = "6408044101900001"
    grid = [
        ["Kecamatan", "Catatan", "Bantuan"],
        *rows(KECAMATAN, [f"pengganti NIK {nik}", None, None, None, None], range(5)),
    ]
    seen, trial = looked(grid)
    assert seen.chosen is not None
    assert any("data pribadi" in doubt for doubt in seen.chosen.doubts)
    assert nik not in trial.draft.text


def test_a_hidden_sheet_is_not_chosen_and_another_may_be_asked_for() -> None:
    big = [["Kecamatan", "Sapi", "Kambing"], *rows(KECAMATAN, range(5), range(5))]
    hidden = sheet_of(big, name="Lama", no=0, hidden=True)
    small = sheet_of([["Kecamatan", "Sapi"], *rows(KECAMATAN, range(1, 6))], name="Data", no=1)
    seen, _ = looked(hidden, small)
    assert seen.chosen is not None and seen.chosen.sheet == "Data" and seen.sheets[0].hidden
    seen, trial = looked(hidden, small, sheet="lama")
    assert seen.chosen is not None and seen.chosen.sheet == "Lama" and "sheet: Lama" in trial.draft.text
    with pytest.raises(NoSuchSheet):
        looked(hidden, small, sheet="tiada")


def test_a_stated_header_is_believed() -> None:
    grid = [["Catatan", "x"], ["Kecamatan", "Sapi"], *rows(KECAMATAN, range(5))]
    seen, _ = looked(grid, header=2, rows=1)
    assert seen.chosen is not None and (seen.chosen.frame.first, seen.chosen.frame.rows) == (1, 1)


def test_every_kecamatan_becomes_a_rule() -> None:
    names = [region.nama for region in regions() if region.tingkat == "kecamatan"]
    _, trial = looked([["Kecamatan", "Sapi"], *rows(names, range(len(names)))])
    assert "{rule: every_wilayah, level: kecamatan, severity: catatan}" in trial.draft.text
    _, trial = looked([["Kecamatan", "Sapi"], *rows(names[:-1], range(len(names) - 1))])
    assert "every_wilayah" not in trial.draft.text


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("faskes_2023.xlsx", "faskes_*.xlsx"),
        ("lra_lamsel_2026_april.xlsx", "lra_lamsel_*.xlsx"),
        ("Rekap Penduduk DKB2 2024.xlsx", "Rekap Penduduk DKB*.xlsx"),
        ("sp4n_lapor_2024.csv", "sp4n_lapor_*.csv"),
        ("Bansos TW II 2025.csv", "Bansos *.csv"),
        ("[Seri 2010] PDRB.csv", "[[]Seri *] PDRB.csv"),
        ("2024.xlsx", "2024.xlsx"),
        ("nakes/Tenaga Kesehatan 2024.xlsx", "nakes/Tenaga Kesehatan *.xlsx"),
    ],
)
def test_what_changes_in_a_file_name_becomes_a_star(name: str, pattern: str) -> None:
    import fnmatch

    assert file_pattern(name) == pattern
    assert fnmatch.fnmatchcase(name, pattern)


def test_sheet_names_and_identifiers() -> None:
    assert sheet_pattern("Padi 2024") == "Padi *"
    assert sheet_pattern("Sheet1") == "Sheet1"
    assert slug("% Ditimbang") == "persen_ditimbang" and slug("2021 / L") == "k_2021_l" and slug("…") == ""
    assert sheet_pattern("Sem 2 2024") == "Sem *" and sheet_pattern("Triwulan II 2024") == "Triwulan *"


def test_several_years_are_drafted_as_a_period_of_their_own() -> None:
    spans = ["2019-2021", "2019-2021", "2020 s.d. 2022", "2020 s.d. 2022", "2020 s.d. 2022"]
    _, trial = looked([["Kecamatan", "Periode", "AHH"], *rows(KECAMATAN, spans, [71, 72, 73, 74, 75])], file="ahh.xlsx")
    assert "calendar: {period: multitahun, periods: [2019-2021, 2020-2022], due_days: 180}" in trial.draft.text


def test_a_plan_beside_its_years_is_drafted_as_one_more_column() -> None:
    head = ["Kecamatan", "2021", "2022", "2021-2026"]
    _, trial = looked(
        [head, *rows(KECAMATAN, [1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [10, 20, 30, 40, 50])], file="sasaran.xlsx"
    )
    assert "period: tahunan" in trial.draft.text
    assert trial.total == 15 + 20 + 150
