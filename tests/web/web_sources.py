"""Sources, fetching and reading in a line each, for the tests of web services."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etl.extract.archive import Archive
from etl.extract.read import read_sheets
from etl.extract.web import Answer, fetch_web
from etl.frames import Sheet
from etl.sources import AnyWebSource, BpsSource, CkanSource, WebSource

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "api"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="shared samples folder absent")


def web(url: str, **block: Any) -> WebSource:
    """A source as its block in a contract says it; fast and small where it does not say."""
    return WebSource.model_validate({"kind": "web", "url": url, "per_minute": 6000, "timeout_seconds": 5} | block)


def ckan(url: str, resource: str, **block: Any) -> CkanSource:
    return CkanSource.model_validate(
        {"kind": "ckan", "url": url, "resource": resource, "per_minute": 6000, "timeout_seconds": 5} | block
    )


def bps(url: str, **block: Any) -> BpsSource:
    return BpsSource.model_validate({"kind": "bps", "url": url, "per_minute": 6000, "timeout_seconds": 5} | block)


def fetch(source: AnyWebSource, archive: Archive, previous: Path | None = None) -> Answer:
    return fetch_web(source, archive, "dinkes.contoh", previous)


def read(answer: Answer, source: AnyWebSource) -> Sheet:
    """The one table of an answer, read from the archive as the pipeline reads it."""
    assert answer.archived is not None
    (sheet,) = read_sheets(answer.archived.path, "contoh.zip", how=source)
    return sheet


def rows(sheet: Sheet) -> list[dict[str, str | None]]:
    """Records as text, by the first row's names."""
    columns = [column.to_pylist() for column in sheet.text]
    return [
        dict(zip((c[0] for c in columns), cells, strict=True)) for cells in zip(*(c[1:] for c in columns), strict=True)
    ]
