"""A dataset is declared once, in `datasets/<skpd>/<dataset>.yaml`; this is the strict model of that file.

Everything else comes from it: what to collect, how the sheet reads, what is checked, what the warehouse holds, what the
catalogue says. Unknown keys are refused. `load_contracts` reads every file and reports all errors of all files at once,
each with its file and line, before any data is touched.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from etl.findings import Severity

IDENTIFIER = r"^[a-z][a-z0-9_]*$"
"""Names of datasets, columns and indicators: they become keys, file names and URLs."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True)


# ── who and when ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Skpd(Strict):
    """One agency in datasets/skpd.yaml."""

    nama: str
    kode: str = Field(pattern=r"^KT\d{2}[a-z]?$")
    """Key into warehouse_sql/reference/skpd.csv."""
    folder: str
    """Where the agency shares its files, below the sources root, or a whole fsspec URL."""
    kontak: str
    """E-mail of the person at the agency who repairs a returned submission."""


class Calendar(Strict):
    """When a period's data are due; the reporting period is ours, never Airflow's data interval."""

    period: Literal["tahunan", "semesteran", "triwulanan", "bulanan", "harian"]
    due_days: int = Field(ge=0, le=1000)
    """Days after the period's last day on which the data are due."""
    grace_days: int = Field(default=0, ge=0)
    """Days after the due day before the agency counts as late."""


# ── where from ───────────────────────────────────────────────────────────────────────────────────────────────────────


class PeriodFrom(Strict):
    """Where the period stands. Parts found in several places (month in a column, year in the file name) are joined."""

    place: Literal["column", "sheet", "file", "title", "header", "fixed"]
    pattern: str | None = None
    """Regular expression whose first group (or whole match) is the period text; for `sheet`, `file` and `title`."""
    value: str | None = None
    """The period itself (or the missing part of it), for `fixed`."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"bukan ekspresi reguler: {error}") from error
        return value

    @model_validator(mode="after")
    def _fixed_has_value(self) -> PeriodFrom:
        if (self.place == "fixed") != (self.value is not None):
            raise ValueError("`value` diisi bila dan hanya bila place: fixed")
        return self


class FolderSource(Strict):
    """Files in the agency's shared folder."""

    kind: Literal["folder"]
    files: str
    """Pattern of the file's path below the agency's folder, e.g. `faskes/faskes*.xlsx`; `**` crosses folders."""
    path: str | None = None
    """Another folder than the agency's own: any fsspec URL."""
    encoding: str | None = None
    """Of a delimited file; found by rule (UTF-8, UTF-16 by its mark, else cp1252) when absent."""
    delimiter: str | None = Field(default=None, max_length=1)
    """Of a delimited file; found by rule when absent."""
    periods: tuple[PeriodFrom, ...] = (PeriodFrom(place="column"),)


class DatabaseSource(Strict):
    """A query on the agency's database, read only."""

    kind: Literal["database"]
    connection: str = Field(pattern=IDENTIFIER)
    """Airflow connection id, or environment variable AIRFLOW_CONN_<NAME>; never a password in this file."""
    query: str
    """One SELECT with a total ORDER BY, so that the same data give the same bytes."""
    periods: tuple[PeriodFrom, ...] = (PeriodFrom(place="column"),)

    @field_validator("query")
    @classmethod
    def _is_select(cls, value: str) -> str:
        if not re.match(r"(?is)^\s*(select|with)\b", value):
            raise ValueError("hanya SELECT (atau WITH … SELECT) yang boleh")
        if not re.search(r"(?is)\border\s+by\b", value):
            raise ValueError("tambahkan ORDER BY: tanpa urutan tetap, data yang sama tampak berubah")
        return value


Source = Annotated[FolderSource | DatabaseSource, Field(discriminator="kind")]


