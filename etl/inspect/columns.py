"""What one column holds: regions, periods, figures, codes, running numbers, words; with what gives it away."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from etl.inspect.cells import MARK, NUMBER, WORDS, Cells
from etl.inspect.units import Unit, is_rate, is_share, read_unit, unit_in
from etl.transform import periods
from etl.transform.regions import LEVELS, Level, Regions, Scheme, name_key
from etl.transform.text import fold, tidy_text
from expectations.personal import kinds

Kind = Literal["kosong", "nomor", "wilayah", "periode", "angka", "kode", "teks"]
Rows = npt.NDArray[np.int64]

_RUNNING = frozenset({"no", "no.", "nomor", "#", "no urut", "nomor urut", "nomer", "id", "index", ""})
_CODE_NAME = re.compile(
    r"(^|[\s_])(kode|kd|id|nik|nip|npwp|nomor|no|kodepos|kode pos|telp|telepon|fax|rekening)([\s_.]|$)"
)
_PERIOD_NAME = re.compile(
    r"(^|[\s_])(tahun|thn|th|year|periode|period|bulan|bln|month|triwulan|semester|tanggal|tgl|date)"
)
_NOT_PERIOD = re.compile(r"versi|update|unduh|unggah|upload|event|dibuat|created|modified|waktu|jam\b|lahir")
_REGION_NAME = r"\b(provinsi|kabupaten|kab|kota|kecamatan|kec|desa|kelurahan|kel|wilayah|daerah)\b"
_REGION_WORDS = (
    r"((nama|bps|kemendagri|kode|id|provinsi|kabupaten|kab|kota|kecamatan|kec|desa|kelurahan|kel)[ /.]*)+"
    r"|((kode|id) ?)?(wilayah|daerah)"
)
_DOTTED = re.compile(r"\d+(\.\d+)+")
_OUTSIDE = re.compile(
    r"^(nama |bps |kemendagri )*(provinsi|kabupaten|kab|kota|kecamatan|kec|kelurahan|desa|wilayah|daerah)\b"
)
_LOOKED_AT = 3_000
"""Different texts of a column that are looked at one by one."""


@dataclass(frozen=True)
class ColumnSeen:
    """One column of a table. at: 0-based place on the sheet; path: header texts from the top down.

    known, n_distinct: different texts that are regions of ours, and all different texts. period: kind of period and
    whether it says the year. minimum … total: of the figures in the data rows.
    """

    at: int
    path: tuple[str, ...]
    kind: Kind
    n_distinct: int = 0
    n_empty: int = 0
    distinct: tuple[str, ...] = ()
    scheme: Scheme | None = None
    level: Level | None = None
    levels: tuple[Level, ...] = ()
    known: int = 0
    outside: bool = False
    period: str = ""
    has_year: bool = False
    unread: tuple[str, ...] = ()
    decimal: Literal["koma", "titik"] | None = None
    doubtful: bool = False
    typed: bool = False
    whole: bool = True
    marks: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    total: float | None = None
    unit: Unit | None = None
    rate: bool = False
    share: bool = False
    personal: str = ""
    suffix: str = ""

    @property
    def header(self) -> str:
        parts = [text for place, text in enumerate(self.path) if text and (place == 0 or text != self.path[place - 1])]
        return " / ".join(parts)

    @property
    def last(self) -> str:
        return next((text for text in reversed(self.path) if text), "")


def see_column(
    cells: Cells, rows: Rows, path: tuple[str, ...], regions: Regions, unit: str, headless: bool
) -> ColumnSeen:
    """What the column holds on the table's rows (totals left out)."""
    kinds = cells.kind[rows]
    filled = int((kinds != 0).sum())
    seen = ColumnSeen(cells.at, path, "kosong", n_empty=len(rows) - filled)
    if not filled:
        return seen
    words = cells.words(rows)
    base = _with(
        seen, n_distinct=len(words), distinct=tuple(tidy_text(word) for word in words[:40]), personal=_personal(words)
    )
    name = fold(seen.header)
    if _is_running(cells, rows, fold(seen.last), headless):
        return _with(base, kind="nomor")
    return (
        _as_wilayah(base, words, regions, name)
        or _as_period(base, cells, rows, words, name)
        or _as_code(base, cells, rows, words, name, headless)
        or _as_figures(base, cells, rows, name, unit, headless)
        or _with(base, kind="teks", outside=_OUTSIDE.match(name.replace("_", " ")) is not None)
    )


def _with(seen: ColumnSeen, **changes: object) -> ColumnSeen:
    return ColumnSeen(**{**seen.__dict__, **changes})


def _is_running(cells: Cells, rows: Rows, name: str, headless: bool) -> bool:
    numbers = cells.value[rows[cells.kind[rows] == NUMBER]]
    if name not in _RUNNING or headless or len(numbers) < 2 or len(numbers) < 0.3 * len(rows):
        return name in ("no", "no.", "nomor", "nomor urut", "no urut") and not headless
    steps = np.diff(numbers)
    return bool((steps == 1).mean() >= 0.9)


