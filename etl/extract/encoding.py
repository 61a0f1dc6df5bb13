"""Which letters the bytes of a text file stand for: its mark, else strict UTF-8, else the cp1252 of office Windows."""

from __future__ import annotations

import codecs
import mmap
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.extract.problems import note, refused, shown
from etl.findings import Finding, Refused

PIECE = 1 << 22
"""Bytes decoded at a time: the file is walked once, never copied whole."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

CALLED = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16 (BE)", "cp1252": "Windows-1252"}
"""What the report calls them."""

LOOKED_AT = 1 << 16
"""Bytes in whose NULs UTF-16 without a mark is seen."""

Bytes = bytes | mmap.mmap


@dataclass(frozen=True)
class Text:
    """UTF-8 text of a file, from byte `start` on. quotes: how often `"` occurs. encoding: of the file, in words."""

    data: Bytes
    start: int
    quotes: int
    encoding: str
    notes: tuple[Finding, ...] = ()

    @property
    def odd_quotes(self) -> bool:
        return self.quotes % 2 == 1

    def decoded(self) -> str:
        return self.data[self.start :].decode("utf-8")

    def let_go(self) -> None:
        """What of the file was read into memory may leave it; looked at again it comes back."""
        _let_go(self.data)


def text_of(path: Path, name: str, encoding: str | None) -> Text:
    """A file that is not empty as UTF-8. encoding and raises: as `as_utf8`."""
    with path.open("rb") as file:
        return as_utf8(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name, encoding)


def declared_text(path: Path, name: str, encoding: str | None, declared: str) -> Text:
    """Markup, which states its own encoding: believed where the bytes fit it (C# writes `utf-16` on UTF-8)."""
    called = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(declared.lower(), declared.lower())
    if encoding or not called or called.startswith("utf-16"):
        return text_of(path, name, encoding)
    try:
        return text_of(path, name, called)
    except Refused:
        return text_of(path, name, None)


def as_utf8(data: Bytes, name: str, encoding: str | None) -> Text:
    """The file as UTF-8; the same bytes where they already are. encoding: as the contract states it, else found.

    Raises Refused on NUL bytes (no text at all) and where bytes do not fit a stated or marked encoding.
    """
    mark, marked = next(((mark, marked) for mark, marked in MARKS if data[: len(mark)] == mark), (b"", None))
    used = marked or (_canonical(encoding, name) if encoding else utf16_by_nuls(data[:LOOKED_AT]))
    called = CALLED.get(used or "utf-8", used or "") + " dengan tanda BOM" * bool(marked)
    if used and used.startswith("utf-16"):
        if not marked and not encoding:
            called += " tanpa tanda BOM"
        return _decoded(data, len(mark), used, name, "strict", called)
    seen = _look(data, as_utf8=used in (None, "utf-8"))
    if seen.nul is not None:
        raise _nul(data, seen.nul, name)
    if used == "utf-8" and seen.misfit is not None:
        raise _misfit(data, seen.misfit, used, name)
    if used in (None, "utf-8") and seen.misfit is None:
        return Text(data, len(mark), seen.quotes, called)
    if used is None:
        assert seen.misfit is not None
        return _decoded(data, 0, "cp1252", name, "replace", CALLED["cp1252"], (_guessed(data, seen.misfit, name),))
    return _decoded(data, 0, used, name, "strict", called)


def utf16_by_nuls(start: bytes) -> str | None:
    """UTF-16 without its mark: of Latin letters every second byte is NUL, and no other is."""
    pairs = len(start) // 2
    low, high = (start[odd : 2 * pairs : 2].count(0) for odd in (0, 1))
    if not low and high * 2 > pairs:
        return "utf-16-le"
    if not high and low * 2 > pairs:
        return "utf-16-be"
    return None


def _canonical(encoding: str, name: str) -> str:
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise refused(
            "pengodean",
            f"Pengodean {shown(encoding)} pada kontrak tidak dikenal.",
            "Salah ketik pada `source.encoding`.",
            "Diskominfo: tulis utf-8, utf-16 atau cp1252, atau hapus baris itu agar dikenali sendiri.",
            file=name,
        ) from None
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "ascii": "utf-8"}.get(codec, codec)