# ── how it reads ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Header(Strict):
    """Where the header is: on a fixed row, on the first row that holds all texts of `find`, or nowhere (`none`)."""

    row: int | None = Field(default=None, ge=1)
    find: tuple[str, ...] = ()
    rows: int = Field(default=1, ge=1, le=4)
    """Header rows, from the found row down. Merged cells are filled to the right and names joined with ` / `."""
    none: bool = False
    """The file has no header: columns are bound by `position`."""

    @model_validator(mode="after")
    def _one_way(self) -> Header:
        if (self.row is not None) + bool(self.find) + self.none != 1:
            raise ValueError("pilih tepat satu: row, find, atau none")
        return self


class Layout(Strict):
    """How the sheet is laid out from period `since` on; older files keep their own block."""

    since: str | None = None
    """First period that this block reads (its code, e.g. `2024` or `2024-06`); the block without it reads the rest."""
    sheet: str | tuple[str, ...] | None = None
    """Sheet name(s), `*` wildcards allowed; absent: the only or first visible sheet."""
    header: Header = Header(row=1)
    skip: int = Field(default=0, ge=0)
    """Rows between header and data (units, column numbers)."""
    stop: tuple[str, ...] = ()
    """The table ends before the first row whose first filled cell begins with one of these (`Sumber:`)."""
    fill_down: tuple[str, ...] = ()
    """Columns whose empty cells repeat the cell above (merged downwards)."""
    transpose: bool = False
    """Rows and columns are exchanged first; findings still name the cell as the sheet shows it."""
    aliases: dict[str, tuple[str, ...]] = {}
    """Header texts of this period's files, beside those of the columns themselves."""


class Spread(Strict):
    """A measure written over several columns: what their header levels mean, from the top down."""

    levels: tuple[str, ...] = Field(min_length=1)
    """Per header level: `periode`, `ukuran` (indicator by alias), `wilayah`, a breakdown's name, or `-` for none."""
    headers: str | None = None
    """Regular expression that the joined header must match; absent: every column bound to nothing else."""


class Column(Strict):
    """One column of the table, or (with `spread`) a block of them, or (with `value`) a constant."""

    role: Literal["wilayah", "periode", "rincian", "ukuran", "kontrol", "teks"]
    aliases: tuple[str, ...] = ()
    """Header texts; letter case, line breaks and repeated spaces do not matter. The column's own name counts too."""
    position: int | None = Field(default=None, ge=1)
    """1-based place in the table, for headerless files and doubled headers."""
    required: bool = True
    """Whether the column must be there (its cells may still be empty; see rule not_null)."""
    value: str | None = None
    """The same for every row: the column is not in the file."""

    scheme: Literal["kemendagri", "bps", "nama"] | None = None
    """wilayah: which code system, or names. Never a naked number: BPS 6403 and Kemendagri 64.03 are two regencies."""
    level: Literal["provinsi", "kabupaten", "kecamatan", "desa"] | None = None
    within: str | None = None
    """wilayah by name: the column that holds its parent, for names that occur twice."""

    values: dict[str, tuple[str, ...]] = {}
    """rincian: code → the texts that mean it; absent: the text itself, tidied, is the code."""

    indikator: str | None = None
    """ukuran: which indicator the figures are of."""
    scale: str = Field(default="1", pattern=r"^\d+(\.\d+)?$")
    """ukuran: factor from the file's unit to the indicator's (`1000` for `ribu jiwa`); exact decimal."""
    decimal: Literal["koma", "titik"] = "koma"
    """ukuran: decimal sign of numbers typed as text. Number cells need none."""
    dash: Literal["kosong", "nol"] = "kosong"
    """ukuran: what `-` means."""
    rincian: dict[str, str] = {}
    """ukuran: breakdown codes that this column stands for (`{jenis_kelamin: L}`)."""
    spread: Spread | None = None

    sum_of: tuple[str, ...] = ()
    """kontrol: the columns it must be the sum of. It is checked, never stored."""

    @model_validator(mode="after")
    def _fits_role(self) -> Column:
        def only(field: str, *roles: str) -> None:
            if getattr(self, field) != type(self).model_fields[field].get_default() and self.role not in roles:
                raise ValueError(f"`{field}` hanya untuk role {' / '.join(roles)}")

        only("scheme", "wilayah")
        only("level", "wilayah")
        only("within", "wilayah")
        only("values", "rincian", "ukuran")
        for name in ("indikator", "rincian", "spread"):
            only(name, "ukuran")
        for name in ("scale", "decimal", "dash"):
            only(name, "ukuran", "kontrol")
        only("sum_of", "kontrol")
        if self.role == "wilayah" and self.scheme is None:
            raise ValueError("nyatakan `scheme`: kemendagri, bps atau nama")
        if self.role == "ukuran" and self.indikator is None and not (self.spread and "ukuran" in self.spread.levels):
            raise ValueError("ukuran perlu `indikator`")
        if self.within and self.scheme != "nama":
            raise ValueError("`within` hanya untuk scheme: nama")
        return self


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


