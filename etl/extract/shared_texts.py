"""Texts that cells share. A workbook keeps each once and the cell reader copies it for every cell that shows it.

So a hundred kilobytes of file can become a hundred gigabytes, unless somebody multiplies first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from xml.parsers import expat

import numpy as np

from etl.extract.package import Package, parse
from etl.extract.scan import shared_cells

MAX_TEXT = 1_000_000_000
"""Bytes of all shared texts that a sheet's cells show: 10 million cells of 100 letters."""

PART = "xl/sharedStrings.xml"


def longest_text(package: Package) -> int:
    """Bytes of the longest shared text, or a little more; the part is proven on the way."""
    longest = open_since = 0
    for piece in package.stream(PART):
        first, *others = piece.split(b"</si>")
        open_since += len(first)
        for part in others:
            longest, open_since = max(longest, open_since), len(part)
    return max(longest, open_since)


def shown_bytes(package: Package, sheet: Callable[[], Iterator[bytes]]) -> int:
    """Bytes of all the shared texts that a sheet's cells show. A cell written in an odd way counts as the longest."""
    lengths = np.array([*_lengths(package), 0], np.int64)
    total = 0
    for indices, odd in shared_cells(sheet()):
        total += int(lengths[np.minimum(indices, len(lengths) - 1)].sum()) + odd * int(lengths.max())
    return total


def _lengths(package: Package) -> Sequence[int]:
    lengths: list[int] = []

    def start(tag: str, _: object) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text.encode())

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, characters
    parse(parser, package.stream(PART), package.name)
    return lengths
