"""CKAN's read API, for harvesters and clients that know the regency's former catalogue, and its addresses of pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import path, register_converter, reverse
from django.utils.http import urlencode

from portal.interfaces import ratelimit
from portal.interfaces.answers import allowed, for_all
from portal.interfaces.ckan_actions import ACTIONS, WRITES, Catalogue
from portal.interfaces.ckan_datastore import Raw
from portal.interfaces.ckan_errors import ActionError, NotAuthorized
from portal.interfaces.ckan_packages import group, identifier, slug
from portal.serving import guarded, snapshot_of, static_page
from portal.warehouse import packages

BODY_BYTES = 100_000
_RAW = '"records": "@"'


@guarded(ratelimit.gate)
def action(request: HttpRequest, name: str) -> HttpResponseBase:
    """One action: parameters from the query string, or as a JSON object in the body."""
    if request.method not in ("GET", "HEAD", "POST"):
        return allowed("GET, HEAD, POST, OPTIONS")
    try:
        asked = _asked(request)
    except ValueError as problem:
        return _plain(f"Bad request - JSON Error: {problem}")
    if name not in ACTIONS and not WRITES.fullmatch(name):
        return _plain(f"Bad request - Action name not known: {name[:100]}")
    envelope: dict[str, Any] = {"help": f"{settings.BASE_URL}/api/3/action/help_show?name={name}"}
    try:
        if name not in ACTIONS:
            raise NotAuthorized("this catalogue is only read here")
        envelope |= {"success": True, "result": ACTIONS[name](Catalogue(snapshot_of(request)), asked)}
    except ActionError as problem:
        envelope |= {"success": False, "error": problem.error}
        return _json(envelope, problem.status)
    return _json(envelope)


def _asked(request: HttpRequest) -> Mapping[str, Any]:
    """The parameters. Raises ValueError when the body is no JSON object."""
    asked: dict[str, Any] = {key: values[0] if len(values) == 1 else values for key, values in request.GET.lists()}
    if request.method != "POST":
        return _without_nul(asked)
    if "urlencoded" in request.headers.get("Content-Type", ""):
        asked |= {key: values[0] if len(values) == 1 else values for key, values in request.POST.lists()}
        return _without_nul(asked)
    if len(request.body) > BODY_BYTES:
        raise ValueError(f"the body is larger than {BODY_BYTES} bytes")
    if not request.body.strip():
        return _without_nul(asked)
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ValueError("Error decoding JSON data.") from None
    if not isinstance(told, dict):
        raise ValueError("Request data JSON decoded is not a dictionary")
    return _without_nul({**asked, **told})


def _without_nul(asked: dict[str, Any]) -> dict[str, Any]:
    """Texts without the one sign that PostgreSQL has none for."""
    return {key: value.replace("\0", "") if isinstance(value, str) else value for key, value in asked.items()}


def _json(envelope: dict[str, Any], status: int = 200) -> HttpResponse:
    result = envelope.get("result")
    if isinstance(result, dict) and isinstance(result.get("records"), Raw):
        raw = result["records"]
        # A quotation mark within a text is escaped, so that this can stand in one place only.
        text = json.dumps({**envelope, "result": {**result, "records": "@"}}, ensure_ascii=False)
        text = text.replace(_RAW, f'"records": {raw}', 1)
    else:
        text = json.dumps(envelope, ensure_ascii=False)
    return for_all(HttpResponse(text, status=status, content_type="application/json;charset=utf-8"))


def _plain(problem: str) -> HttpResponse:
    return for_all(HttpResponse(json.dumps(problem), status=400, content_type="application/json;charset=utf-8"))


@static_page
def version(request: HttpRequest) -> HttpResponse:
    return for_all(HttpResponse('{"version": 3}', content_type="application/json;charset=utf-8"))


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Slug:
    """A package's name or id: it has a hyphen and no dot, as no dataset's id of ours."""

    regex = r"[a-z0-9_]*-[a-z0-9_-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Slug, "slug-ckan")


def dataset_page(request: HttpRequest, name: str, rest: str = "") -> HttpResponseBase:
    for dataset in packages.dataset_ids(snapshot_of(request)):
        if name in (slug(dataset), identifier("dataset", dataset)):
            return HttpResponsePermanentRedirect(reverse("dataset", kwargs={"dataset": dataset}))
    raise Http404


def resource(request: HttpRequest, name: str, id: str, rest: str = "") -> HttpResponseBase:
    """A resource's page is its dataset's; its download is the file."""
    catalogue = Catalogue(snapshot_of(request))
    for package in catalogue.packages:
        for one in package["resources"]:
            if one["id"] == id:
                return HttpResponsePermanentRedirect(one["url"] if rest else package["url"])
    raise Http404


def organization_page(request: HttpRequest, name: str) -> HttpResponseBase:
    for row in packages.agencies(snapshot_of(request)):
        if name in (slug(row.nama_pendek), identifier("organization", row.nama_pendek)):
            return HttpResponsePermanentRedirect(reverse("skpd", kwargs={"kode": row.nama_pendek}))
    raise Http404


def group_page(request: HttpRequest, name: str) -> HttpResponseBase:
    for row in packages.topics(snapshot_of(request)):
        told = group(row.kode, row.nama)
        if name in (told["name"], told["id"]):
            return HttpResponsePermanentRedirect(f"{reverse('katalog')}?{urlencode({'urusan': row.kode})}")
    raise Http404


@static_page
def datasets_page(request: HttpRequest) -> HttpResponseBase:
    words = request.GET.get("q", "")
    return HttpResponsePermanentRedirect(reverse("katalog") + (f"?{urlencode({'q': words})}" if words else ""))


@static_page
def agencies_page(request: HttpRequest) -> HttpResponseBase:
    return HttpResponsePermanentRedirect(reverse("daftar_skpd"))


PATHS = [
    path("api/3/action/<str:name>", action, name="ckan"),
    path("api/action/<str:name>", action),
    path("api/3", version),
    path("dataset", datasets_page),
    path("dataset/<slug-ckan:name>", dataset_page),
    path("dataset/<slug-ckan:name>/resource/<str:id>", resource),
    path("dataset/<slug-ckan:name>/resource/<str:id>/<rest:rest>", resource),
    path("organization", agencies_page),
    path("organization/<str:name>", organization_page),
    path("group", datasets_page),
    path("group/<str:name>", group_page),
]
