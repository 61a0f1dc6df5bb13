"""Result of a query as it lies in the archive: a Parquet file whose first row, on the way back, is the column names."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.extract.cells import numbers_to_text, texts
from etl.extract.package import damaged
from etl.extract.result_columns import decimal_text, name_of
from etl.frames import Sheet


def read_query_result(path: Path, name: str) -> Sheet:
    """One sheet: row 1 the column names, then the rows; numbers typed. Raises Refused on a damaged file."""
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise damaged(name, "salinan hasil kueri tidak utuh") from error
    text, number = [], []
    for field, values in zip(table.schema, table.columns, strict=True):
        values = values.combine_chunks()
        is_number = not pa.types.is_string(field.type)
        cells = number_text(values) if is_number else pc.if_else(pc.equal(values, ""), None, values)
        text.append(pa.chunked_array([texts([name_of(field)]), cells], pa.string()))
        number.append(
            pa.chunked_array([pa.nulls(1, pa.float64()), values.cast(pa.float64(), safe=False)]) if is_number else None
        )
    return Sheet(name="", no=0, text=tuple(text), number=tuple(number))


def number_text(values: pa.Array) -> pa.Array:
    """Shortest exact decimal text, beyond what a float64 can tell apart."""
    if pa.types.is_floating(values.type):
        return numbers_to_text(values.cast(pa.float64()))
    if not pa.types.is_decimal(values.type):
        return values.cast(pa.string())
    text = decimal_text(values)
    return pc.if_else(pc.match_substring(text, "."), pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), "."), text)
