"""The code lists that a contract's columns are of, read once for each submission."""

from __future__ import annotations

from collections import defaultdict

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.contract import Contract
from etl.load.figures import usual_amounts
from etl.load.warehouse import rows, transaction
from etl.transform.code_lists import CodeList, Listed, Lists

_GROWING = ("skpd", "kegiatan", "rekening", "sumber_dana")
"""Dimensions whose lists are never complete."""
_FREE = ("tolok_ukur",)
"""Dimensions of free texts: there is no list to hold them against."""
_BY_NAME = ("skpd", "sumber_dana")
"""Lists whose members are also known by their names and other spellings."""


def read_lists(conn: Connection, contract: Contract) -> Lists:
    """Every list that a column of the contract names; of activities the agencies' bidang urusan too, of a budget the
    size of what is released."""
    names = {column.list for column in contract.columns.values() if column.list} - set(_FREE)
    if not names and contract.fact == "indikator":
        return Lists({})
    with transaction(conn) as cursor:
        lists = {name: _list(cursor, name) for name in sorted(names)}
        bidang: dict[str, frozenset[str]] = {}
        producer = ""
        if "kegiatan" in names:
            for keys, own in rows(cursor, "load/code_list.sql#bidang"):
                bidang |= {key.casefold(): frozenset(own.split(";")) for key in keys if own}
            found = rows(cursor, "load/code_list.sql#producer", {"skpd": contract.producer})
            producer = found[0][0] if found else ""
        told = contract.fact == "kinerja" and any(column.direction for column in contract.columns.values())
        directions = dict(rows(cursor, "load/member.sql#directions")) if told else {}
    return Lists(lists, bidang, producer, usual_amounts(conn, contract), directions)


def _list(cursor: Cursor, name: str) -> CodeList:
    growing = name in _GROWING
    statement = name if growing or name == "tahap" else "rincian"
    entries: dict[str, list[Listed]] = defaultdict(list)
    for kode, nama, start, end, varian, known in rows(cursor, f"load/code_list.sql#{statement}", {"list": name}):
        one = Listed(kode, nama, start, end, tuple(filter(None, varian.split("|"))), known)
        entries[kode].append(one)
        if name in _BY_NAME:
            for key in {text.casefold() for text in (kode, nama, *one.varian)} - {kode}:
                entries[key].append(one)
    successors: dict[str, list[str]] = defaultdict(list)
    for old, new in rows(cursor, "load/code_list.sql#successors", {"list": name}):
        successors[old].append(new)
    return CodeList(
        name,
        {kode: tuple(versions) for kode, versions in entries.items()},
        complete=not growing,
        successors={old: tuple(new) for old, new in successors.items()},
    )
