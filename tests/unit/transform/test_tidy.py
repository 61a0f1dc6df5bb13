"""The whole of tidy on small sheets: frames, faults, findings, refusals. Golden cases hold the figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from golden.grids import Cell, contract_of, figures_of, kutim, sheet_of

from etl.contract import Contract
from etl.findings import MAX_CELLS, Finding, Owner, Refused, Severity
from etl.frames import FIGURES, Sheet, Tidy, row_key
from etl.transform.regions import Region, Regions
from etl.transform.tidy import tidy

KECAMATAN = {"role": "wilayah", "scheme": "nama", "level": "kecamatan"}
N = {"role": "ukuran", "indikator": "a.n"}


def read(contract: Contract, *grids: list[list[Cell]], file: str = "berkas.xlsx", **more: Any) -> Tidy:
    sheets = [sheet_of(rows, f"Lembar {no + 1}", no, **more) for no, rows in enumerate(grids)]
    return tidy(sheets, contract, kutim(), file)


def refusal(contract: Contract, *grids: list[list[Cell]], file: str = "berkas.xlsx") -> tuple[Finding, ...]:
    with pytest.raises(Refused) as refused:
        read(contract, *grids, file=file)
    assert all(finding.file == file for finding in refused.value.findings)
    return refused.value.findings


def test_frames_have_the_shapes_that_the_checks_expect() -> None:
    contract = contract_of(
        columns={
            "kecamatan": KECAMATAN,
            "tahun": {"role": "periode"},
            "jk": {"role": "rincian", "values": {"L": ["Laki-laki"], "P": ["Perempuan"]}},
            "lk": {**N, "aliases": ["Jumlah"]},
            "total": {"role": "kontrol", "sum_of": ["lk"]},
            "ket": {"role": "teks", "required": False},
            "tak_ada": {**N, "required": False},
        },
        source={"kind": "folder", "files": "*"},
    )
    rows: list[list[Cell]] = [
        ["Kecamatan", "Tahun", "JK", "Jumlah", "Total"],
        ["Telen", 2024, "laki-LAKI", "1,5", 2],
        ["", "", "", "", ""],
        ["Kaubun", 2023, "P", "-", 3],
    ]
    result = read(contract, rows)
    assert list(result.rows.columns) == ["kecamatan", "tahun", "jk", "lk", "total", "ket", "tak_ada"]
    assert list(result.rows.index) == [2, 4] == list(result.raw.index)
    kinds = ["category", "category", "category", "float64", "float64", "str", "float64"]
    assert [str(dtype) for dtype in result.rows.dtypes] == kinds
    assert result.rows["lk"].tolist()[0] == 1.5 and np.isnan(result.rows["lk"].tolist()[1])
    assert result.rows["jk"].tolist() == ["L", "P"]
    assert result.raw.loc[2].tolist() == ["Telen", "2024", "laki-LAKI", "1,5", "2"]
    assert result.figures.schema == FIGURES == result.controls.schema
    assert figures_of(result.figures) == [
        ("a.n", "64.08.07", "2024", "jk=L", "1.5"),
        ("a.n", "64.08.15", "2023", "jk=P", "[-]"),
    ]
    assert figures_of(result.controls) == [
        ("total", "64.08.07", "2024", "jk=L", "2"),
        ("total", "64.08.15", "2023", "jk=P", "3"),
    ]
    assert result.columns["lk"] == (4, "Jumlah")
    assert result.periods == ("2023", "2024")
    assert result.sheets == {0: "Lembar 1"}


def test_several_spellings_of_one_region_are_one_entry_of_the_dictionary() -> None:
    """Dictionaries with doubles break pandas' categoricals further on."""
    rows: list[list[Cell]] = [["Kecamatan", "N"], ["Telen", 1], ["KEC. TELEN", 2], [" telen", 3]]
    result = read(contract_of(columns={"kecamatan": KECAMATAN, "n": N}), rows, [["Kecamatan", "N"], ["TELEN", 4]])
    for name in ("wilayah", "periode", "rincian", "indikator", "penanda"):
        values = result.figures[name].combine_chunks().dictionary.to_pylist()
        assert len(values) == len(set(values))


