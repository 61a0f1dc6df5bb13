"""The portal's words into portal/locale/en/LC_MESSAGES/django.po: new ones empty, those no longer said gone.

Django's makemessages needs GNU gettext; Babel does not. tools/install.sh compiles the file for Django.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parent.parent
PORTAL = PROJECT / "portal"
PO = PORTAL / "locale" / "en" / "LC_MESSAGES" / "django.po"
SINCE = datetime(2026, 11, 25, tzinfo=UTC)
"""The file's date in its head: it says nothing, and shall not change whenever words are gathered."""
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def _sources() -> Iterator[tuple[Path, str]]:
    """Every file that may say something, as Python that Babel reads."""
    from django.utils.translation.template import templatize

    for path in sorted(PORTAL.rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted(PORTAL.rglob("templates/**/*")):
        if path.is_file():
            # Brackets around it all: what is left of a template is indented as no Python is.
            yield path, f"({templatize(path.read_text(encoding='utf-8'), origin=str(path))}\n)"


def _empty() -> Catalog:
    return Catalog(
        locale="en", project="Satu Data Kutai Timur", version="1", creation_date=SINCE, revision_date=SINCE,
        header_comment="# The portal's words in English: plain, and official terms kept beside what they mean.",
        last_translator="Walidata", msgid_bugs_address="Walidata", language_team="en", fuzzy=False,
    )  # fmt: skip


def said() -> Catalog:
    """All words as the code and the templates have them now, none translated."""
    os.environ.setdefault("SATUDATA_PORTAL_SECRET", "-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    found = _empty()
    for path, text in _sources():
        for _line, words, comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=()
        ):
            where = [(path.relative_to(PROJECT).as_posix(), 1)]
            found.add(words, locations=where, auto_comments=comments, context=context)
    return found


def written() -> Catalog:
    """The file as it stands."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def save(catalog: Catalog) -> None:
    with PO.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, ignore_obsolete=True, include_lineno=False)


def main() -> None:
    catalog = written() if PO.exists() else _empty()
    catalog.update(said(), no_fuzzy_matching=True)
    save(catalog)
    empty = [message.id for message in catalog if message.id and not all_there(message.string)]
    print(f"{len(catalog)} kata, {len(empty)} belum diterjemahkan", file=sys.stderr)


def all_there(text: str | tuple[str, ...]) -> bool:
    """Whether a translation is written, in all its plural forms."""
    return bool(text) and all(text)


if __name__ == "__main__":
    main()
