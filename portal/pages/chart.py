"""The chart of a table: on the dataset's page, and by itself where others embed it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.charts.choice import MAP, Chart, chart_of
from portal.charts.drawing import drawing
from portal.charts.option import option
from portal.charts.svg import Place, map_of, outline_paths
from portal.charts.words import told
from portal.headers import let_embed
from portal.pages.shown import Shown, shown_for
from portal.pages.templatetags.figures import angka
from portal.serving import snapshot_of
from portal.warehouse.headline import outlines
from portal.warehouse.kept import kept
from portal.warehouse.snapshot import Snapshot

FRAME = (720, 560)
"""Width and height of an embedded chart in pixels, where the page that embeds it says nothing else."""


def of_chart(snapshot: Snapshot, seen: Shown) -> dict[str, Any]:
    """The chart of the table with its words, what stands in for it, and its embed code; empty where none fits."""
    assert seen.there is not None
    assert seen.table is not None
    places = {one.kode: one for one in outlines(snapshot)}
    chart = chart_of(seen.table, seen.there, mapped=frozenset(places))
    if chart is None:
        return {}
    words = told(chart)
    title = f"{seen.title}, {chart.period}" if chart.period else seen.title
    address = settings.BASE_URL + reverse("sematan", kwargs={"dataset": seen.entry.dataset}) + seen.query
    return {
        "chart": chart,
        "chart_title": title,
        "chart_words": words,
        "chart_drawing": _map(snapshot, chart, places, title) if chart.kind == MAP else drawing(chart, words),
        "chart_option": option(chart, words),
        "embed": format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>', address, title, *FRAME
        ),
    }


def _map(snapshot: Snapshot, chart: Chart, places: dict[str, Any], title: str) -> str:
    values = dict(zip(chart.codes, chart.series[0].values, strict=True))
    drawn = [
        Place(
            code,
            places[code].nama,
            reverse("wilayah", kwargs={"kode": code}),
            f"{angka(value) or _('tidak ada angka')} {chart.unit}",
            places[code].batas,
        )
        for code, value in values.items()
    ]
    return map_of(drawn, values, title, _paths(snapshot))


@kept
def _paths(snapshot: Snapshot) -> dict[str, str]:
    return outline_paths({one.kode: one.batas for one in outlines(snapshot)})


def embedded(request: HttpRequest, dataset: str) -> HttpResponse:
    """A chart, its source and a link: to stand in a frame of any site."""
    snapshot = snapshot_of(request)
    seen = shown_for(request, snapshot, dataset)
    if seen.problem or seen.table is None:
        raise Http404
    address = settings.BASE_URL + reverse("dataset", kwargs={"dataset": dataset}) + seen.query
    context = {"seen": seen, "entry": seen.entry, "table": seen.table, "address": address}
    context |= {"host": urlsplit(settings.BASE_URL).netloc, **of_chart(snapshot, seen)}
    response = render(request, "pages/sematan.html", context)
    return let_embed(response)


def kecamatan(request: HttpRequest) -> HttpResponse:
    """The outlines of the kecamatan as GeoJSON, for maps that the browser draws."""
    features = [
        {"type": "Feature", "properties": {"name": one.kode, "nama": one.nama}, "geometry": one.batas}
        for one in outlines(snapshot_of(request))
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


PATHS = [
    path("dataset/<str:dataset>/sematan", embedded, name="sematan"),
    path("peta/kecamatan.json", kecamatan, name="peta_kecamatan"),
]