def test_faults_know_row_column_value_and_reason() -> None:
    rows: list[list[Cell]] = [["Kecamatan", "N"], ["Telan", "1"], ["Telen", "12.5"], ["", "2"]]
    result = read(contract_of(columns={"kecamatan": KECAMATAN, "n": N}), rows)
    by_rule = {fault.rule: fault for fault in result.faults}
    unknown = by_rule["wilayah_dikenal"]
    assert unknown.severity is Severity.TOLAK and unknown.total == 2 and list(unknown.bad_keys) == [2, 4]
    assert unknown.cells[["key", "col_no", "value"]].values.tolist() == [[2, 1, "Telan"], [4, 1, ""]]
    assert "Telen (64.08.07)" in unknown.cells["message"][0] and "kosong" in unknown.cells["message"][1]
    assert by_rule["angka_terbaca"].cells["message"][0].startswith("Angka tidak terbaca: letak titik")
    assert result.figures.num_rows == 0
    assert len(result.rows) == 3


def test_a_file_of_which_everything_fails_keeps_only_the_first_cells() -> None:
    n = 50_000
    text = (pa.array(["Kecamatan", *["Entah"] * n]), pa.array(["N", *[f"x{i}" for i in range(n)]]))
    result = tidy(
        [Sheet("S", 0, text, (None, None))], contract_of(columns={"kecamatan": KECAMATAN, "n": N}), kutim(), "b"
    )
    assert {fault.rule: (fault.total, len(fault.bad_keys), len(fault.cells)) for fault in result.faults} == {
        "wilayah_dikenal": (n, n, MAX_CELLS),
        "angka_terbaca": (n, n, MAX_CELLS),
    }


def test_row_keys_of_the_second_sheet() -> None:
    rows: list[list[Cell]] = [["Kecamatan", "N"], ["Telen", "x"]]
    result = read(contract_of(columns={"kecamatan": KECAMATAN, "n": N}, layout=[{"sheet": "*"}]), rows, rows)
    assert list(result.rows.index) == [2, row_key(1, 2)] == list(result.faults[0].bad_keys)


def test_code_and_name_that_disagree_are_a_fault() -> None:
    contract = contract_of(
        columns={
            "kode": {"role": "wilayah", "scheme": "kemendagri", "level": "kecamatan"},
            "nama": {**KECAMATAN},
            "n": N,
        }
    )
    result = read(contract, [["Kode", "Nama", "N"], ["64.08.07", "Telen", 1], ["64.08.09", "Kaubun", 2]])
    (fault,) = result.faults
    assert list(fault.bad_keys) == [3]
    assert "Bengalon (64.08.09) tidak cocok dengan Kaubun (64.08.15)" in fault.cells["message"][0]


def test_control_rows_are_totals_over_what_they_do_not_name() -> None:
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "jk": {"role": "rincian", "values": {"L": [], "P": []}}, "n": N},
        totals={"where": {"kecamatan": ["Jumlah"], "jk": ["L+P"]}},
    )
    rows: list[list[Cell]] = [
        ["Kecamatan", "JK", "N"],
        ["Telen", "L", 1],
        ["Telen", "P", 2],
        ["Telen", "L+P", 3],
        ["JUMLAH ", "", 3],
    ]
    result = read(contract, rows)
    assert result.skipped == {"kepala": 1, "jumlah": 2}
    assert figures_of(result.controls) == [("a.n", "64.08.07", "2024", "", "3"), ("a.n", None, "2024", "", "3")]
    assert result.faults == ()


def test_added_columns_are_noted_and_running_numbers_are_not() -> None:
    rows: list[list[Cell]] = [["No", "Kecamatan", "N", "Baru", ""], [1, "Telen", 5, "x", "<-- contoh"]]
    result = read(contract_of(columns={"kecamatan": KECAMATAN, "n": N}), rows)
    (finding,) = result.findings
    assert (finding.rule, finding.severity, finding.column) == ("kolom_baru", Severity.CATATAN, "D")
    assert "D `Baru`, E `tanpa judul`" in finding.message
    assert finding.file == "berkas.xlsx" and finding.sheet == "Lembar 1"


def test_an_overdue_correction_is_ours_to_repair() -> None:
    correction = {
        "where": {"kecamatan": "64.08.07"},
        "column": "n",
        "was": "1O",
        "becomes": "10",
        "reason": "huruf O",
        "by": "Ani",
        "on": "2026-01-02",
    }
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": N}, corrections=[correction])
    fixed = read(contract, [["Kecamatan", "N"], ["Telen", "1O"]])
    assert (fixed.corrected, fixed.findings, figures_of(fixed.figures)[0][-1]) == (1, (), "10")
    assert fixed.raw["N"].tolist() == ["1O"]
    overdue = read(contract, [["Kecamatan", "N"], ["Telen", 11]])
    (finding,) = overdue.findings
    assert (finding.rule, finding.owner, finding.severity) == ("koreksi_usang", Owner.DISKOMINFO, Severity.CATATAN)
    assert (finding.cell, finding.value, overdue.corrected) == ("B2", "11", 0)
    elsewhere = read(contract, [["Kecamatan", "N"], ["Kaubun", 11]])
    assert elsewhere.findings == ()


