"""The merge: what a submission says against what is released, and the new versions that follow from it.

The comparison is made here, on sorted Arrow columns, and only what differs goes to the server: an unchanged million
costs one read and writes nothing. The caller holds the dataset's lock, so what was read is still true when it writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.contract import Contract
from etl.findings import Finding, Refused
from etl.frames import ROW_SPAN, column_letters, split_key
from etl.load.dimensions import Figures
from etl.load.exchange import copy_table, fetch_table
from etl.load.warehouse import rows, sql, transaction
from etl.settings import REGENCY

STATUS = {"sementara": 1, "perkiraan": 2, "tetap": 3}
"""As in dw.status_data."""

_IDS = {name: pa.int32() for name in ("indikator_id", "wilayah_id", "periode_id", "rincian_id")}
_CURRENT = {**_IDS, "nilai": pa.string(), "penanda": pa.string(), "status": pa.int16()}
_STAGED = {
    **_IDS,
    "nilai": pa.string(),
    "penanda": pa.string(),
    "sheet_no": pa.int64(),
    "row_no": pa.int64(),
    "col_no": pa.int16(),
}


class MergeFailed(Exception):
    """The warehouse did not do what was asked of it. Nothing was kept; it is our fault, not the agency's."""


@dataclass(frozen=True)
class Difference:
    """A submission's figures against the current facts in its scope.

    figures: the submission's, sorted as the facts' key is. new, changed, unchanged: places in `figures`. was, removed:
    places in `current`, of the figures that `changed` replaces, in its order, and of those the submission lacks.
    """

    figures: Figures
    current: pa.Table
    new: np.ndarray
    changed: np.ndarray
    unchanged: np.ndarray
    was: np.ndarray
    removed: np.ndarray

    @property
    def is_empty(self) -> bool:
        return not (len(self.new) or len(self.changed) or len(self.removed))


def difference(
    cursor: Cursor, dataset: str, figures: Figures, *, mode: str, status: int, may_remove: bool
) -> Difference:
    """What the submission would change. mode: `penuh` covers the whole dataset, `periode` the periods contained,
    `tambah` only the keys given. may_remove: whether keys missing from the submission are removed.

    Raises Refused when two cells give a figure for the same indicator, region, period and breakdown.
    """
    scope = {
        "kabkota": REGENCY,
        "indikator": _indicators(cursor, dataset),
        "all_periods": mode == "penuh",
        "periods": np.flatnonzero(np.bincount(figures.ids[2])).tolist(),
    }
    current = fetch_table(cursor, sql("load/figures.sql#current"), _CURRENT, scope)
    theirs = tuple(current[name].to_numpy() for name in _IDS)
    ours_key, theirs_key = _packed(figures.ids, theirs)
    order = np.argsort(ours_key, kind="stable")
    figures, ours_key = figures.take(order), ours_key[order]
    _refuse_doubles(figures, ours_key)
    if current.num_rows == 0:
        none = np.array([], dtype=np.int64)
        return Difference(figures, current, np.arange(len(figures)), none, none, none, none)
    if (theirs_key[1:] < theirs_key[:-1]).any():  # as a rule they stand in the order in which they were loaded
        order = np.argsort(theirs_key)
        current, theirs_key = current.take(pa.array(order)), theirs_key[order]
    current = current.combine_chunks()
    place = np.searchsorted(theirs_key, ours_key)
    place[place == len(theirs_key)] = 0
    known = theirs_key[place] == ours_key
    ours, was = np.flatnonzero(known), place[known]
    said = current.select(["nilai", "penanda", "status"]).take(pa.array(was))
    differs = _differs(figures.take(ours), said, status)
    missing = np.ones(len(theirs_key), dtype=bool)
    missing[was] = False
    removed = np.flatnonzero(missing) if may_remove and mode != "tambah" else np.array([], dtype=np.int64)
    return Difference(figures, current, np.flatnonzero(~known), ours[differs], ours[~differs], was[differs], removed)


def _indicators(cursor: Cursor, dataset: str) -> list[int]:
    """Ids of the dataset's indicators. Given to a query as numbers they tell PostgreSQL how many figures to expect, so
    that a small dataset is found by index instead of reading everybody's figures."""
    return [indikator_id for _, indikator_id in rows(cursor, "load/dimension.sql#indikator", {"dataset": dataset})]


