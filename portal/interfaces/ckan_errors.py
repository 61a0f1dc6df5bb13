"""What CKAN's actions refuse, each with the status and the words that its clients know."""

from __future__ import annotations

from typing import Any


class ActionError(Exception):
    """error: what stands in the envelope under that name."""

    status = 400
    error: dict[str, Any]


class NotFound(ActionError):
    status = 404

    def __init__(self, what: str = "") -> None:
        self.error = {"__type": "Not Found Error", "message": f"Not found: {what}" if what else "Not found"}


class NotAuthorized(ActionError):
    status = 403

    def __init__(self, why: str) -> None:
        self.error = {"__type": "Authorization Error", "message": f"Access denied: {why}"}


class Invalid(ActionError):
    """A parameter that cannot be: field → what is wrong with it."""

    status = 409

    def __init__(self, **fields: list[str]) -> None:
        self.error = {"__type": "Validation Error", **fields}


class InvalidQuery(ActionError):
    status = 400

    def __init__(self, why: str) -> None:
        self.error = {"__type": "Search Query Error", "message": f"Search Query is invalid: {why!r}"}
