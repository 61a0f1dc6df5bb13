"""The OpenAPI 3.1 document, made from the endpoints themselves."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from django.conf import settings

from portal.interfaces.api_answers import Row, meaning, rows_of
from portal.interfaces.api_endpoints import ENDPOINTS, Endpoint
from portal.interfaces.api_parameters import BREAKDOWN, Figures
from portal.interfaces.api_problem import CONTENT_TYPE, TITLES

VERSION = "1.0"
ABOUT = """\
Statistik, rencana dan realisasi Kabupaten Kutai Timur: hanya yang sudah dirilis dan terbuka, tanpa kunci dan tanpa \
pendaftaran. Bilangan ditulis dengan semua angkanya. Setiap jawaban berasal dari satu keadaan gudang dan mempunyai \
ETag: tanyakan lagi dengan If-None-Match, dan selama isinya sama jawabannya 304. Daftar dibagi atas halaman: ikuti \
`berikutnya` (atau kepala Link rel=next) sampai null. Bila ada rilis di antara dua halaman, daftar angka yang sudah \
dimulai tetap menurut rilis halaman pertamanya; daftar lain meneruskan dari tempat terakhir menurut keadaan sekarang, \
tanpa baris yang terulang. Yang salah dijawab dengan application/problem+json (RFC 9457)."""
EXAMPLES = {
    "dataset": "disdukcapil.penduduk",
    "indikator": "penduduk.jumlah",
    "wilayah": "64.08.04",
    "periode": "2024-S2",
    "skpd/{kode}": "dinkes",
    "wilayah/{kode}": "64.08.04",
}
PATH_WORDS = {
    "dataset": "Pengenal dataset.",
    "indikator": "Kode indikator.",
    "wilayah": "Kode wilayah Kemendagri bertitik.",
    "periode": "Kode periode.",
    "kode": "Kodenya.",
}

Json = dict[str, Any]


@cache
def document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Satu Data Kutai Timur",
            "version": VERSION,
            "summary": "Antarmuka baca data terbuka Kabupaten Kutai Timur",
            "description": ABOUT,
        },
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "servers": [{"url": f"{settings.BASE_URL}/api/v1"}],
        "externalDocs": {"url": f"{settings.BASE_URL}/api", "description": "Petunjuk dan contoh"},
        "tags": [{"name": name} for name in dict.fromkeys(endpoint.group for endpoint in ENDPOINTS)],
        "paths": {f"/{endpoint.path}": {"get": _operation(endpoint)} for endpoint in ENDPOINTS},
        "components": {
            "schemas": _schemas(),
            "headers": _headers(),
            "responses": {f"masalah_{status}": _refusal(title) for status, title in TITLES.items()},
        },
    }


@cache
def written() -> bytes:
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


def _operation(endpoint: Endpoint) -> Json:
    names = re.findall(r"{(\w+)}", endpoint.path)
    refused = [400, 406, 413, 414, 429, 500, 503]
    if names:
        refused.append(404)
    if names == ["dataset"] and endpoint.many:
        refused.append(403)
    operation: Json = {
        "operationId": endpoint.name,
        "tags": [endpoint.group],
        "summary": endpoint.summary,
        "parameters": [*(_in_path(endpoint, name) for name in names), *_in_query(endpoint)],
        "responses": {
            "200": _answer(endpoint),
            "304": {"description": "Tidak berubah sejak ETag pada If-None-Match."},
            **{str(status): {"$ref": f"#/components/responses/masalah_{status}"} for status in sorted(refused)},
        },
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    return operation


def _in_path(endpoint: Endpoint, name: str) -> Json:
    example = EXAMPLES.get(endpoint.path) or EXAMPLES[name]
    schema = {"type": "string", "minLength": 1}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PATH_WORDS[name],
        "schema": schema,
        "example": example,
    }


def _in_query(endpoint: Endpoint) -> list[Json]:
    listed: list[Json] = []
    schemas = endpoint.parameters.model_json_schema()["properties"] if endpoint.parameters.model_fields else {}
    for name, field in endpoint.parameters.model_fields.items():
        if endpoint.parameters is Figures and name == "rincian":
            listed.append(_breakdowns())
            continue
        schema = _without_null(schemas[name])
        for key in ("title", "description", "default", "examples"):
            schema.pop(key, None)
        if field.default not in (None, [], ""):
            schema["default"] = field.default
        parameter: Json = {"name": name, "in": "query", "description": field.description, "schema": schema}
        if schema.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        if field.examples:
            parameter["example"] = field.examples if schema.get("type") == "array" else field.examples[0]
        listed.append(parameter)
    return listed


def _breakdowns() -> Json:
    """Parameters that each dataset names itself: an object, exploded."""
    return {
        "name": "rincian",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "Kode menurut rincian, satu parameter per rincian: `rincian.jenis_kelamin=L`.",
        "schema": {
            "type": "object",
            "propertyNames": {"pattern": f"^{re.escape(BREAKDOWN)}[A-Za-z0-9_]{{1,60}}$"},
            "additionalProperties": {"type": "string", "maxLength": 300},
        },
        "example": {"rincian.jenis_kelamin": "L"},
    }


def _without_null(schema: Json) -> Json:
    """A parameter is left out, it is never null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    return (
        {**options[0], **{key: value for key, value in schema.items() if key != "anyOf"}} if options else dict(schema)
    )


