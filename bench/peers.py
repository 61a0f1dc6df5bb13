"""What we are measured against, on the same file, server and run: raw COPY, dlt and pandas."""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from psycopg2 import sql

from bench.data import HEADER


@contextlib.contextmanager
def clock() -> Iterator[list[float]]:
    """`with clock() as t:` leaves the seconds in t[0]."""
    seconds = [0.0]
    start = time.perf_counter()
    yield seconds
    seconds[0] = time.perf_counter() - start


def raw_copy(dsn: str, path: Path) -> float:
    """The floor: COPY of the file as it is into an unindexed table of text columns; nothing read, nothing checked."""
    conn = psycopg2.connect(dsn)
    with conn, conn.cursor() as cursor:
        columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in HEADER)
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS lantai; CREATE TABLE lantai ({})").format(columns))
    with clock() as t, conn, conn.cursor() as cursor, path.open("rb") as stream:
        cursor.copy_expert("COPY lantai FROM STDIN (FORMAT csv, HEADER)", stream)
    conn.close()
    return t[0]


def dlt_landing(url: str, path: Path, home: Path) -> float:
    """dlt lands the file through its Arrow backend; nothing is checked, conformed or compared."""
    os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR")
    import dlt
    import pyarrow.csv

    def table() -> Iterator[object]:
        yield pyarrow.csv.read_csv(path)

    with clock() as t, contextlib.redirect_stdout(io.StringIO()):
        pipeline = dlt.pipeline(
            "bench", destination=dlt.destinations.postgres(url), dataset_name="dlt_bench", pipelines_dir=str(home)
        )
        pipeline.run(table, table_name="mendarat", write_disposition="replace")
    return t[0]


def pandas_to_sql(url: str, path: Path) -> float:
    """read_csv and DataFrame.to_sql as the documentation shows them."""
    import pandas as pd
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with clock() as t:
        frame = pd.read_csv(path, engine="pyarrow")
        frame.to_sql("pandas_bench", engine, if_exists="replace", index=False, chunksize=10_000)
    engine.dispose()
    return t[0]
