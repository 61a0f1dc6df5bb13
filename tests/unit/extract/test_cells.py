"""Text and number of cells: the text is what stands there, in its shortest form; the number is exact."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.cells import column, number_text, numbers_to_text, plain, shortest, texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  teks ", "  teks "),
        (True, "TRUE"),
        (False, "FALSE"),
        (1301.0, "1301"),
        (9.31, "9.31"),
        (-0.0, "0"),
        (1e-07, "0.0000001"),
        (1e16, "10000000000000000"),
        (6408010203980001.0, "6408010203980001"),
        (dt.datetime.fromisoformat("2023-07-04"), "2023-07-04"),
        (dt.datetime.fromisoformat("2023-07-04T10:30"), "2023-07-04T10:30:00"),
        (dt.datetime(2023, 7, 4, tzinfo=dt.UTC), "2023-07-04T00:00:00+00:00"),
        (dt.date(2023, 7, 4), "2023-07-04"),
        (dt.time(8, 5), "08:05:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        (Decimal("12.50"), "12.5"),
        (Decimal("1E+3"), "1000"),
        (12, "12"),
    ],
)
def test_plain(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(
    ("long", "short"), [("10", "10"), ("10.00", "10"), ("0.50", "0.5"), ("-0.0", "0"), ("-1.0", "-1")]
)
def test_shortest(long, short):
    assert shortest(long) == short


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_of_a_number_is_that_number_without_exponent(value):
    text = number_text(value)
    assert float(text) == value
    assert "e" not in text.lower()
    assert numbers_to_text(pa.array([value])).to_pylist() == [text]


def test_text_column():
    text, number = column(["a", "", "b"])
    assert text.to_pylist() == ["a", None, "b"]
    assert number is None


def test_number_column():
    text, number = column([1.0, 2.5, 3])
    assert text.to_pylist() == ["1", "2.5", "3"]
    assert number.to_pylist() == [1.0, 2.5, 3.0]


def test_header_numbers_gaps_and_typed_text_in_one_column():
    text, number = column(["Jumlah", 1301.0, "", "9,31", None, True, dt.date(2024, 1, 2)])
    assert text.to_pylist() == ["Jumlah", "1301", None, "9,31", None, "TRUE", "2024-01-02"]
    assert number.to_pylist() == [None, 1301.0, None, None, None, None, None]


def test_a_truth_value_is_no_number():
    assert column([True, False])[1] is None
    assert column([1.0, True])[1].to_pylist() == [1.0, None]


def test_column_without_numbers_or_cells():
    assert column([dt.date(2024, 1, 2), None, ""])[0].to_pylist() == ["2024-01-02", None, None]
    assert column([None, ""])[0].to_pylist() == [None, None]
    assert texts([]).type == pa.string()


@given(st.lists(st.one_of(st.none(), st.text(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))))
def test_every_cell_keeps_its_place(values):
    text, number = column(values)
    assert text.to_pylist() == [None if value in ("", None) else plain(value) for value in values]
    numbers = [value if type(value) is float else None for value in values]
    assert (number.to_pylist() if number is not None else [None] * len(values)) == numbers