def test_a_note_of_the_reader_on_a_measure_is_a_fault_elsewhere_a_note() -> None:
    def note(row: int | None, column: str) -> Finding:
        return Finding("rumus_bernilai", "Rumus tanpa nilai.", "sebab", "tindakan", row=row, column=column)

    rows: list[list[Cell]] = [["Kecamatan", "N", "Ket"], ["Telen", "", "a"], ["Kaubun", 2, ""]]
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": N, "ket": {"role": "teks"}})
    result = read(contract, rows, notes=(note(2, "B"), note(3, "C"), note(1, "B")))
    (fault,) = result.faults
    assert (fault.rule, list(fault.bad_keys), fault.cells["col_no"].tolist()) == ("rumus_bernilai", [2], [2])
    assert [(finding.cell, finding.severity) for finding in result.findings] == [
        ("C3", Severity.CATATAN),
        ("B1", Severity.CATATAN),
    ]
    with pytest.raises(Refused, match="Rumus tanpa nilai"):
        read(contract, rows, notes=(note(None, ""),))


def test_all_that_is_wrong_with_the_structure_is_said_at_once() -> None:
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "n": N, "m": {**N, "aliases": ["Guru"]}},
        layout=[{"sheet": "*", "header": {"row": 1}}],
    )
    findings = refusal(contract, [["Kecamatan", "Guru", "Guru"], ["Telen", 1, 2]], [["Kec", "N", "M"], ["Telen", 1, 2]])
    assert [(finding.rule, finding.sheet) for finding in findings] == [
        ("kolom_ganda", "Lembar 1"),
        ("kolom_wajib", "Lembar 1"),
        ("kolom_wajib", "Lembar 2"),
    ]


def test_an_empty_sheet_is_called_empty() -> None:
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": N}, layout=[{"sheet": "*", "header": {"find": ["N"]}}])
    (finding,) = refusal(contract, [[None, None], [None, None]])
    assert (finding.rule, finding.sheet) == ("lembar_kosong", "Lembar 1")


def test_a_column_that_did_not_move_with_the_header_is_still_missing() -> None:
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "n": N, "m": {**N, "aliases": ["Guru", "Jml Guru"]}},
        layout=[{"sheet": "*", "header": {"row": 1}}],
    )
    moved, missing = refusal(contract, [["Judul"], [], ["Kecamatan", "N"], ["Telen", 1]])
    assert (moved.rule, moved.row) == ("kepala_ditemukan", 3)
    assert "`Guru`" in missing.message
    assert missing.value == "", "what was looked for does not stand in the file"


def test_a_long_text_is_quoted_in_brief() -> None:
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": N})
    result = read(contract, [["Kecamatan", "N"], ["x" * 100_000, 1]])
    (fault,) = result.faults
    assert "x…" in fault.cells["message"][0]
    assert len(fault.cells["message"][0]) < 400


def test_position_chooses_between_doubled_headers() -> None:
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": {**N, "aliases": ["Rawat"], "position": 3}})
    result = read(contract, [["Kecamatan", "Rawat", "Rawat"], ["Telen", 1, 2]])
    assert figures_of(result.figures)[0][-1] == "2"
    assert result.columns["n"] == (3, "Rawat (2)")
    assert result.raw[result.columns["n"][1]].tolist() == ["2"]


def test_an_upper_header_names_the_only_column_below_it() -> None:
    contract = contract_of(
        columns={
            "kecamatan": KECAMATAN,
            "n": {**N, "aliases": ["Jumlah"]},
            "guru": {"role": "ukuran", "indikator": "a.n", "aliases": ["Guru"], "required": False},
        },
        layout=[{"header": {"row": 1, "rows": 2}}],
    )
    result = read(contract, [["Kecamatan", "Jumlah", "Guru", ""], ["", "2021", "L", "P"], ["Telen", 5, 6, 7]])
    assert [(name, col_no) for name, (col_no, _) in result.columns.items()] == [("kecamatan", 1), ("n", 2)]


