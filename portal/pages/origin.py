"""The account of one figure: where it comes from, what it passed, who released it, what it said before."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.labels import humanized
from portal.languages import PREFIX
from portal.serving import snapshot_of
from portal.warehouse import datasets, origin


def account(request: HttpRequest, indikator: str, wilayah: str, periode: str, rincian: str = "") -> HttpResponse:
    snapshot = snapshot_of(request)
    key = origin.Key(indikator, wilayah, periode, rincian)
    indicator = origin.indicator(snapshot, key)
    if indicator is None:
        raise Http404
    versions = origin.versions(snapshot, key, indicator.fakta)
    if not versions:
        raise Http404
    now = origin.now(snapshot, key, indicator.fakta)
    page = {
        "key": key,
        "indicator": indicator,
        "unit": now.satuan if now else indicator.satuan,
        "status": now.status_data if now else None,
        "current": versions[0].berlaku,
        "shown": versions[0],
        "versions": versions,
        "breakdown": _named(key, now.nama_rincian if now else {}, datasets.labels(snapshot, key.parts)),
        "permanent": settings.BASE_URL + request.path.removeprefix(PREFIX),
    }
    return render(request, "pages/angka.html", page)


def _named(
    key: origin.Key, names: dict[str, str | None], labels: dict[str, dict[str, str]]
) -> list[tuple[str, str, str]]:
    """Each part of the breakdown: what it is, its member's name, and the member's code where the name is not all."""
    told = []
    for part, code in key.parts.items():
        name = names.get(part) or labels.get(part, {}).get(code) or humanized(code)
        told.append((humanized(part), name, code if part in names else ""))
    return told


PATHS = [
    path("angka/<str:indikator>/<str:wilayah>/<str:periode>", account, name="asal"),
    path("angka/<str:indikator>/<str:wilayah>/<str:periode>/<rest:rincian>", account, name="asal"),
]
