"""A column of a contract: what its cells mean and how they are read. The names of its fields are the author's words."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from etl.layouts import Spread
from etl.rules import Strict
from etl.sources import IDENTIFIER


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
    direction: str | None = None
    """rincian with `list: tolok_ukur`: the column that says whether higher (`naik`) or lower (`turun`) is better."""

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
        only("direction", "rincian")
        only("text", "ukuran")
        if self.label and not self.list:
            raise ValueError("`label` perlu `list`")
        for name in ("unit", "direction"):
            if getattr(self, name) and self.list != "tolok_ukur":
                raise ValueError(f"`{name}` hanya untuk list: tolok_ukur")
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
