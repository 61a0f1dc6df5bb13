"""What the agency reads about each rule: one table, in the words of somebody who fills in workbooks.

`title` names what is checked (it is also the expectation's description), `message` what is wrong, `cause` why it
usually happens, `action` what to do. Braces are filled per rule or per cell. `say` of a contract's rule comes instead
of the message; where the message states figures they follow it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    title: str
    message: str
    cause: str
    action: str
    fault: str = ""
    """What is wrong in two or three words: the heading above the findings."""
    general: str = ""
    """The message for all cells together, where `message` speaks of one."""


SENTENCES: dict[str, Sentence] = {
    # ── while reading (found by transform.tidy) ──
    "wilayah_dikenal": Sentence(
        "Nama atau kode wilayah dikenal",
        "Wilayah ini tidak ada dalam daftar kode wilayah.",
        "Salah ketik, nama lama sebelum pemekaran, atau kode yang kehilangan nol.",
        "Tulis nama resmi desa atau kecamatan (atau kode Kemendagri bertitik, mis. 64.08.01), lalu simpan kembali.",
        fault="Wilayah tidak dikenal",
    ),
    "angka_terbaca": Sentence(
        "Angka dapat dibaca",
        "Isi sel ini tidak terbaca sebagai angka.",
        "Ada huruf, satuan, atau dua angka di dalam satu sel.",
        "Tulis angkanya saja, mis. 1.234,5; satuan dan keterangan dipindahkan ke kolom lain.",
        fault="Angka tidak terbaca",
    ),
    "periode_terbaca": Sentence(
        "Periode dapat dibaca",
        "Periode ini tidak terbaca.",
        "Tulisan tahun, bulan, atau triwulan tidak lengkap atau salah ketik.",
        "Tulis periodenya lengkap, mis. 2024, Triwulan II 2024, atau Mei 2024.",
        fault="Periode tidak terbaca",
    ),
    "rincian_dikenal": Sentence(
        "Rincian dikenal",
        "Rincian ini tidak ada dalam daftar dataset.",
        "Salah ketik, atau ada golongan baru yang belum didaftarkan.",
        "Pakai tulisan yang ada dalam daftar; bila golongannya memang baru, sampaikan kepada walidata.",
        fault="Rincian tidak dikenal",
    ),
    "tingkat_dikenal": Sentence(
        "Tempat setiap baris di antara subtotal diketahui",
        "Kode baris ini kosong atau tidak cocok dengan tingkat mana pun.",
        "Salah ketik, atau kode dari daftar yang belum disebut kontrak.",
        "Isi kodenya seperti baris lain; bila kode baru memang ada, sampaikan kepada walidata.",
        fault="Tingkat baris tidak diketahui",
    ),
    "subtotal_cocok": Sentence(
        "Subtotal sama dengan jumlah baris terinci di bawahnya",
        "Subtotal ini tidak sama dengan jumlah baris terinci di bawahnya.",
        "Ada baris terinci yang hilang atau salah angka, atau rumus subtotal tidak mencakup semua baris.",
        "Periksa subtotal ini dan baris-baris di bawahnya.",
        fault="Subtotal tidak cocok",
    ),
    # ── codes with a list (found by transform.codes) ──
    "kode_utuh": Sentence(
        "Kode utuh seperti pada daftarnya",
        "Kode ini tidak tersusun sebagaimana mestinya.",
        "Excel mengubah kode menjadi angka atau tanggal, atau angka nolnya hilang atau bertambah saat disalin.",
        "Format kolom sebagai Teks, lalu ketik ulang kodenya lengkap dengan titik dan nolnya.",
        fault="Kode rusak",
    ),
    "kewenangan_kabupaten": Sentence(
        "Kegiatan milik kewenangan kabupaten",
        "Kode kewenangan daerah lain.",
        "Kode disalin dari nomenklatur provinsi atau daerah khusus, atau ruas keempatnya salah ketik.",
        "Pakai kode kabupaten/kota (ruas keempat 2) dari nomenklatur yang berlaku.",
        fault="Kode kewenangan daerah lain",
    ),
    "tingkat_kode": Sentence(
        "Semua kode setingkat",
        "Kode ini dari tingkat lain daripada baris-baris di sekitarnya.",
        "Baris jumlah ikut terkirim sebagai rincian, atau kodenya terpotong.",
        "Hapus baris jumlahnya, atau lengkapi kodenya sampai tingkat yang sama.",
        fault="Kode dari tingkat lain",
    ),
    "kode_dikenal": Sentence(
        "Kode ada dalam daftar",
        "Kode ini belum ada dalam daftar.",
        "Kode baru yang belum didaftarkan, atau salah ketik.",
        "SKPD: periksa kodenya. Walidata: bila benar, tambahkan ke daftar kode lalu jalankan `satudata migrate`.",
        fault="Kode belum terdaftar",
    ),
    "kode_baru": Sentence(
        "Sub rincian objek ada dalam daftar",
        "Sub rincian objek ini belum ada dalam daftar; semua tingkat di atasnya ada.",
        "Daftar rekening belum lengkap, atau salah ketik pada ruas terakhir.",
        "Tidak menahan rilis. SKPD: periksa kodenya. Walidata: lengkapi daftarnya lalu jalankan `satudata migrate`.",
        fault="Sub rincian objek belum terdaftar",
    ),
    "kode_berlaku": Sentence(
        "Kode berlaku pada periodenya",
        "Kode ini tidak berlaku pada periode datanya.",
        "Nomenklatur sudah diganti, atau periode berkas keliru.",
        "Pakai kode yang berlaku pada periode itu; bila memang demikian dokumennya, jelaskan kepada walidata.",
        fault="Kode tidak berlaku",
    ),
    "bidang_milik_skpd": Sentence(
        "Kegiatan dari bidang urusan SKPD-nya",
        "Bidang urusan kode ini bukan bidang SKPD-nya.",
        "Kode salah ketik, SKPD-nya tertukar, atau pemetaan urusan SKPD belum lengkap.",
        "Periksa kode dan SKPD-nya; bila memang benar, sampaikan kepada walidata agar pemetaannya dilengkapi.",
        fault="Bidang urusan bukan milik SKPD",
    ),
    "nama_sesuai_daftar": Sentence(
        "Nama sesuai kodenya",
        "Nama ini bukan nama kode itu dalam daftar.",
        "Kode atau namanya tertukar dengan baris lain, atau aplikasi memakai nama yang lain.",
        "Cocokkan kode dengan namanya; yang dimuat ialah kodenya.",
        fault="Nama tidak sesuai kode",
    ),
    "kode_rapi": Sentence(
        "Kode dan nama ditulis rapi",
        "Ada spasi atau pindah baris yang tidak perlu.",
        "Terbawa saat menyalin dari aplikasi atau dokumen lain.",
        "Hapus spasi dan pindah baris itu; sel ini sudah terbaca, jadi tidak perlu dikirim ulang hanya karenanya.",
        fault="Spasi atau pindah baris berlebih",
    ),
    "arah_dikenal": Sentence(
        "Arah indikator dikenal",
        "Arah indikator ini tidak jelas.",
        "Salah ketik, kolomnya bergeser, atau dua baris menyebut arah yang berlainan.",
        "Tulis naik (makin tinggi makin baik), turun (makin rendah makin baik) atau netral.",
        fault="Arah indikator tidak jelas",
    ),
    "satuan_rupiah": Sentence(
        "Besaran angka dalam rupiah",
        "Angka ini tampak dalam satuan lain daripada yang sudah dirilis.",
        "Berkas ditulis dalam ribuan atau jutaan rupiah, atau sebaliknya.",
        "Tulis angkanya dalam rupiah penuh lalu simpan kembali, atau minta walidata menyatakan satuannya pada kontrak "
        '(`scale: "1000"`); bila memang benar, jelaskan kepada walidata.',
        fault="Satuan angka tampak lain",
    ),
    # ── on every dataset ──
    "kunci_unik": Sentence(
        "Setiap angka hanya ditulis sekali",
        "{nama} {wilayah} {periode}{rincian} juga ditulis di sel {sel}{beda}.",
        "Baris tersalin dua kali, atau nama wilayah pada salah satu baris keliru.",
        "Sisakan satu baris yang benar; bila wilayahnya keliru, perbaiki namanya.",
        fault="Angka ditulis lebih dari sekali",
        general="Ada angka yang ditulis lebih dari sekali.",
    ),
    "data_pribadi": Sentence(
        "Tidak ada data pribadi",
        "Sel ini berisi data pribadi ({jenis}).",
        "Daftar nama orang ikut terkirim, padahal yang diminta hanya jumlahnya.",
        "Hapus NIK, nomor KK, nomor telepon, dan alamat e-mail dari berkas; kirim jumlahnya saja (UU 27/2022).",
        fault="Ada data pribadi",
        general="Ada sel yang berisi data pribadi.",
    ),
    "kontrol_jumlah": Sentence(
        "Kolom {kolom} sama dengan jumlah {bagian}",
        "Tertulis {tertulis}, sedangkan jumlah {bagian} di baris ini {terhitung} (selisih {selisih}).",
        "Salah satu angka keliru, atau rumus jumlah tidak mencakup semua kolom.",
        "Periksa angka-angka di baris ini dan rumus jumlahnya.",
        fault="Kolom jumlah tidak cocok",
        general="Kolom {kolom} tidak sama dengan jumlah {bagian}.",
    ),
    "baris_jumlah": Sentence(
        "Baris jumlah sama dengan jumlah baris-barisnya",
        "{nama}: pada baris jumlah tertulis {tertulis}, sedangkan jumlah baris-barisnya {terhitung} "
        "(selisih {selisih}).",
        "Ada baris yang terlewat atau angkanya tidak terbaca, atau rumus jumlah tidak mencakup semua baris.",
        "Periksa rumus pada baris jumlah dan baris-baris di atasnya.",
        fault="Baris jumlah tidak cocok",
        general="Baris jumlah tidak sama dengan jumlah baris-barisnya.",
    ),
    # ── rules of contracts ──
    "not_null": Sentence(
        "{kolom} terisi",
        "Sel ini kosong, padahal wajib terisi.",
        "Angkanya belum ada ketika berkas disimpan, atau terhapus.",
        "Isi angkanya. Bila memang nol, tulis 0; bila belum ada, sepakati tandanya dengan walidata.",
        fault="Sel kosong",
    ),
    "not_negative": Sentence(
        "{kolom} tidak kurang dari nol",
        "Angka ini kurang dari nol.",
        "Tanda minus terketik, atau rumus pengurangan terbalik.",
        "Perbaiki angkanya menjadi nol atau lebih.",
        fault="Angka kurang dari nol",
    ),
    "between": Sentence(
        "{kolom} {batas}",
        "Angka ini di luar batas wajar ({batas}).",
        "Salah ketik, koma atau titik bergeser, atau satuannya berbeda dari yang diminta.",
        "Periksa angka dan satuannya, lalu perbaiki; bila memang benar, sampaikan alasannya kepada walidata.",
        fault="Angka di luar batas",
    ),
    "in_set": Sentence(
        "{kolom} salah satu dari daftar",
        "Isi ini tidak ada dalam daftar: {daftar}.",
        "Salah ketik, singkatan lain, atau golongan baru.",
        "Pakai tulisan yang ada dalam daftar; bila golongannya memang baru, sampaikan kepada walidata.",
        fault="Isi di luar daftar",
    ),
    "matches": Sentence(
        "{kolom} sesuai pola",
        "Tulisan ini tidak sesuai pola yang diminta ({pola}).",
        "Salah ketik, atau Excel mengubah tulisan menjadi angka atau tanggal.",
        "Format sel sebagai Teks, lalu ketik ulang isinya.",
        fault="Tulisan tidak sesuai pola",
    ),
    "max_length": Sentence(
        "{kolom} paling panjang {panjang} huruf",
        "Tulisan ini lebih panjang dari {panjang} huruf.",
        "Keterangan tambahan ikut tertulis di sel ini.",
        "Pendekkan tulisannya; pindahkan keterangan ke kolom lain.",
        fault="Tulisan terlalu panjang",
    ),
    "unique": Sentence(
        "{kolom} tidak berulang",
        "Isi yang sama juga ada di {baris}.",
        "Baris tersalin dua kali, atau salah satunya salah ketik.",
        "Hapus baris yang berulang, atau perbaiki isinya.",
        fault="Isi berulang",
        general="Isi yang sama tertulis lebih dari sekali.",
    ),
    "every_wilayah": Sentence(
        "Setiap {tingkat} ada",
        "{wilayah} {kurang} untuk periode {periode}.",
        "Barisnya terlewat, atau nama wilayahnya salah ketik sehingga tidak dikenali.",
        "Tambahkan barisnya; bila memang tidak ada datanya, tulis wilayahnya dan beri tanda - pada angkanya.",
        fault="Wilayah tidak lengkap",
        general="Ada {tingkat} yang tidak ada atau tidak lengkap.",
    ),
    "parts_sum": Sentence(
        "{kolom} sama dengan jumlah {bagian}",
        "Tertulis {tertulis}, sedangkan jumlah {bagian} di baris ini {terhitung} (selisih {selisih}).",
        "Salah satu angka keliru, atau rumus jumlah tidak mencakup semua kolom.",
        "Periksa angka-angka di baris ini dan rumus jumlahnya.",
        fault="Jumlah bagian tidak cocok",
        general="{kolom} tidak sama dengan jumlah {bagian}.",
    ),
    "children_sum": Sentence(
        "Angka wilayah sama dengan jumlah wilayah di bawahnya",
        "{nama} {wilayah} tertulis {tertulis}, sedangkan jumlah {banyak} wilayah di bawahnya {terhitung} "
        "(selisih {selisih}).",
        "Salah satu angka keliru, atau angka induk diambil dari sumber lain.",
        "Cocokkan angka induk dengan rinciannya, lalu perbaiki yang keliru.",
        fault="Jumlah wilayah bawahan tidak cocok",
        general="Angka wilayah tidak sama dengan jumlah wilayah di bawahnya.",
    ),
    "change_within": Sentence(
        "Perubahan dari tahun lalu paling banyak {persen}%",
        "{nama} berubah {perubahan} dari tahun lalu: {lalu} menjadi {kini}.",
        "Ada kejadian nyata, definisi atau cakupan berubah, atau angkanya salah ketik.",
        "Periksa angkanya; bila memang benar, jelaskan sebabnya kepada walidata.",
        fault="Berubah banyak dari tahun lalu",
        general="Angka berubah lebih dari {persen}% dari tahun lalu.",
    ),
}

COULD_NOT_RUN = Sentence(
    "{judul}",
    "Pemeriksaan ini tidak dapat dijalankan, jadi kiriman belum dapat diterima: {galat}",
    "Aturan dalam kontrak dataset tidak cocok dengan kolomnya, atau ada kesalahan pada sistem pemeriksa.",
    "SKPD tidak perlu berbuat apa-apa: Diskominfo memperbaiki aturannya lalu memeriksa ulang berkas ini.",
)
"""For a rule whose expectation raised: a check that could not run must not pass."""


HEADINGS: dict[str, str] = {
    "ambang_karantina": "Terlalu banyak baris yang salah",
    "baris_disambung": "Sel yang terpecah disambung",
    "baris_tidak_rata": "Jumlah sel tidak sama di semua baris",
    "berkas_kembar": "Isi sama dengan berkas lain",
    "berkas_kosong": "Berkas kosong",
    "berkas_kunci_office": "Berkas kunci Office, bukan datanya",
    "berkas_rusak": "Berkas rusak",
    "berkas_terkunci_sandi": "Berkas terkunci kata sandi",
    "bukan_lembar_kerja": "Bukan berkas Excel atau CSV",
    "byte_nul": "Berkas bukan teks",
    "entitas_xml": "XML memuat entitas",
    "html_tidak_ditutup": "Halaman mungkin terpotong",
    "isi_zip": "Isi zip tidak jelas",
    "jalur_zip": "Zip hendak menulis di luar tempatnya",
    "json_rusak": "JSON tidak sah",
    "kepala_ditemukan": "Kepala tabel tidak di tempatnya",
    "kepala_terbaca": "Judul kolom tidak terbaca",
    "kolom_baru": "Ada kolom baru",
    "kolom_ganda": "Judul kolom dipakai dua kali",
    "kolom_wajib": "Kolom wajib tidak ada",
    "kueri_ditolak": "Basis data berubah susunannya",
    "kunci_ganda": "Nama kolom ditulis dua kali",
    "lembar_ada": "Lembar tidak ditemukan",
    "letak_data": "Letak data tidak dapat dipastikan",
    "pengodean": "Huruf tidak terbaca sebagaimana mestinya",
    "rekonsiliasi": "Angka yang harus cocok berselisih",
    "satu_tabel": "Ada dua tabel di satu lembar",
    "susunan_kontrak": "Kontrak tidak cocok dengan lembarnya",
    "tabel_berisi": "Tabel tidak berisi data",
    "tanpa_baris": "Tidak ada baris data",
    "terlalu_besar": "Berkas terlalu besar",
    "tersembunyi": "Ada yang disembunyikan",
    "xml_rusak": "XML tidak sah",
}
"""What is wrong in a few words, for findings on files: their rules are named after what should hold."""


def sentence(rule: str) -> Sentence:
    """The sentences of a rule; a rule without its own gets plain ones, so that no finding is without words."""
    return SENTENCES.get(rule) or Sentence(
        rule.replace("_", " ").capitalize(),
        "Isi ini tidak lolos pemeriksaan.",
        "Salah ketik atau salah salin.",
        "Periksa dan perbaiki isinya, lalu simpan kembali.",
        fault=HEADINGS.get(rule) or rule.replace("_", " ").capitalize(),
    )


def fill(text: str, **values: str) -> str:
    """Braces with a known name are replaced; others (a pattern's `{4}`, a contract's own) stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda gap: values.get(gap[1], gap[0]), text)


