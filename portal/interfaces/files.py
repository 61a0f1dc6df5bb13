"""The published files and catalogues, to take away: whole, a part, or only when they changed.

The database says which datasets are open and what files they have; the folder gives the bytes. A file stays open until
it is sent, so that a release meanwhile changes nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from etl.publish.generation import SUMS
from etl.publish.pod import FORMATS
from portal.exports import Opened, open_catalogue, open_file
from portal.interfaces.answers import allowed, for_all
from portal.interfaces.streams import streamed
from portal.serving import snapshot_of, unkept
from portal.warehouse.snapshot import Unavailable

AT_ONCE = 2 << 20
"""Files up to this many bytes are handed over whole: whoever takes them slowly holds no thread of ours."""
PIECE = 1 << 18
_KINDS = {
    "datapackage.json": "application/json",
    SUMS: "text/plain; charset=utf-8",
    "data.json": "application/json",
    "catalog.jsonld": "application/ld+json",
}
_ENDINGS = {**{ending: kind for ending, (_, kind) in FORMATS.items()}, "sdmx.xml": "application/xml"}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@unkept
def download(request: HttpRequest, dataset: str, name: str) -> HttpResponseBase:
    """A file of a dataset that is open now: one that was closed gives 404 even while its files still lie there."""
    if request.method not in ("GET", "HEAD"):
        return allowed("GET, HEAD, OPTIONS")
    if "\0" in dataset + name:
        raise Http404
    found = snapshot_of(request).row("files.sql#published", {"dataset": dataset, "berkas": name})
    if found is None:
        raise Http404
    opened = open_file(dataset, name)
    if opened is None:
        raise Unavailable(f"{dataset}/{name} is published, and is not there")
    response = given(request, opened, _kind_of(dataset, name))
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@unkept
def catalogue(request: HttpRequest, name: str) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return allowed("GET, HEAD, OPTIONS")
    opened = open_catalogue(name)
    if opened is None:
        raise Http404
    return given(request, opened, _KINDS[name])


def given(request: HttpRequest, opened: Opened, kind: str) -> HttpResponseBase:
    """The file, the asked part of it (one range), or that it has not changed."""
    modified = int(opened.modified)
    unchanged = get_conditional_response(request, etag=opened.tag, last_modified=modified)
    if unchanged is not None:
        opened.stream.close()
        return _headed(unchanged, opened)
    asked = _range(request, opened)
    if asked == "unsatisfiable":
        opened.stream.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{opened.size}"
        return _headed(response, opened)
    first, last = asked if isinstance(asked, tuple) else (0, opened.size - 1)
    length = last - first + 1
    opened.stream.seek(first)
    answer: HttpResponseBase
    if request.method == "HEAD":
        opened.stream.close()
        answer = HttpResponse(content_type=kind)
    elif length <= AT_ONCE:
        with opened.stream:
            answer = HttpResponse(opened.stream.read(length), content_type=kind)
    else:
        answer = streamed(request, _pieces(opened.stream, length), kind, opened.stream.close)
        if answer.status_code != 200:
            return for_all(answer)
    answer["Content-Length"] = str(length)
    if isinstance(asked, tuple):
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {first}-{last}/{opened.size}"
    return _headed(answer, opened)


def _headed(response: HttpResponseBase, opened: Opened) -> HttpResponseBase:
    response["ETag"] = opened.tag
    response["Last-Modified"] = http_date(opened.modified)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, no-cache"
    return for_all(response)


def _range(request: HttpRequest, opened: Opened) -> tuple[int, int] | str | None:
    """First and last byte asked for; None: all of it; `unsatisfiable`. Several ranges are answered with all of it."""
    wanted = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if not wanted or request.method != "GET" or not _same(request.headers.get("If-Range"), opened):
        return None
    start, end = wanted.groups()
    if (not start and not end) or len(start) > 18 or len(end) > 18:
        return None if not start and not end else "unsatisfiable"
    if not start:
        first, last = max(0, opened.size - int(end)), opened.size - 1
    else:
        first, last = int(start), min(int(end), opened.size - 1) if end else opened.size - 1
        if end and int(end) < first:
            return None
    return (first, last) if first <= last else "unsatisfiable"


def _same(validator: str | None, opened: Opened) -> bool:
    """Whether the part that a client has is of this very file."""
    if validator is None or validator == opened.tag:
        return True
    try:
        return parsedate_to_datetime(validator).timestamp() == int(opened.modified)
    except (TypeError, ValueError):
        return False


def _pieces(stream: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0 and (piece := stream.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def _kind_of(dataset: str, name: str) -> str:
    return _KINDS.get(name) or _ENDINGS.get(name.removeprefix(f"{dataset}."), "application/octet-stream")


PATHS = [
    path("unduh/<str:dataset>/<str:name>", download, name="unduh"),
    path("data.json", catalogue, {"name": "data.json"}, name="data_json"),
    path("catalog.jsonld", catalogue, {"name": "catalog.jsonld"}, name="catalog_jsonld"),
]
