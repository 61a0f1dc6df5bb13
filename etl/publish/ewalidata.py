"""The e-Walidata (SIPD) upload of one agency and year: one number per DSSD element, and where it comes from.

The value is the regency's own released figure of the year; where there is none, the exact sum of all kecamatan of an
indicator that may be summed; else none, with the reason. Only what the portal shows is taken. Indicators without a code
are listed beside the upload, with their values: the codes are given by SIPD (`get_ref_dssd`), never made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from etl.load.warehouse import rows, transaction
from etl.publish.sheets import Book, height, merged, put
from etl.settings import REGENCY

KODE_PEMDA = "6408"
"""Kutai Timur in SIPD."""
_WIDTHS = (5, 16, 40, 14, 52, 30, 44, 16)
_HEAD = ("No", "Kode DSSD", "Uraian DSSD", "Satuan", "Definisi Operasional", "Tag urusan")


class Indicator(NamedTuple):
    """An indicator of the agency. dssd: the element that it answers, empty while it has no code."""

    code: str
    name: str
    unit: str
    definition: str
    additive: bool
    dssd: str
    access: str
    urusan: str | None
    urusan_name: str | None
    sub_kegiatan: list[str]


class Figure(NamedTuple):
    """What the public sees. broken_down: by sex, age, …"""

    indicator: str
    wilayah: str
    period: str
    broken_down: bool
    value: Decimal | None
    mark: str | None


@dataclass(frozen=True)
class Element:
    """One line of the upload. value: None where nothing may be uploaded. note: its origin, or why there is none."""

    dssd: str
    name: str
    unit: str
    definition: str
    urusan: str
    sub_kegiatan: tuple[str, ...]
    value: Decimal | None
    note: str


@dataclass(frozen=True)
class Upload:
    """All of one agency and year. uncoded: what could be uploaded had it a code."""

    skpd: str
    agency: str
    year: int
    elements: tuple[Element, ...]
    uncoded: tuple[Element, ...] = ()

    def payload(self) -> str:
        """The body that `push_dssd` takes, with the elements that have a value. It is only ever written to a file."""
        data = [
            {"kodeindikator": e.dssd, "kodepemda": KODE_PEMDA, "tahun": str(self.year), "data": f"{e.value:f}"}
            for e in self.elements
            if e.value is not None
        ]
        return json.dumps({"data": data}, ensure_ascii=False, indent=1) + "\n"


def upload(conn: Connection, skpd: str, agency: str, year: int) -> Upload:
    """Read from the warehouse. skpd: its short name in datasets/skpd.yaml."""
    given = {"skpd": skpd, "year": year, "kabkota": REGENCY, "last_day": date(year, 12, 31)}
    with transaction(conn) as cursor:
        indicators = [Indicator(*row) for row in rows(cursor, "publish/ewalidata.sql#indicators", given)]
        kecamatan = [kode for (kode,) in rows(cursor, "publish/ewalidata.sql#kecamatan", given)]
        wanted = {**given, "indikator": [i.code for i in indicators], "kecamatan": kecamatan}
        figures = [Figure(*row) for row in rows(cursor, "publish/ewalidata.sql#figures", wanted)]
    coded = [one for one in indicators if one.dssd]
    uncoded = [replace(one, dssd="") for one in elements(_each_by_itself(indicators), figures, kecamatan, year)]
    return Upload(skpd, agency, year, tuple(elements(coded, figures, kecamatan, year)), tuple(uncoded))


def _each_by_itself(indicators: Sequence[Indicator]) -> list[Indicator]:
    """Those without a code, each as if its own name were one."""
    return [one._replace(dssd=one.code) for one in indicators if not one.dssd]


# ── one number per element ───────────────────────────────────────────────────────────────────────────────────────────


def elements(
    indicators: Sequence[Indicator], figures: Iterable[Figure], kecamatan: Sequence[str], year: int
) -> Iterator[Element]:
    """One line per DSSD code. Indicators of one code must agree, else the code has no value."""
    by_indicator: dict[str, list[Figure]] = {}
    for figure in figures:
        by_indicator.setdefault(figure.indicator, []).append(figure)
    for dssd, group in groupby(sorted(indicators, key=lambda i: (i.dssd, i.code)), key=lambda i: i.dssd):
        several = list(group)
        found = [(one, *_value(one, by_indicator.get(one.code, []), kecamatan, str(year))) for one in several]
        stated = [(one, value, note) for one, value, note in found if value is not None]
        one, value, note = (stated or found)[0]
        if len({value for _, value, _ in stated}) > 1:
            told = ", ".join(f"{other.code} {_written(number)}" for other, number, _ in stated)
            value, note = None, f"Beberapa indikator menyatakan angka yang berbeda: {told}. Tetapkan satu produsen."
        yield _element(dssd, one, value, note)


def _element(dssd: str, one: Indicator, value: Decimal | None, note: str) -> Element:
    urusan = f"{one.urusan} - {one.urusan_name}" if one.urusan else ""
    return Element(dssd, one.name, one.unit, one.definition, urusan, tuple(one.sub_kegiatan), value, note)


def _value(
    one: Indicator, figures: Sequence[Figure], kecamatan: Sequence[str], year: str
) -> tuple[Decimal | None, str]:
    if one.access != "terbuka":
        return None, f"Dataset {one.access}: angkanya tidak diserahkan dari sini."
    if not figures:
        return None, f"Belum ada angka {year} yang dirilis."
    whole = [f for f in figures if not f.broken_down and f.period == year]
    own = next((f for f in whole if f.wilayah == REGENCY), None)
    if own and own.value is not None:
        return own.value, "Angka kabupaten yang dirilis."
    if own and own.mark:  # an empty cell says nothing; a mark does
        return None, f"Angka kabupaten tidak ada: tertulis `{own.mark}`."
    parts = {f.wilayah: f for f in whole if f.wilayah != REGENCY}
    return _summed(one, parts, kecamatan) if parts else (None, _why_not_yearly(figures, year))


def _why_not_yearly(figures: Sequence[Figure], year: str) -> str:
    if any(f.period == year and f.broken_down for f in figures):
        return "Hanya ada menurut rincian; jumlahnya belum dinyatakan oleh produsen."
    held = ", ".join(sorted({f.period for f in figures if f.value is not None})) or "hanya sel kosong"
    return f"Tidak ada angka tahunan {year}; yang ada: {held}."


def _summed(one: Indicator, by_region: dict[str, Figure], kecamatan: Sequence[str]) -> tuple[Decimal | None, str]:
    if not one.additive:
        return None, "Hanya ada angka kecamatan, dan indikator ini tidak boleh dijumlahkan."
    missing = [kode for kode in kecamatan if kode not in by_region]
    if missing:
        return (
            None,
            f"Hanya {len(kecamatan) - len(missing)} dari {len(kecamatan)} kecamatan; kurang: {', '.join(missing)}.",
        )
    values = {kode: by_region[kode].value for kode in kecamatan}
    empty = [f"{kode} `{by_region[kode].mark or 'kosong'}`" for kode, value in values.items() if value is None]
    if empty:
        return None, f"Ada kecamatan tanpa angka: {', '.join(empty)}."
    total = sum((value for value in values.values() if value is not None), Decimal(0))
    return total, f"Jumlah {len(kecamatan)} kecamatan yang dirilis."


def _written(value: Decimal | None) -> str:
    return f"{value:f}" if value is not None else "-"


# ── the files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def workbook(told: Upload) -> bytes:
    """Sheet `DSSD` in the layout that e-Walidata takes; sheet `Catatan` says where each number comes from; sheet `Belum
    berkode` has what still needs a code, in the same layout."""
    book = Book(f"DSSD {told.agency} {told.year}")
    _elements(book, "DSSD", "DATA STATISTIK SEKTORAL DAERAH (DSSD)", told, told.elements)
    _notes(book, told)
    if told.uncoded:
        title = "BELUM BERKODE: isi `dssd` pada kontrak dengan kode dari daftar DSSD SIPD"
        _elements(book, "Belum berkode", title, told, told.uncoded)
    return book.content()


def _elements(book: Book, name: str, title: str, told: Upload, lines: Sequence[Element]) -> None:
    sheet = book.sheet(name, _WIDTHS)
    merged(sheet, (0, 0, 0, 7), title, book.title)
    merged(sheet, (1, 0, 1, 7), f"{told.agency.upper()} KABUPATEN KUTAI TIMUR TAHUN {told.year}", book.title)
    for at, text in enumerate(_HEAD):
        merged(sheet, (3, at, 4, at), text, book.head)
    merged(sheet, (3, 6, 3, 7), "Produsen Data", book.head)
    sheet.write_string(4, 6, "Info Sub Kegiatan", book.head)
    sheet.write_string(4, 7, str(told.year), book.head)
    sheet.repeat_rows(3, 4)
    sheet.freeze_panes(5, 2)
    for no, one in enumerate(lines, 1):
        cells = (str(no), one.dssd, one.name, one.unit, one.definition, one.urusan, "\n".join(one.sub_kegiatan))
        for at, text in enumerate(cells):
            put(sheet, no + 4, at, text, book.centre if at in (0, 1, 3) else book.text)
        put(sheet, no + 4, 7, one.value, book.number if one.value is not None else book.missing)
        sheet.set_row(no + 4, height([*cells, ""], _WIDTHS))


def _notes(book: Book, told: Upload) -> None:
    widths = (16, 44, 18, 90)
    sheet = book.sheet("Catatan", widths)
    merged(sheet, (0, 0, 0, 3), f"ASAL ANGKA DSSD {told.year}", book.title)
    for at, text in enumerate(("Kode DSSD", "Uraian DSSD", str(told.year), "Asal angka, atau sebab dikosongkan")):
        sheet.write_string(2, at, text, book.head)
    sheet.repeat_rows(2)
    sheet.freeze_panes(3, 0)
    for no, one in enumerate((*told.elements, *told.uncoded), 3):
        for at, value in enumerate((one.dssd, one.name, one.value, one.note)):
            style = book.number if at == 2 else book.text
            put(sheet, no, at, value, book.missing if value is None else style)
        sheet.set_row(no, height((one.dssd, one.name, "", one.note), widths))
