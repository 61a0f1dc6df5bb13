"""What search engines for data read of a page (schema.org Dataset, DataCatalog), as JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from etl.licences import licence_of
from etl.publish.pod import FORMATS, PUBLISHER, SPATIAL, download_url

Node = dict[str, Any]
SITE = "Satu Data Kutai Timur"


def catalogue() -> Node:
    """The site as a catalogue of data that can be searched."""
    home = f"{settings.BASE_URL}/"
    return {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "WebSite",
                "@id": f"{home}#situs",
                "url": home,
                "name": SITE,
                "inLanguage": ["id", "en"],
                "publisher": {"@id": f"{home}#penerbit"},
                "potentialAction": {
                    "@type": "SearchAction",
                    "target": {"@type": "EntryPoint", "urlTemplate": f"{home}data?q={{search_term_string}}"},
                    "query-input": "required name=search_term_string",
                },
            },
            {
                **_catalogue(),
                "description": "Statistik resmi Kabupaten Kutai Timur yang sudah dirilis.",
                "inLanguage": "id",
            },
            publisher(),
        ],
    }


def publisher() -> Node:
    return {
        "@type": "GovernmentOrganization",
        "@id": f"{settings.BASE_URL}/#penerbit",
        "name": PUBLISHER,
        "url": f"{settings.BASE_URL}/",
    }


def _catalogue() -> Node:
    return {
        "@type": "DataCatalog",
        "@id": f"{settings.BASE_URL}/#katalog",
        "name": SITE,
        "url": f"{settings.BASE_URL}/data",
        "publisher": {"@id": f"{settings.BASE_URL}/#penerbit"},
    }


def dataset(entry: Any, files: Iterable[Any], indicators: Iterable[Any], address: str) -> Node:
    """entry: of `datasets.entry`. files, indicators: of the same module. address: its page."""
    years = entry.tahun or []
    described = entry.deskripsi if len(entry.deskripsi) >= 50 else f"{entry.judul}. {entry.deskripsi}"
    node: Node = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "identifier": entry.dataset,
        "name": entry.judul,
        "description": described[:5000],  # what Google's search for datasets takes: 50 to 5,000 letters
        "inLanguage": "id",
        "license": licence_of(entry.lisensi).get("path", entry.lisensi),
        "isAccessibleForFree": entry.akses == "terbuka",
        "creator": {"@type": "GovernmentOrganization", "name": f"{entry.nama_skpd} Kabupaten Kutai Timur"},
        "publisher": publisher(),
        "includedInDataCatalog": _catalogue(),
        "spatialCoverage": {"@type": "AdministrativeArea", "name": SPATIAL},
        "keywords": list(entry.kata_kunci or ()),
        "variableMeasured": [_variable(one) for one in indicators],
    }
    if entry.rilis_terakhir:
        node |= {
            "datePublished": entry.rilis_pertama.date().isoformat(),
            "dateModified": entry.rilis_terakhir.isoformat(),
        }
        node["version"] = entry.rilis_terakhir.date().isoformat()
    if years:
        node["temporalCoverage"] = f"{years[0]}/{years[-1]}"
    if entry.metode:
        node["measurementTechnique"] = entry.metode
    forms = {f"{entry.dataset}.{ending}": kind for ending, kind in FORMATS.items()}
    node["distribution"] = [
        {
            "@type": "DataDownload",
            "name": f"{entry.judul} ({forms[file.berkas][0]})",
            "contentUrl": download_url(settings.BASE_URL, entry.dataset, file.berkas),
            "encodingFormat": forms[file.berkas][1],
            "contentSize": f"{file.ukuran} B",
        }
        for file in files
        if file.berkas in forms
    ]
    return {key: value for key, value in node.items() if value not in ([], "", None)}


def _variable(indicator: Any) -> Mapping[str, str]:
    told = {"@type": "PropertyValue", "name": indicator.nama, "unitText": indicator.satuan}
    return {**told, **({"description": indicator.definisi} if indicator.definisi else {})}
