"""Performance made by hand: targets and what was reached, by agency, (sub) kegiatan and measure of a plan."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from etl.contract import Contract
from etl.frames import FIGURES, Tidy
from tests.warehouse.budget_data import SUB

NUMBERS = ("target", "capaian", "fisik")
TEXTS = ("penghambat", "tindak_lanjut")


def performance_contract(name: str = "dinkes.kinerja", **changes: Any) -> Contract:
    """Target, reached, physical progress, obstacle and follow-up of every measure of the plan."""
    short = name.split(".")[1]
    measures = {m: {"role": "ukuran", "indikator": f"{short}.{m}", "text": m in TEXTS} for m in (*NUMBERS, *TEXTS)}
    given: dict[str, Any] = {
        "id": name,
        "title": "Capaian kinerja menurut sub kegiatan",
        "description": "Angka rekaan untuk pengujian gudang data.",
        "producer": name.split(".")[0],
        "urusan": "1.02",
        "access": "terbuka",
        "calendar": {"period": "triwulanan", "due_days": "20"},
        "source": {"kind": "folder", "files": "*.xlsx"},
        "load": "periode",
        "fact": "kinerja",
        "columns": {
            "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
            "triwulan": {"role": "periode"},
            "kode": {"role": "rincian", "list": "kegiatan"},
            "tolok_ukur": {"role": "rincian", "list": "tolok_ukur"},
            **measures,
        },
        "indikator": {
            f"{short}.{m}": {"nama": m, "konsep": "k", "definisi": "d", "satuan": "-", "measure": m} for m in measures
        },
        "release": {"policy": "otomatis"},
    }
    return Contract.model_validate({**given, **changes})


class Reached(NamedTuple):
    """One number or text of a measure of the plan; the agency is the dataset's producer."""

    measure: str
    periode: str
    nilai: int | str
    tolok_ukur: str = "Jumlah kunjungan"
    kode: str = SUB


def performance(by: Contract, *given: Reached) -> Tidy:
    """A submission with these, one per row."""
    figures = [
        {
            "key": key,
            "col_no": 4,
            "indikator": f"{by.name}.{line.measure}",
            "wilayah": "64.08",
            "periode": line.periode,
            "rincian": f"kode={line.kode}|tolok_ukur={line.tolok_ukur}",
            "nilai": None if line.measure in TEXTS else float(line.nilai),
            "desimal": None if line.measure in TEXTS else str(line.nilai),
            "penanda": str(line.nilai) if line.measure in TEXTS else None,
        }
        for key, line in enumerate(given, start=2)
    ]
    table = pa.Table.from_pylist(figures, schema=FIGURES)
    keys = pd.Index(np.arange(2, 2 + len(given), dtype=np.int64), name="key")
    frame = pd.DataFrame({"nilai": [str(line.nilai) for line in given]}, index=keys)
    return Tidy(
        rows=frame,
        raw=frame.astype(object),
        figures=table,
        controls=table.slice(0, 0),
        columns={"nilai": (4, "Nilai")},
        sheets={0: "E81"},
        periods=tuple(sorted({line.periode for line in given})),
    )
