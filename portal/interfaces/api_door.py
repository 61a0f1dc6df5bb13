"""What holds for every answer below /api/: any site's scripts may read it; and below /api/v1/ what is asked in a way
that is not served is refused at the door, and what goes wrong is told as a problem, never as a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from portal.interfaces.api_problem import CONTENT_TYPE, DETAILS, TITLES, Problem
from portal.interfaces.ratelimit import tell

OURS = "/api/v1/"
METHODS = "GET, HEAD, OPTIONS"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
LONGEST_QUERY = 30_000
FORMS = {"json": ("application/json", "application/problem+json"), "csv": ("text/csv",)}


class Door:
    """Middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self._get_response(request)
        if not request.path_info.startswith(OURS):
            response = self._get_response(request)
        else:
            response = _at_the_door(request) or _as_problem(self._get_response(request))
            # One tongue, one form per address: only how it was packed differs.
            response["Vary"] = "Accept-Encoding"
            response["Content-Language"] = "id"
            tell(request, response)
        for name, value in CORS.items():
            response[name] = value
        return response


def _at_the_door(request: HttpRequest) -> HttpResponse | None:
    """The answer to what need not be worked on."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Allow"] = METHODS
        for name, value in PREFLIGHT.items():
            response[name] = value
        return response
    if request.method not in ("GET", "HEAD"):
        response = Problem(405, f"Antarmuka ini hanya dibaca: {METHODS}.").response()
        response["Allow"] = METHODS
        return response
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return Problem(414, f"Pertanyaan paling panjang {LONGEST_QUERY} huruf. Bagilah menjadi beberapa.").response()
    if request.META.get("CONTENT_LENGTH") not in (None, "", "0"):
        return Problem(413, "Permintaan baca tidak mempunyai isi; parameternya ada pada alamat.").response()
    accept = request.headers.get("Accept", "")
    if accept and not _acceptable(accept, "csv" if request.GET.get("format") == "csv" else "json"):
        return Problem(
            406, "Bentuk yang ada: application/json, dan text/csv dengan `format=csv` bagi daftar."
        ).response()
    return None


def _acceptable(accept: str, form: str) -> bool:
    """Whether an Accept header lets in what the address answers with."""
    for entry in accept.lower().split(","):
        kind, *options = (part.strip() for part in entry.split(";"))
        if any(option.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for option in options):
            continue
        for offered in FORMS[form]:
            if kind in ("*/*", offered, offered.partition("/")[0] + "/*"):
                return True
    return False


def _as_problem(response: HttpResponse) -> HttpResponse:
    """What was told as a page to people, told to programs."""
    if response.status_code < 400 or response.get("Content-Type") == CONTENT_TYPE:
        return response
    status = response.status_code if response.status_code in TITLES else 500
    told = Problem(status, DETAILS.get(status, TITLES[status])).response()
    for name in ("Retry-After", "Cache-Control"):
        if name in response:
            told[name] = response[name]
    return told
