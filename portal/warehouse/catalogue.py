"""The catalogue: what is found by words and by kind, and what people meant who mistyped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from etl.settings import REGENCY
from portal.paging import page_number
from portal.warehouse.snapshot import Snapshot

FACETS = ("urusan", "skpd", "tahun", "tingkat", "frekuensi", "akses")
ORDERS = ("sesuai", "terbaru", "judul")
PAGE = 20
MAX_PAGE = 500
NEAR = 0.65
"""How alike a word must be to be what was meant: two letters of seven may be wrong."""


@dataclass(frozen=True)
class Question:
    """words: as typed. chosen: facet → codes, any of which will do. page: from 1."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = "sesuai"
    page: int = 1

    @classmethod
    def asked(cls, query: Mapping[str, Sequence[str]]) -> Question:
        """What a query string means; what it does not understand is left out."""
        chosen = {
            facet: tuple(dict.fromkeys(code[:80] for code in query.get(facet, ()) if code and "\0" not in code))
            for facet in FACETS
        }
        chosen["tahun"] = tuple(year for year in chosen["tahun"] if re.fullmatch(r"[12]\d{3}", year))
        words = " ".join((query.get("q") or [""])[0].replace("\0", " ").split())[:200]
        order = (query.get("urut") or [""])[0]
        return cls(
            words,
            {facet: codes for facet, codes in chosen.items() if codes},
            order if order in ORDERS else ORDERS[0],
            page_number((query.get("halaman") or [""])[0], MAX_PAGE),
        )

    def parameters(self, words: str) -> dict[str, Any]:
        lists: dict[str, Any] = {facet: list(self.chosen[facet]) if facet in self.chosen else None for facet in FACETS}
        if lists["tahun"] is not None:
            lists["tahun"] = [int(year) for year in lists["tahun"]]
        return {"cari": words, **lists, "urut": self.order, "limit": PAGE, "offset": (self.page - 1) * PAGE}


@dataclass(frozen=True)
class Found:
    """rows: of this page. meant: the words that were looked for instead of those typed, None where these had hits.
    facets: facet → (code, name, how many of what was found), the most first. places: regions and agencies so named."""

    rows: list[Any]
    total: int
    facets: Mapping[str, list[Any]]
    meant: str | None
    places: list[Any]

    @property
    def pages(self) -> int:
        return min(MAX_PAGE, -(-self.total // PAGE))


def search(snapshot: Snapshot, question: Question) -> Found:
    """What the catalogue has for `question`; where its words are in no entry, for the nearest words that are."""
    words, meant = question.words, None
    rows = snapshot.rows("catalogue.sql#found", question.parameters(words))
    if not rows and words:
        nearest = correct(words, vocabulary(snapshot))
        if nearest != words.lower():
            found = snapshot.rows("catalogue.sql#found", question.parameters(nearest))
            if found:
                rows, words, meant = found, nearest, nearest
    facets: dict[str, list[Any]] = {facet: [] for facet in FACETS}
    for row in snapshot.rows("catalogue.sql#facets", question.parameters(words)):
        facets[row.segi].append(row)
    facets["tahun"].sort(key=lambda row: row.kode, reverse=True)
    places = (
        snapshot.rows("catalogue.sql#places", {"cari": f"%{_literal(question.words)}%", "kabkota": REGENCY})
        if len(question.words) > 2
        else []
    )
    return Found(rows, rows[0].banyaknya if rows else 0, facets, meant, places)


def suggestions(snapshot: Snapshot, words: str) -> list[Any]:
    """Entries that have any of the words, or of those nearest to them: for a question that found nothing."""
    nearest = correct(words, vocabulary(snapshot)).split()
    question = Question(" or ".join(nearest)[:200])
    return snapshot.rows("catalogue.sql#found", {**question.parameters(question.words), "limit": 5}) if nearest else []


def correct(words: str, known: Sequence[str]) -> str:
    """`words` in small letters, each that is unknown replaced by the known word most like it, if one is like it."""
    vocabulary = set(known)
    said = []
    for word in re.findall(r"\w+", words.lower()):
        if word not in vocabulary and len(word) > 3:
            near = process.extractOne(word, known, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=NEAR)
            word = near[0] if near else word
        said.append(word)
    return " ".join(said)


def vocabulary(snapshot: Snapshot) -> list[str]:
    return [row.kata for row in snapshot.rows("catalogue.sql#vocabulary")]


def topics(snapshot: Snapshot) -> list[Any]:
    return snapshot.rows("catalogue.sql#topics")


def latest(snapshot: Snapshot, limit: int = 6) -> list[Any]:
    return snapshot.rows("catalogue.sql#latest", {"limit": limit})


def upcoming(snapshot: Snapshot, limit: int = 6) -> list[Any]:
    return snapshot.rows("catalogue.sql#upcoming", {"limit": limit})


def _literal(words: str) -> str:
    """Words as LIKE takes them literally."""
    return re.sub(r"([\\%_])", r"\\\1", words)
