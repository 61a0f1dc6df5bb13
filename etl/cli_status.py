"""The summary that `satudata up` and `satudata status` end with: where every agency's deliveries stand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table

from etl.cli_contract import console
from etl.settings import Settings


def facts_of(settings: Settings) -> dict[str, str]:
    """Where things are, as far as `up` has recorded it."""
    from etl.services.up import facts

    return facts(settings)


def summarised(settings: Settings, facts: dict[str, str]) -> dict[str, Any]:
    """Per agency and altogether, in rows and submissions, and where things are; for people and for machines."""
    from etl.load.account import new_members, summary
    from etl.receive import warehouse

    with warehouse(settings) as conn:
        lines = [asdict(line) for line in summary(conn)]
        waiting = [asdict(member) for member in new_members(conn)]
    numbers = [name for name, value in lines[0].items() if isinstance(value, int)] if lines else []
    return {
        "skpd": lines,
        "total": {name: sum(line[name] for line in lines) for name in numbers},
        "anggota_baru": waiting,
        "tempat": {**facts, "laporan": str(settings.reports / "index.html"), "ekspor": str(settings.exports)},
    }


def print_summary(settings: Settings, facts: dict[str, str]) -> None:
    """The summary as a table, then whatever somebody has to look after."""
    summary = summarised(settings, facts)
    table = Table(title="Satu Data Kutai Timur", title_style="bold", header_style="bold")
    table.add_column("SKPD", no_wrap=True)
    for header in ("diterima", "dimuat", "tetap", "karantina", "menunggu", "kembali"):
        table.add_column(header, justify="right", no_wrap=True)
    for line in summary["skpd"]:
        table.add_row(line["skpd"], *_cells(line))
    table.add_section()
    if summary["skpd"]:
        table.add_row("Jumlah", *_cells(summary["total"]), style="bold")
    console.print(table)
    console.print(
        "[dim]Baris berkas: diterima = dimuat + tetap (sama dengan yang sudah dirilis) + karantina + menunggu rilis + "
        "dikembalikan ke SKPD. Dalam kurung: jumlah kiriman.[/]"
    )
    for line in summary["skpd"]:
        if line["unprocessed"]:
            console.print(
                f"[yellow]•[/] {line['skpd']}: {line['unprocessed']} kiriman belum selesai diolah; putaran "
                "berikut melanjutkannya (sebabnya di log)."
            )
        if line["disagreeing"]:
            known = f", {_dotted(line['known'])} di antaranya sudah diketahui" * bool(line["known"])
            console.print(
                f"[yellow]•[/] {line['skpd']}: {_dotted(line['disagreeing'])} perbandingan tidak cocok pada kiriman "
                f"terakhirnya{known}; kedua angkanya ada di bagian Rekonsiliasi laporan kiriman itu."
            )
        for problem in line["problems"]:
            console.print(f"[red]•[/] {line['skpd']}: ", end="")
            console.print(problem, markup=False)
        if line["strays"]:
            console.print(f"[yellow]•[/] {line['skpd']}: ", end="")
            console.print(_strays(line["strays"]), markup=False)
    if summary["anggota_baru"]:
        console.print("[yellow]•[/] Menunggu walidata: ", end="")
        console.print(_new_members(summary["anggota_baru"]), markup=False)
    for name, place in summary["tempat"].items():
        console.print(f"[bold]{name:>9}[/]  ", end="")
        console.print(place, markup=False)


def _strays(paths: list[str]) -> str:
    from etl.extract.problems import listed

    return (
        f"{len(paths)} berkas di folder tidak diminta kontrak mana pun: {listed(paths, 5)}. Sebab: nama atau subfolder "
        "bukan yang biasa, atau datasetnya belum punya kontrak. Tindakan: ganti nama atau pindahkan; bila memang data "
        "baru, `satudata inspect` membuat rancangan kontraknya."
    )


def _new_members(members: list[dict[str, str]]) -> str:
    from etl.extract.problems import listed

    shown = [f"{one['dimensi']} {one['kode']} {one['nama']}" for one in members]
    return (
        f"{len(members)} kode pada angka belum ada dalam daftarnya: {listed(shown, 5)}. Sebab: kode baru, atau salah "
        "ketik yang sudah dimuat. Tindakan: bila benar, tambahkan ke warehouse_sql/reference/<dimensi>.csv dengan "
        "sumbernya lalu `satudata migrate`; bila salah, minta SKPD memperbaiki berkasnya. Semuanya: "
        "`satudata status --json`."
    )


def _cells(line: dict[str, int]) -> list[str]:
    waiting = f"{_dotted(line['waiting_rows'])} ({line['waiting']})"
    returned = f"{_dotted(line['returned_rows'])} ({line['returned']})"
    return [
        *(_dotted(line[name]) for name in ("received", "loaded", "unchanged")),
        f"[red]{_dotted(line['quarantined'])}[/]" if line["quarantined"] else "0",
        f"[yellow]{waiting}[/]" if line["waiting"] else "0",
        f"[red]{returned}[/]" if line["returned"] else "0",
    ]


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")
