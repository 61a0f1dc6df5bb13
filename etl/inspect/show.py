"""What inspect saw, on a terminal of 100 columns, in Indonesian; and the same for machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from etl.findings import mask_nik
from etl.frames import column_letters
from etl.inspect.columns import ColumnSeen
from etl.inspect.frame import Frame
from etl.inspect.seen import Seen, SheetSeen, TableSeen
from etl.inspect.trial import Trial
from etl.transform.text import brief

WIDTH = 100
_PLACES = {
    "column": "kolom", "header": "kepala kolom", "title": "judul", "sheet": "nama lembar", "file": "nama berkas",
    "fixed": "ditetapkan",
}  # fmt: skip
_MEANS = {"periode": "periode", "ukuran": "ukuran", "wilayah": "wilayah", "-": "tanpa arti"}


def show(seen: Seen, trial: Trial | None, console: Console) -> None:
    """Prints everything; the chosen table in full, the others in one line each."""
    console.print(f"[bold]{escape(brief(seen.file.rsplit('/', 1)[-1], 96))}[/]")
    for fact, value in seen.facts:
        console.print(f"  [dim]{fact}:[/] {escape(value)}")
    _sheets(seen, console)
    if seen.chosen is not None:
        _table(seen.chosen, console)
        _columns(seen.chosen, console)
    _doubts(seen, trial, console)
    if trial is not None:
        _verdict(trial, console)


def _sheets(seen: Seen, console: Console) -> None:
    for sheet in seen.sheets:
        name = f"lembar `{escape(brief(sheet.name, 40))}`" if sheet.name else "isi"
        hidden = " [yellow]tersembunyi[/]" if sheet.hidden else ""
        console.print(f"[bold]{name}[/] {_number(sheet.n_rows)} baris × {sheet.n_columns} kolom{hidden}")
        for table in sheet.tables:
            chosen = " [green]← dirancang[/]" if table is seen.chosen else ""
            together = " [green]← dibaca bersama[/]" if sheet.name in seen.together and not chosen else ""
            console.print(
                f"  tabel {_place(table.frame)}, {len(table.data)} baris data, "
                f"{len(table.figures)} kolom angka{chosen}{together}"
            )
        if not sheet.tables:
            console.print("  [dim]tidak ada tabel[/]")
        for note in sheet.notes:
            console.print(f"  [yellow]•[/] {escape(brief(note, 92))}")


def _place(frame: Frame) -> str:
    rows = f"baris {frame.start + 1}-{frame.end}"
    return f"{rows} kolom {frame.area}" if frame.area else rows


def _table(table: TableSeen, console: Console) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in _facts(table):
        grid.add_row(name, escape(text))
    console.print(grid)


def _facts(table: TableSeen) -> Iterable[tuple[str, str]]:
    frame = table.frame
    if table.transposed:
        yield "susunan", "menyamping: baris dan kolom ditukar lebih dulu"
    for title in frame.titles[:4]:
        yield "judul", brief(title, 84)
    if frame.rows:
        which = f"baris {frame.first + 1}" if frame.rows == 1 else f"baris {frame.first + 1}-{frame.first + frame.rows}"
        found = f", dicari lewat {', '.join(f'`{brief(text, 30)}`' for text in table.find)}" if table.find else ""
        yield "kepala", which + found
    else:
        yield "kepala", "tidak ada: kolom diikat menurut letak"
    if frame.units:
        yield "satuan", f"baris di bawah kepala: {', '.join(dict.fromkeys(frame.units.values()))}"
    if frame.numbered is not None:
        yield "nomor kolom", f"baris {frame.numbered + 1}"
    if frame.again:
        yield "kepala ulang", f"baris {', '.join(str(row + 1) for row in frame.again[:8])}"
    yield "periode", _when(table)
    yield "wilayah", _where(table)
    if table.wide:
        means = " / ".join(_MEANS.get(level, level) for level in table.wide.levels)
        yield "melebar", f"{len(table.wide.columns)} kolom; tingkat kepala: {means}"
    for total in table.totals[:4]:
        agrees = f", cocok di {total.agrees} dari {total.compared} kolom" if total.compared else ""
        yield "jumlah", f"baris {total.row + 1} `{brief(total.label, 40)}`{agrees}"
    if len(table.totals) > 4:
        yield "jumlah", f"… dan {len(table.totals) - 4} baris jumlah lagi"
    if table.tree is not None:
        names = ", ".join(_named(table.column(at)) for at in table.tree.columns)
        yield (
            "bertingkat",
            (
                f"menurut {table.tree.by} ({names}): {int(table.tree.leaves.sum())} baris rincian, "
                f"{int((~table.tree.leaves).sum())} subtotal, cocok di {table.tree.agrees} dari "
                f"{table.tree.compared} sel"
            ),
        )
    for one in table.sums[:6]:
        parts = " + ".join(_named(table.column(at)) for at in one.parts[:4]) + (" + …" if len(one.parts) > 4 else "")
        yield (
            "penjumlahan",
            brief(f"{_named(table.column(one.total))} = {parts} ({one.right} dari {one.compared} baris)", 86),
        )
    if table.filled_down:
        yield "isi ke bawah", ", ".join(_named(table.column(at)) for at in table.filled_down)
    for row, text in frame.footers[:4]:
        yield "kaki", f"baris {row + 1}: {brief(text, 74)}"


def _when(table: TableSeen) -> str:
    places = []
    for said in table.when.places:
        text = f" `{brief(said.text, 40)}`" if said.text else ""
        places.append(f"{_PLACES[said.place]}{text}")
    return f"{table.when.kind}, dari {' dan '.join(places)}"


def _where(table: TableSeen) -> str:
    if table.wide and "wilayah" in table.wide.levels:
        return "di kepala kolom"
    if not table.wilayah:
        return "tidak ada yang dikenali; ditulis tetap 64.08 (Kutai Timur)"
    return "; ".join(
        f"{_named(table.column(at))}: {table.column(at).known} dari {table.column(at).n_distinct} dikenal "
        f"({', '.join(table.column(at).levels)})"
        for at in table.wilayah
    )


def _named(column: ColumnSeen) -> str:
    return brief(column.header, 32) or f"kolom {column_letters(column.at + 1)}"


def _columns(table: TableSeen, console: Console) -> None:
    grid = Table(box=None, padding=(0, 1), show_edge=False, header_style="dim", width=WIDTH)
    grid.add_column("kol", no_wrap=True, width=3)
    grid.add_column("kepala", overflow="ellipsis", no_wrap=True, ratio=2)
    grid.add_column("jenis", no_wrap=True, width=14)
    grid.add_column("isi", overflow="ellipsis", no_wrap=True, ratio=3)
    shown = table.columns if len(table.columns) <= 40 else table.columns[:38]
    for column in shown:
        letters = str(column.at + 1) if table.transposed else column_letters(column.at + 1)
        grid.add_row(
            letters,
            escape(mask_nik(brief(column.header))) or "[dim]tanpa judul[/]",
            _kind(table, column),
            escape(mask_nik(_content(column))),
        )
    console.print(grid)
    if len(shown) < len(table.columns):
        console.print(f"[dim]… dan {len(table.columns) - len(shown)} kolom lagi[/]")


def _kind(table: TableSeen, column: ColumnSeen) -> str:
    if column.at in table.key:
        return "rincian"
    if column.kind == "periode" and column.at not in table.period_columns:
        return "teks"
    return {"nomor": "nomor urut"}.get(column.kind, column.kind)


def _content(column: ColumnSeen) -> str:
    if column.personal:
        return f"DATA PRIBADI: {column.personal}"
    if column.kind == "wilayah":
        scheme = {"nama": "nama", "kemendagri": "kode Kemendagri", "bps": "kode BPS"}[column.scheme or "nama"]
        return f"{scheme}, {', '.join(column.levels)}: {column.known} dari {column.n_distinct} dikenal"
    if column.kind == "periode":
        return f"{column.period}{'' if column.has_year else ' tanpa tahun'}: {', '.join(column.distinct[:3])}"
    if column.kind == "angka":
        return _figures(column)
    empty = f", {column.n_empty} kosong" if column.n_empty else ""
    return f"{column.n_distinct} berbeda{empty}: {', '.join(brief(text, 24) for text in column.distinct[:5])}"


def _figures(column: ColumnSeen) -> str:
    unit = (
        f" {column.unit.satuan}" + (f" ×{column.unit.scale}" if column.unit.scale != "1" else "") if column.unit else ""
    )
    marks = f"; tanda {' '.join(mark or 'kosong' for mark in column.marks)}" if column.marks else ""
    empty = f"; {column.n_empty} kosong" if column.n_empty else ""
    typed = f"; teks, desimal {column.decimal}" if column.typed and column.decimal else "; teks" if column.typed else ""
    rate = "; tidak dijumlahkan" if column.rate else ""
    span = f"{_number(column.minimum)} … {_number(column.maximum)}, Σ {_number(column.total)}"
    return f"{span}{unit}{marks}{empty}{typed}{rate}"


def _number(value: float | None) -> str:
    """1234567.5 → `1.234.567,5`."""
    if value is None:
        return "-"
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def _doubts(seen: Seen, trial: Trial | None, console: Console) -> None:
    doubts = list(dict.fromkeys([*seen.doubts, *(seen.chosen.doubts if seen.chosen else ())]))
    doubts += [doubt for doubt in (trial.draft.doubts if trial else ()) if doubt not in doubts]
    if doubts:
        console.print("[yellow bold]Perlu diperiksa orang[/]")
    for doubt in doubts[:30]:
        console.print(f"[yellow]•[/] {escape(mask_nik(doubt))}")


def _verdict(trial: Trial, console: Console) -> None:
    for reason in trial.refused:
        console.print(f"[red]Rancangan ini belum dapat membaca berkasnya:[/] {escape(reason)}")
    if trial.refused:
        return
    same = "sama dengan" if trial.agrees else "[red]BEDA dengan[/]"
    console.print(
        f"[bold]Dicoba:[/] {_number(trial.rows)} baris → {_number(trial.figures)} angka, periode "
        f"{_span(trial.periods)}, jumlah {_number(trial.total)}, {same} lembarnya ({_number(trial.expected)})"
    )
    for fault in trial.faults:
        console.print(f"[yellow]•[/] akan dikarantina: {escape(fault)}")


def _span(periods: tuple[str, ...]) -> str:
    if len(periods) > 3:
        return f"{periods[0]} … {periods[-1]} ({len(periods)})"
    return ", ".join(periods) or "-"


# ── for machines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def as_data(seen: Seen, trial: Trial | None) -> dict[str, Any]:
    """The same as plain data; `kontrak` is the YAML text."""
    return {
        "berkas": seen.file.rsplit("/", 1)[-1],
        "dibaca": dict(seen.facts),
        "lembar": [_sheet_data(seen, sheet) for sheet in seen.sheets],
        "dibaca_bersama": list(seen.together),
        "periksa": list(seen.chosen.doubts) if seen.chosen else [],
        "percobaan": _trial_data(trial) if trial else None,
        "kontrak": trial.draft.text if trial else None,
    }


def _sheet_data(seen: Seen, sheet: SheetSeen) -> dict[str, Any]:
    return {
        "nama": sheet.name,
        "baris": sheet.n_rows,
        "kolom": sheet.n_columns,
        "tersembunyi": sheet.hidden,
        "catatan": list(sheet.notes),
        "tabel": [{**_table_data(table), "dirancang": table is seen.chosen} for table in sheet.tables],
    }


def _table_data(table: TableSeen) -> dict[str, Any]:
    frame = table.frame
    return {
        "kepala": [frame.first + 1, frame.first + frame.rows] if frame.rows else None,
        "data": [frame.start + 1, frame.end],
        "menyamping": table.transposed,
        "judul": list(frame.titles),
        "kaki": [text for _, text in frame.footers],
        "periode": {"jenis": table.when.kind, "tempat": [[said.place, said.text] for said in table.when.places]},
        "jumlah": [[total.row + 1, total.label] for total in table.totals],
        "bertingkat": table.tree.by if table.tree else None,
        "kolom": [_column_data(table, column) for column in table.columns],
    }


def _column_data(table: TableSeen, column: ColumnSeen) -> dict[str, Any]:
    data: dict[str, Any] = {
        "letak": column_letters(column.at + 1),
        "kepala": list(column.path),
        "jenis": _kind(table, column),
        "berbeda": column.n_distinct,
        "kosong": column.n_empty,
    }
    if column.kind == "angka":
        data |= {
            "terkecil": column.minimum,
            "terbesar": column.maximum,
            "jumlah": column.total,
            "desimal": column.decimal,
        }
    if column.kind == "wilayah":
        data |= {"sistem": column.scheme, "tingkat": list(column.levels), "dikenal": column.known}
    if column.personal:
        data["data_pribadi"] = column.personal
    return data


def _trial_data(trial: Trial) -> dict[str, Any]:
    return {
        "baris": trial.rows,
        "angka": trial.figures,
        "jumlah": trial.total,
        "jumlah_lembar": trial.expected,
        "cocok": trial.agrees,
        "periode": list(trial.periods),
        "karantina": list(trial.faults),
        "ditolak": list(trial.refused),
    }
