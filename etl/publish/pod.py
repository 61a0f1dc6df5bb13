"""data.json: Project Open Data 1.1 (https://project-open-data.cio.gov/v1.1/schema), which data.go.id harvests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from etl.calendar import periodicity
from etl.licences import licence_of
from etl.publish.generation import File
from etl.publish.released import Description
from etl.publish.text import moment

_SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
SPATIAL = "Kabupaten Kutai Timur, Kalimantan Timur, Indonesia"
PUBLISHER = "Pemerintah Kabupaten Kutai Timur"
_ACCESS = {"terbuka": "public", "terbatas": "restricted public", "dikecualikan": "non-public"}
FORMATS = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ("JSON", "application/json"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
    "sdmx.csv": ("SDMX-CSV", "text/csv"),
    "sdmx.json": ("SDMX-JSON", "application/json"),
}
"""Ending of a published file → its format and IANA media type."""


def catalogue(entries: Sequence[dict[str, Any]], base_url: str) -> dict[str, Any]:
    return {
        "@context": f"{_SCHEMA}/catalog.jsonld",
        "@id": f"{base_url}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": _SCHEMA,
        "describedBy": f"{_SCHEMA}/catalog.json",
        "dataset": list(entries),
    }


def entry(
    description: Description, contact: str, files: Sequence[File], days: tuple[date, date] | None, base_url: str
) -> dict[str, Any]:
    """One released dataset. A closed one has its description and the page where it is asked for."""
    told = description.dataset
    assert description.released_at is not None
    page = f"{base_url}/dataset/{description.id}"
    result: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": page,
        "title": told["judul"],
        "description": told["deskripsi"],
        "keyword": _keywords(description),
        "modified": moment(description.released_at),
        "issued": told["rilis_pertama"][:10],
        "publisher": {
            "@type": "org:Organization",
            "name": told["nama_skpd"],
            "subOrganizationOf": {"@type": "org:Organization", "name": PUBLISHER},
        },
        "contactPoint": {"@type": "vcard:Contact", "fn": told["nama_skpd"], "hasEmail": f"mailto:{contact}"},
        "accessLevel": _ACCESS[told["akses"]],
        "accrualPeriodicity": periodicity(told["frekuensi"], told.get("periode_terjadwal", ())),
        "license": licence_of(told["lisensi"]).get("path", ""),
        "spatial": SPATIAL,
        "theme": [_topic(description)],
        "language": ["id"],
        "landingPage": page,
        "distribution": _distributions(description, files, base_url, page),
    }
    if not description.is_open:
        result["rights"] = f"{told['akses'].capitalize()}: {told['dasar_akses']}"[:255]
    if days:
        result["temporal"] = f"{days[0].isoformat()}/{days[1].isoformat()}"
    return result


def _keywords(description: Description) -> list[str]:
    told = description.dataset
    names = (str(one["nama"]) for one in description.indicators)
    words = [*(told.get("kata_kunci") or ()), _topic(description), *names]
    return list(dict.fromkeys(word.strip() for word in words if word and word.strip()))


def _topic(description: Description) -> str:
    """`URUSAN PEMERINTAHAN BIDANG KESEHATAN` → `Kesehatan`."""
    name = str(description.dataset.get("nama_urusan") or "")
    return name.removeprefix("URUSAN PEMERINTAHAN BIDANG ").capitalize()


def _distributions(description: Description, files: Sequence[File], base_url: str, page: str) -> list[dict[str, Any]]:
    title = description.dataset["judul"]
    if not description.is_open:
        return [
            {
                "@type": "dcat:Distribution",
                "title": f"Permohonan data: {title}",
                "description": "Data ini tidak dibuka untuk umum; halaman ini menerangkan sebab dan cara memintanya.",
                "accessURL": page,
                "format": "HTML",
                "mediaType": "text/html",
            }
        ]
    wanted = {f"{description.id}.{ending}": kind for ending, kind in FORMATS.items()}
    return [
        {
            "@type": "dcat:Distribution",
            "title": f"{title} ({wanted[file.name][0]})",
            "description": f"Semua angka yang berlaku, satu per baris, dalam bentuk {wanted[file.name][0]}.",
            "downloadURL": download_url(base_url, description.id, file.name),
            "format": wanted[file.name][0],
            "mediaType": wanted[file.name][1],
            "describedBy": download_url(base_url, description.id, described),
            "describedByType": "application/xml" if described.endswith(".xml") else "application/json",
        }
        for file in files
        if file.name in wanted
        for described in [f"{description.id}.sdmx.xml" if ".sdmx." in file.name else "datapackage.json"]
    ]


def download_url(base_url: str, dataset: str, name: str) -> str:
    """Where the newest generation's file is offered; the portal serves `ekspor/<dataset>/terkini/<name>` there."""
    return f"{base_url}/unduh/{dataset}/{name}"
