"""datastore_search: the figures of a dataset's CSV, filtered, sorted and paged (CKAN 2.10, ckanext.datastore)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from portal.interfaces.ckan_errors import Invalid, NotFound
from portal.interfaces.ckan_packages import STORED, identifier
from portal.warehouse.records import PLACE, Column, Question, columns_of, records
from portal.warehouse.snapshot import Snapshot

LIMIT, MAX_LIMIT = 100, 32_000
MAX_OFFSET = 2**31 - 1
LANGUAGES = ("simple", "indonesian", "english")
_KNOWN = frozenset(
    "resource_id id filters q distinct plain language limit offset fields sort include_total records_format".split()
)


class Raw(str):
    """A text that is JSON already."""


def datastore_search(snapshot: Snapshot, rows: list[Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """rows: of `packages.packages`. Its `records` are `Raw`. Raises NotFound, Invalid."""
    reference = asked.get("resource_id", asked.get("id"))
    if not reference:
        raise Invalid(resource_id=["Missing value"])
    entry = next((row for row in rows if reference == identifier("resource", f"{row.dataset}/{STORED}")), None)
    if entry is None or not entry.berkas:
        raise NotFound(f'Resource "{str(reference)[:100]}" was not found.')
    unknown = sorted(set(asked) - _KNOWN)
    if unknown:
        raise Invalid(__junk=[f"The input field {unknown[0][:50]} was not expected."])
    columns = columns_of(snapshot, entry)
    question = _question(columns, asked)
    told, total = records(snapshot, entry, columns, question)
    kinds = {PLACE: Column(PLACE, "int", "Nomor baris menurut urutan kuncinya."), **{c.name: c for c in columns}}
    result: dict[str, Any] = {
        "include_total": question.total,
        "limit": question.limit,
        "offset": question.offset,
        "records_format": "lists" if question.as_lists else "objects",
        "resource_id": reference,
        "total_estimation_threshold": None,
        "fields": [_field(kinds[name]) for name in question.columns],
        "_links": _links(asked, question),
    }
    if total is not None:
        result |= {"total": total, "total_was_estimated": False}
    for name in ("q", "filters", "sort"):
        if asked.get(name):
            result[name] = asked[name]
    return {**result, "records": Raw(told)}


def _question(columns: list[Column], asked: Mapping[str, Any]) -> Question:
    names = [PLACE, *(column.name for column in columns)]
    distinct = _flag(asked, "distinct", default=False)
    chosen = names_in(asked, "fields")
    for name in chosen:
        if name not in names:
            raise Invalid(fields=[f'field "{name[:63]}" not in table'])
    form = asked.get("records_format", "objects")
    if form not in ("objects", "lists"):
        raise Invalid(records_format=[f'Value must be one of objects, lists, not "{str(form)[:20]}"'])
    language = asked.get("language", "simple")
    if language not in LANGUAGES:
        raise Invalid(language=[f"Value must be one of {', '.join(LANGUAGES)}"])
    shown = list(dict.fromkeys(chosen)) or (names[1:] if distinct else names)
    order = _order(names, asked)
    if distinct and not {name for name, _ in order} <= set(shown):
        raise Invalid(sort=["with distinct, only fields that are asked for may be sorted by"])
    return Question(
        columns=shown,
        equal=_equal(columns, asked),
        words=_words(columns, asked),
        language=language,
        order=order,
        limit=_number(asked, "limit", LIMIT, MAX_LIMIT),
        offset=_number(asked, "offset", 0, MAX_OFFSET),
        distinct=distinct,
        total=_flag(asked, "include_total", default=True),
        as_lists=form == "lists",
    )


def _number(asked: Mapping[str, Any], name: str, default: int, most: int) -> int:
    text = str(asked.get(name, default))
    if not re.fullmatch(r"\d{1,12}", text) or isinstance(asked.get(name), bool):
        raise Invalid(**{name: ["Must be a natural number" if re.fullmatch(r"-\d+", text) else "Invalid integer"]})
    return min(int(text), most)


def names_in(asked: Mapping[str, Any], name: str) -> list[str]:
    """A list of names: as JSON, with commas, or a list already. Raises Invalid."""
    told = asked.get(name)
    if isinstance(told, str):
        told = decoded(told, name) if told.lstrip().startswith("[") else told.split(",")
    if told is None:
        return []
    if not isinstance(told, list):
        raise Invalid(**{name: ["Not a string or list"]})
    return [str(one).strip() for one in told if str(one).strip()]


def _flag(asked: Mapping[str, Any], name: str, *, default: bool) -> bool:
    return str(asked.get(name, default)).lower() in ("true", "1", "yes", "on")


def decoded(value: Any, name: str) -> Any:
    """What a query string gives as JSON; a JSON body gives it as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise Invalid(**{name: ["Cannot parse JSON"]}) from None


