"""Which chart fits which table, what is said of it, and what the browser is given."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from portal.charts.choice import BARS, LINE, MAP, MAX_BARS, PYRAMID_KIND, Chart, Series, chart_of
from portal.charts.drawing import drawing
from portal.charts.option import option
from portal.charts.words import told
from tests.portal.layouts import KECAMATAN, contents, filled, members

MAPPED = frozenset(code for code, _name, _level in KECAMATAN)
YEARS = [str(year) for year in range(2015, 2025)]
SEX = members("jenis_kelamin", "L", "P")
AGE_AND_SEX = [{"umur": age, "jenis_kelamin": sex} for age in ("0-4", "5-9", "75+") for sex in "LP"]


@pytest.mark.parametrize(
    ("there", "question", "kind"),
    [
        (contents(periods=YEARS, levels=["kabupaten"]), {}, LINE),
        (contents(*SEX, periods=YEARS, levels=["kabupaten"]), {"baris": ["periode"], "kolom": ["jenis_kelamin"]}, LINE),
        (contents(*AGE_AND_SEX), {}, PYRAMID_KIND),
        (contents(), {}, MAP),
        (contents(*SEX, periods=["2024"]), {}, BARS),
        (contents(*members("agama", "1", "2", "3"), levels=["kabupaten"], periods=["2024"]), {}, BARS),
        (contents(levels=["kabupaten"]), {}, BARS),
    ],
)
def test_the_chart_fits_the_table(there, question, kind):
    chart = chart_of(filled(there, question), there, mapped=MAPPED)
    assert chart is not None
    assert chart.kind == kind


def test_a_map_is_drawn_only_of_regions_that_all_have_an_outline():
    there = contents()
    chart = chart_of(filled(there), there, mapped=MAPPED - {"64.08.01"})
    assert chart is not None
    assert chart.kind == BARS


def test_one_figure_is_no_chart():
    there = contents(levels=["kabupaten"], periods=["2024"])
    assert chart_of(filled(there), there, mapped=MAPPED) is None


def test_a_hidden_cell_is_a_gap_and_is_told_as_untold():
    there = contents(levels=["kabupaten"], periods=YEARS)
    chart = chart_of(filled(there, **{"2019__": None}), there)
    assert chart is not None
    assert chart.series[0].values[4] is None
    assert "1 tanpa angka" in told(chart)
    assert option(chart, "")["seri"][0]["nilai"][4] is None
    drawn = str(drawing(chart, ""))
    assert drawn.count("M") == drawn.count('class="kisi"') + 2, "the line is broken where nothing is told"


def test_a_course_is_told_with_its_direction_and_extremes():
    values = tuple(map(Decimal, ("9.31", "9.81", "8.81")))
    chart = Chart(LINE, "periode", ("2015", "2021", "2024"), ("2015", "2021", "2024"), (Series("", values),), "persen")
    assert told(chart) == (
        "Turun dari 9,31 persen (2015) menjadi 8,81 persen (2024); tertinggi 9,81 (2021), terendah 8,81 (2024)."
    )


def test_a_stack_with_an_untold_part_has_no_whole_in_words():
    series = (Series("L", (Decimal(5), Decimal(100))), Series("P", (Decimal(7), None)))
    chart = Chart(BARS, "wilayah", ("A", "B"), ("a", "b"), series, "jiwa", stacked=True)
    assert told(chart) == "Tertinggi A (12 jiwa), terendah A (12 jiwa). 1 tanpa angka."


def test_members_that_have_a_total_among_them_are_not_stacked():
    there = contents(*members("jenis_kelamin", "", "L", "P"), periods=["2024"])
    chart = chart_of(filled(there, {"kolom": ["jenis_kelamin"]}), there)
    assert chart is not None
    assert not chart.stacked
    parts = contents(*SEX, periods=["2024"])
    stacked = chart_of(filled(parts), parts)
    assert stacked is not None
    assert stacked.stacked


def test_of_many_bars_the_largest_are_drawn_and_the_rest_is_told():
    codes = [f"m{n:02}" for n in range(45)]
    there = contents(*members("jenis", *codes), levels=["kabupaten"], periods=["2024"])
    chart = chart_of(filled(there), there)
    assert chart is not None
    assert (len(chart.categories), chart.left_out) == (MAX_BARS, 45 - MAX_BARS)
    assert chart.codes == tuple(codes[15:]), "in the table's order"
    assert "15 lainnya ada pada tabel" in told(chart)


def test_names_are_text_in_every_form_of_a_chart():
    evil = "</script><script>alert(1)</script>"
    chart = Chart(BARS, "jenis", (evil, "b"), ("a", "b"), (Series(evil, (Decimal(1), Decimal(2))),), evil)
    assert "<script>" not in str(drawing(chart, told(chart)))
    assert json.loads(json.dumps(option(chart, told(chart))))["kategori"][0] == evil


def test_a_map_has_its_classes_from_least_to_greatest():
    there = contents(periods=["2024"])
    chart = chart_of(filled(there), there, mapped=MAPPED)
    assert chart is not None
    classes = option(chart, "")["kelas"]
    assert [one["dari"] for one in classes] == [1.0, 2.0, 3.0]
    assert len({one["warna"] for one in classes}) == 3
