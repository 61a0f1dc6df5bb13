"""Seconds to read one workbook: by us to a typed frame, by calamine to Python lists, by fastexcel to Arrow.

`python -m bench.sheets FILE` prints the best of some rounds of each, taken in turn, as JSON. fastexcel is no dependency
(it loses whether a cell was text or a number, which decides what `1.234` is); it is measured where it is installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from python_calamine import CalamineWorkbook

ROUNDS = 3


def ours(path: str) -> object:
    from etl.extract.read import read_sheets

    return read_sheets(Path(path), Path(path).name)


def calamine(path: str) -> object:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def fastexcel(path: str) -> object:
    import fastexcel

    return fastexcel.read_excel(path).load_sheet(0).to_arrow()


def main() -> None:
    readers: list[Callable[[str], object]] = [ours, calamine]
    if importlib.util.find_spec("fastexcel"):
        readers.append(fastexcel)
    seconds: dict[str, list[float]] = {reader.__name__: [] for reader in readers}
    for _ in range(ROUNDS):
        for reader in readers:
            start = time.perf_counter()
            reader(sys.argv[1])
            seconds[reader.__name__].append(time.perf_counter() - start)
    print(json.dumps({name: min(taken) for name, taken in seconds.items()}))


if __name__ == "__main__":
    main()
