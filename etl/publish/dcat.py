"""catalog.jsonld: the same catalogue as DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/), made from the
Project Open Data entries. Terms are of the EU's vocabularies, so that any DCAT portal understands them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etl.publish.pod import PUBLISHER, SPATIAL

_EU = "http://publications.europa.eu/resource/authority"
_FREQUENCY = {
    "R/P1D": "DAILY",
    "R/P1M": "MONTHLY",
    "R/P3M": "QUARTERLY",
    "R/P6M": "ANNUAL_2",
    "R/P1Y": "ANNUAL",
    "R/P2Y": "BIENNIAL",
    "R/P3Y": "TRIENNIAL",
    "R/P4Y": "QUADRENNIAL",
    "R/P5Y": "QUINQUENNIAL",
}
_ANOTHER = "IRREG"
"""What the EU's frequency list has for the rest, as every six years."""
_ACCESS = {"public": "PUBLIC", "restricted public": "RESTRICTED", "non-public": "NON_PUBLIC"}
_FILE_TYPE = {
    "CSV": "CSV",
    "XLSX": "XLSX",
    "JSON": "JSON",
    "Parquet": "PARQUET",
    "SDMX-CSV": "CSV",
    "SDMX-JSON": "JSON",
    "HTML": "HTML",
}
_IANA = "https://www.iana.org/assignments/media-types/"
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Node = dict[str, Any]


def catalogue(entries: Sequence[Node], base_url: str) -> Node:
    """The JSON-LD document; it needs nothing from the network to be read."""
    return {
        "@context": _CONTEXT,
        "@id": f"{base_url}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _id("Satu Data Kutai Timur"),
        "dct:description": _id("Statistik sektoral Kabupaten Kutai Timur yang sudah dirilis."),
        "dct:publisher": _agent(f"{base_url}/#penerbit", PUBLISHER),
        "dct:language": _language(),
        "dct:spatial": _location(base_url),
        "foaf:homepage": {"@id": f"{base_url}/", "@type": "foaf:Document"},
        "dcat:dataset": [_dataset(entry, base_url) for entry in entries],
    }


def _dataset(entry: Node, base_url: str) -> Node:
    page = entry["landingPage"]
    often = _FREQUENCY.get(entry["accrualPeriodicity"], _ANOTHER)
    node: Node = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": page.rsplit("/", 1)[-1],
        "dct:title": _id(entry["title"]),
        "dct:description": _id(entry["description"]),
        "dcat:keyword": [_id(word) for word in entry["keyword"]],
        "dct:issued": _typed(entry["issued"], "date"),
        "dct:modified": _typed(entry["modified"], "dateTime"),
        "dct:publisher": _agent(f"{base_url}/#penerbit", PUBLISHER),
        "dct:creator": _agent(f"{page}#produsen", entry["publisher"]["name"]),
        "dcat:contactPoint": {
            "@type": ["vcard:Kind", "vcard:Organization"],
            "vcard:fn": entry["contactPoint"]["fn"],
            "vcard:hasEmail": {"@id": entry["contactPoint"]["hasEmail"]},
        },
        "dct:accrualPeriodicity": _term("frequency", often, "dct:Frequency"),
        "dct:accessRights": _term("access-right", _ACCESS[entry["accessLevel"]], "dct:RightsStatement"),
        "dct:spatial": _location(base_url),
        "dct:language": _language(),
        "dcat:theme": [_theme(theme, base_url) for theme in entry["theme"]],
        "dcat:landingPage": {"@id": page, "@type": "foaf:Document"},
        "dcat:distribution": [_distribution(one, entry) for one in entry["distribution"]],
    }
    if "temporal" in entry:
        start, end = entry["temporal"].split("/")
        node["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(start, "date"),
            "dcat:endDate": _typed(end, "date"),
        }
    return node


def _distribution(one: Node, entry: Node) -> Node:
    address = one.get("downloadURL") or one["accessURL"]
    node: Node = {
        "@type": "dcat:Distribution",
        "dct:title": _id(one["title"]),
        "dct:description": _id(one["description"]),
        "dcat:accessURL": {"@id": address},
        "dct:format": _term("file-type", _FILE_TYPE[one["format"]], "dct:MediaTypeOrExtent"),
        "dcat:mediaType": {"@id": _IANA + one["mediaType"], "@type": "dct:MediaType"},
        "dct:license": {"@id": entry["license"], "@type": "dct:LicenseDocument"},
        "dct:issued": _typed(entry["issued"], "date"),
        "dct:modified": _typed(entry["modified"], "dateTime"),
    }
    if "downloadURL" in one:
        node["@id"] = f"{address}#distribusi"
        node["dcat:downloadURL"] = {"@id": address}
        size, sha256 = entry["files"][address.rsplit("/", 1)[-1]]
        node["dcat:byteSize"] = _typed(str(size), "nonNegativeInteger")
        node["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": _typed(sha256, "hexBinary"),
        }
    return node


def _id(text: str) -> Node:
    return {"@value": text, "@language": "id"}


def _typed(text: str, kind: str) -> Node:
    return {"@value": text, "@type": f"xsd:{kind}"}


def _term(vocabulary: str, code: str, kind: str) -> Node:
    return {"@id": f"{_EU}/{vocabulary}/{code}", "@type": kind}


def _language() -> Node:
    return _term("language", "IND", "dct:LinguisticSystem")


def _agent(address: str, name: str) -> Node:
    return {"@id": address, "@type": "foaf:Agent", "foaf:name": name}


def _location(base_url: str) -> Node:
    return {
        "@id": f"{base_url}/wilayah/64.08",
        "@type": "dct:Location",
        "dct:identifier": "64.08",
        "skos:prefLabel": _id(SPATIAL),
    }


def _theme(name: str, base_url: str) -> Node:
    slug = "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())
    return {"@id": f"{base_url}/urusan/{slug}", "@type": "skos:Concept", "skos:prefLabel": _id(name)}
