"""What every answer says to the browser: nothing from elsewhere, nothing inline, no guessing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def let_embed(response: HttpResponse) -> HttpResponse:
    """Lets an answer stand in a frame of any site; it says so itself, so that it does when it was kept ready, too."""
    response["Content-Security-Policy"] = f"{POLICY}; frame-ancestors *"
    return response


class Headers:
    """Middleware: the policy on every answer; only what `let_embed` was given may stand in a frame."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", f"{POLICY}; frame-ancestors 'none'")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
