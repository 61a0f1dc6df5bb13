"""JSON: one document with the description and every figure. Each record stands on a line of its own, so that a parser
takes it whole and a tool that works line by line takes it too; numbers are exact decimals, not floats."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from etl.publish.csv_file import sum_of_lengths
from etl.publish.released import Released
from etl.publish.text import each, moments, numbers


def write(released: Released, folder: Path) -> list[Path]:
    path = released.file(folder, "json")
    with path.open("wb") as stream:
        stream.write(_head(released).encode())
        left = released.count
        for batch in released.batches():
            stream.write(_records(batch, ends=batch.num_rows == left))
            left -= batch.num_rows
        stream.write(b"]\n}\n")
    return [path]


def _head(released: Released) -> str:
    described = {
        "dataset": dict(released.description.dataset),
        "indikator": [dict(told) for told in released.description.indicators],
        "kolom": [{"nama": column.name, "keterangan": column.description} for column in released.columns],
        "kunci": list(released.key),
        "jumlah": released.count,
    }
    parts = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in described.items()]
    return "{\n" + ",\n".join(parts) + ',\n"data": [\n'


def _records(batch: pa.RecordBatch, *, ends: bool) -> memoryview:
    pieces = []
    for number, (name, values) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
        pieces += [("{" if number == 0 else ",") + json.dumps(name) + ":", _values(values)]
    lines = pc.binary_join_element_wise(*pieces, "},\n", "", null_handling="replace", null_replacement="null")
    length = sum_of_lengths(lines) - (2 if ends else 0)
    whole = memoryview(lines.buffers()[2])[:length]
    return memoryview(bytes(whole) + b"\n") if ends else whole


def _values(values: pa.Array) -> pa.StringArray:
    counted = numbers(values)
    return counted if counted is not None else each(moments(values), lambda text: json.dumps(text, ensure_ascii=False))
