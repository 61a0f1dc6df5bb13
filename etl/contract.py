"""A dataset is declared once, in `datasets/<skpd>/<dataset>.yaml`; this is the strict model of that file.

Everything else comes from it: what to collect, how the sheet reads, what is checked, what the warehouse holds, what the
catalogue says. Unknown keys are refused. etl.catalogue reads the files and reports all their errors at once.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from etl.calendar import Calendar
from etl.columns import Column
from etl.layouts import Hierarchy, Layout
from etl.meaning import FACT_DIMENSIONS, FACT_MEASURES, Fact, Indikator, Suppress
from etl.rules import PartsSum, Rule, Strict
from etl.sources import IDENTIFIER, Source

# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Skpd(Strict):
    """One agency in datasets/skpd.yaml."""

    nama: str
    kode: str = Field(pattern=r"^KT\d{2}[a-z]?$")
    """Key into warehouse_sql/reference/skpd.csv."""
    folder: str
    """Where the agency shares its files: below the sources root, or a whole URL (smb, sftp, s3, webdav, …)."""
    connection: str | None = Field(default=None, pattern=IDENTIFIER)
    """Airflow connection that holds the login to that folder; never a password in this file."""
    kontak: str
    """E-mail of the person at the agency who repairs a returned submission."""


# ── how it reads ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Totals(Strict):
    """Control rows: kept out of the figures, checked against them."""

    where: dict[str, tuple[str, ...]]
    """Column → texts (whole cell, case ignored) that mark a control row, e.g. {kecamatan: [Jumlah, Total]}."""
    check: bool = True
    """Compare each measure with the sum of the rows (additive indicators only)."""
    tolerance: float = Field(default=0.5, ge=0)


class Correction(Strict):
    """A recorded repair of one known error. A cell that no longer holds `was` is reported as overdue, not changed."""

    where: dict[str, str]
    """Column → tidied value (code) that picks the rows."""
    column: str
    was: str
    becomes: str
    reason: str
    by: str
    on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


# ── who lets it out ───────────────────────────────────────────────────────────────────────────────────────────────────


class Release(Strict):
    policy: Literal["otomatis", "walidata"]
    """`otomatis`: released at once when nothing was found; `walidata`: always a person's decision."""


class Threshold(Strict):
    quarantined_percent: float = Field(default=5, ge=0, le=100)
    """More quarantined rows than this and the whole submission is returned."""


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────────────


Place = tuple[str | int, ...]
"""Keys and indexes from the top of the file down to one of its parts."""
Misfit = tuple[Place, str]


