"""Files as agencies published them, read by contracts under contracts/; counts and sums against the file itself."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from etl.catalogue import Catalogue, load_contracts
from etl.extract.read import read_sheets
from etl.frames import Tidy, column_letters, split_key
from etl.settings import PROJECT
from etl.transform.regions import Region, Regions
from etl.transform.tidy import tidy
from samples import registers

SHARED = PROJECT.parent / "shared"
STATISTIK = SHARED / "samples" / "statistik"
pytestmark = pytest.mark.skipif(not STATISTIK.is_dir(), reason=f"contoh berkas bersama tidak ada: {STATISTIK}")

CORONA = {
    "2020-03-31": "Standar Kelurahan Data Corona (31 Maret 2020 Pukul 08.00).xlsx",
    "2020-06-30": "Standar Kelurahan Data Corona (30 Juni 2020 Pukul 09.00).xlsx",
    "2021-01-30": "Standar Kelurahan Data Corona (30 Januari 2021 Pukul 10.00).xlsx",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_contracts(Path(__file__).parent / "contracts")


def ingest(catalogue: Catalogue, contract_id: str, file: str, regions: Regions) -> Tidy:
    contract = catalogue.contracts[contract_id]
    patterns = [
        p
        for block in contract.layout
        if block.sheet
        for p in ([block.sheet] if isinstance(block.sheet, str) else block.sheet)
    ]
    sheets = read_sheets(STATISTIK / file, file, wanted=patterns or None)
    return tidy(sheets, contract, regions, file)


def workbook(file: str, sheet: str | None = None) -> list[list[object]]:
    """The cells read by another library than the pipeline's."""
    book = openpyxl.load_workbook(STATISTIK / file, read_only=True, data_only=True)
    rows = book[sheet] if sheet else book.worksheets[0]
    return [list(row) for row in rows.iter_rows(values_only=True)]


def delimited(file: str, delimiter: str) -> list[list[str]]:
    with (STATISTIK / file).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle, delimiter=delimiter))


def sums(result: Tidy, *by: str) -> dict[object, Decimal]:
    """Exact sums of the figures by one or more columns."""
    total: dict[object, Decimal] = defaultdict(Decimal)
    for row in result.figures.to_pylist():
        key = tuple(row[name] for name in by)
        total[key if len(by) > 1 else key[0]] += Decimal(row["desimal"] or 0)
    return dict(total)


def accounted(result: Tidy, n_rows: int) -> bool:
    """Every row of the sheet is a row of the result or was left out for a stated reason."""
    return len(result.rows) + sum(result.skipped.values()) == n_rows


def jakarta() -> Regions:
    rows = workbook(CORONA["2021-01-30"])
    return registers.jakarta([(str(r[0]), *map(str, r[2:5])) for r in rows[1:] if str(r[0] or "").isdigit()])


def test_kutim_kemiskinan_equals_the_series_of_bps(catalogue: Catalogue) -> None:
    result = ingest(catalogue, "bps.kemiskinan_kutim", "kutim_kemiskinan_2015_2024.xlsx", registers.kutai_timur())
    with (SHARED / "reference" / "contoh_bps_kutim_kemiskinan.csv").open(encoding="utf-8") as file:
        expected = {row["tahun"]: Decimal(row["persentase_penduduk_miskin"]) for row in csv.DictReader(file)}
    assert {row["periode"]: Decimal(row["desimal"]) for row in result.figures.to_pylist()} == expected
    assert set(result.figures["wilayah"].to_pylist()) == {"64.08"}
    assert result.faults == () and result.findings == ()


