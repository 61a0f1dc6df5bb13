"""The account of one figure: where it comes from, what it passed, who released it, what it said before."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.labels import humanized
from portal.serving import snapshot_of
from portal.warehouse import datasets, origin


def account(request: HttpRequest, indikator: str, wilayah: str, periode: str, rincian: str = "") -> HttpResponse:
    snapshot = snapshot_of(request)
    key = origin.Key(indikator, wilayah, periode, rincian)
    versions = origin.versions(snapshot, key)
    figure = origin.figure(snapshot, key)
    if not versions or figure is None:
        raise Http404
    breakdown = figure.rincian_json or dict(part.split("=", 1) for part in rincian.split("|") if "=" in part)
    labels = datasets.labels(snapshot, breakdown)
    current = versions[0] if versions[0].berlaku else None
    page = {
        "key": key,
        "figure": figure,
        "current": current,
        "shown": current or versions[0],
        "versions": versions,
        "revisions": origin.revisions(snapshot, key, figure.dataset),
        "breakdown": [
            (humanized(name), labels.get(name, {}).get(code, humanized(code))) for name, code in breakdown.items()
        ],
        "permanent": settings.BASE_URL + request.path.removeprefix("/en"),
    }
    return render(request, "pages/angka.html", page)


PATHS = [
    path("angka/<str:indikator>/<str:wilayah>/<str:periode>", account, name="asal"),
    path("angka/<str:indikator>/<str:wilayah>/<str:periode>/<rest:rincian>", account, name="asal"),
]
