"""From failing lines to what an agency can act on: the cell, what stands there, what is wrong, why, what to do.

Counts are of everything that failed; sentences are written only for the first MAX_CELLS cells.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract import Contract
from etl.findings import MAX_CELLS, Faults, Owner, Severity
from etl.frames import CheckResult, Tidy, rows_at
from etl.transform.regions import Regions
from expectations import personal
from expectations.batches import Batch, Batches, Positions, arrow
from expectations.conditions import FIGURE_KEY, composite, neighbours, sum_of_parts
from expectations.faulting import (
    Cells,
    amount_text,
    by_severity,
    cells_frame,
    change_text,
    difference,
    faults_of,
    in_brackets,
    masked,
    missing,
    say,
)
from expectations.places import WHOLE_FILE, Places
from expectations.plan import ROWS, Check, Part
from expectations.sentences import COULD_NOT_RUN, fill, number, period

READING = {
    "wilayah": "wilayah_dikenal",
    "periode": "periode_terbaca",
    "rincian": "rincian_dikenal",
    "ukuran": "angka_terbaca",
    "kontrol": "angka_terbaca",
}
"""Role of a column → the rule under which reading tells of its cells."""

NONE = np.array([], dtype=np.int64)


@dataclass(frozen=True)
class Failed:
    """What one expectation said: how many lines it looked at, the index labels of those that failed, or its error."""

    batch: Batch | None
    part: Part
    checked: int
    lines: Positions = field(default_factory=lambda: NONE)
    error: str = ""


class Answers:
    """Turns what failed in one submission into CheckResults."""

    def __init__(self, contract: Contract, tidy: Tidy, regions: Regions, batches: Batches) -> None:
        self.contract, self.tidy, self.regions, self.batches = contract, tidy, regions, batches
        self.places = Places(contract, tidy)

    # ── results ──

    def of_reading(self, check: Check, failed: Sequence[Failed]) -> list[CheckResult]:
        """What reading found under this rule's name, one result per severity; the rule's own also when nothing did."""
        own = self.of_check(check, failed)
        found = [masked(faults) for faults in self.tidy.faults if faults.rule == check.rule]
        if own.faults is not None:
            found.append(own.faults)
        checked = self._read_cells(check) or own.checked
        own = replace(own, checked=checked, failed=0, rows=0, faults=None)
        return by_severity(own, found) or [own]

    def with_other_findings_of_reading(
        self, results: Sequence[CheckResult], checks: Sequence[Check]
    ) -> list[CheckResult]:
        """Faults of reading under names that the plan does not have, after those that it has."""
        known = {check.rule for check in checks if check.found_by_tidy}
        others = [masked(faults) for faults in self.tidy.faults if faults.rule not in known]
        extra: list[CheckResult] = []
        for rule, same in groupby(sorted(others, key=lambda faults: faults.rule), key=lambda faults: faults.rule):
            title = rule.replace("_", " ").capitalize()
            plain = CheckResult(0, rule, title, Severity.TOLAK.value, (), len(self.tidy.rows), 0, 0)
            extra += by_severity(plain, list(same))
        first = [result for result in results if result.rule in known]
        return [*first, *extra, *(result for result in results if result.rule not in known)]

    def of_check(self, check: Check, failed: Sequence[Failed]) -> CheckResult:
        result = CheckResult(
            0, check.rule, check.title, check.severity.value, check.columns, sum(one.checked for one in failed), 0, 0
        )
        errors = [one.error for one in failed if one.error]
        if errors:
            return self._could_not_run(result, errors[0])
        cells = [self._cells(check, one) for one in failed if len(one.lines)]
        cells = [one for one in cells if one.total]
        if not cells:
            return result
        faults = masked(faults_of(check, cells))
        return replace(result, failed=faults.total, rows=len(faults.bad_keys), faults=faults)

    def _could_not_run(self, result: CheckResult, error: str) -> CheckResult:
        """A check that could not run has failed for the whole submission, and the repair is not the agency's."""
        faults = Faults(
            rule=result.rule,
            severity=Severity.TOLAK,
            message=fill(COULD_NOT_RUN.message, galat=personal.mask_text(error)),
            cause=COULD_NOT_RUN.cause,
            action=COULD_NOT_RUN.action,
            cells=pd.DataFrame({"key": [WHOLE_FILE], "col_no": [0], "value": [""]}),
            bad_keys=pd.Index(NONE),
            total=1,
            owner=Owner.DISKOMINFO,
        )
        return replace(result, severity=Severity.TOLAK.value, failed=1, faults=faults)

    def _read_cells(self, check: Check) -> int:
        if check.rule in ("angka_terbaca", "satuan_rupiah"):
            return int(self.tidy.figures.num_rows)
        if check.rule == "subtotal_cocok":
            return self.tidy.skipped.get("subtotal", 0) * len(pc.unique(self.tidy.figures["col_no"]))
        return len(self.tidy.rows) * sum(name in self.tidy.columns for name in check.columns)

    # ── cells of one part ──

    def _cells(self, check: Check, failed: Failed) -> Cells:
        part, batch, lines = failed.part, failed.batch, failed.lines
        assert batch is not None
        if part.kind == "data_pribadi":
            return self._personal(check, batch.frame["teks"].iloc[lines])
        if part.kind == "every_wilayah":
            return self._missing_regions(check, batch.frame.iloc[lines])
        if part.batch == ROWS:
            lines = self._not_yet_reported(part, lines)
            first = lines[:MAX_CELLS]
            col_no = np.full(len(first), self.places.of_columns(part.columns), dtype=np.int64)
            messages = self._row_messages(check, part, batch, first)
            return Cells(lines, cells_frame(first, col_no, self.places.texts_at(first, col_no), messages), len(lines))
        assert batch.key is not None and batch.col_no is not None
        first = lines[:MAX_CELLS]
        key, col_no = batch.key[first], batch.col_no[first].astype(np.int64)
        if part.kind == "wilayah_dikenal":
            col_no = np.full(len(first), self.places.of_role("wilayah"), dtype=np.int64)
        values = self.places.texts_at(key, col_no)
        if part.kind in ("baris_jumlah", "change_within", "children_sum") or not any(values):
            amounts = batch.frame["nilai"].to_numpy()[first]
            values = [text or amount_text(amount) for text, amount in zip(values, amounts, strict=True)]
        messages = self._figure_messages(check, part, batch.frame, first)
        return Cells(batch.key[lines], cells_frame(key, col_no, values, messages), len(lines))

    def _not_yet_reported(self, part: Part, lines: Positions) -> Positions:
        """not_null speaks of empty cells that reading has not told of: a code it could not make has a fault already,
        so has a number that it could not read; an empty cell of a number column has none."""
        if part.kind != "not_null":
            return lines
        role = self.contract.columns[part.columns[0]].role
        told = np.isin(lines, self._bad_keys(READING[role])) if role in READING else np.zeros(len(lines), dtype=bool)
        if role in ("ukuran", "kontrol"):
            suspect = np.flatnonzero(told)
            col_no = np.full(len(suspect), self.places.of_columns(part.columns), dtype=np.int64)
            told[suspect] = [bool(text.strip()) for text in self.places.texts_at(lines[suspect], col_no)]
        return lines[~told]

    def _bad_keys(self, rule: str) -> Positions:
        keys = [faults.bad_keys.to_numpy(dtype=np.int64) for faults in self.tidy.faults if faults.rule == rule]
        return np.concatenate([NONE, *keys])

    def _row_messages(self, check: Check, part: Part, batch: Batch, keys: Positions) -> list[str]:
        if part.kind == "total_parts":
            lines = batch.frame[part.arguments["column_list"]].iloc[rows_at(batch.frame.index, keys)]
            totals, sums = lines.iloc[:, 0].to_numpy(), sum_of_parts(lines.iloc[:, 1:])
            return [say(check, **difference(*pair)) for pair in zip(totals, sums, strict=True)]
        if part.kind in ("unique", "unique_together"):
            columns = batch.frame[list(part.columns)]
            twin = neighbours(composite(columns))[rows_at(batch.frame.index, keys)]
            return [say(check, baris=self.places.row_name(int(key))) for key in batch.frame.index[twin]]
        return [say(check)] * len(keys)

    def _figure_messages(self, check: Check, part: Part, frame: pd.DataFrame, lines: Positions) -> list[str]:
        some = frame.iloc[lines]
        if part.kind == "baris_jumlah":
            return [
                say(
                    check,
                    nama=self._measure(line),
                    **difference(line["nilai"], line["jumlah"]),
                )
                for line in some.to_dict("records")
            ]
        if part.kind == "children_sum":
            return [
                say(
                    check,
                    nama=self._measure(line),
                    wilayah=self._wilayah(line["wilayah"]),
                    banyak=number(line["anak"]),
                    **difference(line["nilai"], line["jumlah_anak"]),
                )
                for line in some.to_dict("records")
            ]
        if part.kind == "change_within":
            return [
                say(
                    check,
                    nama=f"{self._measure(line)} {self._wilayah(line['wilayah'])}",
                    perubahan=change_text(line["nilai"], line["lalu"]),
                    lalu=number(line["lalu"]),
                    kini=number(line["nilai"]),
                )
                for line in some.to_dict("records")
            ]
        if part.kind == "kunci_unik":
            return self._twin_messages(check, frame, lines)
        return [say(check)] * len(lines)

    def _twin_messages(self, check: Check, frame: pd.DataFrame, lines: Positions) -> list[str]:
        """Where the same figure is written too, and whether it says the same there."""
        batch = self.batches.figures
        assert batch.key is not None and batch.col_no is not None
        twins = neighbours(composite(frame[list(FIGURE_KEY)]))[lines]
        here, there = frame["nilai"].to_numpy()[lines], frame["nilai"].to_numpy()[twins]
        messages = []
        for line, twin, mine, other in zip(lines, twins, here, there, strict=True):
            about = frame.iloc[line]
            same = mine == other or (mine != mine and other != other)
            messages.append(
                say(
                    check,
                    nama=self._indikator(about["indikator"]),
                    wilayah=self._wilayah(about["wilayah"]),
                    periode=period(str(about["periode"])),
                    rincian=in_brackets(about["rincian"]),
                    sel=self.places.cell_name(int(batch.key[twin]), int(batch.col_no[twin])),
                    beda=", dengan angka yang sama" if same else f", dengan angka lain: {number(other)}",
                )
            )
        return messages

    def _missing_regions(self, check: Check, lines: pd.DataFrame) -> Cells:
        messages = [
            say(
                check,
                wilayah=self._wilayah(line["wilayah"]),
                periode=period(str(line["periode"])),
                kurang=missing(line["ada"], line["harus"]),
            )
            for line in lines.head(MAX_CELLS).to_dict("records")
        ]
        nowhere = np.full(len(messages), WHOLE_FILE, dtype=np.int64)
        return Cells(NONE, cells_frame(nowhere, nowhere, [""] * len(messages), messages), len(lines))

    def _personal(self, check: Check, texts: pd.Series) -> Cells:
        """Every cell that holds one of the texts; what it quotes is masked."""
        wanted = pa.array(texts, pa.string())
        keys, columns, values = [], [], []
        for name in self.tidy.raw.columns:
            column = arrow(self.tidy.raw[name])
            column = column if pa.types.is_dictionary(column.type) else column.cast(pa.string())
            where = np.flatnonzero(pc.is_in(column, value_set=wanted).to_numpy(zero_copy_only=False))
            keys.append(self.tidy.rows.index[where].to_numpy())
            columns.append(np.full(len(where), self.places.col_no(name), dtype=np.int64))
            values += self.tidy.raw[name].iloc[where[:MAX_CELLS]].tolist()
            columns[-1], shown = columns[-1], len(where[:MAX_CELLS])
            values += [""] * (len(where) - shown)
        key, col_no = np.concatenate([NONE, *keys]), np.concatenate([NONE, *columns])
        order = np.lexsort((col_no, key))
        first = order[:MAX_CELLS]
        shown_values = [str(values[place]) for place in first]
        messages = [say(check, jenis=", ".join(personal.kinds(value))) for value in shown_values]
        hidden = [personal.mask(value) for value in shown_values]
        return Cells(key[order], cells_frame(key[first], col_no[first], hidden, messages), len(key))

    def _wilayah(self, code: str) -> str:
        region = self.regions.get(code)
        return f"{region.nama} ({code})" if region else str(code)

    def _measure(self, line: Mapping[Hashable, Any]) -> str:
        """`Jumlah penduduk (jenis kelamin L)`."""
        return f"{self._indikator(line['indikator'])}{in_brackets(line['rincian'])}"

    def _indikator(self, code: str) -> str:
        about = self.contract.indikator.get(code)
        return about.nama if about else str(code)
