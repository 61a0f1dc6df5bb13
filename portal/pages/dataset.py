"""A dataset's page: its figures as table and chart, what it is, and how it is used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from portal.pages import chart, fields, grid, takeaway
from portal.pages.citation import citation
from portal.pages.examples import examples
from portal.pages.quality import quality
from portal.pages.shown import Shown, shown_for
from portal.serving import snapshot_of
from portal.warehouse import datasets
from portal.warehouse.releases import releases
from portal.warehouse.snapshot import Snapshot


def page(request: HttpRequest, dataset: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    seen = shown_for(request, snapshot, dataset)
    context = {"seen": seen, "entry": seen.entry, **about(snapshot, seen)}
    if seen.table:
        context |= of_table(seen) | chart.of_chart(snapshot, seen)
    return render(request, "pages/dataset.html", context, status=400 if seen.problem else 200)


def of_table(seen: Shown) -> dict[str, Any]:
    """What the table and the form above it are made of."""
    assert seen.there is not None
    assert seen.table is not None
    return {
        "table": seen.table,
        "there": seen.there,
        "layout": fields.layout(seen.there, seen.selection),
        "filters": fields.filters(seen.there, seen.selection),
        "lists": fields.lists(seen.there, seen.selection),
        "rows": grid.body(seen.table),
        "forms": takeaway.NAMES,
        "previous": seen.address(halaman=str(seen.table.page - 1)) if seen.table.page > 1 else None,
        "next": seen.address(halaman=str(seen.table.page + 1)) if seen.table.page < seen.table.pages else None,
    }


def about(snapshot: Snapshot, seen: Shown) -> dict[str, Any]:
    """Everything but the figures."""
    dataset, is_open = seen.entry.dataset, seen.entry.akses == "terbuka"
    address = settings.BASE_URL + reverse("dataset", kwargs={"dataset": dataset})
    return {
        "address": address,
        "indicators": list(seen.indicators.values()),
        "quality": quality(seen.entry) if is_open else None,
        "releases": releases(snapshot, dataset, limit=20),
        "revisions": datasets.revisions(snapshot, dataset, 50),
        "next_release": datasets.next_release(snapshot, dataset),
        "files": [(kind_of(file.berkas, dataset), file) for file in datasets.files(snapshot, dataset)],
        "citation": citation(seen.entry, address, snapshot.today),
        "examples": examples(settings.BASE_URL, dataset, seen.table.selection) if seen.table else None,
    }


def kind_of(file: str, dataset: str) -> str:
    """`dinkes.faskes.sdmx.csv` → `SDMX-CSV`."""
    return file.removeprefix(f"{dataset}.").replace(".", "-").upper().replace("PARQUET", "Parquet")


PATHS = [path("dataset/<str:dataset>", page, name="dataset"), *takeaway.PATHS, *chart.PATHS]
