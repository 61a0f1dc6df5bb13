"""Budget files as published: subtotals at every level are found and checked, leaves equal the file's own totals."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from etl.catalogue import Catalogue, load_contracts
from etl.extract.read import read_sheets
from etl.findings import Faults, Severity
from etl.frames import Sheet, Tidy, column_letters, split_key
from etl.settings import PROJECT
from etl.transform.regions import Region, Regions
from etl.transform.tidy import tidy

ANGGARAN = PROJECT.parent / "shared" / "samples" / "anggaran"
pytestmark = pytest.mark.skipif(not ANGGARAN.is_dir(), reason=f"contoh berkas bersama tidak ada: {ANGGARAN}")

REGIONS = Regions(
    [
        Region("18.01", "1801", "Kabupaten Lampung Selatan", "kabupaten", None),
        Region("35.10", "3510", "Kabupaten Banyuwangi", "kabupaten", None),
        Region("34", "3400", "DI Yogyakarta", "provinsi", None),
        Region("33", "3300", "Jawa Tengah", "provinsi", None),
        Region("11.02", "1104", "Kabupaten Aceh Tenggara", "kabupaten", None),
        Region("11.01", "1103", "Kabupaten Aceh Selatan", "kabupaten", None),
        Region("11.71", "1171", "Kota Banda Aceh", "kabupaten", None),
        Region("11.72", "1172", "Kota Sabang", "kabupaten", None),
    ],
    [],
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_contracts(Path(__file__).parent / "contracts")


def sheets_of(catalogue: Catalogue, contract_id: str, file: str) -> list[Sheet]:
    sheet = catalogue.contracts[contract_id].layout[0].sheet
    return read_sheets(ANGGARAN / file, file, wanted=[sheet] if isinstance(sheet, str) else None)


def ingest(catalogue: Catalogue, contract_id: str, file: str) -> Tidy:
    return tidy(sheets_of(catalogue, contract_id, file), catalogue.contracts[contract_id], REGIONS, file)


def cells_of(sheet: Sheet) -> list[list[str]]:
    return [[cell or "" for cell in row] for row in zip(*(column.to_pylist() for column in sheet.text), strict=True)]


def number(cell: str) -> Decimal:
    return Decimal(0) if cell in ("", "-", "0,00") else Decimal(cell)


def sums(result: Tidy, *by: str) -> dict[tuple[str, ...], Decimal]:
    total: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in result.figures.to_pylist():
        total[tuple(row[name] for name in by)] += Decimal(row["desimal"] or 0)
    return dict(total)


def with_cell(sheet: Sheet, row: int, column: int, value: str) -> Sheet:
    """The sheet with one number cell changed (1-based)."""
    text = list(sheet.text[column - 1].to_pylist())
    amounts = list((sheet.number[column - 1] or pa.nulls(sheet.n_rows, pa.float64())).to_pylist())
    text[row - 1], amounts[row - 1] = value, float(value)
    texts, numbers = list(sheet.text), list(sheet.number)
    texts[column - 1], numbers[column - 1] = pa.array(text, pa.string()), pa.array(amounts, pa.float64())
    return replace(sheet, text=tuple(texts), number=tuple(numbers))


def cells(fault: Faults) -> list[str]:
    return [f"{column_letters(c.col_no)}{split_key(c.key)[1]}" for c in fault.cells.itertuples()]


# ── four columns of codes ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("month", ["januari", "februari", "maret", "april"])
def test_lra_leaves_equal_the_grand_total(catalogue: Catalogue, month: str) -> None:
    file = f"lra_lamsel_2026_{month}.xlsx"
    (sheet,) = sheets_of(catalogue, "anggaran.lra", file)
    rows = cells_of(sheet)
    grand = rows[-1]
    result = tidy([sheet], catalogue.contracts["anggaran.lra"], REGIONS, file)
    assert grand[4] == "Jumlah" and result.faults == ()
    assert result.periods == (f"2026-{['januari', 'februari', 'maret', 'april'].index(month) + 1:02d}",)
    leaves = [row for row in rows if row[3].count(".") == 5]
    assert len(result.rows) == len(leaves) and result.figures.num_rows == 8 * len(leaves)
    total = {
        (row["indikator"], row["rincian"].rpartition("kelompok=")[2]): Decimal(0) for row in result.figures.to_pylist()
    }
    for row in result.figures.to_pylist():
        total[row["indikator"], row["rincian"].rpartition("kelompok=")[2]] += Decimal(row["desimal"])
    kinds = [(i, k) for k in ("operasi", "modal", "tak_terduga", "transfer") for i in ("lra.pagu", "lra.realisasi")]
    assert total == {kind: number(cell) for kind, cell in zip(kinds, grand[5:13], strict=True)}
    assert total["lra.pagu", "operasi"] > 10_000_000_000
    assert result.read_as["kepala tabel"] == "baris 6-8" and result.read_as["baris nomor kolom"] == "baris 9"
    assert len(result.rows) + sum(result.skipped.values()) == len(rows)
    assert result.skipped["subtotal"] == len(rows) - 9 - 1 - len(leaves) and result.skipped["jumlah"] == 1


def test_lra_a_wrong_subtotal_is_found_and_its_leaves_load(catalogue: Catalogue) -> None:
    file = "lra_lamsel_2026_april.xlsx"
    (sheet,) = sheets_of(catalogue, "anggaran.lra", file)
    contract = catalogue.contracts["anggaran.lra"]
    row = next(n for n, cells in enumerate(cells_of(sheet), 1) if cells[3] == "5.1.02.01" and cells[5] == "1763200")
    result = tidy([with_cell(sheet, row, 6, "1763201")], contract, REGIONS, file)
    (fault,) = result.faults
    assert (fault.rule, fault.severity, cells(fault)) == ("subtotal_cocok", Severity.CATATAN, [f"F{row}"])
    assert fault.cells["message"][0] == (
        "Subtotal 5.1.02.01 menyebut 1.763.201; di bawahnya ada 3 baris terinci, jumlahnya 1.763.200 (selisih 1)."
    )
    assert result.figures.num_rows == ingest(catalogue, "anggaran.lra", file).figures.num_rows


# ── one column in which code lists are mixed ─────────────────────────────────────────────────────────────────────────


def test_rak_leaves_equal_the_grand_total_month_by_month(catalogue: Catalogue) -> None:
    file = "rak_belanja_lamsel_2026.xlsx"
    (sheet,) = sheets_of(catalogue, "anggaran.rak", file)
    rows = cells_of(sheet)
    result = tidy([sheet], catalogue.contracts["anggaran.rak"], REGIONS, file)
    assert result.faults == () and rows[-1][0] == "JUMLAH"
    months = {f"2026-{month:02d}": number(rows[-1][4 + month]) for month in range(1, 8)}
    assert sums(result, "indikator", "periode") == {
        ("rak.pagu", "2026"): number(rows[-1][2]),
        **{("rak.kas", period): total for period, total in months.items()},
    }
    leaves = [row for row in rows if row[0].startswith("5.") and row[0].count(".") == 5]
    assert len(result.rows) == len(leaves)
    assert result.skipped["subtotal"] == len(rows) - 3 - 1 - len(leaves)
    first = result.figures.to_pylist()[0]
    assert first["rincian"] == (
        "skpd=2.16.2.20.2.21.01.0000|sub_kegiatan=2.16.01.2.01.0001|kode=5.1.02.01.001.00024|tahap=pergeseran"
    )


def test_rak_a_wrong_subtotal_among_repeated_rows_is_found(catalogue: Catalogue) -> None:
    file = "rak_belanja_lamsel_2026.xlsx"
    (sheet,) = sheets_of(catalogue, "anggaran.rak", file)
    result = tidy([with_cell(sheet, 6, 8, "1317654224")], catalogue.contracts["anggaran.rak"], REGIONS, file)
    (fault,) = result.faults
    assert (fault.rule, cells(fault)) == ("subtotal_cocok", ["H6"])
    assert "1.317.654.224" in fault.cells["message"][0] and "selisih -1" in fault.cells["message"][0]


# ── codes without dots ───────────────────────────────────────────────────────────────────────────────────────────────


def test_apbd_subtotals_that_are_off_are_exactly_those_that_the_file_has(catalogue: Catalogue) -> None:
    file = "apbd_sikd_2021_2024.xls"
    (sheet,) = sheets_of(catalogue, "anggaran.apbd", file)
    rows = cells_of(sheet)[5:]
    result = tidy([sheet], catalogue.contracts["anggaran.apbd"], REGIONS, file)
    amounts = {row[0]: [number(cell) for cell in row[2:26]] for row in rows}
    leaves = [code for code in amounts if len(code) == 4]
    wrong = set()
    for at, row in enumerate(rows, 6):
        below = [code for code in leaves if code.startswith(row[0]) and code != row[0]]
        for column in range(24):
            total = sum(amounts[code][column] for code in below)
            if below and amounts[row[0]][column] != total and row[2 + column] != "-":
                wrong.add(f"{column_letters(column + 3)}{at}")
    assert {cell for fault in result.faults for cell in cells(fault)} == wrong
    assert len(result.rows) == len(leaves) and result.figures.num_rows == 24 * len(leaves)
    assert sums(result, "wilayah", "periode")["34", "2021"] == sum(amounts[code][0] for code in ("4", "5", "6"))
    assert set(result.rows["akun"]) == {"4", "5", "6"}
    (changed,) = [tidy([with_cell(sheet, 7, 3, "2233109678941")], catalogue.contracts["anggaran.apbd"], REGIONS, file)]
    assert {cell for fault in changed.faults for cell in cells(fault)} == wrong | {"C7"}


# ── indentation ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_djpk_by_indentation_and_decimal_point_found(catalogue: Catalogue) -> None:
    file = "djpk_2021_Banyuwangi.csv"
    result = ingest(catalogue, "anggaran.djpk", file)
    with (ANGGARAN / file).open(encoding="utf-8") as handle:
        rows = list(csv.reader(handle))[1:]
    assert result.periods == ("2021",)
    (financing,) = result.faults  # `Pembiayaan Daerah` is what was received less what was spent: no sum of its leaves
    assert (financing.rule, cells(financing)) == ("subtotal_cocok", ["B28", "C28"])
    assert result.read_as["tanda desimal"].startswith("titik (ditemukan pada ")
    stated = {row[0]: [Decimal(cell or 0) * 10**9 for cell in row[1:3]] for row in rows if not row[0].startswith(" ")}
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in result.figures.to_pylist():
        postur = row["rincian"].split("|")[0].removeprefix("postur=")
        total[postur, row["indikator"]] += Decimal(row["desimal"] or 0)
    # The file's own totals are sums of figures rounded to ten million; it is off by one such unit in spending.
    for no, indikator in enumerate(("djpk.anggaran", "djpk.realisasi")):
        assert total["Pendapatan Daerah", indikator] == stated["Pendapatan Daerah"][no]
        assert abs(total["Belanja Daerah", indikator] - stated["Belanja Daerah"][no]) <= 10_000_000
        assert total["Surplus/(Defisit)", indikator] == stated["Surplus/(Defisit)"][no]
    assert {row["rincian"] for row in result.figures.to_pylist()} >= {
        "postur=Surplus/(Defisit)|akun=Surplus/(Defisit)",
        "postur=Belanja Daerah|kelompok=Belanja Pegawai|akun=Belanja Pegawai",
        "postur=Pendapatan Daerah|kelompok=PAD|akun=Pajak Daerah",
    }
    contract = catalogue.contracts["anggaran.djpk"]
    (sheet,) = sheets_of(catalogue, "anggaran.djpk", file)
    changed = replace(sheet, text=(sheet.text[0], _changed(sheet.text[1], 2, "592.79"), *sheet.text[2:]))
    (fault,) = tidy([changed], contract, REGIONS, file).faults
    assert (fault.rule, cells(fault)) == ("subtotal_cocok", ["B3", "B28", "C28"])
    assert "menyebut 592.790.000.000; di bawahnya ada 4 baris terinci, jumlahnya 592.740.000.000" in str(
        fault.cells["message"][0]
    )


def test_djpk_with_a_factor_behind_every_number(catalogue: Catalogue) -> None:
    """One space before every account: the level is told by the name, and an account written twice is one."""
    file = "djpk_2022_Banyuwangi.csv"
    result = ingest(catalogue, "anggaran.djpk_ringkas", file)
    (financing,) = result.faults  # what was received less what was spent: no sum
    assert (financing.rule, cells(financing)) == ("subtotal_cocok", ["B27", "C27"])
    total: dict[str, Decimal] = defaultdict(Decimal)
    for row in result.figures.to_pylist():
        if row["indikator"] == "djpk_ringkas.realisasi":
            total[row["rincian"].split("|")[0]] += Decimal(row["desimal"])
    assert total["postur=Pendapatan Daerah"] == Decimal("3236150000000")
    assert total["postur=Belanja Daerah"] == Decimal("3327240000000"), "the file says 3.327,25: rounded row by row"
    rows = [row["rincian"] for row in result.figures.to_pylist()]
    assert "postur=Belanja Daerah|kelompok=Belanja Lainnya|akun=Belanja Hibah" in rows
    assert len(rows) == len(set(rows)) * 2 == 2 * 19


def _changed(column: pa.ChunkedArray, row: int, value: str) -> pa.Array:
    texts = column.to_pylist()
    assert texts[row] == "592.74"
    texts[row] = value
    return pa.array(texts, pa.string())
