"""Names, file patterns and YAML as a contract writes them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

_MONTH = (
    "januari|februari|pebruari|maret|april|mei|juni|juli|agustus|september|oktober|november|nopember|desember"
    "|jan|feb|peb|mar|apr|jun|jul|agu|ags|sep|okt|nov|nop|des"
)
_CHANGING = re.compile(
    rf"(?<![a-z])(triwulan|trw|tw|kuartal|semester|sem|smt)[\s._-]*(iv|i{{1,3}}|[1-4])(?![a-z0-9])"
    rf"|(?<![a-z])(tahun|thn|bulan|pukul|jam)(?![a-z])|(?<![a-z])({_MONTH})(?![a-z])|(?<![a-z])\d+([.,:-]\d+)*|\d+(?![a-z\d])",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[^\W\d_][\w /.()%+-]*", re.UNICODE)
_MEANT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"})


def slug(text: str, longest: int = 40) -> str:
    """`Puskesmas / Rawat Inap` → `puskesmas_rawat_inap`: an identifier, '' when there are no letters or digits."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    plain = plain.replace("%", " persen ").replace(">=", " mulai ").replace("<", " kurang ").replace(">", " lebih ")
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if not re.fullmatch(r"\d{9,}", word)]  # no name, a NIK
    name = "_".join(words)
    while len(name) > longest and len(words) > 1:
        words.pop()
        name = "_".join(words)
    name = name[:longest].strip("_")
    return f"k_{name}" if name[:1].isdigit() else name


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, with a number where it is taken."""
    used, count, found = set(taken), 1, name
    while found in used:
        count += 1
        found = f"{name}_{count}"
    return found


def file_pattern(path: str) -> str:
    """`faskes_2023.xlsx` → `faskes_*.xlsx`: what changes from period to period becomes a star."""
    folder, name = str(PurePosixPath(path).parent), PurePosixPath(path)
    stem = _CHANGING.sub("\0", name.stem)
    stem = re.sub(r"\0[\s\0.,_-]*\0", "\0", stem)
    letters = re.sub(r"[\W\d_\0]", "", stem)
    stem = re.sub(r"([*?[])", r"[\1]", stem if letters else name.stem).replace("\0", "*")
    pattern = re.sub(r"\*+", "*", stem) + name.suffix
    literal = re.sub(r"([*?[])", r"[\1]", folder)
    return pattern if folder in (".", "") else f"{literal}/{pattern}"


def sheet_pattern(name: str) -> str:
    """`Padi 2024` → `Padi *`, where letters remain to know it by."""
    part = re.sub(r"(?i)\b(triwulan|trw|tw|semester|smt|sem)(\s*)(iv|i{1,3}|\d)\b", "\\1\\2\0", name)
    changed = re.sub(r"\0[\s\0.,_-]*\0", "\0", _CHANGING.sub("\0", part))
    letters = re.sub(r"[\W\d_\0]", "", changed)
    if re.fullmatch(r"(sheet|lembar\d?)\s*\0", changed, re.IGNORECASE) or len(letters) < 2 or re.search(r"[*?[]", name):
        return name
    return changed.replace("\0", "*")


def scalar(value: object) -> str:
    """One YAML scalar: plain where it cannot be mistaken for anything else, else in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _MEANT and text == text.strip() and " #" not in text:
        return text
    return json.dumps(text, ensure_ascii=False)


def flow(value: object) -> str:
    """`{role: ukuran, aliases: [Luas Panen]}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value)


def entry(key: str, value: object, indent: int, note: str = "", width: int = 118) -> list[str]:
    """`key: {…}` on one line where it fits the page, else one line per part; the note as a comment behind or above."""
    pad = " " * indent
    line = f"{pad}{key}: {flow(value)}"
    comment = f" # periksa: {note}" if note else ""
    if len(line) + len(comment) <= width or not isinstance(value, Mapping) or not value:
        return (
            [line + comment]
            if len(line) + len(comment) <= width + 40
            else [f"{pad}#{comment[2:]}", line]
            if note
            else [line]
        )
    lines = [f"{pad}{key}:{comment}"]
    for part, one in value.items():
        nested = isinstance(one, Mapping) and len(f"{pad}  {part}: {flow(one)}") > width
        lines += entry(scalar(part), one, indent + 2) if nested else [f"{pad}  {scalar(part)}: {flow(one)}"]
    return lines
