"""What a table leaves open, in sentences for the person who finishes its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.inspect.units import suffix_scale

if TYPE_CHECKING:
    from etl.inspect.seen import TableSeen


def unsure(table: TableSeen) -> list[str]:
    """One sentence per doubt, in the order of the columns."""
    doubts = []
    frame = table.frame
    if not frame.rows:
        doubts.append("tabel tanpa kepala: kolom diikat menurut letaknya, namanya harus diberi orang")
    for column in table.columns:
        name = column.header or f"kolom ke-{column.at + 1}"
        if column.kind == "angka" and column.doubtful:
            doubts.append(f"`{name}`: hanya ada angka seperti 1.234 (teks); dibaca 1234, bukan 1,234")
        if column.kind == "angka" and column.unread:
            doubts.append(f"`{name}`: {len(column.unread)} isi bukan angka, mis. `{column.unread[0]}`")
        if column.suffix:
            doubts.append(f"`{name}`: angka berakhiran `{column.suffix}`, dikalikan {suffix_scale(column.suffix)}")
        if column.kind == "wilayah" and column.unread:
            doubts.append(f"`{name}`: wilayah tidak dikenal: {', '.join(column.unread)}")
        if column.kind == "periode" and column.unread:
            doubts.append(f"`{name}`: periode tidak terbaca: {', '.join(column.unread)}")
        if column.personal:
            doubts.append(f"`{name}`: ada isi seperti {column.personal}; baris itu dikarantina (data pribadi)")
        if column.kind == "kosong":
            doubts.append(f"`{name}`: kosong di seluruh tabel ini; jenisnya tidak dapat diketahui")
    if table.doubled:
        which = f", mis. baris {', '.join(str(row + 1) for row in table.doubles[:3])}" if table.doubles else ""
        doubts.append(
            f"{table.doubled} baris tidak terbedakan oleh wilayah, periode dan rincian yang ada{which}; baris kembar "
            "dikarantina"
        )
    for total in table.totals:
        if total.compared and total.agrees < total.compared:
            where = f"baris jumlah `{total.label}` (baris {total.row + 1})"
            doubts.append(f"{where} cocok di {total.agrees} dari {total.compared} kolom")
    for one in table.sums:
        if one.wrong:
            name = table.column(one.total).header
            doubts.append(f"`{name}` bukan jumlah bagiannya di baris {', '.join(str(row + 1) for row in one.wrong)}")
    return doubts
