"""A table to take away, as it is shown: a row per cell, by the writers of the published files.

Every cell of every page and column is in it and nothing below it: where the table shows a sum, so does the file, with
how many figures it is of (`jumlah_angka`). One snapshot makes table and file, so that a release midway changes neither.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, register_converter
from django.utils.translation import gettext as _

from portal.labels import humanized
from portal.pages.shown import Shown, shown_for
from portal.serving import snapshot_of
from portal.warehouse.contents import INDICATOR, PERIOD, REGION
from portal.warehouse.selection import SUM
from portal.warehouse.table import Cell

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
NAMES = [("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"), ("parquet", "Parquet")]
_COLUMNS = {
    INDICATOR: "Kode indikator.",
    REGION: "Kode Kemendagri wilayahnya; jumlah: wilayah setingkat bersama-sama.",
    PERIOD: "Kode periode.",
    "nilai": "Angkanya, desimal persis; kosong bila ada penanda.",
    "penanda": "Yang tertulis sebagai ganti angka; * berarti disembunyikan agar orang tidak dikenali.",
    "satuan": "Satuannya.",
    "status_data": "sementara, perkiraan atau tetap.",
    "jumlah_angka": "Dari berapa angka sel ini dijumlahkan; 1: satu angka.",
}


class Form:
    """One of the forms that a table is written in."""

    regex = "|".join(FORMS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Form, "form")


def take(request: HttpRequest, dataset: str, form: str) -> HttpResponseBase:
    seen = shown_for(request, snapshot_of(request), dataset)
    if seen.problem:
        return HttpResponse(seen.problem + "\n", status=400, content_type="text/plain; charset=utf-8")
    if seen.table is None or not seen.table.cells:
        raise Http404
    response = HttpResponse(written(seen, form), content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="{file_name(seen)}.{form}"'
    response["X-Robots-Tag"] = "noindex"
    return response


def file_name(seen: Shown) -> str:
    """`disdukcapil.penduduk_umur-x-jenis_kelamin_2023`: the dataset and what of it, in signs that every disk takes."""
    chosen = seen.selection
    parts = [seen.entry.dataset]
    if chosen.indicator and len(seen.indicators) > 1:
        parts.append(chosen.indicator)
    parts.append("-x-".join(chosen.spanning))
    parts += [code for code in chosen.regions if code != SUM][:2] + list(chosen.periods)[:2]
    parts += [code for code in chosen.held.values() if code and code != SUM]
    return re.sub(r"[^A-Za-z0-9.=_-]+", "-", "_".join(parts))[:120].rstrip(".-_")


def written(seen: Shown, form: str) -> bytes:
    # Arrow is loaded by whoever takes something away, not by every process that shows pages.
    from etl.publish import csv_file, json_file, xlsx_file

    with tempfile.TemporaryDirectory(prefix="satudata-") as folder:
        released = _released(seen, Path(folder))
        writers = {"csv": csv_file.write, "json": json_file.write, "xlsx": xlsx_file.write}
        writer = writers.get(form)
        file = writer(released, Path(folder))[0] if writer else released.store
        return file.read_bytes()


def _released(seen: Shown, folder: Path) -> Any:
    """The table as the writers of etl.publish take a dataset."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from etl.publish.released import Column, Description, Released

    assert seen.there is not None
    assert seen.table is not None
    lines = list(rows(seen))
    scale = max((_scale(line["nilai"]) for line in lines), default=0)
    whole = max((len(str(abs(int(line["nilai"])))) for line in lines if line["nilai"] is not None), default=1)
    number = pa.decimal128(38, scale) if whole + scale <= 38 else pa.decimal256(76, scale)
    text = pa.dictionary(pa.int32(), pa.string())
    kinds = {"nilai": number, "jumlah_angka": pa.int32()}
    columns = tuple(Column(name, kinds.get(name, text), _described(name)) for name in lines[0])
    store = folder / f"{seen.entry.dataset}.parquet"
    schema = pa.schema([(column.name, column.kind) for column in columns])
    arrays = [pa.array([line[c.name] for line in lines], c.kind if c.name in kinds else pa.string()) for c in columns]
    filled = pa.table([one.cast(f.type) for one, f in zip(arrays, schema, strict=True)], schema)
    pq.write_table(filled, store, version="2.6", compression="zstd")
    told = {
        name: getattr(seen.entry, name)
        for name in (
            "dataset",
            "judul",
            "deskripsi",
            "nama_skpd",
            "nama_urusan",
            "frekuensi",
            "metode",
            "status_data",
            "lisensi",
        )
    }
    used = {line[INDICATOR] for line in lines}
    indicators = tuple(one._asdict() for code, one in seen.indicators.items() if code in used)
    key = tuple(axis for axis in lines[0] if axis in seen.there.axes)
    periods = tuple(sorted({str(line[PERIOD]) for line in lines}))
    released_at = seen.table.released or seen.entry.rilis_terakhir
    return Released(Description(told, indicators), released_at, columns, key, len(lines), periods, store)


def rows(seen: Shown) -> Iterator[dict[str, Any]]:
    """Cell by cell in the table's order: the code and name of every axis, and the figure."""
    assert seen.there is not None
    assert seen.table is not None
    chosen, axes = seen.selection, seen.there.axes
    fixed = {**chosen.held, INDICATOR: chosen.indicator or "", REGION: chosen.regions[0] if chosen.regions else ""}
    if PERIOD not in chosen.spanning:
        fixed[PERIOD] = chosen.periods[0]
    order = {key: {code: place for place, code in enumerate(axis.codes)} for key, axis in axes.items()}

    def place(at: tuple[str, str, str]) -> tuple[int, ...]:
        return tuple(order[key][code] for key, code in zip(spans, at, strict=True) if key)

    spans = (chosen.rows, chosen.under, chosen.columns)
    for at in sorted(seen.table.cells, key=place):
        codes = {**fixed, **{key: code for key, code in zip(spans, at, strict=True) if key}}
        cell = seen.table.cells[at]
        line: dict[str, Any] = {}
        for key in axes:
            line[key] = codes[key] or None
            if key != PERIOD:
                line[f"nama_{key}"] = _("Jumlah semuanya") if codes[key] == SUM else axes[key].name_of(codes[key])
        yield line | _figure(cell)


def _figure(cell: Cell) -> dict[str, Any]:
    return {
        "nilai": cell.value,
        "penanda": cell.mark if cell.text is None else cell.text,
        "satuan": cell.unit,
        "status_data": cell.status,
        "jumlah_angka": cell.parts,
    }


def _described(name: str) -> str:
    if name.startswith("nama_"):
        return f"Nama {humanized(name.removeprefix('nama_')).lower()}."
    return _COLUMNS.get(
        name, f"Rincian {humanized(name).lower()}; kosong: tanpa rincian ini; jumlah: semua anggotanya."
    )


def _scale(value: Decimal | None) -> int:
    exponent = 0 if value is None else value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


PATHS = [path("dataset/<str:dataset>/unduh.<form:form>", take, name="unduh_pilihan")]
