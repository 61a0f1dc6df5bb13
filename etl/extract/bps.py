"""Dynamic tables of the BPS WebAPI: what to ask for, and figures whose composite keys are taken apart.

A key is vervar, var, turvar, tahun and turtahun written together without a mark between them, each as long as it
happens to be. It is read only as the ids that the answer itself lists, in every way they fit: one way is a figure,
none or several is a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, TypeGuard

from etl.extract.problems import dotted, listed, note, refused, shown
from etl.extract.records import records_sheet
from etl.findings import Finding, Owner, Refused
from etl.frames import Sheet

PARTS = ("vervar", "var", "turvar", "tahun", "turtahun")
"""In the order in which a key is written."""

NONE = {"turvar": {"0": "Tidak ada"}, "turtahun": {"0": "Tahun"}}
"""What a table without derived variables or periods writes; some answers leave the list out."""

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")  # not `<5 tahun`

Record = dict[str, Any]
Ids = tuple[str, ...]


@dataclass(frozen=True)
class Decoded:
    """records: one per figure, in the order of the answer's own lists. keys: the ids of each, as PARTS."""

    records: list[Record]
    keys: list[Ids]
    findings: list[Finding]


def is_answer(document: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON document is a dynamic table as BPS sends it."""
    return (
        isinstance(document, dict)
        and "datacontent" in document
        and all(isinstance(document.get(part), list) for part in ("vervar", "var", "tahun"))
    )


def decode(document: Mapping[str, Any], name: str = "") -> Decoded:
    """The figures of one answer. name: of the file, for findings.

    Keys that fit in no way, or in several, give no figure but a finding. Raises Refused when a list is damaged.
    """
    lists, twice = {}, set()
    for part in PARTS:
        lists[part], doubtful = _listed(document, part, name)
        twice |= {(part, identity) for identity in doubtful}
    units = {_id(entry): _plain(entry.get("unit")) for entry in document["var"]}
    content = document.get("datacontent") or {}
    if not isinstance(content, dict):
        raise _damaged(name, "datacontent bukan objek", content)
    lengths = {part: sorted({len(identity) for identity in ids}) for part, ids in lists.items()}
    found: dict[Ids, Any] = {}
    unknown, ambiguous = [], []
    for key, value in content.items():
        readings = list(_readings(key, 0, lists, lengths))
        if not readings:
            unknown.append(key)
        elif len(readings) > 1 or any(pair in twice for pair in zip(PARTS, readings[0], strict=True)):
            ambiguous.append(key)
        else:
            found[readings[0]] = value
    order = {part: {identity: no for no, identity in enumerate(ids)} for part, ids in lists.items()}
    keys = sorted(found, key=lambda ids: [order[part][one] for part, one in zip(PARTS, ids, strict=True)])
    records = [_record(ids, lists, units, found[ids]) for ids in keys]
    return Decoded(records, keys, [*_unread(unknown, name, False), *_unread(ambiguous, name, True)])


def _readings(key: str, depth: int, lists: dict[str, dict[str, str]], lengths: dict[str, list[int]]) -> Iterator[Ids]:
    """Every way in which a key is ids of the lists, one of each, written one after the other."""
    if depth == len(PARTS):
        if not key:
            yield ()
        return
    part = PARTS[depth]
    for length in lengths[part]:
        identity = key[:length]
        if len(identity) == length and identity in lists[part]:
            for rest in _readings(key[length:], depth + 1, lists, lengths):
                yield (identity, *rest)


def _listed(document: Mapping[str, Any], part: str, name: str) -> tuple[dict[str, str], set[str]]:
    """Id → label of one list, and the ids that it lists under two labels."""
    entries = document.get(part)
    if not entries and part in NONE:
        return NONE[part], set()
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "val" in entry for entry in entries):
        raise _damaged(name, f"daftar {part} tidak terbaca", entries)
    labels: dict[str, str] = {}
    doubtful = set()
    for entry in entries:
        label = _plain(entry.get("label"))
        if labels.setdefault(_id(entry), label) != label:
            doubtful.add(_id(entry))
    return labels, doubtful


def _id(entry: Mapping[str, Any]) -> str:
    return str(entry["val"]).strip()


def _plain(label: Any) -> str:
    """A label without tags (`<b>ACEH</b>`), entities and doubled blanks."""
    return " ".join(unescape(_TAG.sub(" ", str(label or ""))).split())


def _record(ids: Ids, lists: dict[str, dict[str, str]], units: dict[str, str], value: Any) -> Record:
    of = dict(zip(PARTS, ids, strict=True))
    label = {part: lists[part][identity] for part, identity in of.items()}
    return {
        "vervar": label["vervar"],
        "vervar_kode": of["vervar"],
        "var": label["var"],
        "satuan": units.get(of["var"], ""),
        "turvar": label["turvar"],
        "turvar_kode": of["turvar"],
        "tahun": label["tahun"],
        "turtahun": label["turtahun"],
        "turtahun_kode": of["turtahun"],
        "nilai": value,
    }


def sheet_of(documents: Iterable[Any], name: str) -> Sheet:
    """The figures of one or several answers as one sheet, one row each; what could not be read is in its notes.

    Raises Refused when there is no figure, or a document is no answer of BPS.
    """
    records: list[Record] = []
    known: dict[Ids, Any] = {}
    findings: list[Finding] = []
    contradicted: list[str] = []
    for document in documents:
        if not is_answer(document):
            raise _damaged(name, "bukan tabel dinamis BPS", document)
        decoded = decode(document, name)
        findings += decoded.findings
        for ids, record in zip(decoded.keys, decoded.records, strict=True):
            if ids not in known:
                records.append(record)
                known[ids] = record["nilai"]
            elif known[ids] != record["nilai"]:
                contradicted.append("".join(ids))
    if contradicted:
        findings.append(_contradiction(contradicted, name))
    sheet = records_sheet(records, name, (("format", "tabel dinamis BPS"),))
    return replace(sheet, notes=(*sheet.notes, *findings))


def years_listed(document: Any) -> dict[str, str]:
    """Label → th id of one page of `model=th`, whose second part is the list."""
    data = document.get("data") if isinstance(document, dict) else None
    rows = data[1] if isinstance(data, list) and len(data) > 1 and isinstance(data[1], list) else []
    return {
        str(row["th"]).strip(): str(row["th_id"]).strip()
        for row in rows
        if isinstance(row, dict) and "th" in row and "th_id" in row
    }


def pages_listed(document: Any) -> int:
    """How many pages a list of `model=th` has."""
    data = document.get("data") if isinstance(document, dict) else None
    about = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    pages = str(about.get("pages", 1))
    return int(pages) if pages.isdecimal() and len(pages) < 5 else 1


def _unread(keys: list[str], name: str, ambiguous: bool) -> Iterator[Finding]:
    if not keys:
        return
    quoted = listed([shown(key) for key in keys])
    if ambiguous:
        yield note(
            "kunci_bps_ambigu",
            f"{dotted(len(keys))} kunci tabel BPS dapat dibaca lebih dari satu cara, angkanya tidak diambil: {quoted}.",
            "Kode-kode di dalam kunci ditulis bersambung tanpa pemisah dan panjangnya berbeda-beda.",
            "Ambil tabel ini sebagian-sebagian (`turvar` atau `tahun` pada kontrak), lalu cocokkan dengan situs BPS.",
            file=name,
        )
    else:
        yield note(
            "kunci_bps_tak_dikenal",
            f"{dotted(len(keys))} kunci tabel BPS tidak cocok dengan daftar kodenya, angkanya tidak diambil: {quoted}.",
            "Jawaban BPS memuat angka untuk wilayah, tahun atau rincian yang tidak ada pada daftarnya sendiri.",
            "Cocokkan dengan tabelnya di situs BPS; bila tetap berbeda, sampaikan kepada BPS.",
            file=name,
        )


def _contradiction(keys: list[str], name: str) -> Finding:
    count = Counter(keys)
    return note(
        "kunci_ganda",
        f"{dotted(len(count))} angka BPS datang lebih dari sekali dengan nilai berbeda: "
        f"{listed([shown(key) for key in count])}. Yang dipakai adalah yang pertama.",
        "Tabelnya diperbarui BPS selagi diambil.",
        "Jalankan ulang pengambilan, lalu cocokkan dengan situs BPS.",
        file=name,
    )


def _damaged(name: str, what: str, value: Any) -> Refused:
    return refused(
        "bps_rusak",
        f"Jawaban BPS tidak dapat dibaca: {what}.",
        "Susunan jawaban WebAPI BPS berubah, atau ini bukan jawaban model=data.",
        "Periksa `var`, `domain` dan `tahun` pada kontrak; bila benar, laporkan kepada pengembang.",
        file=name,
        value=str(value),
        owner=Owner.DISKOMINFO,
    )
