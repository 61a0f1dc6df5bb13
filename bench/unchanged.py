"""Seconds to collect a folder whose files are all known, the first time apart: `python -m bench.unchanged SKPD`."""

from __future__ import annotations

import importlib
import json
import sys
import time

from etl.pipeline import collect
from etl.services.preloaded import LIBRARIES
from etl.settings import Settings


def main() -> None:
    settings = Settings.from_env()
    for library in LIBRARIES:
        importlib.import_module(library)
    seconds, units = [], []
    for _ in range(4):
        start = time.perf_counter()
        units.append(len(collect(sys.argv[1], settings)))
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"first": seconds[0], "unchanged": min(seconds[1:]), "units": units}))


if __name__ == "__main__":
    main()
