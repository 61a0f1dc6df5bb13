"""A regency's whole warehouse, made up: 55 agencies of up to 300 datasets over ten years, 50 million facts, with what
was revised, the submissions and checks behind every figure, and a year's budget. Read as portals read it, loaded as
agencies do.

Built from 0.5 over 5 to 50 million, and measured at each, so that growth shows.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import psycopg2
import psycopg2.extensions
import pyarrow as pa
from rich.console import Console

from etl.catalogue import Catalogue
from etl.contract import Contract, Skpd
from etl.frames import FIGURES, Tidy
from etl.load.dimensions import sync_catalogue
from etl.load.migrate import migrate
from etl.load.readers import create_reader
from etl.load.reference import seed
from etl.load.submission import load, register
from etl.load.warehouse import connect, transaction
from etl.services.postgres import create_database, start, stop

if TYPE_CHECKING:
    from bench.run import Bench

console = Console()
SIZES = {"0.5": 165, "5": 1_650, "50": 16_500}
"""Millions of facts → datasets that hold them."""
ROOM = {"0.5": 3, "5": 8, "50": 40}
"""Free disk that a size needs, GB: tables, log, the peer's copy."""
CALLS = 200
READER = "portal_uji"
_parts = re.split(r"(?m)^-- name: (\w+)\n", Path(__file__).with_name("regency.sql").read_text(encoding="utf-8"))
SQL = dict(zip(_parts[1::2], _parts[2::2], strict=True))
Connection = psycopg2.extensions.connection


def measure(bench: Bench, million: str) -> None:
    """Build up to that many million facts and measure at every size on the way."""
    free = shutil.disk_usage(bench.folder).free / 1e9
    console.print(
        f"[bold]Kabupaten rekaan, {million} juta fakta[/]: perlu {ROOM[million]} GB cakram, ada {free:.0f} GB"
    )
    if free < ROOM[million]:
        raise SystemExit(
            f"Cakram {bench.folder} kurang: perlu {ROOM[million]} GB, ada {free:.0f} GB. Pilih ukuran lain."
        )
    dsn = create_database(bench.server, "kabupaten")
    conn = connect(dsn)
    migrate(conn)
    seed(conn)
    create_reader(conn, READER, "-")
    for part in ("members", "budget_members", "budget"):
        _do(conn, part)
    first = 1
    for size, last in SIZES.items():
        seconds = _grow(conn, first, last)
        first = last + 1
        bench.measure(f"{size} juta: membangun tambahan fakta ini", seconds, "s")
        bench.measure(f"{size} juta: beban mesin saat mengukur", os.getloadavg()[0], "load")
        _sizes(bench, conn, size)
        _merges(bench, conn, size)
        _peer(bench, conn, size)
        conn.close()
        if size == million:
            _reads(bench, dsn, size, last)
            return
        _reads(bench, dsn, size, last, kinds=(NOW,))
        conn = connect(dsn)  # cold reads have started the server anew


# ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _do(conn: Connection, part: str, **given: int) -> float:
    """Seconds that this part of regency.sql took."""
    began = time.perf_counter()
    with transaction(conn) as cursor:
        cursor.execute(SQL[part], given or None)
    return time.perf_counter() - began


def _grow(conn: Connection, first: int, last: int) -> float:
    """Datasets first..last, year by year as they would have come; then what autovacuum would have done meanwhile."""
    began = time.perf_counter()
    _do(conn, "datasets", first=first, last=last)
    _do(conn, "submissions", first=first, last=last)
    for year in range(2015, 2025):
        seconds = _do(conn, "figures", first=first, last=last, year=year)
        seconds += _do(conn, "revised", first=first, last=last, year=year)
        console.print(f"    {last:,} dataset, {year}: {seconds:.0f} s", style="dim", highlight=False)
    conn.autocommit = True
    with conn.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    conn.autocommit = False
    return time.perf_counter() - began


def _sizes(bench: Bench, conn: Connection, size: str) -> None:
    for what, name in (
        ("fakta berlaku", "dw.fakta_indikator_kini"),
        ("riwayat", "dw.fakta_indikator_riwayat"),
    ):
        rows, table, index = _ask(conn, SQL["size"], {"name": name})[0]
        bench.measure(f"{size} juta: {what}, baris", rows, "baris")
        bench.measure(f"{size} juta: {what}, tabel", table / 1e6, "MB")
        bench.measure(f"{size} juta: {what}, indeks", index / 1e6, "MB")
    bench.measure(f"{size} juta: seluruh basis data", _ask(conn, SQL["database_size"])[0][0] / 1e6, "MB")


def _ask(conn: Connection, query: str, given: object = None) -> list[tuple[Any, ...]]:
    with transaction(conn) as cursor:
        cursor.execute(query, given)  # type: ignore[arg-type]
        return cursor.fetchall()


