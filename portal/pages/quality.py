"""The quality badge: what the processing's records say of a dataset, each part with what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from portal.pages.templatetags.figures import angka

WORDS = ((90, noop("Sangat baik")), (75, noop("Baik")), (60, noop("Cukup")), (0, noop("Perlu diperbaiki")))


@dataclass(frozen=True)
class Part:
    """percent: None where there is nothing to judge by yet. reason: what it is made of."""

    name: str
    percent: Decimal | None
    reason: str

    @property
    def bar(self) -> int:
        """The percent as markup writes numbers."""
        return round(self.percent or 0)


@dataclass(frozen=True)
class Quality:
    """The plain mean of the parts that are known, in words; None where none is."""

    parts: tuple[Part, ...]

    @property
    def percent(self) -> Decimal | None:
        known = [part.percent for part in self.parts if part.percent is not None]
        return round(sum(known, Decimal(0)) / len(known), 0) if known else None

    @property
    def word(self) -> str:
        percent = self.percent
        return "" if percent is None else _(next(word for least, word in WORDS if percent >= least))


def quality(entry: Any) -> Quality:
    """entry: a catalogue entry with the columns of portal.mutu."""
    counted = {name: angka(getattr(entry, name) or 0) for name in _COUNTS}
    return Quality(
        (
            Part(
                _("Akurasi"),
                entry.akurasi_persen,
                _(
                    "%(baris_lolos)s dari %(baris_diterima)s baris kiriman terakhir lolos; %(jumlah_lolos)s dari "
                    "%(jumlah_pemeriksaan)s pemeriksaan tanpa temuan."
                )
                % counted,
            ),
            Part(
                _("Ketepatan waktu"),
                entry.ketepatan_waktu_persen,
                _("%(periode_tepat_waktu)s dari %(periode_jatuh_tempo)s periode diterima dalam tenggatnya.") % counted,
            ),
            Part(
                _("Kelengkapan"),
                entry.kelengkapan_persen,
                _("Bagian dari %(periode_jatuh_tempo)s periode yang sudah jatuh tempo yang angkanya sudah dirilis.")
                % counted,
            ),
            Part(
                _("Metadata"),
                entry.metadata_persen,
                _(
                    "Bagian yang terisi dari delapan isian setiap indikator: konsep, definisi, satuan, interpretasi, "
                    "ukuran, klasifikasi, rumus, metode."
                ),
            ),
            Part(
                _("Konsistensi"),
                entry.konsistensi_persen,
                _("Bagian yang cocok dari perbandingan dengan angka lain yang seharusnya sama.")
                if entry.konsistensi_persen is not None
                else _("Belum ada angka lain yang dapat dibandingkan."),
            ),
        )
    )


_COUNTS = (
    "baris_lolos",
    "baris_diterima",
    "jumlah_lolos",
    "jumlah_pemeriksaan",
    "periode_tepat_waktu",
    "periode_jatuh_tempo",
)
