"""How a dataset is cited: as a sentence, BibTeX and RIS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from portal.pages.templatetags.figures import tanggal

PUBLISHER = "Satu Data Kutai Timur"


@dataclass(frozen=True)
class Citation:
    text: str
    bibtex: str
    ris: str


def citation(entry: Any, address: str, accessed: date) -> Citation:
    """entry: of the catalogue. address: the dataset's page. accessed: the day that the reader saw it."""
    released: datetime | None = entry.rilis_terakhir
    year = str(timezone.localtime(released).year) if released else "t.t."
    day = timezone.localtime(released).date() if released else None
    told = f" Rilis {tanggal(day)}." if day else ""
    text = (
        f"{entry.nama_skpd} Kabupaten Kutai Timur. ({year}). {entry.judul} [Dataset {entry.dataset}]. "
        f"{PUBLISHER}.{told} Diakses {tanggal(accessed)} dari {address}"
    )
    fields = {
        "author": f"{{{_tex(entry.nama_skpd)} Kabupaten Kutai Timur}}",
        "title": f"{{{_tex(entry.judul)}}}",
        "year": year,
        "publisher": PUBLISHER,
        "url": address,
        "urldate": accessed.isoformat(),
        "note": f"Dataset {_tex(entry.dataset)}" + (f", rilis {day.isoformat()}" if day else ""),
    }
    key = re.sub(r"[^a-z0-9]+", "_", entry.dataset.lower()) + f"_{year.strip('.')}"
    bibtex = "\n".join([f"@misc{{{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"])
    lines = [
        ("TY", "DATA"),
        ("AU", f"{entry.nama_skpd} Kabupaten Kutai Timur,"),
        ("TI", entry.judul),
        ("PY", year),
        ("PB", PUBLISHER),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("Y2", f"{accessed:%Y/%m/%d}"),
        ("UR", address),
        ("ID", entry.dataset),
        ("ER", ""),
    ]
    ris = "\n".join(f"{tag}  - {' '.join(str(value).split())}" for tag, value in lines if value or tag == "ER")
    return Citation(text, bibtex, ris)


def _tex(text: str) -> str:
    """A text that TeX takes literally."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", " "))
