"""Records of an XML document, found by how often an element occurs; read in two passes and never held as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from xml.parsers import expat

from etl.extract.encoding import Text
from etl.extract.problems import listed, refused, shown
from etl.extract.records import Record, too_large
from etl.findings import Owner, Refused

PIECE = 1 << 20
"""Bytes parsed at a time."""

MAX_DEPTH = 250
"""Elements within elements."""

MAX_TEXT = 10_000_000
"""Letters of one element."""

MAX_PATHS = 100_000
"""Different paths; a table has as many as it has columns, and a few more."""

_OWN_TEXT = "isi"
"""Field of a record's own text."""

Path = tuple[str, ...]


def locate(text: Text, records: str | None, name: str) -> Path:
    """Path of the records from the root: the stated one, or that of the most frequent with children or attributes.

    records: the path's last names, `data.desa`. Raises Refused, and expat.ExpatError on broken XML.
    """
    counts, words = _counted(text, name)
    if records is not None:
        wanted = tuple(records.split("."))
        found = [path for path in counts if path[-len(wanted) :] == wanted]
        if len(found) == 1:
            return found[0]
        raise _no_place(records, found or list(counts), name)
    repeated = {path: filled for path, (_, filled) in counts.items() if len(path) > 1 and filled > 1}
    if not repeated:
        raise _no_table(name, words)
    # The outermost of those that occur equally often: a record whose every child has children of its own.
    return min(repeated, key=lambda path: (-repeated[path], len(path)))


def _counted(text: Text, name: str) -> tuple[dict[Path, tuple[int, int]], str]:
    """Per path how often it occurs, and how often with children or attributes; and the first words."""
    nodes: dict[tuple[int, str], int] = {}  # (parent, tag) → node, so that no path is put together per element
    paths: list[Path] = [()]
    counts, filled = [0], [0]
    stack, holds = [0], [False]
    words: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = nodes.setdefault((stack[-1], tag), len(paths))
        if node == len(paths):
            paths.append((*paths[stack[-1]], _local(tag)))
            counts.append(0)
            filled.append(0)
            if node > MAX_PATHS or len(stack) > MAX_DEPTH:
                raise too_large(name, "XML-nya bersarang terlalu dalam atau susunannya terlalu beragam")
        holds[-1] = True
        holds.append(bool(attributes) and not all(map(_is_namespace, attributes)))
        stack.append(node)

    def end(_: str) -> None:
        node = stack.pop()
        counts[node] += 1
        filled[node] += holds.pop()

    def characters(said: str) -> None:
        if len(words) < 20 and said.strip():
            words.append(said.strip())

    for _ in _parsed(text, start, end, characters):
        pass
    found: dict[Path, tuple[int, int]] = {}
    for path, count, full in zip(paths[1:], counts[1:], filled[1:], strict=True):
        before = found.get(path, (0, 0))  # the same names under two prefixes
        found[path] = (before[0] + count, before[1] + full)
    return found, " ".join(words)


def read_records(text: Text, where: Path, name: str) -> Iterator[Record]:
    """Each record as a flat object: child elements dotted, attributes with `@`, what its parents say in front.

    The root's own attributes and texts are about the file, not about its rows. Raises Refused.
    """
    reader = _Reader(where, name)
    for _ in _parsed(text, reader.start, reader.end, reader.characters):
        yield from reader.ready
        reader.ready.clear()


class _Reader:
    """The open elements, and the record that is being put together."""

    def __init__(self, where: Path, name: str) -> None:
        self.where, self.name = where, name
        self.ready: list[Record] = []
        self.path: list[str] = []
        self.outer: list[Record] = []  # what each open parent of records says
        self.record: Record = {}
        self.fields: list[str] = []  # of the elements that are open in the present record; its own is empty
        self.texts: list[list[str]] = []
        self.size = 0
        self.leaf = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self.texts.append([])
        self.size, self.leaf = 0, True
        if self.fields:
            self.fields.append(f"{self.fields[-1]}.{name}" if self.fields[-1] else name)
        else:
            self.path.append(name)
            if len(self.path) < len(self.where) and self._is_parent(len(self.path)):
                self.outer.append({f"{name}.@{key}": value for key, value in _said(attributes)})
            if len(self.path) != len(self.where) or not self._is_parent(len(self.path)):
                return
            self.record = {key: value for parent in self.outer[1:] for key, value in parent.items()}
            self.fields.append("")
        if attributes:
            field = f"{self.fields[-1]}.@" if self.fields[-1] else "@"
            for key, value in _said(attributes):
                _put(self.record, f"{field}{key}", value)

    def end(self, _: str) -> None:
        text = "".join(self.texts.pop()).strip()
        leaf, self.leaf = self.leaf, False
        if self.fields:
            field = self.fields.pop()
            if text or (leaf and field):
                _put(self.record, field or _OWN_TEXT, text or None)
            if self.fields:
                return
            self.ready.append(self.record)
        elif len(self.path) < len(self.where) and self._is_parent(len(self.path)):
            self.outer.pop()
        elif leaf and 1 < len(self.path) <= len(self.where) and self._is_parent(len(self.path) - 1):
            _put(self.outer[-1], f"{self.path[-2]}.{self.path[-1]}", text or None)
        self.path.pop()

    def characters(self, said: str) -> None:
        self.texts[-1].append(said)
        self.size += len(said)
        if self.size > MAX_TEXT:
            raise too_large(self.name, "satu isian XML-nya terlalu panjang")

    def _is_parent(self, depth: int) -> bool:
        return tuple(self.path[:depth]) == self.where[:depth]


def _parsed(
    text: Text,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
) -> Iterator[None]:
    """Feeds a document piece by piece, stopping after each. Nothing outside of it is ever opened."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    for at in range(text.start, len(text.data), PIECE):
        parser.Parse(text.data[at : at + PIECE])
        yield
    parser.Parse(b"", True)
    yield


@lru_cache(maxsize=10_000)
def _local(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def _is_namespace(attribute: str) -> bool:
    return attribute == "xmlns" or attribute.startswith("xmlns:")


def _said(attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Attributes that say something of the row: not what a prefix means, nor that a value is missing."""
    for key, value in attributes.items():
        if not _is_namespace(key) and key != "xsi:nil":
            yield _local(key), value


def _put(record: Record, field: str, value: str | None) -> None:
    """A field that repeats becomes a list."""
    if field not in record:
        record[field] = value
        return
    before = record[field]
    record[field] = [*before, value] if isinstance(before, list) else [before, value]


def _no_place(records: str, there: list[Path], name: str) -> Refused:
    return refused(
        "letak_data",
        f"Letak data `{shown(records)}` tidak dapat dipastikan. Yang ada: "
        f"{listed([f'`{shown(chr(46).join(path))}`' for path in there])}.",
        "Susunan berkas berubah, atau letaknya pada kontrak cocok dengan lebih dari satu.",
        "Periksa isi berkas; bila susunannya memang berubah, Diskominfo menyesuaikan `records` pada kontrak.",
        file=name,
        owner=Owner.DISKOMINFO,
    )


def _no_table(name: str, said: str) -> Refused:
    return refused(
        "bukan_lembar_kerja",
        "Isinya XML tanpa tabel: tidak ada unsur berisi yang berulang.",
        "Yang tersimpan adalah pesan (galat) dari aplikasi, bukan datanya.",
        "Baca isi yang dikutip, lalu unduh ulang datanya; satu baris data saja perlu `records` pada kontrak.",
        file=name,
        value=said,
    )
