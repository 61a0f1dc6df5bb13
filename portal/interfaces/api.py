"""Figures and the catalogue for programs: /api/v1, described by its OpenAPI document.

api_endpoints says what there is, api_parameters what may be asked, api_answers what is answered, api_questions how the
warehouse is asked, api_lists how a list is paged, api_problem what is said otherwise, api_door what holds for every
answer, ratelimit how often.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page

from portal.interfaces import ratelimit
from portal.interfaces.api_document import written
from portal.interfaces.api_endpoints import ENDPOINTS, Endpoint
from portal.interfaces.api_parameters import read
from portal.interfaces.api_problem import Problem
from portal.interfaces.api_questions import Call
from portal.serving import guarded, static_page


@static_page
@gzip_page
@conditional_page
def openapi(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(written(), content_type="application/json")
    response["Cache-Control"] = "public, no-cache"
    return response


def _view(endpoint: Endpoint) -> Callable[..., HttpResponseBase]:
    @guarded(ratelimit.gate)
    def view(request: HttpRequest, **values: str) -> HttpResponse:
        try:
            return endpoint.answer(Call(request, values, read(endpoint.parameters, request.GET)))
        except Problem as problem:
            return problem.response()

    return view


def _address(endpoint: Endpoint) -> str:
    return "api/v1/" + endpoint.path.replace("{", "<str:").replace("}", ">")


PATHS = [
    path("api/v1/openapi.json", openapi, name="openapi"),
    *(path(_address(endpoint), _view(endpoint), name=f"api_{endpoint.name}") for endpoint in ENDPOINTS),
]
