"""The site as it is served: it answers, over the demo regency."""

from __future__ import annotations

import httpx


def test_first_page_is_served(site):
    answer = httpx.get(site)
    assert answer.status_code == 200
    assert "Satu Data" in answer.text
