"""The frames on which expectations run, made from one submission.

    baris       one line per source row; index = row key. Column rules, totals columns.
    angka       one line per figure: FIGURE_KEY as categories, `nilai`.
    teks        one line per distinct text that could hold personal data.
    jumlah      one line per figure of a totals row: `nilai` as written, `jumlah` as computed.
    sebar:KOLOM figures of one spread column: `nilai`, and `tulisan` as received.
    wilayah:NO  one line per region of a level and period: breakdowns `ada` and `harus`.
    induk:NO    one line per parent region's figure whose children are all there: `nilai`, `jumlah_anak`.
    lalu:NO     one line per figure that has one a year earlier: `nilai`, `lalu`.

Text is categorical: every condition then works on small integers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl import frames
from etl.contract import Contract
from etl.findings import Severity
from etl.frames import Tidy
from etl.settings import REGENCY
from etl.transform.periods import year_before
from etl.transform.regions import Regions
from expectations import personal
from expectations.conditions import FIGURE_KEY, Codes, codes_of
from expectations.plan import AS_WRITTEN, FIGURES, ROWS, TEXTS, TOTALS, Check, Part

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """A frame and where each of its lines stands in the source.

    key: row key per line; None where the index is the key. col_no: column per line; None where it is that of the
    expectation's column, or where a line is no cell. checked: how many cells or figures were looked at, where that is
    not the number of lines.
    """

    frame: pd.DataFrame
    key: Positions | None = None
    col_no: npt.NDArray[np.integer] | None = None
    checked: int | None = None


@dataclass(frozen=True)
class Batches:
    """Builds each batch of one submission when it is asked for."""

    contract: Contract
    tidy: Tidy
    regions: Regions
    earlier: pa.Table | None

    @cached_property
    def figures(self) -> Batch:
        return _figures(self.tidy.figures)

    @cached_property
    def categories(self) -> dict[str, pd.Index]:
        return {name: self.figures.frame[name].cat.categories for name in FIGURE_KEY}

    def build(self, name: str, check: Check, parts: tuple[Part, ...]) -> Batch:
        """The batch `name`, with the columns that `parts` (all parts of all checks on it) ask for."""
        if name == ROWS:
            return self._rows(parts)
        makers: dict[str, Callable[[], Batch]] = {
            FIGURES: lambda: self.figures,
            TEXTS: self._texts,
            TOTALS: self._totals,
            "wilayah": lambda: self._every_wilayah(check.options["level"]),
            "induk": lambda: self._parents(check.options["indikator"]),
            "lalu": lambda: self._year_earlier(check.options["indikator"]),
            "sebar": lambda: self._spread(name.partition(":")[2]),
        }
        return makers[name.partition(":")[0]]()

    def parameters(self) -> dict[str, Any]:
        """What the suite's `$PARAMETER`s stand for in this submission."""
        return {"wilayah": [code for code in self.categories["wilayah"] if self.regions.get(code)]}

    def is_absent(self, name: str) -> bool:
        """Whether an optional column is not in this file: nothing of it can be checked."""
        column = self.contract.columns[name]
        return column.spread is None and not column.is_made and name not in self.tidy.columns

    # ── rows ──

    def _rows(self, parts: tuple[Part, ...]) -> Batch:
        wanted: dict[str, set[str]] = {}
        for part in parts:
            for name in part.arguments.get("column_list") or [part.arguments["column"]]:
                wanted.setdefault(name, set()).add(part.kind)
        columns = {name: self._row_column(name, kinds) for name, kinds in wanted.items()}
        return Batch(pd.DataFrame(columns, index=self.tidy.rows.index, copy=False))

    def _row_column(self, name: str, kinds: set[str]) -> Any:
        """Numbers, or text as categories; as text where reading found too many different ones. Where only sameness is
        asked, one number per distinct text will do."""
        if name.startswith(AS_WRITTEN):
            return categorical(self.tidy.raw[self.tidy.columns[name.removeprefix(AS_WRITTEN)][1]])
        column = self.contract.columns[name]
        if column.spread is not None:
            return self._sum_over_spread(name)
        values = self.tidy.rows[name]
        if column.role in ("ukuran", "kontrol"):
            return values.to_numpy(dtype="float64", na_value=np.nan)
        only_sameness = kinds <= {"unique", "unique_together"} and not isinstance(values.array, pd.Categorical)
        if only_sameness:
            return identity(values)
        return values.array if isinstance(values.dtype, pd.StringDtype) else categorical(values)

    def _sum_over_spread(self, name: str) -> npt.NDArray[np.float64]:
        """Per row the sum of a spread column's figures; missing where none is filled."""
        batch = self._spread(name)
        assert batch.key is not None
        values = batch.frame["nilai"].to_numpy()
        filled = ~np.isnan(values)
        place = frames.rows_at(self.tidy.rows.index, batch.key[filled])
        rows = len(self.tidy.rows)
        total = np.bincount(place, weights=values[filled], minlength=rows).astype(np.float64)
        total[np.bincount(place, minlength=rows) == 0] = np.nan
        return total

    def _spread(self, name: str) -> Batch:
        """The figures of a spread column: those of its indicators in columns that nothing else is bound to."""
        column = self.contract.columns[name]
        others = {c.indikator for n, c in self.contract.columns.items() if n != name and c.indikator}
        own = {column.indikator} if column.indikator else set(self.contract.indikator) - others
        bound = [col_no for col_no, _ in self.tidy.columns.values()]
        frame, key, col_no = self.figures.frame, self.figures.key, self.figures.col_no
        assert key is not None and col_no is not None
        where = np.flatnonzero(_among(frame["indikator"], own) & ~np.isin(col_no, bound))
        part = frame.iloc[where].reset_index(drop=True)
        text = pc.coalesce(self.tidy.figures["desimal"], self.tidy.figures["penanda"].cast(pa.string()))
        return Batch(part.assign(tulisan=categorical(text.take(pa.array(where)))), key[where], col_no[where])

    # ── texts ──

    def _texts(self) -> Batch:
        """Distinct texts worth a look; `checked` counts all filled cells."""
        found, cells = [], 0
        for name in self.tidy.raw.columns:
            column = arrow(self.tidy.raw[name])
            cells += len(column) - column.null_count
            found.append(personal.suspects(column))
        texts = pa.chunked_array(found, pa.string()).unique() if found else pa.array([], pa.string())
        return Batch(pd.DataFrame({"teks": texts.to_pandas()}), checked=cells)

    # ── totals rows ──

    def _totals(self) -> Batch:
        """Figures of totals rows beside the sum of the figures that they are the total of.

        A totals row says as much of its key as it has: without a region it is the total of the uppermost level there
        is, with a breakdown (`jenis_kelamin=L`) of all figures that have it. Only additive indicators are compared,
        and nothing while a row could not be read: its figures are missing from every sum, and that is told already.
        """
        controls = self.tidy.controls
        additive = [code for code, about in self.contract.indikator.items() if about.additive]
        on_rows = self.tidy.rows.index
        lines = pd.DataFrame({name: controls[name].to_pandas() for name in (*FIGURE_KEY, "key", "col_no", "nilai")})
        lines = lines[lines["indikator"].isin(additive) & ~lines["key"].isin(on_rows) & lines["nilai"].notna()]
        if any(len(faults.bad_keys) for faults in self.tidy.faults if faults.severity is Severity.TOLAK):
            lines = lines.iloc[:0]
        lines = lines.reset_index(drop=True)
        sums = pd.Series(np.nan, index=lines.index)
        for (wilayah, rincian), group in lines.groupby(["wilayah", "rincian"], dropna=False, observed=True):
            sums.loc[group.index] = self._sums_for(group, _text(wilayah), _text(rincian))
        names = {name: categorical(lines[name]) for name in ("indikator", "rincian")}
        frame = pd.DataFrame({**names, "nilai": lines["nilai"], "jumlah": sums})
        return Batch(frame, lines["key"].to_numpy(dtype="int64"), lines["col_no"].to_numpy(dtype="int64"))

    def _sums_for(self, lines: pd.DataFrame, wilayah: str, rincian: str) -> npt.NDArray[np.float64]:
        """Per control line the sum of the matching figures (missing where there is none)."""
        frame = self.figures.frame
        has = set(filter(None, rincian.split("|")))
        fitting = [c for c in self.categories["rincian"] if has <= set(c.split("|"))]
        chosen = _among(frame["rincian"], fitting)
        below = self._top_level(
            [c for c in self.categories["wilayah"] if wilayah in ("", c) or c.startswith(wilayah + ".")]
        )
        chosen &= _among(frame["wilayah"], below)
        part = frame.loc[chosen & frame["nilai"].notna().to_numpy(), ["indikator", "periode", "nilai"]]
        by = ["indikator"] if lines["periode"].isna().all() else ["indikator", "periode"]
        sums = part.groupby(by, observed=True)["nilai"].sum().reset_index()
        texts = {name: sums[name].astype(object) for name in by}
        found: npt.NDArray[np.float64] = (
            lines[by].astype(object).merge(sums.assign(**texts), on=by, how="left")["nilai"].to_numpy(dtype=float)
        )
        return found

    @staticmethod
    def _top_level(codes: list[str]) -> list[str]:
        """Of region codes those of the uppermost level among them, so that nothing is counted twice."""
        top = min((code.count(".") for code in codes), default=0)
        return [code for code in codes if code.count(".") == top]

    # ── regions ──

    def _every_wilayah(self, level: str) -> Batch:
        """Regions of a level × periods contained, with how many of the period's indicators × breakdowns each has.

        A region on a row that could not be read in full counts as there: its fault has been told already.
        """
        frame = self.figures.frame
        present = self.categories["wilayah"]
        regencies = {code[: len(REGENCY)] for code in present} or {REGENCY}
        wanted = [code for code in of_level(self.regions, level) if code[: len(REGENCY)] in regencies]
        some = frame.loc[_among(frame["wilayah"], wanted), list(FIGURE_KEY)].drop_duplicates()
        there = some.groupby(["periode", "wilayah"], observed=True).size()
        kinds = some[["periode", "indikator", "rincian"]].drop_duplicates().groupby("periode", observed=True).size()
        grid = pd.MultiIndex.from_product([self.tidy.periods, wanted], names=["periode", "wilayah"])
        lines = grid.to_frame(index=False)
        lines["ada"] = there.reindex(grid, fill_value=0).to_numpy(dtype="int64")
        lines["harus"] = kinds.reindex(lines["periode"]).fillna(1).to_numpy(dtype="int64")
        told = lines["wilayah"].isin(self._on_unreadable_rows())
        lines["ada"] = lines["ada"].mask(told, lines["harus"])
        return Batch(lines)

    def _on_unreadable_rows(self) -> set[str]:
        """Regions named on rows of which reading could not understand something."""
        rows = self.tidy.rows
        bad = [faults.bad_keys for faults in self.tidy.faults]
        keys = rows.index.intersection(pd.Index(np.unique(np.concatenate(bad)))) if bad else rows.index[:0]
        columns = [name for name in self.contract.by_role("wilayah") if name in rows]
        return {code for name in columns for code in rows.loc[keys, name].dropna().unique()}

    def _parents(self, indikator: tuple[str, ...]) -> Batch:
        """Figures of regions whose children all have a figure too; with a child missing a sum would say nothing."""
        chosen = self._filled(indikator)
        frame = self.figures.frame.iloc[chosen]
        codes = self.categories["wilayah"]
        parent_of = codes.get_indexer(pd.Index([code.rpartition(".")[0] for code in codes], dtype=object))
        own = frame["wilayah"].cat.codes.to_numpy()
        has_parent = parent_of[own] >= 0
        children = frame[has_parent].assign(
            wilayah=pd.Categorical.from_codes(parent_of[own[has_parent]], codes), anak=own[has_parent]
        )
        sums = children.groupby(list(FIGURE_KEY), observed=True, dropna=False).agg(
            jumlah_anak=("nilai", "sum"), anak=("anak", "nunique")
        )
        expected = number_of_children(self.regions)
        sums = sums.reset_index()
        sums = sums[sums["anak"] == sums["wilayah"].astype(object).map(expected)]
        lines = frame.assign(posisi=chosen).merge(sums, on=list(FIGURE_KEY), how="inner")
        return self._at(lines)

    # ── a year earlier ──

    def _year_earlier(self, indikator: tuple[str, ...]) -> Batch:
        """Figures beside the same figure a year earlier: the file's own where it has one, else the warehouse's."""
        chosen = self._filled(indikator)
        frame = self.figures.frame.iloc[chosen]
        before = self._codes_before()
        wanted = [codes_of(frame[name])[0] for name in FIGURE_KEY]
        wanted[2] = before[wanted[2]]
        own = [codes_of(frame[name])[0] for name in FIGURE_KEY]
        past = self._past(own, frame["nilai"].to_numpy())
        found = past.reindex(self._keys(wanted)).to_numpy(dtype=float)
        lines = frame.assign(posisi=chosen, lalu=found)
        return self._at(lines[~np.isnan(found)])

    def _codes_before(self) -> Codes:
        """Per period of this submission the place of the one a year before (in `_periods`), -1 where there is none."""
        periods = list(self.categories["periode"])
        place = {code: number for number, code in enumerate(self._periods)}
        found = [place.get(year_before(code) or "", -1) for code in periods]
        return np.array([*found, -1], dtype=np.int64)

    @cached_property
    def _periods(self) -> list[str]:
        """This submission's periods, then those of the warehouse's figures that it does not hold."""
        own = list(self.categories["periode"])
        known = [] if self.earlier is None else self.earlier["periode"].unique().to_pylist()
        return [*own, *(code for code in known if code not in set(own))]

    def _past(self, own: list[Codes], values: npt.NDArray[np.float64]) -> pd.Series:
        """Known figures by key; of one in the file and in the warehouse the file's."""
        keys, figures = [self._keys(own)], [values]
        if self.earlier is not None and len(self.earlier):
            spaces = [self.categories[name] for name in FIGURE_KEY]
            spaces[2] = pd.Index(self._periods, dtype=object)
            codes = [
                spaces[n].get_indexer(pd.Index(self.earlier[name].to_pandas(), dtype=object)).astype(np.int64)
                for n, name in enumerate(FIGURE_KEY)
            ]
            keys.append(self._keys(codes))
            figures.append(self.earlier["nilai"].cast(pa.float64()).to_numpy())
        past = pd.Series(np.concatenate(figures), index=np.concatenate(keys))
        return past[(past.index >= 0) & ~past.index.duplicated()]

    def _keys(self, codes: list[Codes]) -> Codes:
        """One integer per figure key, over the periods of file and warehouse; -1 where a part is unknown."""
        spans = [len(self.categories[name]) for name in FIGURE_KEY]
        spans[2] = len(self._periods)
        key = np.zeros(len(codes[0]), dtype=np.int64)
        for part, span in zip(codes, spans, strict=True):
            key = key * max(span, 1) + part
        key[np.any([part < 0 for part in codes], axis=0)] = -1
        return key

    # ── helpers ──

    def _filled(self, indikator: tuple[str, ...]) -> Positions:
        frame = self.figures.frame
        known = np.all([frame[name].cat.codes.to_numpy() >= 0 for name in FIGURE_KEY], axis=0)
        return np.flatnonzero(known & _among(frame["indikator"], indikator) & frame["nilai"].notna().to_numpy())

    def _at(self, lines: pd.DataFrame) -> Batch:
        """A batch of some figures, each with its place in the source."""
        key, col_no = self.figures.key, self.figures.col_no
        assert key is not None and col_no is not None
        where = lines["posisi"].to_numpy()
        return Batch(lines.drop(columns="posisi").reset_index(drop=True), key[where], col_no[where])


