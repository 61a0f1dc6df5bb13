"""What is drawn once for a file of random tables, and the periods, regions and numbers in it as agencies write them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from golden.grids import kutim

from etl.transform.regions import Region

Number = Decimal | str
"""A figure, or the mark that stands for one as the pipeline tells it (`` - … NA)."""
Figure = tuple[str, str, str, str, Number]
"""indikator, wilayah, periode, rincian, value."""
Value = str | float
KECAMATAN = [region for region in kutim() if region.tingkat == "kecamatan"]
MARKS = {"": "", "-": "-", "–": "-", "...": "…", "…": "…", "n/a": "NA", "NA": "NA"}
INDICATORS = {"p.sekolah": "Banyak Sekolah", "p.guru": "Banyak Guru", "p.luas": "Luas Lahan"}
UNITS = ("(unit)", "ha", "%", "(ribu ton)")
GROUPS = ("0-4", "5-9", "10+", "Lainnya")
SEXES = {"L": "Laki-laki", "P": "Perempuan"}
WHERE = ("kolom", "kepala", "judul", "lembar", "berkas", "kontrak")
MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni")


@dataclass
class Choices:
    """What was drawn once for the whole file."""

    rnd: Random
    delimited: bool
    point: bool
    kind: str
    where: str
    scheme: str
    group: str
    n_indicators: int
    repeat: bool
    sheets: int
    number: bool
    units: bool
    marks: bool
    total: bool
    footer: bool
    blank: bool
    fill: bool
    running: bool
    tree: str
    title_rows: int
    fewest: int = 1_000
    """Numbers in the table that has fewest: a decimal point is found by rule in three or more."""

    @property
    def levels(self) -> list[str]:
        """Header levels of the measures when they are spread, in a random but fixed order."""
        levels = (["periode"] if self.where == "kepala" else []) + (["jk"] if self.group == "kepala" else [])
        return ["ukuran", *levels] if levels and self.n_indicators > 1 else levels


def chance(rnd: Random, percent: int) -> bool:
    return rnd.randrange(100) < percent


def choose(rnd: Random, delimited: bool) -> Choices:
    tree = rnd.choice(("", "", "", "titik", "angka", "spasi"))
    where = rnd.choice([one for one in WHERE if not (delimited and one == "lembar")])
    repeat = chance(rnd, 25)
    many = where == "lembar" or (not delimited and chance(rnd, 20))
    return Choices(
        rnd=rnd,
        delimited=delimited,
        point=delimited and chance(rnd, 40),
        kind=rnd.choice(("tahunan", "bulanan", "semesteran")),
        where=where,
        scheme="tetap" if tree else rnd.choice(("nama", "kemendagri", "bps")),
        group="" if tree else rnd.choice(("", "kolom", "kepala")),
        n_indicators=rnd.randrange(1, 4),
        repeat=repeat,
        sheets=rnd.randrange(1, 4) if many else 1,
        number=chance(rnd, 30),
        units=chance(rnd, 30),
        marks=not repeat and chance(rnd, 50),
        total=not tree and chance(rnd, 40),
        footer=chance(rnd, 40),
        blank=chance(rnd, 40),
        fill=chance(rnd, 40),
        running=chance(rnd, 40),
        tree=tree,
        title_rows=rnd.randrange(3),
    )


# ── periods, regions, numbers as they are written ────────────────────────────────────────────────────────────────────


def periods(c: Choices, count: int) -> list[tuple[str, str]]:
    """Different periods as (code, text)."""
    year, part = c.rnd.randrange(2010, 2025), c.rnd.randrange(2)
    found = []
    for no in range(count):
        if c.kind == "tahunan":
            found.append((str(year + no), str(year + no)))
        elif c.kind == "semesteran":
            half = (part + no) % 2
            its_year = year + (part + no) // 2
            found.append((f"{its_year}-S{half + 1}", f"Semester {'I' * (half + 1)} {its_year}"))
        else:
            found.append((f"{year}-{no + 1:02d}", f"{MONTHS[no]} {year}"))
    return found


def region_text(c: Choices, region: Region) -> Value:
    if c.scheme == "bps":
        code = region.kode_bps or ""
        return code if c.delimited or chance(c.rnd, 50) else float(code)
    if c.scheme == "kemendagri":
        return region.kode
    return c.rnd.choice((region.nama, region.nama.upper(), f"Kec. {region.nama}", f" {region.nama}  "))


def draw_number(c: Choices) -> Decimal:
    digits = c.rnd.randrange(4) if not c.point else 2
    return Decimal(c.rnd.randrange(-99_999, 9_999_999)).scaleb(-digits)


def number_cell(c: Choices, value: Decimal) -> Value:
    """As a number cell, or typed the Indonesian (or, where the file has a decimal point, the English) way."""
    if not c.delimited and chance(c.rnd, 60):
        return float(value)
    sign, point, group = "-" if value < 0 else "", *((".", ",") if c.point else (",", "."))
    whole, _, fraction = format(abs(value), "f").partition(".")
    if chance(c.rnd, 50):
        whole = f"{int(whole):,}".replace(",", group)
    text = whole + (point + fraction if fraction else "")
    return f"({text})" if sign and chance(c.rnd, 40) else sign + text


def amount(c: Choices) -> tuple[Value, Number]:
    """(cell, figure)."""
    if c.marks and chance(c.rnd, 20):
        text = c.rnd.choice(list(MARKS))
        return text, MARKS[text]
    value = draw_number(c)
    return number_cell(c, value), value
