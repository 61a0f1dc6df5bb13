"""A file drafted as the command does it, and read again by the draft alone, as the journey does it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from etl.catalogue import load_contracts
from etl.cli_inspect import reference_regions
from etl.contract import Contract
from etl.extract.read import read_sheets
from etl.frames import Tidy
from etl.inspect.draft import Wanted
from etl.inspect.seen import Asked, Seen, see
from etl.inspect.trial import Trial, drafted
from etl.settings import PROJECT, WAREHOUSE_SQL
from etl.transform.regions import Regions
from etl.transform.tidy import tidy

SHARED = PROJECT.parent / "shared" / "samples"
YEAR = 2025
DATASET = "dinkes.rancangan"


def regions() -> Regions:
    return reference_regions(WAREHOUSE_SQL / "reference")


def inspected(path: Path, **asked: object) -> tuple[Seen, Trial]:
    """What inspect sees in the file and the draft it makes, as `--dataset dinkes.rancangan` would."""
    sheets = read_sheets(path, path.name, wanted=["*"])
    seen = see(sheets, path.as_posix(), regions(), Asked(year=YEAR, **asked))  # type: ignore[arg-type]
    assert seen.chosen is not None, path.name
    return seen, drafted(sheets, seen, regions(), Wanted(DATASET, "1.02", "dinkes"))


def checked(text: str, folder: Path) -> Contract:
    """The draft, unchanged, beside the project's own contracts: as `satudata contract check` reads it."""
    datasets = folder / "datasets"
    if not datasets.exists():
        shutil.copytree(PROJECT / "datasets", datasets)
    (datasets / "dinkes" / "rancangan.yaml").write_text(text, encoding="utf-8")
    return load_contracts(datasets).contracts[DATASET]


def read_by(contract: Contract, path: Path) -> Tidy:
    """The file read with nothing but the contract."""
    named = [block.sheet for block in contract.layout if block.sheet]
    wanted = [one for sheet in named for one in ([sheet] if isinstance(sheet, str) else sheet)]
    sheets = read_sheets(path, path.name, wanted=wanted or None, how=contract.source)  # type: ignore[arg-type]
    return tidy(sheets, contract, regions(), path.name)


def total(result: Tidy) -> Decimal:
    """Exact sum of all figures."""
    return sum((Decimal(text) for text in result.figures["desimal"].drop_null().to_pylist()), Decimal(0))


def number(cell: object) -> Decimal:
    """A cell of another library as a number; what is none counts nothing."""
    if cell is None or isinstance(cell, bool):
        return Decimal(0)
    if isinstance(cell, int | float):
        return Decimal(repr(cell))
    return Decimal(0) if str(cell).strip() in ("", "-", "NULL") else Decimal(str(cell).strip().replace(",", ""))


def added(rows: Sequence[Sequence[object]], columns: Sequence[int]) -> Decimal:
    return sum((number(row[at]) for row in rows for at in columns if at < len(row)), Decimal(0))
