"""Small and large submissions made by hand, for the tests of the load."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from psycopg2.extensions import connection as Connection

from etl.catalogue import Catalogue
from etl.contract import Contract, Skpd
from etl.findings import Faults, Finding, Severity, faults
from etl.frames import FIGURES, CheckResult, Tidy
from etl.load.dimensions import sync_catalogue
from etl.load.submission import Counts, load, register

CATALOGUE = {
    "dinkes": Skpd(nama="Dinas Kesehatan", kode="KT20", folder="dinkes", kontak="data@dinkes.example"),
    "dukcapil": Skpd(nama="Dinas Kependudukan", kode="KT29", folder="dukcapil", kontak="data@dukcapil.example"),
}


def contract(name: str = "dinkes.faskes", **changes: Any) -> Contract:
    """A dataset of two indicators by kecamatan; `changes` replace fields."""
    short = name.split(".")[1]
    given: dict[str, Any] = {
        "id": name,
        "title": "Fasilitas kesehatan menurut kecamatan",
        "description": "Angka rekaan untuk pengujian gudang data.",
        "producer": name.split(".")[0],
        "urusan": "1.02",
        "access": "terbuka",
        "calendar": {"period": "tahunan", "due_days": "90"},
        "source": {"kind": "folder", "files": "*.xlsx"},
        "load": "periode",
        "columns": {
            "kecamatan": {"role": "wilayah", "scheme": "nama", "level": "kecamatan"},
            "tahun": {"role": "periode"},
            "puskesmas": {"role": "ukuran", "indikator": f"{short}.puskesmas"},
            "pustu": {"role": "ukuran", "indikator": f"{short}.pustu"},
        },
        "indikator": {
            f"{short}.puskesmas": {"nama": "Puskesmas", "konsep": "k", "definisi": "d", "satuan": "unit"},
            f"{short}.pustu": {"nama": "Pustu", "konsep": "k", "definisi": "d", "satuan": "unit"},
        },
        "release": {"policy": "otomatis"},
    }
    return Contract.model_validate({**given, **changes})


def sync(conn: Connection, *contracts: Contract) -> None:
    sync_catalogue(conn, Catalogue({c.id: c for c in contracts}, CATALOGUE))


Row = tuple[str, str, str | None, str | None]
"""wilayah, periode, puskesmas, pustu; a value that is no number is a mark."""


def tidy(rows: Sequence[Row], by: Contract | None = None, *, rincian: str = "", first_row: int = 2) -> Tidy:
    """What the transforms would make of a sheet with these rows, from `first_row` on, figures in columns C and D."""
    by = by or contract()
    short = by.name
    keys = np.arange(first_row, first_row + len(rows), dtype=np.int64)
    frame = pd.DataFrame(rows, columns=["kecamatan", "tahun", "puskesmas", "pustu"], index=pd.Index(keys, name="key"))
    figures = []
    for col_no, name in ((3, "puskesmas"), (4, "pustu")):
        for key, (wilayah, periode, *values) in zip(keys, rows, strict=True):
            text = values[col_no - 3]
            number = text is not None and text.lstrip("-").replace(".", "", 1).isdigit()
            figures.append(
                {
                    "key": int(key),
                    "col_no": col_no,
                    "indikator": f"{short}.{name}",
                    "wilayah": wilayah,
                    "periode": periode,
                    "rincian": rincian,
                    "nilai": float(text) if number else None,
                    "desimal": text if number else None,
                    "penanda": None if number else (text or ""),
                }
            )
    table = pa.Table.from_pylist(figures, schema=FIGURES)
    return Tidy(
        rows=frame,
        raw=frame.astype(object),
        figures=table,
        controls=table.slice(0, 0),
        columns={"puskesmas": (3, "Puskesmas"), "pustu": (4, "Pustu")},
        sheets={0: "Data"},
        periods=tuple(sorted({row[1] for row in rows})),
        skipped={"kosong": 1},
    )


def many(n: int, seed: int = 1) -> Tidy:
    """n rows of one figure each, in no order: 141 villages would not do, so breakdowns multiply 18 kecamatan."""
    rng = np.random.default_rng(seed)
    place = rng.permutation(n)
    wilayah = [f"64.08.{number:02d}" for number in range(1, 19)]
    periode = [f"{year}-{month:02d}" for year in range(2015, 2025) for month in range(1, 13)]
    rincian = [f"kelompok={number}" for number in range(n // (18 * 120) + 1)]
    w, p, r = place % 18, place // 18 % 120, place // (18 * 120)
    text = pa.array(np.char.mod("%.2f", rng.random(n) * 1e5))

    def encoded(index: np.ndarray, names: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(names))

    keys = np.arange(2, n + 2, dtype=np.int64)
    nothing = pa.DictionaryArray.from_arrays(pa.nulls(n, pa.int32()), pa.array(["-"]))
    figures = pa.table(
        [
            pa.array(keys),
            pa.repeat(pa.scalar(3, pa.int16()), n),
            encoded(np.zeros(n), ["faskes.puskesmas"]),
            encoded(w, wilayah),
            encoded(p, periode),
            encoded(r, rincian),
            text.cast(pa.float64()),
            text,
            nothing,
        ],
        schema=FIGURES,
    )
    frame = pd.DataFrame({"puskesmas": text.to_pandas()}, index=pd.Index(keys, name="key"))
    return Tidy(
        rows=frame,
        raw=frame,
        figures=figures,
        controls=figures.slice(0, 0),
        columns={"puskesmas": (3, "Puskesmas")},
        sheets={0: "Data"},
        periods=tuple(periode),
    )


def revised(given: Tidy, key: int, text: str, col_no: int = 3) -> Tidy:
    """The same submission with another number in one cell."""
    lines = given.figures.to_pylist()
    for line in lines:
        if line["key"] == key and line["col_no"] == col_no:
            line |= {"nilai": float(text), "desimal": text, "penanda": None}
    return replace(given, figures=pa.Table.from_pylist(lines, schema=FIGURES))


def result(found: Faults | None = None, no: int = 1, severity: str = "tolak") -> CheckResult:
    failed = found.total if found else 0
    rows = len(found.bad_keys) if found else 0
    return CheckResult(no, "not_negative", "Tidak negatif", severity, ("puskesmas",), 10, failed, rows, found)


def bad(keys: Sequence[int], severity: Severity = Severity.TOLAK) -> Faults:
    """Faults in column C of these rows."""
    cells = pd.DataFrame({"key": list(keys), "col_no": 3, "value": "-1"})
    return faults("not_negative", severity, cells, message="Negatif.", cause="Salah ketik.", action="Perbaiki.")


def received(conn: Connection, by: Contract, path: str = "dinkes/faskes.xlsx", content: str = "a") -> int:
    """Registers a file with this content."""
    return register(
        conn,
        dataset=by.id,
        skpd=by.skpd,
        path=path,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        size=len(content),
        mtime_ns=1,
        contract_json=by.resolved,
        contract_sha256=hashlib.sha256(by.resolved.encode()).hexdigest(),
    )


def loaded(
    conn: Connection,
    by: Contract,
    data: Tidy,
    *,
    path: str = "dinkes/faskes.xlsx",
    content: str = "a",
    quarantined: Sequence[int] = (),
    findings: Sequence[Finding] = (),
    release_by: str | None = "aturan otomatis",
) -> tuple[int, Counts]:
    """Registers and loads in one go; returns the submission and its counts."""
    submission_id = received(conn, by, path, content)
    found = bad(quarantined) if quarantined else None
    counts = load(
        conn,
        submission_id,
        by,
        data,
        [result(found)],
        pd.Index(quarantined, dtype="int64"),
        findings,
        release_by=release_by,
    )
    return submission_id, counts
