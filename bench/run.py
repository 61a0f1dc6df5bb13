"""`make bench`: every promised figure measured in one run on this machine, against peers; nothing is asserted.

Prints a table and writes bench/results/latest.json: rows of {name, value, unit, aim, met}. `--quick` takes a tenth of
the rows to see that it works, and names of parts (`python -m bench.run long_csv sheets`) take only those; such results
are not written.

`regency` runs only when it is named: 50 million facts take about half an hour and 40 GB of disk, `--million 5` a few
minutes and 8 GB. At 50 million it writes bench/results/regency.json. `site` alone writes bench/results/site.json, and
so does `regency site`, which also asks for pages and figures of that regency.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
from rich.console import Console
from rich.table import Table

from bench import data, peers, up
from bench import regency as whole_regency
from bench import site as whole_site
from etl.services.postgres import create_database, start, stop
from etl.settings import PROJECT, WAREHOUSE_SQL

console = Console()
REFERENCE = WAREHOUSE_SQL / "reference" / "wilayah.csv"


@dataclass(frozen=True)
class Row:
    """One measured figure. met: None where there is nothing to reach."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    met: bool | None = None


class Bench:
    """A warehouse, a home and a folder of files of its own, gone afterwards."""

    def __init__(self, folder: Path, scale: int, million: str) -> None:
        self.folder, self.scale, self.million, self.rows = folder, scale, million, []
        self.sources, self.datasets, self.home = folder / "sumber", folder / "datasets", folder / "home"
        (self.sources / "uji").mkdir(parents=True)
        self.home.mkdir()
        self.server = start(folder / "pg")
        self.dsn = create_database(self.server, "satudata")
        self.url = create_database(self.server, "pembanding")
        params = psycopg2.extensions.parse_dsn(self.url)
        # The host and password before the query are for dlt, which insists on both; libpq takes the socket's folder.
        self.sqlalchemy_url = f"postgresql://{params['user']}:-@localhost/{params['dbname']}?host={params['host']}"

    def prepare(self) -> None:
        """Warehouse migrated and seeded, as `satudata migrate` does it."""
        from etl.load.migrate import migrate
        from etl.load.reference import seed
        from etl.load.warehouse import connect

        conn = connect(self.dsn)
        migrate(conn)
        seed(conn)
        conn.close()

    def written(self) -> int:
        """Rows ever inserted into or updated in the facts, as PostgreSQL counts them."""
        with psycopg2.connect(self.dsn) as conn, conn.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(n_tup_ins + n_tup_upd), 0) FROM pg_stat_user_tables WHERE relname LIKE %s",
                ("fakta_indikator%",),
            )
            return int(cursor.fetchone()[0])

    def measure(self, name: str, value: float, unit: str, aim: float | None = None, *, at_least: bool = False) -> None:
        met = None if aim is None else (value >= aim if at_least else value <= aim)
        self.rows.append(Row(name, round(value, 3), unit, aim, met))
        sign = {True: "[green]ya[/]", False: "[red]tidak[/]", None: ""}[met]
        console.print(f"  {name}: [bold]{value:.2f}[/] {unit} {'' if aim is None else f'(target {aim:g})'} {sign}")

    def journey(self, dataset: str, expected: str, *flags: str) -> dict[str, Any]:
        """One run in a process of its own; what did not end as expected is no measurement and stops the bench."""
        result = self.alone("bench.journey", dataset, *flags)
        if result["status"] != expected:
            raise SystemExit(f"{dataset}: {result['status']}, bukan {expected}")
        return result

    def alone(self, module: str, *arguments: str) -> dict[str, Any]:
        """What a module of the bench prints, run in a process of its own on this warehouse."""
        env = {
            **os.environ,
            "SATUDATA_DSN": self.dsn,
            "SATUDATA_HOME": str(self.home),
            "SATUDATA_DATASETS": str(self.datasets),
            "SATUDATA_SOURCES": str(self.sources),
            "PYTHONPATH": str(PROJECT),
        }
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=env, check=False, capture_output=True, text=True, cwd=PROJECT,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{module} {' '.join(arguments)}: {done.stderr[-2000:]}")
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        console.print(f"    {module} {' '.join(arguments)}: {result}", style="dim", highlight=False)
        return result


