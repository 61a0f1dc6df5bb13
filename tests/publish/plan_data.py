"""Plans made by hand, for the tests of the forms: budgets and performance of one agency, loaded and released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from psycopg2.extensions import connection as Connection

from etl.catalogue import Catalogue
from etl.contract import Contract, Skpd
from etl.frames import FIGURES, Tidy
from etl.load.dimensions import sync_catalogue
from etl.load.release import release
from tests.warehouse.tidy_data import loaded

SKPD = {
    "dinkes": Skpd(nama="Dinas Kesehatan", kode="KT18", folder="dinkes", kontak="data@dinkes.example"),
    "bpkad": Skpd(nama="BPKAD", kode="KT08", folder="bpkad", kontak="data@bpkad.example"),
}
Line = tuple[str, str, str, str, str]
"""measure, period, value or text, sub kegiatan, and the stage of a budget or the indicator of a performance figure."""


def catalogue(conn: Connection, *contracts: Contract) -> None:
    sync_catalogue(conn, Catalogue({c.id: c for c in contracts}, SKPD))


def budget_contract(name: str, **changes: Any) -> Contract:
    """Agency, sub kegiatan and stage; pagu and realisasi."""
    return _contract(name, "anggaran", ("skpd", "kegiatan", "tahap"), ("pagu", "realisasi"), changes)


def performance_contract(name: str, **changes: Any) -> Contract:
    """Agency, sub kegiatan and indicator; targets, what was reached, and words."""
    measures = ("target", "capaian", "penghambat", "tindak_lanjut")
    return _contract(name, "kinerja", ("skpd", "kegiatan", "tolok_ukur"), measures, changes)


def _contract(
    name: str, fact: str, dimensions: Sequence[str], measures: Sequence[str], changes: dict[str, Any]
) -> Contract:
    short = name.split(".")[1]
    words = ("penghambat", "tindak_lanjut")
    given: dict[str, Any] = {
        "id": name,
        "title": "Rencana dan realisasi untuk pengujian",
        "description": "Angka rekaan untuk pengujian formulir.",
        "producer": name.split(".")[0],
        "urusan": "1.02",
        "access": "terbuka",
        "calendar": {"period": "bulanan", "due_days": "15"},
        "source": {"kind": "folder", "files": "*.xlsx"},
        "load": "tambah",
        "fact": fact,
        "columns": {
            "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
            "bulan": {"role": "periode"},
            **{one: {"role": "rincian", "list": one} for one in dimensions},
            **{m: {"role": "ukuran", "indikator": f"{short}.{m}", "text": m in words} for m in measures},
        },
        "indikator": {
            f"{short}.{m}": {"nama": m, "konsep": "k", "definisi": "d", "satuan": "rupiah", "measure": m}
            for m in measures
        },
        "release": {"policy": "otomatis"},
    }
    return Contract.model_validate({**given, **changes})


def budget(by: Contract, lines: Sequence[Line], *, skpd: str = "KT18", first_row: int = 2) -> Tidy:
    return _tidy(by, lines, "tahap", skpd, first_row)


def performance(by: Contract, lines: Sequence[Line], *, skpd: str = "KT18", first_row: int = 2) -> Tidy:
    return _tidy(by, lines, "tolok_ukur", skpd, first_row)


def _tidy(by: Contract, lines: Sequence[Line], last: str, skpd: str, first_row: int) -> Tidy:
    figures = []
    for key, (measure, period, value, code, of) in enumerate(lines, start=first_row):
        codes = {"skpd": skpd, "kegiatan": code, last: of}
        number = value.replace(".", "", 1).isdigit()
        figures.append(
            {
                "key": key,
                "col_no": 5,
                "indikator": f"{by.name}.{measure}",
                "wilayah": "64.08",
                "periode": period,
                "rincian": "|".join(f"{name}={one}" for name, one in codes.items() if one),
                "nilai": float(value) if number else None,
                "desimal": value if number else None,
                "penanda": None if number else value,
            }
        )
    table = pa.Table.from_pylist(figures, schema=FIGURES)
    keys = pd.Index(np.arange(first_row, first_row + len(lines), dtype=np.int64), name="key")
    frame = pd.DataFrame({"nilai": [line[2] for line in lines]}, index=keys)
    return Tidy(
        rows=frame,
        raw=frame.astype(object),
        figures=table,
        controls=table.slice(0, 0),
        columns={"nilai": (5, "Nilai")},
        sheets={0: "Data"},
        periods=tuple(sorted({line[1] for line in lines})),
    )


def load_plan(conn: Connection, by: Contract, data: Tidy, content: str) -> None:
    """Received, loaded and released, by a person where the books disagree."""
    submission_id, counts = loaded(conn, by, data, path=f"{by.skpd}/{content}.xlsx", content=f"{by.id} {content}")
    if counts.status == "menunggu":
        release(conn, submission_id, "Siti", "Selisih dengan kas daerah sudah diketahui")
