"""A dataset in SDMX: its structure (SDMX-ML 2.1) and its figures (SDMX-CSV 2.0 and SDMX-JSON 1.0.0-wd).

These are the versions that sdmx1 reads; its JSON has `header`, `structure` and `dataSets` at the top, as the European
Central Bank serves it. All three name the same components with the same identifiers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.publish.released import Released
from etl.publish.sdmx_codes import (
    CONF_STATUS,
    FREQUENCIES,
    NOT_APPLICABLE,
    OBS_STATUS,
    TOTAL,
    Code,
    codes,
    component,
    confidentiality,
    frequency,
    identifier,
    observation_status,
)
from etl.publish.sdmx_structure import (
    AGENCY,
    AGENCY_NAME,
    ATTRIBUTES,
    Codelist,
    Dimension,
    Structure,
    dataflow_id,
    message,
)

_NAMES = {"wilayah": "Wilayah", "indikator": "Indikator", "skpd": "SKPD", "sumber_dana": "Sumber dana"}
_WITHOUT = {"tahap", "tolok_ukur"}
"""Dimensions whose empty code means that they do not concern the figure; of the others it means all of them."""
_NOTHING = {TOTAL: "Jumlah: tidak dirinci", NOT_APPLICABLE: "Tidak berlaku"}

Row = tuple[tuple[str, ...], str, tuple[str, ...]]
"""Key (FREQ … TIME_PERIOD), value as a decimal or '', attributes in the order of ATTRIBUTES ('' where none)."""


def write(released: Released, folder: Path) -> list[Path]:
    """Structure and figures of a snapshot. The same snapshot gives the same bytes.

    Raises ValueError for a period that SDMX cannot express.
    """
    lists = _listed(released)
    structure = _structure(released, lists)
    files = [released.file(folder, f"sdmx.{ending}") for ending in ("xml", "csv", "json")]
    files[0].write_bytes(message(structure))
    _write_csv(structure, rows(released, structure), files[1])
    _write_json(structure, lists, rows(released, structure), files[2])
    return files


# ── which codes there are ────────────────────────────────────────────────────────────────────────────────────────────


def _listed(released: Released) -> dict[str, dict[str, str]]:
    """Column → the codes that figures have there, with their names; also `periode`, `satuan` and `penanda`."""
    have = {column.name for column in released.columns}
    wanted = [*released.key, "satuan", "penanda"]
    listed: dict[str, dict[str, str]] = {name: {} for name in wanted}
    for batch in released.batches():
        table = pa.Table.from_batches([batch])
        for name, found in listed.items():
            named = f"nama_{name}" if f"nama_{name}" in have else name
            for code, label in _pairs(table, name, named):
                found[code] = label or code
    return listed


def _pairs(table: pa.Table, name: str, named: str) -> Iterator[tuple[str, str]]:
    if name == named:
        values = pc.unique(table[name].combine_chunks()).to_pylist()
        return iter([(value or "", value or "") for value in values])
    distinct = table.select([name, named]).group_by([name, named]).aggregate([])
    return ((code or "", label or "") for code, label in zip(*distinct.to_pydict().values(), strict=True))


def _structure(released: Released, lists: dict[str, dict[str, str]]) -> Structure:
    described = released.description
    dimensions = []
    for column in released.columns:
        if column.name not in released.key or column.name == "periode":
            continue
        own = column.breakdown is not None
        id = component(column.name)
        name = _NAMES.get(column.name, column.title)
        listed = _coded(column.name, lists[column.name], levelled=not own)
        prefix = f"{dataflow_id(described.id)}_" if own else ""
        codelist = Codelist(f"CL_{prefix}{column.name.upper()}", name, listed, shared=not own)
        dimensions.append(Dimension(id, column.name, name, codelist))
    units = Codelist("CL_SATUAN", "Satuan", tuple(codes(lists["satuan"].items(), levelled=False)), shared=True)
    dataset = described.dataset
    return Structure(
        dataflow_id(described.id), str(dataset["judul"]), str(dataset["deskripsi"]), released.released_at,
        tuple(dimensions), units,
    )  # fmt: skip


def _coded(column: str, found: dict[str, str], *, levelled: bool) -> tuple[Code, ...]:
    told = tuple(codes([item for item in found.items() if item[0]], levelled=levelled))
    if "" not in found:
        return told
    nothing = NOT_APPLICABLE if column in _WITHOUT else TOTAL
    return (Code(nothing, nothing, _NOTHING[nothing]), *told)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def rows(released: Released, structure: Structure) -> Iterator[Row]:
    """Every figure as SDMX tells it, in the order of the snapshot."""
    ids: list[tuple[str, Callable[[str | None], str]]] = []
    for dimension in structure.dimensions:
        levelled = {code.value: code.id for code in dimension.codelist.codes}
        nothing = NOT_APPLICABLE if dimension.column in _WITHOUT else TOTAL
        ids.append((dimension.column, lambda value, known=levelled, none=nothing: known[value] if value else none))  # type: ignore[misc]
    for batch in released.batches():
        table = {name: batch.column(name).to_pylist() for name, _ in ids}
        keys = [list(map(of, table[name])) for name, of in ids]
        periods = batch.column("periode").to_pylist()
        values = batch.column("nilai").to_pylist()
        marks = batch.column("penanda").to_pylist()
        units, states = batch.column("satuan").to_pylist(), batch.column("status_data").to_pylist()
        for no, (period, value) in enumerate(zip(periods, values, strict=True)):
            mark = marks[no] if value is None else None
            absent = (mark or "") if value is None else None
            key = (frequency(period), *(column[no] for column in keys), period)
            told = (
                identifier(units[no] or ""),
                observation_status(states[no], absent),
                confidentiality(absent),
                absent or "",
            )
            yield key, "" if value is None else plain(value), told


def plain(value: Any) -> str:
    """A decimal in full, without exponent and without zeros that say nothing: Decimal('1E-7') → '0.0000001'."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_csv(structure: Structure, figures: Iterator[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *structure.keys, "OBS_VALUE", *ATTRIBUTES])
        flow = ("dataflow", structure.reference, "R")
        writer.writerows([*flow, *key, value, *told] for key, value, told in figures)


