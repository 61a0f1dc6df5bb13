"""Regions by code or by name → Kemendagri code. A name fits exactly (case, prefix and known alias allowed for) or not.

Never by likeness: Kelinjau Ilir and Kelinjau Ulu are two villages, Marga Mulya and Margo Mulyo too. What does not fit
is a fault that names the nearest ones for a person to choose from. Codes carry their system: Kemendagri 64.03 is Berau,
BPS 6403 is Kutai Kartanegara, and joining the wrong one would succeed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from etl.transform.text import brief, tidy_text

Level = Literal["provinsi", "kabupaten", "kecamatan", "desa"]
Scheme = Literal["kemendagri", "bps", "nama"]
LEVELS: tuple[Level, ...] = ("provinsi", "kabupaten", "kecamatan", "desa")
"""From coarse to fine. `kabupaten` is also kota, `desa` also kelurahan."""

_PREFIXES: dict[str, Level] = {
    "provinsi": "provinsi",
    "propinsi": "provinsi",
    "prov": "provinsi",
    "kabupaten": "kabupaten",
    "kab": "kabupaten",
    "kecamatan": "kecamatan",
    "kec": "kecamatan",
    "desa": "desa",
    "ds": "desa",
    "kelurahan": "desa",
    "kel": "desa",
}
_TOTALS = frozenset(
    {"jumlah", "total", "jumlahtotal", "grandtotal", "jumlahseluruhnya", "jumlahkeseluruhan", "indonesia"}
)
_NO_LETTERS = re.compile(r"[\W_]+")
_SUGGEST_FOR = 200
"""Different unknown names that get suggestions; a file in which everything is unknown needs no more."""
_POOL = 2_000


class Region(NamedTuple):
    """One region of the register. kode: Kemendagri with dots; kode_bps: digits; induk: the parent's kode."""

    kode: str
    kode_bps: str | None
    nama: str
    tingkat: Level
    induk: str | None


class Alias(NamedTuple):
    """Another name; kode None means that it is ambiguous on purpose and must be refused."""

    alias: str
    kode: str | None
    tingkat: Level


class Match(NamedTuple):
    """kode when understood, else the Indonesian sentence that says why not."""

    kode: str | None
    message: str = ""