def of_level(regions: Regions, level: str) -> list[str]:
    """Codes of a level's regions, sorted."""
    return sorted(region.kode for region in regions if region.tingkat == level)


def number_of_children(regions: Regions) -> Counter[str]:
    """Code → how many regions lie directly below it."""
    return Counter(region.induk for region in regions if region.induk)


def _figures(figures: pa.Table) -> Batch:
    columns: dict[str, Any] = {name: categorical(figures[name]) for name in FIGURE_KEY}
    nilai, key, col_no = (flat(figures[name]).to_numpy(zero_copy_only=False) for name in ("nilai", "key", "col_no"))
    return Batch(pd.DataFrame({**columns, "nilai": nilai}, copy=False), key, col_no)


def flat(column: pa.ChunkedArray) -> pa.Array:
    """One array, the column's own where it is in one piece: pandas and numpy then share its memory."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _among(column: pd.Series, values: Any) -> npt.NDArray[np.bool_]:
    """Which lines of a categorical column have one of the values."""
    wanted = np.append(column.cat.categories.isin(list(values)), False)
    found: npt.NDArray[np.bool_] = wanted[column.cat.codes.to_numpy()]
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def arrow(column: pd.Series) -> pa.Array | pa.ChunkedArray:
    """A column of text as Arrow text or dictionary, without copying where it is Arrow already."""
    array = pa.array(column, from_pandas=True)
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    return array if pa.types.is_string(kind) or pa.types.is_large_string(kind) else array.cast(pa.string())


def encoded(values: pd.Series | pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """One dictionary array of text."""
    array = arrow(values) if isinstance(values, pd.Series) else values
    if isinstance(array, pa.ChunkedArray):
        array = (array.unify_dictionaries() if pa.types.is_dictionary(array.type) else array).combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
    return array if pa.types.is_dictionary(array.type) else array.dictionary_encode()


def categorical(values: pd.Series | pa.Array | pa.ChunkedArray) -> pd.Categorical:
    """Text as small integers over its distinct values."""
    if isinstance(values, pd.Series) and isinstance(values.array, pd.Categorical):
        return values.array
    array = encoded(values)
    codes = np.asarray(array.indices.fill_null(-1) if array.null_count else array.indices)
    distinct = pd.Index(array.dictionary.to_pandas(), dtype=object)
    if not distinct.is_unique:
        remap, distinct = pd.factorize(distinct)
        codes = np.append(remap, -1)[codes]
    return pd.Categorical.from_codes(codes, distinct)


def identity(values: pd.Series) -> npt.NDArray[np.float64]:
    """One number per distinct text, missing where the text is."""
    numbers: npt.NDArray[np.float64] = encoded(values).indices.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers
