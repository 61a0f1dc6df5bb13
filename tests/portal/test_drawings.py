"""Treemap, bars, the course of a year and strips: shapes that say what the numbers say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.charts.bars import bar, course_of_year
from portal.charts.strips import Mark, strip
from portal.charts.svg import Place, marked_on
from portal.charts.treemap import Rect, Tile, fitted, squarify, treemap

ROOM = Rect(10, 20, 300, 200)


@given(st.lists(st.floats(min_value=1, max_value=1e12), min_size=1, max_size=40))
def test_rectangles_are_in_proportion_within_the_room_and_apart(amounts):
    amounts = sorted(amounts, reverse=True)
    places = squarify(amounts, ROOM)
    total = sum(amounts)
    for amount, place in zip(amounts, places, strict=True):
        assert place.width * place.height == pytest.approx(amount / total * 60_000, rel=1e-6, abs=1e-6)
        assert place.x >= 10 - 1e-6 and place.x + place.width <= 310 + 1e-6
        assert place.y >= 20 - 1e-6 and place.y + place.height <= 220 + 1e-6
    for n, one in enumerate(places):
        for other in places[n + 1 :]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across < 1e-6 or down < 1e-6


def test_the_example_of_the_paper():
    places = squarify([6, 6, 4, 3, 2, 2, 1], Rect(0, 0, 6, 4))
    assert [(round(p.x, 2), round(p.y, 2), round(p.width, 2), round(p.height, 2)) for p in places[:4]] == [
        (0, 0, 3, 2), (0, 2, 3, 2), (3, 0, 1.71, 2.33), (4.71, 0, 1.29, 2.33),
    ]  # fmt: skip


@pytest.mark.parametrize("amounts", [[], [0, 0]])
def test_nothing_has_no_area(amounts):
    assert all(place.width == 0 for place in squarify(amounts, ROOM))


def tile(label, amount, shade=2):
    return Tile(label, "Rp1", f"{label}: <dikutip>", "/rencana/x", amount, shade)


def test_a_treemap_is_links_with_words():
    drawn = treemap([tile("Kecil", 1), tile("Besar & lebar", 9, 4), tile("Kosong", 0)], "Pagu", 400, 200)
    tree = ElementTree.fromstring(drawn)
    links = tree.findall("a")
    assert [link.find("title").text for link in links] == ["Besar & lebar: <dikutip>", "Kecil: <dikutip>"]
    assert [link.find("rect").get("class") for link in links] == ["k4", "k2"]
    assert tree.get("aria-label") == "Pagu"
    assert treemap([tile("Kosong", 0)], "Pagu", 400, 200) == ""


def test_a_label_stands_only_where_it_fits():
    assert fitted("Dinas Pendidikan dan Kebudayaan", 200, 3, 14) == ["Dinas Pendidikan dan", "Kebudayaan"]
    assert fitted("Dinas Pendidikan", 30, 3, 14) == []
    assert fitted("Dinas Pendidikan", 60, 0, 14) == []
    (only,) = fitted("Dinas Pendidikan dan Kebudayaan", 150, 1, 14)
    assert only.endswith("…") and len(only) <= 19


def test_no_line_in_a_tile_is_wider_than_the_tile():
    tiles = [
        Tile(f"Pengadaan obat dan bahan habis pakai {n}", f"Rp{amount}33,79 miliar", "", "/", amount, 1)
        for n, amount in enumerate((50, 20, 9, 4, 2, 1))
    ]
    lines = 0
    for link in ElementTree.fromstring(treemap(tiles, "Pagu", 340, 340, 13)).findall("a"):
        width = float(link.find("rect").get("width"))
        for line in link.iter("tspan"):
            lines += 1
            assert len(line.text) * 13 * 0.64 <= width
            assert not (line.text.startswith("Rp") and line.text.endswith("…")), "half a number is another number"
    assert lines > 4


def test_a_bar_is_never_longer_than_full_nor_its_mark_outside():
    tree = ElementTree.fromstring(bar(Decimal(140), Decimal(-3), 5))
    behind, amount, mark = tree.findall("rect")
    assert (behind.get("width"), amount.get("width"), mark.get("x")) == ("100", "100.0", "0.0")
    assert bar(None) == ""


def test_the_course_of_a_year_has_a_line_for_what_there_is():
    planned = {date(2026, 6, 30): Decimal(50), date(2026, 12, 31): Decimal(100)}
    tree = ElementTree.fromstring(course_of_year(planned, {date(2026, 6, 30): Decimal(20)}, "Laju"))
    assert [path.get("class") for path in tree.findall("path") if path.get("class") != "kisi"] == ["rencana", "nyata"]
    heights = [float(dot.get("cy")) for dot in tree.findall("circle")]
    assert heights[0] == 10 and heights[1] > heights[0]
    assert course_of_year({}, {}, "Laju") == ""


def test_a_strip_has_a_square_for_each_period():
    tree = ElementTree.fromstring(strip([Mark(4, "2024: tepat waktu"), Mark(1, "2025: lewat batas")]))
    assert [(square.get("class"), square.find("title").text) for square in tree.findall("rect")] == [
        ("k4", "2024: tepat waktu"),
        ("k1", "2025: lewat batas"),
    ]
    assert strip([]) == ""


def test_one_place_is_marked_among_the_others():
    square = {"type": "Polygon", "coordinates": [[[117, 0], [118, 0], [118, 1], [117, 0]]]}
    places = [Place(code, code, f"/wilayah/{code}", "profil", square) for code in ("a", "b")]
    tree = ElementTree.fromstring(marked_on(places, "b", "Letak"))
    assert [path.get("class") for path in tree.iter("path")] == ["t0", "t4"]