@dataclass
class _Seen:
    """What one walk through the bytes saw: how many `"`, where the first NUL and the first byte that is not UTF-8."""

    quotes: int = 0
    nul: int | None = None
    misfit: int | None = None


def _look(data: Bytes, *, as_utf8: bool) -> _Seen:
    seen = _Seen()
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(0, len(data), PIECE):
        piece = data[at : at + PIECE]
        _let_go(data)
        seen.quotes += piece.count(b'"')
        if (nul := piece.find(b"\0")) >= 0:
            seen.nul = at + nul
            return seen
        pending = len(decoder.getstate()[0])
        if not as_utf8 or seen.misfit is not None or (not pending and piece.isascii()):
            continue
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            seen.misfit = at - pending + error.start
    if as_utf8 and seen.misfit is None and decoder.getstate()[0]:
        seen.misfit = len(data) - 1
    return seen


def _let_go(data: Bytes) -> None:
    if isinstance(data, mmap.mmap):
        data.madvise(mmap.MADV_DONTNEED)  # pages of a mapped file are this process's memory, too


def _decoded(
    data: Bytes, start: int, encoding: str, name: str, errors: str, called: str, notes: tuple[Finding, ...] = ()
) -> Text:
    with tempfile.TemporaryFile() as file:
        try:
            for piece in _transcoded(data, start, encoding, errors):
                file.write(piece)
        except UnicodeDecodeError as error:
            raise _misfit(data, start + error.start, encoding, name) from None
        file.flush()
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b""
    seen = _look(text, as_utf8=False)
    if seen.nul is not None:
        raise _nul(text, seen.nul, name)
    return Text(text, 0, seen.quotes, called, notes)


def _transcoded(data: Bytes, start: int, encoding: str, errors: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for at in range(start, len(data), PIECE):
        yield decoder.decode(data[at : at + PIECE]).encode("utf-8")
        _let_go(data)
    yield decoder.decode(b"", final=True).encode("utf-8")


def line_at(data: Bytes, offset: int) -> int:
    """1-based line of a byte."""
    return data[:offset].count(b"\n") + 1


def _guessed(data: Bytes, bad: int, name: str) -> Finding:
    return note(
        "pengodean",
        f"Huruf berkas ini dibaca sebagai Windows-1252: byte pada baris {line_at(data, bad)} bukan UTF-8.",
        'Berkas disimpan Excel sebagai "CSV (Comma delimited)", bukan "CSV UTF-8".',
        'Periksa huruf khusus (é, –, ²) di baris itu; sebaiknya simpan sebagai "CSV UTF-8 (Comma delimited)".',
        file=name,
        row=line_at(data, bad),
    )


def _misfit(data: Bytes, offset: int, encoding: str, name: str) -> Refused:
    return refused(
        "pengodean",
        f"Huruf pada sekitar baris {line_at(data, offset)} tidak dapat dibaca sebagai {encoding.upper()}.",
        "Berkas disimpan dengan pengodean lain daripada yang dinyatakan, atau terpotong ketika disalin.",
        'Buka di Excel, simpan sebagai "CSV UTF-8 (Comma delimited)", lalu salin kembali.',
        file=name,
    )


def _nul(data: Bytes, offset: int, name: str) -> Refused:
    return refused(
        "byte_nul",
        f"Berkas ini bukan teks: ada byte NUL pada baris {line_at(data, offset)}.",
        "Berkas biner tersimpan dengan nama .csv, penyalinan terputus, atau teks Unicode (UTF-16) tanpa penanda.",
        'Buka di Excel, simpan sebagai "CSV UTF-8 (Comma delimited)" atau .xlsx, lalu salin kembali.',
        file=name,
    )
