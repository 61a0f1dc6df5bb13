"""Columns as codes over few texts, or as text when there are many: the same cells either way."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import compact as module
from etl.extract.compact import Compact, compact, plain_text

cells = st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=40)


@given(st.lists(cells, max_size=6), st.integers(1, 30))
def test_the_cells_are_those_that_were_added(pieces: list[list[str | None]], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_CODES", most)
        column = Compact()
        for piece in pieces:
            column.add(pa.array(piece, pa.string()))
        read = column.finish()
    written = [cell for piece in pieces for cell in piece]
    assert read.to_pylist() == written
    assert plain_text(read).to_pylist() == written
    few = len(set(written) - {None}) <= most
    assert read.type == (pa.dictionary(pa.int16(), pa.string()) if few else pa.string())


def test_a_code_is_two_bytes_up_to_the_last() -> None:
    most = [str(number) for number in range(32_767)]
    assert compact(pa.array([*most, None])).to_pylist() == [*most, None]
    assert compact(pa.array([*most, "32767"])).type == pa.string()
