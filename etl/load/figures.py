"""The merge: what a submission says against what is released, and the new versions that follow from it.

The comparison is made here, on sorted Arrow columns, and only what differs goes to the server: an unchanged million
costs one read and writes nothing. The caller holds the dataset's lock, so what was read is still true when it writes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.contract import Contract
from etl.findings import Finding, Refused
from etl.frames import ROW_SPAN, column_letters, split_key
from etl.load.dimensions import Figures
from etl.load.exchange import copy_table, fetch_table
from etl.load.facts import FACTS, FactTable
from etl.load.warehouse import rows, sql, transaction
from etl.settings import REGENCY

STATUS = {"sementara": 1, "perkiraan": 2, "tetap": 3}
"""As in dw.status_data."""

_CURRENT = {"nilai": pa.string(), "penanda": pa.string(), "status": pa.int16()}
_STAGED = {
    "nilai": pa.string(),
    "penanda": pa.string(),
    "sheet_no": pa.int64(),
    "row_no": pa.int64(),
    "col_no": pa.int16(),
}


SLICE = 1 << 17
"""Figures compared or written at a time."""

_ROOM = 8
"""Possible keys per figure up to which a table of all of them is made."""


class MergeFailed(Exception):
    """The warehouse did not do what was asked of it. Nothing was kept; it is our fault, not the agency's."""


@dataclass(frozen=True)
class Difference:
    """A submission's figures against the current facts in its scope.

    figures: the submission's, as they came. new, changed, unchanged: places in `figures`, in the order of the facts'
    key; opening: new and changed together. was, removed: places in `current`, of the figures that `changed` replaces,
    in its order, and of those the submission lacks.
    """

    figures: Figures
    current: pa.Table
    new: np.ndarray
    changed: np.ndarray
    unchanged: np.ndarray
    opening: np.ndarray
    was: np.ndarray
    removed: np.ndarray

    @property
    def is_empty(self) -> bool:
        return not (len(self.new) or len(self.changed) or len(self.removed))

    def members(self, dimension: str) -> list[int]:
        """Ids of a dimension's members of which it changes a figure."""
        given = self.figures.ids[self.figures.fact.dimensions.index(dimension)]
        removed = self.current[f"{dimension}_id"].take(pa.array(self.removed)).to_numpy()
        return sorted({*_distinct(given[self.opening]), *_distinct(removed)})

    @property
    def periods(self) -> list[int]:
        """Ids of the periods that it changes."""
        return self.members("periode")


def difference(
    cursor: Cursor, dataset: str, figures: Figures, *, mode: str, status: int, may_remove: bool
) -> Difference:
    """What the submission would change. mode: `penuh` covers the whole dataset, `periode` the periods contained (of a
    budget the periods of the agencies and stages contained), `tambah` only the keys given. may_remove: whether keys
    missing from the submission are removed.

    Raises Refused when two cells give a figure for the same indicator, region, period and breakdown.
    """
    scope = {
        "kabkota": REGENCY,
        "indikator": _indicators(cursor, dataset),
        "all_periods": mode == "penuh",
        "periods": _distinct(figures.ids[2]),
    }
    fact = figures.fact
    current = fetch_table(cursor, fact.statement("load/figures.sql#current"), {**fact.key_types, **_CURRENT}, scope)
    ours_key, theirs_key = _packed(figures, current)
    order = _ascending(ours_key)
    ours_key = ours_key[order]
    _refuse_doubles(figures, order, ours_key)
    none = np.array([], dtype=order.dtype)
    if current.num_rows == 0:
        return Difference(figures, current, order, none, none, order, none, none)
    if (theirs_key[1:] < theirs_key[:-1]).any():  # as a rule they stand in the order in which they were loaded
        sorted_ = np.argsort(theirs_key)
        current, theirs_key = current.take(pa.array(sorted_)), theirs_key[sorted_]
    place = np.searchsorted(theirs_key, ours_key)
    place[place == len(theirs_key)] = 0
    known = theirs_key[place] == ours_key
    missing = np.ones(len(theirs_key), dtype=bool)
    del ours_key, theirs_key
    ours, was = order[known], place[known]
    missing[was] = False
    if mode == "periode":
        missing &= _covered(figures, current)
    removed = np.flatnonzero(missing) if may_remove and mode != "tambah" else none
    differs = _differs(figures, ours, current, was, status)
    opening = ~known
    opening[known] = differs
    return Difference(
        figures, current, order[~known], ours[differs], ours[~differs], order[opening], was[differs], removed
    )


COVER = ("periode_id", "skpd_id", "tahap_id")
"""What a submission of a budget is about: one agency's file never removes another's, nor one stage an earlier one."""


