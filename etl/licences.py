"""Licences that a contract may name, with the address that machines know them by (https://opendefinition.org/licenses)."""

from __future__ import annotations

_LICENCES = {
    "CC-BY-4.0": ("Creative Commons Atribusi 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("Creative Commons Atribusi-BerbagiSerupa 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-BY-1.0": ("Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "ODbL-1.0": ("Open Data Commons Open Database 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "PDDL-1.0": ("Open Data Commons Public Domain 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
}

NAMES = tuple(_LICENCES)


def licence_of(name: str) -> dict[str, str]:
    """Frictionless `licenses` entry. An unknown licence has only its name: the catalogue refuses it."""
    if name not in _LICENCES:
        return {"name": name, "title": name}
    title, path = _LICENCES[name]
    return {"name": name, "title": title, "path": path}
