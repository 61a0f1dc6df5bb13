"""The warehouse's picture, drawn from the database itself.

    .venv/bin/python tools/er_diagram.py

Reads the catalogue of the warehouse at SATUDATA_DSN (or the one that `satudata up` runs) and writes
docs/gambar/gudang.svg. A line stands for a declared foreign key, or for a column that bears the name of another table's
whole primary key (indikator_id, skpd_id, dataset, …): the facts declare none, so that a million rows load in seconds.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

from psycopg2.extensions import connection as Connection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from etl.load.warehouse import connect
from etl.settings import PROJECT, Settings

PICTURE = PROJECT / "docs" / "gambar" / "gudang.svg"
ROW, HEAD, WIDTH, GAP, ACROSS, MARGIN = 15, 22, 250, 22, 150, 24
COLOURS = ("#b03a2e", "#1f618d", "#117a65", "#9a7d0a", "#6c3483", "#a04000", "#196f3d", "#5d6d7e", "#884ea0", "#2874a6")
FILL = {"dim": "#eaf2f8", "fakta": "#fdf2e9", "audit": "#eafaf1"}

COLUMNS = """
SELECT c.oid::regclass::text, a.attname, format_type(a.atttypid, NULL), a.attnum = ANY (coalesce(k.conkey, '{}')),
    coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN LATERAL (
    -- A partitioned fact has its key on its partitions: what is current is unique by the figure's own key.
    SELECT array_agg(p.attnum) AS conkey
    FROM pg_index AS i
    JOIN pg_class AS t ON t.oid = i.indrelid
    JOIN pg_attribute AS o ON o.attrelid = t.oid AND o.attnum = ANY (i.indkey)
    JOIN pg_attribute AS p ON p.attrelid = c.oid AND p.attname = o.attname
    WHERE i.indisprimary AND (t.oid = c.oid OR t.relname = c.relname || '_kini')
) AS k ON true
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (
    (c.relnamespace = 'dw'::regnamespace AND c.relname ~ '^(dim_|fakta_|penyamaran$|skpd_register$|status_data$)')
    OR (c.relnamespace = 'audit'::regnamespace
        AND c.relname IN ('submission', 'sheet', 'check_result', 'decision', 'release'))
)
ORDER BY 1, a.attnum
"""
FOREIGN = """
SELECT DISTINCT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text
FROM pg_constraint AS k
JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND k.connamespace IN ('dw'::regnamespace, 'audit'::regnamespace) AND cardinality(k.conkey) = 1
"""


@dataclass(frozen=True)
class Table:
    """A table and what it is for. columns: (name, type, part of the key)."""

    name: str
    about: str
    columns: tuple[tuple[str, str, bool], ...]

    @property
    def kind(self) -> str:
        if self.name.startswith("audit."):
            return "audit"
        return "fakta" if self.name in ("dw.penyamaran",) or self.name.startswith("dw.fakta_") else "dim"

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(name for name, _, is_key in self.columns if is_key)

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.columns) + 6


@dataclass(frozen=True)
class Link:
    """A column of one table that names a row of another."""

    source: str
    column: str
    target: str


def read(conn: Connection) -> tuple[list[Table], list[Link]]:
    """Tables of facts, dimensions and the account of submissions, and what points where; in the order of names."""
    with conn, conn.cursor() as cursor:
        cursor.execute(COLUMNS)
        lines = cursor.fetchall()
        cursor.execute(FOREIGN)
        declared = {(source, column): target for source, column, target in cursor.fetchall()}
    about = {name: said for name, *_, said in lines}
    tables = [Table(name, about[name], tuple((c, t, k) for n, c, t, k, _ in lines if n == name)) for name in about]
    keys = {table.key[0]: table.name for table in tables if len(table.key) == 1 and table.kind == "dim"}
    keys["submission_id"] = "audit.submission"
    types = {(name, column): kind for name, column, kind, *_ in lines}
    links = []
    for table in tables:
        for column, kind, _ in table.columns:
            target = declared.get((table.name, column), keys.get(column))
            theirs = "id" if column == "submission_id" else column
            same = (table.name, column) in declared or types.get((target, theirs)) == kind
            if target in about and target != table.name and same:
                links.append(Link(table.name, column, target))
    return tables, links


def picture(conn: Connection) -> str:
    """The picture as SVG; the same database always gives the same text."""
    tables, links = read(conn)
    places = _places(tables, links)
    width = MARGIN * 2 + WIDTH * 4 + ACROSS * 3 + ACROSS // 3
    height = max(places[table.name][1] + table.height for table in tables) + MARGIN
    targets = sorted({link.target for link in links})
    colour = {target: COLOURS[number % len(COLOURS)] for number, target in enumerate(targets)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="monospace" font-size="11">',
        "<title>Gudang data: dimensi, fakta dan pertanggungjawaban</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    parts += [_line(link, tables, places, colour[link.target]) for link in links]
    parts += [_box(table, *places[table.name]) for table in tables]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(tables: list[Table], links: list[Link]) -> dict[str, tuple[int, int]]:
    """Facts stand in the second column, dimensions on both sides with what is shared most on top, the account last."""
    used = {table.name: sum(link.target == table.name for link in links) for table in tables}
    columns: list[list[Table]] = [[], [], [], []]
    for table in sorted(tables, key=lambda one: (-used[one.name], one.name)):
        if table.kind == "audit":
            columns[3].append(table)
        elif table.kind == "fakta":
            columns[1].append(table)
        else:
            left, right = (sum(one.height for one in columns[side]) for side in (0, 2))
            columns[0 if left <= right else 2].append(table)
    places = {}
    for number, column in enumerate(columns):
        y = MARGIN
        for table in column:
            places[table.name] = (MARGIN + number * (WIDTH + ACROSS), y)
            y += table.height + GAP
    return places


def _box(table: Table, x: int, y: int) -> str:
    rows = [
        f'<text x="{x + 8}" y="{y + HEAD + 11 + ROW * number}" font-weight="{"bold" if is_key else "normal"}">'
        f"{escape(name)}</text>"
        f'<text x="{x + WIDTH - 8}" y="{y + HEAD + 11 + ROW * number}" text-anchor="end" fill="#777777">'
        f"{escape(_short(kind))}</text>"
        for number, (name, kind, is_key) in enumerate(table.columns)
    ]
    return (
        f'<g><title>{escape(table.about)}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{table.height}" rx="4" '
        f'fill="{FILL[table.kind]}" stroke="#555555"/><text x="{x + 8}" y="{y + 15}" font-weight="bold" '
        f'font-size="12">{escape(table.name)}</text>{"".join(rows)}</g>'
    )


def _short(kind: str) -> str:
    return kind.replace("timestamp with time zone", "timestamptz").replace("character varying", "varchar")


def _line(link: Link, tables: list[Table], places: dict[str, tuple[int, int]], colour: str) -> str:
    source = next(table for table in tables if table.name == link.source)
    number = [name for name, *_ in source.columns].index(link.column)
    (x1, y1), (x2, y2) = places[link.source], places[link.target]
    y1, y2 = y1 + HEAD + 7 + ROW * number, y2 + 11
    if x1 == x2:  # in the same column: around its right side
        x1, x2, bend = x1 + WIDTH, x2 + WIDTH, ACROSS // 3
        path = f"M{x1} {y1} C{x1 + bend} {y1} {x2 + bend} {y2} {x2} {y2}"
    else:
        x1, x2 = (x1 + WIDTH, x2) if x2 > x1 else (x1, x2 + WIDTH)
        middle = (x1 + x2) // 2
        path = f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-opacity="0.6"/>'
        f'<circle cx="{x2}" cy="{y2}" r="3" fill="{colour}"/>'
    )


def main() -> None:
    conn = connect(Settings.from_env().dsn)
    PICTURE.write_text(picture(conn), encoding="utf-8")
    conn.close()
    print(f"Tertulis: {PICTURE.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
