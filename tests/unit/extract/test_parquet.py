"""Parquet of agencies: every type as the text that a workbook would show."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.extract.read import read_sheets
from etl.findings import Refused


@pytest.fixture
def read(tmp_path):
    def _read(table, **options):
        pq.write_table(table, tmp_path / "x", **options)
        (sheet,) = read_sheets(tmp_path / "x", "data.parquet")
        return sheet

    return _read


NOON = dt.datetime(2024, 1, 2, 12, 30)  # noqa: DTZ001
WITA = dt.datetime(2024, 1, 2, 0, 0, tzinfo=ZoneInfo("Asia/Makassar"))
TYPES = {
    "int64": (pa.array([9007199254740993, None]), ["9007199254740993", None], [9007199254740992.0, None]),
    "uint8": (pa.array([7, None], pa.uint8()), ["7", None], [7.0, None]),
    "float": (pa.array([1.50, 1e-7]), ["1.5", "0.0000001"], [1.5, 1e-7]),
    "float32": (pa.array([0.1, None], pa.float32()), ["0.1", None], None),
    "nan": (pa.array([float("nan"), 1.0]), ["nan", "1"], [None, 1.0]),
    "decimal": (
        pa.array([Decimal("12345678901234567890.50"), Decimal("0.00")]),
        ["12345678901234567890.5", "0"],
        [12345678901234567890.5, 0.0],
    ),
    "bool": (pa.array([True, None]), ["TRUE", None], None),
    "text": (pa.array(["64.08", ""]), ["64.08", None], None),
    "large": (pa.array(["a", None], pa.large_string()), ["a", None], None),
    "date": (pa.array([dt.date(2024, 1, 2), None]), ["2024-01-02", None], None),
    "date64": (pa.array([dt.date(2024, 1, 2), None], pa.date64()), ["2024-01-02", None], None),
    "time": (pa.array([dt.time(8, 30), None]), ["08:30:00", None], None),
    "timestamp": (pa.array([NOON, NOON.replace(hour=0, minute=0)]), ["2024-01-02T12:30:00", "2024-01-02"], None),
    "ns": (pa.array([1704198600000000001, None], pa.timestamp("ns")), ["2024-01-02T12:30:00", None], None),
    "zone": (pa.array([WITA, None], pa.timestamp("us", "Asia/Makassar")), ["2024-01-02T00:00:00+08:00", None], None),
    "category": (pa.array(["a", None, "a"][:2]).dictionary_encode(), ["a", None], None),
    "coded": (pa.array([5, None]).dictionary_encode(), ["5", None], [5.0, None]),
    "bytes": (pa.array([b"\x00\xff", None]), ["00ff", None], None),
    "nothing": (pa.nulls(2), [None, None], None),
    "list": (pa.array([["a", "b"], None]), ['["a", "b"]', None], None),
    "struct": (
        pa.array([{"x": 1.50, "d": dt.date(2024, 1, 2)}, None]),
        ['{"x": 1.5, "d": "2024-01-02"}', None],
        None,
    ),
    "map": (pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())), ['[["k", 1]]', None], None),
}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type(read, kind):
    values, texts, numbers = TYPES[kind]
    sheet = read(pa.table({"kolom": values}))
    assert sheet.text[0].to_pylist() == ["kolom", *texts]
    if kind == "float32":
        assert sheet.number[0].to_pylist()[1] == pytest.approx(0.1)
    elif numbers is None:
        assert sheet.number == (None,)
    else:
        assert sheet.number[0].to_pylist() == [None, *numbers]
    assert (sheet.name, sheet.facts) == ("", (("format", "Parquet"),))


@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "none"])
def test_several_batches_and_row_groups(read, compression):
    table = pa.table({"a": list(range(150_000)), "b": [f"t{n % 40_000}" for n in range(150_000)]})
    sheet = read(table, row_group_size=70_000, compression=compression)
    assert sheet.n_rows == 150_001
    for row in (1, 65_536, 65_537, 70_001, 150_000):
        assert sheet.text[0][row].as_py() == str(row - 1)
        assert sheet.number[0][row].as_py() == row - 1
        assert sheet.text[1][row].as_py() == f"t{(row - 1) % 40_000}"


def test_columns_of_one_name(read):
    table = pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"])
    assert [column.to_pylist() for column in read(table).text] == [["a", "1"], ["a", "x"]]


def refusal(read, table, **options):
    with pytest.raises(Refused) as caught:
        read(table, **options)
    return caught.value.findings[0]


def test_few_bytes_of_very_many_rows_are_refused(read, tmp_path):
    table = pa.table({f"k{n}": pa.nulls(3_000_000, pa.int8()) for n in range(70)})
    assert refusal(read, table).rule == "terlalu_besar"
    assert (tmp_path / "x").stat().st_size < 1_000_000


def test_a_long_text_that_repeats_is_refused(read, tmp_path):
    table = pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), ["x" * 100_000])})
    assert refusal(read, table, compression="zstd").rule == "terlalu_besar"
    assert (tmp_path / "x").stat().st_size < 1_000_000


@pytest.mark.parametrize("cut", [0.3, 0.9, -1])
def test_truncated(tmp_path, cut):
    pq.write_table(pa.table({"a": list(range(10_000))}), tmp_path / "x")
    content = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(content[: int(len(content) * cut) if cut > 0 else cut])
    with pytest.raises(Refused) as caught:
        read_sheets(tmp_path / "x", "data.parquet")
    assert caught.value.findings[0].rule == "berkas_rusak"


def test_damaged_in_the_middle(tmp_path):
    pq.write_table(pa.table({"a": [f"t{n}" for n in range(10_000)]}), tmp_path / "x", compression="zstd")
    content = bytearray((tmp_path / "x").read_bytes())
    content[len(content) // 3 : len(content) // 3 + 200] = b"\xff" * 200
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(Refused) as caught:
        read_sheets(tmp_path / "x", "data.parquet")
    assert caught.value.findings[0].rule == "berkas_rusak"
