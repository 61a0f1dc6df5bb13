"""The portal under load, beside Datasette on the same rows, and as Lighthouse sees it on a phone.

Measured on the demo regency, and on the made-up one too when `regency` ran before it in the same run. Needs what
`make servers` installs: wrk, Chromium, Lighthouse and Datasette.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import psycopg2
from psycopg2.extensions import make_dsn

from etl.load.migrate import migrate
from etl.load.readers import create_reader
from etl.load.reference import seed
from etl.load.warehouse import connect
from etl.pipeline import run
from etl.publish.publish import publish
from etl.services.airflow import sqlalchemy_url
from etl.services.demo import fill_database, place_folders
from etl.services.postgres import create_database
from etl.settings import PROJECT, Settings

if TYPE_CHECKING:
    from bench.run import Bench

CONNECTIONS = 16
LOGIN = "situs_uji"
AGENCY = "AIRFLOW_CONN_SKPD_DPMPTSP"
ASKS = PROJECT / "bench" / "site.lua"
LIGHTHOUSE = PROJECT / "tools" / "audit" / "node_modules" / ".bin" / "lighthouse"
DATASETTE = PROJECT / ".venv-servers" / "bin" / "datasette"
SEEN = {
    "beranda": "/",
    "katalog": "/data",
    "dataset": "/dataset/disdukcapil.penduduk_umur",
    "rencana": "/rencana",
}
AIMS = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 95}
COLUMNS = (
    "indikator", "wilayah", "nama_wilayah", "periode", "rincian", "nilai", "penanda", "satuan", "status_data",
    "dirilis_pada", "dataset",
)  # fmt: skip
PAGE = 100
"""Figures in one answer of the API, and of Datasette."""


def measure(bench: Bench) -> None:
    settings = _demo(bench)
    with served(settings.dsn, settings.home, 2) as site:
        _lighthouse(bench, site)
    _load(bench, settings.dsn, settings.home, "demo")
    if (regency := _regency(bench)) is not None:
        _load(bench, regency, settings.home, "kabupaten rekaan")


def _demo(bench: Bench) -> Settings:
    """The demo regency in a database of its own, loaded and published."""
    home = bench.folder / "demo"
    settings = Settings(
        dsn=create_database(bench.server, "demo"),
        home=home,
        datasets=PROJECT / "datasets",
        sources=str(home / "sumber"),
    )
    with contextlib.closing(connect(settings.dsn)) as conn:
        migrate(conn)
        seed(conn)
    agency = create_database(bench.server, "dpmptsp")
    fill_database(agency)
    place_folders(settings)
    os.environ[AGENCY] = sqlalchemy_url(agency, driver="")
    run(settings)
    publish(settings)
    return settings


def _regency(bench: Bench) -> str | None:
    """Address of the made-up regency's warehouse, where there is one, with what a load would have worked out."""
    with contextlib.closing(psycopg2.connect(bench.server)) as conn, conn.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'kabupaten'")
        if cursor.fetchone() is None:
            return None
    dsn = make_dsn(bench.server, dbname="kabupaten")
    with contextlib.closing(psycopg2.connect(dsn)) as conn, conn, conn.cursor() as cursor:
        cursor.execute("SELECT dw.segarkan_dataset()")
    return dsn


# ── serving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def served(dsn: str, home: Path, workers: int, cache_mb: int = 64) -> Iterator[str]:
    """The portal as `up` starts it, without counting who asks how often."""
    with contextlib.closing(connect(dsn)) as conn:
        create_reader(conn, LOGIN, LOGIN)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    env = {
        **os.environ,
        "SATUDATA_PORTAL_DSN": make_dsn(dsn, user=LOGIN, password=LOGIN),
        "SATUDATA_PORTAL_SECRET": secrets.token_urlsafe(40),
        "SATUDATA_PORTAL_CACHE_MB": str(cache_mb),
        "SATUDATA_PORTAL_RATE": "0",
        "SATUDATA_BASE_URL": address,
        "SATUDATA_HOME": str(home),
    }
    command = [sys.executable, "-m", "portal", "--port", str(port), "--workers", str(workers)]
    with _running(command, env, f"{address}/tentang"):
        yield address


