"""`satudata inspect FILE`: what is in a file, and the draft of the contract that reads it. Needs no warehouse."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.catalogue import Catalogue, InvalidContracts, load_contracts
from etl.cli_contract import errors, fail
from etl.findings import Refused
from etl.settings import WAREHOUSE_SQL, Settings
from etl.sources import ByteSource

if TYPE_CHECKING:  # other commands must not pay for Arrow
    from etl.inspect.draft import Wanted
    from etl.inspect.trial import Trial
    from etl.transform.regions import Regions

_LEVELS = {"kota": "kabupaten", "kelurahan": "desa"}


def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Berkas yang dilihat.")],
    dataset: Annotated[str | None, typer.Option(help="Dataset yang akan dibuat (skpd.nama).")] = None,
    out: Annotated[Path | None, typer.Option(help="Tulis rancangan kontrak ke sini, bukan ke layar.")] = None,
    force: Annotated[bool, typer.Option(help="Timpa kontrak yang sudah ada di --out.")] = False,
    sheet: Annotated[str | None, typer.Option(help="Lembar yang dirancang; tanpa ini yang terbesar.")] = None,
    header: Annotated[
        int | None, typer.Option(min=1, help="Baris pertama kepala tabel, bila tebakannya keliru.")
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, max=4, help="Banyaknya baris kepala.")] = None,
    records: Annotated[str | None, typer.Option(help="JSON/XML: letak daftarnya, mis. data.items.")] = None,
    member: Annotated[str | None, typer.Option(help="Zip: pola nama berkas di dalamnya.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Untuk mesin: satu objek JSON ke keluaran.")] = False,
) -> None:
    """Lihat isi berkas dan rancang kontraknya: gambaran ke stderr, kontrak (YAML) ke stdout atau --out."""
    from rich.console import Console

    from etl.extract.read import read_sheets
    from etl.inspect.seen import Asked, NoSuchSheet, see
    from etl.inspect.show import WIDTH, as_data, show
    from etl.inspect.trial import drafted

    wanted = _wanted(dataset or _dataset_of(out))
    if out is not None and out.exists() and not force:
        raise fail(f"{out} sudah ada dan tidak ditimpa. Pakai nama lain, atau --force.")
    how = ByteSource(records=records, member=member)
    try:
        sheets = read_sheets(file, file.name, wanted=["*"], how=how)
        regions = reference_regions(WAREHOUSE_SQL / "reference")
        year = datetime.fromtimestamp(file.stat().st_mtime, UTC).year
        seen = see(sheets, file.resolve().as_posix(), regions, Asked(sheet, header, rows, year))
    except Refused as refusal:
        raise fail("Tidak dapat dibaca:\n" + "\n".join(str(finding) for finding in refusal.findings)) from None
    except NoSuchSheet as missing:
        raise fail(f"Lembar `{sheet}` tidak ada. Yang ada: {missing}") from None
    trial = drafted(sheets, seen, regions, wanted, how) if seen.chosen is not None else None
    if as_json:
        typer.echo(json.dumps(as_data(seen, trial), ensure_ascii=False, indent=2))
    else:
        show(seen, trial, Console(stderr=True, width=WIDTH, highlight=False))
    if trial is None:
        raise fail("Tidak ada tabel yang dikenali. Sebutkan letaknya: --sheet dan --header.")
    _write(trial, out, quiet=as_json)


def _write(trial: Trial, out: Path | None, *, quiet: bool) -> None:
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(trial.draft.text, encoding="utf-8")
        if not quiet:
            n_open = trial.draft.text.count("# periksa")
            errors.print(f"Rancangan: {out} ({n_open} hal untuk diperiksa)", markup=False)
    elif not quiet:
        typer.echo(trial.draft.text)


def _dataset_of(out: Path | None) -> str | None:
    """`datasets/dinkes/nakes.yaml` → `dinkes.nakes`."""
    return f"{out.parent.name}.{out.stem}" if out is not None else None


def _wanted(dataset: str | None) -> Wanted:
    """What the register knows of the dataset's agency; a register with errors is as good as none here."""
    from etl.inspect.draft import Wanted

    if dataset is None:
        return Wanted()
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", dataset):
        raise fail(f"`{dataset}` bukan nama dataset: tulis skpd.nama dengan huruf kecil, angka dan garis bawah.")
    try:
        catalogue = load_contracts(Settings.from_env().datasets)
    except InvalidContracts:
        return Wanted(dataset)
    skpd = catalogue.skpd.get(dataset.split(".")[0])
    if skpd is None:
        raise fail(
            f"SKPD `{dataset.split('.')[0]}` tidak ada di skpd.yaml. Yang ada: {', '.join(sorted(catalogue.skpd))}"
        )
    return Wanted(dataset, _urusan(skpd.kode), skpd.folder, _owned_by_others(catalogue, dataset))


def _owned_by_others(catalogue: Catalogue, dataset: str) -> frozenset[str]:
    return frozenset(
        code for contract in catalogue.contracts.values() if contract.id != dataset for code in contract.indikator
    )


def _urusan(kode: str) -> str:
    """The agency's bidang urusan of the register of the regency, '' when it states none."""
    with (WAREHOUSE_SQL / "reference" / "skpd.csv").open(encoding="utf-8", newline="") as lines:
        found = next((row["bidang_urusan"] for row in csv.DictReader(lines) if row["kode"] == kode), "")
    match = re.search(r"\d\.\d\d", found)
    return match[0] if match else ""


def reference_regions(folder: Path) -> Regions:
    """The register of regions that the warehouse is seeded with."""

    from etl.transform.regions import Alias, Level, Region, Regions

    def lines(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def level(row: dict[str, str]) -> Level:
        return _LEVELS.get(row["tingkat"], row["tingkat"])  # type: ignore[return-value]

    regions = [
        Region(row["kode"], row["kode_bps"] or None, row["nama"], level(row), row["induk"] or None)
        for row in lines("wilayah.csv")
    ]
    aliases = [Alias(row["alias"], row["kode"] or None, level(row)) for row in lines("wilayah_alias.csv")]
    return Regions(regions, aliases)
