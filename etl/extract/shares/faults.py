"""Why a share could not be read, in one vocabulary for all protocols, and the sentence for each reason.

Drivers' own messages are never repeated: some quote addresses, names and even headers that hold a secret.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import urlsplit

from etl.extract.connections import Connection
from etl.extract.problems import public_url, unavailable, visible
from etl.findings import SourceUnavailable

TIMEOUT = 10
"""Seconds to connect, and seconds of silence while reading: a dead server must not hold up the other agencies."""


class Why(StrEnum):
    """What kept us out. The first group concerns the whole share, the second one folder or file in it."""

    SETTING = "pengaturan"
    HOST = "server"
    CERTIFICATE = "sertifikat"
    HOST_KEY = "kunci"
    LOGIN = "login"
    MOVED = "pengalihan"

    MISSING = "tidak ada"
    DENIED = "tidak boleh"
    BUSY = "dipakai"
    LOST = "terputus"


WHOLE_SHARE = frozenset({Why.SETTING, Why.HOST, Why.CERTIFICATE, Why.HOST_KEY, Why.LOGIN, Why.MOVED})


class Fault(OSError):
    """A share said no. detail: an Indonesian sentence without a full stop that says more, never a driver's text."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.detail = detail


def common(error: BaseException) -> Fault | None:
    """The fault behind an exception that any driver may raise: of sockets, TLS or the operating system."""
    for cause in _chain(error):
        match cause:
            case Fault():
                return cause
            case ssl.SSLCertVerificationError():
                return Fault(Why.CERTIFICATE, certificate(cause.verify_message))
            case ssl.SSLError():
                return Fault(Why.HOST, "Server tidak berbicara TLS yang dikenal")
            case socket.gaierror():
                return Fault(Why.HOST, "Nama server tidak dikenal")
            case ConnectionRefusedError():
                return Fault(Why.HOST, "Server menyala tetapi menolak sambungan pada port itu")
            case TimeoutError():
                return Fault(Why.HOST, f"Server tidak menjawab dalam {TIMEOUT} detik")
            case FileNotFoundError() | NotADirectoryError():
                return Fault(Why.MISSING)
            case PermissionError():
                return Fault(Why.DENIED)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def certificate(text: str) -> str:
    """What is wrong with a certificate, from OpenSSL's (or curl's) words."""
    text = text.lower()
    if "hostname mismatch" in text or "ip address mismatch" in text or "does not match" in text:
        return "Sertifikat itu milik nama server lain"
    if "expired" in text:
        return "Sertifikatnya sudah kedaluwarsa"
    return "Sertifikatnya buatan sendiri atau dari penerbit yang tidak dikenal"


def unreachable(url: str, connection: Connection | None, fault: Fault) -> SourceUnavailable:
    """The finding on a whole folder. Says which setting to look at; never the password, never a driver's words."""
    setting = connection.variable if connection else "`connection` di datasets/skpd.yaml (kini kosong)"
    server = url
    if connection and url.startswith("s3://"):  # there the address names only the bucket
        server = str(connection.extra.get("endpoint_url") or url)
        setting = f"{setting} (juga extra.endpoint_url)"
    host = urlsplit(server).netloc.rpartition("@")[2]
    return unavailable(*_sentences(public_url(url), visible(host), setting, fault))


def _sentences(folder: str, host: str, setting: str, fault: Fault) -> tuple[str, str, str, str]:
    """Rule, message, cause, action."""
    detail = fault.detail
    match fault.why:
        case Why.SETTING:
            return (
                "pengaturan_folder",
                f"Folder {folder} belum dapat dibuka: {detail[:1].lower()}{detail[1:]}.",
                "Pengaturan sambungannya belum lengkap atau tidak sesuai.",
                f"Lengkapi {setting} dan `folder` di datasets/skpd.yaml.",
            )
        case Why.HOST:
            return (
                "server_tidak_terjangkau",
                f"Server {host} tidak terjangkau, jadi folder {folder} tidak terbaca.",
                f"{detail}.",
                "Akan dicoba lagi; bila terus terjadi, periksa nama server dan port di datasets/skpd.yaml dan "
                f"{setting}, lalu jaringan, VPN dan tembok api.",
            )
        case Why.CERTIFICATE:
            return (
                "sertifikat_tidak_sah",
                f"Sertifikat TLS server {host} tidak sah; sandi tidak dikirim.",
                f"{detail}, atau ada yang menyadap sambungan.",
                "Minta pengelola server memasang sertifikat yang sah. Bila penerbitnya milik pemda sendiri, taruh "
                f"sertifikat penerbit itu di server pipeline dan tulis letaknya pada extra.ca_bundle di {setting}.",
            )
        case Why.HOST_KEY:
            return (
                "kunci_server_tidak_dikenal",
                f"Server {host} menunjukkan kunci SSH yang tidak dikenal; sandi tidak dikirim. {detail}",
                "Kunci server itu belum dicatat, servernya diganti, atau ada yang menyadap sambungan.",
                "Cocokkan sidik itu dengan pengelola server (lewat telepon, bukan lewat server itu), lalu tulis "
                f"kuncinya pada extra.host_key di {setting}.",
            )
        case Why.LOGIN:
            return (
                "login_ditolak",
                f"Server {host} menolak login untuk folder {folder}.",
                detail + "." if detail else "Nama pengguna atau sandi salah, kedaluwarsa, atau akunnya terkunci.",
                f"Periksa nama pengguna dan sandi (atau kunci) di {setting}; bila perlu minta yang baru kepada "
                "pengelola server.",
            )
        case Why.MOVED:
            return (
                "pengalihan_ditolak",
                f"Server {host} mengalihkan ke alamat lain; tidak diikuti agar sandi tidak sampai ke pihak lain.",
                f"{detail}.",
                "Bila alamat folder memang pindah, tulis alamat barunya di datasets/skpd.yaml.",
            )
        case Why.MISSING:
            return (
                "folder_tidak_terbaca",
                f"Folder {folder} tidak ada.",
                "Folder berganti nama atau dipindah, nama bagian (share, bucket) salah tulis, atau berbagi jaringannya "
                "tidak tersambung.",
                "Periksa nama folder di datasets/skpd.yaml dan sambungan folder bersama; lalu jalankan lagi.",
            )
        case Why.DENIED:
            return (
                "folder_tidak_terbaca",
                f"Folder {folder} tidak boleh dibaca.",
                "Hak akses akun pipeline pada folder itu dicabut atau belum diberikan.",
                f"Minta pengelola folder memberi hak baca kepada akun di {setting}; lalu jalankan lagi.",
            )
        case _:
            return (
                "folder_tidak_terbaca",
                f"Folder {folder} tidak dapat dijangkau.",
                f"{detail or 'Jaringan atau layanan penyimpanan terganggu'}.",
                "Akan dicoba lagi; bila terus terjadi, periksa alamat folder di datasets/skpd.yaml dan jaringannya.",
            )