# ── regions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_wilayah(base: ColumnSeen, words: Sequence[str], regions: Regions, name: str) -> ColumnSeen | None:
    texts = [text for text in words[:_LOOKED_AT] if not is_total(text)]
    if not texts:
        return None
    coded: tuple[Scheme, ...] = ("kemendagri", "bps")
    for scheme in coded:
        shape = (
            r"\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?|\d{6}|\d{10}" if scheme == "kemendagri" else r"\d{2}|\d{4}|\d{7}|\d{10}"
        )
        fits = [text for text in texts if re.fullmatch(shape, tidy_text(text).removesuffix(".0"))]
        if len(fits) < 0.7 * len(texts) or (len(fits[0]) <= 2 and not re.search("kode|wilayah|bps", name)):
            continue
        kodes = [answer.kode for answer in regions.match(fits, scheme)]
        good = [kode for kode in kodes if kode is not None]
        if len(good) >= 0.6 * len(texts) and (len(good) > 1 or "kode" in name or "." in fits[0]):
            return _wilayah(base, scheme, good, regions, texts)
    return _by_name(base, texts, regions, name)


def _by_name(base: ColumnSeen, texts: Sequence[str], regions: Regions, name: str) -> ColumnSeen | None:
    probe = list(texts[:400])
    if any(len(text) > 60 for text in probe[:20]) or not any(text[:1].isalpha() for text in probe):
        return None
    names = names_of(regions)
    counts = {level: sum(level in names.get(name_key(text)[0], ()) for text in probe) for level in LEVELS}
    if sum(name_key(text)[0] in names for text in probe) < 0.4 * len(probe):
        return None
    hinted = next((level for level in LEVELS if level in name), None)
    best = max(LEVELS, key=lambda level: (counts[level] + (0.5 if level == hinted else 0), LEVELS.index(level)))
    answers = regions.match(probe, "nama", best)
    good = [answer.kode is not None or "within" in answer.message for answer in answers]
    known = sum(good)
    if known < 0.5 * len(probe):
        return None
    left = [text for text, fits in zip(probe, good, strict=True) if not fits]
    return _with(base, kind="wilayah", scheme="nama", level=best, levels=(best,), known=known, unread=tuple(left[:6]))


@functools.lru_cache(maxsize=4)
def names_of(regions: Regions) -> dict[str, set[Level]]:
    """Letters of every region's name → the levels at which it is one."""
    names: dict[str, set[Level]] = {}
    for region in regions:
        names.setdefault(name_key(region.nama)[0], set()).add(region.tingkat)
    return names


def _wilayah(base: ColumnSeen, scheme: Scheme, kodes: list[str], regions: Regions, texts: Sequence[str]) -> ColumnSeen:
    found = {region.tingkat for region in (regions.get(kode) for kode in kodes) if region}
    levels = tuple(level for level in LEVELS if level in found)
    return _with(
        base,
        kind="wilayah",
        scheme=scheme,
        levels=levels,
        level=levels[0] if len(levels) == 1 else None,
        known=len(kodes),
        unread=tuple(texts[:0]),
    )


# ── periods ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_period(base: ColumnSeen, cells: Cells, rows: Rows, words: Sequence[str], name: str) -> ColumnSeen | None:
    if _NOT_PERIOD.search(name) or is_share(name):
        return None
    named = _PERIOD_NAME.search(name) is not None
    parts: list[periods.Parts] = []
    unread: list[str] = []
    for text in [word for word in words[:_LOOKED_AT] if not is_total(word)]:
        try:
            parts.append(periods.read(text))
        except periods.Unreadable:
            unread.append(text)
    if not parts or (unread and _share_of(cells, rows, set(unread)) > 0.2):
        return None
    bare = [part for part in parts if part.bare is not None]
    if bare:
        lowest = min(part.bare or 0 for part in bare)
        most = max(part.bare or 0 for part in bare)
        if (
            len(bare) < len(parts)
            or lowest < 1
            or most > 12
            or not re.search(r"bulan|bln|month|triwulan|semester", name)
        ):
            return None
        kind = "triwulanan" if "triwulan" in name else "semesteran" if "semester" in name else "bulanan"
        return _with(base, kind="periode", period=kind, has_year=False, unread=tuple(unread[:5]))
    if not named and (cells.kind[rows] == NUMBER).sum() > 0.5 * len(rows) and len(parts) > 60:
        return None
    kind = _finest(parts)
    has_year = all(part.year for part in parts)
    return _with(base, kind="periode", period=kind, has_year=has_year, unread=tuple(unread[:5]))


def _share_of(cells: Cells, rows: Rows, texts: set[str]) -> float:
    """Share of the filled rows that hold one of the texts."""
    index = cells.index[rows]
    hits = np.isin(index, [place for place, text in enumerate(cells.texts) if text in texts])
    return float(hits.sum() / max((index >= 0).sum(), 1))


