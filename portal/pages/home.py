"""The first page: search, a few figures that people ask for, what is new and what comes next, topics."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from portal.charts.svg import Place, map_of, sparkline
from portal.pages.templatetags.figures import angka, periode
from portal.serving import snapshot_of
from portal.warehouse import catalogue, headline
from portal.warehouse.snapshot import Snapshot


@cache
def shown() -> dict[str, Any]:
    """`beranda.yaml` beside the contracts: `angka` (indicators in order) and `peta` (one); empty without it."""
    file = settings.INSTALLATION.datasets / "beranda.yaml"
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.is_file() else {}


def home(request: HttpRequest) -> HttpResponse:
    snapshot = snapshot_of(request)
    figures = [(one, sparkline(one.course)) for one in headline.headlines(snapshot, shown().get("angka", []))]
    page = {
        "figures": figures,
        "map": _map(snapshot, shown().get("peta")),
        "totals": headline.totals(snapshot),
        "latest": catalogue.latest(snapshot),
        "upcoming": catalogue.upcoming(snapshot),
        "topics": catalogue.topics(snapshot),
    }
    return render(request, "pages/beranda.html", page)


def _map(snapshot: Snapshot, indicator: str | None) -> dict[str, Any] | None:
    rows = headline.by_region(snapshot, indicator) if indicator else []
    if not rows:
        return None
    indicators = headline.headlines(snapshot, [indicator] if indicator else [])
    values = {row.wilayah: row.nilai for row in rows}
    places = [
        Place(
            one.kode,
            one.nama,
            reverse("wilayah", kwargs={"kode": one.kode}),
            f"{angka(values.get(one.kode)) or _('tidak ada angka')} {rows[0].satuan}",
            one.batas,
        )
        for one in headline.outlines(snapshot)
    ]
    title = f"{indicators[0].name if indicators else indicator}, {periode(rows[0].periode)}"
    ranked = sorted((row for row in rows if row.nilai is not None), key=lambda row: -row.nilai)
    return {"title": title, "drawing": map_of(places, values, title), "rows": ranked, "headline": indicators}


PATHS = [path("", home, name="beranda")]
