"""How a filled entry workbook is read: by its contract, with the layout that the template gave it.

Everything else of the journey is that of any file, and findings name the cells of the sheet that was filled in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.columns import Column
from etl.contract import Contract
from etl.entry.mark import Marker
from etl.entry.measures import spread_levels
from etl.entry.recognise import recognise
from etl.entry.table import EXTRA, REMARK, SHEET
from etl.extract.problems import note, refused, shown, visible
from etl.findings import Finding, Owner, Refused, Severity
from etl.frames import Sheet, column_letters
from etl.layouts import Header, Layout, Spread
from etl.sources import PeriodFrom
from etl.transform.text import as_array, tidy_text

_TYPED = ("angka", "teks")
_MAX_REMARKS = 200


def filled(path: Path, name: str, contract: Contract) -> Marker | None:
    """The marker when the file is an entry workbook. Raises Refused when it is another dataset's."""
    marker = recognise(path, name)
    if marker is not None and marker.dataset != contract.id:
        raise refused(
            "templat_dataset_lain",
            f"Ini templat isian dataset {shown(marker.dataset)}, padahal diterima sebagai {contract.id}.",
            "Berkas templat tertukar, atau tersimpan di subfolder dataset lain.",
            f"Pindahkan berkas ini ke folder {shown(marker.dataset)}, dan isi templat {contract.id} untuk dataset ini.",
            file=name,
        )
    return marker


def entry_contract(contract: Contract, marker: Marker) -> Contract:
    """The same contract, reading the template's own layout: its sheet, its headers, its period.

    It replaces the figures of that period only, also where the dataset's own file replaces all of it, and knows no
    corrections: those repair known cells of known files.
    """
    columns = {name: _column(contract, name, column, marker) for name, column in contract.columns.items()}
    for one in marker.columns:
        if one.name.endswith(EXTRA):
            columns[one.name] = Column(role="teks", aliases=(one.title,), position=one.position, required=False)
    header = Header(row=marker.header_row, rows=marker.levels)
    source = contract.source.model_copy(update={"periods": (PeriodFrom(place="fixed", value=marker.period),)})
    parts = {
        **{name: getattr(contract, name) for name in type(contract).model_fields},
        "layout": (Layout(sheet=SHEET, header=header, skip=1),),
        "source": source,
        "columns": columns,
        "corrections": (),
        "load": "periode" if contract.load == "penuh" else contract.load,
    }
    return Contract.model_validate(parts)


def _column(contract: Contract, name: str, column: Column, marker: Marker) -> Column:
    if column.value is not None:
        return column
    if column.role == "periode":
        return Column(role="periode", value=marker.period)
    column = column.model_copy(update={"title": None})  # what other files say above the table, here is a column
    own = [one for one in marker.columns if one.name == name]
    if not own:  # not in the workbook: no fault of who filled it in, unless the contract has grown since
        return column.model_copy(update={"required": column.required and not marker.is_current(contract)})
    if column.spread is not None:
        levels = (*spread_levels(column), *["-"] * marker.levels)[: marker.levels]
        headers = f"^(?:{'|'.join(re.escape(one.title) for one in own)})$"
        return column.model_copy(update={"spread": Spread(levels=levels, headers=headers), "decimal": "koma"})
    place = {"aliases": (own[0].title,), "position": own[0].position}
    if column.role == "wilayah":
        return column.model_copy(update={**place, "scheme": "kemendagri", "within": None})
    if column.role in ("ukuran", "kontrol"):
        return column.model_copy(update={**place, "decimal": "koma"})
    return column.model_copy(update=place)


def typed_part(sheets: Sequence[Sheet], marker: Marker, contract: Contract, name: str) -> list[Sheet]:
    """The sheet without what was not typed: sums, earlier figures, and rows in which nothing was written.

    contract: as the catalogue has it. Remarks of the operator become notes; so does a template older than the contract.
    Raises Refused for a template in which nothing was filled in.
    """
    return [_typed(sheet, marker, contract, name) for sheet in sheets]