@contextlib.contextmanager
def _running(command: Sequence[str], env: dict[str, str], asks: str) -> Iterator[None]:
    """A server, from its first answer on."""
    process = subprocess.Popen(command, env=env, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(asks, timeout=5).is_success:
                    break
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command)}: berakhir sebelum menjawab")
            time.sleep(0.1)
        else:
            raise SystemExit(f"{asks}: tidak menjawab dalam satu menit")
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# ── load ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _load(bench: Bench, dsn: str, home: Path, name: str) -> None:
    """Pages and API answers a second; the same API query of Datasette between two of ours."""
    asked = _asked(dsn)
    pages = [f"/dataset/{dataset}" for dataset in dict.fromkeys(dataset for dataset, _ in asked)]
    ours = [f"/api/v1/dataset/{dataset}/angka?wilayah={region}&ukuran={PAGE}" for dataset, region in asked]
    theirs = [
        f"/satudata/nilai.json?_shape=objects&_size={PAGE}&dataset={quote(dataset)}&wilayah={region}"
        for dataset, region in asked
    ]
    with served(dsn, home, 2) as site:
        got = _wrk(bench, site, pages)
        bench.measure(f"{name}: halaman dataset, hangat, 2 proses", got["rate"], "halaman/s", 300, at_least=True)
        bench.measure(f"{name}: halaman dataset, hangat, p95", got["p95"], "ms", 150)
        got = _wrk(bench, site, ours)
        bench.measure(f"{name}: API, hangat, 2 proses", got["rate"], "permintaan/s", 1000, at_least=True)
        bench.measure(f"{name}: API, hangat, p95", got["p95"], "ms")
    with served(dsn, home, 1, cache_mb=0) as site:
        got = _wrk(bench, site, pages)
        bench.measure(f"{name}: halaman dataset, selalu dibuat baru, 1 proses", got["rate"], "halaman/s")
        bench.measure(f"{name}: halaman dataset, selalu dibuat baru, p95", got["p95"], "ms")
        fresh = _wrk(bench, site, ours)
        bench.measure(f"{name}: API, selalu dibuat baru, 1 proses", fresh["rate"], "permintaan/s")
        bench.measure(f"{name}: API, selalu dibuat baru, p95", fresh["p95"], "ms")
    with _datasette(bench, dsn, asked, name) as peer:
        theirs_ = _wrk(bench, peer, theirs)
        bench.measure(f"{name}: Datasette, pertanyaan yang sama, 1 proses", theirs_["rate"], "permintaan/s")
        bench.measure(f"{name}: Datasette, p95", theirs_["p95"], "ms")
    with served(dsn, home, 1) as site:
        one = _wrk(bench, site, ours)
    bench.measure(f"{name}: API, hangat, 1 proses", one["rate"], "permintaan/s")
    bench.measure(f"{name}: API 1 proses / Datasette", one["rate"] / theirs_["rate"], "x", 1, at_least=True)


def _asked(dsn: str) -> list[tuple[str, str]]:
    """Datasets and regions to ask for: up to 50 open datasets, up to 5 regions each."""
    with contextlib.closing(psycopg2.connect(dsn)) as conn, conn.cursor() as cursor:
        cursor.execute(
            """SELECT k.dataset, n.wilayah
            FROM (
                SELECT dataset FROM portal.katalog
                WHERE jumlah_angka > 0 AND fakta = 'indikator' ORDER BY dataset LIMIT 50
            ) AS k
            CROSS JOIN LATERAL (
                SELECT DISTINCT wilayah FROM portal.nilai WHERE dataset = k.dataset ORDER BY wilayah LIMIT 5
            ) AS n"""
        )
        return cursor.fetchall()


