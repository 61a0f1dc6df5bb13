"""A chart in a sentence: its extremes and its direction, for those who do not see it and for those in a hurry."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from portal.charts.choice import LINE, PYRAMID_KIND, Chart, Series
from portal.pages.templatetags.figures import plain

MAX_TOLD = 3
"""Lines that are told one by one; of more only the last values are."""


def told(chart: Chart) -> str:
    sentences = _pyramid(chart) if chart.kind == PYRAMID_KIND else _lines(chart) if chart.kind == LINE else _bars(chart)
    if chart.left_out:
        sentences.append(
            _("Digambar %(n)s yang terbesar; %(left)s lainnya ada pada tabel.")
            % {"n": len(chart.categories), "left": chart.left_out}
        )
    if chart.untold:
        sentences.append(_("%(n)s tanpa angka.") % {"n": chart.untold})
    return " ".join(sentences)


def _lines(chart: Chart) -> list[str]:
    if len(chart.series) > MAX_TOLD:
        last = Series("", tuple(one.values[-1] for one in chart.series))
        return [_extremes(last, [one.name for one in chart.series], chart, chart.categories[-1])]
    return [_course(one, chart) for one in chart.series]


def _course(series: Series, chart: Chart) -> str:
    known = [(name, value) for name, value in zip(chart.categories, series.values, strict=True) if value is not None]
    if not known:
        return ""
    (first, start), (last, end) = known[0], known[-1]
    low, high = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    words = {
        "name": f"{series.name}: " if series.name else "",
        "direction": _("naik") if end > start else _("turun") if end < start else _("tetap"),
        "start": _with_unit(start, chart),
        "end": _with_unit(end, chart),
        "first": first,
        "last": last,
    }
    text = _("%(name)s%(direction)s dari %(start)s (%(first)s) menjadi %(end)s (%(last)s)") % words
    if len(known) > 2:
        extremes = {"high": plain(high[1]), "top": high[0], "low": plain(low[1]), "bottom": low[0]}
        text += _("; tertinggi %(high)s (%(top)s), terendah %(low)s (%(bottom)s)") % extremes
    return text[:1].upper() + text[1:] + "."


def _bars(chart: Chart) -> list[str]:
    together = chart.series[0]
    if len(chart.series) > 1:
        if not chart.stacked:
            return [_extremes(one, chart.categories, chart, one.name) for one in chart.series[:MAX_TOLD]]
        rows = [
            [value for value in row if value is not None]
            for row in zip(*(one.values for one in chart.series), strict=True)
        ]
        together = Series("", tuple(sum(row, Decimal(0)) if len(row) == len(chart.series) else None for row in rows))
    return [_extremes(together, chart.categories, chart, chart.period)]


def _extremes(series: Series, names: tuple[str, ...] | list[str], chart: Chart, when: str) -> str:
    known = [(name, value) for name, value in zip(names, series.values, strict=True) if value is not None]
    if not known:
        return ""
    low, high = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    words = {
        "when": f"{when}: " if when else "",
        "top": high[0],
        "high": _with_unit(high[1], chart),
        "bottom": low[0],
        "low": _with_unit(low[1], chart),
    }
    return _("%(when)sTertinggi %(top)s (%(high)s), terendah %(bottom)s (%(low)s).") % words


def _pyramid(chart: Chart) -> list[str]:
    sentences = []
    for one in chart.series:
        known = [(name, value) for name, value in zip(chart.categories, one.values, strict=True) if value is not None]
        if known:
            top = max(known, key=lambda pair: pair[1])
            words = {"name": one.name, "top": top[0], "high": _with_unit(top[1], chart)}
            total = sum((value for _name, value in known), Decimal(0))
            if len(known) == len(one.values):
                words["all"] = _with_unit(total, chart)
                sentences.append(_("%(name)s %(all)s, terbanyak %(top)s (%(high)s).") % words)
            else:
                sentences.append(_("%(name)s terbanyak %(top)s (%(high)s).") % words)
    return sentences


def _with_unit(value: Decimal, chart: Chart) -> str:
    return f"{plain(value)} {chart.unit}"