# ── SDMX-JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_json(structure: Structure, lists: dict[str, dict[str, str]], figures: Iterator[Row], path: Path) -> None:
    """Written as the figures come; numbers as the exact decimals that they are."""
    dimensions = _json_dimensions(structure, sorted(lists["periode"]))
    attributes = _json_attributes(structure, sorted(lists["penanda"]))
    places = [{value["id"]: no for no, value in enumerate(one["values"])} for one in dimensions]
    told_at = [{value.get("id", value["name"]): no for no, value in enumerate(one["values"])} for one in attributes]
    prepared = structure.prepared.isoformat()
    head = {
        "header": {
            "id": structure.flow,
            "prepared": prepared,
            "sender": {"id": AGENCY, "name": AGENCY_NAME},
        },
        "structure": {
            "name": structure.title,
            "description": structure.description,
            "dimensions": {"observation": dimensions},
            "attributes": {"observation": attributes},
        },
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1])
        file.write(f', "dataSets": [{{"action": "Replace", "validFrom": "{prepared}", "observations": {{')
        for no, (key, value, told) in enumerate(figures):
            where = ":".join(str(place[code]) for place, code in zip(places, key, strict=True))
            said = ", ".join(str(at[code]) if code else "null" for at, code in zip(told_at, told, strict=True))
            file.write(f'{"," if no else ""}\n"{where}": [{value or "null"}, {said}]')
        file.write("}}]}\n")


def _json_dimensions(structure: Structure, periods: list[str]) -> list[dict[str, Any]]:
    used = sorted({frequency(period) for period in periods}, key=list(FREQUENCIES).index)
    told = [_json_component("FREQ", "Frekuensi", [(code, FREQUENCIES[code]) for code in used])]
    for dimension in structure.dimensions:
        listed = [(code.id, code.name) for code in dimension.codelist.codes]
        told.append(_json_component(dimension.id, dimension.name, listed))
    told.append(_json_component("TIME_PERIOD", "Periode", [(period, period) for period in periods]))
    return [{**one, "keyPosition": no} for no, one in enumerate(told)]


def _json_component(id: str, name: str, values: list[tuple[str, str]]) -> dict[str, Any]:
    return {"id": id, "name": name, "values": [{"id": code, "name": text} for code, text in values]}


def _json_attributes(structure: Structure, marks: list[str]) -> list[dict[str, Any]]:
    lists: dict[str, list[tuple[str, str]]] = {
        "UNIT_MEASURE": [(code.id, code.name) for code in structure.units.codes],
        "OBS_STATUS": list(OBS_STATUS.items()),
        "CONF_STATUS": list(CONF_STATUS.items()),
    }
    told = [_json_component(id, ATTRIBUTES[id], values) for id, values in lists.items()]
    comments = [{"name": mark} for mark in marks if mark] or [{"name": "-"}]
    return [*told, {"id": "COMMENT_OBS", "name": ATTRIBUTES["COMMENT_OBS"], "values": comments}]
