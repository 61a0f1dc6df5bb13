"""Logins that may only read: what each kind finds, and for how long it may ask."""

from __future__ import annotations

from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import encrypt_password

from etl.load.warehouse import rows, sql, transaction

READERS = {
    "portal": ("portal_reader", ("portal",), "15s"),
    "walidata": ("walidata_reader", ("portal", "dw", "audit", "staging"), "5min"),
    "produsen": ("produsen_reader", ("produsen", "portal"), "15s"),
}
"""Kind of reader → its role, the schemas it finds by name alone, and how long a query of its may take."""


def create_reader(conn: Connection, name: str, password: str, kind: str = "portal", skpd: str | None = None) -> None:
    """A login that may only read: kind `portal` what is public, `walidata` everything, `produsen` also what became of
    the submissions of its agency `skpd` (as in the register).

    The limits stand on the login because PostgreSQL does not hand them down from the group role. The password leaves
    this process only as its SCRAM verifier. Raises ValueError for an unknown kind, or an agency that is missing,
    unknown or of no use.
    """
    if kind not in READERS or (skpd is not None) != (kind == "produsen"):
        raise ValueError(f"jenis akun harus salah satu: {', '.join(READERS)}; --skpd wajib, dan hanya, bagi produsen")
    group, schemas, timeout = READERS[kind]
    verifier = encrypt_password(password, name, conn, "scram-sha-256")
    with transaction(conn) as cursor:
        if skpd is not None and not rows(cursor, "load/migration.sql#agency_exists", {"skpd": skpd}):
            raise ValueError(
                f"SKPD `{skpd}` tidak ada pada gudang. Tindakan: periksa datasets/skpd.yaml, lalu `satudata migrate`"
            )
        known = rows(cursor, "load/migration.sql#role_exists", {"name": name})
        statement = compose.SQL(sql("reader.sql")).format(
            verb=compose.SQL("ALTER" if known else "CREATE"),
            role=compose.Identifier(name),
            login=compose.Literal(name),
            password=compose.Literal(verifier),
            group=compose.Identifier(group),
            schemas=compose.SQL(", ").join(map(compose.Identifier, schemas)),
            timeout=compose.Literal(timeout),
            skpd=compose.Literal(skpd),
        )
        cursor.execute(statement)
