"""Real budget files through the whole journey into a real warehouse: its sums are the files' own totals, exactly."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import psycopg2
import pytest

from etl.pipeline import Outcome, decide, run
from etl.settings import PROJECT, Settings

SHARED = PROJECT.parent / "shared" / "samples"
ANGGARAN, API = SHARED / "anggaran", SHARED / "api"
pytestmark = pytest.mark.skipif(not ANGGARAN.is_dir(), reason=f"contoh berkas bersama tidak ada: {ANGGARAN}")

MONTHS = {"2026-01": "januari", "2026-02": "februari", "2026-03": "maret", "2026-04": "april"}
NOTED = {
    "kolom_baru",
    "kode_baru",
    "kode_dikenal",
    "kode_rapi",
    "nama_sesuai_daftar",
    "kewenangan_kabupaten",
    "subtotal_cocok",
}
LKPP = ("rup_program", "rup_kegiatan", "rup_subkegiatan_1200", "struktur_anggaran_pd")


@dataclass
class Kantor:
    """The agency of the sample contracts, its folder and its warehouse."""

    settings: Settings
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return Path(self.settings.sources) / "anggaran"

    def drop(self, *files: Path) -> None:
        for file in files:
            shutil.copy(file, self.folder / file.name)

    def go(self, dataset: str | None = None) -> list[Outcome]:
        found = run(self.settings, skpd="anggaran", dataset=dataset)
        self.outcomes += found
        return found

    def release(self, outcome: Outcome) -> None:
        """Agencies and codes of other regencies are in no list of ours, and somebody's formulas stand beside three of
        the tables: it waits for the walidata."""
        noted = self.query("SELECT rule FROM audit.finding WHERE submission_id = %s", outcome.submission_id)
        assert outcome.status == "menunggu"
        assert outcome.submission_id is not None
        assert {rule for (rule,) in noted} <= NOTED
        decide(self.settings, outcome.submission_id, "dirilis", "Walidata", "Kode daerah lain; rumus di luar tabel")

    def query(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg2.connect(self.settings.dsn) as conn, conn.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()

    def total(self, indikator: str, *by: str) -> dict[tuple[str, ...], Decimal]:
        """Sums of the released figures of today."""
        return {
            tuple(row[:-1]): row[-1] for row in self.query(TOTAL.format(", ".join(f"{one}" for one in by)), indikator)
        }


TOTAL = """
SELECT {0}, sum(f.nilai)
FROM dw.fakta_anggaran AS f
JOIN dw.dim_indikator AS i USING (indikator_id)
JOIN dw.dim_periode AS p USING (periode_id)
JOIN dw.dim_tahap AS t USING (tahap_id)
JOIN dw.dim_skpd AS s USING (skpd_id)
JOIN dw.dim_kegiatan AS k USING (kegiatan_id)
JOIN dw.dim_rincian AS r USING (rincian_id)
WHERE i.kode = %s AND f.valid_to = 'infinity'
GROUP BY {0}
"""


@pytest.fixture(scope="module")
def kantor(module_warehouse_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kantor]:
    """March first; then the other months and everything else."""
    root = tmp_path_factory.mktemp("anggaran")
    contracts = Path(__file__).parent / "contracts"
    settings = Settings(module_warehouse_dsn, root / "var", contracts, str(root / "sumber"))
    kantor = Kantor(settings)
    kantor.folder.mkdir(parents=True)
    with psycopg2.connect(module_warehouse_dsn) as conn, conn.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dw.dim_wilayah (kode, kode_bps, nama, tingkat, induk, sumber, keyakinan) VALUES"
            " ('18.01', '1801', 'Kabupaten Lampung Selatan', 'kabupaten', NULL, 'uji', 'tinggi'),"
            " ('32.04', '3204', 'Kabupaten Bandung', 'kabupaten', NULL, 'uji', 'tinggi'),"
            " ('35.10', '3510', 'Kabupaten Banyuwangi', 'kabupaten', NULL, 'uji', 'tinggi')"
        )
    kantor.drop(ANGGARAN / "lra_lamsel_2026_maret.xlsx")
    (outcome,) = kantor.go("lra")
    kantor.release(outcome)
    yield kantor


@pytest.fixture(scope="module")
def full(kantor: Kantor) -> Kantor:
    kantor.drop(*ANGGARAN.glob("lra_*.xlsx"), *ANGGARAN.glob("rak_*.xlsx"), *ANGGARAN.glob("djpk_2022_*.csv"))
    kantor.drop(*(API / f"lkpp_{name}.json" for name in LKPP))
    for outcome in kantor.go():
        if outcome.status == "menunggu" and outcome.dataset != "anggaran.lkpp_struktur":
            kantor.release(outcome)
    return kantor


def cells(file: Path) -> list[tuple[Any, ...]]:
    """The first sheet as another library than the pipeline's reads it."""
    return list(openpyxl.load_workbook(file, data_only=True).worksheets[0].iter_rows(values_only=True))


