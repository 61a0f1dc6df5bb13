"""A list, page by page: from what was asked to the body that is sent, and the address of the next page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args, get_origin
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from psycopg2.sql import Composable

from portal.interfaces.api_answers import Object, Row
from portal.interfaces.api_parameters import MOST, USUAL, Listed
from portal.interfaces.api_problem import Fault, misunderstood
from portal.serving import snapshot_of
from portal.warehouse import api
from portal.warehouse.snapshot import Snapshot

DOCUMENT = "/api/v1/openapi.json"


@dataclass(frozen=True)
class Place:
    """Where a page begins. keys: of the row before it. at: the release that the first page showed, as the database
    writes its time; None for lists that show what is so now."""

    keys: list[str]
    at: str | None = None

    def written(self) -> str:
        text = json.dumps([self.at, *self.keys], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str | None) -> Place | None:
        """Raises Problem for what `written` never wrote."""
        if text is None:
            return None
        try:
            at, *keys = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
            fits = all(isinstance(key, str) and "\0" not in key and key.encode() is not None for key in keys)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise no_place() from None
        if not fits or not keys or not (at is None or (isinstance(at, str) and "\0" not in at and len(at) < 40)):
            raise no_place()
        return cls(keys, at)


def no_place() -> Exception:
    return misunderstood(
        Fault("setelah", "`setelah` bukan tempat yang pernah diberikan daftar ini. Salinlah dari `berikutnya`.")
    )


@dataclass(frozen=True)
class Wanted:
    """A list that was asked for. total: how many rows it has in all; counted: ask for that. at: see Place.
    breakdowns: of figures, which CSV has as columns instead of one of JSON; None: these are no figures."""

    listing: api.Listing
    row: type[Row]
    filters: Mapping[str, Any]
    parts: Mapping[str, Composable] = field(default_factory=dict)
    counted: bool = False
    total: int | None = None
    at: str | None = None
    breakdowns: Sequence[str] | None = None
    name: str = "daftar"


def answered(request: HttpRequest, asked: Listed, place: Place | None, wanted: Wanted) -> tuple[HttpResponse, bool]:
    """The page, and whether it has any row. Raises Problem."""
    snapshot = snapshot_of(request)
    in_csv = asked.format == "csv"
    columns = [
        name
        for name, kind in _kinds(wanted.row).items()
        if not (in_csv and wanted.breakdowns is not None and kind == Object)
    ]
    page_asked = api.Asked(
        wanted.listing,
        columns,
        wanted.filters,
        asked.ukuran or (MOST if in_csv else USUAL),
        place.keys if place else None,
        wanted.parts,
    )
    try:
        page = _csv(snapshot, page_asked, wanted) if in_csv else api.page(snapshot, page_asked)
    except api.BadPlace:
        raise no_place() from None
    after = _next(request, Place(page.place, wanted.at)) if page.place else None
    if in_csv:
        response = HttpResponse(page.text, content_type="text/csv; charset=utf-8; header=present")
        response["Content-Disposition"] = f'inline; filename="{wanted.name}.csv"'
        some = page.text.count("\n") > 1
    else:
        total = api.count(snapshot, page_asked) if wanted.counted else wanted.total
        response = HttpResponse(_body(page.text, after, total), content_type="application/json")
        some = bool(page.text)
    links = [f'<{after}>; rel="next"'] if after else []
    response["Link"] = ", ".join([*links, f'<{settings.BASE_URL}{DOCUMENT}>; rel="service-desc"'])
    return response, some


def _csv(snapshot: Snapshot, asked: api.Asked, wanted: Wanted) -> api.Page:
    kinds = _kinds(wanted.row)
    written = {str: "text", datetime: "time", list: "list"}
    told = {name: written.get(get_origin(kind) or kind, "") for name, kind in kinds.items()}
    return api.csv(snapshot, asked, told, wanted.breakdowns or ())


def _kinds(row: type[Row]) -> dict[str, Any]:
    """Field → its type, None left aside."""
    kinds = {}
    for name, declared in row.model_fields.items():
        kind: Any = declared.annotation
        options = [option for option in get_args(kind) if option is not type(None)]
        is_optional = type(None) in get_args(kind)
        kind = options[0] if is_optional else kind
        kinds[name] = dict[str, Any] if get_origin(kind) is dict else kind
    return kinds


def _body(rows: str, after: str | None, total: int | None) -> str:
    told = "" if total is None else f'"jumlah": {total},\n'
    return f'{{"berikutnya": {json.dumps(after)},\n{told}"data": [\n{rows}\n]}}\n'


def _next(request: HttpRequest, place: Place) -> str:
    query = [(name, value) for name, values in request.GET.lists() for value in values if name != "setelah"]
    return f"{settings.BASE_URL}{request.path}?{urlencode([*query, ('setelah', place.written())])}"