@pytest.mark.parametrize(
    ("since", "file", "expected"),
    [(2024, "sekolah 2024.xlsx", "1"), (2024, "sekolah 2025.xlsx", "1"), (2024, "sekolah 2023.xlsx", "2")],
)
def test_the_layout_block_of_the_period_is_used(since: int, file: str, expected: str) -> None:
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "n": {**N, "aliases": ["Tidak dipakai"]}},
        layout=[{"since": str(since), "aliases": {"n": ["Baru"]}}, {"aliases": {"n": ["Lama"]}}],
        source={"kind": "folder", "files": "*", "periods": [{"place": "file"}]},
    )
    result = read(
        contract,
        [["Kecamatan", "Baru" if expected == "1" else "x", "Lama" if expected == "2" else "y"], ["Telen", 1, 2]],
        file=file,
    )
    assert figures_of(result.figures)[0][-1] == expected


def test_the_period_of_a_title_or_sheet_name() -> None:
    periods = [{"place": "title", "pattern": r"Keadaan (.*)$"}]
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "n": N},
        source={"kind": "folder", "files": "*", "periods": periods},
        layout=[{"header": {"find": ["Kecamatan"]}}],
    )
    result = read(contract, [["Jumlah sekolah"], ["Keadaan 31 Desember 2022"], ["Kecamatan", "N"], ["Telen", 1]])
    assert result.periods == ("2022",)
    (finding,) = refusal(contract, [["Jumlah sekolah"], ["Kecamatan", "N"], ["Telen", 1]])
    assert finding.rule == "periode_terbaca" and "judul di atas tabel" in finding.message


def test_a_file_name_without_its_period_is_refused() -> None:
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "n": N},
        source={"kind": "folder", "files": "*", "periods": [{"place": "file", "pattern": r"(\d{4})"}]},
    )
    (finding,) = refusal(contract, [["Kecamatan", "N"], ["Telen", 1]], file="sekolah baru.xlsx")
    assert "nama berkas" in finding.message and finding.value == "sekolah baru.xlsx"


def test_a_monthly_dataset_whose_file_says_only_the_year_is_refused() -> None:
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": N}, calendar={"period": "bulanan", "due_days": 9})
    (finding,) = refusal(contract, [["Kecamatan", "N"], ["Telen", 1]])
    assert "periode tahunan, padahal dataset ini bulanan" in finding.message


def test_an_unreadable_header_of_a_spread_is_refused_when_the_contract_names_its_form() -> None:
    spread = {
        "role": "ukuran",
        "indikator": "a.n",
        "values": {"L": ["Lk"], "P": ["Pr"]},
        "spread": {"levels": ["jk"], "headers": "^Murid"},
    }
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "n": {**spread, "values": {"L": ["Murid L"], "P": ["Murid P"]}}}
    )
    assert read(contract, [["Kecamatan", "Murid L", "Murid P"], ["Telen", 1, 2]]).figures.num_rows == 2
    (finding,) = refusal(contract, [["Kecamatan", "Murid L", "Murid W"], ["Telen", 1, 2]])
    assert (finding.rule, finding.column) == ("kepala_terbaca", "C")
    (double,) = refusal(contract, [["Kecamatan", "Murid L", "MURID L"], ["Telen", 1, 2]])
    assert double.rule == "kolom_ganda" and "B dan C" in double.message


def test_findings_of_a_sheet_read_sideways_name_its_own_cells() -> None:
    contract = contract_of(columns={"kecamatan": KECAMATAN, "n": N}, layout=[{"transpose": True}])
    result = read(contract, [["Kecamatan", "Telen"], ["N", 1], ["Baru", "x"]])
    assert result.transposed == {0}
    assert (result.findings[0].row, result.findings[0].column) == (3, "")


def test_nothing_is_written_into_what_was_handed_over() -> None:
    sheet = sheet_of([["Kecamatan", "N"], ["Telen", "1O"]])
    before = [column.to_pylist() for column in sheet.text]
    correction = {
        "where": {"kecamatan": "64.08.07"},
        "column": "n",
        "was": "1O",
        "becomes": "10",
        "reason": "huruf O",
        "by": "Ani",
        "on": "2026-01-02",
    }
    tidy([sheet], contract_of(columns={"kecamatan": KECAMATAN, "n": N}, corrections=[correction]), kutim(), "b")
    assert [column.to_pylist() for column in sheet.text] == before


def test_a_constant_region_that_the_register_does_not_know_is_ours_to_repair() -> None:
    contract = contract_of(columns={"w": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"}, "n": N})
    with pytest.raises(Refused) as refused:
        tidy([sheet_of([["N"], [1]])], contract, Regions([Region("11", "11", "Aceh", "provinsi", None)], []), "b")
    assert refused.value.findings[0].owner is Owner.DISKOMINFO
