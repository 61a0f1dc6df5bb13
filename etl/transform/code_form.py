"""How codes of kegiatan and rekening are built, and what a code that is built otherwise probably was.

Permendagri 90/2019 and what followed it: segments of fixed width, the fourth of a kegiatan says whose authority it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from etl.transform.code_lists import CodeList, account
from etl.transform.text import brief

WIDTHS = {"kegiatan": (1, 2, 2, 1, 2, 4), "rekening": (1, 1, 2, 2, 2, 4)}
"""Digits of each segment of a chart's codes. The sixth of a sub kegiatan had two before 2023."""
DEPTHS = {
    "kegiatan": ("urusan", "bidang urusan", "program", "kewenangan", "kegiatan", "sub kegiatan"),
    "rekening": ("akun", "kelompok", "jenis", "objek", "rincian objek", "sub rincian objek"),
}
BOOKED_FROM = {"kegiatan": 6, "rekening": 5}
"""Depth from which amounts are booked: not every application goes down to the sub rincian."""
AUTHORITIES = {
    "1": "provinsi",
    "3": "Papua",
    "4": "Papua Barat",
    "5": "DI Yogyakarta",
    "6": "DKI Jakarta",
    "7": "Aceh",
    "8": "Bali",
}
"""Fourth segment of a kegiatan that is not a regency's (2)."""
_OWN_AUTHORITY = "2"
_NAME_LENGTH = 30
"""Letters from which on one name may be the beginning of the other: applications cut long names."""
SUGGESTIONS = 3
_CODE = re.compile(r"\d+(?:\.\d+)*")
_DATE = re.compile(r"\d{4}-(\d\d)-(\d\d)(?:\D.*)?|(\d{1,2})-([A-Za-z]{3})(?:-\d{2,4})?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
SIPD_AGENCY = re.compile(r"(\d\.\d\d)\.(\d\.\d\d)\.(\d\.\d\d)\.\d\d\.\d{4}")


def damage(code: str, of: CodeList) -> str | None:
    """What became of a code on its way, and which one was probably meant; None when it is built as it should be."""
    quoted = f"`{brief(code)}`"
    if found := _DATE.fullmatch(code):
        meant = f"; mungkin yang dimaksud {int(found[2])}.{found[1]}…" if found[1] else ""
        return f"{quoted} adalah tanggal: Excel mengubah kode menjadi tanggal{meant}."
    if _SCIENTIFIC.fullmatch(code):
        return f"{quoted} adalah tulisan ilmiah: Excel mengubah kode menjadi angka dan membuang sebagiannya."
    if code.upper().startswith("X.XX"):
        return f"{quoted}: X.XX hanya ada dalam nomenklatur; pada data ditulis bidang urusan SKPD, mis. 2.16{code[4:]}."
    if of.name == "rekening":
        code = account(code)
    if not _CODE.fullmatch(code):
        return f"{quoted} bukan kode {of.name}: kode terdiri atas angka dan titik, mis. {_example(of)}."
    segments, widths = code.split("."), WIDTHS[of.name]
    if len(segments) == 1 and len(code) > widths[0]:
        return f"{quoted} tanpa titik.{_meant(_dotted(code, widths), of)}"
    if len(segments) > len(widths):
        return f"{quoted} mempunyai {len(segments)} ruas; kode {of.name} paling panjang {len(widths)}."
    wrong = [no for no, one in enumerate(segments) if not _fits(one, no, of.name)]
    if not wrong:
        return None
    first = segments[wrong[0]]
    how = "kehilangan angka nol" if len(first) < widths[wrong[0]] else "kelebihan angka"
    options = [_options(one, no, of.name) for no, one in enumerate(segments)]
    return f"{quoted}: ruas ke-{wrong[0] + 1} (`{first}`) {how}.{_meant(map('.'.join, product(*options)), of)}"


def _example(of: CodeList) -> str:
    return "2.20.02.2.01.0018" if of.name == "kegiatan" else "5.1.02.01.01.0024"


def _fits(segment: str, no: int, chart: str) -> bool:
    return len(segment) == WIDTHS[chart][no] or (chart == "kegiatan" and no == 5 and len(segment) == 2)


def _options(segment: str, no: int, chart: str) -> list[str]:
    """What a segment of the wrong width may have been: `1` was `01` or `10`, `02` was `2`."""
    width = WIDTHS[chart][no]
    if _fits(segment, no, chart):
        return [segment]
    if len(segment) > width:
        return [segment.lstrip("0").zfill(width)]
    return [segment.zfill(width), segment.ljust(width, "0")]


def _dotted(digits: str, widths: tuple[int, ...]) -> list[str]:
    segments, at = [], 0
    for width in widths:
        segments.append(digits[at : at + width])
        at += width
    return [".".join(one for one in segments if one)]


def _meant(candidates: Iterable[str], of: CodeList) -> str:
    """` Mungkin yang dimaksud …`: those that the list has, else the first that is built rightly."""
    all_of_them = [one for one in candidates if all(_fits(s, no, of.name) for no, s in enumerate(one.split(".")))]
    known = [one for one in all_of_them if of.find(one)] or all_of_them[:1]
    return f" Mungkin yang dimaksud {' atau '.join(map(of.show, known[:SUGGESTIONS]))}." if known else ""


def foreign_authority(code: str, of: CodeList) -> str | None:
    """Fourth segment: whose kegiatan it is."""
    segments = code.split(".")
    if len(segments) < 4 or segments[3] == _OWN_AUTHORITY:
        return None
    own = ".".join([*segments[:3], _OWN_AUTHORITY, *segments[4:]])
    whose = AUTHORITIES.get(segments[3], "yang tidak dikenal")
    near = f" Kode kabupaten yang serupa: {of.show(own)}." if of.find(own) else ""
    return f"`{code}`: kode kewenangan daerah lain ({whose}); ruas keempat kabupaten/kota ialah 2.{near}"


def _is_known(code: str, of: CodeList) -> bool:
    """Whether somebody put it into the list; that figures brought it before makes it no better known."""
    return any(one.diketahui for one in of.find(code))


def late(code: str, of: CodeList) -> str | None:
    """A code of the lowest level that the list lacks, where it has all that is above it: a list that is not whole says
    nothing against it."""
    segments = account(code).split(".")
    above = [".".join(segments[:depth]) for depth in range(1, len(segments))]
    if len(segments) < len(WIDTHS[of.name]) or _is_known(code, of) or not all(_is_known(one, of) for one in above):
        return None
    return (
        f"`{code}` belum ada dalam daftar {of.name}. Di atasnya: {of.show(above[-1])}. Dimuat dan menunggu didaftarkan."
    )


def unknown(code: str, of: CodeList) -> str | None:
    """A code that nobody put into the list."""
    if _is_known(code, of):
        return None
    what = {"skpd": "perangkat daerah", "sumber_dana": "sumber dana"}.get(of.name, of.name)
    above = code.rpartition(".")[0]
    inside = f" Di atasnya: {of.show(above)}." if above and of.find(above) else ""
    return f"`{brief(code)}` belum ada dalam daftar {what}.{inside} Dimuat apa adanya sampai walidata memastikannya."


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for case, marks and spaces, or one is the other cut short."""
    first, second = (re.sub(r"[\W_]+", "", text.casefold()) for text in (one, other))
    shorter = min(len(first), len(second))
    return first == second or (shorter >= _NAME_LENGTH and first[:shorter] == second[:shorter])
