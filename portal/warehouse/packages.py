"""What is told of datasets to other catalogues."""

from __future__ import annotations

from typing import Any

from portal.warehouse.snapshot import Snapshot


def packages(snapshot: Snapshot) -> list[Any]:
    """Every dataset that was released, by its id, with its files (`berkas`: name, bytes, checksum) if it has any."""
    return snapshot.rows("ckan.sql#packages")


def ranked(snapshot: Snapshot, words: str) -> dict[str, float]:
    """Datasets that have all the words → how well they fit."""
    return {row.dataset: row.peringkat for row in snapshot.rows("ckan.sql#ranked", {"cari": words})}


def dataset_ids(snapshot: Snapshot) -> list[str]:
    """Of every dataset in the catalogue, released or not."""
    return [row.dataset for row in snapshot.rows("ckan.sql#names")]


def agencies(snapshot: Snapshot) -> list[Any]:
    """Agencies that send data, by their short names."""
    return snapshot.rows("ckan.sql#agencies")


def topics(snapshot: Snapshot) -> list[Any]:
    return snapshot.rows("ckan.sql#topics")
