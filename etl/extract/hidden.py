"""What a spreadsheet hides is read all the same, and told: a figure that nobody sees is easily forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from etl.extract.problems import listed, note
from etl.findings import Finding
from etl.frames import column_letters


def hidden_note(name: str, sheet: str, rows: Iterable[int], columns: Iterable[int], *, whole: bool = False) -> Finding:
    """One note for a sheet. rows, columns: 1-based. whole: the sheet itself is hidden."""
    lines, letters = sorted(set(rows)), sorted(set(columns))
    parts = ["lembarnya sendiri"] * whole
    if lines:
        parts.append(f"baris {_ranges(lines, str)}")
    if letters:
        parts.append(f"kolom {_ranges(letters, column_letters)}")
    return note(
        "tersembunyi",
        f"Yang disembunyikan ikut dibaca: {'; '.join(parts)}.",
        "Disembunyikan di Excel (Hide, saringan atau Group), mungkin karena tidak ikut dicetak.",
        "Periksa apakah isinya memang data; bila bukan, hapus dari berkas.",
        file=name,
        sheet=sheet,
        row=lines[0] if lines else None,
    )


def _ranges(numbers: list[int], called: Callable[[int], str]) -> str:
    """[3, 4, 5, 9] → `3-5, 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][-1] = number
        else:
            runs.append([number, number])
    return listed([called(a) if a == b else f"{called(a)}-{called(b)}" for a, b in runs])