def _packed(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The four ids of a key in one integer that sorts as they do."""
    packed = [np.zeros(len(ours[0]), dtype=np.int64), np.zeros(len(theirs[0]), dtype=np.int64)]
    size = 1
    for mine, other in zip(ours, theirs, strict=True):
        span = 1 + max(int(mine.max(initial=0)), int(other.max(initial=0)))
        size *= span
        if size > np.iinfo(np.int64).max:
            raise MergeFailed("kunci angka melampaui 63 bit: dimensi terlalu besar untuk digabung sekaligus")
        packed = [packed[0] * span + mine, packed[1] * span + other]
    return packed[0], packed[1]


def _differs(figures: Figures, current: pa.Table, status: int) -> np.ndarray:
    """Per matched figure whether value, mark or status differ. Values are compared as exact decimals: 9.30 is 9.3."""
    old, new = _flat(current["nilai"]), figures.nilai
    one_null = pc.xor(pc.is_null(old), pc.is_null(new)).to_numpy(zero_copy_only=False)
    other_text = pc.fill_null(pc.not_equal(old, new), False).to_numpy(zero_copy_only=False)
    for place in _same_float(old, new, np.flatnonzero(other_text)):
        other_text[place] = Decimal(old[place].as_py()) != Decimal(new[place].as_py())
    nothing = "\x00"
    marks = pc.not_equal(pc.fill_null(_flat(current["penanda"]), nothing), pc.fill_null(figures.penanda, nothing))
    maturity = pc.not_equal(_flat(current["status"]), pa.scalar(status, pa.int16()))
    return one_null | other_text | marks.to_numpy(zero_copy_only=False) | maturity.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _same_float(old: pa.Array, new: pa.Array, places: np.ndarray) -> np.ndarray:
    """Those of the places whose texts differ but not as floating point: only they need the exact comparison."""
    index = pa.array(places)
    a, b = (pc.cast(text.take(index), pa.float64()).to_numpy(zero_copy_only=False) for text in (old, new))
    return places[a == b]  # type: ignore[no-any-return]


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _refuse_doubles(figures: Figures, key: np.ndarray) -> None:
    twice = np.flatnonzero(key[1:] == key[:-1]) if len(key) else np.array([], dtype=np.int64)
    if len(twice) == 0:
        return
    places = []
    for first in twice[:5]:
        cells = (int(first), int(first) + 1)
        where = [(split_key(int(figures.key[c]))[1], column_letters(int(figures.col_no[c]))) for c in cells]
        places.append(" dan ".join(f"{letters}{row}" for row, letters in where))
    raise Refused(
        Finding(
            rule="angka_ganda",
            message=f"{len(twice)} angka muncul dua kali untuk indikator, wilayah, periode dan rincian yang sama, "
            f"antara lain pada sel {', '.join(places)}.",
            cause="Baris tersalin dua kali, atau nama wilayah/periode pada salah satunya keliru.",
            action="Hapus salah satu atau perbaiki wilayah dan periodenya, lalu simpan kembali.",
            row=int(split_key(int(figures.key[twice[0] + 1]))[1]),
            column=column_letters(int(figures.col_no[twice[0] + 1])),
        )
    )


def apply(cursor: Cursor, submission_id: int, found: Difference, status: int) -> None:
    """Close what changed or went, open what is new or changed. Raises MergeFailed when a count does not fit."""
    closing = np.concatenate([found.was, found.removed])
    if len(closing):
        cursor.execute(sql("load/figures.sql#closing"))
        keys = found.current.select(list(_IDS)).take(pa.array(closing))
        copy_table(cursor, "pg_temp.closing", keys)
        cursor.execute(sql("load/figures.sql#close"), {"kabkota": REGENCY})
        _expect("ditutup", len(closing), cursor.rowcount)
    opening = np.sort(np.concatenate([found.new, found.changed]))
    figures = found.figures if len(opening) == len(found.figures) else found.figures.take(opening)
    table = _table(figures, submission_id).append_column("status", _same(len(figures), status, pa.int16()))
    table = table.append_column("kode_kabkota", _same(len(figures), REGENCY, pa.string()))
    _expect("dibuka", len(opening), copy_table(cursor, "dw.fakta_indikator", table))


def stage(cursor: Cursor, submission_id: int, figures: Figures) -> None:
    """Keep a submission's figures until the walidata decides."""
    _expect("menunggu", len(figures), copy_table(cursor, "staging.figur", _table(figures, submission_id)))


def staged(cursor: Cursor, submission_id: int) -> Figures:
    """The figures of a waiting submission."""
    table = fetch_table(cursor, sql("load/figures.sql#staged"), _STAGED, {"submission_id": submission_id})
    ids = tuple(table[name].to_numpy() for name in _IDS)
    key = table["sheet_no"].to_numpy() * ROW_SPAN + table["row_no"].to_numpy()
    return Figures(ids, _flat(table["nilai"]), _flat(table["penanda"]), key, table["col_no"].to_numpy())


def _table(figures: Figures, submission_id: int) -> pa.Table:
    columns = {name: pa.array(ids) for name, ids in zip(_IDS, figures.ids, strict=True)}
    columns |= {"nilai": figures.nilai, "penanda": figures.penanda}
    columns |= {"submission_id": _same(len(figures), submission_id, pa.int64())}
    columns |= {"sheet_no": pa.array(figures.sheet_no), "row_no": pa.array(figures.row_no)}
    return pa.table({**columns, "col_no": pa.array(figures.col_no)})


def _same(count: int, value: object, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), count)


def _expect(what: str, wanted: int, got: int) -> None:
    if wanted != got:
        raise MergeFailed(
            f"angka yang {what}: {got}, seharusnya {wanted}. Transaksi dibatalkan; laporkan ke Diskominfo."
        )


def earlier(conn: Connection, contract: Contract, periods: Sequence[str]) -> pa.Table:
    """Released figures of the contract's dataset at these periods, for comparisons over time.

    Columns indikator, wilayah, periode, rincian (dictionary<int32, string> codes) and nilai (float64); figures with a
    mark instead of a value are left out.
    """
    with transaction(conn) as cursor:
        parameters = {
            "kabkota": REGENCY,
            "indikator": _indicators(cursor, contract.id),
            "periods": list(periods),
        }
        table = fetch_table(cursor, sql("load/figures.sql#earlier"), {**_IDS, "nilai": pa.float64()}, parameters)
        codes: dict[str, dict[int, str]] = {}
        for dimension, member, code in rows(cursor, "load/dimension.sql#all_codes", {"dataset": contract.id}):
            codes.setdefault(dimension, {})[member] = code
    columns = {}
    for name in _IDS:
        dimension = name.removesuffix("_id")
        members, index = np.unique(table[name].to_numpy(), return_inverse=True)
        names = pa.array([codes[dimension][int(member)] for member in members], pa.string())
        columns[dimension] = pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), names)
    return pa.table({**columns, "nilai": _flat(table["nilai"])})
