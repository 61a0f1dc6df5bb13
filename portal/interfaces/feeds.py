"""What harvesters, readers and search engines take: feeds, catalogues, the map of the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def index(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


PATHS = [path("rilis.atom", index, name="rilis_atom")]
