"""Delimited text (.csv, .tsv, .txt): every record a row, every cell text, nothing interpreted.

Arrow reads the bytes as they are. Records of unequal length are taken as well: short ones are filled with empty cells,
the extra cells of long ones become columns, and a note says which. A file with little else is read record by record.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from etl.extract.cells import texts
from etl.extract.compact import Compact, compact, plain_text
from etl.extract.encoding import Text, as_utf8
from etl.extract.problems import dotted, listed, note, refused
from etl.extract.rejoin import MAX_TORN, joined_notes, rejoin
from etl.findings import Finding, Refused
from etl.frames import Sheet

DELIMITERS = ",|\t;"
"""Least preferred first: a comma is also Indonesia's decimal sign, a semicolon hardly ever stands in every row."""

CALLED = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak (|)"}
"""What the report calls them."""

SNIFFED_BYTES = 1 << 18
"""Bytes looked at to know the delimiter: 50 records of 5,000 characters."""

SNIFFED_RECORDS = 50
"""Enough to see past a title and a header of several rows."""

MAX_COLUMNS = 16_384
"""Excel's own limit; a record with more is a file whose line ends or delimiter were misunderstood."""

MAX_MISFITS = 5_000
"""Records of another length that are put back one by one; with more, the width was guessed wrong."""

MAX_CELL = 1_000_000
"""Characters of one cell; Excel's limit is 32,767. A longer one is a quote that was never closed."""

BATCHES = 8
"""Megabytes of records that are text at once on the fast way."""

BLOCK = 20_000
"""Records that are Python objects at once on the forgiving way."""

TOLD_ROWS = 10
"""Unequal rows that the note names one by one."""

MANY_LINES = 20
"""Line breaks within one cell beyond which it is told: an address has four, a quote closed too late has hundreds."""

csv.field_size_limit(MAX_CELL)


def read_delimited(path: Path, name: str, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """The file as one sheet without a name. Raises Refused on bytes that are no text and quotes never closed."""
    with path.open("rb") as file:
        text = as_utf8(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name, encoding)
    sample = _sample(text)
    used = delimiter or sniff_delimiter(sample)
    widths = Counter(len(record) for record in sample_records(sample, used))
    width = max(widths, key=lambda width: (widths[width], width), default=1)
    read = None if text.odd_quotes else _fast(text, used, max(width, 1), name)
    columns, lengths = read or _forgiving(text, used, name)
    columns, joined = rejoin(columns, used)
    notes = text.notes + _uneven(lengths.without([row.row for row in joined]), name) + joined_notes(joined, name)
    if text.quotes:
        notes += _long_cells(columns, name)
    while len(columns) > 1 and columns[-1].null_count == len(columns[-1]):
        columns.pop()
    facts = (
        ("format", "TSV" if used == "\t" else "CSV"),
        ("pengodean", text.encoding),
        ("pemisah kolom", CALLED.get(used, used)),
        ("tanda kutip", "dipakai" if text.quotes else "tidak dipakai"),
    )
    return Sheet(name="", no=0, text=tuple(columns), number=(None,) * len(columns), notes=notes, facts=facts)


def _sample(text: Text) -> str:
    """The first records, without the one cut off at the end."""
    data = text.data[text.start : text.start + SNIFFED_BYTES]
    if len(data) == SNIFFED_BYTES:
        data = data[: data.rfind(b"\n") + 1] or data
    return data.decode("utf-8", "ignore")


def sniff_delimiter(sample: str) -> str:
    """The sign by which most of the first records have the same number of cells, more than one; `,` when none has.

    Titles and footnotes have no delimiter, so they count for none.
    """
    if stated := re.match(r"(?i)sep=([;,|\t])\r?\n", sample):  # Excel's own way of saying it
        return stated[1]

    def agreeing(delimiter: str) -> int:
        widths = Counter(len(record) for record in sample_records(sample, delimiter) if len(record) > 1)
        return max(widths.values(), default=0)

    counts = {delimiter: agreeing(delimiter) for delimiter in DELIMITERS}
    best = max(counts.values())
    return next(d for d in reversed(DELIMITERS) if counts[d] == best) if best else ","


def sample_records(sample: str, delimiter: str) -> list[list[str]]:
    """The first SNIFFED_RECORDS records that are not blank."""
    try:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        return list(islice((record for record in records if any(record)), SNIFFED_RECORDS))
    except csv.Error:
        return []


def _fast(text: Text, delimiter: str, width: int, name: str) -> tuple[list[pa.Array], _Lengths] | None:
    """Arrow on the bytes as they are; the few records that have not `width` cells are put back where they were.

    None when there are more than MAX_MISFITS of those.
    """
    names = [str(number) for number in range(width)]
    misfits: dict[int, str] = {}

    def remember(record: pacsv.InvalidRow) -> str:
        misfits[record.number] = record.text
        return "skip" if len(misfits) <= MAX_MISFITS else "error"

    columns = [Compact() for _ in names]
    try:
        reader = pacsv.open_csv(
            pa.BufferReader(pa.py_buffer(text.data).slice(text.start)),
            pacsv.ReadOptions(column_names=names, use_threads=False),  # only then are records numbered
            pacsv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if text.quotes else False,
                newlines_in_values=text.quotes > 0,
                ignore_empty_lines=False,
                invalid_row_handler=remember,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                check_utf8=False,  # as_utf8 has seen to it
            ),
        )
        while batches := list(islice(reader, BATCHES)):
            for column, part in zip(columns, pa.Table.from_batches(batches).columns, strict=True):
                column.add(part)
            text.let_go()
    except pa.ArrowInvalid:
        return None
    read = [column.finish() for column in columns]
    return _put_back(read, misfits, delimiter, name) if misfits else (read, _Lengths())


