"""The code lists of warehouse_sql/reference brought into their tables."""

from __future__ import annotations

import csv
from pathlib import Path

from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.load.exchange import copy_rows
from etl.load.warehouse import sql, transaction
from etl.settings import WAREHOUSE_SQL

CODE_LISTS = {
    "wilayah": ("dw.dim_wilayah", ("kode", "berlaku_dari")),
    "wilayah_alias": ("dw.wilayah_alias", ("alias", "tingkat", "kode")),
    "urusan": ("dw.dim_urusan", ("kode", "berlaku_dari")),
    "satuan": ("dw.satuan", ("satuan",)),
    "skpd": ("dw.dim_skpd", ("kode", "berlaku_dari")),
    "nomenklatur": ("dw.nomenklatur", ("peraturan",)),
    "kegiatan": ("dw.dim_kegiatan", ("kode", "berlaku_dari")),
    "rekening": ("dw.dim_rekening", ("kode", "berlaku_dari")),
    "sumber_dana": ("dw.dim_sumber_dana", ("kode", "berlaku_dari")),
    "rincian": ("dw.daftar_rincian", ("daftar", "kode", "berlaku_dari")),
    "wilayah_batas": ("dw.wilayah_batas", ("kode",)),
    "frekuensi": ("dw.frekuensi", ("nama",)),
    "metadata_bps": ("dw.metadata_bps", ("form", "field_key")),
    "epss": ("dw.epss_indikator", ("kode",)),
    "padanan": ("dw.padanan", ("dimensi", "kode_lama", "kode_baru")),
}
"""File in warehouse_sql/reference → its table and key."""

_TRUST = {
    "dw.dim_skpd": "keyakinan_nama",
    "dw.dim_kegiatan": "keyakinan",
    "dw.dim_rekening": "keyakinan",
    "dw.dim_sumber_dana": "keyakinan",
}
"""Table of a list to which figures add what it lacks → the column that says so."""

_EMPTY = {"berlaku_dari": "-infinity", "berlaku_sampai": "infinity", "kode": "", "varian": ""}
"""What an empty cell means; NULL in every other column."""


def seed(conn: Connection, folder: Path = WAREHOUSE_SQL / "reference") -> None:
    """Bring the code lists in line with the CSV files of `folder`; running it again changes nothing.

    A file that is absent is passed over, so that a folder with a few more regions can be added. Codes that a list no
    longer has stay: figures may point to them; a list ends a code with `berlaku_sampai`. Raises ValueError for a file
    with other columns than its table.
    """
    with transaction(conn) as cursor:
        for name, (table, key) in CODE_LISTS.items():
            path = folder / f"{name}.csv"
            if path.is_file():
                _merge_list(cursor, path, table, key)


def _merge_list(cursor: Cursor, path: Path, table: str, key: tuple[str, ...]) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        lines = list(reader)
    missing = set(key) - set(header)
    ragged = [number for number, line in enumerate(lines, start=2) if len(line) != len(header)]
    if missing or ragged:
        raise ValueError(
            f"{path.name}: kolom kunci yang hilang {sorted(missing)}, baris yang tidak sama panjang {ragged}"
        )
    filled = [[cell or _EMPTY.get(column) for column, cell in zip(header, line, strict=True)] for line in lines]
    identifiers = [compose.Identifier(column) for column in header]
    target = compose.SQL(table)  # from CODE_LISTS
    parts = {
        "table": target,
        "columns": compose.SQL(", ").join(identifiers),
        "key": compose.SQL(", ").join(map(compose.Identifier, key)),
        "changes": compose.SQL(", ").join(
            compose.SQL("{0} = excluded.{0}").format(identifier) for identifier in identifiers
        ),
        "old": compose.SQL(", ").join(compose.SQL("lama.{}").format(identifier) for identifier in identifiers),
        "new": compose.SQL(", ").join(compose.SQL("excluded.{}").format(identifier) for identifier in identifiers),
    }
    cursor.execute(compose.SQL(sql("load/code_list.sql#stage")).format(**parts))
    copy_rows(cursor, "pg_temp.code_list", header, filled)
    if trust := _TRUST.get(table):
        adopt = compose.SQL(sql("load/code_list.sql#adopt"))
        cursor.execute(adopt.format(table=target, trust=compose.Identifier(trust)))
    cursor.execute(compose.SQL(sql("load/code_list.sql#merge")).format(**parts))
