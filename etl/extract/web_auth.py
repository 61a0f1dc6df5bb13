"""How a web service's login is sent, and how it is kept out of everything that is written."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus, urlsplit

from etl.extract.connections import Connection, lookup
from etl.extract.problems import unavailable
from etl.findings import SourceUnavailable
from etl.sources import AnyWebSource, BpsSource, CkanSource

HIDDEN = "***"
"""What stands in an archived answer where a service wrote our own key into it."""

SHORTEST_KEY = 8
"""Characters from which a key is looked for in answers; shorter ones are found only as `name=key`, since data hold
such texts by chance."""

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class OAuth:
    """Client credentials (RFC 6749, 4.4)."""

    url: str
    client: str
    secret: str = field(repr=False)
    scope: str = ""


@dataclass(frozen=True)
class Login:
    """What goes along with every request. connection: its name for findings, `` when there is none."""

    connection: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    params: dict[str, str] = field(default_factory=dict, repr=False)
    oauth: OAuth | None = None
    ca_bundle: str = ""
    passwords: tuple[str, ...] = field(default=(), repr=False)
    """Secrets of a person's choosing: masked in what is quoted, never looked for in data."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """Secrets made by a machine: masked in answers, too."""

    def mask(self, text: str) -> str:
        """A text of the service's that will be quoted, without any form of a secret."""
        forms = sorted(_forms((*self.passwords, *self.keys)), key=len, reverse=True)
        for form in forms:
            text = text.replace(form, HIDDEN)
        return text

    def eraser(self) -> Eraser:
        """For one answer's bytes."""
        forms = _forms(key for key in self.keys if len(key) >= SHORTEST_KEY)
        named = {f"{quote_plus(name)}={form}" for name, key in self.params.items() for form in _forms((key,))}
        return Eraser({form.encode() for form in forms | named})


class Eraser:
    """Replaces secrets in a stream of bytes, also where one lies across two pieces."""

    def __init__(self, forms: set[bytes]) -> None:
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first))) if forms else None
        self._keep = len(longest_first[0]) - 1 if forms else 0
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        if self._pattern is None:
            return piece
        clean = self._pattern.sub(HIDDEN.encode(), self._rest + piece)
        cut = max(len(clean) - self._keep, 0)
        self._rest = clean[cut:]
        return clean[:cut]

    def end(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest


def _forms(secrets: Iterable[str]) -> set[str]:
    """As written, percent-encoded (either case of the digits, `+` for a blank) and as JSON writes it."""
    forms = set()
    for secret in secrets:
        percent = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
        lower = {re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), form) for form in percent}
        in_json = json.dumps(secret)[1:-1]
        forms |= {secret, *percent, *lower, in_json, in_json.replace("/", "\\/")}
    return forms - {""}


def login_for(source: AnyWebSource) -> Login:
    """The login of a source's connection, to be sent to the source's own server and no other.

    Raises SourceUnavailable when the connection is unknown, incomplete or made for another server.
    """
    if source.connection is None:
        return Login()
    connection = lookup(source.connection)
    _same_server(connection, source.url)
    login = Login(connection.name, ca_bundle=str(connection.extra.get("ca_bundle") or ""))
    mode = str(connection.extra.get("auth") or _usual(connection, source))
    password = connection.password
    if mode == "":
        return login
    if not password:
        raise _incomplete(connection, "kata sandi atau kuncinya kosong")
    match mode:
        case "basic":
            pair = base64.b64encode(f"{connection.login}:{password}".encode()).decode()
            return replace(login, headers={"Authorization": f"Basic {pair}"}, passwords=(password,), keys=(pair,))
        case "bearer":
            _sendable(connection, password)
            return replace(login, headers={"Authorization": f"Bearer {password}"}, keys=(password,))
        case "api_key":
            return _api_key(connection, source, login)
        case "oauth2":
            url = str(connection.extra.get("token_url", ""))
            if urlsplit(url).scheme not in PORTS or not connection.login:
                raise _incomplete(
                    connection, "oauth2 perlu login (client id), sandi (client secret) dan extra.token_url"
                )
            pair = base64.b64encode(f"{quote_plus(connection.login)}:{quote_plus(password)}".encode()).decode()
            oauth = OAuth(url, connection.login, password, str(connection.extra.get("scope", "")))
            return replace(login, oauth=oauth, keys=(password, pair))
        case _:
            raise _incomplete(connection, f"extra.auth «{mode}» bukan basic, bearer, api_key atau oauth2")


def _usual(connection: Connection, source: AnyWebSource) -> str:
    if isinstance(source, BpsSource) and connection.password:
        return "api_key"
    if connection.login and connection.password:
        return "basic"
    if connection.login or connection.password:
        raise _incomplete(connection, "hanya login atau hanya sandi yang diisi, tanpa extra.auth")
    return ""


def _api_key(connection: Connection, source: AnyWebSource, login: Login) -> Login:
    """The key as parameter or header; what BPS and CKAN call it is known."""
    key = connection.password
    usual = {BpsSource: ("key", "query"), CkanSource: ("Authorization", "header")}.get(type(source))
    name, place = usual or ("X-API-Key", "header")
    name = str(connection.extra.get("name") or name)
    place = str(connection.extra.get("in") or place)
    if place == "query":
        return replace(login, params={name: key}, keys=(key,))
    if place != "header":
        raise _incomplete(connection, f"extra.in «{place}» bukan header atau query")
    _sendable(connection, key)
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise _incomplete(connection, "extra.name bukan nama header")
    return replace(login, headers={name: key}, keys=(key,))


def _sendable(connection: Connection, secret: str) -> None:
    if not secret.isascii() or not secret.isprintable() or secret != secret.strip():
        raise _incomplete(connection, "kuncinya memuat spasi di tepi, baris baru, atau huruf yang bukan ASCII")


def _same_server(connection: Connection, url: str) -> None:
    """A contract names the server, the connection the password: together only if the connection says so, too."""
    if not connection.host:
        return
    there = urlsplit(connection.host if "://" in connection.host else f"//{connection.host}")
    here = urlsplit(url)
    port = connection.port or there.port
    if (there.hostname or "") == (here.hostname or "") and port in (None, here.port or PORTS[here.scheme]):
        return
    raise unavailable(
        "koneksi_bukan_untuk_server",
        f"Koneksi «{connection.name}» dibuat untuk server lain daripada {here.netloc}; kuncinya tidak dikirim ke sana.",
        "Alamat pada kontrak atau host pada koneksi salah tulis, atau layanannya pindah server.",
        f"Samakan host pada {connection.variable} dengan `source.url` pada kontrak, atau kosongkan host koneksi itu.",
        file=connection.name,
    )


def _incomplete(connection: Connection, what: str) -> SourceUnavailable:
    return unavailable(
        "koneksi_tidak_sah",
        f"Koneksi «{connection.name}» belum lengkap: {what}.",
        "Cara masuk layanan web ditulis pada extra koneksi, kuncinya pada sandi (password).",
        f"Lengkapi {connection.variable}; lihat docs/sumber.md bagian layanan web.",
        file=connection.name,
    )
