# mypy: disable-error-code="misc,untyped-decorator"
"""Our own expectations, as Great Expectations classes: what statistics of regions must fulfil and GX does not know.

Importing this module imports Great Expectations (seconds): do it inside functions. Every class names the column(s) it
looks at the GX way; the conditions themselves are in `conditions`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Union

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.core.suite_parameters import SuiteParameterDict
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    MulticolumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)

from expectations import conditions


def _series(mask: conditions.Mask, like: pd.DataFrame | pd.Series) -> pd.Series:
    return pd.Series(mask, index=like.index)


# ── one column ───────────────────────────────────────────────────────────────────────────────────────────────────────


class WilayahKnown(ColumnMapMetricProvider):
    condition_metric_name = "satudata.wilayah_dikenal"
    condition_value_keys = ("wilayah",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, wilayah: list[str], **_: Any) -> pd.Series:
        return column.isin(wilayah)


class ExpectWilayahKnown(ColumnMapExpectation):
    """Every region code is in the list of regions (`wilayah`: the known codes)."""

    wilayah: Union[list[str], SuiteParameterDict]  # noqa: UP007  (pydantic 1 reads this)
    map_metric: ClassVar[str] = "satudata.wilayah_dikenal"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "wilayah")


class NoPersonalData(ColumnMapMetricProvider):
    condition_metric_name = "satudata.tanpa_data_pribadi"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> pd.Series:
        return _series(conditions.has_no_personal_data(column), column)


class ExpectNoPersonalData(ColumnMapExpectation):
    """No text holds a NIK, KK or mobile number or an e-mail address."""

    map_metric: ClassVar[str] = "satudata.tanpa_data_pribadi"


class TextMatches(ColumnMapMetricProvider):
    condition_metric_name = "satudata.sesuai_pola"
    condition_value_keys = ("pattern",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, pattern: str, **_: Any) -> pd.Series:
        return _series(conditions.text_matches(column, pattern), column)


class ExpectTextMatches(ColumnMapExpectation):
    """Whole texts fit a regular expression; asked once per distinct text."""

    pattern: str
    map_metric: ClassVar[str] = "satudata.sesuai_pola"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "pattern")


class TextIsShort(ColumnMapMetricProvider):
    condition_metric_name = "satudata.panjang_teks"
    condition_value_keys = ("length",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, length: int, **_: Any) -> pd.Series:
        return _series(conditions.text_is_short(column, length), column)


class ExpectTextIsShort(ColumnMapExpectation):
    """No text is longer than `length` characters."""

    length: int
    map_metric: ClassVar[str] = "satudata.panjang_teks"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "length")


# ── several columns ──────────────────────────────────────────────────────────────────────────────────────────────────


class FiguresWrittenOnce(MulticolumnMapMetricProvider):
    condition_metric_name = "satudata.kunci_unik"

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:
        return _series(conditions.written_once(column_list), column_list)


class ExpectFiguresWrittenOnce(MulticolumnMapExpectation):
    """indikator × wilayah × periode × rincian once; `column_list` is those four and `nilai`."""

    map_metric: ClassVar[str] = "satudata.kunci_unik"


class RowsUnlike(MulticolumnMapMetricProvider):
    condition_metric_name = "satudata.unik_bersama"

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:
        return _series(conditions.rows_unlike(column_list), column_list)


class ExpectRowsUnlike(MulticolumnMapExpectation):
    """No two rows have the same values in all of `column_list`. Great Expectations' own counts by hash: 3x the time."""

    map_metric: ClassVar[str] = "satudata.unik_bersama"


class TotalEqualsParts(MulticolumnMapMetricProvider):
    condition_metric_name = "satudata.jumlah_bagian"
    condition_value_keys = ("tolerance",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, tolerance: float, **_: Any) -> pd.Series:
        return _series(conditions.total_equals_parts(column_list, tolerance), column_list)


class ExpectTotalEqualsParts(MulticolumnMapExpectation):
    """The first column of `column_list` is the sum of the others within `tolerance`."""

    tolerance: float
    map_metric: ClassVar[str] = "satudata.jumlah_bagian"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "tolerance")


class ExpectChildrenSumToParent(ExpectTotalEqualsParts):
    """A region's figure is the sum of its children's; on a batch of parents with `nilai` and `jumlah_anak`."""


class ExpectTotalRowsEqualSum(ExpectTotalEqualsParts):
    """A totals row is the sum of its rows; on a batch of control figures with `nilai` and `jumlah`."""


class ChangeIsWithin(MulticolumnMapMetricProvider):
    condition_metric_name = "satudata.perubahan_wajar"
    condition_value_keys = ("percent", "min_value")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, percent: float, min_value: float, **_: Any) -> pd.Series:
        now, before = column_list.iloc[:, 0], column_list.iloc[:, 1]
        return _series(conditions.change_is_within(now, before, percent, min_value), column_list)


class ExpectChangeIsWithin(MulticolumnMapExpectation):
    """`column_list` is the figure and the one a year earlier; they differ by at most `percent`."""

    percent: float
    min_value: float = 0
    map_metric: ClassVar[str] = "satudata.perubahan_wajar"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "percent", "min_value")


class WilayahComplete(MulticolumnMapMetricProvider):
    condition_metric_name = "satudata.wilayah_lengkap"

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:
        there, wanted = column_list.iloc[:, 0], column_list.iloc[:, 1]
        return there >= wanted


class ExpectEveryWilayah(MulticolumnMapExpectation):
    """On a batch of one line per region of a level and period: as many breakdowns `ada` as `harus`."""

    map_metric: ClassVar[str] = "satudata.wilayah_lengkap"


CLASSES: dict[str, type] = {
    "not_null": gxe.ExpectColumnValuesToNotBeNull,
    "between": gxe.ExpectColumnValuesToBeBetween,
    "in_set": gxe.ExpectColumnValuesToBeInSet,
    "unique": gxe.ExpectColumnValuesToBeUnique,
    "unique_together": ExpectRowsUnlike,
    "matches": ExpectTextMatches,
    "max_length": ExpectTextIsShort,
    "wilayah_dikenal": ExpectWilayahKnown,
    "data_pribadi": ExpectNoPersonalData,
    "kunci_unik": ExpectFiguresWrittenOnce,
    "total_parts": ExpectTotalEqualsParts,
    "children_sum": ExpectChildrenSumToParent,
    "baris_jumlah": ExpectTotalRowsEqualSum,
    "change_within": ExpectChangeIsWithin,
    "every_wilayah": ExpectEveryWilayah,
}
"""Kind of a planned check → its expectation class."""
