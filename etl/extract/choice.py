"""Which sheets of a file are read."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Sequence

from etl.extract.problems import listed, refused, shown
from etl.findings import Refused


def choose(names: Sequence[str], visible: Sequence[bool], wanted: Sequence[str] | None, file: str) -> list[int]:
    """Indices of the sheets to read: those whose name fits a pattern, or the first visible one.

    Raises Refused when no sheet fits, naming those that exist and the nearest.
    """
    if wanted is None and names:
        return [next((no for no, seen in enumerate(visible) if seen), 0)]
    fitting = [no for no, name in enumerate(names) if fits(name, wanted or ())]
    if not fitting:
        raise _no_sheet(list(names), list(wanted or ()), file)
    return fitting


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is like one of the patterns (`*`); letter case and repeated blanks do not count."""
    return any(fnmatch.fnmatchcase(_folded(name), _folded(pattern)) for pattern in patterns)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def no_workbook(name: str, kind: str) -> Refused:
    return refused(
        "bukan_lembar_kerja",
        f"Ini bukan buku kerja Excel, melainkan berkas {kind}.",
        "Berkas lain tersimpan dengan nama berakhiran Excel, atau berkas yang salah tersalin.",
        "Simpan tabelnya dari Excel sebagai .xlsx atau .csv, lalu ganti berkas ini.",
        file=name,
    )


def _no_sheet(existing: list[str], wanted: list[str], name: str) -> Refused:
    if not existing:
        return no_workbook(name, "Excel tanpa satu pun lembar tabel (hanya grafik)")
    near = difflib.get_close_matches(_folded(wanted[0]) if wanted else "", [_folded(sheet) for sheet in existing], 1, 0)
    nearest = next((sheet for sheet in existing if near and _folded(sheet) == near[0]), existing[0])
    return refused(
        "lembar_tidak_ada",
        f"Lembar {listed([shown(sheet) for sheet in wanted])} tidak ada. "
        f"Yang ada: {listed([shown(sheet) for sheet in existing])}; yang paling mirip: {shown(nearest)}.",
        "Lembarnya berganti nama, terhapus, atau berkas yang salah tersalin.",
        f"Beri lembar datanya nama {shown(wanted[0])} seperti sebelumnya; bila nama baru memang disengaja, "
        "kabari walidata agar kontraknya disesuaikan.",
        file=name,
    )
