"""What a spreadsheet hides is read all the same, and told: a figure that nobody sees is easily forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from etl.extract.problems import listed, note
from etl.extract.scan import Scan
from etl.findings import Finding
from etl.frames import column_letters

Runs = Iterable[tuple[int, int]]
"""(first, last), 1-based."""


def hidden_note(name: str, sheet: str, rows: Runs, columns: Runs, *, whole: bool = False) -> Finding:
    """One note for a sheet. whole: the sheet itself is hidden."""
    rows, columns = _merged(rows), _merged(columns)
    parts = ["lembarnya sendiri"] * whole
    if rows:
        parts.append(f"baris {_ranges(rows, str)}")
    if columns:
        parts.append(f"kolom {_ranges(columns, column_letters)}")
    return note(
        "tersembunyi",
        f"Yang disembunyikan ikut dibaca: {'; '.join(parts)}.",
        "Disembunyikan di Excel (Hide, saringan atau Group), mungkin karena tidak ikut dicetak.",
        "Periksa apakah isinya memang data; bila bukan, hapus dari berkas.",
        file=name,
        sheet=sheet,
        row=rows[0][0] if rows else None,
    )


def hidden_notes(scanned: Scan, size: tuple[int, int], whole: bool, name: str, sheet: str) -> tuple[Finding, ...]:
    """The note of a sheet that hides something within its filled rows and columns (size), or is hidden itself."""
    rows = [(first, min(last, size[0])) for first, last in scanned.hidden_rows if first <= size[0]]
    columns = [(first, min(last, size[1])) for first, last in scanned.hidden_columns if first <= size[1]]
    return (hidden_note(name, sheet, rows, columns, whole=whole),) if rows or columns or whole else ()


def _merged(runs: Runs) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _ranges(runs: list[tuple[int, int]], called: Callable[[int], str]) -> str:
    """`3-5, 9`."""
    return listed([called(first) if first == last else f"{called(first)}-{called(last)}" for first, last in runs])
