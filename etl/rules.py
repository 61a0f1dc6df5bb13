"""What a contract may ask of its data, and the strictness that all of a contract's parts share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from etl.findings import Severity


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True)


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
