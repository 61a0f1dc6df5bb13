"""What changed in the columns of a query's result since last time: told, because figures still load."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from etl.extract.problems import note
from etl.extract.result_columns import kind_of, name_of
from etl.findings import Finding

RULE = "skema_berubah"


def drift(before: pa.Schema, now: pa.Schema, connection: str, dataset: str) -> tuple[Finding, ...]:
    """Columns added, removed, or of another kind. A column without any value then or now has no kind to compare."""
    return tuple(
        note(
            RULE,
            f"Hasil kueri {dataset}: {what}.",
            "Struktur tabel di basis data SKPD diubah (ALTER TABLE), atau isinya kini dari jenis lain.",
            "Tanyakan perubahannya kepada pengelola basis data SKPD; bila perlu sesuaikan `source.query` dan "
            "kolom-kolom pada kontrak.",
            file=connection,
        )
        for what in _changes(_columns(before), _columns(now))
    )


def _changes(before: dict[tuple[str, int], str], now: dict[tuple[str, int], str]) -> Iterator[str]:
    for column, kind in now.items():
        if column not in before:
            yield f"kolom «{column[0]}» ({_words(kind)}) baru ada"
        elif before[column] and kind and before[column] != kind:
            yield f"jenis kolom «{column[0]}» berubah dari {_words(before[column])} menjadi {_words(kind)}"
    for column, kind in before.items():
        if column not in now:
            yield f"kolom «{column[0]}» ({_words(kind)}) tidak ada lagi"


def _columns(schema: pa.Schema) -> dict[tuple[str, int], str]:
    """(name, how many-th of that name) → kind."""
    found: dict[tuple[str, int], str] = {}
    for field in schema:
        name = name_of(field)
        nth = sum(known == name for known, _ in found)
        found[name, nth] = kind_of(field)
    return found


def _words(kind: str) -> str:
    if not kind:
        return "belum berisi"
    return kind if "+" not in kind else f"campuran {' dan '.join(kind.split('+'))}"
