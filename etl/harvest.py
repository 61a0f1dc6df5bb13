"""What a national harvester refuses in a description: one rule for a contract when it is loaded and for an entry of the
catalogue before it is published.

The list is what 90 regional data.json files were full of: a description that only repeats the title, `-`, Lorem ipsum,
a licence that machines do not know, a made-up e-mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from etl.licences import NAMES

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_NO_EMAIL = re.compile(r"no[-_.]?e?mail|no[-_.]?reply|example\.(com|org|net)$", re.IGNORECASE)
_FILLER = re.compile(r"lorem\s+ipsum|dolor\s+sit\s+amet|^\W*$|^(test|tes|coba|contoh|todo|tbd|n/?a)\W*$", re.IGNORECASE)
URL = re.compile(r"https?://\S+")


class Complaint(NamedTuple):
    """key: of the contract (or `kontak` of skpd.yaml). what: is wrong with it. action: what to write there instead."""

    key: str
    what: str
    action: str

    @property
    def message(self) -> str:
        """For whoever writes the contract."""
        return f"{self.what}. Sebab: katalog nasional menolak keterangan seperti ini. Tindakan: {self.action}."


def of_description(title: str, description: str, licence: str) -> Iterator[Complaint]:
    """licence: its address; empty for one that nobody knows."""
    for key, text in (("title", title), ("description", description)):
        if is_filler(text):
            yield Complaint(key, f"{key} tidak berisi keterangan (`{text.strip()[:40]}`)", "terangkan apa isi datanya")
    if _plainly(title) == _plainly(description):
        action = "terangkan apa yang dihitung, siapa yang tercakup dan dari mana asalnya"
        yield Complaint("description", "description hanya mengulang title", action)
    if not URL.fullmatch(licence):
        yield Complaint("license", "license tidak dapat dibaca mesin", f"pilih salah satu: {', '.join(NAMES)}")


def of_contact(email: str) -> Iterator[Complaint]:
    """An address to which nobody can write."""
    if not _EMAIL.fullmatch(email) or _NO_EMAIL.search(email):
        what = f"alamat surel narahubung tidak benar (`{email}`)"
        yield Complaint("kontak", what, "tulis surel SKPD itu yang dibaca orang")


def is_filler(text: str) -> bool:
    return _FILLER.search(text.strip()) is not None


def _plainly(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