def _typed(sheet: Sheet, marker: Marker, contract: Contract, name: str) -> Sheet:
    first, end = marker.first_row - 1, min(marker.last_row, sheet.n_rows)
    width = min(len(marker.columns), sheet.n_columns)
    text = [_text(column).slice(0, end) for column in sheet.text[:width]]
    written = _written(text, marker, first, end)
    if not written.any():
        raise _empty(sheet, name)
    gone = np.zeros(end, bool)
    if marker.skips_untouched:
        gone[first:] = ~written
    number = [None if one is None else as_array(one).slice(0, end) for one in sheet.number[:width]]
    code = next((at for at, one in enumerate(marker.columns[:width]) if _is_code(one.name, contract)), None)
    if code is not None and marker.spare_row:
        text[code] = _codes_only(text[code], marker.spare_row - 1)
    notes = [one for one in sheet.notes if _inside(one, marker, width)]
    notes += _remarks(sheet, text, marker, name)
    if not marker.is_current(contract):
        notes.append(_outdated(marker, name))
    return replace(
        sheet,
        text=tuple(_without(column, gone) for column in text),
        number=tuple(None if column is None else _without(column, gone) for column in number),
        notes=tuple(notes),
    )


def _text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pc.cast(as_array(column), pa.string())


def _written(text: Sequence[pa.Array], marker: Marker, first: int, end: int) -> npt.NDArray[np.bool_]:
    """Per data row whether anything was typed: a figure or a text, and in spare rows also a region or breakdown."""
    written = np.zeros(max(end - first, 0), bool)
    for column, one in zip(text, marker.columns, strict=False):
        if one.kind in _TYPED or (one.kind == "pilihan" and marker.spare_row):
            cells = column.slice(first)
            full = np.asarray(pc.fill_null(pc.invert(pc.or_(pc.utf8_is_space(cells), pc.equal(cells, ""))), False))
            if one.kind == "pilihan":
                full[: marker.spare_row - 1 - first] = False
            written |= full
    return written


def _is_code(name: str, contract: Contract) -> bool:
    column = contract.columns.get(name)
    return column is not None and column.role == "wilayah"


def _codes_only(column: pa.Array, spare: int) -> pa.Array:
    """`64.08.02 Muara Wahau`, as a spare row's drop-down offers it, is the code before the space."""
    cells = column.to_pylist()
    cells[spare:] = [cell.split(" ")[0] if cell else cell for cell in cells[spare:]]
    return pa.array(cells, pa.string())


def _without(column: pa.Array, gone: npt.NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(gone[: len(column)]), pa.scalar(None, column.type), column) if gone.any() else column


def _inside(one: Finding, marker: Marker, width: int) -> bool:
    letters = {"", *(column_letters(at + 1) for at in range(width) if marker.columns[at].kind != "rumus")}
    return one.row is None or (marker.first_row <= one.row <= marker.last_row and one.column in letters)


# ── what is said about it ────────────────────────────────────────────────────────────────────────────────────────────


def _empty(sheet: Sheet, name: str) -> Refused:
    return refused(
        "templat_kosong",
        f"Templat ini belum diisi: tidak ada satu angka pun di lembar {sheet.name}.",
        "Templat terkirim sebelum diisi, atau diisi pada salinan lain yang belum tersimpan.",
        "Isi sel berwarna krem, simpan, lalu kirim lagi.",
        file=name,
    )


def _outdated(marker: Marker, name: str) -> Finding:
    return note(
        "templat_lama",
        f"Templat ini dibuat {shown(marker.created[:10])}; sejak itu kontrak dataset berubah.",
        "Yang diisi salinan templat lama.",
        "Isian ini tetap dibaca; untuk periode berikutnya minta templat baru (satudata template).",
        file=name,
    )


def _remarks(sheet: Sheet, text: Sequence[pa.Array], marker: Marker, name: str) -> list[Finding]:
    """What the operator wrote for the walidata, each at its own cell."""
    place = next((one.position for one in marker.columns if one.name == REMARK), 0)
    if not 0 < place <= len(text):
        return []
    cells = text[place - 1].slice(marker.first_row - 1).to_pylist()
    found = [(row, said) for row, cell in enumerate(cells, marker.first_row) if (said := tidy_text(cell or ""))]
    return [
        Finding(
            "catatan_operator",
            f"Operator menulis: {shown(said)}",
            "Keterangan SKPD pada templat isian, mis. sebab sebuah angka berubah banyak.",
            "Walidata membacanya bersama angka di baris ini sebelum merilis.",
            severity=Severity.CATATAN,
            owner=Owner.DISKOMINFO,
            file=visible(name),
            sheet=sheet.name,
            row=row,
            column=column_letters(place),
        )
        for row, said in found[:_MAX_REMARKS]
    ]