# ── what it means ────────────────────────────────────────────────────────────────────────────────────────────────────


class Indikator(Strict):
    """MS-Ind in brief (Peraturan BPS 5/2020): one owner, one identifier."""

    nama: str
    konsep: str
    definisi: str
    satuan: str
    rumus: str | None = None
    arah: Literal["naik", "turun", "netral"] = "netral"
    """Whether higher (`naik`) or lower (`turun`) is better."""
    additive: bool = True
    """Whether regions and breakdowns may be summed (counts yes, percentages no)."""
    aliases: tuple[str, ...] = ()
    """Header texts that name it in a spread level `ukuran`."""


# ── what is checked ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Rule(Strict):
    severity: Severity
    say: str | None = None
    """The sentence the agency reads instead of the standard one."""


class _ColumnsRule(_Rule):
    columns: tuple[str, ...] = Field(min_length=1)


class NotNull(_ColumnsRule):
    rule: Literal["not_null"]


class NotNegative(_ColumnsRule):
    rule: Literal["not_negative"]


class Between(_ColumnsRule):
    rule: Literal["between"]
    min: float | None = None
    max: float | None = None


class InSet(_ColumnsRule):
    rule: Literal["in_set"]
    values: tuple[str, ...] = Field(min_length=1)


class Matches(_ColumnsRule):
    rule: Literal["matches"]
    pattern: str


class MaxLength(_ColumnsRule):
    rule: Literal["max_length"]
    length: int = Field(ge=1)


class Unique(_ColumnsRule):
    """No two rows with the same values in these columns."""

    rule: Literal["unique"]


class EveryWilayah(_Rule):
    """Every region of the level is there, once per period and breakdown."""

    rule: Literal["every_wilayah"]
    level: Literal["kecamatan", "desa"]


class PartsSum(_Rule):
    """The parts in one row add up to the total in that row."""

    rule: Literal["parts_sum"]
    total: str
    parts: tuple[str, ...] = Field(min_length=2)
    tolerance: float = Field(default=0.5, ge=0)


class ChildrenSum(_Rule):
    """A region's figure is the sum of its children's, where both are in the submission."""

    rule: Literal["children_sum"]
    indikator: tuple[str, ...] = ()
    """Absent: every additive indicator."""
    tolerance: float = Field(default=0.5, ge=0)


class ChangeWithin(_Rule):
    """Against the same figure one year earlier, in the warehouse or in the file itself."""

    rule: Literal["change_within"]
    percent: float = Field(gt=0)
    indikator: tuple[str, ...] = ()
    min_value: float = Field(default=0, ge=0)
    """Earlier figures below this are not compared: 2 → 5 is no alarm."""


