"""A changed part joined to the last whole result, so that what follows never learns that only a part was fetched.

A source with `incremental` is archived in the order of its key, whatever ORDER BY its query has: that order can be
restored when rows are exchanged, and a full pull of the same state gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.engine import Dialect

from etl.extract.problems import listed, refused
from etl.extract.query_text import without_order
from etl.extract.result_columns import (
    BULAT,
    DESIMAL,
    PECAHAN,
    TANGGAL,
    TEKS,
    WAKTU,
    Column,
    decimal_text,
    kind_of,
    name_of,
    table,
)
from etl.findings import Owner
from etl.sources import DatabaseSource, Incremental

NUMBERS = (BULAT, DESIMAL, PECAHAN)
UNITS = {"menit": "minutes", "jam": "hours", "hari": "days"}
TIME_AS_TEXT = re.compile(r"^\d{4}-\d\d-\d\d(?:([ T])\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?)?$")
"""Time stamps in a text column, as SQLite keeps them."""


def positions(names: Sequence[str], source: DatabaseSource, dataset: str) -> tuple[int, list[int]]:
    """Where the watermark and the key columns stand. Raises Refused when the result does not have one of them."""
    plan = source.incremental
    assert plan is not None
    missing = [name for name in dict.fromkeys((plan.watermark, *plan.key)) if list(names).count(name) != 1]
    if missing:
        raise refused(
            "kolom_penanda_tidak_ada",
            f"Hasil kueri {dataset} tidak memiliki (tepat satu) kolom {listed(missing)} yang disebut `incremental`.",
            f"Kolomnya berganti nama, atau tidak ikut dipilih. Yang ada: {listed(list(names), 20)}.",
            "Sesuaikan `source.query` atau `source.incremental` (watermark, key) pada kontrak.",
            file=source.connection,
            owner=Owner.DISKOMINFO,
        )
    return list(names).index(plan.watermark), [list(names).index(name) for name in plan.key]


def in_key_order(result: pa.Table, key: Sequence[int], source: DatabaseSource, dataset: str) -> pa.Table:
    """The rows sorted by key. Raises Refused when two rows share a key or a row has none."""
    empty = [name_of(result.schema.field(i)) for i in key if result.column(i).null_count]
    texts = key_texts(result, key)
    twice = result.num_rows - pc.count_distinct(texts).as_py()
    if not empty and not twice:
        return result.take(pc.sort_indices(result, [(result.schema.field(i).name, "ascending") for i in key]))
    if empty:
        problem = f"kolom kunci {listed(empty)} ada yang kosong"
    else:
        counts = pc.value_counts(texts)
        repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1)).slice(0, 3)
        rows = pc.index_in(repeated, value_set=texts.combine_chunks()).to_pylist()
        shown = [" · ".join(str(result.column(i)[row].as_py()) for i in key) for row in rows]
        problem = f"{twice} baris mengulang kunci baris lain, misalnya {listed(shown)}"
    raise refused(
        "kunci_ganda",
        f"Kunci hasil kueri {dataset} tidak menunjuk satu baris: {problem}.",
        f"`incremental.key` ({', '.join(source.incremental.key if source.incremental else ())}) bukan kunci tabelnya, "
        "atau JOIN menggandakan baris.",
        "Lengkapi `source.incremental.key` pada kontrak, atau perbaiki kuerinya.",
        file=source.connection,
        owner=Owner.DISKOMINFO,
    )


def key_texts(result: pa.Table, key: Sequence[int]) -> pa.ChunkedArray:
    """One text per row that no two keys share: each part behind its own length."""
    parts = []
    for i in key:
        values = result.column(i)
        text = decimal_text(values) if pa.types.is_decimal(values.type) else values.cast(pa.string())
        text = (
            pc.if_else(pc.match_substring(text, "."), pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), "."), text)
            if (kind_of(result.schema.field(i)) in NUMBERS)
            else text
        )
        parts.append(pc.binary_join_element_wise(pc.utf8_length(text).cast(pa.string()), text, ":"))
    return pc.binary_join_element_wise(*parts, "|") if len(parts) > 1 else parts[0]


def changed_since(before: pa.Table, mark: int, source: DatabaseSource, query: str, dialect: Dialect) -> str | None:
    """The query for rows changed since `before`; None when its watermarks cannot be compared: all must be fetched.

    Raises Refused when the overlap's unit does not fit the watermark.
    """
    plan = source.incremental
    assert plan is not None
    since = _since(before.column(mark), kind_of(before.schema.field(mark)), plan, source, dialect.name)
    if since is None:
        return None
    column = f"s.{dialect.identifier_preparer.quote(plan.watermark)}"
    return f"SELECT * FROM (\n{without_order(query, dialect.name)}\n) s WHERE {column} >= {since} OR {column} IS NULL"  # noqa: S608


def all_keys(plan: Incremental, query: str, dialect: Dialect) -> str:
    columns = ", ".join(f"s.{dialect.identifier_preparer.quote(name)}" for name in plan.key)
    return f"SELECT {columns} FROM (\n{without_order(query, dialect.name)}\n) s"  # noqa: S608 - names quoted by the dialect, the query of the contract itself


def check_overlap(kind: str, source: DatabaseSource) -> None:
    """Raises Refused when the overlap is a span of time and the watermark a number, or the other way round."""
    plan = source.incremental
    assert plan is not None
    is_time = " " in plan.overlap
    if (is_time and kind in NUMBERS) or (not is_time and kind in (TANGGAL, WAKTU)):
        raise refused(
            "penanda_tidak_sesuai",
            f"`incremental.overlap: {plan.overlap}` tidak sesuai dengan kolom {plan.watermark} yang berisi {kind}.",
            "Rentang waktu hanya untuk kolom tanggal dan jam, bilangan hanya untuk kolom bilangan.",
            "Tulis `overlap` sebagai bilangan (mis. 1000) atau rentang waktu (mis. 2 jam), sesuai kolomnya.",
            file=source.connection,
            owner=Owner.DISKOMINFO,
        )


def _since(marks: pa.ChunkedArray, kind: str, plan: Incremental, source: DatabaseSource, dialect: str) -> str | None:
    """SQL literal of the last watermark less the overlap."""
    check_overlap(kind, source)
    last = pc.max(marks).as_py()
    if last is None:
        return None
    number, _, unit = plan.overlap.partition(" ")
    if kind in NUMBERS and not pa.types.is_string(marks.type):
        return f"{Decimal(repr(last)) - int(number):f}" if kind == PECAHAN else f"{Decimal(last) - int(number):f}"
    if kind not in (TANGGAL, WAKTU, TEKS) or not unit:
        return None
    shape = TIME_AS_TEXT.match(last)
    if kind == TEKS and (shape is None or not _all_as(marks, last)):
        return None
    earliest = dt.datetime.fromisoformat(last) - dt.timedelta(**{UNITS[unit]: int(number)})
    if kind == TEKS:
        return f"'{_like(earliest, last)}'"
    return _literal(earliest.date() if kind == TANGGAL else earliest, dialect)


def _all_as(marks: pa.ChunkedArray, sample: str) -> bool:
    """Whether all texts have the shape of one of them, so that their order is the order in time."""
    pattern = "^" + re.sub(r"\d", r"\\d", re.escape(sample)) + "$"
    return bool(pc.all(pc.match_substring_regex(marks, pattern)).as_py())


def _like(moment: dt.datetime, sample: str) -> str:
    """A moment written in the shape of another; rounded down where the shape has no room."""
    text = moment.isoformat(sep=sample[10] if len(sample) > 10 else "T", timespec="microseconds")
    return text[: len(sample)]


def _literal(moment: dt.date | dt.datetime, dialect: str) -> str:
    text = moment.isoformat(" ") if isinstance(moment, dt.datetime) else moment.isoformat()
    kind = "date" if not isinstance(moment, dt.datetime) else "datetime2"
    if dialect == "mssql":
        return f"CAST('{text}' AS {kind})"
    if dialect == "oracle":
        return f"{'DATE' if kind == 'date' else 'TIMESTAMP'} '{text}'"
    return f"'{text}'"


def merge(before: pa.Table, changed: pa.Table, keys: pa.Table | None, mark: int, key: Sequence[int]) -> pa.Table | None:
    """`before` with changed rows in place of their old ones and rows whose key is gone left out; in no order.

    None where the parts do not make the whole for certain, so that all must be fetched: a column's kind changed or is
    mixed, a row without a watermark was given one that is older than what was fetched, or a key is there that neither
    part has (a row that came with an old watermark).
    """
    if not _same_kinds(before.schema, changed.schema):
        return None
    had, has = key_texts(before, key), key_texts(changed, key)
    stays = pc.invert(pc.is_in(had, value_set=has.combine_chunks()))
    there = None
    if keys is not None:
        there = key_texts(keys, range(len(key))).combine_chunks()
        stays = pc.and_(stays, pc.is_in(had, value_set=there))
        changed = changed.filter(pc.is_in(has, value_set=there))
    kept = before.filter(stays)
    if kept.column(mark).null_count:
        return None
    if there is not None and kept.num_rows + changed.num_rows != len(there):
        return None
    columns = []
    for number, (old, new) in enumerate(zip(before.schema, changed.schema, strict=True)):
        column = Column()
        for part, field in ((kept, old), (changed, new)):
            column.extend(part.column(number), kind_of(field))
        columns.append(column)
    facts = {k.decode(): v.decode() for k, v in (before.schema.metadata or {}).items()}
    return table([name_of(field) for field in before.schema], columns, facts)


def _same_kinds(before: pa.Schema, now: pa.Schema) -> bool:
    if [name_of(field) for field in before] != [name_of(field) for field in now]:
        return False
    for old, new in zip(map(kind_of, before), map(kind_of, now), strict=True):
        if "+" in old or "+" in new or (old and new and old != new):
            return False
    return True
