"""Members of the dimensions: what contracts declare, what code lists hold, and the ids that figures point to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.catalogue import Catalogue
from etl.contract import Contract
from etl.findings import Finding, Owner, Refused
from etl.frames import ROW_SPAN
from etl.load import members
from etl.load.exchange import clean
from etl.load.facts import BASE, FACTS, FactTable
from etl.load.suppression import hide
from etl.load.warehouse import rows, sql, transaction
from etl.settings import REGENCY
from etl.transform.periods import bounds
from etl.transform.regions import Alias, Level, Region, Regions

_LEVELS: dict[str, Level] = {"kota": "kabupaten", "kelurahan": "desa"}


def read_regions(conn: Connection) -> Regions:
    """Regions in force today and their other names, as the transforms want them. Two reads, nothing locked."""
    with transaction(conn) as cursor:
        regions = [
            Region(kode, kode_bps, nama, _LEVELS.get(tingkat, tingkat), induk)
            for kode, kode_bps, nama, tingkat, induk in rows(cursor, "load/dimension.sql#regions")
        ]
        aliases = [
            Alias(alias, kode or None, _LEVELS.get(tingkat, tingkat))
            for alias, kode, tingkat in rows(cursor, "load/dimension.sql#aliases")
        ]
    return Regions(regions, aliases)


# ── what the contracts declare ───────────────────────────────────────────────────────────────────────────────────────


def sync_catalogue(conn: Connection, catalogue: Catalogue, *, guard: bool = True) -> None:
    """Agencies, datasets and indicators as the contracts have them now; what a contract dropped is marked inactive.

    The catalogue may hold one agency's contracts only: the others' stay as they are. Unchanged rows are not rewritten.
    Raises Refused when a contract gives an indicator that has released figures another unit, or no longer knows it:
    what the public reads would change its meaning without anybody releasing it. guard: off only in a replay.
    """
    contracts = list(catalogue.contracts.values())
    agencies = [
        {"skpd": name, "kode": skpd.kode, "nama": skpd.nama, "kontak": skpd.kontak}
        for name, skpd in catalogue.skpd.items()
    ]
    indicators = [row for contract in contracts for row in _indicators(contract)]
    with transaction(conn) as cursor:
        scope = {"rows": json.dumps(indicators), "datasets": [c.id for c in contracts], "kabkota": REGENCY}
        redefined = rows(cursor, "load/catalogue.sql#redefined", scope)
        if redefined and guard:
            raise Refused(*(_redefined(*line) for line in redefined))
        cursor.execute(sql("load/catalogue.sql#skpd"), {"rows": json.dumps(agencies)})
        datasets = {"rows": json.dumps([_dataset(c) for c in contracts])}
        hiding_otherwise = rows(cursor, "load/suppression.sql#changed_rules", datasets)
        cursor.execute(sql("load/catalogue.sql#dataset"), datasets)
        written = cursor.rowcount
        cursor.execute(sql("load/catalogue.sql#indikator"), {"rows": json.dumps(indicators)})
        if written + cursor.rowcount:
            cursor.execute(sql("load/catalogue.sql#analyze"))
        for (dataset,) in hiding_otherwise:
            hide(cursor, dataset, submission_id=0)
        kept = {
            "skpd": sorted({contract.skpd for contract in contracts}),
            "datasets": [contract.id for contract in contracts],
            "indikator": [row["kode"] for row in indicators],
        }
        cursor.execute(sql("load/catalogue.sql#retire"), kept)


def _redefined(kode: str, dataset: str, was: str, becomes: str | None, sums: bool, will_sum: bool | None) -> Finding:
    if becomes is None:
        message = f"Indikator `{kode}` tidak ada lagi pada kontrak {dataset}, padahal angkanya sudah dirilis."
    elif was != becomes:
        message = f"Kontrak {dataset} mengganti satuan `{kode}` dari `{was}` ke `{becomes}`, padahal angkanya dirilis."
    else:
        message = f"Kontrak {dataset} mengganti `additive` indikator `{kode}` dari {sums} ke {will_sum}."
    return Finding(
        rule="indikator_berubah_arti",
        message=message,
        cause="Kontrak diubah; angka yang sudah dibaca umum akan berganti arti tanpa ada yang merilisnya.",
        action="Kembalikan baris itu, dan untuk arti yang baru buat indikator baru di samping yang lama.",
        owner=Owner.DISKOMINFO,
        file=f"datasets/{dataset.replace('.', '/')}.yaml",
    )


def _dataset(contract: Contract) -> dict[str, Any]:
    return {
        "dataset": contract.id,
        "skpd": contract.producer,
        "judul": contract.title,
        "deskripsi": contract.description,
        "urusan": contract.urusan,
        "akses": contract.access,
        "dasar_akses": contract.access_ground,
        "lisensi": contract.license,
        "status_data": contract.status,
        "metode": contract.method,
        "frekuensi": contract.calendar.period,
        "tenggat_hari": contract.calendar.due_days,
        "masa_tenggang_hari": contract.calendar.grace_days,
        "periode_terjadwal": contract.calendar.periods,
        "tenggat_dari": contract.calendar.due_from,
        "cara_muat": contract.load,
        "cara_rilis": contract.release.policy,
        "ambang_karantina_persen": contract.threshold.quarantined_percent,
        "fakta": contract.fact,
        "kumulatif": contract.cumulative,
        "kata_kunci": contract.keywords,
        "penyamaran": contract.suppress.model_dump(mode="json") if contract.suppress else None,
        "ms_keg": contract.ms_keg,
        "kontrak_sha256": hashlib.sha256(contract.resolved.encode()).hexdigest(),
    }


_MS_IND = {"interpretasi", "ukuran", "klasifikasi", "level_estimasi", "dssd", "mendukung", "sama_dengan"}


def _indicators(contract: Contract) -> list[dict[str, Any]]:
    return [
        {
            "kode": code,
            "dataset": contract.id,
            "nama": indikator.nama,
            "konsep": indikator.konsep,
            "definisi": indikator.definisi,
            "satuan": indikator.satuan,
            "arah": indikator.arah,
            "dapat_dijumlah": indikator.additive,
            "rumus": indikator.rumus,
            "besaran": indikator.measure,
            "metadata": indikator.model_dump(mode="json", include=_MS_IND, exclude_defaults=True),
        }
        for code, indikator in contract.indikator.items()
    ]


# ── what figures point to ────────────────────────────────────────────────────────────────────────────────────────────


class Figures(NamedTuple):
    """Figures as the warehouse holds them, one per line.

    ids: int32 arrays, one per dimension of the fact, in its order. nilai: exact decimal text, null where a mark stands.
    penanda: text or null. key: row key; sheet_no, row_no, col_no: where the cell is.
    """

    fact: FactTable
    ids: tuple[np.ndarray, ...]
    nilai: pa.Array
    penanda: pa.Array
    key: np.ndarray
    col_no: np.ndarray

    def __len__(self) -> int:
        return len(self.key)

    @property
    def sheet_no(self) -> np.ndarray:
        return (self.key // ROW_SPAN).astype(np.int16)

    @property
    def row_no(self) -> np.ndarray:
        return (self.key % ROW_SPAN).astype(np.int32)

    def take(self, index: np.ndarray) -> Figures:
        """The figures at these places, in this order."""
        places = pa.array(index)
        ids = tuple(column[index] for column in self.ids)
        return Figures(
            self.fact, ids, self.nilai.take(places), self.penanda.take(places), self.key[index], self.col_no[index]
        )


def resolve(
    conn: Connection,
    contract: Contract,
    figures: pa.Table,
    told: Mapping[str, Mapping[str, members.Beside]] | None = None,
) -> Figures:
    """Codes → ids. New periods, breakdowns and members that no list has yet are added at once, in a transaction of
    their own: a member that no figure uses does no harm, while holding it back would make other loads wait.

    figures: schema etl.frames.FIGURES. told: see members.beside. Raises UnknownMember for an indicator or region the
    warehouse does not have.
    """
    fact = FACTS[contract.fact]
    table = figures.unify_dictionaries()
    codes = {name: _dictionary(table, name) for name in BASE}
    further, codes["rincian"] = members.split(contract, codes["rincian"])
    with transaction(conn) as cursor:
        ids = {
            "indikator": _indikator_ids(cursor, contract.id, codes["indikator"][0]),
            "periode": _member_ids(cursor, "periode", codes["periode"][0], _add_periods),
            "rincian": _member_ids(cursor, "rincian", codes["rincian"][0], _add_breakdowns),
        }
        placed = {name: ids[name][codes[name][1]] for name in ids}
        ends = [bounds(code)[1] for code in codes["periode"][0]]
        periode = (ends, codes["periode"][1])
        versions = {"wilayah": codes["wilayah"], **further}
        placed |= {
            name: members.version_ids(cursor, name, coded, periode, contract, (told or {}).get(name, {}))
            for name, coded in versions.items()
        }
    penanda = clean(_flat(table["penanda"]), fact.mark_length)
    key, col_no = (_flat(table[name]).to_numpy() for name in ("key", "col_no"))
    resolved = tuple(placed[name] for name in fact.dimensions)
    return Figures(fact, resolved, _flat(table["desimal"]), penanda, key, col_no)


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _dictionary(table: pa.Table, name: str) -> tuple[list[str], np.ndarray]:
    """Distinct codes that occur, and per figure the place of its own. A breakdown may be null: none."""
    column = _flat(table[name])
    if name == "rincian" and column.null_count:
        column = pc.fill_null(column, "")
    column = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
    if column.null_count:
        raise members.UnknownMember(f"{column.null_count} angka tanpa {name}")
    indices = column.indices.to_numpy(zero_copy_only=False)
    used = np.zeros(len(column.dictionary), dtype=bool)
    used[indices] = True
    if used.all():
        return column.dictionary.to_pylist(), indices
    renumbered = np.cumsum(used, dtype=np.int32) - 1
    return column.dictionary.filter(pa.array(used)).to_pylist(), renumbered[indices]


def _indikator_ids(cursor: Cursor, dataset: str, codes: list[str]) -> np.ndarray:
    known = dict(rows(cursor, "load/dimension.sql#indikator", {"dataset": dataset}))
    return members.ids_of("indikator", codes, known)


def _member_ids(cursor: Cursor, name: str, codes: list[str], add: Callable[[Cursor, list[str]], None]) -> np.ndarray:
    known = dict(rows(cursor, f"load/dimension.sql#{name}", {"codes": codes}))
    new = sorted(set(codes) - set(known))
    if new:
        add(cursor, new)
        known = dict(rows(cursor, f"load/dimension.sql#{name}", {"codes": codes}))
    return members.ids_of(name, codes, known)


def _add_periods(cursor: Cursor, codes: list[str]) -> None:
    starts, ends, kinds = zip(*(bounds(code) for code in codes), strict=True)
    parameters = {"codes": codes, "kinds": list(kinds), "starts": list(starts), "ends": list(ends)}
    cursor.execute(sql("load/dimension.sql#add_periode"), parameters)


def _add_breakdowns(cursor: Cursor, codes: list[str]) -> None:
    details = [dict(part.split("=", 1) for part in code.split("|")) for code in codes]
    parameters = {"codes": codes, "details": [json.dumps(detail, ensure_ascii=False) for detail in details]}
    cursor.execute(sql("load/dimension.sql#add_rincian"), parameters)