def _finest(parts: Sequence[periods.Parts]) -> str:
    """The kind of the periods; dates that all close a month (or year), or all begin a month, are that."""
    kinds = {part.kind or "tahunan" for part in parts}
    if kinds == {"harian"}:
        return dated(parts)
    return min(kinds, key=periods.KINDS.index)


def dated(parts: Sequence[periods.Parts]) -> str:
    """What a column of dates stands for: `31/12/2024` a year, month ends or firsts a month, else days."""
    for kind in ("tahunan", "bulanan"):
        try:
            for part in parts:
                periods.code(part, kind)
        except periods.Unreadable:
            continue
        return kind
    return "harian"


# ── codes and figures ────────────────────────────────────────────────────────────────────────────────────────────────


def _as_code(
    base: ColumnSeen, cells: Cells, rows: Rows, words: Sequence[str], name: str, headless: bool
) -> ColumnSeen | None:
    numbers = int((cells.kind[rows] == NUMBER).sum())
    texts = [tidy_text(text) for text in words[:_LOOKED_AT]]
    dotted = sum(_DOTTED.fullmatch(text) is not None and text.count(".") >= 2 for text in texts)
    plain = fold(name).replace("_", " ")
    coded = _CODE_NAME.search(plain) is not None and "jumlah" not in plain
    outside = re.fullmatch(_REGION_WORDS, plain) is not None and cells.decimal != "koma"
    if coded or dotted >= 0.4 * len(texts) or (outside and numbers):
        short = numbers or dotted >= 0.4 * len(texts) or all(len(text) <= 40 for text in texts)
        return _with(base, kind="kode" if short else "teks", outside=re.search(_REGION_NAME, plain) is not None)
    if re.match(r"(id )?(periode|tahun|bulan|triwulan|semester)\b", plain) and numbers and _short(texts):
        return _with(base, kind="kode")
    if headless and numbers == len(rows) and _categorical(texts, len(rows)):
        return _with(base, kind="kode")
    return None


def _short(texts: Sequence[str]) -> bool:
    """Whole numbers of at most eight digits, as codes of periods are."""
    return all(re.fullmatch(r"\d{1,8}(\.0)?", text) for text in texts)


def _categorical(texts: Sequence[str], n_rows: int) -> bool:
    """Few different whole numbers of one length over many rows: a code without a name."""
    return (
        n_rows >= 30
        and len(texts) * 5 <= n_rows
        and all(text.isdigit() for text in texts)
        and len({len(text) for text in texts}) == 1
    )


def _as_figures(base: ColumnSeen, cells: Cells, rows: Rows, name: str, unit: str, headless: bool) -> ColumnSeen | None:
    kinds = cells.kind[rows]
    numbers, words = int((kinds == NUMBER).sum()), int((kinds == WORDS).sum())
    if not numbers and (words or not (kinds == MARK).any()):
        return None
    if numbers < words or (words > 5 and numbers < 0.8 * (numbers + words)):
        return None
    if not name and not headless and numbers < 0.5 * len(rows):
        return None  # numbers jotted beside the table
    value = cells.value[rows]
    marks = sorted({tidy_text(text) for text in cells.words(rows[kinds == MARK])})[:5]
    stated = read_unit(unit) if unit else None
    stated = stated or unit_in(name)
    share = is_share(name) or (stated is not None and stated.satuan == "persen")
    good = value[~np.isnan(value)]
    return _with(
        base,
        kind="angka",
        decimal=cells.decimal,
        suffix=cells.suffix,
        doubtful=cells.doubtful,
        typed=bool(cells.typed),
        whole=bool(len(good) == 0 or (good == np.floor(good)).all()),
        marks=tuple(marks),
        unread=tuple(tidy_text(text) for text in cells.words(rows[kinds == WORDS])[:5]),
        minimum=float(good.min()) if len(good) else None,
        maximum=float(good.max()) if len(good) else None,
        total=float(good.sum()) if len(good) else 0.0,
        unit=stated,
        rate=share or is_rate(name) or (stated is not None and not stated.additive),
        share=share,
    )


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_TOTAL = re.compile(
    r"(grand |sub ?)?(jumlah|total)( (total|seluruhnya|keseluruhan|semua|kabupaten|kab\.?|kecamatan|besar|akhir)\b.*)?"
    r"|rata[- ]?rata|indonesia|jml|jumlah/total|total/jumlah"
)


def is_total(text: str) -> bool:
    """Whether a label says that its row is a total: `Jumlah`, `Grand Total`, `INDONESIA`."""
    return _TOTAL.fullmatch(fold(text).strip(" :.()")) is not None


def _personal(words: Sequence[str]) -> str:
    """The kind of personal data that the checks would find in the column, '' when none."""
    return next((kind for text in words[:_LOOKED_AT] for kind in kinds(text)), "")
