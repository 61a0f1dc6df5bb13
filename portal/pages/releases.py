"""Releases that were, and what is due."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.serving import snapshot_of

PAGE = 30
MAX_PAGE = 300


def releases(request: HttpRequest) -> HttpResponse:
    snapshot = snapshot_of(request)
    asked = request.GET.get("halaman", "1")
    page = min(int(asked), MAX_PAGE) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
    page = max(page, 1)
    parameters = {"dataset": None, "limit": PAGE + 1, "offset": (page - 1) * PAGE}
    found = snapshot.rows("releases.sql#releases", parameters)
    due = snapshot.rows("releases.sql#calendar", {"today": snapshot.today, "limit": 200})
    shown = {
        "rows": found[:PAGE],
        "page": page,
        "more": len(found) > PAGE and page < MAX_PAGE,
        "overdue": [row for row in due if row.jatuh_tempo < snapshot.today],
        "coming": [row for row in due if row.jatuh_tempo >= snapshot.today],
    }
    return render(request, "pages/rilis.html", shown)


PATHS = [path("rilis", releases, name="rilis")]
