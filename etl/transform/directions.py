"""Whether higher or lower is better, as a plan says it beside its performance indicators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from etl.transform.text import Index, brief, fold, tidy_text

WORDS = {
    "naik": ("naik", "positif", "meningkat", "maksimal", "maksimasi", "makin tinggi makin baik", "maximize"),
    "turun": ("turun", "negatif", "menurun", "minimal", "minimasi", "makin rendah makin baik", "minimize"),
    "netral": ("netral", "tetap", "stabil"),
}
"""Direction → the words for it. `semakin` is `makin`."""
USUAL = "naik"
"""Of an indicator of which nothing is said."""
_OF_WORD = {word: direction for direction, words in WORDS.items() for word in words}


def direction(text: str | None) -> str | None:
    """`Makin rendah makin baik` → turun; None for an empty cell and for a word that is none of WORDS."""
    return _OF_WORD.get(fold(text or "").replace("semakin", "makin"))


def problems(rows: pd.DataFrame, indicator: str, beside: str, held: Mapping[str, str]) -> tuple[Index, dict[int, str]]:
    """(which pair of indicator and word each row has, what is wrong with a pair): a word that is none, two directions
    of one indicator, another direction than the warehouse holds. held: indicator → direction, of those not USUAL."""
    pairs = pd.MultiIndex.from_arrays([rows[name].astype(object).fillna("") for name in (indicator, beside)])
    index, different = pd.factorize(pairs)
    told: dict[int, str] = {}
    first: dict[str, str] = {}
    for at, (code, text) in enumerate(different):
        code, text = tidy_text(str(code)), tidy_text(str(text))
        found = direction(text)
        if not code or not text:
            continue
        if found is None:
            told[at] = f"`{brief(text)}` bukan arah indikator. Dihitung sebagai {held.get(code, USUAL)}."
        elif first.setdefault(code, found) != found:
            told[at] = f"Arah `{brief(code)}` disebut {first[code]} dan {found}. Yang dipakai {first[code]}."
        elif held.get(code, found) != found:
            told[at] = f"Arah `{brief(code)}` sampai kini {held[code]}, pada berkas ini {found}: persen capaian yang "
            told[at] += "sudah tampil berubah bila dirilis."
    return np.asarray(index), told