Rule = Annotated[
    NotNull
    | NotNegative
    | Between
    | InSet
    | Matches
    | MaxLength
    | Unique
    | EveryWilayah
    | PartsSum
    | ChildrenSum
    | ChangeWithin,
    Field(discriminator="rule"),
]


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
    calendar: Calendar
    source: Source
    load: Literal["penuh", "periode", "tambah"]
    """`penuh` replaces the dataset, `periode` the periods contained, `tambah` adds and updates by key."""
    layout: tuple[Layout, ...] = (Layout(),)
    columns: dict[Annotated[str, Field(pattern=IDENTIFIER)], Column]
    totals: Totals | None = None
    corrections: tuple[Correction, ...] = ()
    indikator: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")], Indikator]
    rules: tuple[Rule, ...] = ()
    personal_data: Literal["tolak", "izinkan"] = "tolak"
    """NIK, phone and e-mail patterns in any cell quarantine the row. `izinkan` needs access other than terbuka."""
    release: Release
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
        faults = [*self._unknown_names(), *self._missing_parts()]
        if faults:
            raise Incoherent(faults)
        return self

    def _unknown_names(self) -> list[Misfit]:
        used: list[tuple[Place, str]] = []
        for name, column in self.columns.items():
            used += [(("columns", name, "sum_of"), other) for other in column.sum_of]
            used += [(("columns", name, "within"), column.within)] if column.within else []
        for no, block in enumerate(self.layout):
            used += [(("layout", no, "fill_down"), name) for name in block.fill_down]
            used += [(("layout", no, "aliases"), name) for name in block.aliases]
        if self.totals:
            used += [(("totals", "where"), name) for name in self.totals.where]
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


