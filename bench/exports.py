"""Seconds to export one released dataset, form by form: `python -m bench.exports DATASET FOLDER [--peers]`.

`--peers`: pandas writes the same rows, which the first call left in FOLDER as Parquet.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.journey import peak_memory
from etl.publish import csv_file, datapackage, json_file, xlsx_file
from etl.publish.released import snapshot
from etl.receive import warehouse
from etl.settings import Settings


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = act()
    return time.perf_counter() - start, result


def ours(dataset: str, folder: Path) -> dict[str, float]:
    with warehouse(Settings.from_env()) as conn:
        seconds, released = _timed(lambda: snapshot(conn, dataset, folder))
    told = {"rows": released.count, "parquet": seconds}
    for name, module in (("csv", csv_file), ("json", json_file), ("datapackage", datapackage), ("xlsx", xlsx_file)):
        told[name], _ = _timed(lambda module=module: module.write(released, folder))
    return told


def peers(dataset: str, folder: Path) -> dict[str, float]:
    import pandas as pd

    frame = pd.read_parquet(folder / f"{dataset}.parquet")
    frame["nilai"] = frame["nilai"].astype(float)
    frame["dirilis_pada"] = frame["dirilis_pada"].dt.tz_localize(None)
    told = {"csv": _timed(lambda: frame.to_csv(folder / "pandas.csv", index=False))[0]}
    told["xlsx"], _ = _timed(lambda: frame.to_excel(folder / "pandas.xlsx", index=False, engine="xlsxwriter"))
    return told


def main() -> None:
    dataset, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    told = peers(dataset, folder) if "--peers" in sys.argv else ours(dataset, folder)
    print(json.dumps({**told, "peak_mb": peak_memory()}))


if __name__ == "__main__":
    main()
