"""One journey in a process of its own, imports warm: prints seconds and peak memory as JSON.

`python -m bench.journey DATASET [--force]`, with SATUDATA_* pointing at the bench's own warehouse and home.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

from etl.pipeline import run
from etl.services.preloaded import LIBRARIES
from etl.settings import Settings


def peak_memory() -> float:
    """MB this process ever held. Not getrusage: its figure is inherited from the process that started this one."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    dataset, force = sys.argv[1], "--force" in sys.argv
    settings = Settings.from_env()
    for library in LIBRARIES:  # before the clock starts: a worker's tasks are forked with these loaded
        importlib.import_module(library)
    start = time.perf_counter()
    outcomes = run(settings, dataset=dataset, force=force)
    seconds = time.perf_counter() - start
    peak = peak_memory()
    outcome = outcomes[0] if outcomes else None
    print(
        json.dumps(
            {
                "seconds": seconds,
                "peak_mb": peak,
                "status": outcome.status if outcome else "tidak ada yang baru",
                "counts": [outcome.received, outcome.loaded, outcome.unchanged, outcome.quarantined] if outcome else [],
            }
        )
    )


if __name__ == "__main__":
    main()
