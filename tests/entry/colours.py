"""Which cells LibreOffice shows red or amber: its HTML export paints the conditional formats that hold."""

from __future__ import annotations

from pathlib import Path

from lxml import html

from etl.frames import column_letters

LOOKS = {"#C00000": "salah", "#FFE08A": "periksa"}


def colours(page: Path, first_row: int) -> dict[str, str]:
    """Cell → `salah` or `periksa`, from `first_row` of the first sheet down (the legend above has the same colours)."""
    table = html.fromstring(page.read_bytes()).find(".//table")
    found: dict[str, str] = {}
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(table.iter("tr"), 1):
        column = 0
        for one in line.findall("td"):
            column += 1
            while (row, column) in taken:
                column += 1
            tall, wide = int(one.get("rowspan", 1)), int(one.get("colspan", 1))
            taken |= {(row + down, column + right) for down in range(tall) for right in range(wide)}
            look = LOOKS.get((one.get("bgcolor") or "").upper())
            if look and row >= first_row:
                found[f"{column_letters(column)}{row}"] = look
            column += wide - 1
    return found
