"""Two tongues for the words around the figures: Indonesian at the root, English below /en/."""

from __future__ import annotations

PREFIX = "/en"


def other_language(path: str, language: str) -> str:
    """The same page in the other language."""
    if language == "en":
        return path.removeprefix(PREFIX) or "/"
    return PREFIX + path