def _covered(figures: Figures, current: pa.Table) -> np.ndarray:
    """Per current figure whether its period, agency and stage together occur in the submission; of a fact without
    agencies every one, as only the submission's periods were asked for."""
    names = [name for name in COVER if name in figures.fact.ids]
    if len(names) == 1:
        return np.ones(current.num_rows, dtype=bool)
    ours = pd.MultiIndex.from_arrays([figures.ids[figures.fact.ids.index(name)] for name in names])
    theirs = pd.MultiIndex.from_arrays([current[name].to_numpy() for name in names])
    covered: np.ndarray = theirs.isin(ours.unique())
    return covered


def _distinct(ids: np.ndarray) -> list[int]:
    """Which ids occur. numpy's own unique sorts them, and its bincount wants them twice as wide."""
    used = np.zeros(int(ids.max(initial=-1)) + 1, dtype=bool)
    used[ids] = True
    return np.flatnonzero(used).tolist()


def _indicators(cursor: Cursor, dataset: str) -> list[int]:
    """Ids of the dataset's indicators. Given to a query as numbers they tell PostgreSQL how many figures to expect, so
    that a small dataset is found by index instead of reading everybody's figures."""
    return [indikator_id for _, indikator_id in rows(cursor, "load/dimension.sql#indikator", {"dataset": dataset})]