def amount(cell: object) -> Decimal:
    return Decimal(0) if cell in (None, "", "0,00") else Decimal(str(cell))


def lra(month: str) -> list[tuple[Any, ...]]:
    return cells(ANGGARAN / f"lra_lamsel_2026_{month}.xlsx")


def records(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((API / f"lkpp_{name}.json").read_text(encoding="utf-8"))
    return found


def status(kantor: Kantor, file: str) -> Sequence[Any]:
    return kantor.query(
        "SELECT status, n_received, n_loaded, n_unchanged, n_quarantined, fact FROM audit.submission"
        " WHERE path LIKE %s ORDER BY id",
        f"%{file}%",
    )


# ── realisation, month by month ──────────────────────────────────────────────────────────────────────────────────────


def test_the_amounts_are_of_one_month_not_up_to_it() -> None:
    """Were they cumulative, no account would ever hold less than the month before."""
    by_month = []
    for month in MONTHS.values():
        rows = [row for row in lra(month) if str(row[3] or "").count(".") == 5]
        by_month.append({row[2:4]: sum(amount(c) for c in row[6:13:2]) for row in rows})
    falls = 0
    for before, after in itertools.pairwise(by_month):
        falls += sum(after[key] < before[key] for key in before.keys() & after.keys())
    assert falls == 52


def test_march_alone_is_the_grand_total_of_march(kantor: Kantor) -> None:
    grand = lra("maret")[-1]
    kinds = ("operasi", "modal", "tak_terduga", "transfer")
    for indikator, first in (("lra.pagu", 5), ("lra.realisasi", 6)):
        stated = {("2026-03", f"kelompok={kind}"): amount(grand[first + 2 * no]) for no, kind in enumerate(kinds)}
        assert kantor.total(indikator, "p.kode", "r.kode") == stated


def test_april_after_march_changes_no_figure_of_march(kantor: Kantor) -> None:
    march = kantor.query("SELECT * FROM dw.fakta_anggaran ORDER BY 2, 4, 5, 6, 7, 8, 9, 10")
    kantor.drop(ANGGARAN / "lra_lamsel_2026_april.xlsx")
    (outcome,) = kantor.go("lra")
    kantor.release(outcome)
    after = kantor.query("SELECT * FROM dw.fakta_anggaran ORDER BY 2, 4, 5, 6, 7, 8, 9, 10")
    assert [row for row in after if row in set(march)] == march
    assert kantor.query("SELECT count(*) FROM dw.fakta_anggaran_riwayat") == [(0,)]


def test_all_months_stand_beside_each_other(full: Kantor) -> None:
    stated = {(period,): sum(amount(c) for c in lra(month)[-1][6:13:2]) for period, month in MONTHS.items()}
    assert full.total("lra.realisasi", "p.kode") == stated
    agencies = full.query(
        "SELECT DISTINCT s.kode FROM dw.fakta_anggaran JOIN dw.dim_indikator AS i USING (indikator_id)"
        " JOIN dw.dim_skpd AS s USING (skpd_id) WHERE i.dataset = 'anggaran.lra'"
    )
    assert agencies == [("2.16.2.20.2.21.01.0000",)]


def test_parents_are_sums_of_their_children_not_rows(full: Kantor) -> None:
    """The file's subtotal of a sub kegiatan is the sum of the accounts below it; no subtotal became a figure."""
    rows = [row for row in lra("maret") if str(row[2] or "").count(".") == 5 and not row[3]]
    stated = {("2026-03", row[2]): sum(amount(c) for c in row[6:13:2]) for row in rows}
    found = full.total("lra.realisasi", "p.kode", "k.kode")
    assert {key: value for key, value in found.items() if key[0] == "2026-03"} == stated
    levels = full.query(
        "SELECT DISTINCT r.tingkat FROM dw.fakta_anggaran JOIN dw.dim_indikator AS i USING (indikator_id)"
        " JOIN dw.dim_rekening AS r USING (rekening_id) WHERE i.dataset IN ('anggaran.lra', 'anggaran.rak')"
    )
    assert levels == [("sub rincian objek",)]


def test_the_same_file_again_changes_nothing(full: Kantor) -> None:
    file = "lra_lamsel_2026_maret.xlsx"
    before = full.query("SELECT count(*), max(valid_from) FROM dw.fakta_anggaran")
    book = openpyxl.load_workbook(ANGGARAN / file)
    book.properties.title = "disimpan ulang"  # other bytes, the same figures
    book.save(full.folder / file)
    (outcome,) = full.go("lra")
    assert outcome.status == "tidak_berubah" and outcome.loaded == 0
    assert full.query("SELECT count(*), max(valid_from) FROM dw.fakta_anggaran") == before


# ── the cash plan ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rak_is_of_its_stage_month_by_month(full: Kantor) -> None:
    grand = cells(ANGGARAN / "rak_belanja_lamsel_2026.xlsx")[-1]
    assert [row[:1] for row in status(full, "rak_belanja")] == [("dirilis",)]
    assert grand[0] == "JUMLAH"
    assert full.total("rak.kas", "p.kode", "t.kode") == {
        (f"2026-{month:02d}", "pergeseran"): amount(grand[4 + month]) for month in range(1, 8)
    }
    assert full.total("rak.pagu", "p.kode", "t.kode") == {("2026", "pergeseran"): amount(grand[2])}


def test_the_other_sheets_of_the_rak_repeat_the_one_that_is_read() -> None:
    """Why the contract leaves them out: every account and budget on them stands on `RAK Belanja`."""
    book = openpyxl.load_workbook(ANGGARAN / "rak_belanja_lamsel_2026.xlsx", data_only=True)
    whole = {(row[0], amount(row[2])) for row in book["RAK Belanja"].iter_rows(values_only=True, min_row=4)}
    others = [sheet for sheet in book.worksheets if sheet.title not in ("RAK Belanja", "Sheet10")]
    assert len(others) == 9
    for sheet in others:
        leaves = [r for r in sheet.iter_rows(values_only=True) if str(r[0] or "").count(".") == 5]
        assert leaves
        assert [(r[0], r[2]) for r in leaves if (r[0], amount(r[2])) not in whole] == [], sheet.title


# ── summaries of other regencies ─────────────────────────────────────────────────────────────────────────────────────


def test_two_djpk_files_of_the_same_bytes_are_one(full: Kantor) -> None:
    first, second = status(full, "djpk_2022")
    assert first[0] in ("dirilis", "menunggu") and second[0] == "dikembalikan"
    rules = full.query(
        "SELECT f.rule FROM audit.finding AS f JOIN audit.submission AS s ON s.id = f.submission_id"
        " WHERE s.path LIKE '%%djpk_2022%%' AND s.status = 'dikembalikan'"
    )
    assert rules == [("berkas_kembar",)]


# ── the procurement plan's masters ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "dataset", "kode", "pagu"),
    [
        ("rup_program", "lkpp_program", "kd_program_str", "pagu_program"),
        ("rup_kegiatan", "lkpp_kegiatan", "kd_kegiatan_str", "pagu_kegiatan"),
        ("rup_subkegiatan_1200", "lkpp_sub_kegiatan", "kd_subkegiatan_str", "pagu_subkegiatan"),
    ],
)
def test_lkpp_pagu_by_agency_and_code(full: Kantor, name: str, dataset: str, kode: str, pagu: str) -> None:
    """All but one: its planning agency booked research under a province's code (fourth segment 1)."""
    stated: dict[tuple[str, ...], Decimal] = {}
    refused = []
    for one in records(name):
        key = ("2025", str(one["kd_satker"]), one[kode])
        if one[kode][8:9] not in ("", "2"):
            refused.append(one[kode])
            continue
        stated[key] = stated.get(key, Decimal(0)) + one[pagu]
    told = full.query(
        "SELECT f.value FROM audit.finding AS f JOIN audit.submission AS s ON s.id = f.submission_id"
        " WHERE s.dataset = %s AND f.rule = 'kewenangan_kabupaten'",
        f"anggaran.{dataset}",
    )
    assert [value for (value,) in told] == refused
    assert len(refused) == (0 if name == "rup_program" else 1)
    assert full.total(f"{dataset}.pagu", "p.kode", "s.kode", "k.kode") == stated


