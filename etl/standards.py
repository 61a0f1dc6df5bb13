"""A contract in other people's words: Open Data Contract Standard 3.1 and Frictionless Data Package.

Both describe what the dataset offers (its tidy, long table); neither can say where a header sits in a workbook, so they
are exports and never the source. Pure functions: contract in, plain data out.
"""

from __future__ import annotations

from typing import Any

from etl.calendar import periodicity
from etl.catalogue import Catalogue
from etl.columns import Column
from etl.contract import Contract

ODCS_VERSION = "v3.1.0"
_ODCS_ROLE_TYPE = {
    "wilayah": "string",
    "periode": "string",
    "rincian": "string",
    "ukuran": "number",
    "kontrol": "number",
}
_ODCS_SEVERITY = {"tolak": "error", "catatan": "warning"}
_ODCS_STATUS = {"terbuka": "active", "terbatas": "active", "dikecualikan": "active"}


def _title_of(name: str, column: Column, contract: Contract) -> str:
    if column.indikator:
        return contract.indikator[column.indikator].nama
    return column.aliases[0] if column.aliases else name


def _quality(contract: Contract) -> list[dict[str, Any]]:
    """Every rule as an ODCS custom check run by Great Expectations, its parameters in `implementation`."""
    return [
        {
            "type": "custom",
            "engine": "greatExpectations",
            "name": f"{number}-{rule.rule}",
            "description": rule.say or rule.rule,
            "severity": _ODCS_SEVERITY[rule.severity.value],
            "dimension": "conformity",
            "implementation": rule.model_dump(mode="json", exclude={"say", "severity"}),
        }
        for number, rule in enumerate(contract.rules, start=1)
    ]


def _odcs_property(name: str, column: Column, contract: Contract) -> dict[str, Any]:
    described = contract.indikator.get(column.indikator or "")
    result: dict[str, Any] = {
        "name": name,
        "businessName": _title_of(name, column, contract),
        "logicalType": _ODCS_ROLE_TYPE.get(column.role, "string"),
        "physicalType": "numeric" if column.role in ("ukuran", "kontrol") else "text",
        "required": column.required,
        "classification": "public" if contract.access == "terbuka" else "restricted",
        "customProperties": [{"property": "role", "value": column.role}],
    }
    if described:
        result["description"] = described.definisi
        result["customProperties"].append({"property": "satuan", "value": described.satuan})
    return result


def odcs(contract: Contract, catalogue: Catalogue) -> dict[str, Any]:
    """The contract as an Open Data Contract Standard document (validated in tests with its own models)."""
    producer = catalogue.skpd[contract.producer]
    return {
        "apiVersion": ODCS_VERSION,
        "kind": "DataContract",
        "id": contract.id,
        "name": contract.title,
        "version": "1.0.0",
        "status": _ODCS_STATUS[contract.access],
        "domain": contract.urusan,
        "tenant": "Kabupaten Kutai Timur",
        "tags": [contract.skpd, contract.access, contract.calendar.period],
        "description": {
            "purpose": contract.description,
            "usage": f"Lisensi {contract.license}",
            "limitations": contract.access_ground or f"Status angka: {contract.status}",
        },
        "team": {"name": producer.nama, "members": [{"username": producer.kontak, "role": "produsen data"}]},
        "slaProperties": [
            {"property": "frequency", "value": periodicity(contract.calendar.period, contract.calendar.periods)},
            {"property": "latency", "value": contract.calendar.due_days + contract.calendar.grace_days, "unit": "d"},
        ],
        "schema": [
            {
                "name": contract.name,
                "businessName": contract.title,
                "description": contract.description,
                "logicalType": "object",
                "properties": [_odcs_property(n, c, contract) for n, c in contract.columns.items()],
                "quality": _quality(contract),
            }
        ],
    }


def _field_constraints(name: str, contract: Contract) -> dict[str, Any]:
    """What Frictionless can say of our rules on one column; the rest stays with the suite."""
    constraints: dict[str, Any] = {}
    for rule in contract.rules:
        if name not in getattr(rule, "columns", ()) or rule.severity.value != "tolak":
            continue
        if rule.rule == "not_null":
            constraints["required"] = True
        elif rule.rule == "not_negative":
            constraints["minimum"] = 0
        elif rule.rule == "between":
            constraints |= {k: v for k, v in (("minimum", rule.min), ("maximum", rule.max)) if v is not None}
        elif rule.rule == "in_set":
            constraints["enum"] = list(rule.values)
        elif rule.rule == "matches":
            constraints["pattern"] = rule.pattern
        elif rule.rule == "max_length":
            constraints["maxLength"] = rule.length
    return constraints


def _frictionless_field(name: str, column: Column, contract: Contract) -> dict[str, Any]:
    number = column.role in ("ukuran", "kontrol")
    field: dict[str, Any] = {
        "name": name,
        "title": _title_of(name, column, contract),
        "type": "number" if number else "string",
    }
    described = contract.indikator.get(column.indikator or "")
    if described:
        field["description"] = f"{described.definisi} (satuan: {described.satuan})"
    constraints = _field_constraints(name, contract)
    if constraints:
        field["constraints"] = constraints
    return field


def frictionless(contract: Contract, catalogue: Catalogue) -> dict[str, Any]:
    """The contract as a Frictionless Data Package descriptor with one Table Schema resource."""
    producer = catalogue.skpd[contract.producer]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": contract.id.replace("_", "-"),
        "id": contract.id,
        "title": contract.title,
        "description": contract.description,
        "version": "1.0.0",
        "licenses": [{"name": contract.license}],
        "contributors": [{"title": producer.nama, "email": producer.kontak, "roles": ["publisher"]}],
        "resources": [
            {
                "name": contract.name.replace("_", "-"),
                "title": contract.title,
                "path": f"{contract.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        _frictionless_field(n, c, contract) for n, c in contract.columns.items() if c.role != "kontrol"
                    ],
                    "missingValues": ["", "-", "…", "NA"],
                },
            }
        ],
    }


FORMATS = {"odcs": odcs, "frictionless": frictionless}
