"""The report's section on what must agree: what, both sides, the difference, and what is to be done about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from unit.expectations.laporan import account
from unit.expectations.test_report import HOSTILE, Page, _self_contained

from etl.load.reconciliation import TITLES, Line
from expectations.page_reconciliation import SHOWN, reconciliation
from expectations.report import render


def line(kind: str = "skpd_bud", left: str = "1250.50", right: str = "1000", **more: Any) -> Line:
    given: dict[str, Any] = {
        "kind": kind,
        "periode": "2025-03",
        "subject": {"skpd": "KT20"},
        "label": "Dinas Kesehatan · 5.1.02",
        "left_name": "catatan SKPD",
        "left_value": Decimal(left),
        "right_name": "catatan BUD",
        "right_value": Decimal(right),
        "tolerance": Decimal(0),
        "agrees": left == right,
        "explanation": "" if left == right else "Cocokkan SP2D dan STS.",
    }
    return Line(**{**given, **more})


def test_the_treasurers_record_is_laid_out_as_a_berita_acara() -> None:
    html = render(account(reconciled=(line(), line(left="7", right="7"))))
    _self_contained(html)
    page = Page(html)
    assert "1 dari 2 perbandingan tidak cocok." in page.text and "Lampiran Berita Acara Rekonsiliasi" in page.text
    assert any({"Catatan SKPD", "Catatan BUD", "Selisih", "Hasil"} <= set(row) for row in page.rows)
    expected = [
        "Dinas Kesehatan · 5.1.02",
        "Maret 2025",
        "1.250,5",
        "1.000",
        "250,5",
        "Tidak cocok",
        "Cocokkan SP2D dan STS.",
    ]
    assert expected in page.rows


def test_nothing_compared_is_no_section() -> None:
    assert "Rekonsiliasi" not in Page(render(account())).text


def test_identities_that_disagree_come_first_and_lines_that_stand_for_more_are_counted() -> None:
    agreeing = [line("wilayah", "5", "5") for _ in range(SHOWN)]
    section = reconciliation([*agreeing, line("wilayah", "5", "5", stands_for=30), line("silpa", "9", "0")])
    assert [group["kode"] for group in section["kelompok"]] == ["silpa", "wilayah"]
    assert section["kalimat"] == f"1 dari {SHOWN + 31} perbandingan tidak cocok."
    wilayah = section["kelompok"][1]
    assert len(wilayah["baris"]) == SHOWN and wilayah["dipotong"].startswith("30 ")


def test_sides_with_names_of_their_own_are_told_in_the_cell() -> None:
    group = reconciliation(
        [
            line("dua_produsen", "1", "1", left_name="Dinas Kesehatan", right_name="BPS"),
            line("dua_produsen", "1", "2", left_name="Dinas Kesehatan", right_name="Dukcapil"),
        ]
    )["kelompok"][0]
    assert (group["kiri"], group["baris"][0]["kanan"]) == ("Kiri", "Dukcapil: 2")
    assert reconciliation([line(left_value=None, right_value=None)])["kelompok"][0]["baris"][0]["selisih"] == "–"


def test_whatever_stood_in_a_file_is_escaped() -> None:
    texts = [line(label=text, left_name=text, explanation=text) for text in HOSTILE]
    html = render(account(reconciled=tuple(texts)))
    _self_contained(html)
    assert all(text.replace("`", "") in Page(html).text for text in HOSTILE[:2])


def test_every_identity_has_a_title_of_its_own() -> None:
    assert len(set(TITLES.values())) == len(TITLES)
    section = reconciliation([line(kind) for kind in TITLES])
    assert [group["judul"] for group in section["kelompok"]] == list(TITLES.values())
