"""Directions of performance indicators: the words for them, and what is told of a word that is none."""

from __future__ import annotations

import pandas as pd
import pytest
from golden.grids import contract_of, kutim, sheet_of

from etl.contract import Contract
from etl.findings import Severity
from etl.frames import Tidy
from etl.transform.code_lists import Lists
from etl.transform.codes import checked, rules_of
from etl.transform.directions import WORDS, direction, problems
from etl.transform.tidy import tidy


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("naik", "naik"),
        (" TURUN ", "turun"),
        ("Semakin rendah\nsemakin baik", "turun"),
        ("Positif", "naik"),
        ("netral", "netral"),
        ("trun", None),
        ("", None),
        (None, None),
    ],
)
def test_words_of_directions(text: str | None, meant: str | None) -> None:
    assert direction(text) == meant


def test_no_word_means_two_directions() -> None:
    words = [word for several in WORDS.values() for word in several]
    assert len(words) == len(set(words))


def test_an_unknown_word_two_directions_and_another_than_is_held() -> None:
    rows = pd.DataFrame(
        {
            "t": ["Stunting", "Stunting", "Jalan mantap", "AKI", "AKI", "Kunjungan"],
            "a": ["turun", "naik", "trun", "naik", "naik", None],
        }
    )
    index, told = problems(rows, "t", "a", {"AKI": "turun", "Jalan mantap": "turun"})
    said = [told.get(int(place), "") for place in index]
    assert said[0] == said[5] == ""
    assert "disebut turun dan naik" in said[1]
    assert "`trun` bukan arah" in said[2]
    assert "Dihitung sebagai turun" in said[2]
    assert said[3] == said[4]
    assert "sampai kini turun, pada berkas ini naik" in said[3]


def plan_of(**direction: str) -> Contract:
    columns = {
        "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
        "tahun": {"role": "periode"},
        "indikator": {"role": "rincian", "list": "tolok_ukur", **direction},
        "arah": {"role": "teks"},
        "target": {"role": "ukuran", "indikator": "uji.target"},
    }
    about = {"nama": "Target", "konsep": "k", "definisi": "d", "satuan": "-", "measure": "target"}
    return contract_of(
        fact="kinerja",
        calendar={"period": "tahunan", "due_days": "90"},
        source={"kind": "folder", "files": "*.xlsx", "periods": [{"place": "column"}]},
        columns=columns,
        indikator={"uji.target": about},
    )


def read(by: Contract) -> Tidy:
    head = ["Tahun", "Indikator", "Arah", "Target"]
    rows = [["2026", "Stunting", "turun", "14"], ["2026", "Layanan", "?", "80"], ["2026", "Kunjungan", "", "9"]]
    return checked(tidy([sheet_of([head, *rows], "E.81")], by, kutim(), "e81.xlsx"), by, Lists({}))


def test_the_column_of_directions_is_checked_where_a_contract_names_it() -> None:
    by = plan_of(direction="arah")
    assert rules_of(by)["arah_dikenal"] == ("arah",)
    (faults,) = read(by).faults
    assert (faults.rule, faults.severity) == ("arah_dikenal", Severity.CATATAN)
    ((key, col_no),) = zip(faults.cells["key"], faults.cells["col_no"], strict=True)
    assert (key, col_no) == (3, 3)


def test_no_direction_is_asked_where_a_contract_names_none() -> None:
    assert "arah_dikenal" not in rules_of(plan_of())
    assert read(plan_of()).faults == ()


def test_a_contract_that_names_a_column_it_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="kolom `ada` tidak ada di columns"):
        plan_of(direction="ada")
