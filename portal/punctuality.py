"""What became of a period that a dataset owed: the words and the shade of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

STATES = {
    "tepat waktu": (4, _("tepat waktu")),
    "terlambat": (2, _("diterima terlambat")),
    "belum diterima": (1, _("lewat batas, belum diterima")),
    "ditunggu": (3, _("ditunggu, masih dalam masa tenggang")),
    "belum jatuh tempo": (0, _("belum jatuh tempo")),
}
"""What became of a period: its shade and its words."""


def state_of(period: Any) -> str:
    """A key of STATES, of a row of portal.kalender: what is late and missing is told apart from what came late."""
    if period.status == "terlambat" and period.diterima_pada is None:
        return "belum diterima"
    return str(period.status)
