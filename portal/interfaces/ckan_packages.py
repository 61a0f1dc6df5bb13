"""Our datasets, agencies and topics in CKAN's words: packages, organizations and groups (CKAN 2.10).

Identifiers are UUIDs made of ours, so that they are the same in every installation and at every harvest; names are ours
with a hyphen for what CKAN does not allow: `dinkes.faskes` is `dinkes-faskes`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from etl.calendar import periodicity
from etl.licences import licence_of
from etl.publish.pod import FORMATS, PUBLISHER, SPATIAL, download_url

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "satudata.kutaitimurkab.go.id")
STORED = "csv"
"""The form whose figures datastore_search answers with."""
WALIDATA = "Diskominfo Kabupaten Kutai Timur"
LICENCES = {
    "CC-BY-4.0": "cc-by",
    "CC-BY-SA-4.0": "cc-by-sa",
    "CC0-1.0": "cc-zero",
    "ODC-BY-1.0": "odc-by",
    "ODbL-1.0": "odc-odbl",
    "PDDL-1.0": "odc-pddl",
}
"""What a licence is called in CKAN's own list."""
Node = dict[str, Any]


def identifier(kind: str, name: str) -> str:
    """kind: dataset, resource, organization, group, tag or license."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{name}"))


def slug(text: str) -> str:
    """A name as CKAN has them: `[a-z0-9_-]`, two to a hundred signs."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-").ljust(2, "_")[:100]


def topic(name: str | None) -> str:
    """URUSAN PEMERINTAHAN BIDANG KESEHATAN → Kesehatan."""
    return (name or "").removeprefix("URUSAN PEMERINTAHAN BIDANG ").capitalize()


