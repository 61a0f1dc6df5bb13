"""`satudata publish`, and what is told after a release: which files were made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_contract import Dataset, console, fail
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.publish.publish import Published

_STATUS = {
    "diterbitkan": "[green]diterbitkan[/]",
    "ditarik": "[yellow]ditarik[/]",
    "kosong": "[yellow]tanpa angka terbuka[/]",
    "ditolak": "[red]tidak masuk katalog[/]",
    "gagal": "[red]gagal[/]",
}


def publish(
    dataset: Dataset = None,
    force: Annotated[bool, typer.Option(help="Buat lagi juga yang sudah mutakhir.")] = False,
) -> None:
    """Perbarui berkas unduhan (CSV, XLSX, JSON, Parquet) dan katalog (data.json, DCAT) menurut rilis terakhir."""
    from etl.services.prepare import prepared

    with prepared(Settings.from_env()) as settings:
        failed = publish_and_tell(settings, dataset, force=force)
    console.print(f"Ekspor: {settings.exports}", markup=False)
    if failed:
        raise typer.Exit(1)


def publish_and_tell(settings: Settings, dataset: str | None = None, *, force: bool = False) -> bool:
    """Publishes what is stale and tells it; whether something failed or was left out of the catalogue."""
    from etl.publish.publish import publish as run

    try:
        done = run(settings, dataset, force, _tell)
    except LookupError as unknown:
        raise fail(str(unknown)) from None
    return any(one.status in ("gagal", "ditolak") for one in done)


def _tell(published: Published) -> None:
    if published.status == "mutakhir":
        return
    console.print(f"{_STATUS[published.status]} ", end="")
    console.print(str(published), markup=False, highlight=False)
    for finding in published.findings:
        console.print(f"    {finding}", markup=False, highlight=False, style="red")
