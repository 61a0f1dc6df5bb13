"""Cells that could not be understood, gathered by rule without a Python object per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from etl.findings import MAX_CELLS, Faults, Finding, Severity

RULES: Mapping[str, tuple[str, str, str]] = {
    "wilayah_dikenal": (
        "Wilayah tidak dikenal.",
        "Salah ketik, nama lama, atau wilayah di luar daftar wilayah.",
        "Pakai nama atau kode persis seperti daftar wilayah; bila sudah benar, minta Diskominfo menambah aliasnya.",
    ),
    "angka_terbaca": (
        "Angka tidak terbaca.",
        "Ada huruf atau tanda di dalam angka, titik atau komanya tidak lazim, dua angka menempel, atau rumusnya gagal.",
        "Tulis angka saja, mis. 1.234,56; kosongkan atau tulis - bila tidak ada datanya.",
    ),
    "periode_terbaca": (
        "Periode tidak terbaca.",
        "Penulisan periode tidak lazim, tanggalnya tidak ada, atau bukan periode dataset ini.",
        "Tulis mis. 2024, Semester I 2024, Triwulan II 2024, Mei 2024, 31/05/2024 atau 2021-2026 sesuai jadwalnya.",
    ),
    "rincian_dikenal": (
        "Rincian tidak dikenal.",
        "Salah ketik, atau kategori baru yang belum ada di kontrak.",
        "Pakai kategori yang ada; bila kategorinya memang baru, sampaikan ke Diskominfo.",
    ),
    "tingkat_dikenal": (
        "Tempat baris ini di antara subtotal tidak diketahui.",
        "Kodenya kosong, salah ketik, atau dari daftar kode yang belum disebut kontrak.",
        "Isi kodenya seperti baris lain; bila kode baru memang ada, sampaikan ke Diskominfo.",
    ),
    "subtotal_cocok": (
        "Subtotal tidak sama dengan jumlah baris terinci di bawahnya.",
        "Ada baris terinci yang hilang atau salah angka, atau rumus subtotal tidak mencakup semua baris.",
        "Periksa subtotal ini dan baris-baris di bawahnya, lalu kirim ulang.",
    ),
    "kode_utuh": (
        "Kode ini tidak tersusun sebagaimana mestinya.",
        "Excel mengubah kode menjadi angka atau tanggal, atau angka nolnya hilang atau bertambah saat disalin.",
        "Format kolom sebagai Teks, lalu ketik ulang kodenya lengkap dengan titik dan nolnya.",
    ),
    "kewenangan_kabupaten": (
        "Kode kewenangan daerah lain.",
        "Kode disalin dari nomenklatur provinsi atau daerah khusus, atau ruas keempatnya salah ketik.",
        "Pakai kode kabupaten/kota (ruas keempat 2) dari nomenklatur yang berlaku.",
    ),
    "tingkat_kode": (
        "Kode ini dari tingkat lain daripada baris-baris di sekitarnya.",
        "Baris jumlah ikut terkirim sebagai rincian, atau kodenya terpotong.",
        "Hapus baris jumlahnya, atau lengkapi kodenya sampai tingkat yang sama.",
    ),
    "kode_dikenal": (
        "Kode ini belum ada dalam daftar.",
        "Kode baru yang belum didaftarkan, atau salah ketik.",
        "SKPD: periksa kodenya. Walidata: bila benar, tambahkan ke daftar kode lalu jalankan `satudata migrate`.",
    ),
    "kode_baru": (
        "Sub rincian objek ini belum ada dalam daftar; semua tingkat di atasnya ada.",
        "Daftar rekening belum lengkap, atau salah ketik pada ruas terakhir.",
        "Tidak menahan rilis. SKPD: periksa kodenya. Walidata: lengkapi daftarnya lalu jalankan `satudata migrate`.",
    ),
    "kode_berlaku": (
        "Kode ini tidak berlaku pada periode datanya.",
        "Nomenklatur sudah diganti, atau periode berkas keliru.",
        "Pakai kode yang berlaku pada periode itu; bila memang demikian dokumennya, jelaskan kepada walidata.",
    ),
    "bidang_milik_skpd": (
        "Bidang urusan kode ini bukan bidang SKPD-nya.",
        "Kode salah ketik, SKPD-nya tertukar, atau pemetaan urusan SKPD belum lengkap.",
        "Periksa kode dan SKPD-nya; bila memang benar, sampaikan kepada walidata agar pemetaannya dilengkapi.",
    ),
    "nama_sesuai_daftar": (
        "Nama ini bukan nama kode itu dalam daftar.",
        "Kode atau namanya tertukar dengan baris lain, atau aplikasi memakai nama yang lain.",
        "Cocokkan kode dengan namanya; yang dimuat ialah kodenya.",
    ),
    "kode_rapi": (
        "Ada spasi atau pindah baris yang tidak perlu.",
        "Terbawa saat menyalin dari aplikasi atau dokumen lain.",
        "Hapus spasi dan pindah baris itu; sel ini sudah terbaca, jadi tidak perlu dikirim ulang hanya karenanya.",
    ),
    "arah_dikenal": (
        "Arah indikator ini tidak jelas.",
        "Salah ketik, kolomnya bergeser, atau dua baris menyebut arah yang berlainan.",
        "Tulis naik (makin tinggi makin baik), turun (makin rendah makin baik) atau netral.",
    ),
    "satuan_rupiah": (
        "Angka ini tampak dalam satuan lain daripada yang sudah dirilis.",
        "Berkas ditulis dalam ribuan atau jutaan rupiah, atau sebaliknya.",
        "Tulis angkanya dalam rupiah penuh, lalu simpan kembali; bila memang benar, jelaskan kepada walidata.",
    ),
}
"""Per rule: what is wrong, probable cause, what to do."""

NOTED = frozenset(
    {
        "subtotal_cocok",
        "kode_dikenal",
        "kode_baru",
        "kode_berlaku",
        "bidang_milik_skpd",
        "nama_sesuai_daftar",
        "kode_rapi",
        "arah_dikenal",
        "satuan_rupiah",
    }
)
"""Rules whose breach is told while the rows load: about cells that are not loaded, or what the walidata decides on."""

TOLD_ONLY = frozenset({"kode_baru"})
"""Of these, those whose breach holds no release back: what is missing is missing in the list, not in the file."""


@dataclass
class _OfRule:
    texts: tuple[str, str, str]
    keys: list[npt.NDArray[np.int64]] = field(default_factory=list)
    cells: list[pd.DataFrame] = field(default_factory=list)
    kept: int = 0


@dataclass
class FaultBook:
    """Faults under way: every bad row is remembered, only the first MAX_CELLS of a rule keep value and sentence."""

    _rules: dict[str, _OfRule] = field(default_factory=dict)

    def add(
        self,
        rule: str,
        bad: npt.NDArray[np.int64],
        *,
        keys: pa.Array,
        col_no: int,
        values: pa.Array | None,
        messages: Mapping[int, str],
        of: npt.NDArray[np.integer],
    ) -> None:
        """Rows `bad` (places) break `rule`; `of[row]` picks the sentence from `messages`."""
        if not len(bad):
            return
        book = self._rules.setdefault(rule, _OfRule(RULES[rule]))
        bad_keys = np.asarray(keys.take(pa.array(bad)))
        shown = bad[: max(MAX_CELLS - book.kept, 0)]
        texts = [None] * len(shown) if values is None else values.take(pa.array(shown)).to_pylist()
        sentences = [messages.get(int(of[row]), RULES[rule][0]) for row in shown]
        self._put(book, bad_keys, col_no, [text or "" for text in texts], sentences)

    def add_note(self, note: Finding, key: int, col_no: int) -> None:
        """One cell that the reader of the file could not give a value for."""
        book = self._rules.setdefault(note.rule, _OfRule((note.message, note.cause, note.action)))
        self._put(book, np.array([key]), col_no, [note.value], [note.message])

    def _put(
        self, book: _OfRule, keys: npt.NDArray[np.int64], col_no: int, values: list[str], messages: list[str]
    ) -> None:
        book.keys.append(keys)
        room = max(MAX_CELLS - book.kept, 0)
        if room and values:
            cells = {"key": keys[: len(values)], "col_no": col_no, "value": values, "message": messages}
            book.cells.append(pd.DataFrame(cells).head(room))
            book.kept += len(book.cells[-1])

    def build(self) -> tuple[Faults, ...]:
        """One Faults per rule, of severity tolak unless NOTED: a row that is not understood cannot be loaded."""
        return tuple(
            Faults(
                rule=rule,
                severity=Severity.CATATAN if rule in NOTED else Severity.TOLAK,
                message=book.texts[0],
                cause=book.texts[1],
                action=book.texts[2],
                cells=pd.concat(book.cells, ignore_index=True),
                bad_keys=pd.Index(np.unique(np.concatenate(book.keys))),
                total=sum(len(keys) for keys in book.keys),
            )
            for rule, book in self._rules.items()
        )
