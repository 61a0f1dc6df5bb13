"""Code lists as checking and reading want them: codes with their versions, spellings and successors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from etl.columns import Column
from etl.contract import Contract
from etl.findings import Finding, Owner, Refused
from etl.transform.text import brief

_LONG_ACCOUNT = re.compile(r"(\d\.\d\.\d\d\.\d\d)\.0(\d\d)(?:\.0(\d{4}))?")


def account(code: str) -> str:
    """The code of an account as the list has it: SIPD writes the last two segments a digit wider
    (`5.1.02.01.001.00024` is 5.1.02.01.01.0024)."""
    found = _LONG_ACCOUNT.fullmatch(code)
    return ".".join(filter(None, found.groups())) if found else code


class Listed(NamedTuple):
    """One version of a code: from `dari` on, before `sampai`. varian: other spellings. diketahui: somebody put it into
    the list; else figures brought it and the walidata has not looked at it."""

    kode: str
    nama: str
    dari: date = date.min
    sampai: date = date.max
    varian: tuple[str, ...] = ()
    diketahui: bool = True


@dataclass(frozen=True)
class CodeList:
    """A list by code (agencies and funds also by name and spelling, in small letters).

    complete: a code that it lacks does not exist. successors: old code → the codes that followed."""

    name: str
    entries: Mapping[str, tuple[Listed, ...]]
    complete: bool = False
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, code: str) -> tuple[Listed, ...]:
        """Versions of a code; a supporting programme (`2.16.01…`) is listed once for every bidang, as `X.XX.01…`."""
        code = account(code) if self.name == "rekening" else code
        found = self.entries.get(code) or self.entries.get(code.casefold(), ())
        if self.name == "kegiatan" and not any(one.diketahui for one in found) and code[4:7] == ".01":
            return self.entries.get(f"X.XX{code[4:]}", found)
        return found

    @cached_property
    def _parents(self) -> frozenset[str]:
        return frozenset(code.rpartition(".")[0] for code in self.entries)

    def is_detailed(self, code: str) -> bool:
        """Whether the list has codes right below this one."""
        return bool({one.kode for one in self.find(code)} & self._parents)

    def show(self, code: str) -> str:
        """`5.1.02 (Belanja Barang dan Jasa)`."""
        found = self.find(code)
        return f"{code} ({brief(found[-1].nama)})" if found else code


@dataclass(frozen=True)
class Lists:
    """What a submission's codes are held against. bidang: agency, by any of its codes and names → its bidang urusan;
    producer: code of the agency whose figures they are where the rows name none. usual: of a budget, indicator,
    kegiatan and account → size of the amount that is released, in rupiah. directions: of performance, indicator of a
    plan → turun or netral, of those where higher is not better."""

    lists: Mapping[str, CodeList]
    bidang: Mapping[str, frozenset[str]] = field(default_factory=dict)
    producer: str = ""
    usual: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)


def with_lists(contract: Contract, lists: Lists) -> Contract:
    """The contract as reading wants it: a column of a complete list takes that list's codes and spellings, where it
    names none itself.

    Raises Refused when the contract's own texts stand for a code that the list does not have.
    """
    columns: dict[str, Column] = {}
    for name, column in contract.columns.items():
        one = lists.lists.get(column.list or "")
        if one is None or not one.complete:
            continue
        strange = sorted({*column.values, *([column.value] if column.value else [])} - set(one.entries))
        if strange:
            raise Refused(_strange_codes(name, strange, one))
        if not column.values and column.value is None:
            spellings = {code: (found[-1].nama, *found[-1].varian) for code, found in one.entries.items()}
            columns[name] = column.model_copy(update={"values": spellings})
    return contract.model_copy(update={"columns": {**contract.columns, **columns}}) if columns else contract


def _strange_codes(name: str, codes: list[str], of: CodeList) -> Finding:
    return Finding(
        rule="susunan_kontrak",
        message=f"columns.{name}: kode {', '.join(codes)} tidak ada dalam daftar `{of.name}`: {', '.join(of.entries)}.",
        cause="Kontrak menyebut kode yang bukan milik daftarnya.",
        action="Pakai kode dari daftar itu di kontrak.",
        owner=Owner.DISKOMINFO,
    )
