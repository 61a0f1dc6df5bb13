"""A dataset's page: its figures as table and chart, and what it is."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.serving import snapshot_of
from portal.warehouse import datasets, table


def dataset(request: HttpRequest, dataset: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    entry = datasets.entry(snapshot, dataset)
    if entry is None:
        raise Http404
    indicators = datasets.indicators(snapshot, dataset)
    page: dict[str, Any] = {"entry": entry, "indicators": {row.indikator: row for row in indicators}}
    if entry.jumlah_angka:
        labels = datasets.labels(snapshot, entry.rincian)
        there = table.contents(snapshot, dataset, indicators, labels)
        asked = {name: request.GET.getlist(name) for name in request.GET}
        try:
            selection = table.choose(there, asked)
        except table.BadSelection as problem:
            page["problem"] = str(problem)
            selection = table.choose(there, {})
        page |= {"there": there, "table": table.read(snapshot, there, selection)}
    page |= {
        "releases": datasets.releases(snapshot, dataset),
        "revisions": datasets.revisions(snapshot, dataset),
        "next_release": datasets.next_release(snapshot, dataset),
    }
    return render(request, "pages/dataset.html", page, status=400 if "problem" in page else 200)


PATHS = [path("dataset/<str:dataset>", dataset, name="dataset")]