def _answer(endpoint: Endpoint) -> Json:
    item = {"$ref": f"#/components/schemas/{endpoint.row.__name__}"}
    content: Json = {"application/json": {"schema": item}}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "RateLimit", "RateLimit-Policy")}
    if endpoint.many:
        content = {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["berikutnya", "data"],
                    "additionalProperties": False,
                    "properties": {
                        "berikutnya": {
                            "type": ["string", "null"],
                            "format": "uri",
                            "description": "Alamat halaman berikutnya; null: ini yang terakhir.",
                        },
                        "jumlah": {
                            "type": "integer",
                            "description": "Banyaknya baris pada semua halaman, bila murah dihitung.",
                        },
                        "data": {"type": "array", "items": item},
                    },
                }
            },
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": "Dengan `format=csv`: UTF-8, RFC 4180, baris pertama nama kolom.",
                }
            },
        }
        headers["Link"] = {"$ref": "#/components/headers/Link"}
    return {"description": endpoint.summary, "headers": headers, "content": content}


def _schemas() -> Json:
    found: Json = {}
    for endpoint in ENDPOINTS:
        for row in rows_of(endpoint.row):
            found[row.__name__] = _schema(row)
    problem: Json = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "Apa yang salah, dan apa yang dapat dilakukan."},
            "kesalahan": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["parameter", "pesan"],
                    "properties": {
                        "parameter": {"type": "string"},
                        "pesan": {"type": "string"},
                        "pilihan": {"type": "array", "items": {"type": "string"}, "description": "Yang boleh."},
                    },
                },
            },
        },
    }
    return {**found, "Masalah": problem}


def _schema(row: type[Row]) -> Json:
    schema = row.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    for name, field in schema["properties"].items():
        field.pop("title", None)
        field["description"] = meaning(row, name)
    return schema


def _headers() -> Json:
    def header(said: str) -> Json:
        return {"description": said, "schema": {"type": "string"}}

    return {
        "ETag": header("Sidik isi jawaban."),
        "Link": header("rel=next: halaman berikutnya; rel=service-desc: dokumen ini."),
        "RateLimit": header("Sisa jawaban baru bagi alamat ini (r), dan detik sampai penuh lagi (t)."),
        "RateLimit-Policy": header("Jawaban baru (q) per detik (w). Jawaban yang sudah siap tidak dihitung."),
        "Retry-After": header("Detik sampai boleh mencoba lagi."),
    }


def _refusal(title: str) -> Json:
    return {
        "description": title,
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Masalah"}}},
    }