def _packed(figures: Figures, current: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """The ids of a key in one integer that sorts as they do, for ours and for theirs."""
    pairs = [(mine, current[name].to_numpy()) for name, mine in zip(figures.fact.ids, figures.ids, strict=True)]
    spans = [_span(pair) for pair in pairs]
    if math.prod(span for _, span in spans) > np.iinfo(np.int64).max:  # many members far apart: count only those here
        pairs = [_renumbered(*pair) for pair in pairs]
        spans = [_span(pair) for pair in pairs]
        if math.prod(span for _, span in spans) > np.iinfo(np.int64).max:
            raise MergeFailed("kunci angka melampaui 63 bit: dimensi terlalu besar untuk digabung sekaligus")
    ours, theirs = np.zeros(len(figures), dtype=np.int64), np.zeros(current.num_rows, dtype=np.int64)
    for pair, (first, span) in zip(pairs, spans, strict=True):
        for packed, ids in zip((ours, theirs), pair, strict=True):
            packed *= span
            packed += ids
            packed -= first
    return ours, theirs


def _span(pair: tuple[np.ndarray, np.ndarray]) -> tuple[int, int]:
    """(the first id, how many from there to the last)."""
    first = min((int(ids.min()) for ids in pair if len(ids)), default=0)
    return first, 1 + max((int(ids.max()) for ids in pair if len(ids)), default=0) - first


def _renumbered(mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    used = np.array(sorted({*_distinct(mine), *_distinct(theirs)}), dtype=np.int64)
    return np.searchsorted(used, mine), np.searchsorted(used, theirs)


def _ascending(key: np.ndarray) -> np.ndarray:
    """Places of the keys in ascending order: counted out where they lie close together, which takes a tenth of the time
    of sorting them; sorted where they do not, or where a key is given twice."""
    span = int(key.max(initial=-1)) + 1
    if span <= _ROOM * len(key):
        at = np.full(span, -1, dtype=np.int32)
        at[key] = np.arange(len(key), dtype=np.int32)
        order = at[at >= 0]
        if len(order) == len(key):
            return order
    return np.argsort(key, kind="stable")


def _differs(figures: Figures, ours: np.ndarray, current: pa.Table, theirs: np.ndarray, status: int) -> np.ndarray:
    """Per pair of places whether value, mark or status differ. Values are compared as exact decimals: 9.30 is 9.3."""
    differs = [np.zeros(0, dtype=bool)]
    for at in range(0, len(ours), SLICE):
        mine, places = figures.take(ours[at : at + SLICE]), theirs[at : at + SLICE]
        first, last = int(places[0]), int(places[-1])  # both are in the order of the key
        said = current.slice(first, last - first + 1).combine_chunks().take(pa.array(places - first))
        differs.append(_differing(mine, said, status))
    return np.concatenate(differs)


def _differing(figures: Figures, current: pa.Table, status: int) -> np.ndarray:
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


def _refuse_doubles(figures: Figures, order: np.ndarray, key: np.ndarray) -> None:
    """order: places of the figures by key; key: ascending."""
    twice = np.flatnonzero(key[1:] == key[:-1]) if len(key) else np.array([], dtype=np.int64)
    if len(twice) == 0:
        return
    places = []
    for first in twice[:5]:
        cells = order[first : first + 2]
        where = [(split_key(int(figures.key[c]))[1], column_letters(int(figures.col_no[c]))) for c in cells]
        places.append(" dan ".join(f"{letters}{row}" for row, letters in where))
    raise Refused(
        Finding(
            rule="angka_ganda",
            message=f"{len(twice)} angka muncul dua kali untuk indikator, wilayah, periode dan rincian yang sama, "
            f"antara lain pada sel {', '.join(places)}.",
            cause="Baris tersalin dua kali, atau nama wilayah/periode pada salah satunya keliru.",
            action="Hapus salah satu atau perbaiki wilayah dan periodenya, lalu simpan kembali.",
            row=int(split_key(int(figures.key[order[twice[0] + 1]]))[1]),
            column=column_letters(int(figures.col_no[order[twice[0] + 1]])),
        )
    )


def apply(cursor: Cursor, submission_id: int, found: Difference, status: int) -> None:
    """Close what changed or went, open what is new or changed. Raises MergeFailed when a count does not fit."""
    fact = found.figures.fact
    closing = np.concatenate([found.was, found.removed])
    if len(closing):
        cursor.execute(fact.statement("load/figures.sql#closing"))
        keys = found.current.select(list(fact.ids)).take(pa.array(closing))
        copy_table(cursor, "pg_temp.closing", keys)
        cursor.execute(fact.statement("load/figures.sql#close"), {"kabkota": REGENCY})
        _expect("ditutup", len(closing), cursor.rowcount)
    given = {"status": pa.scalar(status, pa.int16()), "kode_kabkota": pa.scalar(REGENCY)}
    tables = _tables(found.figures, found.opening, submission_id, given)
    _expect("dibuka", len(found.opening), copy_table(cursor, fact.table, tables))


def stage(cursor: Cursor, submission_id: int, figures: Figures) -> None:
    """Keep a submission's figures until the walidata decides."""
    tables = _tables(figures, np.arange(len(figures)), submission_id, {})
    _expect("menunggu", len(figures), copy_table(cursor, figures.fact.staging, tables))


def staged(cursor: Cursor, fact: FactTable, submission_id: int) -> Figures:
    """The figures of a waiting submission."""
    parameters = {"submission_id": submission_id}
    table = fetch_table(cursor, fact.statement("load/figures.sql#staged"), {**fact.key_types, **_STAGED}, parameters)
    ids = tuple(table[name].to_numpy() for name in fact.ids)
    key = table["sheet_no"].to_numpy() * ROW_SPAN + table["row_no"].to_numpy()
    return Figures(fact, ids, _flat(table["nilai"]), _flat(table["penanda"]), key, table["col_no"].to_numpy())


def unstage(cursor: Cursor, fact: FactTable, submission_id: int) -> None:
    """Let its waiting figures go."""
    cursor.execute(fact.statement("load/figures.sql#unstage"), {"submission_ids": [submission_id]})


def _tables(
    figures: Figures, places: np.ndarray, submission_id: int, given: dict[str, pa.Scalar]
) -> Iterator[pa.Table]:
    """The figures at these places as the columns of a table in the warehouse, a slice at a time. given: what is the
    same for all of them."""
    given = {"submission_id": pa.scalar(submission_id, pa.int64()), **given}
    for at in range(0, len(places), SLICE):
        some = figures.take(places[at : at + SLICE])
        columns = {name: pa.array(ids) for name, ids in zip(figures.fact.ids, some.ids, strict=True)}
        columns |= {"nilai": some.nilai, "penanda": some.penanda, "col_no": pa.array(some.col_no)}
        columns |= {"sheet_no": pa.array(some.sheet_no), "row_no": pa.array(some.row_no)}
        yield pa.table(columns | {name: pa.repeat(value, len(some)) for name, value in given.items()})


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
    keys = FACTS["indikator"].key_types
    with transaction(conn) as cursor:
        parameters = {
            "kabkota": REGENCY,
            "indikator": _indicators(cursor, contract.id),
            "periods": list(periods),
        }
        table = fetch_table(cursor, sql("load/figures.sql#earlier"), {**keys, "nilai": pa.float64()}, parameters)
        codes: dict[str, dict[int, str]] = {}
        for dimension, member, code in rows(cursor, "load/dimension.sql#all_codes", {"dataset": contract.id}):
            codes.setdefault(dimension, {})[member] = code
    columns = {}
    for name in keys:
        dimension = name.removesuffix("_id")
        members, index = np.unique(table[name].to_numpy(), return_inverse=True)
        names = pa.array([codes[dimension][int(member)] for member in members], pa.string())
        columns[dimension] = pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), names)
    return pa.table({**columns, "nilai": _flat(table["nilai"])})


def usual_amounts(conn: Connection, contract: Contract) -> dict[tuple[str, str, str], float]:
    """Indicator, kegiatan and account → size of the released amount, in rupiah: the median over agencies, stages and
    the periods of the newest release. Empty where the dataset is no budget."""
    if contract.fact != "anggaran":
        return {}
    with transaction(conn) as cursor:
        given = {"kabkota": REGENCY, "indikator": _indicators(cursor, contract.id), "dataset": contract.id}
        found = rows(cursor, "load/figures.sql#usual_amounts", given)
    return {(indikator, kegiatan, rekening): size for indikator, kegiatan, rekening, size in found}
