"""The demo regency's files: the draft reads as many figures, and the same sum, as the contract that people wrote."""

from __future__ import annotations

import fnmatch
from decimal import Decimal
from pathlib import Path

import pytest
from inspect_drafting import checked, inspected, read_by, total

from etl.catalogue import load_contracts
from etl.contract import Contract
from etl.findings import Refused
from etl.settings import PROJECT

SOURCES = PROJECT / "samples" / "sumber"
CONTRACTS = load_contracts(PROJECT / "datasets").contracts
FILES = sorted(path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*") if path.is_file())
RETURNED = {
    "dinkes/faskes/Faskes Tahun 2020.xls",
    "disdikbud/partisipasi/APK APM 2025.csv",
    "disdikbud/sekolah/Sekolah 2023.csv",
    "disdukcapil/penduduk/Rekap Penduduk DKB2 2025.xlsx",
    "disdukcapil/penduduk/~$Rekap Penduduk DKB2 2025.xlsx",
}
"""Files that the written contracts refuse: broken, empty, or laid out otherwise than agreed."""
CORRECTED = {"dtphp/padi/Produksi Padi 2022.xlsx": Decimal("3.215") * 1000 - Decimal("32.15") * 1000}
"""A recorded correction is a person's knowledge: the file itself says 32,15 thousand tonnes."""
EMPTY_COLUMN = {"dpu/jalan/Kondisi Jalan 31 DESEMBER 2025.xlsx": 18}
"""Formulas without values: inspect cannot know that the empty column holds figures, and says so."""


def written(file: str) -> Contract:
    skpd, _, path = file.partition("/")
    own = [c for c in CONTRACTS.values() if c.skpd == skpd and c.source.kind == "folder"]
    return next(c for c in own if fnmatch.fnmatchcase(path, getattr(c.source, "files", "")))


STATISTICS = [file for file in FILES if file not in RETURNED and written(file).fact == "indikator"]
"""Budgets and performance are not drafted: which account or stage a column is, no file says."""


@pytest.mark.parametrize("file", STATISTICS)
def test_the_draft_reads_what_the_written_contract_reads(file: str, tmp_path: Path) -> None:
    path = SOURCES / file
    theirs = read_by(written(file), path)
    _, trial = inspected(path)
    ours = read_by(checked(trial.draft.text, tmp_path), path)
    assert ours.figures.num_rows == theirs.figures.num_rows - EMPTY_COLUMN.get(file, 0)
    assert total(ours) == total(theirs) - CORRECTED.get(file, Decimal(0))
    assert ours.periods == theirs.periods
    assert len(ours.rows) == len(theirs.rows)


@pytest.mark.parametrize("file", sorted(RETURNED))
def test_what_is_left_out_here_is_refused_by_the_written_contract(file: str) -> None:
    with pytest.raises(Refused):
        read_by(written(file) if "~$" not in file else CONTRACTS["disdukcapil.penduduk"], SOURCES / file)
