"""Recorded repairs of known errors, applied to the text before anything is parsed.

A correction is guarded: when its row is there but the cell no longer holds `was`, the source has changed and the record
is overdue; it is then reported to Diskominfo and not applied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract import Correction
from etl.findings import Finding, Owner, Severity
from etl.frames import RawTable, column_letters, split_key
from etl.transform.layout import path_text
from etl.transform.text import distinct, fold, plain

Rows = npt.NDArray[np.bool_]
Places = Callable[[str], Sequence[int]]
"""Contract column → the places in the table where its cells are (several when it is spread)."""
Select = Callable[[RawTable, str, str], Rows]
"""(table, contract column, tidied value) → which rows have it."""


def apply(
    table: RawTable, corrections: Sequence[Correction], places: Places, select: Select
) -> tuple[RawTable, list[Finding], int]:
    """(the corrected table, overdue corrections, how many cells were corrected)."""
    findings: list[Finding] = []
    corrected = 0
    for correction in corrections:
        rows = np.ones(len(table.keys), bool)
        for column, value in correction.where.items():
            rows &= select(table, column, value)
        if not rows.any():
            continue
        table, count = _replace(table, correction, rows, places(correction.column))
        corrected += count
        if not count:
            findings.append(_overdue(table, correction, rows, places(correction.column)))
    return table, findings, corrected


def _replace(table: RawTable, correction: Correction, rows: Rows, places: Sequence[int]) -> tuple[RawTable, int]:
    text, number = list(table.text), list(table.number)
    count = 0
    for place in places:
        values, index = distinct(text[place])
        same = [at for at, value in enumerate(values) if fold(value) == fold(correction.was)]
        hit = rows & np.isin(index, same)
        if not hit.any():
            continue
        mask = pa.array(hit)
        text[place] = pc.if_else(mask, correction.becomes, plain(text[place]))
        if number[place] is not None:
            number[place] = pc.if_else(mask, None, number[place])
        count += int(hit.sum())
    return replace(table, text=tuple(text), number=tuple(number)), count


def _overdue(table: RawTable, correction: Correction, rows: Rows, places: Sequence[int]) -> Finding:
    row = int(np.flatnonzero(rows)[0])
    place = places[0] if places else None
    found = table.text[place][row].as_py() if place is not None else None
    where = ", ".join(f"{column} {value}" for column, value in correction.where.items())
    return Finding(
        rule="koreksi_usang",
        message=(
            f"Koreksi tercatat untuk {where} tidak dipakai: sel tidak lagi berisi `{correction.was}` "
            f"({correction.by}, {correction.on}: {correction.reason})."
        ),
        cause="Sumbernya tampaknya sudah diperbaiki.",
        action="Periksa selnya, lalu hapus koreksi ini dari kontrak.",
        severity=Severity.CATATAN,
        owner=Owner.DISKOMINFO,
        sheet=table.sheet,
        row=split_key(table.keys[row].as_py())[1],
        column=column_letters(table.col_no[place]) if place is not None else "",
        header=path_text(table.headers[place]) if place is not None else correction.column,
        value=found or "",
    )
