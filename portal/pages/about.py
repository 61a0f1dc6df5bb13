"""Pages that read no warehouse."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


PATHS = [path("tentang", page, name="tentang")]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "pages/tidak_ada.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/rusak.html", status=500)
