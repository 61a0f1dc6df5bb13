"""Every readable file that agencies published: the draft, unchanged, is a contract and reads exactly its figures.

What the figures are is a table written by looking at each file; their sum comes from other libraries than ours.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from inspect_drafting import SHARED, added, checked, inspected, number, read_by, total

from etl.extract.read import read_sheets
from etl.findings import Refused

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"contoh berkas bersama tidak ada: {SHARED}")

Rows = list[list[object]]
Answer = tuple[int, Decimal]
"""How many figures, and their sum in the stored unit."""


def workbook(path: Path, sheet: str | None = None) -> Rows:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return [list(row) for row in (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)]


def delimited(path: Path, delimiter: str = ",", decimal: str = ".") -> Rows:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[_pointed(cell) if decimal == "," else cell for cell in row] for row in rows]


def _pointed(cell: str) -> str:
    return cell.replace(",", ".") if re.fullmatch(r"-?\d+,\d+\s*", cell) else cell


def table(rows: Rows, columns: Sequence[int], scale: int = 1) -> Answer:
    """All the rows, these columns."""
    return len(rows) * len(columns), added(rows, columns) * scale


def corona(columns: range) -> Callable[[Path], Answer]:
    return lambda path: table(workbook(path, "data")[2:], columns)


def makro(delimiter: str, decimal: str, first: int) -> Callable[[Path], Answer]:
    return lambda path: table(delimited(path, delimiter, decimal)[first:], range(4, 10))


def pus(path: Path) -> Answer:
    return table([row for row in delimited(path, ";")[1:] if any(row)], (5, 6))


def unemployment(path: Path) -> Answer:
    rows = delimited(path)
    end = next(no for no, row in enumerate(rows) if row[1] == "Total")
    return table([row for row in rows[:end] if str(row[0]).isdigit()], range(2, 61))


def html_table(path: Path) -> Answer:
    values = re.findall(r">\s*(\d+\.\d\d)\s*<", path.read_text(encoding="utf-8", errors="replace"))
    return len(values), sum((Decimal(value) for value in values), Decimal(0))


def sikd(path: Path) -> Answer:
    """openpyxl reads no .xls: calamine without our reader; leaves are codes that begin no other code."""
    from python_calamine import CalamineWorkbook

    rows = [
        row
        for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        if row[0] not in ("", "KODE")
    ]
    codes = [str(row[0]).removesuffix(".0") for row in rows]
    leaves = [
        row
        for row, code in zip(rows, codes, strict=True)
        if code.isdigit() and not any(other != code and other.startswith(code) for other in codes)
    ]
    return table([list(row) for row in leaves], range(2, 26))


def indented(path: Path) -> Answer:
    rows = delimited(path)[1:]
    depth = [len(str(row[0])) - len(str(row[0]).lstrip()) for row in rows]
    return table([row for no, row in enumerate(rows) if no + 1 == len(rows) or depth[no + 1] <= depth[no]], (1, 2, 3))


def in_miliar(path: Path) -> Answer:
    """`9.533,44 M` in two columns, `2,367.58` percent in the third."""
    rows = delimited(path)[1:]
    money = [
        Decimal(str(cell).removesuffix(" M").replace(".", "").replace(",", ".")) for row in rows for cell in row[1:3]
    ]
    share = [Decimal(str(row[3]).replace(",", "")) for row in rows]
    return len(money) + len(share), sum(money) * 10**9 + sum(share)


def lra(path: Path) -> Answer:
    rows = [row for row in workbook(path) if re.fullmatch(r"5(\.\d+){5}", str(row[3] or ""))]
    return table([[0 if cell == "0,00" else cell for cell in row] for row in rows], range(5, 13))


def rak(path: Path) -> Answer:
    rows = [row for row in workbook(path, "RAK Belanja") if re.fullmatch(r"5(\.\d+){5}", str(row[0] or ""))]
    return table(rows, range(5, 12))


def records(*fields: str) -> Callable[[Path], Answer]:
    def answer(path: Path) -> Answer:
        found = json.loads(path.read_text(encoding="utf-8"))
        values = [number(one.get(field)) for one in found for field in fields]
        return len(values), sum(values, Decimal(0))

    return answer


def counted(n_rows: int) -> Callable[[Path], Answer]:
    return lambda path: (n_rows, Decimal(n_rows))


EXPECTED: dict[str, Callable[[Path], Answer]] = {
    "statistik/Standar Kelurahan Data Corona (31 Maret 2020 Pukul 08.00).xlsx": corona(range(6, 17)),
    "statistik/Standar Kelurahan Data Corona (30 Juni 2020 Pukul 09.00).xlsx": corona(range(6, 19)),
    "statistik/Standar Kelurahan Data Corona (30 Januari 2021 Pukul 10.00).xlsx": corona(range(5, 32)),
    "statistik/bandung_perguruan_tinggi_kecamatan.csv": lambda path: table(delimited(path)[2:-1], (1, 2)),
    "statistik/bps_makro_noheader_semicolon.csv": makro(";", ",", 0),
    "statistik/bps_makro_null_literal.csv": makro(",", ".", 1),
    "statistik/bps_makro_semicolon_header.csv": makro(";", ",", 1),
    "statistik/bps_pengangguran_pendidikan_1986_2024.csv": unemployment,
    "statistik/bps_tpt_provinsi_2026.xlsx": lambda path: table(workbook(path)[4:42], (1, 2, 3)),
    "statistik/data_posyandu.xlsx": lambda path: table(workbook(path)[3:66], range(2, 27)),
    "statistik/data_pus_arsip_nov.csv": pus,
    "statistik/data_pus_current.csv": pus,
    "statistik/elsimil_bumil_2025.csv": lambda path: table(delimited(path, ";")[1:], range(6, 25)),
    "statistik/gariskemiskinanjabar.xls": html_table,
    "statistik/idm_pencemaran_air_desa_4000.csv": counted(3999),
    "statistik/jakarta_kepadatan_penduduk.xlsx": lambda path: table(workbook(path)[1:], (4, 5)),
    "statistik/jatim_pdrb_2022_2023.csv": lambda path: table(delimited(path)[3:41], (1, 2), 10**9),
    "statistik/kutim_kemiskinan_2015_2024.xlsx": lambda path: table(
        [[str(cell).replace(",", ".") for cell in row] for row in workbook(path)[1:]], (1,)
    ),
    "statistik/pdrb_sektoral_ragged.csv": lambda path: table(delimited(path)[1:2], (4, 5)),
    "statistik/penduduk_miskin.csv": lambda path: table(delimited(path)[1:], (5,), 1000),
    "statistik/pertumbuhan_contoh_comment.csv": lambda path: table(delimited(path)[1:], (4, 5)),
    "statistik/sumbar_ipm_2022.xlsx": lambda path: table(workbook(path, "UHH")[2:21], (1,)),
    "anggaran/apbd_sikd_2021_2024.xls": sikd,
    "anggaran/djpk_2021_Banyuwangi.csv": indented,
    "anggaran/djpk_2022_Banyuwangi.csv": in_miliar,
    "anggaran/djpk_2022_Blitar.csv": in_miliar,
    **{f"anggaran/lra_lamsel_2026_{month}.xlsx": lra for month in ("januari", "februari", "maret", "april")},
    "anggaran/rak_belanja_lamsel_2026.xlsx": rak,
    "pengaduan/jakarta_crm_psbb_timeseries.csv": lambda path: table(delimited(path)[1:], (1, 2)),
    "pengaduan/sp4n_lapor_samarinda_2024_redacted.csv": counted(240),
    "api/lkpp_master_satker.json": counted(165),
    "api/lkpp_rup_program.json": records("pagu_program"),
    "api/lkpp_rup_kegiatan.json": records("pagu_kegiatan"),
    "api/lkpp_rup_subkegiatan_1200.json": records("pagu_subkegiatan"),
    "api/lkpp_struktur_anggaran_pd.json": records(
        "belanja_operasi", "belanja_modal", "belanja_btt", "belanja_non_pengadaan", "belanja_pengadaan"
    ),
    "api/dynamic_table_detail_fixture.json": lambda path: (3, Decimal(308669 + 311595 + 312473)),
}
SAID = {
    "statistik/data_pus_current.csv": "tahun tidak disebut di mana pun",
    "statistik/data_pus_arsip_nov.csv": "tahun tidak disebut di mana pun",
    "statistik/sumbar_ipm_2022.xlsx": "lembar lain yang berisi tabel tidak dibaca: HLS, RLS, Perkapita, IPM",
    "statistik/bps_makro_noheader_semicolon.csv": "tabel tanpa kepala",
    "anggaran/djpk_2022_Blitar.csv": "angka berakhiran `M`, dikalikan 1000000000",
    "anggaran/rak_belanja_lamsel_2026.xlsx": "angka, tetapi bukan untuk periode di kepala kolom",
    "pengaduan/sp4n_lapor_samarinda_2024_redacted.csv": "`Kota/Kabupaten` berisi wilayah tetapi kosong di 19 baris",
    "api/lkpp_struktur_anggaran_pd.json": "`tahun_anggaran` kosong di 97 baris",
    "api/lkpp_master_satker.json": "tidak ada kolom angka",
}
"""What a person must decide because the file alone cannot tell."""


@pytest.mark.parametrize("file", EXPECTED)
def test_the_draft_as_it_stands_reads_exactly_the_figures(file: str, tmp_path: Path) -> None:
    path = SHARED / file
    _, trial = inspected(path)
    contract = checked(trial.draft.text, tmp_path)
    result = read_by(contract, path)
    n_figures, expected = EXPECTED[file](path)
    assert result.figures.num_rows == n_figures
    assert total(result) == expected
    assert trial.agrees and not trial.refused
    wrong = [fault.rule for fault in result.faults if fault.rule != "subtotal_cocok"]
    assert wrong == []


@pytest.mark.parametrize("file", SAID)
def test_what_only_a_person_can_know_is_said(file: str) -> None:
    _, trial = inspected(SHARED / file)
    comments = "\n".join(
        line[line.index("# periksa") :] for line in trial.draft.text.splitlines() if "# periksa" in line
    )
    assert SAID[file] in comments


def test_every_sample_is_drafted_or_refused_for_a_stated_reason() -> None:
    left = {}
    for folder in ("statistik", "anggaran", "pengaduan", "api"):
        for path in sorted((SHARED / folder).iterdir()):
            if f"{folder}/{path.name}" not in EXPECTED:
                with pytest.raises(Refused) as refusal:
                    read_sheets(path, path.name, wanted=["*"])
                left[path.name] = {finding.rule for finding in refusal.value.findings}
    assert set(left) == {
        "bps_data_0000_1804.json",
        "bps_data_list_not_available.json",
        "bps_data_null_too_large.json",
        "bps_error_bad_key.json",
        "bps_error_waf_block_excerpt.json",
        "datagoid_package_show_redacted.json",
    }
