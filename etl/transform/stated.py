"""The period as file name, sheet name, title or contract state it: one statement for all rows of a sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from etl.contract import Contract
from etl.findings import Finding
from etl.sources import PeriodFrom
from etl.transform import periods

_WHERE = {"file": "nama berkas", "sheet": "nama lembar", "title": "judul di atas tabel", "fixed": "kontrak"}


def stated_period(contract: Contract, texts: Mapping[str, str]) -> tuple[periods.Parts, list[Finding]]:
    """Joins what the given places (`file`, `sheet`, `title`: their text) and the contract's `fixed` say."""
    joined = periods.Parts()
    findings = []
    for source in contract.source.periods:
        text = source.value if source.place == "fixed" else texts.get(source.place)
        if text is None:
            continue
        try:
            joined = periods.join(joined, _read(source, text))
        except periods.Unreadable as error:
            findings.append(_unreadable(source, text, str(error)))
    return joined, findings


def _read(source: PeriodFrom, text: str) -> periods.Parts:
    if source.place == "fixed":
        return periods.read(text)
    if source.pattern is None:
        return periods.search(text)
    match = re.search(source.pattern, text, re.IGNORECASE)
    if match is None:
        raise periods.Unreadable(f"tidak cocok dengan pola `{source.pattern}`")
    return periods.read(match[1] if match.re.groups else match[0])


def _unreadable(source: PeriodFrom, text: str, reason: str) -> Finding:
    where = _WHERE[source.place]
    return Finding(
        rule="periode_terbaca",
        message=f"Periode tidak terbaca dari {where}: {reason}.",
        cause="Berkas diberi nama atau judul lain dari biasanya, atau dua tempat menyebut periode yang berbeda.",
        action="Sebutkan periodenya seperti biasa, mis. 2024, Semester I 2024 atau Mei 2024, lalu kirim ulang.",
        value=text[:200],
    )


def known_code(parts: periods.Parts, kind: str) -> str | None:
    """The code for choosing a layout block; when only the year is known its last day, so that `since` can compare."""
    try:
        return periods.code(parts, kind, coarser=True)
    except periods.Unreadable:
        return f"{parts.year}-12-31" if parts.year else None
