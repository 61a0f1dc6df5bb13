"""The answer an agency gets: one self-contained Indonesian page per submission, and an overview of all of them.

What a walidata needs first stands on top: the verdict in one sentence, then what is to be done and by whom, then every
finding with its cell, then what differs from the version before. A page needs no network, no script and no other file;
whatever stood in a cell is escaped.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from etl.load.account import Account, Listed
from expectations.labels import address
from expectations.overview import overview
from expectations.page import page
from expectations.sentences import number


def render(account: Account) -> str:
    """The page of one submission."""
    return _templates().get_template("kiriman.html.j2").render(page(account))


def index(rows: Sequence[Listed]) -> str:
    """The overview: per agency its submissions, newest first, linked to their pages (which lie below it)."""
    return _templates().get_template("ikhtisar.html.j2").render(overview(rows))


def write(account: Account, folder: Path) -> Path:
    """Writes the page to `<folder>/<skpd>/<dataset>/<id>.html` in one step and returns where it is."""
    return _replace(folder / address(account.submission), render(account))


def write_index(rows: Sequence[Listed], folder: Path) -> Path:
    """Writes the overview to `<folder>/index.html` in one step."""
    return _replace(folder / "index.html", index(rows))


def _replace(path: Path, text: str) -> Path:
    """A reader sees the old page or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".html")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _with_code(text: str) -> Markup:
    """A sentence, escaped, with what stands between backticks set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped one call before)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["angka"] = number
    environment.filters["kalimat"] = _with_code
    return environment
