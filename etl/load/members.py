"""Members of dimensions that are valid in time: the version of a code that a figure points to, and unlisted codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from psycopg2.extensions import cursor as Cursor

from etl.contract import Contract
from etl.load.warehouse import rows, sql
from etl.meaning import FACT_DIMENSIONS
from etl.transform.code_lists import account
from etl.transform.directions import direction
from etl.transform.text import tidy_text

_OPEN = ("skpd", "kegiatan", "rekening", "sumber_dana", "tolok_ukur")
"""Dimensions whose lists are never complete: a code they lack becomes a member."""

Coded = tuple[list[str], np.ndarray]
"""Different codes, and per figure the place of its own among them."""


class UnknownMember(Exception):
    """Figures name a member that the warehouse does not have: catalogue or code lists were not brought up to date."""


def split(contract: Contract, rincian: Coded) -> tuple[dict[str, Coded], Coded]:
    """A breakdown's codes taken apart: the fact's further dimensions, and what is left as a breakdown.

    A dimension that a figure does not name has the code `''`; an agency that is not named is the producer (`''` too).
    """
    dimensions = FACT_DIMENSIONS[contract.fact]
    if not dimensions:
        return {}, rincian
    column_of = contract.dimension_columns()
    codes, index = rincian
    parts = [_parts(code, contract) for code in codes]
    found: dict[str, Coded] = {}
    for dimension in dimensions:
        own = [part.get(column_of.get(dimension, ""), "") for part in parts]
        found[dimension] = _once(own, index)
    taken = set(column_of.values())
    left = ["|".join(f"{name}={code}" for name, code in part.items() if name not in taken) for part in parts]
    return found, _once(left, index)


def _parts(code: str, contract: Contract) -> dict[str, str]:
    """`sub_kegiatan=2.16…|rekening=5.1…` by name; a free text may itself hold the separators."""
    names = "|".join(map(re.escape, _names(contract)))
    pieces = re.split(rf"(?:^|\|)(?=(?:{names})=)", code)
    return dict(piece.split("=", 1) for piece in pieces if piece)


def _names(contract: Contract) -> set[str]:
    names: set[str] = set()
    for name, column in contract.columns.items():
        names |= {name} if column.role == "rincian" else set(column.rincian)
        names |= set(column.spread.levels) if column.spread else set()
    return names


def _once(codes: Sequence[str], index: np.ndarray) -> Coded:
    place: dict[str, int] = {}
    moved = np.array([place.setdefault(code, len(place)) for code in codes], dtype=np.int32)
    return list(place), moved[index] if len(moved) else np.zeros(0, dtype=np.int32)


class Beside(NamedTuple):
    """What stands beside a code in the rows: its name, its unit and its direction (as etl.transform.directions has it),
    where the contract says which columns those are."""

    name: str | None = None
    unit: str | None = None
    direction: str | None = None


def beside(contract: Contract, rows: pd.DataFrame) -> dict[str, dict[str, Beside]]:
    """Dimension → code → what stands beside it first."""
    found: dict[str, dict[str, Beside]] = {}
    for dimension, name in contract.dimension_columns().items():
        column = contract.columns.get(name)
        if not column or name not in rows.columns:
            continue
        wanted = [one for one in (column.label, column.unit, column.direction) if one in rows.columns]
        if not wanted:
            continue
        first = rows[[name, *wanted]].dropna(subset=[name]).drop_duplicates(name)
        texts = {one: [tidy_text(str(text)) if pd.notna(text) else None for text in first[one]] for one in wanted}
        nothing: list[str | None] = [None] * len(first)
        names, units, words = (texts.get(one or "", nothing) for one in (column.label, column.unit, column.direction))
        told = map(Beside, names, units, map(direction, words))
        found[dimension] = {str(code): one for code, one in zip(first[name], told, strict=True)}
    return found


def directions(told: Mapping[str, Mapping[str, Beside]]) -> dict[str, str]:
    """Indicator of a plan → the direction that the rows state. told: see `beside`."""
    return {code: one.direction for code, one in told.get("tolok_ukur", {}).items() if one.direction}


def version_ids(
    cursor: Cursor,
    dimension: str,
    coded: Coded,
    periode: tuple[list[date], np.ndarray],
    contract: Contract,
    told: Mapping[str, Beside],
) -> np.ndarray:
    """Per figure the version of its member that was in force when its period ended.

    periode: last days of the periods, and per figure the place of its own. told: see `beside`. A code that no list
    has becomes a member, marked `belum dikenal` for the walidata; of regions that is UnknownMember.
    """
    codes = [_asked(dimension, code, contract) for code in coded[0]]
    versions = _versions(cursor, dimension, codes)
    missing = sorted(set(codes) - set(versions))
    if missing and dimension in _OPEN:
        told = {_asked(dimension, code, contract): one for code, one in told.items()}
        silent = Beside()
        given = {
            "codes": missing,
            "names": [told.get(code, silent).name or code for code in missing],
            "units": [told.get(code, silent).unit for code in missing],
            "directions": [told.get(code, silent).direction for code in missing],
            "source": f"kiriman {contract.id}",
        }
        cursor.execute(sql(f"load/member.sql#add_{dimension}"), given)
        versions = _versions(cursor, dimension, codes)
    latest: np.ndarray = ids_of(dimension, codes, {code: found[-1][2] for code, found in versions.items()})
    ids: np.ndarray = latest[coded[1]]
    for place, code in enumerate(codes):
        if len(versions[code]) > 1:
            by_period = np.array(
                [next((v[2] for v in versions[code] if v[0] <= day < v[1]), latest[place]) for day in periode[0]],
                dtype=np.int32,
            )
            mine = coded[1] == place
            ids[mine] = by_period[periode[1][mine]]
    return ids


def _asked(dimension: str, code: str, contract: Contract) -> str:
    """The code under which the list is asked: an agency that is not named is the dataset's producer."""
    if dimension == "skpd" and not code:
        return f"@{contract.producer}"
    return account(code) if dimension == "rekening" else code


def _versions(cursor: Cursor, dimension: str, codes: list[str]) -> dict[str, list[tuple[Any, Any, int]]]:
    """Code → its versions (from, to, id), the latest last."""
    found: dict[str, list[tuple[Any, Any, int]]] = {}
    for code, member, start, end in rows(cursor, f"load/member.sql#{dimension}", {"codes": codes}):
        found.setdefault(code, []).append((start, end, member))
    return found


def ids_of(name: str, codes: list[str], known: dict[str, int]) -> np.ndarray:
    """Raises UnknownMember."""
    missing = [code for code in codes if code not in known]
    if missing:
        raise UnknownMember(
            f"{name} tidak ada di gudang: {', '.join(missing[:5])}. Sebab: katalog atau daftar kode belum diperbarui. "
            "Tindakan: jalankan `satudata migrate`, lalu ulangi."
        )
    return np.array([known[code] for code in codes], dtype=np.int32)
