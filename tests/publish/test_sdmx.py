"""A dataset in SDMX, read back by sdmx1: the same structure, the same figures, the same states."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from etl.load.warehouse import connect
from etl.publish.released import snapshot
from etl.publish.sdmx import write
from etl.publish.sdmx_codes import confidentiality, frequency, identifier, observation_status, time_period
from etl.settings import PROJECT
from tests.warehouse.tidy_data import contract, loaded, sync, tidy

PYTHON = PROJECT / ".venv-servers" / "bin" / "python"
READER = Path(__file__).with_name("sdmx_reader.py")
ROWS = [
    ("64.08", "2024", "63", "18.250"),
    ("64.08.01", "2024", "3", "0.0000001"),
    ("64.08.02", "2024", "20", "-"),
    ("64.08.03", "2024-Q2", "40", "123456789012345.67"),
    ("64.08.03", "2024-S1", "41", "NA"),
    ("64.08.03", "2024-05", "42", "…"),
    ("64.08.03", "2024-05-31", "43", "-7.5"),
    ("64.08.03", "2021-2026", "44", "8.5"),
    ("64.08.03", "2019-2021", "45", "9"),
]
RANGES = {"2021-2026": "2021-01-01/P6Y", "2019-2021": "2019-01-01/P3Y"}


@pytest.fixture(scope="module")
def files(module_warehouse_dsn, tmp_path_factory):
    """The three files of a provisional dataset with a hidden cell and a breakdown."""
    folder = tmp_path_factory.mktemp("sdmx")
    by = contract(status="sementara", load="tambah", suppress={"below": 5, "indikator": ["faskes.puskesmas"]})
    conn = connect(module_warehouse_dsn)
    try:
        sync(conn, by)
        loaded(conn, by, tidy(ROWS))
        loaded(conn, by, tidy(ROWS[3:4], rincian="umur=75+|jenis_kelamin=L"), path="dinkes/rinci.xlsx", content="b")
        released = snapshot(conn, by.id, folder)
    finally:
        conn.close()
    return released, write(released, folder)


@pytest.fixture(scope="module")
def read(files):
    """What sdmx1 says of them."""
    done = subprocess.run([PYTHON, READER, *files[1]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "No column detected" not in done.stderr
    return json.loads(done.stdout)


def told(released):
    """(wilayah, indikator, periode, umur) → (nilai, penanda), from the snapshot itself."""
    lines = [line for batch in released.batches() for line in batch.to_pylist()]
    return {(o["wilayah"], o["indikator"], o["periode"], o["umur"]): (o["nilai"], o["penanda"]) for o in lines}


def seen(observations):
    """The same of what was read: the codes as they are in SDMX."""
    return {(k["REF_AREA"], k["INDICATOR"], k["TIME_PERIOD"], k["UMUR"]): (v, a) for k, v, a in observations}


def test_structure_is_understood(read):
    structure = read["structure"]
    assert structure["flow"] == ["KUTIM", "DINKES-FASKES", "1.0.0", "Fasilitas kesehatan menurut kecamatan"]
    assert "KUTIM" in structure["agencies"]
    assert structure["dimensions"] == ["FREQ", "INDICATOR", "REF_AREA", "JENIS_KELAMIN", "UMUR", "TIME_PERIOD"]
    assert structure["time"] == "TimeDimension"
    assert structure["measures"] == ["OBS_VALUE"]
    assert structure["attributes"] == ["UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS", "COMMENT_OBS"]
    assert structure["enumerations"]["REF_AREA"] == "CL_WILAYAH"
    regions = structure["lists"]["CL_WILAYAH"]
    assert regions["64-08-03"] == {"name": "Muara Bengkal", "parent": "64-08"}
    assert structure["lists"]["CL_DINKES-FASKES_UMUR"]["75$2B"]["name"] == "75+"
    assert structure["lists"]["CL_INDIKATOR"]["faskes-pustu"]["name"] == "Pustu"
    assert set(structure["concepts"]) >= {*structure["dimensions"], *structure["attributes"], "OBS_VALUE"}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_figures_are_the_same(files, read, form):
    expected = told(files[0])
    observations = read[form]
    assert len(observations) == files[0].count == len(expected) == 20
    got = seen(observations)
    for (wilayah, indikator, periode, umur), (value, _) in expected.items():
        place, what, when = wilayah.replace(".", "-"), indikator.replace(".", "-"), RANGES.get(periode, periode)
        key = (place, what, when, "75$2B" if umur else "_T")
        number = None if got[key][0] is None else Decimal(got[key][0])
        if form == "json" and value is not None:  # sdmx1 reads JSON numbers as floats
            assert number == Decimal(str(float(value)))
        else:
            assert number == value


@pytest.mark.parametrize("form", ["csv", "json"])
def test_several_years_are_a_range_with_a_frequency_of_their_own(read, form):
    told = {k["TIME_PERIOD"]: k["FREQ"] for k, _, _ in read[form]}
    assert told["2021-01-01/P6Y"] == "A6" and told["2019-01-01/P3Y"] == "A3" and told["2024"] == "A"
    listed = read["structure"]["lists"]["CL_FREQ"]
    assert list(listed) == ["A6", "A3", "A", "S", "Q", "M", "D"]
    assert listed["A6"]["name"] == "6 tahunan"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_why_a_figure_is_missing_or_preliminary(read, form):
    got = seen(read[form])
    shown = {key: (a["OBS_STATUS"], a["CONF_STATUS"], a.get("COMMENT_OBS")) for key, (_, a) in got.items()}
    assert shown["64-08", "faskes-puskesmas", "2024", "_T"] == ("P", "F", None)
    assert shown["64-08-01", "faskes-puskesmas", "2024", "_T"] == ("Q", "C", "*")
    assert shown["64-08-02", "faskes-pustu", "2024", "_T"] == ("O", "F", "-")
    assert shown["64-08-03", "faskes-pustu", "2024-S1", "_T"] == ("M", "F", "NA")
    assert shown["64-08-03", "faskes-pustu", "2024-05", "_T"] == ("O", "F", "…")
    assert {a["UNIT_MEASURE"] for _, a in got.values()} == {"unit"}


def test_exact_in_csv_and_the_same_bytes_again(files, tmp_path):
    released, paths = files
    text = paths[1].read_text(encoding="utf-8")
    assert "123456789012345.67" in text and ",0.0000001," in text and ",18.25," in text
    assert "123456789012345.67" in paths[2].read_text(encoding="utf-8")
    assert [p.read_bytes() for p in write(released, tmp_path)] == [p.read_bytes() for p in paths]


def test_no_file_says_which_hidden_cell_is_small(files):
    hidden = [line for line in files[1][1].read_text(encoding="utf-8").splitlines() if line.endswith("*")]
    assert len(hidden) >= 2, "the small one and those that protect it"
    assert {line.split(",")[-3:][0] for line in hidden} == {"Q"}
    assert {line.split(",")[-5] for line in hidden} == {""}


def test_identifiers_are_allowed_and_never_meet():
    texts = ["0-4", "0.4", "75+", "a b", "a@b", "a$b", "SD/sederajat", "Balita Ibu", "ü"]
    for levelled in (False, True):
        made = [identifier(text, levelled=levelled) for text in texts]
        assert len(set(made)) == len(texts)
        assert all(
            set(one) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-@$") for one in made
        )
    assert identifier("64.08.04", levelled=True) == "64-08-04"


def test_periods_and_states():
    periods = ["2024", "2024-S1", "2024-Q2", "2024-05", "2024-05-31"]
    assert [frequency(period) for period in periods] == ["A", "S", "Q", "M", "D"]
    assert [time_period(period) for period in periods] == periods
    assert {period: (frequency(period), time_period(period)) for period in RANGES} == {
        "2021-2026": ("A6", "2021-01-01/P6Y"),
        "2019-2021": ("A3", "2019-01-01/P3Y"),
    }
    with pytest.raises(ValueError, match="2021/2025"):
        frequency("2021/2025")
    assert [observation_status(s, None) for s in ("sementara", "perkiraan", "tetap")] == ["P", "E", "A"]
    assert [observation_status("tetap", mark) for mark in ("*", "NA", "-", "…", "")] == ["Q", "M", "O", "O", "O"]
    assert [confidentiality(mark) for mark in ("*", "-", None)] == ["C", "F", "F"]