# ── merging ──────────────────────────────────────────────────────────────────────────────────────────────────────────

FIGURES_SENT = 10_000
AGENCY = {"uji": Skpd(nama="SKPD uji", kode="KT01", folder="uji", kontak="uji@example.go.id")}
"""Not one of the 55: what a catalogue of an agency lacks is no longer published."""


def _merges(bench: Bench, conn: Connection, size: str, rounds: int = 5) -> None:
    """A submission of 10,000 rows: a period that is new, the same with a tenth revised, with all revised, unchanged."""
    contract = _contract(f"besar_{size.replace('.', '_')}")
    sync_catalogue(conn, Catalogue({contract.id: contract}, AGENCY))
    villages = [kode for (kode,) in _ask(conn, SQL["villages"])]
    taken: dict[str, list[float]] = {}
    for year in range(2020, 2020 + rounds):
        kinds = (("periode baru", 0, 0.0), ("sepersepuluh direvisi", 1, 0.1), ("seluruhnya direvisi", 2, 1.0))
        for kind, seed_, share in kinds:
            seconds = _load(conn, contract, _submission(contract, villages, str(year), seed_, share))
            taken.setdefault(kind, []).append(seconds)
    for kind, seconds_ in taken.items():
        bench.measure(f"{size} juta: gabung 10.000 baris, {kind} (median)", statistics.median(seconds_), "s", 2)
        bench.measure(f"{size} juta: gabung 10.000 baris, {kind} (terlama)", max(seconds_), "s", 2)


def _contract(name: str) -> Contract:
    indicator = {"nama": name, "konsep": "Rekaan", "definisi": "Angka rekaan.", "satuan": "orang"}
    return Contract.model_validate(
        {
            "id": f"uji.{name}",
            "title": "Dataset besar rekaan",
            "description": "Angka rekaan untuk mengukur kecepatan.",
            "producer": "uji",
            "urusan": "2.16",
            "access": "terbuka",
            "calendar": {"period": "tahunan", "due_days": "90"},
            "source": {"kind": "folder", "files": "*.csv"},
            "load": "periode",
            "columns": {
                "desa": {"role": "wilayah", "scheme": "kemendagri", "level": "desa"},
                "tahun": {"role": "periode"},
                "kelompok": {"role": "rincian"},
                "jumlah": {"role": "ukuran", "indikator": f"{name}.jumlah"},
            },
            "indikator": {f"{name}.jumlah": indicator},
            "release": {"policy": "otomatis"},
        }
    )