def big_csv(bench: Bench) -> None:
    n = 1_000_000 // bench.scale
    path = bench.sources / "uji" / "besar.csv"
    data.write_csv(path, data.rows(n, REFERENCE))
    data.write_contract(bench.datasets, "besar", "besar.csv")
    console.print(f"[bold]CSV {n:,} baris, {path.stat().st_size / 1e6:.0f} MB[/]")
    peers.raw_copy(bench.url, path)
    floor = min(peers.raw_copy(bench.url, path) for _ in range(3))
    bench.measure("lantai: COPY mentah 1 juta baris", floor, "s")
    dlt = peers.dlt_landing(bench.sqlalchemy_url, path, bench.folder / "dlt")
    bench.measure("dlt (arrow), hanya mendarat", dlt, "s")
    bench.measure("pandas.to_sql", peers.pandas_to_sql(bench.sqlalchemy_url, path), "s")
    first = bench.journey("uji.besar", "dirilis")
    bench.measure("perjalanan penuh 1 juta baris", first["seconds"], "s")
    bench.measure("perjalanan penuh / lantai", first["seconds"] / floor, "x", 6)
    bench.measure("dlt / perjalanan penuh", dlt / first["seconds"], "x", 2, at_least=True)
    bench.measure("memori puncak perjalanan 1 juta baris", first["peak_mb"], "MB", 1024)
    bench.measure("sumber tidak berubah", bench.journey("uji.besar", "tidak ada yang baru")["seconds"], "s", 1)
    before = bench.written()
    again = bench.journey("uji.besar", "tidak_berubah", "--force")
    bench.measure("paksa gabung ulang tanpa perubahan / lantai", again["seconds"] / floor, "x", 4)
    bench.measure("baris fakta yang ditulis ulang", bench.written() - before, "baris", 0)


def long_csv(bench: Bench) -> None:
    n = 5_000_000 // bench.scale
    path = bench.sources / "uji" / "panjang.csv"
    data.write_long_csv(path, n, REFERENCE)
    data.write_contract(bench.datasets, "panjang", "panjang.csv")
    console.print(f"[bold]CSV {n:,} baris, {path.stat().st_size / 1e6:.0f} MB[/]")
    result = bench.journey("uji.panjang", "dirilis")
    bench.measure("perjalanan penuh 5 juta baris", result["seconds"], "s")
    bench.measure("memori puncak perjalanan 5 juta baris", result["peak_mb"], "MB", 1024)


def sheets(bench: Bench) -> None:
    """Reading alone, against the raw speed of the readers that others build on, in the same process by turns."""
    n = 200_000 // bench.scale
    rng = random.Random(3)
    table = [[*row, round(rng.random() * 10_000, 2), "Dinas"] for row in data.rows(n, REFERENCE)]
    for kind, shared in (("teks di dalam sel", False), ("teks bersama", True)):
        path = bench.folder / "sepuluh.xlsx"
        data.write_workbook(path, table, [*data.HEADER, "nilai", "sumber"], shared=shared)
        console.print(f"[bold]Buku kerja {n:,} baris x 10 kolom, {kind}[/]")
        seconds = bench.alone("bench.sheets", str(path))
        own = seconds.pop("ours")
        bench.measure(f"baca .xlsx ({kind})", n / own, "baris/s", 100_000, at_least=True)
        for name, taken in seconds.items():
            bench.measure(f"lantai .xlsx ({kind}): {name}", n / taken, "baris/s")
        fastest = min(seconds, key=lambda name: seconds[name])
        bench.measure(f"baca .xlsx ({kind}) / {fastest}", own / seconds[fastest], "x", 1.5)


