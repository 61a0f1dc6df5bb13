"""Pages that read no warehouse: what the site is, and what it says when something is amiss."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.serving import static_page


@static_page
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/tentang.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "pages/tidak_ada.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/rusak.html", status=500)


PATHS = [path("tentang", about, name="tentang")]
