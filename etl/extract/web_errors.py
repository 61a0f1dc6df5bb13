"""What went wrong with a web service, in the words of findings: try again, or let the contract be repaired."""

from __future__ import annotations

import email.utils
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from etl.extract.problems import refused, shown, unavailable
from etl.extract.web_auth import Login
from etl.extract.web_transport import SLOWEST, Unpacking
from etl.extract.web_words import told as told_in
from etl.findings import Owner, Refused, SourceUnavailable
from etl.sources import AnyWebSource

if TYPE_CHECKING:
    from etl.extract.web_client import Page

_AGAIN = "Akan dicoba lagi pada putaran berikut; data sebelumnya tetap berlaku."


@dataclass(frozen=True)
class Failure:
    """A request without an answer. again: whether asking once more may help."""

    problem: SourceUnavailable | Refused
    again: bool = True


def wait_told(header: str) -> float | None:
    """Seconds from now that a Retry-After header asks for, as a number or a date; None when it does not say."""
    header = header.strip()
    if header.isdecimal():
        return float(header[:9])
    try:
        return max(email.utils.parsedate_to_datetime(header).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass(frozen=True)
class Told:
    """Findings about one source. name: the source in them."""

    name: str
    login: Login
    source: AnyWebSource

    # ── no answer ────────────────────────────────────────────────────────────────────────────────────────────────────

    def failure(self, error: Exception, began: bool) -> Failure:
        """What a library's error means. began: whether the answer had begun."""
        certificate = _certificate_problem(error)
        if certificate is not None:
            return Failure(self._certificate(certificate), again=False)
        if isinstance(error, httpx.TimeoutException):
            return Failure(self._too_slow(began))
        if isinstance(error, Unpacking) or (began and isinstance(error, httpx.TransportError)):
            return Failure(self.cut_off("sambungan terputus di tengah jawaban, atau isinya tidak terbuka"))
        if isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | httpx.UnsupportedProtocol) or (
            isinstance(error, ValueError) and not isinstance(error, httpx.HTTPError)
        ):
            return Failure(self._unsendable(error), again=False)
        return Failure(
            unavailable(
                "layanan_tidak_terjangkau",
                f"Server layanan {self._host} tidak dapat dihubungi ({type(error).__name__}).",
                "Server mati, namanya tidak dikenal, atau jaringan ke sana terputus.",
                f"{_AGAIN} Bila terus terjadi, hubungi pengelola layanan itu.",
                file=self.name,
            )
        )

    def _too_slow(self, began: bool) -> SourceUnavailable:
        seconds = self.source.timeout_seconds
        how = (
            f"mengirim jawabannya lebih lambat daripada {SLOWEST // 1024} KB per detik"
            if began
            else f"tidak menjawab dalam {seconds} detik"
        )
        return unavailable(
            "layanan_tidak_menjawab",
            f"Layanan {self._host} {how}.",
            "Layanan sedang sibuk atau macet, atau yang diminta terlalu banyak sekaligus.",
            f"{_AGAIN} Bila terus terjadi, minta lebih sedikit sekaligus atau naikkan `timeout_seconds` di kontrak.",
            file=self.name,
        )

    def _certificate(self, problem: str) -> SourceUnavailable:
        return unavailable(
            "sertifikat_tidak_sah",
            f"Sertifikat layanan {self._host} tidak dapat dipercaya: {problem}. Tidak ada yang dikirim ke sana.",
            "Sertifikat kedaluwarsa atau dibuat sendiri, atau yang menjawab bukan server yang dituju.",
            "Minta pengelola layanan memperbaiki sertifikatnya; bila memakai otoritas sendiri, tulis berkasnya pada "
            "extra.ca_bundle koneksi.",
            file=self.name,
        )

    def _unsendable(self, error: Exception) -> Refused:
        return self.contract(
            "permintaan_tidak_sah",
            f"Permintaan ke layanan {self._host} tidak dapat dikirim ({type(error).__name__}).",
            "Alamat, header, atau kunci memuat huruf yang tidak boleh ada di sana.",
            "Periksa `url`, `params` dan `headers` pada kontrak, serta koneksinya.",
        )

    def cut_off(self, how: str) -> SourceUnavailable:
        return unavailable(
            "jawaban_terpotong",
            f"Jawaban layanan {self._host} tidak utuh: {how}.",
            "Jaringan terputus, atau layanan berhenti di tengah pengiriman.",
            f"{_AGAIN} Bila terus terjadi, minta lebih sedikit per halaman.",
            file=self.name,
        )

    # ── an answer that is none ───────────────────────────────────────────────────────────────────────────────────────

    def busy(self, page: Page, wait: float | None) -> SourceUnavailable:
        until = "" if wait is None else f" dan meminta ditunggu {round(wait)} detik"
        many = page.status == 429
        return unavailable(
            "layanan_sibuk",
            f"Layanan {self._host} menjawab HTTP {page.status}{until}.{self._quoted(page)}",
            "Terlalu banyak permintaan dalam waktu singkat."
            if many
            else "Layanan sedang rusak, sibuk atau dipelihara.",
            _AGAIN + (" Bila sering terjadi, turunkan `per_minute` pada kontrak." if many else ""),
            file=self.name,
        )

    def no_access(self, page: Page) -> SourceUnavailable:
        return self.denied(f"menjawab HTTP {page.status}", told_in(self._body(page)))

    def no_token(self, status: int, said: str) -> SourceUnavailable:
        return self.denied(f"tidak memberi token OAuth2 (HTTP {status})", told_in(said))

    def denied(self, how: str, saying: str) -> SourceUnavailable:
        """saying: the service's own words."""
        connection = self.login.connection
        return unavailable(
            "akses_ditolak",
            f"Layanan {self._host} menolak permintaan: {how}.{self._saying(saying)}",
            f"Kunci atau sandi pada koneksi «{connection}» salah, habis masa berlakunya, atau alamat kita diblokir."
            if connection
            else "Layanan itu meminta kunci, atau alamat kita diblokir; kontrak ini tidak menyebut koneksi.",
            f"Periksa koneksi «{connection}» (AIRFLOW_CONN_{connection.upper()}) bersama pengelola layanan."
            if connection
            else "Tanyakan cara masuknya kepada pengelola layanan, lalu tulis `connection` pada kontrak.",
            file=self.name,
        )

    def not_there(self, page: Page) -> Refused:
        return self.contract(
            "alamat_tidak_ditemukan",
            f"Layanan {self._host} tidak mengenal alamat yang diminta (HTTP {page.status}).{self._quoted(page)}",
            "Alamat pada kontrak salah tulis, atau layanan memindahkan atau menghapus datanya.",
            "Buka alamat itu di peramban, lalu betulkan `source` pada kontrak.",
        )

    def not_understood(self, page: Page) -> Refused:
        return self.contract(
            "permintaan_ditolak",
            f"Layanan {self._host} menolak isi permintaan (HTTP {page.status}).{self._quoted(page)}",
            "Parameter pada kontrak tidak (lagi) dikenal layanan itu.",
            "Cocokkan `params`, `headers` dan `paging` pada kontrak dengan petunjuk layanan itu.",
        )

    def service_error(self, saying: str) -> SourceUnavailable:
        """An error that came as HTTP 200."""
        return unavailable(
            "layanan_menjawab_galat",
            f"Jawaban layanan {self._host} adalah pesan galat, bukan data.{self._saying(saying)}",
            "Layanan mengirim galatnya seperti jawaban biasa (HTTP 200).",
            f"{_AGAIN} Bila terus terjadi, sampaikan pesan itu kepada pengelola layanan.",
            file=self.name,
        )

    def web_page(self, saying: str) -> SourceUnavailable:
        return unavailable(
            "jawaban_halaman_web",
            f"Jawaban layanan {self._host} adalah halaman web (HTML), bukan data.{self._saying(saying)}",
            "Halaman masuk, pemeliharaan, atau penjaga keamanan (WAF) menjawab sebagai ganti layanannya.",
            f"{_AGAIN} Bila terus terjadi, periksa koneksi dan alamatnya bersama pengelola layanan.",
            file=self.name,
        )

    def nothing(self, what: str) -> SourceUnavailable:
        return unavailable(
            "jawaban_kosong",
            f"Layanan {self._host} menjawab tanpa isi: {what}.",
            "Datanya belum ada untuk yang diminta, atau layanan sedang bermasalah.",
            f"{_AGAIN} Bila terus terjadi, periksa `params` dan `records` pada kontrak.",
            file=self.name,
        )

    # ── the contract asks for what cannot be given ───────────────────────────────────────────────────────────────────

    def too_large(self) -> Refused:
        return self.contract(
            "terlalu_besar",
            f"Jawaban layanan {self._host} melebihi {self.source.max_mb} MB; pengambilan dihentikan.",
            "Yang diminta terlalu banyak, atau layanan tidak berhenti mengirim.",
            "Persempit `params` (tahun, wilayah), atau naikkan `max_mb` pada kontrak bila datanya memang sebesar itu.",
        )

    def redirected_away(self, server: str) -> Refused:
        return self.contract(
            "dialihkan_ke_server_lain",
            f"Layanan {self._host} mengalihkan ke server lain ({shown(server)}); tidak diikuti.",
            "Layanan pindah alamat, atau jawabannya dibelokkan ke halaman masuk atau ke server yang tidak dikenal.",
            "Pastikan alamat barunya kepada pengelola layanan, lalu tulis sebagai `url` pada kontrak.",
        )

    def redirected_in_circles(self) -> Refused:
        return self.contract(
            "dialihkan_berputar",
            f"Layanan {self._host} terus-menerus mengalihkan alamat yang diminta.",
            "Layanan meminta masuk lebih dulu, atau salah atur.",
            "Buka alamat itu di peramban dan tulis alamat akhirnya sebagai `url` pada kontrak.",
        )

    def contract(self, rule: str, message: str, cause: str, action: str, *, value: str = "") -> Refused:
        """A refusal that Diskominfo's engineer mends, in the contract."""
        return refused(
            rule, message, cause, action, file=self.name, value=self.login.mask(value), owner=Owner.DISKOMINFO
        )

    # ── quoting ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _host(self) -> str:
        return shown(httpx.URL(self.source.url).host)

    def _body(self, page: Page) -> str:
        return page.head.decode(page.charset or "utf-8", "replace")

    def _quoted(self, page: Page) -> str:
        return self._saying(told_in(self._body(page)))

    def _saying(self, saying: str) -> str:
        saying = shown(self.login.mask(saying))
        return f" Katanya: «{saying}»." if saying else ""


def bad_bundle(login: Login) -> SourceUnavailable:
    return unavailable(
        "koneksi_tidak_sah",
        f"Berkas otoritas sertifikat (extra.ca_bundle) koneksi «{login.connection}» tidak dapat dibaca.",
        "Berkasnya tidak ada di mesin ini, atau bukan sertifikat PEM.",
        f"Betulkan extra.ca_bundle pada AIRFLOW_CONN_{login.connection.upper()}.",
        file=login.connection,
    )


def _certificate_problem(error: BaseException | None) -> str | None:
    """What OpenSSL has against the server's certificate, if that is what happened."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            said = error.verify_message.lower()
            if "hostname mismatch" in said or "ip address mismatch" in said:
                return "dibuat untuk nama server lain"
            if "expired" in said:
                return "sudah kedaluwarsa"
            if "not yet valid" in said:
                return "belum berlaku"
            if "self" in said or "local issuer" in said or "verify the first" in said:
                return "tidak dijamin oleh otoritas yang dikenal"
            return shown(error.verify_message)
        error = error.__cause__ or error.__context__
    return None
