"""What the browser draws: a chart as JSON for static/js/grafik.js, which adds colours and the form of numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.charts.choice import MAP, Chart, classes
from portal.charts.svg import shades_of


def option(chart: Chart, told: str) -> dict[str, Any]:
    """Numbers as floats: a drawing is no finer, and the table has every digit."""
    drawn: dict[str, Any] = {
        "jenis": chart.kind,
        "satuan": chart.unit,
        "kategori": list(chart.categories),
        "seri": [{"nama": one.name, "nilai": [_number(value) for value in one.values]} for one in chart.series],
        "bertumpuk": chart.stacked,
        "uraian": told,
    }
    if chart.kind == MAP:
        values = dict(zip(chart.codes, chart.series[0].values, strict=True))
        drawn["kode"] = list(chart.codes)
        drawn["kelas"] = [
            {"warna": shade, "dari": float(least), "sampai": float(most)}
            for shade, least, most in classes(values, shades_of(values))
        ]
    return drawn


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
