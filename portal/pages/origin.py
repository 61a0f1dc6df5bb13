"""The account of one figure: where it comes from, what it passed, who released it, what it said before."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest, indikator: str, wilayah: str, periode: str, rincian: str = "") -> HttpResponse:
    return render(request, "base.html")


PATHS = [
    path("angka/<str:indikator>/<str:wilayah>/<str:periode>", page, name="asal"),
    path("angka/<str:indikator>/<str:wilayah>/<str:periode>/<rest:rincian>", page, name="asal"),
]
