"""`satudata template`: the workbook that an SKPD without a system fills in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer

from etl.cli_contract import console, fail, read_catalogue
from etl.settings import Settings

WITA = timezone(timedelta(hours=8))


def template(
    dataset: Annotated[str, typer.Argument(help="Dataset (skpd.nama).")],
    period: Annotated[
        str | None,
        typer.Option(help="Mis. 2025, 2025-S1, `Mei 2025`, 2021-2026; tanpa ini periode yang jatuh tempo berikutnya."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Berkas .xlsx yang ditulis, atau foldernya.")] = None,
) -> None:
    """Buat buku kerja isian untuk SKPD: wilayah dan angka lalu sudah tertulis, sel yang salah memerah saat diketik."""
    from etl.entry.due import WrongPeriod, chosen
    from etl.entry.plan import make_plan
    from etl.entry.table import CannotOffer
    from etl.entry.write import workbook
    from etl.load.dimensions import read_regions
    from etl.load.released import last_released
    from etl.load.warehouse import connect
    from etl.services.prepare import prepared

    settings = Settings.from_env()
    catalogue = read_catalogue(settings)
    contract = catalogue.contracts.get(dataset)
    if contract is None:
        raise fail(f"Dataset `{dataset}` tidak ada. Yang ada: {', '.join(sorted(catalogue.contracts))}")
    now = datetime.now(UTC)
    try:
        code = chosen(contract.calendar, period, now.astimezone(WITA).date())
        with prepared(settings) as ready:
            conn = connect(ready.dsn)
            try:
                regions, released = read_regions(conn), last_released(conn, contract.id, code)
            finally:
                conn.close()
        agency = catalogue.skpd[contract.producer].nama
        plan = make_plan(contract, regions, released, agency=agency, period=code)
    except (WrongPeriod, CannotOffer) as refusal:
        raise fail(f"{contract.id}: {refusal}") from None
    path = _target(out, f"Isian {contract.id} {code}.xlsx")
    _write(path, workbook(plan, now))
    before = f", pembanding {plan.before}" if plan.before else ""
    cells = sum(column.kind == "angka" for column in plan.columns) * len(plan.rows)
    console.print(f"{path}: periode {code}, {len(plan.rows)} baris, {cells} sel angka{before}.", markup=False)


def _target(out: Path | None, name: str) -> Path:
    if out is None:
        return Path(name)
    return out / name if out.is_dir() else out


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise fail(f"{path} tidak dapat ditulis: {error.strerror}. Tindakan: pilih tempat lain dengan --out.") from None