def _put_back(
    read: list[pa.Array], misfits: dict[int, str], delimiter: str, name: str
) -> tuple[list[pa.Array], _Lengths]:
    """misfits: record number → its text, as Arrow skipped them."""
    usual, rows = len(read), len(read[0])
    records = [next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []) for text in misfits.values()]
    lengths = _Lengths(usual)
    lengths.count[usual, usual] = rows
    for number, record in zip(misfits, records, strict=True):
        lengths.add(record, number)
    width = max(usual, *map(len, records))
    if width > MAX_COLUMNS:
        raise _too_wide(name, width)
    for place in range(width):
        good = plain_text(read[place]) if place < usual else pa.nulls(rows, pa.string())
        odd = texts([record[place] if place < len(record) else None for record in records])
        chunks, taken = [], 0
        for at, number in enumerate(misfits):
            until = number - 1 - at
            chunks += [good.slice(taken, until - taken), odd.slice(at, 1)]
            taken = until
        read[place : place + 1] = [compact(pa.chunked_array([*chunks, good.slice(taken)], pa.string()))]
    return read, lengths


@dataclass
class _Lengths:
    """How many records have which number of cells (all, and up to the last filled), and the first rows of each kind.

    usual: the number of cells that a record should have.
    """

    usual: int = 0
    count: Counter[tuple[int, int]] = field(default_factory=Counter)
    rows: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def add(self, record: list[str], row: int) -> None:
        filled = len(record)
        while filled and not record[filled - 1]:
            filled -= 1
        kind = (len(record), filled)
        self.count[kind] += 1
        if self.count[kind] <= MAX_TORN:
            self.rows.setdefault(kind, []).append(row)

    def without(self, rows: list[int]) -> _Lengths:
        """The same, these rows not counted."""
        left = _Lengths(self.usual, self.count.copy(), dict(self.rows))
        for kind, kept in self.rows.items():
            left.rows[kind] = [row for row in kept if row not in set(rows)]
            left.count[kind] -= len(kept) - len(left.rows[kind])
        left.count = +left.count
        return left

    @property
    def most_frequent(self) -> int:
        by_length: Counter[int] = Counter()
        for (length, _), count in self.count.items():
            by_length[length] += count if length > 1 else 0
        return max(by_length, key=lambda length: (by_length[length], length), default=1)

    def told(self, kinds: list[tuple[int, int]]) -> str:
        first = sorted(row for kind in kinds for row in self.rows[kind])[:TOLD_ROWS]
        total = sum(self.count[kind] for kind in kinds)
        return (
            f"{listed([str(row) for row in first])}{f' dan {dotted(total - len(first))} lagi' * (total > len(first))}"
        )


