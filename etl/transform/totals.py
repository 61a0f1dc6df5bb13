"""Totals rows beside the exact sums of the figures that they are the totals of."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract import Contract
from etl.frames import ControlTotal, rows_at
from etl.transform.text import as_array

_EXACT = pa.decimal128(38, 12)
"""Twenty-six digits before the sign and twelve behind it; of a file with finer figures nothing is said."""

Place = tuple[str | None, str]
"""Region (None: all of them) and breakdown of a totals row."""


def of_rows(figures: pa.Table, controls: pa.Table, on_rows: pd.Index, contract: Contract) -> list[ControlTotal]:
    """Totals rows of additive indicators. controls: control columns too, whose keys are `on_rows`.

    A totals row says as much of its key as it has: without a region it is the total of the uppermost level there is,
    with a breakdown of all figures that have it, without a period of all periods.
    """
    if contract.totals is None or not contract.totals.check or not controls.num_rows:
        return []
    aside = rows_at(on_rows, controls["key"].to_numpy()) < 0
    lines = [
        line
        for line in controls.filter(pa.array(aside)).to_pylist()
        if line["desimal"] is not None and contract.indikator[line["indikator"]].additive
    ]
    if not lines:
        return []
    try:
        exact = figures["desimal"].cast(_EXACT)
    except pa.ArrowInvalid:
        return []
    tolerance = Decimal(repr(contract.totals.tolerance))
    found = []
    sums = _Sums(figures, exact)
    for line in lines:
        computed = sums.of(line["indikator"], line["periode"], (line["wilayah"], line["rincian"] or ""))
        if computed is not None:
            about = [contract.indikator[line["indikator"]].nama, line["wilayah"] or "", line["rincian"] or "", "jumlah"]
            found.append(
                ControlTotal(
                    label=" · ".join(filter(None, about)),
                    indikator=line["indikator"],
                    periode=line["periode"] or "",
                    stated=Decimal(line["desimal"]),
                    computed=computed,
                    tolerance=tolerance,
                    key=line["key"],
                    col_no=line["col_no"],
                )
            )
    return found


class _Sums:
    """Exact sums by indicator and period of the figures below a place, each place added up once."""

    def __init__(self, figures: pa.Table, exact: pa.ChunkedArray) -> None:
        self.columns = {name: as_array(figures[name]) for name in ("indikator", "wilayah", "periode", "rincian")}
        self.exact = exact
        self._of_place: dict[Place, dict[tuple[str, str], Decimal]] = {}

    def of(self, indikator: str, periode: str | None, place: Place) -> Decimal | None:
        """None where there is no figure to add up."""
        if place not in self._of_place:
            self._of_place[place] = self._added(place)
        sums = self._of_place[place]
        fitting = [value for (of, at), value in sums.items() if of == indikator and periode in (None, at)]
        return _plain(sum(fitting, Decimal(0))) if fitting else None

    def _added(self, place: Place) -> dict[tuple[str, str], Decimal]:
        wilayah, rincian = place
        regions = self.columns["wilayah"].dictionary.to_pylist()
        below = [code for code in regions if wilayah in (None, code) or code.startswith(f"{wilayah}.")]
        top = min((code.count(".") for code in below), default=0)
        has = set(filter(None, rincian.split("|")))
        chosen = self._among("wilayah", [code for code in below if code.count(".") == top])
        chosen &= self._among(
            "rincian", [c for c in self.columns["rincian"].dictionary.to_pylist() if has <= set(c.split("|"))]
        )
        mask = pa.array(chosen & np.asarray(pc.is_valid(self.exact)))
        table = pa.table(
            {name: self.columns[name].indices.filter(mask) for name in ("indikator", "periode")}
            | {"nilai": self.exact.filter(mask)}
        )
        names = {name: self.columns[name].dictionary.to_pylist() for name in ("indikator", "periode")}
        return {
            (names["indikator"][line["indikator"]], names["periode"][line["periode"]]): line["nilai_sum"]
            for line in table.group_by(["indikator", "periode"]).aggregate([("nilai", "sum")]).to_pylist()
        }

    def _among(self, name: str, codes: list[str]) -> npt.NDArray[np.bool_]:
        column = self.columns[name]
        wanted = np.isin(np.array(column.dictionary.to_pylist(), dtype=object), codes)
        index = np.asarray(column.indices.fill_null(-1))
        return np.append(wanted, False)[index]  # type: ignore[no-any-return]


def _plain(value: Decimal) -> Decimal:
    """Without the zeros that only the fixed scale added."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
