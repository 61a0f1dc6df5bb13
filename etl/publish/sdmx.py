"""A dataset in SDMX: its structure (SDMX-ML 2.1) and its figures (SDMX-CSV 2.0 and SDMX-JSON 1.0.0-wd).

These are the versions that sdmx1 reads; its JSON has `header`, `structure` and `dataSets` at the top, as the European
Central Bank serves it. All three name the same components with the same identifiers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from etl.publish.released import Released
from etl.publish.sdmx_codes import (
    CONF_STATUS,
    NOT_APPLICABLE,
    OBS_STATUS,
    TOTAL,
    Code,
    codes,
    component,
    confidentiality,
    frequency,
    frequency_name,
    frequency_order,
    identifier,
    observation_status,
    time_period,
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
from etl.publish.text import each, plain

_NAMES = {"wilayah": "Wilayah", "indikator": "Indikator", "skpd": "SKPD", "sumber_dana": "Sumber dana"}
_WITHOUT = {"tahap", "tolok_ukur"}
"""Dimensions whose empty code means that they do not concern the figure; of the others it means all of them."""
_NOTHING = {TOTAL: "Jumlah: tidak dirinci", NOT_APPLICABLE: "Tidak berlaku"}


class Figures(NamedTuple):
    """Some figures as SDMX tells them, one text column per component.

    keys: FREQ … TIME_PERIOD. values: exact decimals, null where there is none. attributes: in the order of ATTRIBUTES;
    COMMENT_OBS is null beside a number.
    """

    keys: list[pa.StringArray]
    values: pa.StringArray
    attributes: list[pa.StringArray]


def write(released: Released, folder: Path) -> list[Path]:
    """Structure and figures of a snapshot. The same snapshot gives the same bytes.

    Raises ValueError for a period that SDMX cannot express.
    """
    lists = listed(released)
    structure = structure_of(released, lists)
    files = [released.file(folder, f"sdmx.{ending}") for ending in ("xml", "csv", "json")]
    files[0].write_bytes(message(structure))
    for file, lines in (
        (files[1], csv_lines(structure, figures(released, structure))),
        (files[2], json_lines(structure, lists, figures(released, structure))),
    ):
        with file.open("wb") as stream:
            stream.writelines(line.encode() for line in lines)
    return files


# ── which codes there are ────────────────────────────────────────────────────────────────────────────────────────────


def listed(released: Released) -> dict[str, dict[str, str]]:
    """Column → the codes that figures have there, with their names; also `periode`, `satuan` and `penanda`."""
    have = {column.name for column in released.columns}
    wanted = [*released.key, "satuan", "penanda"]
    lists: dict[str, dict[str, str]] = {name: {} for name in wanted}
    for batch in released.batches():
        table = pa.Table.from_batches([batch])
        for name, found in lists.items():
            named = f"nama_{name}" if f"nama_{name}" in have else name
            for code, label in _pairs(table, name, named):
                found[code] = label or code
    return lists


def _pairs(table: pa.Table, name: str, named: str) -> Iterator[tuple[str, str]]:
    if name == named:
        values = pc.unique(table[name].combine_chunks()).to_pylist()
        return iter([(value or "", value or "") for value in values])
    distinct = table.select([name, named]).group_by([name, named]).aggregate([])
    return ((code or "", label or "") for code, label in zip(*distinct.to_pydict().values(), strict=True))


def structure_of(released: Released, lists: dict[str, dict[str, str]]) -> Structure:
    """lists: of `listed`."""
    described = released.description
    dimensions = []
    for column in released.columns:
        if column.name not in released.key or column.name == "periode":
            continue
        own = column.breakdown is not None
        id = component(column.name)
        name = _NAMES.get(column.name, column.title)
        told = _coded(column.name, lists[column.name], levelled=not own)
        prefix = f"{dataflow_id(described.id)}_" if own else ""
        codelist = Codelist(f"CL_{prefix}{column.name.upper()}", name, told, shared=not own)
        dimensions.append(Dimension(id, column.name, name, codelist))
    units = Codelist("CL_SATUAN", "Satuan", tuple(codes(lists["satuan"].items(), levelled=False)), shared=True)
    dataset = described.dataset
    return Structure(
        dataflow_id(described.id), str(dataset["judul"]), str(dataset["deskripsi"]), released.released_at,
        tuple(dimensions), units, _frequencies(lists),
    )  # fmt: skip


def _frequencies(lists: dict[str, dict[str, str]]) -> tuple[Code, ...]:
    used = sorted({frequency(period) for period in lists["periode"]}, key=frequency_order)
    return tuple(Code(code, code, frequency_name(code)) for code in used)


def _coded(column: str, found: dict[str, str], *, levelled: bool) -> tuple[Code, ...]:
    told = tuple(codes([item for item in found.items() if item[0]], levelled=levelled))
    if "" not in found:
        return told
    nothing = _nothing(column)
    return (Code(nothing, nothing, _NOTHING[nothing]), *told)


def _nothing(column: str) -> str:
    return NOT_APPLICABLE if column in _WITHOUT else TOTAL


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def figures(released: Released, structure: Structure) -> Iterator[Figures]:
    """Every figure, in the order of the snapshot."""
    for batch in released.batches():
        values = plain(batch.column("nilai"))
        absent = pc.if_else(pc.is_valid(values), None, pc.fill_null(_text(batch, "penanda"), ""))
        period = _text(batch, "periode")
        named = (_ids(batch, dimension) for dimension in structure.dimensions)
        keys = [each(period, frequency), *named, each(period, time_period)]
        state = pc.coalesce(pc.binary_join_element_wise(_MARKED, absent, ""), _text(batch, "status_data"))
        attributes = [each(_text(batch, "satuan"), identifier), each(state, _status), each(state, _secrecy)]
        yield Figures(keys, values, [*attributes, absent])


_MARKED = "!"
"""Before a mark that stands for a number, to tell it from a state of maturity."""


def _status(state: str) -> str:
    return observation_status("", state[1:]) if state.startswith(_MARKED) else observation_status(state, None)


def _secrecy(state: str) -> str:
    return confidentiality(state.removeprefix(_MARKED))


def _text(batch: pa.RecordBatch, name: str) -> pa.StringArray:
    return pc.cast(batch.column(name), pa.string())


def _ids(batch: pa.RecordBatch, dimension: Dimension) -> pa.StringArray:
    known = {code.value: code.id for code in dimension.codelist.codes}
    nothing = _nothing(dimension.column)
    told = each(_text(batch, dimension.column), lambda value: known[value] if value else nothing)
    return pc.fill_null(told, nothing)


def csv_lines(structure: Structure, told: Iterator[Figures], *, dataonly: bool = False) -> Iterator[str]:
    """SDMX-CSV 2.0, line by line. dataonly: without attributes."""
    header = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *structure.keys, "OBS_VALUE", *([] if dataonly else ATTRIBUTES)]
    yield ",".join(header) + "\n"
    for one in told:
        cells = [*one.keys, one.values]
        if not dataonly:
            comment = each(one.attributes[-1], _quoted)
            cells += [*one.attributes[:-1], pc.fill_null(comment, "")]
        lines = pc.binary_join_element_wise(f"dataflow,{structure.reference},R", *cells, ",", **_NULL_IS_EMPTY)
        yield "".join(f"{line}\n" for line in lines.to_pylist())


_NULL_IS_EMPTY = {"null_handling": "replace", "null_replacement": ""}


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set('",\r\n') else text


# ── SDMX-JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Form(NamedTuple):
    """How SDMX-JSON lays figures out. series: by series, each with its periods; otherwise one flat list. attributes:
    whether they are told. observations: whether figures are; without them only the keys of series."""

    series: bool = False
    attributes: bool = True
    observations: bool = True


FLAT = Form()


def json_lines(
    structure: Structure, lists: dict[str, dict[str, str]], told: Iterator[Figures], form: Form = FLAT
) -> Iterator[str]:
    """SDMX-JSON 1.0.0-wd in pieces; numbers as the exact decimals that they are. lists: of `listed`."""
    dimensions = _json_dimensions(structure, sorted(lists["periode"]))
    attributes = _json_attributes(structure, sorted(lists["penanda"])) if form.attributes else []
    places = [{value["id"]: str(no) for no, value in enumerate(one["values"])} for one in dimensions]
    told_at = [{v.get("id", v["name"]): str(no) for no, v in enumerate(one["values"])} for one in attributes]
    prepared = structure.prepared.isoformat()
    laid_out = (
        {"series": dimensions[:-1], "observation": dimensions[-1:]} if form.series else {"observation": dimensions}
    )
    head = {
        "header": {"id": structure.flow, "prepared": prepared, "sender": {"id": AGENCY, "name": AGENCY_NAME}},
        "structure": {
            "name": structure.title,
            "description": structure.description,
            "dimensions": laid_out,
            "attributes": {"observation": attributes},
        },
    }
    yield json.dumps(head, ensure_ascii=False)[:-1]
    name = "series" if form.series else "observations"
    yield f', "dataSets": [{{"action": "Replace", "validFrom": "{prepared}", "{name}": {{'
    lines = (line for one in told for line in _json_lines(one, places, told_at))
    between = "\n"
    for line in _in_series(lines, observations=form.observations) if form.series else lines:
        yield f"{between}{line}"
        between = ",\n"
    yield "\n}}]}\n"


def _in_series(lines: Iterator[str], *, observations: bool) -> Iterator[str]:
    """`"0:1:3": [12.5, 0]` → `"0:1": {"observations": {"3": [12.5, 0]}}`, each series once."""
    series: dict[str, list[str]] = {}
    for line in lines:
        key, _, rest = line.partition('": ')
        above, _, period = key.removeprefix('"').rpartition(":")
        series.setdefault(above, []).append(f'"{period}": {rest}')
    for key, told in series.items():
        yield f'"{key}": {{"observations": {{{", ".join(told) if observations else ""}}}}}'


def _json_lines(told: Figures, places: list[dict[str, str]], told_at: list[dict[str, str]]) -> list[str]:
    """`"0:1:0:3": [12.5, 0, 1, 0, null]`: places in the lists of the head, the number, places of the attributes."""
    keys = [each(column, place.__getitem__) for column, place in zip(told.keys, places, strict=True)]
    key = pc.binary_join_element_wise(*keys, ":")
    said = [
        each(column, partial(_place, at)) for column, at in zip(told.attributes[: len(told_at)], told_at, strict=True)
    ]
    null = {"null_handling": "replace", "null_replacement": "null"}
    rest = pc.binary_join_element_wise(told.values, *said, ", ", **null)
    return pc.binary_join_element_wise('"', key, '": [', rest, "]", "").to_pylist()  # type: ignore[no-any-return]


def _place(at: dict[str, str], value: str) -> str:
    return at.get(value, "null")


def _json_dimensions(structure: Structure, periods: list[str]) -> list[dict[str, Any]]:
    told = [_json_component("FREQ", "Frekuensi", [(code.id, code.name) for code in structure.frequencies])]
    for dimension in structure.dimensions:
        named = [(code.id, code.name) for code in dimension.codelist.codes]
        told.append(_json_component(dimension.id, dimension.name, named))
    told.append(_json_component("TIME_PERIOD", "Periode", [(time_period(period), period) for period in periods]))
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
