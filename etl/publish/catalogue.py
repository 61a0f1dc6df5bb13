"""The catalogue that harvesters read: data.json (Project Open Data 1.1, as data.go.id takes it) and catalog.jsonld."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.findings import Finding
from etl.publish import dcat, pod
from etl.publish.complaints import complaints
from etl.publish.generation import File, replace
from etl.publish.released import Description


@dataclass(frozen=True)
class Listed:
    """A dataset as the catalogue shows it. contact: e-mail of its producer. files: what may be taken away; days: the
    first and the last day that its figures are about."""

    description: Description
    contact: str
    files: tuple[File, ...] = ()
    days: tuple[date, date] | None = None


def write_catalogue(exports: Path, base_url: str, listed: Sequence[Listed]) -> dict[str, list[Finding]]:
    """Writes both files, each in one step. Returns why datasets were left out, by dataset.

    Listed is what has been released: an open dataset with its files, a closed one with its description and the way to
    ask for it.
    """
    entries: list[tuple[Listed, dict[str, Any]]] = []
    refused: dict[str, list[Finding]] = {}
    for one in listed:
        if one.description.released_at is None or (one.description.is_open and not one.files):
            continue
        entry = pod.entry(one.description, one.contact, one.files, one.days, base_url)
        found = complaints(entry)
        if found:
            refused[one.description.id] = found
        else:
            entries.append((one, entry))
    _write(exports / "data.json", pod.catalogue([entry for _, entry in entries], base_url))
    _write(exports / "catalog.jsonld", dcat.catalogue([_with_files(*pair) for pair in entries], base_url))
    return refused


def _with_files(one: Listed, entry: dict[str, Any]) -> dict[str, Any]:
    """With sizes and checksums, which Project Open Data has no place for."""
    return {**entry, "files": {file.name: (file.size, file.sha256) for file in one.files}}


def _write(path: Path, content: dict[str, Any]) -> None:
    replace(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
