"""The API told to people: what it is, how it is asked, and every endpoint as its document has it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.interfaces.api_document import document
from portal.interfaces.api_problem import TITLES
from portal.serving import static_page


@static_page
def page(request: HttpRequest) -> HttpResponse:
    told = document()
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in told["tags"]}
    for address, methods in told["paths"].items():
        operation = methods["get"]
        groups[operation["tags"][0]].append(
            {
                **operation,
                "address": f"/api/v1{address}",
                "example": _example(address, operation),
                "asked": [_asked(one) for one in operation["parameters"]],
                "fields": _fields(told, operation),
            }
        )
    context = {"groups": groups, "api": f"{settings.BASE_URL}/api/v1", "problems": TITLES, "rate": settings.API_RATE}
    return render(request, "pages/api.html", {**context, "burst": settings.API_BURST})


def _example(address: str, operation: dict[str, Any]) -> str:
    """An address that answers."""
    values = {one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "path"}
    query = {"tingkat": "kecamatan", "rincian.jenis_kelamin": "L"} if operation["operationId"] == "angka" else {}
    if operation["operationId"] == "asalAngka":
        query = {"rincian": "jenis_kelamin=L"}
    return (
        "/api/v1"
        + re.sub(r"{(\w+)}", lambda found: values[found[1]], address)
        + ("?" + urlencode(query) if query else "")
    )


def _asked(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    several = schema.get("type") == "array"
    return {
        "name": parameter["name"] if schema.get("type") != "object" else f"{parameter['name']}.<nama>",
        "said": parameter["description"],
        "options": (schema["items"] if several else schema).get("enum"),
        "several": several,
    }


def _fields(told: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields of a row and what they mean."""
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    reference = schema.get("$ref") or schema["properties"]["data"]["items"]["$ref"]
    row = told["components"]["schemas"][reference.rpartition("/")[2]]
    return [(name, field["description"]) for name, field in row["properties"].items()]


PATHS = [path("api", page, name="api")]