def _forgiving(text: Text, delimiter: str, name: str) -> tuple[list[pa.Array], _Lengths]:
    """Every record whatever its length, and a note on those that differ."""
    columns = [Compact()]
    lengths, row = _Lengths(), 0
    records = _records(text, delimiter, name)
    while block := list(islice(records, BLOCK)):
        for record in block:
            row += 1
            lengths.add(record, row)
        block_width = max(map(len, block))
        if block_width > MAX_COLUMNS:
            raise _too_wide(name, block_width)
        while len(columns) < block_width:
            columns.append(Compact())
            columns[-1].add(pa.nulls(row - len(block), pa.string()))
        filled = [texts(cells) for cells in zip_longest(*block)]
        for place, column in enumerate(columns):
            column.add(filled[place] if place < len(filled) else pa.nulls(len(block), pa.string()))
    lengths.usual = lengths.most_frequent
    return [column.finish() for column in columns], lengths


def _records(text: Text, delimiter: str, name: str) -> Iterator[list[str]]:
    """Records by the csv module. Raises Refused when a quote is not closed."""
    source = pa.BufferReader(pa.py_buffer(text.data).slice(text.start))
    lines = io.TextIOWrapper(source, encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    row = begins = before = 0
    try:
        for record in reader:
            row, begins, before = row + 1, before + 1, reader.line_num
            yield record
    except csv.Error:
        raise _unclosed(name, row + 1, before + 1) from None
    if text.odd_quotes and row and before > begins:  # the last record runs over several lines to the end
        raise _unclosed(name, row, begins)


def _uneven(lengths: _Lengths, name: str) -> tuple[Finding, ...]:
    """Rows with only one cell are titles, footnotes or blank; the others should be equally long."""
    usual = lengths.usual
    short = [kind for kind in lengths.count if 1 < kind[0] < usual]
    long = [kind for kind in lengths.count if kind[1] > usual]
    said = [f"baris {lengths.told(short)} kurang dari {usual} sel"] * bool(short)
    said += [f"baris {lengths.told(long)} lebih dari {usual} sel"] * bool(long)
    if not said:
        return ()
    return (
        note(
            "baris_tidak_rata",
            f"Jumlah sel tidak sama di semua baris: {'; '.join(said)}. Yang kurang dianggap kosong.",
            "Pemisah kolom terdapat di dalam isi sel tanpa tanda kutip, atau barisnya terpotong.",
            "Periksa baris itu: apit isi yang memuat pemisah dengan tanda kutip, atau kirim sebagai .xlsx.",
            file=name,
            row=min(row for kind in [*short, *long] for row in lengths.rows[kind]),
        ),
    )


def _long_cells(columns: list[pa.Array], name: str) -> tuple[Finding, ...]:
    """A quote that is closed by another cell's quote swallows the rows between without any error."""
    for number, column in enumerate(columns, start=1):
        coded = pa.types.is_dictionary(column.type)
        breaks = pc.count_substring(column.dictionary if coded else column, "\n")
        if (pc.max(breaks).as_py() or 0) > MANY_LINES:
            long = pc.greater(breaks.take(column.indices) if coded else breaks, MANY_LINES)
            row = pc.index(long, True).as_py() + 1
            message = f"Satu sel pada baris ke-{row}, kolom ke-{number}, memuat lebih dari {MANY_LINES} baris teks."
            cause = "Tanda kutip pembuka tidak ditutup pada barisnya, sehingga baris berikutnya ikut masuk ke sel itu."
            action = "Tutup tanda kutip itu, atau kirim berkas sebagai .xlsx."
            return (note("kutip_terlambat_ditutup", message, cause, action, file=name, row=row),)
    return ()


def _unclosed(name: str, row: int, line: int) -> Refused:
    return refused(
        "kutip_tidak_ditutup",
        f'Tanda kutip (") yang dibuka pada baris ke-{row} (baris teks {line}) tidak pernah ditutup.',
        "Tanda kutip tertulis di dalam isi sel, misalnya untuk inci, atau berkas terpotong.",
        "Hapus atau tutup tanda kutip itu, atau kirim berkas sebagai .xlsx.",
        file=name,
    )


def _too_wide(name: str, width: int) -> Refused:
    return refused(
        "terlalu_besar",
        f"Satu baris memuat {dotted(width)} kolom; Excel sendiri hanya mengenal {dotted(MAX_COLUMNS)}.",
        "Akhir baris hilang, atau pemisah kolom yang dipakai bukan yang dimaksud.",
        "Simpan ulang dari Excel sebagai .csv atau .xlsx, lalu salin kembali.",
        file=name,
    )
