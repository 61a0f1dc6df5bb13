"""The BPS metadata of every open dataset beside the exports, kept in line with the contracts."""

from __future__ import annotations

import json
from pathlib import Path

from etl.catalogue import InvalidContracts, load_contracts
from etl.findings import Finding, Owner
from etl.publish.generation import replace
from etl.publish.ms import Metadata, metadata
from etl.publish.ms_sheets import workbook

ENDINGS = (".metadata-bps.xlsx", ".metadata-bps.json")


def write(told: Metadata, folder: Path) -> list[Path]:
    """`<dataset>.metadata-bps.xlsx` and `.json`. What says the same already is left alone."""
    book, machine = (folder / f"{told.dataset}{ending}" for ending in ENDINGS)
    text = json.dumps(told.as_json(), ensure_ascii=False, indent=1) + "\n"
    if not (book.is_file() and machine.is_file() and machine.read_text(encoding="utf-8") == text):
        replace(book, workbook(told))
        replace(machine, text.encode())
    return [book, machine]


def refresh_metadata(datasets: Path, folder: Path) -> list[Finding]:
    """`folder/<skpd>/` for every contract of an open dataset; the files of others go away.

    Returns why it could not be done: contracts that do not hold together. Raises OSError.
    """
    try:
        catalogue = load_contracts(datasets)
    except InvalidContracts as invalid:
        return [_broken(invalid)]
    wanted: set[Path] = set()
    for contract in catalogue.contracts.values():
        if contract.access == "terbuka":
            wanted |= set(write(metadata(contract, catalogue.skpd[contract.producer]), folder / contract.producer))
    for ending in ENDINGS:
        for path in folder.glob(f"*/*{ending}"):
            if path not in wanted:
                path.unlink(missing_ok=True)
    return []


def _broken(invalid: InvalidContracts) -> Finding:
    return Finding(
        rule="formulir_metadata",
        message=f"Formulir metadata BPS tidak diperbarui: {len(invalid.errors)} kesalahan kontrak.",
        cause="Kontrak dataset sedang diubah atau salah tulis.",
        action="Jalankan `satudata contract check`, perbaiki, lalu `satudata publish`.",
        owner=Owner.DISKOMINFO,
    )
