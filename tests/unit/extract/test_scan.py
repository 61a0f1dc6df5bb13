"""The pass over a sheet's raw XML finds what the cell reader hides, wherever the pieces are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.scan import MAX_AREA, RowTooLong, column_number, filled_area, scan

ROWS = (
    b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    b'<row r="2"><c r="A2"><f>SUM(B1:B2)</f></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    b'<row r="3"><c r="A3" s="4"><f t="shared" ref="A3:A4" si="0">B1*2</f><v></v></c><c r="AB3"/></row>'
    b'<row r="40"><c r="A40" t="str"><f>""</f><v></v></c><c r="B40"><f t="shared" si="0"/></c></row>'
)


def cut(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def test_finds_uncalculated_formulas_errors_and_the_area():
    found = scan([ROWS])
    assert found.uncalculated == [(2, 1), (3, 1), (40, 2)]
    assert found.uncalculated_total == 3
    assert found.errors == {(2, 2): "#DIV/0!"}
    assert (found.rows, found.columns) == (40, 28)
    assert filled_area([ROWS]) == (40, 2)


@given(st.integers(min_value=1, max_value=len(ROWS)))
def test_any_cut_gives_the_same(size):
    assert scan(cut(ROWS, size)) == scan([ROWS])
    assert filled_area(cut(ROWS, size)) == (40, 2)


def test_prefixed_tags_and_single_quotes():
    prefixed = ROWS.replace(b"<c", b"<x:c").replace(b"</c", b"</x:c").replace(b"<f", b"<x:f").replace(b"</f", b"</x:f")
    prefixed = prefixed.replace(b"<v", b"<x:v").replace(b"</v", b"</x:v").replace(b"row", b"x:row").replace(b'"', b"'")
    found = scan([b"<x:worksheet><x:sheetData>" + prefixed])
    assert found.uncalculated == [(2, 1), (3, 1), (40, 2)]
    assert found.errors == {(2, 2): "#DIV/0!"}
    assert (found.rows, found.columns) == (40, 28)


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>',  # the row's own number lies
        b'<row r="1"><c r="xfd1048576"><v>1</v></c></row>',
        b'<row r="1"><c r ="XFD1048576"><v>1</v></c></row>',
        b'<row r="1"><c r= "XFD1048576"><v>1</v></c></row>',
        b'<row r="1"><c\nr="XFD1048576"><v>1</v></c></row>',
        b"<row r='1'><c s='1' r='XFD1048576'><v>1</v></c></row>",
        b'<row r="1"><c r="A99999999"><v>1</v></c><c r="B1"/></row>',
        b"<row>" + b"<c><v>1</v></c>" * 16384 + b"</row>" + b"<row><c><v>1</v></c></row>" * 2000,
    ],
)
def test_the_area_is_never_underestimated(row):
    assert scan([row]).area > MAX_AREA


def test_blank_styled_cells_count_only_in_the_bound():
    rows = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/><c r="XFC1" s="1"></c></row><row r="1048576"/>'
    assert scan([rows]).area > MAX_AREA
    assert filled_area([rows]) == (1, 1)


def test_a_plain_sheet_has_nothing_to_tell():
    rows = b'<row r="7"><c r="B7" t="inlineStr"><is><t>r="ZZZ9" &lt;f> t="e" = </t></is></c></row>'
    found = scan([rows])
    assert (found.uncalculated, found.errors) == ([], {})


def test_very_many_are_counted_not_listed():
    rows = b"".join(b'<row r="%d"><c r="A%d"><f>1</f></c></row>' % (n, n) for n in range(1, 2502))
    found = scan(cut(rows, 10_000))
    assert found.uncalculated_total == 2501
    assert len(found.uncalculated) == 1000


def test_a_row_without_end():
    with pytest.raises(RowTooLong):
        scan(b"<c r='A1'>" * 100_000 for _ in range(100))


@pytest.mark.parametrize(("letters", "number"), [(b"A", 1), (b"Z", 26), (b"AA", 27), (b"XFD", 16384), (b"xfd", 16384)])
def test_column_number(letters, number):
    assert column_number(letters) == number
