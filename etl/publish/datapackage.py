"""datapackage.json: the CSV as a Frictionless tabular data package (v1), with checksum, key, units and licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.licences import licence_of
from etl.publish.released import Column, Released
from etl.publish.text import moment

NAME = "datapackage.json"


def write(released: Released, folder: Path) -> list[Path]:
    """Needs the CSV in `folder`, whose bytes it vouches for."""
    path = folder / NAME
    path.write_text(json.dumps(package(released, folder), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [path]


def package(released: Released, folder: Path) -> dict[str, Any]:
    """The descriptor as plain data."""
    told = released.description.dataset
    return {
        "profile": "tabular-data-package",
        "name": _slug(released.description.id),
        "id": released.description.id,
        "title": told["judul"],
        "description": told["deskripsi"],
        "version": moment(released.released_at),
        "created": moment(released.released_at),
        "licenses": [licence_of(told["lisensi"])],
        "contributors": [
            {"title": told["nama_skpd"], "role": "author"},
            {"title": "Diskominfo Kabupaten Kutai Timur (walidata)", "role": "publisher"},
        ],
        "sources": [{"title": f"{told['nama_skpd']}, Kabupaten Kutai Timur"}],
        "keywords": [word for word in (told.get("nama_urusan"), *(told.get("kata_kunci") or ())) if word],
        "indikator": [dict(one) for one in released.description.indicators],
        "resources": [_resource(released, released.file(folder, "csv"))],
    }


def _resource(released: Released, csv: Path) -> dict[str, Any]:
    with csv.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "profile": "tabular-data-resource",
        "name": _slug(released.description.id),
        "title": released.description.dataset["judul"],
        "path": csv.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": csv.stat().st_size,
        "hash": f"sha256:{digest}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column, released) for column in released.columns],
            "missingValues": [""],
            "primaryKey": list(released.key),
        },
    }


def _field(column: Column, released: Released) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "title": column.title, "type": _type(column.kind)}
    if column.description:
        field["description"] = column.description
    if column.name == "nilai":
        units = {str(one["satuan"]) for one in released.description.indicators}
        field["unit"] = units.pop() if len(units) == 1 else "lihat kolom satuan"
    if column.name in ("indikator", "wilayah", "periode"):
        field["constraints"] = {"required": True}
    return field


def _type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_timestamp(kind):
        return "datetime"
    return "date" if pa.types.is_date(kind) else "string"


def _slug(dataset: str) -> str:
    return dataset.replace("_", "-")
