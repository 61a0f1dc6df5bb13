"""`satudata contract`: what concerns the declarations alone and needs no warehouse."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from etl.catalogue import Catalogue, InvalidContracts, load_contracts
from etl.contract import json_schema
from etl.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Kontrak dataset: periksa, ekspor, skema untuk editor.")
console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)
Dataset = Annotated[str | None, typer.Option(help="Hanya dataset ini (skpd.nama).")]


def fail(message: str) -> typer.Exit:
    """Says it in red; to be raised."""
    errors.print(message, markup=False, style="red")
    return typer.Exit(1)


def read_catalogue(settings: Settings) -> Catalogue:
    """Every contract, or every error of every file and the end of the command."""
    try:
        return load_contracts(settings.datasets)
    except InvalidContracts as invalid:
        raise fail(f"{len(invalid.errors)} kesalahan kontrak:\n{invalid}") from None


@app.command("check")
def contract_check() -> None:
    """Periksa semua kontrak; semua kesalahan semua berkas sekaligus, dengan barisnya."""
    catalogue = read_catalogue(Settings.from_env())
    console.print(f"{len(catalogue.contracts)} kontrak dari {len(catalogue.skpd)} SKPD: tidak ada kesalahan.")


@app.command("export")
def contract_export(
    format: Annotated[str, typer.Option(help="odcs atau frictionless.")],
    dataset: Dataset = None,
) -> None:
    """Tulis kontrak menurut Open Data Contract Standard atau Frictionless (JSON, satu objek per baris)."""
    from etl.standards import FORMATS

    if format not in FORMATS:
        raise fail(f"Format `{format}` tidak dikenal. Yang ada: {', '.join(FORMATS)}")
    catalogue = read_catalogue(Settings.from_env())
    chosen = [dataset] if dataset else sorted(catalogue.contracts)
    for name in chosen:
        if name not in catalogue.contracts:
            raise fail(f"Dataset `{name}` tidak ada.")
        typer.echo(json.dumps(FORMATS[format](catalogue.contracts[name], catalogue), ensure_ascii=False))


@app.command("schema")
def contract_schema() -> None:
    """JSON Schema sebuah kontrak, untuk editor (yaml-language-server)."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