def moment(value: datetime) -> str:
    """As CKAN writes times: UTC, without saying so."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def package(row: Any, base_url: str) -> Node:
    """row: of `packages.packages`."""
    page = f"{base_url}/dataset/{row.dataset}"
    made = row.rilis_pertama or row.rilis_terakhir
    modified = max(row.rilis_terakhir, row.ditulis_pada or row.rilis_terakhir)
    licence = licence_of(row.lisensi)
    resources = list(_resources(row, base_url, page, modified))
    tags = [tag(word) for word in sorted({_tag(word) for word in row.kata_kunci or ()} - {""})]
    return {
        "id": identifier("dataset", row.dataset),
        "name": slug(row.dataset),
        "title": row.judul,
        "notes": row.deskripsi,
        "url": page,
        "version": moment(row.rilis_terakhir),
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": row.akses == "terbuka",
        "author": row.nama_skpd,
        "author_email": row.kontak,
        "maintainer": row.nama_skpd,
        "maintainer_email": row.kontak,
        "creator_user_id": None,
        "license_id": LICENCES.get(row.lisensi, row.lisensi),
        "license_title": licence["title"],
        "license_url": licence.get("path", ""),
        "metadata_created": moment(made),
        "metadata_modified": moment(modified),
        "owner_org": identifier("organization", row.skpd),
        "organization": _owner(row),
        "groups": [_within(group(row.urusan, row.nama_urusan))],
        "tags": tags,
        "num_tags": len(tags),
        "resources": resources,
        "num_resources": len(resources),
        "extras": [{"key": key, "value": value} for key, value in sorted(_extras(row).items()) if value],
        "relationships_as_object": [],
        "relationships_as_subject": [],
    }


def _extras(row: Any) -> Mapping[str, str]:
    """What the national portal and Project Open Data read, and what our figures need to be understood."""
    years = row.tahun or []
    return {
        "identifier": row.dataset,
        "kategori": topic(row.nama_urusan),
        "publisher": PUBLISHER,
        "produsen": row.nama_skpd,
        "walidata": WALIDATA,
        "kode_urusan": row.urusan,
        "akses": row.akses,
        "dasar_akses": row.dasar_akses or "",
        "frekuensi": row.frekuensi,
        "accrualPeriodicity": periodicity(row.frekuensi, ()),
        "issued": moment(row.rilis_pertama or row.rilis_terakhir)[:10],
        "modified": moment(row.rilis_terakhir)[:19] + "Z",
        "status_data": row.status_data,
        "metode": row.metode or "",
        "cakupan_wilayah": SPATIAL,
        "tingkat_penyajian": ", ".join(row.tingkat or ()),
        "rincian": ", ".join(row.rincian or ()),
        "tahun": f"{years[0]}-{years[-1]}" if years else "",
        "temporal_start": f"{years[0]}-01-01" if years else "",
        "temporal_end": f"{years[-1]}-12-31" if years else "",
        "language": "id",
    }


_DESCRIBED = {
    "sdmx.xml": "Struktur data SDMX-ML 2.1: konsep, dimensi dan daftar kode.",
    "datapackage.json": "Keterangan setiap kolom berkas CSV (Frictionless tabular data package).",
}


def _resources(row: Any, base_url: str, page: str, modified: datetime) -> Iterator[Node]:
    listed = {file["nama"]: file for file in row.berkas or ()}
    if not listed:
        asked = row.akses != "terbuka"
        told = (
            "Data ini tidak dibuka untuk umum; halaman ini menerangkan sebab dan cara memintanya."
            if asked
            else "Halaman dataset dengan tabel dan grafiknya."
        )
        name = f"Permohonan data: {row.judul}" if asked else row.judul
        yield _resource(row, "halaman", 0, name, told, page, "HTML", "text/html", modified)
        return
    order = [(f"{row.dataset}.{ending}", ending, *kind) for ending, kind in FORMATS.items()]
    order.append((f"{row.dataset}.sdmx.xml", "sdmx.xml", "SDMX-ML", "application/xml"))
    order.append(("datapackage.json", "datapackage.json", "JSON", "application/json"))
    place = 0
    for name, ending, form, mimetype in order:
        if name not in listed:
            continue
        text = _DESCRIBED.get(ending, f"Semua angka yang berlaku, satu per baris, dalam bentuk {form}.")
        url = download_url(base_url, row.dataset, name)
        made = _resource(row, ending, place, f"{row.judul} ({form})", text, url, form, mimetype, modified)
        made |= {"size": listed[name]["ukuran"], "hash": f"sha256:{listed[name]['sha256']}"}
        yield made
        place += 1


def _resource(
    row: Any, ending: str, place: int, name: str, told: str, url: str, form: str, mimetype: str, modified: datetime
) -> Node:
    return {
        "id": identifier("resource", f"{row.dataset}/{ending}"),
        "package_id": identifier("dataset", row.dataset),
        "position": place,
        "name": name,
        "description": told,
        "url": url,
        "url_type": None,
        "format": form,
        "mimetype": mimetype,
        "mimetype_inner": None,
        "resource_type": None,
        "size": None,
        "hash": "",
        "created": moment(row.rilis_pertama or row.rilis_terakhir),
        "last_modified": moment(modified),
        "metadata_modified": moment(modified),
        "cache_url": None,
        "cache_last_updated": None,
        "state": "active",
        "datastore_active": ending == STORED,
    }


# ── organizations, groups, tags, licences ────────────────────────────────────────────────────────────────────────────


def organization(row: Any, count: int) -> Node:
    """row: of `packages.agencies`. count: its packages."""
    return {
        **_group_like("organization", row.nama_pendek, row.nama_pendek, row.nama, count),
        "description": row.tupoksi or "",
        "is_organization": True,
        "type": "organization",
        "extras": [
            {"key": key, "value": value}
            for key, value in (("kode_skpd", row.kode), ("singkatan", row.singkatan), ("situs", row.situs))
            if value
        ],
    }


def group(code: str, name: str | None, count: int = 0) -> Node:
    """An urusan."""
    title = topic(name) or code
    return {
        **_group_like("group", code, slug(title), title, count),
        "description": f"Urusan {code}",
        "is_organization": False,
        "type": "group",
        "extras": [{"key": "kode_urusan", "value": code}],
    }


def _group_like(kind: str, key: str, name: str, title: str, count: int) -> Node:
    return {
        "id": identifier(kind, key),
        "name": slug(name),
        "title": title,
        "display_name": title,
        "image_url": "",
        "image_display_url": "",
        "approval_status": "approved",
        "state": "active",
        "package_count": count,
        "num_followers": 0,
        "groups": [],
        "tags": [],
        "users": [],
    }


def _owner(row: Any) -> Node:
    return {
        "id": identifier("organization", row.skpd),
        "name": slug(row.skpd),
        "title": row.nama_skpd,
        "type": "organization",
        "description": "",
        "image_url": "",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
        "created": None,
    }


def _within(told: Node) -> Node:
    """A group as it stands in a package."""
    return {key: told[key] for key in ("id", "name", "title", "display_name", "description", "image_display_url")}


def _tag(word: str) -> str:
    """A keyword with the signs that CKAN's tags may have; empty where it is shorter than CKAN takes."""
    kept = " ".join(re.sub(r"[^\w \-.]", " ", word).split())[:100]
    return kept if len(kept) > 1 else ""


def tag(name: str) -> Node:
    told = {"id": identifier("tag", name), "name": name, "display_name": name}
    return {**told, "state": "active", "vocabulary_id": None}


def licences() -> list[Node]:
    return [
        {
            "id": id,
            "title": licence_of(name)["title"],
            "url": licence_of(name)["path"],
            "status": "active",
            "family": "",
            "maintainer": "",
            "domain_content": True,
            "domain_data": True,
            "domain_software": False,
            "is_generic": False,
            "od_conformance": "approved",
            "osd_conformance": "not reviewed",
            "is_okd_compliant": True,
            "is_osi_compliant": False,
        }
        for name, id in LICENCES.items()
    ]


def named(nodes: Iterable[Node], reference: str) -> Node | None:
    """The one of that id or name."""
    return next((node for node in nodes if reference in (node["id"], node["name"])), None)
