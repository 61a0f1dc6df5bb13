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

from etl.layouts import Header as Header
from etl.layouts import Hierarchy as Hierarchy
from etl.layouts import Layout as Layout
from etl.layouts import Spread as Spread
from etl.meaning import FACT_DIMENSIONS, FACT_MEASURES
from etl.meaning import Fact as Fact
from etl.meaning import Indikator as Indikator
from etl.meaning import Suppress as Suppress
from etl.rules import PartsSum, Rule, Strict
from etl.sources import IDENTIFIER, Source

# ── who and when ─────────────────────────────────────────────────────────────────────────────────────────────────────


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


class Calendar(Strict):
    """When a period's data are due; the reporting period is ours, never Airflow's data interval."""

    period: Literal["tahunan", "semesteran", "triwulanan", "bulanan", "harian"]
    due_days: int = Field(ge=0, le=1000)
    """Days after the period's last day on which the data are due."""
    grace_days: int = Field(default=0, ge=0)
    """Days after the due day before the agency counts as late."""


# ── how it reads ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Column(Strict):
    """One column of the table, or (with `spread`) a block of them, or (with `value`) a constant."""

    role: Literal["wilayah", "periode", "rincian", "ukuran", "kontrol", "teks"]
    aliases: tuple[str, ...] = ()
    """Header texts; letter case, line breaks and repeated spaces do not matter. The column's own name counts too.

    A footnote mark or the indicator's unit behind the text (`Luas (ha)`) does not matter either. Where a text stands
    several times, `GROUP / text` is the one right of the column `GROUP`, before the next group named so.
    """
    position: int | None = Field(default=None, ge=1)
    """1-based place on the sheet, for headerless files, doubled headers and columns merged under one header."""
    required: bool = True
    """Whether the column must be there (its cells may still be empty; see rule not_null)."""
    value: str | None = None
    """The same for every row: the column is not in the file. Of a measure, `1` counts rows."""
    ancestor: str | None = None
    """rincian, teks: the code (or label) of the row above that is at this level of the contract's `hierarchy` (or the
    row's own): the name of one of its `levels`, else the depth from the top (`1`, `2`, …). Not in the file itself."""

    title: str | None = None
    """wilayah, rincian, teks: the same for every row of a table and written in the title above it: regular expression
    whose first group it is, e.g. `Kecamatan\\s*:\\s*(.+)`. The column is not in the file."""

    scheme: Literal["kemendagri", "bps", "nama"] | None = None
    """wilayah: which code system, or names. Never a naked number: BPS 6403 and Kemendagri 64.03 are two regencies."""
    level: Literal["provinsi", "kabupaten", "kecamatan", "desa"] | None = None
    within: str | None = None
    """wilayah by name: the column that holds its parent, for names that occur twice."""

    values: dict[str, tuple[str, ...]] = {}
    """rincian: code → the texts that mean it; absent: the text itself, tidied, is the code."""
    list: str | None = Field(default=None, pattern=IDENTIFIER)
    """rincian: the code list its codes are of: a dimension of the dataset's `fact` (skpd, kegiatan, rekening,
    sumber_dana, tahap, tolok_ukur) or a breakdown in warehouse_sql/reference/rincian.csv (jenis_kelamin, …)."""
    label: str | None = None
    """rincian with `list`: the column that holds the code's name. Compared with the list; names a code it lacks."""
    unit: str | None = None
    """rincian with `list: tolok_ukur`: the column that holds its unit, by which quarters are added up or not."""

    indikator: str | None = None
    """ukuran: which indicator the figures are of."""
    scale: str = Field(default="1", pattern=r"^\d+(\.\d+)?$")
    """ukuran: factor from the file's unit to the indicator's (`1000` for `ribu jiwa`); exact decimal."""
    decimal: Literal["koma", "titik"] | None = None
    """ukuran: decimal sign of numbers typed as text; found by rule for the whole table when absent, koma in doubt."""
    dash: Literal["kosong", "nol"] = "kosong"
    """ukuran: what `-` means."""
    text: bool = False
    """ukuran: words, not a number (`penghambat`, `tindak_lanjut` of fact kinerja)."""
    suffix: str | None = Field(default=None, min_length=1, max_length=20)
    """ukuran: what stands behind every number typed as text (`9.533,44 M`); taken off. Its factor is `scale`'s."""
    rincian: dict[str, str] = {}
    """ukuran: breakdown codes that this column stands for (`{jenis_kelamin: L}`)."""
    spread: Spread | None = None

    sum_of: tuple[str, ...] = ()
    """kontrol: the columns it must be the sum of. It is checked, never stored."""

    @model_validator(mode="after")
    def _fits_role(self) -> Column:
        fields = type(self).model_fields

        def only(field: str, *roles: str) -> None:
            if self.role not in roles and getattr(self, field) != fields[field].default:
                raise ValueError(f"`{field}` hanya untuk role {' / '.join(roles)}")

        only("scheme", "wilayah")
        only("level", "wilayah")
        only("within", "wilayah")
        only("values", "rincian", "ukuran")
        only("ancestor", "rincian", "teks")
        only("title", "wilayah", "rincian", "teks")
        only("list", "rincian")
        only("label", "rincian")
        only("unit", "rincian")
        only("text", "ukuran")
        if self.label and not self.list:
            raise ValueError("`label` perlu `list`")
        if self.unit and self.list != "tolok_ukur":
            raise ValueError("`unit` hanya untuk list: tolok_ukur")
        for name in ("indikator", "rincian", "spread"):
            only(name, "ukuran")
        for name in ("scale", "decimal", "dash", "suffix"):
            only(name, "ukuran", "kontrol")
        only("sum_of", "kontrol")
        if self.role == "wilayah" and self.scheme is None:
            raise ValueError("nyatakan `scheme`: kemendagri, bps atau nama")
        if self.role == "ukuran" and self.indikator is None and not (self.spread and "ukuran" in self.spread.levels):
            raise ValueError("ukuran perlu `indikator`")
        if self.within and self.scheme != "nama":
            raise ValueError("`within` hanya untuk scheme: nama")
        if self.value is not None and self.role in ("ukuran", "kontrol"):
            self._is_counted()
        if sum(made is not None for made in (self.value, self.ancestor, self.title, self.position)) > 1:
            raise ValueError("pilih paling banyak satu: value, ancestor, title, atau position")
        if self.title is not None:
            try:
                groups = re.compile(self.title).groups
            except re.error as error:
                raise ValueError(f"`title` bukan ekspresi reguler: {error}") from error
            if not groups:
                raise ValueError("`title` perlu satu kurung yang menandai isinya, mis. `Kecamatan (.+)`")
        return self

    @property
    def is_made(self) -> bool:
        """Whether its cells are not in a column of the file: a constant, a row above, or the title says them."""
        return self.value is not None or self.ancestor is not None or self.title is not None

    def _is_counted(self) -> None:
        """A measure's `value` is what each row counts for."""
        if self.role == "kontrol" or self.spread is not None:
            raise ValueError("`value` pada angka hanya untuk role ukuran tanpa `spread`")
        if not re.fullmatch(r"-?\d{1,20}(\.\d{1,30})?", self.value or ""):
            raise ValueError("`value` pada ukuran harus angka dengan titik desimal, mis. 1")


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
