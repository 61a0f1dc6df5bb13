"""Numbers: what is written in any Indonesian way comes back exactly; what is doubtful is refused."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.numbers import MARKS, REASONS, parse, read_number

DECIMALS = st.decimals(min_value=-(10**15), max_value=10**15, places=3, allow_nan=False, allow_infinity=False)
STYLES = st.sampled_from(["polos", "ribuan", "rupiah", "kurung", "persen", "spasi"])


def written(value: Decimal, style: str) -> str:
    """The number as an office would type it."""
    body = f"{abs(value):f}".replace(".", ",")
    whole, _, rest = body.partition(",")
    grouped = f"{int(whole):,}".replace(",", "." if style != "spasi" else "\xa0") + (f",{rest}" if rest else "")
    minus = "-" if value < 0 else ""
    if style == "polos":
        return minus + body
    if style == "rupiah":
        return f"{minus}Rp {grouped}"
    if style == "kurung":
        return f"({grouped})" if value < 0 else grouped
    return f"{minus}{grouped} %" if style == "persen" else minus + grouped


@given(st.lists(st.tuples(DECIMALS, STYLES), min_size=1))
def test_whatever_the_style_the_exact_number_comes_back(cases: list[tuple[Decimal, str]]) -> None:
    result = parse(pa.array([written(value, style) for value, style in cases]))
    assert not result.bad.any()
    assert [Decimal(text) for text in result.decimal.to_pylist()] == [value for value, _ in cases]
    assert result.value.to_pylist() == [float(value) for value, _ in cases]


@given(
    st.lists(st.one_of(st.none(), st.text("0123456789.,-() Rp%…n/a", max_size=12), st.text(max_size=4))),
    st.sampled_from(["koma", "titik"]),
    st.sampled_from(["kosong", "nol"]),
)
def test_columns_are_read_as_their_cells_are(cells: list[str | None], decimal: str, dash: str) -> None:
    """The fast ways through Arrow may never say anything else than the reading of one text."""
    result = parse(pa.array(cells, pa.string()), decimal=decimal, dash=dash)  # type: ignore[arg-type]
    expected = [(None, 0, 0) if not (cell or "").strip() else read_number(cell or "", decimal, dash) for cell in cells]  # type: ignore[arg-type]
    got = [
        (text, MARKS.index(mark) if mark is not None else -1, int(bad))
        for text, mark, bad in zip(result.decimal.to_pylist(), result.mark.to_pylist(), result.bad, strict=True)
    ]
    assert got == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e19, max_value=1e19), min_size=1))
def test_number_cells_keep_their_shortest_form(values: list[float]) -> None:
    kept = [value for value in values if value == 0 or abs(value) > 1e-12]
    cells = pa.array([repr(value).removesuffix(".0") for value in kept], pa.string())
    result = parse(cells, pa.array(kept, pa.float64()))
    assert not result.bad.any()
    assert [Decimal(text) for text in result.decimal.to_pylist()] == [Decimal(repr(value)) for value in kept]
    assert not any("e" in text.lower() for text in result.decimal.to_pylist())


@pytest.mark.parametrize(
    ("text", "decimal", "dash", "expected"),
    [
        ("1.234,56", "koma", "kosong", "1234.56"),
        ("(1.250)", "koma", "kosong", "-1250"),
        ("Rp 10.701.893.800,00", "koma", "kosong", "10701893800.00"),
        ("Rp1.000,-", "koma", "kosong", "1000"),
        ("9,31", "koma", "kosong", "9.31"),
        ("1.234", "koma", "kosong", "1234"),
        ("1.234", "titik", "kosong", "1.234"),
        ("1,234.5", "titik", "kosong", "1234.5"),
        ("12,5 %", "koma", "kosong", "12.5"),
        ("\u22125", "koma", "kosong", "-5"),
        ("007", "koma", "kosong", "7"),
        ("-0", "koma", "kosong", "0"),
        ("'12", "koma", "kosong", "12"),
        ("\u2013", "koma", "nol", "0"),
    ],
)
def test_ways_of_writing(text: str, decimal: str, dash: str, expected: str) -> None:
    result = parse(pa.array([text]), decimal=decimal, dash=dash)  # type: ignore[arg-type]
    assert (result.decimal.to_pylist(), result.mark.to_pylist(), list(result.bad)) == ([expected], [None], [0])


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("", ""),
        (" ", ""),
        ("NULL", ""),
        ("-", "-"),
        ("–", "-"),
        ("…", "…"),
        ("...", "…"),
        ("n/a", "NA"),
        ("NA", "NA"),
        ("Tidak ada data", "…"),
    ],
)
def test_marks_are_no_numbers(text: str, mark: str) -> None:
    result = parse(pa.array([text]))
    assert (result.value.to_pylist(), result.mark.to_pylist(), list(result.bad)) == ([None], [mark], [0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12.5", "titik tiap tiga digit"),
        ("0.123", "titik tiap tiga digit"),
        ("1.23.456", "titik tiap tiga digit"),
        ("1,2,3", "titik tiap tiga digit"),
        ("sebelas", "bukan angka"),
        ("12 orang", "bukan angka"),
        ("NaN", "inf/NaN"),
        ("inf", "inf/NaN"),
        ("#REF!", "galat rumus"),
        ("123456789012345678901", "lebih dari 20 digit"),
        ("9" * 100_000, "lebih dari 20 digit"),
        ("1 " * 50_000 + "x", "lebih dari 20 digit"),
        ("seratus " * 10_000, "bukan angka"),
    ],
)
def test_doubtful_text_is_refused_with_its_reason(text: str, reason: str) -> None:
    result = parse(pa.array([text, "1"]))
    assert reason in REASONS[result.bad[0]]
    assert result.decimal.to_pylist() == [None, "1"]


@given(DECIMALS, st.sampled_from(["0.001", "10", "1000", "1000000"]))
def test_scale_is_exact(value: Decimal, scale: str) -> None:
    result = parse(pa.array([f"{value:f}".replace(".", ",")]), scale=scale)
    assert Decimal(result.decimal[0].as_py()) == value * Decimal(scale)


def test_number_cells_and_typed_text_in_one_column() -> None:
    text = pa.chunked_array([["1301", "9,31"], ["-", None, "2.5"]])
    number = pa.array([1301.0, None, None, None, 2.5])
    result = parse(text, number)
    assert result.decimal.to_pylist() == ["1301", "9.31", None, None, "2.5"]
    assert result.mark.to_pylist() == [None, None, "-", "", None]