def _equal(columns: list[Column], asked: Mapping[str, Any]) -> dict[str, list[Any]]:
    filters = decoded(asked.get("filters") or {}, "filters")
    if not isinstance(filters, dict):
        raise Invalid(filters=["Not a JSON object"])
    kinds = {PLACE: "int4", **{column.name: column.kind for column in columns}}
    equal = {}
    for name, value in filters.items():
        if name not in kinds:
            raise Invalid(filters=[f'field "{name[:63]}" not in table'])
        values = value if isinstance(value, list) else [value]
        equal[name] = [_typed(one, kinds[name], name) for one in values[:1000]]
    return equal


def _typed(value: Any, kind: str, name: str) -> Any:
    """A value as the column has them. Raises Invalid."""
    if isinstance(value, (dict, list)) or "\0" in str(value):
        raise Invalid(filters=[f'invalid value for "{name}"'])
    text = "" if value is None else str(value)
    if kind in ("text", "timestamp", "date", "bool"):
        if kind == "timestamp" and not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?", text):
            raise Invalid(filters=[f'invalid value for "{name}"'])
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Invalid(filters=[f'invalid value for "{name}"']) from None
    if not number.is_finite() or abs(number.adjusted()) > 60:
        raise Invalid(filters=[f'invalid value for "{name}"'])
    if kind == "numeric":
        return number
    # No row has what an integer column cannot hold.
    return int(number) if number == int(number) and abs(number) < 2**31 else -(2**31)


def _words(columns: list[Column], asked: Mapping[str, Any]) -> list[tuple[str | None, str]]:
    told = asked.get("q")
    if isinstance(told, str) and told.lstrip().startswith("{"):
        told = decoded(told, "q")
    if not told:
        return []
    if isinstance(told, (str, int, float)):
        return [(None, str(told).replace("\0", " ")[:200])]
    if not isinstance(told, dict):
        raise Invalid(q=["Not a string or JSON object"])
    names = {column.name for column in columns}
    for name in told:
        if name not in names:
            raise Invalid(q=[f'field "{name[:63]}" not in table'])
    return [(name, str(value).replace("\0", " ")[:200]) for name, value in told.items() if value]


def _order(names: list[str], asked: Mapping[str, Any]) -> list[tuple[str, bool]]:
    order = []
    for part in names_in(asked, "sort"):
        name, _, way = part.partition(" ")
        name = name.strip('"')
        if name not in names:
            raise Invalid(sort=[f'field "{name[:63]}" not in table'])
        way = way.strip().lower().removesuffix("nulls last").strip()
        if way not in ("", "asc", "desc"):
            raise Invalid(sort=["invalid sort direction"])
        order.append((name, way == "desc"))
    return order


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"id": column.name, "type": column.kind}
    if column.told and column.name != PLACE:
        field["info"] = {"label": column.name.replace("_", " ").capitalize(), "notes": column.told}
    return field


def _links(asked: Mapping[str, Any], question: Question) -> dict[str, str]:
    def at(offset: int) -> str:
        told = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in asked.items()
            if name != "offset"
        }
        return "/api/3/action/datastore_search?" + urlencode({**told, **({"offset": offset} if offset else {})})

    links = {"start": at(0), "next": at(question.offset + question.limit)}
    if question.offset:
        links["prev"] = at(max(0, question.offset - question.limit))
    return links
