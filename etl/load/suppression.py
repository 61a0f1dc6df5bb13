"""Hiding cells from the public by the contract's `suppress`, in the transaction that releases their figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from psycopg2.extensions import cursor as Cursor

from etl.load.exchange import copy_rows, fetch_table
from etl.load.warehouse import rows, sql
from etl.meaning import Suppress
from etl.settings import REGENCY
from etl.transform.suppress import RATIO, Cells, hidden

_LEVELS = ("negara", "provinsi", "kabupaten", "kota", "kecamatan", "desa", "kelurahan")
_CELLS = {
    "indikator_id": pa.int32(),
    "wilayah_id": pa.int32(),
    "periode_id": pa.int32(),
    "rincian_id": pa.int32(),
    "nilai": pa.float64(),
    "since": pa.int64(),
    "until": pa.int64(),
    "fresh": pa.string(),
    "was_hidden": pa.string(),
}
_KEY = tuple(_CELLS)[:4]
_VERSION = (*_KEY, "since", "until")


def hide(cursor: Cursor, dataset: str, submission_id: int, periods: Sequence[int] | None = None) -> int:
    """Bring dw.penyamaran in line with the facts, all their versions; returns how many versions are hidden.

    periods: ids of the periods that changed; None: all. Of a dataset whose contract hides nothing nothing that stands
    now is hidden (any more); an earlier version that was hidden stays so. Called inside the transaction that changed
    the facts: no reader sees a moment between.
    """
    (given,) = rows(cursor, "load/suppression.sql#rule", {"dataset": dataset})[0]
    rule = Suppress.model_validate(given) if given else None
    members = {
        m: (code, additive)
        for m, code, additive in rows(cursor, "load/suppression.sql#indicators", {"dataset": dataset})
    }
    scope = {
        "kabkota": REGENCY,
        "indikator": sorted(members),
        "all_periods": periods is None,
        "periods": list(periods or ()),
        "submission_id": submission_id,
    }
    found: list[list[object]] = []
    if rule is not None:
        table = fetch_table(cursor, sql("load/suppression.sql#cells"), _CELLS, scope)
        found = _hidden(cursor, table, rule, members)
    cursor.execute(sql("load/suppression.sql#wanted"))
    copy_rows(cursor, "pg_temp.wanted", (*_VERSION, "alasan"), found)
    for step in ("show", "hide", "hide_earlier", "done"):
        cursor.execute(sql(f"load/suppression.sql#{step}"), scope)
    if periods is None:
        cursor.execute(sql("load/suppression.sql#whole"), {"dataset": dataset})
    return len(found)


def _hidden(
    cursor: Cursor, table: pa.Table, rule: Suppress, members: dict[int, tuple[str, bool]]
) -> list[list[object]]:
    """Key, times and reason of every version to be hidden."""
    ids = {name: table[name].to_numpy() for name in _KEY}
    codes = {member: code for member, (code, _) in members.items()}
    counted = [
        m for m, (code, additive) in members.items() if code in rule.indikator or (not rule.indikator and additive)
    ]
    regions, region = np.unique(ids["wilayah_id"], return_inverse=True)
    details, detail = np.unique(ids["rincian_id"], return_inverse=True)
    about = {
        member: (level, above)
        for member, level, above in rows(cursor, "load/suppression.sql#regions", {"ids": regions.tolist()})
    }
    categories = dict(rows(cursor, "load/suppression.sql#details", {"ids": details.tolist()}))
    at = {int(member): place for place, member in enumerate(regions)}
    lowest = _LEVELS.index(rule.level)
    cells = Cells(
        group=ids["indikator_id"].astype(np.int64) << 32 | ids["periode_id"],
        region=region.astype(np.int32),
        detail=detail.astype(np.int32),
        value=table["nilai"].to_numpy(),
        since=table["since"].to_numpy(),
        until=table["until"].to_numpy(),
        fresh=_true(table["fresh"]),
        was_hidden=_true(table["was_hidden"]),
        is_count=np.isin(ids["indikator_id"], counted),
        parent=[at.get(about[int(member)][1], -1) for member in regions],
        fine=[_is_fine(about[int(member)][0], lowest) for member in regions],
        details=[categories[int(member)] for member in details],
    )
    reasons = hidden(cells, rule.below)
    places = {**reasons, **_ratios(ids, cells, codes, rule, reasons)}
    versions = {**ids, "since": cells.since, "until": cells.until}
    return [[*(int(versions[name][place]) for name in _VERSION), reason] for place, reason in places.items()]


def _true(column: pa.ChunkedArray) -> np.ndarray:
    return np.array([one == "t" for one in column.to_pylist()], bool)


def _is_fine(level: str, lowest: int) -> bool:
    return level in _LEVELS and _LEVELS.index(level) >= lowest


def _ratios(
    ids: dict[str, np.ndarray], cells: Cells, codes: dict[int, str], rule: Suppress, reasons: dict[int, str]
) -> dict[int, str]:
    """Ratios of which a part was hidden while they stood: together with the other part they would tell it."""
    gone: dict[tuple[object, ...], list[int]] = {}
    for place in reasons:
        cell = (codes[int(ids["indikator_id"][place])], *(int(ids[name][place]) for name in _KEY[1:]))
        gone.setdefault(cell, []).append(place)
    found = {}
    for member, code in codes.items():
        for place in np.flatnonzero(ids["indikator_id"] == member).tolist() if code in rule.ratios else ():
            where = tuple(int(ids[name][place]) for name in _KEY[1:])
            parts = [one for part in rule.ratios[code] for one in gone.get((part, *where), ())]
            if any(cells.since[one] < cells.until[place] and cells.until[one] > cells.since[place] for one in parts):
                found[place] = RATIO
    return found