def name_key(text: str) -> tuple[str, Level | None]:
    """(letters that identify the name, level that a prefix such as `Kec.` states).

    Case, punctuation and spaces do not matter; `Kota` stays part of the name, because Solok and Kota Solok are two
    regencies (and Kota Bangun is a kecamatan).
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    words = _NO_LETTERS.sub(" ", plain).split()
    level = _PREFIXES.get(words[0]) if len(words) > 1 else None
    if level:
        words = words[1:]
    return "".join(words), level


class Regions:
    """The register, ready to be looked up by code or name."""

    def __init__(self, regions: Sequence[Region], aliases: Sequence[Alias]) -> None:
        self._by_kode = {region.kode: region for region in regions}
        self._by_bps: dict[str, Region] = {region.kode_bps: region for region in regions if region.kode_bps}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._ambiguous: set[tuple[str, Level]] = set()
        for region in regions:
            self._names[name_key(region.nama)[0]].add(region.kode)
        for alias in aliases:
            key = name_key(alias.alias)[0]
            if alias.kode is None:
                self._ambiguous.add((key, alias.tingkat))
            elif alias.kode in self._by_kode:
                self._names[key].add(alias.kode)

    def __iter__(self) -> Iterator[Region]:
        return iter(self._by_kode.values())

    def get(self, kode: str) -> Region | None:
        return self._by_kode.get(kode)

    def show(self, kode: str) -> str:
        """`Muara Wahau (64.08.02)`."""
        region = self._by_kode.get(kode)
        return self._show(region) if region else kode

    def is_below(self, kode: str, ancestor: str) -> bool:
        """Whether `kode` lies in `ancestor` (or is it)."""
        at: str | None = kode
        while at is not None and at != ancestor:
            region = self._by_kode.get(at)
            at = region.induk if region else None
        return at == ancestor

    def match(
        self,
        texts: Sequence[str],
        scheme: Scheme,
        level: Level | None = None,
        parents: Sequence[str | None] | None = None,
    ) -> list[Match]:
        """One answer per (different) text; `parents` gives the code of the region in which a name is to be found."""
        asked = parents if parents is not None else [None] * len(texts)
        if scheme == "kemendagri":
            return [self._kemendagri(text, level) for text in texts]
        if scheme == "bps":
            return [self._bps(text, level) for text in texts]
        left = _SUGGEST_FOR
        answers = []
        for text, parent in zip(texts, asked, strict=True):
            answer = self._name(text, level, parent, suggest=left > 0)
            left -= answer.kode is None
            answers.append(answer)
        return answers

    # ── by code ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _kemendagri(self, text: str, level: Level | None) -> Match:
        code = tidy_text(text)
        if code.isdigit() and len(code) in (6, 10):
            return self._undotted(code, level)
        region = self._by_kode.get(code)
        if region:
            return self._at_level(region, level)
        code = brief(code)
        if code.isdigit():
            bps = self._by_bps.get(code)
            seems = f" Tampaknya kode BPS ({self._show(bps)})." if bps else ""
            return Match(
                None, f"`{code}` tanpa titik: tidak jelas sistem kodenya.{seems} Tulis kode Kemendagri, mis. 64.08.01."
            )
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", code):
            return Match(
                None, f"`{code}` adalah tanggal: Excel mengubah kode menjadi tanggal. Format kolom sebagai Teks."
            )
        if re.fullmatch(r"\d\d\.\d", code):
            near = [self._by_kode[kode] for kode in (f"{code}0", f"{code[:3]}0{code[3]}") if kode in self._by_kode]
            likely = f", mungkin {' atau '.join(map(self._show, near))}" if near else ""
            return Match(None, f"`{code}` rusak oleh Excel: angka nolnya hilang{likely}. Format kolom sebagai Teks.")
        padded = _padded(code)
        if padded and padded != code and padded in self._by_kode:
            return Match(None, f"`{code}` kehilangan angka nol; mungkin {self._show(self._by_kode[padded])}.")
        return Match(None, f"kode Kemendagri `{code}` tidak ada dalam daftar wilayah.")

    def _undotted(self, code: str, level: Level | None) -> Match:
        """Six or ten digits declared as Kemendagri: taken when they are that and no BPS code too."""
        dotted = ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)
        region, bps = self._by_kode.get(dotted), self._by_bps.get(code)
        if region and not bps:
            return self._at_level(region, level)
        if bps:
            return Match(None, f"`{code}` tampaknya kode BPS ({self._show(bps)}), padahal kolom ini kode Kemendagri.")
        return Match(None, f"kode Kemendagri `{code}` (dibaca {dotted}) tidak ada dalam daftar wilayah.")

    def _bps(self, text: str, level: Level | None) -> Match:
        code = tidy_text(text).removesuffix(".0")
        region = self._by_bps.get(code)
        if region:
            return self._at_level(region, level)
        code = brief(code)
        if re.fullmatch(r"\d(\.\d+)?e\+?\d+", code.casefold()):
            return Match(
                None, f"`{code}` rusak oleh Excel (tulisan ilmiah). Format kolom sebagai Teks dan isi ulang kodenya."
            )
        other = self._by_kode.get(code)
        if other or "." in code:
            seems = f" ({self._show(other)})" if other else ""
            return Match(
                None, f"`{code}` tampaknya kode Kemendagri{seems}, padahal kolom ini kode BPS (angka tanpa titik)."
            )
        return Match(None, f"kode BPS `{code}` tidak ada dalam daftar wilayah.")

    def _at_level(self, region: Region, level: Level | None) -> Match:
        if level is None or region.tingkat == level:
            return Match(region.kode)
        return Match(None, f"{self._show(region)} adalah {region.tingkat}, padahal kolom ini {level}.")

    # ── by name ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _name(self, text: str, level: Level | None, parent: str | None, *, suggest: bool) -> Match:
        key, stated = name_key(text)
        if level and stated and stated != level:
            return Match(None, f"`{brief(text)}` menyebut {stated}, padahal kolom ini {level}.")
        level = level or stated
        found = [self._by_kode[kode] for kode in sorted(self._names.get(key, ()))]
        fitting = [region for region in found if level is None or region.tingkat == level]
        inside = [region for region in fitting if parent is None or self.is_below(region.kode, parent)]
        ambiguous = any((key, at) in self._ambiguous for at in ((level,) if level else LEVELS))
        if len(inside) == 1 and (parent is not None or not ambiguous):
            return Match(inside[0].kode)
        shown = brief(text)
        if len(inside) > 1:
            return Match(None, f"`{shown}` cocok dengan {self._list(inside)}. Sebutkan induknya (within) atau kode.")
        if fitting and parent is not None:
            place = self._show(self._by_kode.get(parent))
            return Match(None, f"`{shown}` tidak ada di {place}; yang ada: {self._list(fitting)}.")
        if ambiguous:
            return Match(None, f"`{shown}` nama lama atau bermakna ganda: sebutkan induknya, nama sekarang, atau kode.")
        if key in _TOTALS:
            return Match(None, f"`{shown}` tampak seperti baris jumlah, bukan wilayah (`totals` pada kontrak).")
        near = self._nearest(key, level, parent) if suggest else ""
        return Match(None, f"`{shown}` tidak ada dalam daftar wilayah.{near}")

    def _nearest(self, key: str, level: Level | None, parent: str | None) -> str:
        """The three most alike names, as a suggestion to a person only."""
        pool: dict[str, set[str]] = defaultdict(set)
        for name, codes in self._names.items():
            for kode in codes:
                region = self._by_kode[kode]
                if (level is None or region.tingkat == level) and (parent is None or self.is_below(kode, parent)):
                    pool[name].add(kode)
        names: Iterable[str] = pool
        if len(pool) > _POOL:
            names = [name for name in pool if name[:2] == key[:2] or name[-3:] == key[-3:]]
        near: list[Region] = []
        for name in difflib.get_close_matches(key, list(names), n=6, cutoff=0.5):
            near += [self._by_kode[kode] for kode in sorted(pool[name]) if self._by_kode[kode] not in near]
        return f" Yang paling mirip: {self._list(near[:3])}." if near else ""

    def _show(self, region: Region | None) -> str:
        return f"{region.nama} ({region.kode})" if region else "wilayah itu"

    def _list(self, regions: Sequence[Region]) -> str:
        parts = []
        for region in regions:
            parent = self._by_kode.get(region.induk or "")
            parts.append(self._show(region) + (f" di {parent.nama}" if parent else ""))
        return ", ".join(parts)


def _padded(code: str) -> str | None:
    parts = code.split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts):
        return None
    return ".".join(part.zfill(4 if place == 3 else 2) for place, part in enumerate(parts))
