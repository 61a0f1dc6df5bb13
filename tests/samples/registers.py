"""Regions outside the regency for the sample files. Only the provinces and Jakarta's kelurahan carry real codes; every
other code is invented from the names in the file and holds in these tests only (`.X` marks it)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from golden.grids import kutim, read_regions

from etl.transform.regions import LEVELS, Alias, Region, Regions, name_key

HERE = Path(__file__).parent
PROVINCES = read_regions(HERE / "wilayah.csv")
PROVINCE_ALIASES = [
    Alias("Kep. Bangka Belitung", "19", "provinsi"),
    Alias("Kep. Riau", "21", "provinsi"),
    Alias("DI Yogyakarta", "34", "provinsi"),
]
NATION = Region("00", None, "Indonesia", "provinsi", None)

JAKARTA_ALIASES = (
    ("kabupaten", "JAKARTA {0}", "KOTA ADM. JAKARTA {0}", ("PUSAT", "UTARA", "BARAT", "SELATAN", "TIMUR")),
    ("kabupaten", "KAB.ADM.KEP.SERIBU", "KAB. ADM. KEP. SERIBU", ("",)),
    ("kecamatan", "KEP. SERIBU {0}", "KEPULAUAN SERIBU {0}", ("UTARA", "SELATAN")),
    ("desa", "KAMPUNG TENGAH", "TENGAH", ("",)),
    ("desa", "HALIM PERDANA KUSUMAH", "HALIM PERDANA KUSUMA", ("",)),
    ("desa", "KERENDANG", "KRENDANG", ("",)),
)
"""Other spellings: (level, name in the register, name in the file, what to fill in)."""


def provinces() -> Regions:
    return Regions([*PROVINCES, NATION], PROVINCE_ALIASES)


def jakarta(rows: Iterable[Sequence[str]]) -> Regions:
    """From (10 digits, kota, kecamatan, kelurahan): the real Kemendagri codes, written without dots in that file."""
    regions: dict[str, Region] = {"31": Region("31", "31", "DKI Jakarta", "provinsi", None)}
    for digits, *names in rows:
        parts = (digits[:2], digits[2:4], digits[4:6], digits[6:])
        for depth, name in enumerate(names, 2):
            kode = ".".join(parts[:depth])
            regions[kode] = Region(kode, None, name, LEVELS[depth - 1], ".".join(parts[: depth - 1]))
    by_name = {(region.tingkat, region.nama): region.kode for region in regions.values()}
    aliases = [
        Alias(other.format(part), by_name[level, name.format(part)], level)  # type: ignore[index]
        for level, name, other, parts in JAKARTA_ALIASES
        for part in parts
    ]
    return Regions(list(regions.values()), aliases)


def invented(top: Region, paths: Iterable[Sequence[str]]) -> Regions:
    """A register of the names in the paths (from below `top` down), with invented codes."""
    regions: dict[tuple[str, ...], Region] = {(): top}
    first = LEVELS.index(top.tingkat) + 1
    for path in paths:
        for depth in range(1, len(path) + 1):
            key = tuple(name_key(name)[0] for name in path[:depth])
            if key not in regions:
                above = regions[key[:-1]]
                kode = f"{above.kode}.X{len(regions):04d}"
                regions[key] = Region(kode, None, path[depth - 1], LEVELS[first + depth - 1], above.kode)
    return Regions(list(regions.values()), [])


def kutai_timur() -> Regions:
    return kutim()
