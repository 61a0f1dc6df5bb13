"""What may be asked: one strict model per endpoint, its query string read into it, its faults told all at once.

A list may be given several times and any of its values will do; anything else once. What is not named here is refused.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, get_args, get_origin

from django.http import QueryDict
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from portal.interfaces.api_problem import Fault, misunderstood

MOST = 10_000
USUAL = 100
MANY = 100
"""Times that a parameter may be repeated."""
BREAKDOWN = "rincian."


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"0|[1-9]\d{0,8}", value):
        raise ValueError("harus bilangan bulat")
    return value


def _truth(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("harus `true` atau `false`")
    return value == "true" if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # A plus that was not escaped arrives as a blank.
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text, re.ASCII):
        raise ValueError("harus waktu dengan zonanya, misalnya 2026-01-31T08:00:00+08:00")
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError("bukan waktu yang ada") from error


def _plain(value: str) -> str:
    if "\0" in value:
        raise ValueError("memuat huruf yang tidak dapat dibaca (NUL)")
    return value


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
RegionCode = Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{2}){0,2}(\.[0-9]{4})?$")]
Period = Annotated[
    str, Field(pattern=r"^[0-9]{4}(-[0-9]{4}|-S[12]|-Q[1-4]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
]
Year = Annotated[int, Field(ge=1900, le=2200), BeforeValidator(_whole)]
Size = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_whole)]
Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,4000}$")]
Truth = Annotated[bool, BeforeValidator(_truth)]
When = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Level = Literal["provinsi", "kabupaten", "kota", "kecamatan", "kelurahan", "desa"]
Form = Literal["json", "csv"]


def several(said: str, example: Any = None) -> Any:
    """A parameter that may be repeated."""
    return Field(default=[], max_length=MANY, description=said, examples=_examples(example))


def once(said: str, default: Any = None, example: Any = None) -> Any:
    """A parameter that is given at most once; without it `default`."""
    return Field(default=default, description=said, examples=_examples(example))


def _examples(example: Any) -> list[Any] | None:
    return None if example is None else [example]


class Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listed(Parameters):
    """What every list may be asked."""

    ukuran: Size | None = once(
        f"Baris per halaman, paling banyak {MOST}. Tanpa parameter ini {USUAL} (CSV: {MOST}).",
    )
    setelah: Place | None = once(
        "Tempat halaman ini mulai: salin dari `berikutnya` pada jawaban sebelumnya, jangan disusun sendiri.",
    )
    format: Form = once("Bentuk jawaban.", "json")


class ByDataset(Listed):
    indikator: list[Code] = several("Kode indikator dataset itu.")
    wilayah: list[RegionCode] = several("Kode wilayah Kemendagri bertitik.", "64.08.04")
    periode: list[Period] = several("Kode periode: 2024, 2024-S2, 2024-Q3, 2024-05, 2024-05-31 atau 2021-2026.", "2024")


class Figures(ByDataset):
    tingkat: list[Level] = several("Tingkat wilayah.", "kecamatan")
    dari: Year | None = once("Tahun pertama.")
    sampai: Year | None = once("Tahun terakhir.")
    pada: When | None = once("Sebagaimana terbaca umum pada waktu itu, dengan nama dan satuan saat itu.")
    rincian: dict[str, list[str]] = Field(default={})


class Revisions(ByDataset):
    sejak: When | None = once("Hanya yang direvisi sejak waktu itu.")


class Datasets(Listed):
    q: Text | None = once('Kata yang dicari, bahasa Indonesia; "frasa", or dan -kata dimengerti.', example="penduduk")
    skpd: list[Code] = several("Nama pendek atau kode perangkat daerah.", "dinkes")
    urusan: list[Code] = several("Kode bidang urusan.", "1.02")
    tahun: list[Year] = several("Tahun yang ada angkanya.")
    tingkat: list[Level] = several("Tingkat wilayah yang ada angkanya.")
    frekuensi: list[Literal["multitahun", "tahunan", "semesteran", "triwulanan", "bulanan", "harian"]] = several(
        "Seberapa sering dirilis."
    )
    akses: list[Literal["terbuka", "terbatas", "dikecualikan"]] = several("Akses dataset.")
    urut: Literal["sesuai", "terbaru", "judul"] = once(
        "Urutannya: kesesuaian dengan `q`, rilis terbaru, atau judul.", "sesuai"
    )


class Releases(Listed):
    dataset: list[Code] = several("Pengenal dataset.")
    skpd: list[Code] = several("Nama pendek atau kode perangkat daerah.", "dinkes")
    sejak: When | None = once("Hanya yang dirilis sejak waktu itu.")


class DatasetReleases(Listed):
    sejak: When | None = once("Hanya yang dirilis sejak waktu itu.")


class Indicators(Listed):
    dataset: list[Code] = several("Pengenal dataset.")
    skpd: list[Code] = several("Nama pendek atau kode perangkat daerah.", "dinkes")


class Account(Parameters):
    rincian: Annotated[
        str,
        Field(
            max_length=1000, description="Rincian angkanya, misalnya `jenis_kelamin=L`; kosong bagi jumlah seluruhnya."
        ),
        AfterValidator(_plain),
    ] = ""


class Regions(Listed):
    tingkat: list[Level] = several("Tingkat wilayah.", "kecamatan")
    induk: list[RegionCode] = several("Kode wilayah di atasnya.", "64.08")
    batas: Truth = once("Sertakan garis batas (GeoJSON).", False)


class Region(Parameters):
    batas: Truth = once("Sertakan garis batas (GeoJSON).", False)


class Agencies(Listed):
    jenis: list[Text] = several("Jenis perangkat daerah.", "dinas")


class Nothing(Parameters):
    pass


class Programmes(Listed):
    tahun: list[Year] = several("Tahun anggaran.")
    skpd: list[Code] = several("Nama pendek atau kode perangkat daerah.", "dinkes")
    tingkat: list[Literal["program", "kegiatan", "sub_kegiatan"]] = several("Tingkat simpulnya.", "program")
    induk: list[Code] = several("Kode simpul di atasnya.", "1.02.02")
    pada: When | None = once("Sebagaimana terbaca umum pada waktu itu.")


class Performance(Listed):
    tahun: list[Year] = several("Tahun.")
    skpd: list[Code] = several("Nama pendek atau kode perangkat daerah.", "dinkes")
    kegiatan: list[Code] = several("Kode program, kegiatan atau sub kegiatan.")
    periode: list[Period] = several("Kode periode.", "2026-Q1")


class Reconciliation(Listed):
    dataset: list[Code] = several("Pengenal dataset.")
    jenis: list[Code] = several("Jenis perbandingan.", "skpd_bud")
    periode: list[Period] = several("Kode periode.")
    cocok: Truth | None = once("Hanya yang cocok (`true`), atau hanya yang tidak (`false`).")


class Calendar(Listed):
    dataset: list[Code] = several("Pengenal dataset.")
    skpd: list[Code] = several("Nama pendek atau kode perangkat daerah.", "dinkes")
    status: list[Literal["belum jatuh tempo", "ditunggu", "tepat waktu", "terlambat"]] = several("Status hari ini.")
    berikutnya: Truth | None = once("Hanya rilis berikutnya setiap dataset (`true`), atau selainnya (`false`).")


def read(model: type[Parameters], query: QueryDict) -> Any:
    """`query` as `model`. Raises Problem 400 that tells every fault."""
    given: dict[str, Any] = {}
    faults = []
    names = list(model.model_fields)
    for name, values in query.lists():
        if "rincian" in names and model is Figures and name.startswith(BREAKDOWN):
            faults += _breakdown(name, values, given.setdefault("rincian", {}))
        elif name not in names or (model is Figures and name == "rincian"):
            faults.append(Fault(name[:100], f"Parameter `{name[:100]}` tidak dikenal.", _named(model)))
        elif get_origin(model.model_fields[name].annotation) is list:
            given[name] = values
        elif len(values) > 1:
            faults.append(Fault(name, f"`{name}` diberikan {len(values)} kali; paling banyak sekali."))
        else:
            given[name] = values[0]
    try:
        asked = model.model_validate(given)
    except ValidationError as error:
        faults += [_fault(model, item) for item in error.errors(include_url=False)]
    if faults:
        raise misunderstood(*faults)
    return asked


def _breakdown(name: str, values: list[str], into: dict[str, list[str]]) -> list[Fault]:
    """`rincian.jenis_kelamin=L`; an empty value asks for figures without that breakdown."""
    key = name.removeprefix(BREAKDOWN)
    if not re.fullmatch(r"[A-Za-z0-9_]{1,60}", key, re.ASCII):
        return [Fault(name[:100], f"`{name[:100]}` bukan nama rincian.")]
    if any("\0" in value or len(value) > 300 for value in values):
        return [Fault(name, f"Nilai `{name}` tidak dapat dibaca.")]
    into[key] = values
    return []


def _named(model: type[Parameters]) -> list[str]:
    return [f"{BREAKDOWN}<nama>" if model is Figures and name == "rincian" else name for name in model.model_fields]


def _fault(model: type[Parameters], item: Any) -> Fault:
    name = str(item["loc"][0])
    field = model.model_fields[name]
    kind, context = item["type"], item.get("ctx", {})
    if kind == "literal_error":
        options = _options(field.annotation)
        return Fault(name, f"`{name}` harus salah satu dari: {', '.join(options)}.", options)
    said = {
        "string_too_long": "terlalu panjang",
        "string_too_short": "kosong",
        "too_long": "diberikan terlalu banyak",
        "string_pattern_mismatch": f"tidak berbentuk seperti seharusnya. {field.description}",
        "greater_than_equal": f"paling kecil {context.get('ge')}",
        "less_than_equal": f"paling besar {context.get('le')}",
        "value_error": str(context.get("error", "")),
    }.get(kind, f"tidak dipahami. {field.description}")
    return Fault(name, f"`{name}` {said.rstrip('.')}.")


def _options(annotation: Any) -> list[str]:
    """The values of the Literal somewhere in an annotation."""
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return [option for part in get_args(annotation) for option in _options(part)]
