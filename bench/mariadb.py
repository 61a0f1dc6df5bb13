"""A million rows of an agency's MariaDB into the archive: the whole dump() call, in a process of its own.

`bench.run` calls `measure`; `python -m bench.mariadb` measures alone and prints what it found.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pymysql

from etl.extract.archive import Archive
from etl.extract.database import dump
from etl.settings import PROJECT
from etl.sources import DatabaseSource, Incremental
from tests.servers.mariadb import mariadb

QUERY = "SELECT * FROM besar ORDER BY id"

TABLE = """CREATE TABLE besar (
    id bigint unsigned PRIMARY KEY, kecamatan varchar(10), tahun smallint, bulan tinyint, jenis_kelamin varchar(10),
    umur int, nilai decimal(14,2), rasio double, tanggal date, diubah datetime, KEY (diubah)
) DEFAULT CHARSET utf8mb4"""

FILL = """INSERT INTO besar SELECT seq, concat('64.08.', lpad(seq % 18 + 1, 2, '0')), 2000 + seq % 25, seq % 12 + 1,
    elt(seq % 3 + 1, 'Laki-laki', 'Perempuan', NULL), seq % 90, seq * 1.37 % 100000, seq / 7.0e0,
    '2020-01-01' + INTERVAL seq % 1500 DAY, '2024-01-01' + INTERVAL seq SECOND FROM seq_1_to_{rows}"""


@dataclass(frozen=True)
class Measured:
    """rows of ten columns. Seconds: the whole dump() call, the ordinary driver's bare fetch of the same rows, and a
    dump that fetched only what had changed since (a thousand rows, all keys compared). peak_mb: of the process that
    dumps and the largest of its children, together.
    """

    rows: int
    seconds: float
    peak_mb: float
    ordinary_seconds: float
    incremental_seconds: float


def measure(rows: int = 1_000_000) -> Measured:
    """Starts a server, fills a table, dumps it. Raises CalledProcessError when a dump fails."""
    with mariadb("--innodb-buffer-pool-size=512M") as server, tempfile.TemporaryDirectory(prefix="satudata-") as folder:
        url = server.create("besar")
        server.execute("besar", TABLE, FILL.format(rows=rows), "ANALYZE TABLE besar")
        first = _dumped(url, folder, "")
        whole = _dumped(url, folder, "diubah")
        server.execute(
            "besar", f"UPDATE besar SET nilai = 1, diubah = diubah + INTERVAL {rows} SECOND WHERE id <= 1000"
        )
        part = _dumped(url, folder, "diubah", whole["path"])
        assert (first["rows"], part["full"]) == (rows, False)
        ordinary = _fetched(server.root("besar"))
    return Measured(rows, first["seconds"], first["peak_mb"], ordinary, part["seconds"])


def _dumped(url: str, folder: str, watermark: str, previous: str = "") -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.mariadb", "dump", folder, watermark, previous],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        input=url, check=True, capture_output=True, text=True, cwd=PROJECT,
    )  # fmt: skip
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _dump(folder: str, watermark: str, previous: str) -> None:
    plan = Incremental(watermark=watermark, overlap="10 menit", key=("id",)) if watermark else None
    source = DatabaseSource(kind="database", connection="bench", query=QUERY, incremental=plan)
    url = sys.stdin.read()
    started = time.perf_counter()
    result = dump(source, url, Archive(Path(folder)), "uji.besar", Path(previous) if previous else None)
    seconds = time.perf_counter() - started
    peak = _highest() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "seconds": seconds,
                "peak_mb": peak,
                "rows": result.rows_fetched,
                "full": result.full,
                "path": str(result.archived.path),
            }
        )
    )


def _highest() -> float:
    """MB this process ever held; getrusage's figure would be inherited from the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _fetched(connection: pymysql.Connection) -> float:
    """Seconds of the ordinary driver for the same rows, thrown away as they come."""
    started = time.perf_counter()
    with connection, connection.cursor(pymysql.cursors.SSCursor) as cursor:
        cursor.execute(QUERY)
        while cursor.fetchmany(20_000):
            pass
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["dump"]:
        _dump(*sys.argv[2:5])
    else:
        found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
        print(f"{found.rows / found.seconds:,.0f} baris/s; {found}")
