"""`satudata`: what an engineer or the walidata does from a terminal. Each command is one call into the pipeline."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from etl import cli_contract, cli_form, cli_operate, cli_publish, cli_template
from etl.cli_contract import Dataset, console, errors, fail, read_catalogue
from etl.cli_inspect import inspect
from etl.cli_publish import publish_and_tell
from etl.cli_status import facts_of, print_summary, summarised
from etl.contract import Contract
from etl.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(cli_contract.app, name="contract")
app.add_typer(cli_form.app, name="form")
app.command()(inspect)
app.command()(cli_template.template)
app.command()(cli_operate.backup)
app.command()(cli_operate.restore)
app.command()(cli_operate.maintain)
app.command()(cli_publish.publish)

STATUS = {
    "dirilis": "[green]dirilis[/]",
    "menunggu": "[yellow]menunggu rilis[/]",
    "tidak_berubah": "tidak berubah",
    "dikembalikan": "[red]dikembalikan[/]",
    "digantikan": "digantikan kiriman baru",
    "sumber_gagal": "[red]sumber tidak terbaca[/]",
    "kontrak_ditolak": "[red]kontrak ditolak[/]",
    "gagal": "[red]gagal (kesalahan program)[/]",
    "diterima": "belum selesai diolah",
}
NOT_DONE = ("sumber_gagal", "kontrak_ditolak", "gagal")
Skpd = Annotated[str | None, typer.Option(help="Hanya SKPD ini.")]
By = Annotated[str, typer.Option("--by", help="Nama pejabat yang memutuskan.")]
Reason = Annotated[str, typer.Option("--reason", help="Alasan keputusan, tercatat selamanya.")]


@contextmanager
def _awake() -> Iterator[Settings]:
    """Settings with a warehouse that answers, the embedded one started for the moment if need be."""
    from etl.services.prepare import prepared

    with prepared(Settings.from_env()) as settings:
        yield settings


def _contract(settings: Settings, dataset: str) -> Contract:
    contracts = read_catalogue(settings).contracts
    if dataset not in contracts:
        raise fail(f"Dataset `{dataset}` tidak ada. Yang ada: {', '.join(sorted(contracts))}")
    return contracts[dataset]


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def up(port: Annotated[int, typer.Option(help="Port Airflow; bila terpakai, port kosong berikutnya.")] = 8080) -> None:
    """Nyalakan semuanya (PostgreSQL, gudang, Airflow, sumber demo) sampai Ctrl-C."""
    from etl.services.up import up as start

    settings = Settings.from_env()
    raise typer.Exit(start(settings, announce=lambda facts: print_summary(settings, facts), port=port))


@app.command()
def down() -> None:
    """Hentikan semuanya; tidak ada proses yang tertinggal."""
    from etl.services.up import down as stop

    raise typer.Exit(stop(Settings.from_env()))


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Untuk mesin.")] = False) -> None:
    """Ringkasan per SKPD: diterima, dimuat, tidak berubah, dikarantina, menunggu rilis."""
    with _awake() as settings:
        if as_json:
            places = {name: place for name, place in facts_of(settings).items() if name != "masuk"}
            typer.echo(json.dumps(summarised(settings, places), ensure_ascii=False, indent=2, default=str))
        else:
            print_summary(settings, facts_of(settings))


@app.command()
def run(
    skpd: Skpd = None,
    dataset: Dataset = None,
    force: Annotated[bool, typer.Option(help="Baca ulang juga yang tidak berubah.")] = False,
) -> None:
    """Seluruh perjalanan tanpa Airflow: kumpulkan, baca, periksa, muat, lapor.

    Tanpa SATUDATA_DSN, server tertanam dinyalakan bila belum, dan dihentikan lagi sesudahnya.
    """
    from etl.pipeline import run as run_all
    from etl.services.prepare import prepared

    settings = Settings.from_env()
    catalogue = read_catalogue(settings)
    if skpd and skpd not in catalogue.skpd:
        raise fail(f"SKPD `{skpd}` tidak ada. Yang ada: {', '.join(sorted(catalogue.skpd))}")
    if dataset and not any(dataset in (c.id, c.name) for c in catalogue.contracts.values()):
        raise fail(f"Dataset `{dataset}` tidak ada. Yang ada: {', '.join(sorted(catalogue.contracts))}")
    with prepared(settings, filled=True) as ready:
        outcomes = run_all(ready, skpd=skpd, dataset=dataset, force=force, tell=_tell)
        if any(outcome.status == "dirilis" for outcome in outcomes):
            publish_and_tell(ready)
    if not outcomes:
        console.print("Tidak ada yang baru di sumber.")
    console.print(f"Laporan: {settings.reports / 'index.html'}", markup=False)
    _exit_by(outcomes)


def _exit_by(outcomes: list[Any]) -> None:
    """Exit code 1 when something was not done; a delivery returned to its agency is done."""
    if any(outcome.status in NOT_DONE for outcome in outcomes):
        raise typer.Exit(1)


def _tell(outcome: Any) -> None:
    loaded = "siap dimuat" if outcome.status == "menunggu" else "dimuat"
    counts = (
        f"{outcome.received} baris: {outcome.loaded} {loaded}, {outcome.unchanged} tidak berubah, "
        f"{outcome.quarantined} dikarantina"
    )
    number = f"#{outcome.submission_id}" if outcome.submission_id else ""
    console.print(f"{STATUS.get(outcome.status, outcome.status)} {number} ", end="")
    console.print(f"{outcome.dataset} ({outcome.label}) {counts}", markup=False, highlight=False)
    for finding in outcome.findings:
        console.print(f"    {finding}", markup=False, highlight=False, style="red")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Berkas yang akan dikirim.")],
    dataset: Annotated[str, typer.Option(help="Dataset (skpd.nama).")],
) -> None:
    """Periksa satu berkas tanpa memuatnya: apa yang akan terjadi bila dikirim."""
    from etl.check import Returned, check_file
    from etl.findings import Refused

    contract = _contract(Settings.from_env(), dataset)
    try:
        with _awake() as settings:
            tidy, results, quarantined = check_file(settings, file, contract)
    except Refused as refusal:
        raise fail("Akan dikembalikan:\n" + "\n".join(str(f) for f in refusal.findings)) from None
    except Returned as verdict:
        _print_results(verdict.results)
        raise fail(f"Akan dikembalikan:\n{verdict.finding}") from None
    _print_results(results)
    for finding in tidy.findings:
        console.print(str(finding), markup=False)
    console.print(f"{len(tidy.rows)} baris, {tidy.figures.num_rows} angka, periode {', '.join(tidy.periods) or '-'}")
    console.print(f"{len(quarantined)} baris akan dikarantina.")


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Berkas yang diserahkan.")],
    dataset: Annotated[str, typer.Option(help="Dataset (skpd.nama).")],
    by: Annotated[str, typer.Option("--by", help="Nama dan jabatan yang menyerahkan.")],
) -> None:
    """Serahkan satu berkas dengan tangan: diterima, diperiksa dan dimuat seperti yang diambil dari folder SKPD."""
    from etl.pipeline import take_in

    contract = _contract(Settings.from_env(), dataset)
    with _awake() as settings:
        outcome = take_in(settings, file, contract, by)
    _tell(outcome)
    console.print(f"Laporan: {settings.reports / 'index.html'}", markup=False)
    _exit_by([outcome])


def _print_results(results: Any) -> None:
    from etl.frames import column_letters, split_key

    table = Table("pemeriksaan", "tingkat", "diperiksa", "gagal", "sel pertama")
    for result in results:
        first = ""
        if result.faults is not None and len(result.faults.cells):
            cell = result.faults.cells.iloc[0]
            first = f"{column_letters(int(cell['col_no']))}{split_key(int(cell['key']))[1]}: {cell['value']}"
        style = "" if result.ok else ("red" if result.severity == "tolak" else "yellow")
        table.add_row(result.title, result.severity, str(result.checked), str(result.failed), first, style=style)
    console.print(table)


# ── deciding and accounting ──────────────────────────────────────────────────────────────────────────────────────────


def _decide(submission: int, decision: str, by: str, reason: str) -> None:
    from etl.load.release import DecisionRefused
    from etl.pipeline import decide

    try:
        with _awake() as settings:
            outcome = decide(settings, submission, decision, by, reason)
            _tell(outcome)
            if outcome.status == "dirilis":
                publish_and_tell(settings, outcome.dataset)
    except (DecisionRefused, LookupError) as refusal:
        raise fail(str(refusal)) from None


@app.command()
def release(submission: int, by: By, reason: Reason) -> None:
    """Rilis kiriman yang menunggu: angkanya tampil di portal."""
    _decide(submission, "dirilis", by, reason)


@app.command("return")
def return_(submission: int, by: By, reason: Reason) -> None:
    """Kembalikan kiriman yang menunggu kepada SKPD."""
    _decide(submission, "dikembalikan", by, reason)


@app.command()
def why(
    dataset: str,
    wilayah: Annotated[str, typer.Option(help="Kode Kemendagri, misalnya 64.08.04.")],
    periode: Annotated[str, typer.Option(help="Misalnya 2024, 2024-Q2, 2024-05, 2021-2026.")],
    indikator: Annotated[str | None, typer.Option()] = None,
    rincian: Annotated[str | None, typer.Option(help="Misalnya jenis_kelamin=L.")] = None,
    members: Annotated[
        list[str] | None,
        typer.Option(
            "--dimensi", help="Anggaran dan kinerja, boleh berulang: skpd=KT09, kegiatan=…, rekening=…, tahap=…"
        ),
    ] = None,
) -> None:
    """Asal satu angka: nilai, berkas, lembar, baris, penerimaan, pemeriksaan, perilis, versi sebelumnya."""
    from etl.load.account import recent_submissions
    from etl.load.account import why as account
    from etl.receive import warehouse

    wanted = dict(one.partition("=")[::2] for one in members or ())
    with _awake() as settings, warehouse(settings) as conn:
        try:
            figures = account(conn, dataset, wilayah, periode, rincian=rincian, indikator=indikator, members=wanted)
        except ValueError as problem:
            raise fail(str(problem)) from None
        listed = [line.submission for line in recent_submissions(conn)] if not figures else []
    if not figures:
        waiting = [f"#{s.id} ({s.path})" for s in listed if (s.dataset, s.status) == (dataset, "menunggu")]
        raise fail(
            f"Tidak ada angka {dataset} yang dirilis untuk wilayah {wilayah} periode {periode}. "
            + (
                f"Menunggu rilis: {', '.join(waiting)}."
                if waiting
                else "Periksa kodenya: wilayah memakai titik (64.08)."
            )
        )
    for figure in figures:
        console.print(str(figure), markup=False, highlight=False)
        console.print()


@app.command()
def replay() -> None:
    """Bangun ulang gudang kosong dari arsip: semua berkas yang diterima dan semua keputusan, menurut urutannya."""
    from etl.replay import replay as rebuild

    with _awake() as settings:
        outcomes = rebuild(settings, tell=_tell)
    undone = sum(outcome.status in NOT_DONE for outcome in outcomes)
    console.print(f"{len(outcomes) - undone} kiriman diputar ulang, {undone} gagal.")
    _exit_by(outcomes)


@app.command()
def verify() -> None:
    """Periksa gudang itu sendiri: setiap pemeriksaan di warehouse_sql/checks harus kosong."""
    from etl.load.checks import run_checks
    from etl.receive import warehouse

    with _awake() as settings, warehouse(settings) as conn:
        problems = run_checks(conn)
    for problem in problems:
        errors.print(str(problem), markup=False, style="red")
    if problems:
        raise typer.Exit(1)
    console.print("Gudang utuh: semua pemeriksaan kosong.")


@app.command()
def reader(
    name: Annotated[str, typer.Argument(help="Nama masuk untuk portal.")],
    password: Annotated[str, typer.Option(envvar="SATUDATA_READER_PASSWORD", prompt=True, hide_input=True)],
    kind: Annotated[str, typer.Option("--jenis", help="portal, walidata, atau produsen.")] = "portal",
    skpd: Annotated[str | None, typer.Option(help="SKPD milik akun produsen.")] = None,
) -> None:
    """Buat atau perbarui akun yang hanya membaca: portal.*; bagi produsen juga kirimannya; bagi walidata semuanya."""
    from etl.load.readers import create_reader
    from etl.receive import warehouse

    try:
        with _awake() as settings, warehouse(settings) as conn:
            create_reader(conn, name, password, kind, skpd)
    except ValueError as problem:
        raise fail(str(problem)) from None
    reads = {
        "portal": "portal.*",
        "walidata": "seluruh isi gudang",
        "produsen": f"portal.* dan kiriman {skpd} pada produsen.*",
    }
    console.print(f"Akun {name} boleh membaca {reads[kind]} dan tidak lebih.", markup=False)


@app.command()
def migrate() -> None:
    """Siapkan atau perbarui gudang di SATUDATA_DSN: migrasi, daftar kode, katalog."""
    from etl.load.dimensions import sync_catalogue
    from etl.load.migrate import migrate as apply
    from etl.load.reference import seed
    from etl.receive import warehouse

    catalogue = read_catalogue(Settings.from_env())
    with _awake() as settings, warehouse(settings) as conn:
        applied = apply(conn)
        seed(conn)
        sync_catalogue(conn, catalogue)
    console.print(f"Migrasi baru: {', '.join(applied) or 'tidak ada'}. Daftar kode dan katalog mutakhir.")


def main() -> None:
    """Entry point: what an operator can repair is said in sentences, not as a traceback."""
    import psycopg2
    from psycopg2 import errors as pg

    from etl.findings import SourceUnavailable
    from etl.load.migrate import MigrationFailed

    try:
        app()
    except (SourceUnavailable, MigrationFailed) as problem:
        errors.print(str(problem), markup=False, style="red")
    except (pg.UndefinedTable, pg.InvalidSchemaName, pg.UndefinedColumn):
        errors.print(
            "Gudang data ini belum disiapkan, atau disiapkan oleh versi lain. Tindakan: satudata migrate", style="red"
        )
    except psycopg2.OperationalError as error:
        detail = str(error).strip().splitlines()[0]
        errors.print(
            f"Gudang data tidak terjangkau: {detail}\nSebab: servernya belum menyala, atau SATUDATA_DSN keliru. "
            "Tindakan: `make up` di jendela lain, atau periksa SATUDATA_DSN.",
            markup=False,
            style="red",
        )
    else:
        return
    sys.exit(1)


if __name__ == "__main__":
    main()
