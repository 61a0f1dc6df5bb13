"""Figures and the catalogue for programs: /api/v1, described by its OpenAPI document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def index(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


PATHS = [path("api", index, name="api")]
