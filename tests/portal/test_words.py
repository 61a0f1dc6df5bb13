"""Words and numbers as people write them, and the word that was meant."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from portal.charts.svg import Place, map_of, shades_of, sparkline
from portal.labels import humanized, period_name
from portal.languages import other_language
from portal.pages.templatetags import figures
from portal.warehouse.catalogue import Question, correct

KNOWN = ["jalan", "kemiskinan", "penduduk", "pendidikan", "puskesmas", "stunting", "ternak"]


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        ("1234567.50", "1.234.567,5", "1,234,567.5"),
        ("0.10", "0,1", "0.1"),
        ("1000", "1.000", "1,000"),
        ("-0.05", "-0,05", "-0.05"),
        ("1E+3", "1.000", "1,000"),
        ("123456789012345678.123456", "123.456.789.012.345.678,123456", "123,456,789,012,345,678.123456"),
    ],
)
def test_a_figure_keeps_all_its_digits(value, indonesian, english):
    assert figures.angka(Decimal(value)) == indonesian
    with translation.override("en"):
        assert figures.angka(Decimal(value)) == english


def test_large_amounts_are_said_short():
    assert figures.rupiah(Decimal("1234567890")) == "Rp1,23 miliar"
    assert figures.rupiah(Decimal("-999999")) == "Rp-999.999"
    assert figures.rupiah(Decimal("9500000000000")) == "Rp9,5 triliun"
    assert figures.rupiah(None) == ""


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("2024", "2024"),
        ("2024-S2", "Semester II 2024"),
        ("2024-Q3", "Triwulan III 2024"),
        ("2024-05", "Mei 2024"),
        ("2024-13", "13 2024"),
        ("2021-2026", "2021-2026"),
        ("apa saja", "apa saja"),
    ],
)
def test_periods_are_named(code, name):
    assert period_name(code) == name


def test_codes_become_words_and_what_is_no_code_stays():
    assert humanized("belum_tamat_sd") == "Belum tamat SD"
    assert humanized("Laki-laki") == "Laki-laki"
    assert humanized("4.1.01.09") == "4.1.01.09"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pendudk", "penduduk"),
        ("Kemiksinan", "kemiskinan"),
        ("jalan rusak", "jalan rusak"),
        ("stanting puskemas", "stunting puskesmas"),
        ("zzzz", "zzzz"),
        ("", ""),
    ],
)
def test_a_mistyped_word_is_the_one_most_like_it(typed, meant):
    assert correct(typed, KNOWN) == meant


def test_a_question_takes_only_what_it_understands():
    asked = Question.asked(
        {"q": ["  jalan \0 rusak "], "tahun": ["2023", "x", "20231"], "urut": ["?"], "halaman": ["-1"], "lain": ["1"]}
    )
    assert asked == Question("jalan rusak", {"tahun": ("2023",)})
    assert Question.asked({"skpd": ["a\0b", "", "dpu"]}) == Question("", {"skpd": ("dpu",)})
    assert Question.asked({"halaman": ["999999"]}).page == 500
    assert Question.asked({"q": ["a" * 5000]}).words == "a" * 200


def test_the_other_language_is_the_same_page():
    assert other_language("/data?q=a", "id") == "/en/data?q=a"
    assert other_language("/en/data?q=a", "en") == "/data?q=a"
    assert other_language("/en/", "en") == "/"


def test_a_sparkline_breaks_where_a_value_is_missing():
    drawn = sparkline([Decimal(1), None, Decimal(3), Decimal(2)])
    assert drawn.count("M") == 2
    assert drawn.count("<circle") == 1
    assert sparkline([Decimal(1), None]) == ""


def test_equal_values_have_one_shade_and_no_value_has_none():
    shades = shades_of({"a": Decimal(1), "b": Decimal(1), "c": Decimal(9), "d": None})
    assert shades["a"] == shades["b"] < shades["c"]
    assert "d" not in shades


def test_the_map_escapes_what_it_is_told():
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]}
    drawn = map_of([Place("1", "<b>", "/wilayah/1", '"5"', square)], {"1": Decimal(5)}, "x")
    assert "<b>" not in drawn
    assert "&lt;b&gt;: &quot;5&quot;" in drawn
    assert 'class="t1"' in drawn