def _wrk(bench: Bench, site: str, targets: list[str]) -> dict[str, float]:
    """Every target once, so that it is warm and known to be an answer; then as fast as they come."""
    with httpx.Client(base_url=site, timeout=60) as client:
        for target in targets * 2:
            answer = client.get(target)
            if answer.status_code != 200 or not answer.content:
                raise SystemExit(f"{target}: {answer.status_code}; yang diukur bukan yang dimaksud")
    listed = bench.folder / "sasaran.txt"
    listed.write_text("\n".join(targets) + "\n")
    # wrk calls two seconds a failure; a process that has yet to make its pages may need more for the first ones.
    how = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{10 // bench.scale}s", "--timeout", "20s", "-s", str(ASKS)]
    done = subprocess.run(["wrk", *how, site, "--", str(listed)], check=True, capture_output=True, text=True)
    got: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    if got["bad"]:
        raise SystemExit(f"{site}: {got['bad']} jawaban gagal di antara {got['requests']}")
    return {"rate": got["requests"] / got["microseconds"] * 1e6, "p50": got["p50"] / 1e3, "p95": got["p95"] / 1e3}


@contextlib.contextmanager
def _datasette(bench: Bench, dsn: str, asked: list[tuple[str, str]], name: str) -> Iterator[str]:
    """The same datasets' public figures in SQLite, indexed by what is asked, as Datasette serves them."""
    path = bench.folder / "datasette" / name.replace(" ", "_") / "satudata.db"
    path.parent.mkdir(parents=True)
    columns = (
        "indikator, wilayah, nama_wilayah, periode, rincian, nilai, penanda, satuan, status_data, dirilis_pada, dataset"
    )
    with contextlib.closing(psycopg2.connect(dsn)) as conn, conn.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM portal.nilai WHERE dataset = ANY (%s)", (sorted({dataset for dataset, _ in asked}),)
        )
        rows = [tuple(map(_in_sqlite, row)) for row in cursor]
    with contextlib.closing(sqlite3.connect(path)) as lite:
        lite.execute(f"CREATE TABLE nilai ({columns})")
        lite.executemany(f"INSERT INTO nilai VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        lite.execute("CREATE INDEX dataset_wilayah ON nilai (dataset, wilayah)")
        lite.execute("ANALYZE")
        lite.commit()
    port = _free_port()
    command = [str(DATASETTE), "serve", "--immutable", str(path), "--port", str(port)]
    command += ["--setting", "suggest_facets", "off"]
    with _running(command, dict(os.environ), f"http://127.0.0.1:{port}/-/versions.json"):
        yield f"http://127.0.0.1:{port}"


def _in_sqlite(value: object) -> str | float | None:
    return float(value) if isinstance(value, Decimal) else None if value is None else str(value)


# ── Lighthouse ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _lighthouse(bench: Bench, site: str) -> None:
    """Scores at its mobile settings (slow line, a phone's processor): the median of some rounds."""
    for page, path in SEEN.items():
        httpx.get(site + path, timeout=60)
        rounds = [_scores(bench, site + path) for _ in range(1 if bench.scale > 1 else 3)]
        for category, aim in AIMS.items():
            score = statistics.median(one[category] for one in rounds)
            bench.measure(f"Lighthouse {page}: {category}", score, "dari 100", aim, at_least=True)


def _scores(bench: Bench, url: str) -> dict[str, float]:
    told = bench.folder / "lighthouse.json"
    subprocess.run(
        [str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--output-path={told}",
         f"--only-categories={','.join(AIMS)}", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
        check=True, capture_output=True, env={**os.environ, "CHROME_PATH": "/usr/bin/chromium"},
    )  # fmt: skip
    found = json.loads(told.read_text(encoding="utf-8"))["categories"]
    return {category: found[category]["score"] * 100 for category in AIMS}
