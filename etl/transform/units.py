"""Units as they stand in headers: `Luas (ha)` is the column `Luas` only where its figures are in hectares."""

from __future__ import annotations

from decimal import Decimal

from etl.transform.text import fold

_SAME = (
    {"orang", "jiwa", "org"},
    {"persen", "%", "persentase"},
    {"hektare", "hektar", "ha"},
    {"rupiah", "rp", "rp.", "idr"},
    {"kilometer persegi", "km2", "km persegi"},
    {"kilometer", "km"},
    {"meter", "m"},
    {"kilogram", "kg"},
    {"kuintal per hektare", "kuintal/hektar", "kuintal/ha", "ku/ha", "kw/ha"},
    {"keluarga", "kk", "kepala keluarga", "rumah tangga"},
    {"unit", "buah", "bh"},
)
_FACTORS = {"ribu": 3, "juta": 6, "miliar": 9, "milyar": 9, "triliun": 12, "trilyun": 12}


def is_unit_of(text: str, satuan: str, scale: str) -> bool:
    """Whether figures headed `(text)` become figures in `satuan` by the column's scale: `ribu jiwa` for orang, 1000."""
    words = fold(text)
    first, _, rest = words.partition(" ")
    factor = Decimal(10) ** _FACTORS[first] if first in _FACTORS else Decimal(1)
    return factor == Decimal(scale) and _same(rest if first in _FACTORS else words, fold(satuan))


def _same(one: str, other: str) -> bool:
    return one == other or any(one in same and other in same for same in _SAME)
