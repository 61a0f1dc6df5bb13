"""What the title above a table says of all its rows: the kecamatan of a list of villages, the sex of a sheet."""

from __future__ import annotations

import re

import pyarrow as pa

from etl.columns import Column
from etl.contract import Contract
from etl.findings import Finding, Refused
from etl.frames import RawTable
from etl.transform.layout import with_column
from etl.transform.regions import Regions
from etl.transform.text import brief, tidy_text


def with_titles(table: RawTable, contract: Contract, regions: Regions) -> tuple[RawTable, dict[str, int]]:
    """The table with a column for every `title` of the contract, and where those are.

    Raises Refused when the title does not say it, or names a region that is not known.
    """
    places: dict[str, int] = {}
    findings: list[Finding] = []
    header = dict(table.facts).get("kepala tabel", "")
    for name, column in contract.columns.items():
        if column.title is None:
            continue
        match = re.search(column.title, table.title, re.IGNORECASE | re.MULTILINE)
        said = tidy_text(match[1] or "") if match else ""
        reason = _unknown(said, column, regions) if said else f"tidak cocok dengan pola `{column.title}`"
        if reason:
            findings.append(_unreadable(table, name, header, reason))
        places[name] = len(table.headers)
        table = with_column(table, name, 0, pa.array([said] * len(table.keys), pa.string()), said)
    if findings:
        raise Refused(*findings)
    return table, places


def _unknown(said: str, column: Column, regions: Regions) -> str:
    """Why the region is not known; empty for anything else. A name that needs its parent is asked again row by row."""
    if column.scheme is None or column.within is not None:
        return ""
    return regions.match([said], column.scheme, column.level)[0].message


def _unreadable(table: RawTable, name: str, header: str, reason: str) -> Finding:
    title = f"Judul tabel berkepala {header}" if table.title else f"Tabel berkepala {header} tidak berjudul: judulnya"
    return Finding(
        rule="judul_terbaca",
        message=f"{title} tidak menyebut `{name}` dengan jelas: {reason.rstrip('.')}.",
        cause="Judul tabel diganti, terhapus, atau namanya salah ketik.",
        action="Tulis judulnya seperti biasa, mis. `Kecamatan: Telen`, lalu kirim ulang.",
        sheet=table.sheet,
        value=brief(table.title, 200),
    )