class Incoherent(ValueError):
    """Parts of one contract that do not fit together, each with its place so that it can be shown with its line."""

    def __init__(self, faults: list[Misfit]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{'.'.join(map(str, place))}: {message}" for place, message in faults))


_DESCRIPTION = (
    "title",
    "description",
    "producer",
    "urusan",
    "access",
    "access_ground",
    "license",
    "method",
    "release",
    "keywords",
    "ms_keg",
)


class Contract(Strict):
    """One dataset. The reading order of the file is the order of these fields."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
    title: str = Field(min_length=8)
    description: str = Field(min_length=20)
    producer: str = Field(pattern=IDENTIFIER)
    urusan: str = Field(pattern=r"^\d\.\d{2}$")
    """Bidang urusan, e.g. 1.02 Kesehatan."""
    access: Literal["terbuka", "terbatas", "dikecualikan"]
    access_ground: str | None = None
    """Legal ground, when not terbuka (UU 14/2008 Ps 17; uji konsekuensi)."""
    license: str = "CC-BY-4.0"
    status: Literal["sementara", "perkiraan", "tetap"] = "tetap"
    method: str | None = None
    keywords: tuple[str, ...] = ()
    ms_keg: dict[str, str] = {}
    """MS-Keg, by field_key of warehouse_sql/reference/metadata_bps.csv."""
    calendar: Calendar
    source: Source
    fact: Fact = "indikator"
    """`anggaran`: budget and its realisation; `kinerja`: targets and what was reached; else statistics."""
    cumulative: bool = False
    """fact anggaran: a month's realisasi includes the months before it."""
    load: Literal["penuh", "periode", "tambah"]
    """`penuh` replaces the dataset, `periode` the periods contained (of a budget: of the agencies and stages in it),
    `tambah` adds and updates by key."""
    layout: tuple[Layout, ...] = (Layout(),)
    columns: dict[Annotated[str, Field(pattern=IDENTIFIER)], Column]
    totals: Totals | None = None
    hierarchy: Hierarchy | None = None
    corrections: tuple[Correction, ...] = ()
    indikator: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")], Indikator]
    rules: tuple[Rule, ...] = ()
    personal_data: Literal["tolak", "izinkan"] = "tolak"
    """NIK, phone and e-mail patterns in any cell quarantine the row. `izinkan` needs access other than terbuka."""
    release: Release
    suppress: Suppress | None = None
    threshold: Threshold = Threshold()

    @property
    def skpd(self) -> str:
        return self.id.split(".")[0]

    @property
    def name(self) -> str:
        return self.id.split(".")[1]

    @cached_property
    def resolved(self) -> str:
        """Canonical JSON of the contract: archived beside the bytes it read, hashed into the submission."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)

    @cached_property
    def reading(self) -> str:
        """The parts that decide what a file's figures become: only when they change are old files read again."""
        told = self.model_dump(mode="json", exclude=set(_DESCRIPTION))
        told["calendar"] = self.calendar.period
        told["indikator"] = {code: [i.satuan, i.additive, i.aliases] for code, i in self.indikator.items()}
        return json.dumps(told, ensure_ascii=False, sort_keys=True)

    def by_role(self, *roles: str) -> dict[str, Column]:
        return {name: column for name, column in self.columns.items() if column.role in roles}

    def layout_for(self, period: str | None) -> Layout:
        """The newest block whose `since` is not after the period; without a known period the newest block."""
        blocks = sorted(self.layout, key=lambda block: block.since or "", reverse=True)
        if period is None:
            return blocks[0]
        return next((block for block in blocks if (block.since or "") <= period), blocks[-1])

    @model_validator(mode="after")
    def _holds_together(self) -> Contract:
        faults = [*self._unknown_names(), *self._missing_parts(), *self._hierarchy_misfits(), *self._fact_misfits()]
        if faults:
            raise Incoherent(faults)
        return self

    def _unknown_names(self) -> list[Misfit]:
        used: list[tuple[Place, str]] = []
        for name, column in self.columns.items():
            used += [(("columns", name, "sum_of"), other) for other in column.sum_of]
            used += [(("columns", name, "within"), column.within)] if column.within else []
            used += [(("columns", name, "label"), column.label)] if column.label else []
            used += [(("columns", name, "unit"), column.unit)] if column.unit else []
            used += [(("columns", name, "direction"), column.direction)] if column.direction else []
        for no, block in enumerate(self.layout):
            used += [(("layout", no, "fill_down"), name) for name in block.fill_down]
            used += [(("layout", no, "aliases"), name) for name in block.aliases]
        if self.totals:
            used += [(("totals", "where"), name) for name in self.totals.where]
        if self.hierarchy:
            used += [(("hierarchy", "columns"), name) for name in self.hierarchy.columns]
        for no, correction in enumerate(self.corrections):
            used += [(("corrections", no), name) for name in (correction.column, *correction.where)]
        for no, rule in enumerate(self.rules):
            used += [(("rules", no, "columns"), name) for name in getattr(rule, "columns", ())]
            if isinstance(rule, PartsSum):
                used += [(("rules", no), name) for name in (rule.total, *rule.parts)]
        indicators: list[tuple[Place, str]] = [
            (("columns", name, "indikator"), column.indikator)
            for name, column in self.columns.items()
            if column.indikator
        ]
        for no, rule in enumerate(self.rules):
            indicators += [(("rules", no, "indikator"), name) for name in getattr(rule, "indikator", ())]
        if self.suppress:
            concerned = [*self.suppress.indikator, *self.suppress.ratios]
            concerned += [name for parts in self.suppress.ratios.values() for name in parts]
            indicators += [(("suppress",), name) for name in concerned]
        return [(place, f"kolom `{name}` tidak ada di columns") for place, name in used if name not in self.columns] + [
            (place, f"indikator `{name}` tidak ada") for place, name in indicators if name not in self.indikator
        ]

    def _missing_parts(self) -> list[Misfit]:
        faults: list[Misfit] = []
        if not self.by_role("ukuran"):
            faults.append((("columns",), "tidak ada satu pun role ukuran"))
        spread = [level for c in self.columns.values() if c.spread for level in c.spread.levels]
        if not self.by_role("wilayah") and "wilayah" not in spread:
            hint = "{role: wilayah, scheme: kemendagri, value: '64.08'}"
            faults.append((("columns",), f"tidak ada wilayah; untuk angka satu kabupaten tulis {hint}"))
        places = {period.place for period in self.source.periods}
        where: Place = ("source", "periods")
        if places == {"column"} and not self.by_role("periode"):
            faults.append((where, "periode dari kolom, tetapi tidak ada kolom dengan role periode"))
        if "header" in places and "periode" not in spread:
            faults.append((where, "periode dari kepala kolom, tetapi tidak ada spread dengan level periode"))
        if self.access != "terbuka" and not self.access_ground:
            faults.append((("access",), "access_ground: sebutkan dasar hukum pembatasan"))
        if self.personal_data == "izinkan" and self.access == "terbuka":
            faults.append((("personal_data",), "data pribadi tidak boleh diizinkan pada dataset terbuka"))
        return faults

    def _hierarchy_misfits(self) -> list[Misfit]:
        faults: list[Misfit] = []
        tree = self.hierarchy
        for name in tree.columns if tree else ():
            column = self.columns.get(name)
            if column and (column.is_made or column.role not in ("rincian", "teks", "wilayah")):
                message = f"kolom `{name}` harus ada di berkas, dengan role rincian, teks atau wilayah"
                faults.append((("hierarchy", "columns"), message))
        for name, column in self.columns.items():
            wanted, place = column.ancestor, ("columns", name, "ancestor")
            if wanted is None:
                continue
            if tree is None:
                faults.append((place, "`ancestor` perlu `hierarchy`"))
            elif tree.levels and wanted not in tree.levels:
                faults.append((place, f"tingkat `{wanted}` tidak ada; yang ada: {', '.join(tree.levels)}"))
            elif not tree.levels and not re.fullmatch(r"[1-9]", wanted):
                faults.append((place, f"tingkat `{wanted}` harus 1, 2, … dari atas (atau beri nama dengan `levels`)"))
        return faults

    def dimension_columns(self) -> dict[str, str]:
        """Dimension of the fact → the breakdown that holds its codes, of those the contract has: the column with that
        `list`, else the breakdown of its name that measures stand for (`{tahap: pokok}`) or headers name."""
        wanted = FACT_DIMENSIONS[self.fact]
        named = [name for c in self.columns.values() for name in (*c.rincian, *(c.spread.levels if c.spread else ()))]
        return {name: name for name in named if name in wanted} | {
            c.list: name for name, c in self.by_role("rincian").items() if c.list and c.list in wanted
        }

    def _fact_misfits(self) -> list[Misfit]:
        faults: list[Misfit] = []
        lists = [(name, c.list) for name, c in self.by_role("rincian").items() if c.list]
        all_dimensions = {one for several in FACT_DIMENSIONS.values() for one in several}
        for place, (name, wanted) in enumerate(lists):
            where: Place = ("columns", name, "list")
            if wanted in [other for _, other in lists[:place]]:
                faults.append((where, f"daftar `{wanted}` dipakai dua kolom"))
            elif wanted in all_dimensions and wanted not in FACT_DIMENSIONS[self.fact]:
                own = ", ".join(FACT_DIMENSIONS[self.fact]) or "tidak ada"
                faults.append((where, f"`{wanted}` bukan dimensi fact {self.fact}; dimensinya: {own}"))
        known = FACT_MEASURES[self.fact]
        for code, indikator in self.indikator.items():
            if bool(indikator.measure) != bool(known) or (indikator.measure and indikator.measure not in known):
                told = f"harus salah satu: {', '.join(known)}" if known else "hanya untuk fact anggaran dan kinerja"
                faults.append((("indikator", code, "measure"), told))
        if self.fact != "indikator" and any(rule.rule == "change_within" for rule in self.rules):
            faults.append((("rules",), "change_within hanya untuk fact indikator"))
        if self.suppress and self.fact != "indikator":
            faults.append((("suppress",), "penyamaran hanya untuk fact indikator"))
        return faults


def json_schema() -> dict[str, Any]:
    """JSON Schema of a contract, for editors (`# yaml-language-server: $schema=…`)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}
