"""Amounts of a budget that are a thousand or a million times off: written in thousands where rupiah were declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract import Contract
from etl.findings import MAX_CELLS
from etl.frames import Tidy
from etl.transform.cells import FaultBook
from etl.transform.code_lists import account
from etl.transform.hierarchy import spoken
from etl.transform.text import as_array

Key = tuple[str, str, str]
"""Indicator, kegiatan and account: what makes two amounts comparable."""

_UNITS = {3: "ribuan", 6: "jutaan"}
"""Power of ten → what amounts are then written in."""
_NEAR = 0.5
"""How far from such a power two amounts of one thing may lie, in powers of ten: a factor of three."""
_MOST = 0.5
"""Share of the comparable amounts of an indicator that must be off: one small month is no other unit."""
_FEWEST = 2


def with_sizes(tidy: Tidy, contract: Contract, usual: Mapping[Key, float]) -> Tidy:
    """The submission with a fault for every amount in another unit than what is released of the same kegiatan and
    account, where most of them are.

    usual: size of what is released, in rupiah, see etl.load.figures.usual_amounts. Of fact anggaran only.
    """
    if contract.fact != "anggaran" or not usual or not tidy.figures.num_rows:
        return tidy
    figures = tidy.figures.unify_dictionaries()
    held = _held(figures, contract, usual)
    value = np.abs(figures["nilai"].to_numpy())
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log10(held) - np.log10(value)
    power[~np.isfinite(power)] = np.nan
    off = np.zeros(len(power), np.int64)
    for exponent in _UNITS:
        off[np.abs(power - exponent) <= _NEAR] = exponent
        off[np.abs(power + exponent) <= _NEAR] = -exponent
    indikator = as_array(figures["indikator"]).indices.to_numpy()
    book = FaultBook()
    for one in np.unique(indikator):
        comparable = (indikator == one) & ~np.isnan(power)
        for exponent in np.unique(off[comparable & (off != 0)]):
            bad = np.flatnonzero(comparable & (off == exponent))
            if len(bad) >= _FEWEST and len(bad) > _MOST * comparable.sum():
                _tell(figures, bad, held, int(exponent), book)
    return replace(tidy, faults=(*tidy.faults, *book.build()))


def _held(figures: pa.Table, contract: Contract, usual: Mapping[Key, float]) -> npt.NDArray[np.float64]:
    """Per figure what is released of its kegiatan and account; missing where nothing is. Once per different key."""
    indikator, rincian = (as_array(figures[name]) for name in ("indikator", "rincian"))
    names, codes = indikator.dictionary.to_pylist(), rincian.dictionary.to_pylist()
    column_of = contract.dimension_columns()
    both = indikator.indices.to_numpy().astype(np.int64) * len(codes) + pc.fill_null(rincian.indices, 0).to_numpy()
    place, pairs = pd.factorize(both)
    found: npt.NDArray[np.float64] = np.full(len(pairs), np.nan)
    for at, pair in enumerate(pairs):
        parts = dict(part.partition("=")[::2] for part in (codes[pair % len(codes)] or "").split("|"))
        kegiatan, rekening = (parts.get(column_of.get(name, ""), "") for name in ("kegiatan", "rekening"))
        found[at] = usual.get((names[pair // len(codes)], kegiatan, account(rekening)), np.nan)
    each: npt.NDArray[np.float64] = found[place]
    return each


def _tell(
    figures: pa.Table, bad: npt.NDArray[np.int64], held: npt.NDArray[np.float64], exponent: int, book: FaultBook
) -> None:
    unit, times = _UNITS[abs(exponent)], spoken(Decimal(10 ** abs(exponent)))
    seems = (
        f"{times} kali lebih kecil daripada yang sudah dirilis; tampaknya ditulis dalam {unit} rupiah"
        if exponent > 0
        else f"{times} kali lebih besar daripada yang sudah dirilis; yang dulu tampaknya dalam {unit} rupiah"
    )
    text, col_no = as_array(figures["desimal"]), figures["col_no"].to_numpy()
    messages = {
        int(place): f"{spoken(Decimal(text[int(place)].as_py()))} di samping {spoken(Decimal(round(held[place])))}: "
        f"sekitar {seems}."
        for place in bad[:MAX_CELLS]
    }
    for column in np.unique(col_no[bad]):
        book.add(
            "satuan_rupiah",
            bad[col_no[bad] == column],
            keys=as_array(figures["key"]),
            col_no=int(column),
            values=text,
            messages=messages,
            of=np.arange(len(col_no)),
        )
