"""Columns seen through their distinct texts: the same whether they come as text or as codes."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.text import distinct, each, plain

columns = st.lists(st.one_of(st.none(), st.sampled_from(["", " ", "\n", "a", "A", " a", "12", "é"])), max_size=30)


@given(columns, st.integers(0, 5))
def test_codes_say_what_the_text_says(cells: list[str | None], above: int) -> None:
    """Also where the rows above, which the codes know too, are left out."""
    text = pa.array(cells, pa.string())
    codes = text.dictionary_encode().cast(pa.dictionary(pa.int16(), pa.string())).slice(above)
    text = text.slice(above)
    assert plain(codes).to_pylist() == text.to_pylist()
    assert each(pc.utf8_upper, codes).to_pylist() == pc.utf8_upper(text).to_pylist()
    values, index = distinct(codes)
    expected = [None if cell is None or not cell.strip() else cell for cell in cells[above:]]
    assert [None if place < 0 else values[place] for place in index] == expected
    assert set(values) == set(expected) - {None}