def test_tpt_provinsi(catalogue: Catalogue) -> None:
    file = "bps_tpt_provinsi_2026.xlsx"
    result = ingest(catalogue, "bps.pengangguran_provinsi", file, registers.provinces())
    cells = workbook(file)
    assert result.faults == ()
    assert result.periods == ("2026", "2026-02", "2026-08")
    assert result.figures.num_rows == 38 * 3
    february = {r["wilayah"]: r for r in result.figures.to_pylist() if r["periode"] == "2026-02"}
    assert len(february) == 38
    assert sum(Decimal(r["desimal"]) for r in february.values()) == sum(Decimal(str(row[1])) for row in cells[4:42])
    assert {r["penanda"] for r in result.figures.to_pylist() if r["periode"] != "2026-02"} == {"-"}
    assert [c["desimal"] for c in result.controls.to_pylist()] == [str(cells[42][1]), None, None]
    assert accounted(result, len(cells))


def test_pengangguran_pendidikan(catalogue: Catalogue) -> None:
    file = "bps_pengangguran_pendidikan_1986_2024.csv"
    result = ingest(catalogue, "bps.pengangguran_pendidikan", file, registers.provinces())
    lines = delimited(file, ",")
    total = next(line for line in lines if line[1] == "Total")
    data = [line for line in lines[: lines.index(total)] if line[0].isdigit()]
    assert result.faults == () and result.findings == ()
    assert result.figures.num_rows == len(data) * 59
    by_period = sums(result, "periode")
    assert len(by_period) == 59
    assert by_period["1986"] == sum(int(line[2]) for line in data)
    assert by_period["2024-08"] == sum(int(line[60]) for line in data)
    assert sum(by_period.values()) == sum(int(cell) for line in data for cell in line[2:])
    assert {"2004", "2005-02", "2005-11", "2006-08"} <= set(result.periods)
    controls = {row["periode"]: row["desimal"] for row in result.controls.to_pylist()}
    assert controls["2024-08"] == total[60]


def test_kepadatan_jakarta_by_name_within_name(catalogue: Catalogue) -> None:
    file = "jakarta_kepadatan_penduduk.xlsx"
    result = ingest(catalogue, "dkijakarta.kepadatan", file, jakarta())
    cells = workbook(file)
    assert result.faults == ()
    assert result.figures.num_rows == 2 * (len(cells) - 1) == 2 * 267
    assert len(set(result.figures["wilayah"].to_pylist())) == 267
    assert sums(result, "indikator") == {
        "dki.penduduk": sum(Decimal(str(row[4])) for row in cells[1:]),
        "dki.kepadatan": sum(Decimal(str(row[5])) for row in cells[1:]),
    }


@pytest.mark.parametrize(("period", "outside"), [("2020-03-31", 2), ("2020-06-30", 2), ("2021-01-30", 2)])
def test_corona_kelurahan_three_layouts(catalogue: Catalogue, period: str, outside: int) -> None:
    result = ingest(catalogue, "dkijakarta.corona_kelurahan", CORONA[period], jakarta())
    header, total, *rows = workbook(CORONA[period], "data")
    inside = [row for row in rows if str(row[0] or "").isdigit()]
    assert result.periods == (period,)
    assert len(inside) == 267 and len(rows) - len(inside) == outside
    assert {fault.rule: (fault.total, list(fault.bad_keys)) for fault in result.faults} == {
        "wilayah_dikenal": (outside, [n for n, row in enumerate(rows, 3) if not str(row[0] or "").isdigit()])
    }
    last = {
        "covid.positif": "POSITIF",
        "covid.sembuh": "Sembuh",
        "covid.meninggal": "Meninggal",
        "covid.isolasi": "Self Isolation",
    }
    if period > "2021":
        first = header.index("Perawatan RS")  # of five columns so named the one in the group SUSPEK
        assert sums(result, "indikator")["covid.suspek_dirawat"] == sum(int(str(row[first])) for row in inside)
    controls = {row["indikator"]: row["nilai"] for row in result.controls.to_pylist()}
    for indikator, name in last.items():
        at = len(header) - 1 - header[::-1].index(name)
        assert sums(result, "indikator")[indikator] == sum(int(str(row[at])) for row in inside)
        assert controls[indikator] == total[at] == sum(int(str(row[at])) for row in rows)
    assert ("covid.odp" in sums(result, "indikator")) == (period < "2021")
    assert ("covid.suspek" in sums(result, "indikator")) == (period > "2021")
    assert accounted(result, len(rows) + 2)