# ── reading the folder ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ContractError:
    """One error in one file, with the line on which the wrong key or value stands."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}: {self.message}"


class InvalidContracts(Exception):
    """Every error of every contract."""

    def __init__(self, errors: list[ContractError]) -> None:
        self.errors = sorted(errors, key=lambda error: (error.file, error.line))
        super().__init__("\n".join(str(error) for error in self.errors))


@dataclass(frozen=True)
class Catalogue:
    """All contracts by id and the register of agencies, as one consistent set."""

    contracts: dict[str, Contract]
    skpd: dict[str, Skpd]

    def of_skpd(self, skpd: str) -> dict[str, Contract]:
        return {cid: contract for cid, contract in self.contracts.items() if contract.skpd == skpd}


class _DuplicateKeys(yaml.YAMLError):
    def __init__(self, key: str, line: int) -> None:
        self.key, self.line = key, line
        super().__init__(f"kunci `{key}` ditulis dua kali")


def _plain(node: yaml.Node, lines: dict[Place, int], path: Place = ()) -> Any:
    """YAML node → plain data, remembering the line of every key; scalars other than bool, number and null stay text."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                raise _DuplicateKeys(key, key_node.start_mark.line + 1)
            result[key] = _plain(value_node, lines, (*path, key))
            lines[(*path, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, lines, (*path, index)) for index, child in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    """Numbers stay text unless the model wants a number: codes such as 1.02 or 64.08 must never become floats."""
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return str(node.value).lower() in ("true", "yes", "on")
    return str(node.value)


def _load_yaml(path: Path, shown: str, errors: list[ContractError]) -> tuple[Any, dict[Place, int]]:
    lines: dict[Place, int] = {}
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
        if node is None:
            errors.append(ContractError(shown, 1, "berkas", "kosong"))
            return None, lines
        return _plain(node, lines), lines
    except _DuplicateKeys as error:
        errors.append(ContractError(shown, error.line, error.key, str(error)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        errors.append(ContractError(shown, mark.line + 1 if mark else 1, "YAML", str(getattr(error, "problem", error))))
    except UnicodeDecodeError as error:
        errors.append(ContractError(shown, 1, "berkas", f"bukan UTF-8: {error.reason}"))
    return None, lines


def _line_of(loc: Place, lines: dict[Place, int]) -> int:
    """Pydantic adds union tags to the path: drop what the file does not have, then climb to the nearest known line."""
    path: Place = ()
    for part in loc:
        if (*path, part) in lines:
            path = (*path, part)
    return lines.get(path, 1)


_MESSAGES = {
    "extra_forbidden": "kunci tidak dikenal (salah ketik?)",
    "missing": "wajib ada",
    "literal_error": "pilihan yang ada: {expected}",
    "union_tag_invalid": "`{tag}` tidak ada; pilihan yang ada: {expected_tags}",
    "union_tag_not_found": "sebutkan {discriminator}",
    "string_pattern_mismatch": "tidak sesuai pola {pattern}",
    "string_too_short": "terlalu pendek, sekurangnya {min_length} huruf",
    "too_short": "sekurangnya {min_length} butir",
    "int_parsing": "harus bilangan bulat",
    "float_parsing": "harus bilangan, desimal dengan titik",
    "bool_parsing": "harus true atau false",
    "string_type": "harus teks",
    "tuple_type": "harus daftar: [..., ...]",
    "dict_type": "harus pasangan kunci: nilai",
    "model_type": "harus pasangan kunci: nilai",
    "greater_than": "harus lebih dari {gt}",
    "greater_than_equal": "sekurangnya {ge}",
    "less_than_equal": "paling banyak {le}",
    "enum": "pilihan yang ada: {expected}",
}


def _from_pydantic(error: ValidationError, shown: str, lines: dict[Place, int]) -> list[ContractError]:
    errors = []
    for item in error.errors():
        context = item.get("ctx", {})
        cause = context.get("error")
        if isinstance(cause, Incoherent):
            found = [((*item["loc"], *place), message) for place, message in cause.faults]
        else:
            template = _MESSAGES.get(item["type"])
            message = template.format(**context) if template else item["msg"].removeprefix("Value error, ")
            message = message.replace(" or '", " atau '")
            found = [(item["loc"], message)]
        errors += [
            ContractError(shown, _line_of(place, lines), ".".join(map(str, place)) or "kontrak", message)
            for place, message in found
        ]
    return errors


def _read_register(root: Path, errors: list[ContractError]) -> dict[str, Skpd]:
    path = root / "skpd.yaml"
    if not path.is_file():
        errors.append(ContractError("skpd.yaml", 1, "berkas", "tidak ada: daftar SKPD wajib ada"))
        return {}
    data, lines = _load_yaml(path, "skpd.yaml", errors)
    register = {}
    for code, entry in (data or {}).items():
        try:
            register[code] = Skpd.model_validate(entry)
        except ValidationError as error:
            shifted = {key[1:]: line for key, line in lines.items() if key[:1] == (code,)}
            errors += _from_pydantic(error, "skpd.yaml", shifted)
    return register


def _read_contract(
    path: Path, root: Path, register: dict[str, Skpd], errors: list[ContractError]
) -> tuple[Contract, dict[Place, int]] | None:
    """One contract and the line of every key; None when its own errors were added to `errors`."""
    shown = path.relative_to(root).as_posix()
    data, lines = _load_yaml(path, shown, errors)
    if data is None:
        return None
    try:
        contract = Contract.model_validate(data)
    except ValidationError as error:
        errors.extend(_from_pydantic(error, shown, lines))
        return None
    expected = f"{path.parent.name}.{path.stem}"
    if contract.id != expected:
        errors.append(ContractError(shown, lines.get(("id",), 1), "id", f"harus `{expected}` seperti nama berkasnya"))
    if register and contract.producer not in register:
        errors.append(
            ContractError(
                shown, lines.get(("producer",), 1), "producer", f"`{contract.producer}` tidak ada di skpd.yaml"
            )
        )
    return contract, lines


def load_contracts(root: Path, only_skpd: str | None = None) -> Catalogue:
    """Every contract below `root` (or one agency's).

    Raises InvalidContracts with all errors of all files. Indicators are unique over all contracts: one owner, one
    identifier (Raja & Adlan, Satu Data Metadata Framework, found duplicates in this very regency).
    """
    errors: list[ContractError] = []
    register = _read_register(root, errors)
    contracts: dict[str, Contract] = {}
    owners: dict[str, str] = {}
    for path in sorted(root.glob(f"{only_skpd or '*'}/*.yaml")):
        read = _read_contract(path, root, register, errors)
        if read is None:
            continue
        contract, lines = read
        contracts[contract.id] = contract
        for indikator in contract.indikator:
            if indikator in owners:
                shown = path.relative_to(root).as_posix()
                line = _line_of(("indikator", indikator), lines)
                errors.append(
                    ContractError(shown, line, "indikator", f"`{indikator}` sudah dimiliki {owners[indikator]}")
                )
            owners.setdefault(indikator, contract.id)
    if errors:
        raise InvalidContracts(errors)
    return Catalogue(contracts, register)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a contract, for editors (`# yaml-language-server: $schema=…`)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}
