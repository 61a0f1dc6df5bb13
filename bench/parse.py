"""Seconds to build the DAGs of the folder, Airflow imported: all of them, or those of one agency's task."""

from __future__ import annotations

import runpy
import sys
import time

import airflow.sdk  # noqa: F401  imported before the clock starts: Airflow has it loaded
from airflow.sdk.definitions.context import Context  # noqa: F401

from etl.settings import PROJECT


def main() -> None:
    skpd = sys.argv[1] if len(sys.argv) > 1 else ""
    if skpd:
        import os

        os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = f"skpd_{skpd}"
    start = time.perf_counter()
    runpy.run_path(str(PROJECT / "dags" / "skpd.py"))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
