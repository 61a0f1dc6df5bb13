"""Columns by their headers: what may differ in a header and what may not; what is said when an agency changes them."""

from __future__ import annotations

import pytest
from golden.grids import Cell, contract_of, figures_of, kutim, sheet_of

from etl.contract import Contract
from etl.findings import Finding, Refused
from etl.frames import Tidy
from etl.transform.text import unmarked, without_unit
from etl.transform.tidy import tidy
from etl.transform.units import is_unit_of

KECAMATAN = {"role": "wilayah", "scheme": "nama", "level": "kecamatan"}


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("2024*)", "2024"),
        ("2023¹", "2023"),
        ("2023 ¹⁾", "2023"),
        ("Jumlah 1)", "Jumlah"),
        ("2024 r)", "2024"),
        ("Kasus (a) 2)", "Kasus (a)"),
        ("Jumlah (L)", "Jumlah (L)"),
        ("(1)", "(1)"),
        ("*", "*"),
        ("a)", "a)"),
    ],
)
def test_footnote_marks(text: str, bare: str) -> None:
    assert unmarked(text) == bare


def test_units_in_brackets() -> None:
    assert without_unit("Luas¹ (ha)") == ("Luas", "ha")
    assert without_unit("Luas") == ("Luas", "")
    assert without_unit("(ha)") == ("(ha)", "")
    assert is_unit_of("jiwa", "orang", "1") and is_unit_of("Ribu Jiwa", "orang", "1000")
    assert is_unit_of("km²", "kilometer persegi", "1") and is_unit_of("Rp", "rupiah", "1")
    assert not is_unit_of("ribu jiwa", "orang", "1") and not is_unit_of("jiwa", "orang", "1000")
    assert not is_unit_of("ha", "kilometer persegi", "1") and not is_unit_of("%", "orang", "1")


def test_codes_merged_under_one_header_are_told_apart_by_position() -> None:
    columns = {
        "a": {"role": "rincian", "aliases": ["Kode"], "position": 1},
        "b": {"role": "rincian", "aliases": ["Kode"], "position": 2},
        "c": {"role": "rincian", "position": 3},
        "w": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
        "n": {"role": "ukuran", "indikator": "k.n"},
    }
    contract = contract_of(columns=columns)
    for header in (["Kode", "", "", "N"], ["Kode", "Kode", "", "N"]):
        result = tidy([sheet_of([header, ["1", "2", "3", 4]])], contract, kutim(), "b")
        assert figures_of(result.figures) == [("k.n", "64.08", "2024", "a=1|b=2|c=3", "4")]
    with pytest.raises(Refused, match="Kolom wajib `c`"):
        tidy([sheet_of([["Kode", "", "Uraian", "N"], ["1", "2", "3", 4]])], contract, kutim(), "b")


# ── an agency changes its layout ─────────────────────────────────────────────────────────────────────────────────────

OLD: list[list[Cell]] = [["Kecamatan", "Jumlah Sekolah", "Jumlah Guru"], ["Telen", 5, 60]]
NEW: list[list[Cell]] = [
    ["Rekap sekolah"],
    ["Kecamatan", "Jml. Guru Tetap", "Banyaknya Sekolah", "Ruang Kelas"],
    ["Telen", 61, 6, 70],
]
COLUMNS = {
    "kecamatan": KECAMATAN,
    "sekolah": {"role": "ukuran", "indikator": "s.sekolah", "aliases": ["Jumlah Sekolah"]},
    "guru": {"role": "ukuran", "indikator": "s.guru", "aliases": ["Jumlah Guru"]},
}
OLD_BLOCK = {"sheet": "Data*", "header": {"find": ["Kecamatan"]}}
NEW_BLOCK = {
    "since": "2024",
    "sheet": "Data*",
    "header": {"find": ["Kecamatan", "Ruang Kelas"]},
    "aliases": {"sekolah": ["Banyaknya Sekolah"], "guru": ["Jml. Guru Tetap"]},
}


def school(*blocks: dict[str, object]) -> Contract:
    source = {"kind": "folder", "files": "*", "periods": [{"place": "file"}]}
    return contract_of(columns=COLUMNS, layout=blocks, source=source)


def read(contract: Contract, rows: list[list[Cell]], file: str) -> Tidy:
    return tidy([sheet_of(rows, "Data 1")], contract, kutim(), file)


def test_a_changed_layout_is_named_with_sheet_period_columns_and_likely_new_names() -> None:
    with pytest.raises(Refused) as refused:
        read(school(OLD_BLOCK), NEW, "sekolah 2024.xlsx")
    findings: tuple[Finding, ...] = refused.value.findings
    assert [(finding.rule, finding.sheet, finding.file) for finding in findings] == [
        ("kolom_wajib", "Data 1", "sekolah 2024.xlsx")
    ] * 2
    sekolah, guru = findings
    assert "`Jumlah Sekolah` untuk periode 2024 tidak ada di lembar `Data 1`" in sekolah.message
    assert "Kolom yang belum dikenal: `Jml. Guru Tetap`, `Banyaknya Sekolah`, `Ruang Kelas`." in sekolah.message
    assert "Mungkin berganti nama menjadi `Banyaknya Sekolah` (kolom C)." in sekolah.message
    assert "Mungkin berganti nama menjadi `Jml. Guru Tetap` (kolom B)." in guru.message


def test_the_added_block_reads_the_new_file_and_older_files_still_read_with_the_older_one() -> None:
    contract = school(NEW_BLOCK, OLD_BLOCK)
    new = read(contract, NEW, "sekolah 2024.xlsx")
    assert [line[0:3:2] + line[-1:] for line in figures_of(new.figures)] == [
        ("s.sekolah", "2024", "6"),
        ("s.guru", "2024", "61"),
    ]
    assert [finding.header for finding in new.findings] == ["Ruang Kelas"]
    old = read(contract, OLD, "sekolah 2023.xlsx")
    assert [line[-1] for line in figures_of(old.figures)] == ["5", "60"] and old.findings == ()
    with pytest.raises(Refused, match="Kepala tabel tidak ditemukan"):
        read(contract, OLD, "sekolah 2024.xlsx")
