"""Searching and leafing through the catalogue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.serving import snapshot_of
from portal.warehouse import catalogue


def found(request: HttpRequest) -> HttpResponse:
    snapshot = snapshot_of(request)
    question = catalogue.Question.asked({name: request.GET.getlist(name) for name in request.GET})
    result = catalogue.search(snapshot, question)
    page = {
        "question": question,
        "result": result,
        "chips": [
            (facet, code, _without(request, facet, code)) for facet, codes in question.chosen.items() for code in codes
        ],
        "near": [] if result.rows or not question.words else catalogue.suggestions(snapshot, question.words),
        "previous": _page(request, question.page - 1) if question.page > 1 else None,
        "next": _page(request, question.page + 1) if question.page < result.pages else None,
    }
    return render(request, "pages/katalog.html", page)


def _page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["halaman"] = str(number)
    return f"?{query.urlencode()}"


def _without(request: HttpRequest, facet: str, code: str) -> str:
    query = request.GET.copy()
    query.setlist(facet, [value for value in query.getlist(facet) if value != code])
    query.pop("halaman", None)
    return f"?{query.urlencode()}"


PATHS = [path("data", found, name="katalog")]