def test_lkpp_structure_by_agency_and_kind(full: Kantor) -> None:
    with_budget = [one for one in records("struktur_anggaran_pd") if one["tahun_anggaran"]]
    ((state, received, loaded, _, held, fact),) = status(full, "lkpp_struktur")
    assert (state, received, loaded, held, fact) == ("menunggu", 165, len(with_budget), 97, "anggaran")
    waiting = full.query(
        "SELECT s.kode, sum(f.nilai) FROM staging.figur_anggaran AS f JOIN dw.dim_skpd AS s USING (skpd_id)"
        " JOIN audit.submission AS a ON a.id = f.submission_id WHERE a.dataset = 'anggaran.lkpp_struktur' GROUP BY 1"
    )
    assert dict(waiting) == {one["kd_satker_str"]: one["total_belanja"] for one in with_budget}


def test_a_row_that_lkpp_deleted_is_no_figure(full: Kantor) -> None:
    rows = records("rup_program")
    gone = rows[0] | {"is_deleted": True}
    (full.folder / "lkpp_rup_program.json").write_text(json.dumps([gone, *rows[1:]]), encoding="utf-8")
    (outcome,) = full.go("lkpp_program")
    full.release(outcome)
    assert outcome.received == len(rows) - 1
    ((total,),) = (full.total("lkpp_program.pagu", "p.kode").values(),)
    assert total == sum(one["pagu_program"] for one in rows[1:])
