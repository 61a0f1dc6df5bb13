"""The vectorised conditions say what the plain definition says."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from expectations import conditions
from expectations.sentences import SENTENCES, fill, number, period, words

KEYS = st.tuples(*(st.sampled_from(["a", "b", None]) for _ in range(4)))
FIGURES = st.lists(st.tuples(KEYS, st.sampled_from([1.0, 2.0, math.nan])), min_size=1, max_size=12)


def _frame(figures: list[tuple[tuple[str | None, ...], float]]) -> pd.DataFrame:
    columns = {
        name: pd.Categorical([key[place] for key, _ in figures], categories=["b", "a"])
        for place, name in enumerate(conditions.FIGURE_KEY)
    }
    return pd.DataFrame({**columns, "nilai": [value for _, value in figures]})


@given(FIGURES)
def test_written_once(figures: list[tuple[tuple[str | None, ...], float]]) -> None:
    groups: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for place, (key, _) in enumerate(figures):
        if None not in key:
            groups[key].append(place)
    bad = set()
    for places in groups.values():
        same = len({str(figures[place][1]) for place in places}) == 1
        bad |= set(places[1:] if same else places)
    assert set(np.flatnonzero(~conditions.written_once(_frame(figures)))) == bad


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_neighbours(keys: list[int]) -> None:
    found = conditions.neighbours(np.array(keys, dtype=np.int64))
    for place, other in enumerate(found):
        assert keys[other] == keys[place]
        assert (other == place) == (keys.count(keys[place]) == 1)


def test_composite_survives_keys_that_do_not_fit_in_64_bits() -> None:
    wide = pd.DataFrame({str(n): pd.Categorical.from_codes([0, 1, 0], range(100_000)) for n in range(6)})
    key = conditions.composite(wide)
    assert key[0] == key[2] != key[1]


def test_missing_text_holds_and_patterns_are_whole() -> None:
    column = pd.Series(pd.Categorical(["1234", None, "12345", "x1234"]))
    assert conditions.text_matches(column, r"\d{4}").tolist() == [True, True, False, False]
    assert conditions.text_is_short(column, 4).tolist() == [True, True, False, False]


def test_numbers_as_indonesians_write_them() -> None:
    assert [number(value) for value in (1234.5, -1250, 0.1 + 0.2, -0.0, 1e12, None, math.nan)] == [
        "1.234,5", "-1.250", "0,3", "0", "1.000.000.000.000", "kosong", "kosong",
    ]  # fmt: skip


def test_periods_in_words() -> None:
    assert [period(code) for code in ("2024", "2024-S1", "2024-Q4", "2024-05", "2024-05-31", "lain")] == [
        "2024", "Semester I 2024", "Triwulan IV 2024", "Mei 2024", "31 Mei 2024", "lain",
    ]  # fmt: skip


def test_lists_in_words() -> None:
    assert [words(parts, most=2) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a dan b", "a, b, dan 1 lainnya",
    ]  # fmt: skip


def test_braces_that_are_not_gaps_stay() -> None:
    assert fill("{kolom}: pola {pola}", kolom="Kode", pola=r"\d{4}") == r"Kode: pola \d{4}"
    assert fill(r"\d{4} {x}", x="1") == r"\d{4} 1"


def test_every_rule_has_all_its_words() -> None:
    for rule, text in SENTENCES.items():
        for part in (text.title, text.message, text.cause, text.action, text.fault):
            assert part, rule
        assert "{" not in text.cause + text.fault, rule
        assert ("{" not in text.message) or text.general or rule in ("between", "in_set", "matches", "max_length"), rule


@given(st.lists(st.integers(-1, 12), max_size=60), st.sampled_from([1, 10**7]))
def test_repeated_is_what_counting_says(numbers: list[int], apart: int) -> None:
    """However sparse the keys are, and whatever the table of all possible ones holds."""
    key = np.array([number * apart if number > 0 else number for number in numbers], dtype=np.int64)
    wanted = [number >= 0 and numbers.count(number) > 1 for number in numbers]
    assert conditions.repeated(key).tolist() == wanted