@pytest.mark.parametrize(
    ("file", "months", "blank"), [("data_pus_current.csv", 2, 6054), ("data_pus_arsip_nov.csv", 12, 0)]
)
def test_pus(catalogue: Catalogue, file: str, months: int, blank: int) -> None:
    lines = delimited(file, ";")
    data = [line for line in lines[1:] if any(line)]
    regions = registers.invented(Region("76", "76", "Sulawesi Barat", "provinsi", None), [line[2:5] for line in data])
    result = ingest(catalogue, "bkkbn.pus", file, regions)
    assert result.faults == () and result.findings == ()
    assert len(result.rows) == len(data) == 648 * months
    assert result.skipped.get("kosong", 0) == blank
    assert result.periods == tuple(f"2025-{month:02d}" for month in range(1, months + 1))
    assert sums(result, "indikator") == {
        "kb.pus": sum(int(line[5]) for line in data),
        "kb.unmet_need": sum(int(line[6]) for line in data),
    }


def test_elsimil(catalogue: Catalogue) -> None:
    file = "elsimil_bumil_2025.csv"
    lines = delimited(file, ";")
    header, data = lines[0], lines[1:]
    regions = registers.invented(Region("76", "76", "Sulawesi Barat", "provinsi", None), [line[2:5] for line in data])
    result = ingest(catalogue, "bkkbn.elsimil_bumil", file, regions)
    assert result.faults == () and result.findings == ()
    assert result.periods == ("2025-09", "2025-10")
    assert result.figures.num_rows == len(data) * 20
    assert sum(sums(result, "indikator").values()) == sum(int(cell) for line in data for cell in line[5:25])
    negative = [row for row in result.figures.to_pylist() if row["nilai"] < 0]
    assert len(negative) == sum(int(cell) < 0 for line in data for cell in line[5:25]) == 282
    first = next(row for row in negative if row["indikator"] == "bumil.tidak_terdampingi")
    assert split_key(first["key"])[1] == 2 and first["desimal"] == data[0][7] and header[7] == "BUMIL TIDAK TERDAMPINGI"


def test_posyandu(catalogue: Catalogue) -> None:
    file = "data_posyandu.xlsx"
    cells = workbook(file)
    data = [row for row in cells[3:] if str(row[0] or "").isdigit()]
    regions = registers.invented(
        Region("76.01", None, "Pasangkayu", "kecamatan", None), [[str(row[1])] for row in data]
    )
    result = ingest(catalogue, "bkkbn.posyandu", file, regions)
    assert result.faults == ()
    assert result.periods == ("2024-01-17",)
    assert result.figures.num_rows == len(data) * (2 + 4 + 4 + 6)
    normal = {row["indikator"]: Decimal(0) for row in result.figures.to_pylist()}
    for row in result.figures.to_pylist():
        if row["rincian"] == "status_gizi=Normal":
            normal[row["indikator"]] += Decimal(row["desimal"])
    assert normal["gizi.tbu"] == sum(int(str(row[11])) for row in data)
    assert normal["gizi.bbtb"] == sum(int(str(row[17])) for row in data)
    controls = {(row["indikator"], row["rincian"]): row["nilai"] for row in result.controls.to_pylist()}
    assert controls["gizi.tbu", "status_gizi=Normal"] == cells[-1][11]


def test_sumbar_ipm_several_sheets(catalogue: Catalogue) -> None:
    file = "sumbar_ipm_2022.xlsx"
    cells = {name: workbook(file, name)[2:] for name in ("HLS", "RLS", "Perkapita", "IPM")}
    regions = Regions(
        [
            Region(f"13.X{row[0]:.0f}", f"{row[0]:.0f}", str(row[1]), "kabupaten", None)
            for row in cells["IPM"]
            if row[0] != 1300
        ],
        [],
    )
    result = ingest(catalogue, "sumbar.ipm", file, regions)
    assert result.faults == () and result.periods == ("2022",)
    assert result.figures.num_rows == 4 * 19
    for name, rows in cells.items():
        expected = sum(Decimal(str(row[2])) for row in rows if row[0] != 1300)
        assert sums(result, "indikator")[f"ipm.{name.lower()}"] == expected
    assert len(result.controls) == 4


