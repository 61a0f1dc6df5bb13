"""A source's files as collecting sees them, for tests that need no warehouse."""

from __future__ import annotations

from pathlib import Path

from etl.contract import Skpd
from etl.extract.listing import FoundFile
from etl.findings import Finding
from etl.gather import Listings
from etl.settings import Settings
from etl.sources import FolderSource


def list_files(source: FolderSource, skpd: Skpd, sources_root: str) -> tuple[list[FoundFile], list[Finding]]:
    """One listing, nothing remembered. Raises SourceUnavailable when the folder or its connection is not there."""
    return Listings(skpd, Settings("", Path(), Path(), sources_root)).of(source)
