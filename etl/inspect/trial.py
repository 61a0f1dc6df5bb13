"""A draft tried on the file it was drafted from: what it reads must be what the sheet holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import ValidationError

from etl.contract import Contract
from etl.findings import Refused
from etl.frames import Sheet, row_key
from etl.inspect.cells import column_of
from etl.inspect.draft import Draft, Wanted, draft
from etl.inspect.seen import Seen, TableSeen
from etl.sources import ByteSource
from etl.transform.layout import transposed
from etl.transform.regions import Regions
from etl.transform.tidy import tidy

_KEYED = frozenset({"wilayah_dikenal", "periode_terbaca", "rincian_dikenal"})
"""Faults that keep all figures of their row out."""


@dataclass(frozen=True)
class Trial:
    """What the drafted contract made of the file. expected: sum of the measured cells as inspect sees them, in the
    stored units; refused: why it could not be read at all."""

    draft: Draft
    contract: Contract | None
    rows: int = 0
    figures: int = 0
    total: float = 0.0
    expected: float = 0.0
    periods: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        return not self.refused and abs(self.total - self.expected) <= max(0.01, 1e-9 * abs(self.expected))


def contract_of(text: str) -> Contract:
    """The draft as a model. Raises pydantic.ValidationError when it is none."""
    return Contract.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506, every scalar stays text


def drafted(
    sheets: Sequence[Sheet],
    seen: Seen,
    regions: Regions,
    wanted: Wanted,
    how: ByteSource = ByteSource(),  # noqa: B008, frozen
) -> Trial:
    """The draft of the chosen table, tried; where header texts alone do not bind it, places are stated, too.

    What the trial finds wrong stands in the draft as the first thing to check.
    """
    assert seen.chosen is not None
    trial = _tried(draft(seen, seen.chosen, regions, wanted, how), sheets, seen, regions)
    if trial.refused:
        second = _tried(draft(seen, seen.chosen, regions, wanted, how, by_position=True), sheets, seen, regions)
        trial = trial if second.refused else second
    wrong = [f"kontrak ini BELUM dapat membaca berkasnya: {reason}" for reason in trial.refused]
    if not wrong and not trial.agrees:
        wrong = [f"kontrak ini membaca jumlah {trial.total:.12g}, sedangkan lembarnya {trial.expected:.12g}"]
    wrong += [f"akan dikarantina: {fault}" for fault in trial.faults]
    return replace(trial, draft=trial.draft.noting(wrong)) if wrong else trial


def _tried(made: Draft, sheets: Sequence[Sheet], seen: Seen, regions: Regions) -> Trial:
    try:
        contract = contract_of(made.text)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
        return Trial(made, None, refused=(f"rancangannya belum kontrak yang sah ({wrong})",))
    name = seen.file.rsplit("/", 1)[-1]
    trial = Trial(made, contract)
    try:
        read = tidy(sheets, contract, regions, name)
    except Refused as refusal:
        return replace(trial, refused=tuple(dict.fromkeys(finding.message for finding in refusal.findings)))
    values = read.figures["nilai"].drop_null()
    bad = np.unique(
        np.concatenate(
            [np.asarray(fault.bad_keys, np.int64) for fault in read.faults if fault.rule in _KEYED]
            or [np.zeros(0, np.int64)]
        )
    )
    return replace(
        trial,
        expected=_expected(made, sheets, seen, bad),
        rows=len(read.rows),
        figures=read.figures.num_rows,
        total=float(np.asarray(values).sum()) if len(values) else 0.0,
        periods=read.periods,
        faults=tuple(f"{fault.message} {fault.total} sel" for fault in read.faults),
    )


def _expected(made: Draft, sheets: Sequence[Sheet], seen: Seen, bad: npt.NDArray[np.int64]) -> float:
    """Sum over the leaf rows of the measured columns, of every sheet that is read together; bad: keys of rows that
    have a fault and are told apart."""
    assert seen.chosen is not None
    tables: list[TableSeen] = [seen.chosen]
    if seen.together:
        tables = [sheet.tables[0] for sheet in seen.sheets if sheet.name in seen.together]
    total = 0.0
    for table in tables:
        sheet = next(one for one in sheets if one.no == table.sheet_no)
        turned = transposed(sheet) if table.transposed else sheet
        rows = table.data[table.tree.leaves] if table.tree is not None else table.data
        keys = rows + row_key(table.sheet_no, 1)
        rows = rows[~np.isin(keys, bad)] if len(bad) else rows
        if not made.ukuran:
            total += len(rows)
        for at, scale in made.ukuran.items():
            total += float(np.nansum(column_of(turned, at).value[rows])) * scale
    return total
