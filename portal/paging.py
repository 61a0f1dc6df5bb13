"""Which page of a long list is asked for."""

from __future__ import annotations

import re


def page_number(asked: str | None, most: int = 999_999) -> int:
    """1 to `most`; the first page for whatever is no number."""
    return min(int(asked), most) if asked and re.fullmatch(r"[1-9][0-9]{0,5}", asked) else 1