def test_penduduk_miskin_in_thousands(catalogue: Catalogue) -> None:
    file = "penduduk_miskin.csv"
    lines = delimited(file, ",")[1:]
    pairs = {line[3]: line[4] for line in lines}
    regions = Regions([Region(f"32.X{code}", code, name, "kabupaten", None) for code, name in pairs.items()], [])
    result = ingest(catalogue, "jabar.penduduk_miskin", file, regions)
    assert result.faults == () and result.figures.num_rows == len(lines)
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        expected[line[7]] += Decimal(line[5]) * 1000
    assert sums(result, "periode") == expected


def test_perguruan_tinggi_year_below_the_header(catalogue: Catalogue) -> None:
    file = "bandung_perguruan_tinggi_kecamatan.csv"
    lines = delimited(file, ",")
    city = Region("32.73", "3273", "Kota Bandung", "kabupaten", None)
    result = ingest(
        catalogue, "jabar.perguruan_tinggi", file, registers.invented(city, [line[:1] for line in lines[2:-1]])
    )
    assert result.faults == () and result.findings == () and result.periods == ("2021",)
    assert sums(result, "rincian") == {
        "pengelola=negeri": sum(int(line[1]) for line in lines[2:-1]),
        "pengelola=swasta": sum(int(line[2]) for line in lines[2:-1]),
    }
    assert result.rows["jumlah"].sum() == sum(int(line[3]) for line in lines[2:-1])
    assert {row["nilai"] for row in result.controls.to_pylist() if row["key"] == len(lines)} == {10, 109}


def test_pdrb_unit_in_a_header_of_three_rows(catalogue: Catalogue) -> None:
    file = "jatim_pdrb_2022_2023.csv"
    lines = delimited(file, ",")
    regions = Regions([Region(f"35.X{n}", None, line[0], "kabupaten", None) for n, line in enumerate(lines[3:-1])], [])
    result = ingest(catalogue, "jatim.pdrb", file, regions)
    assert result.faults == () and result.figures.num_rows == 2 * 38
    assert sums(result, "periode") == {
        "2022": sum(Decimal(line[1]) * 10**9 for line in lines[3:-1]),
        "2023": sum(Decimal(line[2]) * 10**9 for line in lines[3:-1]),
    }
    assert [row["desimal"] for row in result.controls.to_pylist()] == ["2731358800000000", "2953546900000000"]


def test_codes_and_years_written_as_decimals_and_villages_counted(catalogue: Catalogue) -> None:
    file = "idm_pencemaran_air_desa_4000.csv"
    header, *lines = delimited(file, ",")
    kode, bps, name = (header.index(f"{at}_desa_kelurahan") for at in ("kemendagri_kode", "bps_kode", "bps_nama"))
    regions = Regions(
        [Region(f"{line[kode]}.{n}", line[bps][:-2], line[name], "desa", None) for n, line in enumerate(lines)], []
    )
    result = ingest(catalogue, "jabar.pencemaran_air", file, regions)
    assert result.faults == () and result.periods == ("2019",)
    there = header.index("status_pencemaran_air")
    assert sums(result, "rincian") == {
        "status=ada": sum(line[there] == "ADA" for line in lines),
        "status=tidak": sum(line[there] == "TIDAK ADA" for line in lines),
    }
    assert result.figures.num_rows == len(lines) == 3999
    letters = [column_letters(at + 1) for at in (bps, header.index("tahun"))]
    told = result.read_as["kode yang tertulis sebagai desimal"]
    assert told == f"kolom {', '.join(letters)}: dibaca tanpa `.0` di belakangnya"
