"""Reads `datasets/`: every contract and the register of agencies as one consistent set, or every error of every file.

Errors come with their file and line, in Indonesian, before any data is touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from etl import harvest
from etl.contract import Contract, Incoherent, Place, Skpd
from etl.licences import licence_of


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
            complaints = harvest.of_contact(register[code].kontak)
            errors += [_complained("skpd.yaml", lines, (code, one.key), one.message) for one in complaints]
        except ValidationError as error:
            shifted = {key[1:]: line for key, line in lines.items() if key[:1] == (code,)}
            errors += _from_pydantic(error, "skpd.yaml", shifted)
    return register


def _complained(shown: str, lines: dict[Place, int], place: Place, message: str) -> ContractError:
    return ContractError(shown, _line_of(place, lines), ".".join(map(str, place)), message)


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
    licence = licence_of(contract.license).get("path", "")
    complaints = harvest.of_description(contract.title, contract.description, licence)
    errors.extend(_complained(shown, lines, (one.key,), one.message) for one in complaints)
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
