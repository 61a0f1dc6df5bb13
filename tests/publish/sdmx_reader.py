"""Run in the outside environment: what sdmx1 understands of a structure, a CSV and a JSON file, told as one JSON."""

import json
import sys
from pathlib import Path

import sdmx


def code(item):
    return {"name": str(item.name), "parent": item.parent.id if isinstance(item.parent, type(item)) else None}


def structure_of(message):
    (flow,) = message.dataflow.values()
    definition = flow.structure
    return {
        "flow": [flow.maintainer.id, flow.id, flow.version, str(flow.name)],
        "dimensions": [d.id for d in definition.dimensions],
        "time": type(definition.dimensions.components[-1]).__name__,
        "attributes": [a.id for a in definition.attributes],
        "measures": [m.id for m in definition.measures],
        "enumerations": {
            d.id: d.local_representation.enumerated.id
            for d in definition.dimensions
            if d.local_representation.enumerated is not None
        },
        "lists": {name: {item.id: code(item) for item in listed} for name, listed in message.codelist.items()},
        "concepts": {c.id: str(c.name) for c in next(iter(message.concept_scheme.values()))},
        "agencies": [a.id for scheme in message.organisation_scheme.values() for a in scheme],
    }


def observations(message):
    found = []
    for data in message.data:
        for one in data.obs:
            told = {name: str(getattr(a.value, "id", a.value)) for name, a in one.attached_attribute.items()}
            key = {name: str(v.value) for name, v in one.key.values.items()}
            found.append(
                [key, None if one.value in (None, "") else str(one.value), {k: v for k, v in told.items() if v}]
            )
    return found


structure = sdmx.read_sdmx(Path(sys.argv[1]))
flow = next(iter(structure.dataflow.values()))
answer = {
    "structure": structure_of(structure),
    "csv": observations(sdmx.read_sdmx(Path(sys.argv[2]), structure=flow)),
    "json": observations(sdmx.read_sdmx(Path(sys.argv[3]))),
}
print(json.dumps(answer))
