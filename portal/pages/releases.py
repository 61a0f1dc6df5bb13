"""Releases that were, and what is due."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.paging import page_number
from portal.serving import snapshot_of
from portal.warehouse import releases as warehouse

PAGE = 30
MAX_PAGE = 300


def releases(request: HttpRequest) -> HttpResponse:
    snapshot = snapshot_of(request)
    page = page_number(request.GET.get("halaman"), MAX_PAGE)
    found = warehouse.releases(snapshot, limit=PAGE + 1, offset=(page - 1) * PAGE)
    due = warehouse.due(snapshot)
    shown = {
        "rows": found[:PAGE],
        "page": page,
        "more": len(found) > PAGE and page < MAX_PAGE,
        "overdue": [row for row in due if row.jatuh_tempo < snapshot.today],
        "coming": [row for row in due if row.jatuh_tempo >= snapshot.today],
    }
    return render(request, "pages/rilis.html", shown)


PATHS = [path("rilis", releases, name="rilis")]
