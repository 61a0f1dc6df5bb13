"""`satudata form`: the official forms, filled in from what is released."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_contract import console, fail, read_catalogue
from etl.settings import Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

app = typer.Typer(no_args_is_help=True, help="Formulir resmi dari data yang dirilis: E.81, e-Walidata, metadata BPS.")
Agency = Annotated[str, typer.Option(help="Nama pendek SKPD, mis. dinkes.")]
Year = Annotated[int, typer.Option(min=2000, max=2100, help="Tahun data.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Berkas .xlsx yang ditulis, atau foldernya.")]


@contextmanager
def _warehouse() -> Iterator[Connection]:
    from etl.load.warehouse import connect
    from etl.services.prepare import prepared

    with prepared(Settings.from_env()) as settings:
        conn = connect(settings.dsn)
        try:
            yield conn
        finally:
            conn.close()


@app.command()
def e81(
    skpd: Agency,
    tahun: Year,
    triwulan: Annotated[int, typer.Option(min=1, max=4, help="Triwulan yang dievaluasi, 1 sampai 4.")],
    renstra: Annotated[
        int | None, typer.Option(min=2000, max=2100, help="Tahun pertama Renstra; tanpa ini kolom Renstra kosong.")
    ] = None,
    out: Out = None,
) -> None:
    """Formulir E.81 (Permendagri 86/2017): evaluasi hasil Renja satu SKPD sampai triwulan itu."""
    from etl.publish.e81_read import read_report
    from etl.publish.e81_sheet import workbook

    _known(skpd)
    try:
        with _warehouse() as conn:
            told = read_report(conn, skpd, tahun, triwulan, renstra=renstra)
    except LookupError as missing:
        raise fail(str(missing)) from None
    path = _target(out, f"E81-{skpd}-{tahun}-TW{triwulan}.xlsx")
    _write(path, workbook(told))
    console.print(f"{path}: {told.agency}, {len(told.lines)} baris.", markup=False)
    for note in told.notes:
        console.print(f"  {note}", markup=False)


@app.command()
def ewalidata(skpd: Agency, tahun: Year, out: Out = None) -> None:
    """Buku unggahan e-Walidata (DSSD) satu SKPD dan tahun, dengan muatan JSON di sampingnya. Tidak ada yang dikirim."""
    from etl.publish.ewalidata import upload, workbook

    agency = _known(skpd)
    with _warehouse() as conn:
        told = upload(conn, skpd, agency, tahun)
    if not told.elements and not told.uncoded:
        raise fail(f"Tidak ada indikator statistik {skpd}. Tindakan: daftarkan datasetnya, lalu rilis angkanya.")
    path = _target(out, f"ewalidata-{skpd}-{tahun}.xlsx")
    _write(path, workbook(told))
    _write(path.with_suffix(".json"), told.payload().encode())
    stated = sum(one.value is not None for one in told.elements)
    console.print(f"{path}: {stated} dari {len(told.elements)} elemen terisi.", markup=False)
    for one in told.elements:
        if one.value is None:
            console.print(f"  {one.dssd} {one.name}: {one.note}", markup=False)
    if told.uncoded:
        ready = sum(one.value is not None for one in told.uncoded)
        console.print(
            f"{len(told.uncoded)} indikator belum berkode DSSD, {ready} sudah berangka: lihat lembar Belum berkode.",
            markup=False,
        )


@app.command()
def ms(
    dataset: Annotated[str, typer.Argument(help="Dataset (skpd.nama).")],
    tahun: Annotated[str | None, typer.Option(help="Tahun kegiatan statistiknya.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, exists=True, help="Folder tujuan.")] = Path(),
) -> None:
    """Metadata BPS (MS-Keg, MS-Var, MS-Ind) dari kontrak, dengan daftar isian yang belum lengkap."""
    from etl.publish.ms import metadata
    from etl.publish.ms_files import write

    catalogue = read_catalogue(Settings.from_env())
    contract = catalogue.contracts.get(dataset)
    if contract is None:
        raise fail(f"Dataset `{dataset}` tidak ada. Yang ada: {', '.join(sorted(catalogue.contracts))}")
    told = metadata(contract, catalogue.skpd[contract.producer], year=tahun)
    for path in write(told, out):
        console.print(f"{path}", markup=False)
    console.print(f"{len(told.problems)} isian belum lengkap atau melanggar aturan; lihat lembar Kekurangan.")


def _known(skpd: str) -> str:
    """The agency's name, or the end of the command."""
    agencies = read_catalogue(Settings.from_env()).skpd
    if skpd not in agencies:
        raise fail(f"SKPD `{skpd}` tidak ada. Yang ada: {', '.join(sorted(agencies))}")
    return agencies[skpd].nama


def _target(out: Path | None, name: str) -> Path:
    if out is None:
        return Path(name)
    return out / name if out.is_dir() else out


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise fail(f"{path} tidak dapat ditulis: {error.strerror}. Tindakan: pilih tempat lain dengan -o.") from None
