"""From a contract, the register of regions and the last released figures to the plan of an entry workbook. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from etl.contract import Contract
from etl.entry.keys import keys
from etl.entry.measures import levelled, measure_columns, remark_column, text_column
from etl.entry.table import CannotOffer, EntryColumn, EntryRow, Plan
from etl.load.released import Released
from etl.rules import ChangeWithin
from etl.transform.periods import year_before
from etl.transform.regions import Regions
from etl.transform.reshape import rincian_key, rincian_order

MAX_COLUMNS = 400


def make_plan(contract: Contract, regions: Regions, released: Sequence[Released], *, agency: str, period: str) -> Plan:
    """The workbook in which `agency` types the figures of `period`.

    released: figures of earlier periods (etl.load.released.last_released). They say which breakdowns there are where
    the contract does not, and stand beside the cells. Raises CannotOffer, with what to change in the contract.
    """
    if contract.fact != "indikator":
        raise CannotOffer(
            "isinya anggaran atau kinerja, yang dibukukan di aplikasi", "kirim ekspor aplikasinya sebagai berkas biasa"
        )
    if contract.hierarchy is not None:
        raise CannotOffer(
            "barisnya bertingkat (hierarchy), seperti laporan anggaran", "kirim ekspor aplikasinya sebagai berkas biasa"
        )
    latest = max((figure.periode for figure in released if figure.periode < period), default=None)
    last = [figure for figure in released if figure.periode == latest]
    measures = measure_columns(contract, regions, last)
    in_header = any(column.wilayah for column in measures)
    where = keys(contract, regions, last, regions_in_header=in_header)
    texts = [
        text_column(contract, name)
        for name, column in contract.by_role("teks").items()
        if name not in where.texts and column.value is None and column.ancestor is None
    ]
    columns = levelled([*where.columns, *measures, *texts, remark_column()])
    if len(columns) > MAX_COLUMNS:
        raise CannotOffer(f"tabelnya akan berisi {len(columns)} kolom", "taruh salah satu rincian pada baris")
    before = _before(contract, released, period, latest)
    figures = [figure for figure in released if figure.periode == before]
    return Plan(
        contract=contract,
        agency=agency,
        period=period,
        columns=columns,
        rows=_with_before(contract, columns, where.rows, figures),
        before=before,
        compares=before == year_before(period) and any(isinstance(rule, ChangeWithin) for rule in contract.rules),
    )


def _before(contract: Contract, released: Sequence[Released], period: str, latest: str | None) -> str | None:
    """The period shown beside the cells: a year earlier where that is what the figures are compared with."""
    a_year = year_before(period)
    compared = any(isinstance(rule, ChangeWithin) for rule in contract.rules)
    return a_year if compared and any(figure.periode == a_year for figure in released) else latest


def _with_before(
    contract: Contract, columns: Sequence[EntryColumn], rows: Sequence[EntryRow], figures: Sequence[Released]
) -> tuple[EntryRow, ...]:
    order = rincian_order(contract)
    known = {(one.indikator, one.wilayah, one.rincian): one for one in figures}

    def earlier(row: EntryRow, column: EntryColumn) -> Decimal | str | None:
        if column.kind != "angka" or row.spare:
            return None
        place = column.wilayah or row.wilayah or ""
        one = known.get((column.indikator or "", place, rincian_key([*row.rincian, *column.rincian], order)))
        if one is None:
            return None
        return one.penanda if one.nilai is None else one.nilai / column.scale

    return tuple(replace(row, before=tuple(earlier(row, column) for column in columns)) for row in rows)
