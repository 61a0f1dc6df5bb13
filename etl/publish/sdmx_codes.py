"""What SDMX calls our codes, periods and states: identifiers, code lists and the two lists every statistician knows.

An SDMX identifier has letters, digits, `_`, `-`, `@` and `$` only. A space becomes `@`, anything else that is not
allowed `$` and its hexadecimal UTF-8 bytes. In code lists with levels (64.08.04, kesehatan.puskesmas) the dot becomes a
hyphen, and a hyphen `$2D`. So no two codes of a list become one, and each can be read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from etl.calendar import KINDS, MULTI, kind_of, years

TOTAL, NOT_APPLICABLE = "_T", "_Z"
"""Codes of the SDMX guidelines for a figure that is not broken down, and for one that a dimension does not concern."""

FREQUENCIES = {kind.sdmx: kind.name.capitalize() for kind in reversed(KINDS) if kind.name != MULTI}
"""SDMX:CL_FREQ(2.1), of it the codes used here; every so many years is A and their number, as its A2, A3 and A5."""

OBS_STATUS = {
    "A": "Angka tetap",
    "E": "Angka perkiraan",
    "M": "Tidak ada angka: tidak berlaku",
    "O": "Tidak ada angka",
    "P": "Angka sementara",
    "Q": "Tidak ada angka: disembunyikan",
}
"""SDMX:CL_OBS_STATUS(2.2), of it the codes used here."""
CONF_STATUS = {"F": "Bebas", "C": "Rahasia statistik"}
"""SDMX:CL_CONF_STATUS(1.3), of it the codes used here."""

_STATUS = {"tetap": "A", "perkiraan": "E", "sementara": "P"}
_MARKS = {"*": "Q", "NA": "M"}
HIDDEN = "*"

_PLAIN = re.compile(r"[A-Za-z0-9_-]")


class Code(NamedTuple):
    """One code of a list. value: as the warehouse writes it. parent: `id` of the code above it, if that is listed."""

    id: str
    value: str
    name: str
    parent: str | None = None


def identifier(value: str, *, levelled: bool = False) -> str:
    """The SDMX identifier of a code: `75+` → `75$2B`; levelled: `64.08.04` → `64-08-04`."""
    return "".join(_letter(letter, levelled) for letter in value)


def _letter(letter: str, levelled: bool) -> str:
    if levelled and letter in ".-":
        return "-" if letter == "." else "$2D"
    if _PLAIN.match(letter):
        return letter
    return "@" if letter == " " else "".join(f"${byte:02X}" for byte in letter.encode())


def component(column: str) -> str:
    """Identifier of the dimension that a column of ours is: the cross-domain concept where SDMX has one."""
    return {"wilayah": "REF_AREA", "indikator": "INDICATOR", "periode": "TIME_PERIOD"}.get(column, column.upper())


def frequency(period: str) -> str:
    """`2024-Q2` → `Q`, `2021-2026` → `A6`. Raises ValueError when it is no period."""
    kind = kind_of(period)
    if kind.name != MULTI:
        return kind.sdmx
    first, last = years(period)
    return f"{kind.sdmx}{last - first + 1}"


def frequency_name(code: str) -> str:
    """`Q` → `Triwulanan`, `A6` → `6 tahunan`."""
    return FREQUENCIES.get(code) or f"{code[1:]} tahunan"


def frequency_order(code: str) -> tuple[int, int]:
    """From coarse to fine: A6, A3, A, S, …"""
    return (-int(code[1:] or 1), list(FREQUENCIES).index(code[0]))


def time_period(period: str) -> str:
    """As SDMX writes it: our code, but of several years a distinct range, ISO 8601 start and duration.

    `2021-2026` → `2021-01-01/P6Y` (SDMX 2.1, section 6, 4.2.7; 3.0 has the same).
    """
    if kind_of(period).name != MULTI:
        return period
    first, last = years(period)
    return f"{first}-01-01/P{last - first + 1}Y"


def observation_status(status: str, mark: str | None) -> str:
    """CL_OBS_STATUS of a figure: its maturity, or why there is none. mark: what stands instead of the number."""
    if mark is not None:
        return _MARKS.get(mark, "O")
    return _STATUS[status]


def confidentiality(mark: str | None) -> str:
    """CL_CONF_STATUS. Which hidden cell is small and which only protects it is never told: that would tell the size."""
    return "C" if mark == HIDDEN else "F"


def codes(named: Iterable[tuple[str, str]], *, levelled: bool) -> Iterator[Code]:
    """A list of (code, name), in the order of the codes; levelled: with the parents that the dots tell."""
    listed = dict(sorted(named))
    for value, name in listed.items():
        above = value.rpartition(".")[0] if levelled else ""
        while above and above not in listed:
            above = above.rpartition(".")[0]
        yield Code(
            identifier(value, levelled=levelled), value, name, identifier(above, levelled=True) if above else None
        )
