"""Profiles of regions and agencies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest, kode: str = "") -> HttpResponse:
    return render(request, "base.html")


PATHS = [
    path("wilayah", page, name="daftar_wilayah"),
    path("wilayah/<str:kode>", page, name="wilayah"),
    path("skpd", page, name="daftar_skpd"),
    path("skpd/<str:kode>", page, name="skpd"),
]
