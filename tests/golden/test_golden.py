"""Golden cases: every folder beside this file is one, `contract.yaml` + `input.*` → `expect.csv` (or `refused.txt`).

contract.yaml holds what matters to the case; the rest comes from grids.contract_of. input.csv is one sheet of text
cells; input.json is `{"file": name, "sheets": [{"name": …, "rows": [[cell, …], …]}]}` with number cells as
numbers. expect.csv lists every figure by source row and column. faults.csv, where there is one, lists every bad cell;
refused.txt lists pieces of sentences that the refusal must contain.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden.grids import contract_of, kutim, sheet_of

from etl.findings import Refused
from etl.frames import Sheet, Tidy, column_letters, split_key
from etl.transform.tidy import tidy

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/contract.yaml"))


def read_input(case: Path) -> tuple[list[Sheet], str]:
    if (case / "input.csv").exists():
        with (case / "input.csv").open(encoding="utf-8", newline="") as file:
            return [sheet_of(list(csv.reader(file)), "input")], "input.csv"
    content: dict[str, Any] = json.loads((case / "input.json").read_text(encoding="utf-8"))
    sheets = [sheet_of(one["rows"], one["name"], no) for no, one in enumerate(content["sheets"])]
    return sheets, content.get("file", "input.xlsx")


def cell_name(result: Tidy, key: int, col_no: int) -> str:
    """The cell as the sheet shows it, with its sheet where there are several."""
    sheet, row_no = split_key(key)
    if sheet in result.transposed:
        row_no, col_no = col_no, row_no
    return f"{'' if len(result.sheets) == 1 else result.sheets[sheet] + '!'}{column_letters(col_no)}{row_no}"


def figure_lines(result: Tidy) -> list[dict[str, str]]:
    lines = []
    for row in result.figures.to_pylist():
        lines.append(
            {
                "sel": cell_name(result, row["key"], row["col_no"]),
                "indikator": row["indikator"],
                "wilayah": row["wilayah"],
                "periode": row["periode"],
                "rincian": row["rincian"],
                "desimal": row["desimal"] or "",
                "penanda": "" if row["penanda"] is None else f"[{row['penanda']}]",
            }
        )
    return sorted(lines, key=lambda line: tuple(line.values()))


def fault_lines(result: Tidy) -> list[dict[str, str]]:
    lines = [
        {
            "sel": cell_name(result, cell.key, cell.col_no),
            "aturan": fault.rule,
            "tertulis": cell.value,
        }
        for fault in result.faults
        for cell in fault.cells.itertuples()
    ]
    return sorted(lines, key=lambda line: tuple(line.values()))


def read_lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda line: tuple(line.values()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    contract = contract_of(**yaml.load((case / "contract.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader))
    sheets, file_name = read_input(case)
    if (case / "refused.txt").exists():
        with pytest.raises(Refused) as refused:
            tidy(sheets, contract, kutim(), file_name)
        for piece in (case / "refused.txt").read_text(encoding="utf-8").splitlines():
            assert piece in str(refused.value)
        return
    result = tidy(sheets, contract, kutim(), file_name)
    assert figure_lines(result) == read_lines(case / "expect.csv")
    assert fault_lines(result) == (read_lines(case / "faults.csv") if (case / "faults.csv").exists() else [])
    read = [sheet for sheet in sheets if sheet.no in result.sheets]
    in_sheets = sum(sheet.n_columns if sheet.no in result.transposed else sheet.n_rows for sheet in read)
    assert len(result.rows) + sum(result.skipped.values()) == in_sheets


def test_there_are_cases() -> None:
    assert len(CASES) >= 10