def number(value: float | None) -> str:
    """1234.5 → `1.234,5`, as Indonesians write it; at most six decimals, no empty ones; `kosong` for none."""
    if value is None or value != value:
        return "kosong"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).translate(str.maketrans(",.", ".,"))


_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_ROMAN = ("I", "II", "III", "IV")


def period(code: str) -> str:
    """A period code in words: `2024-Q2` → `Triwulan II 2024`, `2024-05` → `Mei 2024`."""
    year, _, rest = code.partition("-")
    if match := re.fullmatch(r"([SQ])([1-4])", rest):
        return f"{'Semester' if match[1] == 'S' else 'Triwulan'} {_ROMAN[int(match[2]) - 1]} {year}"
    if match := re.fullmatch(r"(0[1-9]|1[0-2])(?:-(\d\d))?", rest):
        day = f"{int(match[2])} " if match[2] else ""
        return f"{day}{_MONTHS[int(match[1]) - 1]} {year}"
    return code


def words(parts: list[str] | tuple[str, ...], most: int = 6) -> str:
    """`a, b, dan c`; a long list is cut and says how many more there are."""
    shown = list(parts[:most])
    if len(parts) > most:
        return f"{', '.join(shown)}, dan {len(parts) - most} lainnya"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} dan {shown[-1]}" if shown else ""