def small_files(bench: Bench) -> None:
    n = 2_000 // bench.scale
    data.write_small_files(bench.sources / "kecil", n, REFERENCE)
    data.write_contract(bench.datasets, "kecil", "*.csv", skpd="kecil")
    console.print(f"[bold]Folder berisi {n:,} berkas kecil[/]")
    result = bench.alone("bench.unchanged", "kecil")
    bench.measure("berkas kecil, pertama kali (diarsipkan, didaftarkan)", result["first"], "s")
    bench.measure("berkas kecil, tidak berubah", result["unchanged"], "s", 2)


def database(bench: Bench) -> None:
    """An agency's MariaDB: needs its server, which `make servers` installs."""
    from bench.mariadb import measure

    console.print("[bold]MariaDB[/]")
    found = measure(1_000_000 // bench.scale)
    bench.measure("1 juta baris dari MariaDB", found.rows / found.seconds, "baris/s", 150_000, at_least=True)
    bench.measure("driver biasa, hanya mengambil", found.rows / found.ordinary_seconds, "baris/s")
    bench.measure("hanya yang berubah (1.000 dari 1 juta)", found.incremental_seconds, "s")
    bench.measure("memori puncak", found.peak_mb, "MB")


def workbooks(bench: Bench) -> None:
    n = 100_000 // bench.scale
    table = data.rows(n, REFERENCE)
    data.write_workbook(bench.sources / "uji" / "buku.xlsx", table)
    data.write_csv(bench.folder / "buku.csv", table)
    data.write_contract(bench.datasets, "buku", "buku.xlsx")
    console.print(f"[bold]Buku kerja {n:,} baris[/]")
    floor = min(peers.raw_copy(bench.url, bench.folder / "buku.csv") for _ in range(3))
    bench.measure("lantai: COPY mentah 100 ribu baris", floor, "s")
    result = bench.journey("uji.buku", "dirilis")
    bench.measure("perjalanan penuh buku kerja 100 ribu baris", result["seconds"], "s")
    broken = (("cacat", 20_000, 0.05, 10, "menunggu"), ("gagal", 200_000, 1.0, 30, "dikembalikan"))
    for name, rows, share, aim, status in broken:
        spoilt = data.spoil(data.rows(rows // bench.scale, REFERENCE), share)
        data.write_workbook(bench.sources / "uji" / f"{name}.xlsx", spoilt)
        data.write_contract(bench.datasets, name, f"{name}.xlsx", threshold=50)
        result = bench.journey(f"uji.{name}", status)
        bench.measure(f"buku kerja {rows:,} baris, {share:.0%} salah, dengan laporan", result["seconds"], "s", aim)


def exports(bench: Bench) -> None:
    """A released dataset of a million figures to the files that the public takes away; pandas writes the same rows."""
    n = 1_000_000 // bench.scale
    data.write_csv(bench.sources / "uji" / "ekspor.csv", data.rows(n, REFERENCE))
    data.write_contract(bench.datasets, "ekspor", "ekspor.csv")
    console.print(f"[bold]Ekspor {n:,} angka[/]")
    bench.journey("uji.ekspor", "dirilis")
    folder = str(bench.folder / "ekspor")
    own = bench.alone("bench.exports", "uji.ekspor", folder)
    pandas = bench.alone("bench.exports", "uji.ekspor", folder, "--peers")
    for name in ("parquet", "csv", "json", "xlsx"):
        bench.measure(f"ekspor {name}{' (dari basis data)' if name == 'parquet' else ''}", n / own[name], "baris/s")
    for name in ("csv", "xlsx"):
        bench.measure(f"pandas {name} / ekspor {name}", pandas[name] / own[name], "x", 1, at_least=True)
    bench.measure("memori puncak ekspor", own["peak_mb"], "MB")
    bench.measure("memori puncak pandas", pandas["peak_mb"], "MB")


def dags(bench: Bench) -> None:
    """The DAG folder with 1,000 contracts of 50 agencies: whole, and as one task sees it."""
    many = bench.folder / "seribu"
    many.mkdir()
    register = []
    for skpd in range(50):
        (many / f"s{skpd:02d}").mkdir()
        register.append(
            f"s{skpd:02d}: {{nama: SKPD {skpd}, kode: KT{skpd:02d}, folder: s{skpd:02d}, kontak: a@example.go.id}}"
        )
        for number in range(20):
            text = data.CONTRACT.format(name=f"d{number}", pattern="x*.csv", threshold=5)
            text = text.replace(f"uji.d{number}", f"s{skpd:02d}.d{number}").replace(
                "producer: uji", f"producer: s{skpd:02d}"
            )
            (many / f"s{skpd:02d}" / f"d{number}.yaml").write_text(text, encoding="utf-8")
    (many / "skpd.yaml").write_text("\n".join(register) + "\n", encoding="utf-8")
    console.print("[bold]Folder DAG dengan 1.000 kontrak[/]")
    for name, one, aim in (("penguraian folder DAG, 1.000 kontrak", "", 3), ("penguraian di dalam tugas", "s07", 0.5)):
        done = subprocess.run(
            [sys.executable, "-m", "bench.parse", one],
            env={**os.environ, "SATUDATA_DATASETS": str(many), "PYTHONPATH": str(PROJECT),
                 "AIRFLOW_HOME": str(bench.folder / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"},
            check=True, capture_output=True, text=True, cwd=PROJECT,
        )  # fmt: skip
        bench.measure(name, float(done.stdout.strip().splitlines()[-1]), "s", aim)


def first_runs(bench: Bench) -> None:
    """`make up` once everything is installed: ten agencies, 54 deliveries under Airflow."""
    console.print("[bold]make up[/]")
    seconds, dropped, megabytes = up.measure(bench.folder / "rumah")
    bench.measure("make up sampai putaran pertama selesai", seconds, "s", 120)
    bench.measure("dari berkas ditaruh sampai laporannya ada", dropped, "s", 60)
    bench.measure("memori puncak seluruhnya", megabytes, "MB", 2048)


def regency(bench: Bench) -> None:
    """A whole regency: how reading and merging do at 0.5, 5 and 50 million facts."""
    whole_regency.measure(bench, bench.million)


def site(bench: Bench) -> None:
    """The portal: pages and API answers a second beside Datasette, Lighthouse's scores."""
    console.print("[bold]Portal[/]")
    whole_site.measure(bench)


PARTS = (big_csv, long_csv, sheets, workbooks, small_files, database, exports, dags, first_runs, site)
LONG = (regency,)
"""Parts that run only when they are named."""


def main() -> None:
    asked = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="satudata-bench-"))
    folder.chmod(0o755)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a bench that is ended cleans up after itself
    bench = Bench(folder, 10 if asked.quick else 1, asked.million)
    try:
        bench.prepare()
        for part in (*LONG, *PARTS):
            if part.__name__ in asked.parts or (not asked.parts and part in PARTS):
                part(bench)
    finally:
        stop(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)
    table = Table("ukuran", "nilai", "satuan", "target", "tercapai", title=f"Bench {time.strftime('%Y-%m-%d')}")
    for row in bench.rows:
        table.add_row(row.name, f"{row.value:g}", row.unit, "" if row.aim is None else f"{row.aim:g}",
                      "" if row.met is None else ("ya" if row.met else "TIDAK"))  # fmt: skip
    console.print(table)
    if not asked.quick and not asked.parts:
        _write(bench, "latest")
    if not asked.quick and asked.parts == ["regency"] and asked.million == "50":
        _write(bench, "regency")
    if not asked.quick and asked.parts in (["site"], ["regency", "site"]):
        _write(bench, "site")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    names = [part.__name__ for part in (*PARTS, *LONG)]
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--million", choices=list(whole_regency.SIZES), default="50", help="facts of `regency`")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(names):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    return asked


def _write(bench: Bench, name: str) -> None:
    results = PROJECT / "bench" / "results" / f"{name}.json"
    results.write_text(json.dumps([asdict(row) for row in bench.rows], indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
