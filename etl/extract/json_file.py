"""Bytes of a JSON file, or of JSON lines (one record a line), to the records in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.extract import bps
from etl.extract.encoding import text_of
from etl.extract.problems import dotted, refused
from etl.extract.records import Record, json_sheet, records_sheet, too_large, twice
from etl.findings import Refused
from etl.frames import Sheet

MAX_JSON = 100_000_000
"""Bytes of one file; a document is several times as large as Python objects."""

LOOKED_AT = 1 << 16
"""Characters looked at to know JSON lines: their first record is shorter."""

_BEGINS = re.compile(r"""\s*(?:\{\s*["'}]|\[\s*[\[{"\]])""")


def looks_like_json(start: str) -> bool:
    """Whether a text begins as JSON does: `{"` or `[{`; a title `[Seri 2010] PDRB` or `{catatan}` does not."""
    return _BEGINS.match(start) is not None


def read_json(path: Path, name: str, encoding: str | None, records: str | None) -> Sheet:
    """One sheet without a name. Raises Refused where it is no JSON or holds no records."""
    if (size := path.stat().st_size) > MAX_JSON:
        raise too_large(name, f"berkas JSON ini {dotted(size // 1_000_000)} MB")
    text = text_of(path, name, encoding)
    body = text.decoded()
    if not _is_lines(body[:LOOKED_AT]):
        document = parse_json(body, name)
        if records is None and bps.is_answer(document):
            sheet = bps.sheet_of([document], name)
        else:
            sheet = json_sheet([document], records, name)
    elif records is None:
        sheet = records_sheet(_lines(body, name), name, (("format", "JSON per baris"),))
    else:
        sheet = json_sheet(_lines(body, name), records, name)
    return replace(sheet, notes=(*sheet.notes, *text.notes), facts=(*sheet.facts, ("pengodean", text.encoding)))


def parse_json(text: str | bytes, name: str) -> Any:
    """A JSON document, its fractions as Decimal and its whole numbers as int: exact.

    Raises Refused naming line and column, and when a name stands twice in one object.
    """
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise _broken(error, name) from None
    except UnicodeDecodeError as error:
        cause = "Jawabannya memakai pengodean lain."
        raise _not_json(name, f"tidak sah: byte ke-{error.start + 1} bukan huruf UTF-8", cause) from None
    except RecursionError:
        raise too_large(name, "isinya bersarang terlalu dalam") from None
    except _Twice as key:
        raise twice(name, str(key), "satu objek JSON") from None
    except ValueError:
        raise too_large(name, "memuat bilangan dengan ribuan angka") from None


class _Twice(Exception):
    """A name stands twice in one object."""


def _object(pairs: list[tuple[str, Any]]) -> Record:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        raise _Twice(next(key for key in names if names.count(key) > 1))
    return found


# NaN and Infinity are no JSON, yet Python's writers write them: they stay the words they are.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=str)


def _is_lines(start: str) -> bool:
    """Whether the first line is a whole object by itself, and something follows it."""
    first, _, rest = start.lstrip().partition("\n")
    try:
        return bool(rest.strip()) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(body: str, name: str) -> Iterator[Record]:
    at, number = 0, 0
    while at < len(body):
        end = body.find("\n", at)
        end = len(body) if end < 0 else end
        number += 1
        if line := body[at:end].strip():
            try:
                record = _DECODER.decode(line)
            except (ValueError, RecursionError, _Twice):
                record = parse_json("\n" * (number - 1) + line, name)  # says what is wrong, and in which line
            if not isinstance(record, dict):
                raise _not_json(name, f"tidak sah: baris {number} bukan objek {{…}}", "Berkasnya bukan JSON per baris.")
            yield record
        at = end + 1


def _broken(error: json.JSONDecodeError, name: str) -> Refused:
    rest = error.doc[error.pos :]
    what = "tidak sah"
    if not rest.strip() or error.msg.startswith("Unterminated"):
        what, cause = "terpotong: isinya berakhir", "Pengunduhan atau penyalinannya terputus."
    elif error.msg.startswith("Extra data"):
        what, cause = "masih berlanjut", "Dua jawaban tersambung, atau ada pesan galat di belakangnya."
    elif "property name" in error.msg:
        cause = "Nama tidak diapit tanda kutip ganda, atau ada koma lebih sebelum kurung tutup."
    else:
        cause = "Ada pesan galat, koma lebih, atau tanda yang hilang di tengah isinya."
    return _not_json(name, f"{what} pada baris {error.lineno}, huruf ke-{error.colno}", cause, rest.lstrip()[:80])


def _not_json(name: str, what: str, cause: str, value: str = "") -> Refused:
    return refused(
        "json_rusak",
        f"JSON ini {what}.",
        cause,
        "Unduh atau ekspor ulang dari aplikasinya; bila tetap sama, sampaikan pesan ini kepada pengelolanya.",
        file=name,
        value=value,
    )