def _submission(contract: Contract, villages: list[str], year: str, seed: int, share: float) -> Tidy:
    """10,000 rows of one figure each; with a seed other than 0 that share of them says something else."""
    n = FIGURES_SENT
    values = np.random.default_rng(int(year)).integers(1, 100_000, n)
    values[: int(n * share)] += seed
    text = pa.array(values.astype(str))
    groups = [f"kelompok={number}" for number in range(n // len(villages) + 1)]
    place = np.arange(n)
    keys = np.arange(2, n + 2, dtype=np.int64)

    def coded(index: np.ndarray, names: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(names))

    zeros = np.zeros(n, dtype=np.int32)
    columns = [
        pa.array(keys), pa.repeat(pa.scalar(4, pa.int16()), n), coded(zeros, list(contract.indikator)),
        coded(place % len(villages), villages), coded(zeros, [year]), coded(place // len(villages), groups),
        text.cast(pa.float64()), text, pa.DictionaryArray.from_arrays(pa.nulls(n, pa.int32()), pa.array(["-"])),
    ]  # fmt: skip
    figures = pa.table(columns, schema=FIGURES)
    frame = pd.DataFrame({"jumlah": values.astype(float)}, index=pd.Index(keys, name="key"))
    return Tidy(
        rows=frame, raw=frame.astype(str), figures=figures, controls=figures.slice(0, 0),
        columns={"jumlah": (4, "Jumlah")}, sheets={0: "Data"}, periods=(year,),
    )  # fmt: skip


def _load(conn: Connection, contract: Contract, tidy: Tidy) -> float:
    """Registered and released; seconds of the load alone."""
    said = hashlib.sha256("".join(tidy.figures["desimal"].to_pylist()).encode() + tidy.periods[0].encode()).hexdigest()
    submission_id = register(
        conn, dataset=contract.id, skpd=contract.skpd, path=f"uji/{contract.name}-{tidy.periods[0]}.csv", sha256=said,
        size=1, mtime_ns=1, contract_json=contract.resolved,
        contract_sha256=hashlib.sha256(contract.resolved.encode()).hexdigest(),
    )  # fmt: skip
    nothing = pd.Index([], dtype="int64")
    began = time.perf_counter()
    counts = load(conn, submission_id, contract, tidy, [], nothing, [], release_by="aturan otomatis")
    seconds = time.perf_counter() - began
    if counts.status != "dirilis":
        raise SystemExit(f"gabung: {counts}, bukan dirilis")
    return seconds


def _peer(bench: Bench, conn: Connection, size: str) -> None:
    """The same 10,000 figures by one MERGE into a plain table of all current figures: no history, no account."""
    _do(conn, "plain_table")
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        _do(conn, "plain_merge")
        seconds.append(time.perf_counter() - began)
    _do(conn, "plain_gone")
    bench.measure(f"{size} juta: pembanding, MERGE polos tanpa riwayat", statistics.median(seconds), "s")


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Choice:
    """Random figures to ask for, the same ones at every run."""

    def __init__(self, datasets: int) -> None:
        self.rng, self.datasets = random.Random(7), datasets

    def dataset(self) -> str:
        while (d := self.rng.randint(1, self.datasets)) % 10 == 7:
            pass  # those are not open
        return f"s{(d - 1) % 55 + 1:02d}.d{(d - 1) // 55 + 1:03d}"

    def year(self) -> str:
        return str(self.rng.randint(2015, 2024))

    def skpd(self) -> str:
        return f"KT{self.rng.randint(1, 55):02d}"


Given = Callable[[_Choice], dict[str, str]]
NOW, OLD, NEW = "halaman dataset", "halaman dataset per tanggal lama", "halaman dataset per tanggal terbaru"
KINDS: dict[str, tuple[str, Given]] = {
    NOW: ("dataset_page", lambda c: {"dataset": c.dataset(), "periode": c.year()}),
    "dataset berurut, halaman ketiga": ("dataset_third_page", lambda c: {"dataset": c.dataset()}),
    "jumlah baris dataset": ("dataset_count", lambda c: {"dataset": c.dataset()}),
    "satu indikator, semua wilayah dan tahun": ("indicator", lambda c: {"indikator": c.dataset() + "_1"}),
    "pohon program satu SKPD dan tahun": ("programme", lambda c: {"skpd": c.skpd()}),
    "pohon program satu tahun, semua simpul": ("programme_year", lambda _: {}),
    "pohon program satu tahun, semua simpul, kolom peta": ("programme_map", lambda _: {}),
    "pohon program satu tahun, tingkat program": ("programmes", lambda _: {}),
    "asal satu angka": ("provenance", lambda c: {"indikator": c.dataset() + "_1", "periode": c.year()}),
    OLD: ("page_as_of", lambda c: {"dataset": c.dataset(), "periode": "2015", "pada": "2016-06-01"}),
    NEW: ("page_as_of", lambda c: {"dataset": c.dataset(), "periode": c.year(), "pada": "2026-01-01"}),
}
"""What is asked → statement of regency.sql, and what it is asked for."""


def _reads(bench: Bench, dsn: str, size: str, datasets: int, kinds: tuple[str, ...] = tuple(KINDS)) -> None:
    """Every kind of reading, first with nothing in memory (neither the server's nor the system's), then again."""
    for kind in kinds:
        _forget(bench)
        for warmth, aim in (("dingin", None), ("hangat", 50)):
            taken = sorted(_timed(dsn, *KINDS[kind], _Choice(datasets)))
            bench.measure(f"{size} juta: {kind}, {warmth} p50", taken[len(taken) // 2], "ms")
            bench.measure(f"{size} juta: {kind}, {warmth} p95", taken[len(taken) * 95 // 100], "ms", aim)
    for kind in [kind for kind in (OLD, NEW) if kind in kinds]:
        by_turns = zip(*(_timed(dsn, *KINDS[one], _Choice(datasets)) for one in (kind, NOW)), strict=True)
        ratio = statistics.median(past / now for past, now in by_turns)
        bench.measure(f"{size} juta: {kind} / sekarang, bergantian", ratio, "x", 2)


def _timed(dsn: str, statement: str, given: Given, choice: _Choice) -> Iterator[float]:
    """Milliseconds of each call as the portal's login, from asking to the last row; planned anew every time."""
    conn = psycopg2.connect(psycopg2.extensions.make_dsn(dsn, user=READER))
    conn.autocommit = True
    with conn.cursor() as cursor:
        for _ in range(CALLS):
            values = given(choice)
            began = time.perf_counter()
            cursor.execute(SQL[statement], values)
            found = cursor.fetchall()
            yield (time.perf_counter() - began) * 1000
            if not found:
                raise SystemExit(f"{statement} {values}: tidak ada baris; yang diukur bukan yang dimaksud")
    conn.close()


def _forget(bench: Bench) -> None:
    """Restart the server and let the system drop what it holds of its files."""
    stop(bench.folder / "pg")
    for path in (bench.folder / "pg" / "base").rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    start(bench.folder / "pg")
