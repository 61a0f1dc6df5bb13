"""Budgets made by hand, for the tests of what must agree: datasets of two producers, and submissions of a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from psycopg2.extensions import connection as Connection

from etl.catalogue import Catalogue
from etl.contract import Contract, Skpd
from etl.frames import FIGURES, Tidy
from etl.load.dimensions import sync_catalogue

SKPD = {
    "dinkes": Skpd(nama="Dinas Kesehatan", kode="KT20", folder="dinkes", kontak="data@dinkes.example"),
    "bpkad": Skpd(nama="BPKAD", kode="KT38", folder="bpkad", kontak="data@bpkad.example"),
}
SUB = "1.02.02.2.01.0001"


def budget_contract(name: str = "dinkes.lra", **changes: Any) -> Contract:
    """A budget by agency, sub kegiatan, account and stage, with all three measures."""
    short = name.split(".")[1]
    measures = {m: {"role": "ukuran", "indikator": f"{short}.{m}"} for m in ("pagu", "kas", "realisasi")}
    given: dict[str, Any] = {
        "id": name,
        "title": "Anggaran dan realisasi menurut rekening",
        "description": "Angka rekaan untuk pengujian rekonsiliasi.",
        "producer": name.split(".")[0],
        "urusan": "1.02",
        "access": "terbuka",
        "calendar": {"period": "bulanan", "due_days": "15"},
        "source": {"kind": "folder", "files": "*.xlsx"},
        "load": "periode",
        "fact": "anggaran",
        "columns": {
            "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
            "bulan": {"role": "periode"},
            "skpd": {"role": "rincian", "list": "skpd"},
            "sub_kegiatan": {"role": "rincian", "list": "kegiatan"},
            "rekening": {"role": "rincian", "list": "rekening"},
            "tahap": {"role": "rincian", "list": "tahap"},
            **measures,
        },
        "indikator": {
            f"{short}.{m}": {"nama": f"{m} {short}", "konsep": "k", "definisi": "d", "satuan": "rupiah", "measure": m}
            for m in measures
        },
        "release": {"policy": "otomatis"},
    }
    return Contract.model_validate({**given, **changes})


class Amount(NamedTuple):
    """One figure of a budget; what is empty does not concern it."""

    measure: str
    periode: str
    nilai: int | str
    skpd: str = "KT20"
    sub_kegiatan: str = SUB
    rekening: str = "5.1.02.01"
    tahap: str = ""
    wilayah: str = "64.08"


def budget(by: Contract, *amounts: Amount | Sequence[Amount]) -> Tidy:
    """A submission with these figures, one per row."""
    lines = [one for some in amounts for one in ([some] if isinstance(some, Amount) else some)]
    figures = []
    for key, line in enumerate(lines, start=2):
        codes = {name: getattr(line, name) for name in ("skpd", "sub_kegiatan", "rekening", "tahap")}
        present = {name: code for name, code in codes.items() if code and name in by.columns}
        figures.append(
            {
                "key": key,
                "col_no": 5,
                "indikator": f"{by.name}.{line.measure}",
                "wilayah": line.wilayah,
                "periode": line.periode,
                "rincian": "|".join(f"{name}={code}" for name, code in present.items()),
                "nilai": float(line.nilai),
                "desimal": str(line.nilai),
                "penanda": None,
            }
        )
    table = pa.Table.from_pylist(figures, schema=FIGURES)
    keys = np.arange(2, 2 + len(lines), dtype=np.int64)
    frame = pd.DataFrame({"nilai": [str(line.nilai) for line in lines]}, index=pd.Index(keys, name="key"))
    return Tidy(
        rows=frame,
        raw=frame.astype(object),
        figures=table,
        controls=table.slice(0, 0),
        columns={"nilai": (5, "Nilai")},
        sheets={0: "Data"},
        periods=tuple(sorted({line.periode for line in lines})),
    )


def months(year: int, upto: int = 12) -> list[str]:
    return [f"{year}-{month:02d}" for month in range(1, upto + 1)]


def sync(conn: Connection, *contracts: Contract) -> None:
    sync_catalogue(conn, Catalogue({c.id: c for c in contracts}, SKPD))
