"""How a program asks the API for what is shown, ready to be copied."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from portal.warehouse.selection import SUM, Selection


@dataclass(frozen=True)
class Examples:
    address: str
    curl: str
    python: str
    r: str


def examples(base: str, dataset: str, selection: Selection) -> Examples:
    """base: the site's address. Asks for the figures behind the table, one a row."""
    asked = [("format", "csv")]
    asked += [("indikator", selection.indicator)] if selection.indicator else []
    asked += [("tingkat", selection.level)] if selection.level else []
    asked += [("wilayah", code) for code in selection.regions if code != SUM]
    asked += [("periode", code) for code in selection.periods]
    asked += [(f"rincian.{name}", code) for name, code in selection.held.items() if code != SUM]
    address = f"{base}/api/v1/dataset/{dataset}/angka?{urlencode(asked)}"
    return Examples(
        address,
        f'curl --fail --output {dataset}.csv \\\n  "{address}"',
        "import pandas as pd\n\n"
        'kode = {"wilayah": str, "periode": str}  # kode bukan bilangan\n'
        f'angka = pd.read_csv("{address}", dtype=kode)',
        f'library(readr)\n\nangka <- read_csv("{address}",\n  col_types = cols(wilayah = "c", periode = "c"))',
    )
