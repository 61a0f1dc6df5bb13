"""What is told about using a dataset can be used: API examples, citations."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from types import SimpleNamespace

import httpx
import pandas as pd

from portal.pages.citation import citation
from portal.pages.examples import examples
from portal.warehouse.selection import Selection

ENTRY = SimpleNamespace(
    dataset="dinkes.faskes", judul="Fasilitas & tenaga 100%", nama_skpd="Dinas Kesehatan",
    rilis_terakhir=datetime(2026, 12, 31, 20, tzinfo=UTC),
)  # fmt: skip


def test_an_example_asks_the_api_for_the_figures_behind_the_table(site):
    held = {"jenis_kelamin": "L"}
    chosen = Selection(
        "disdukcapil.penduduk",
        "wilayah",
        "periode",
        "penduduk.jumlah",
        level="kecamatan",
        periods=("2024-S2",),
        held=held,
    )
    address = examples(site, "disdukcapil.penduduk", chosen).address
    answer = httpx.get(address)
    assert answer.status_code == 200, answer.text
    figures = pd.read_csv(io.StringIO(answer.text), dtype={"wilayah": str, "periode": str})
    assert len(figures) == 18
    assert set(figures["periode"]) == {"2024-S2"}


def test_a_citation_says_whose_what_when_and_where_in_the_regencys_time():
    told = citation(ENTRY, "https://contoh.go.id/dataset/dinkes.faskes", date(2027, 2, 3))
    assert told.text == (
        "Dinas Kesehatan Kabupaten Kutai Timur. (2027). Fasilitas & tenaga 100% [Dataset dinkes.faskes]. "
        "Satu Data Kutai Timur. Rilis 1 Januari 2027. Diakses 3 Februari 2027 dari "
        "https://contoh.go.id/dataset/dinkes.faskes"
    )
    assert told.bibtex.startswith("@misc{dinkes_faskes_2027,\n")
    assert r"title = {{Fasilitas \& tenaga 100\%}}" in told.bibtex
    assert told.ris.splitlines()[0] == "TY  - DATA"
    assert told.ris.splitlines()[-1] == "ER  - "


def test_what_was_never_released_is_cited_without_a_year():
    never = SimpleNamespace(**{**vars(ENTRY), "rilis_terakhir": None})
    assert "(t.t.)" in citation(never, "https://contoh.go.id", date(2027, 2, 3)).text
