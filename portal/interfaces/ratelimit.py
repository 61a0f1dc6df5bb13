"""How often one address may have answers made: a bucket of tokens each, in this process.

An answer that stands ready costs no token. Headers are those of the IETF's draft "RateLimit header fields for HTTP".
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.interfaces.api_problem import Problem

MOST_CLIENTS = 50_000
"""Of whom a bucket is remembered; whoever has not asked for longest is forgotten first, with a full one."""
NAME = "jawaban"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Limiter:
    """rate: tokens a second; burst: tokens that a bucket holds. clock: seconds, never turned back."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst = rate, burst
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def policy(self) -> str:
        return f'"{NAME}";q={self.burst};w={math.ceil(self.burst / self.rate)}'

    def left(self, client: str) -> float:
        with self._lock:
            return self._left(client)

    def take(self, client: str) -> bool:
        """Takes a token; False where there is none."""
        with self._lock:
            left = self._left(client)
            allowed = left >= 1
            self._buckets[client] = (left - allowed, self._clock())
            self._buckets.move_to_end(client)
            if len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
            return allowed

    def _left(self, client: str) -> float:
        left, since = self._buckets.get(client, (float(self.burst), self._clock()))
        return min(float(self.burst), left + (self._clock() - since) * self.rate)

    def state(self, client: str) -> str:
        """What remains, and in how many seconds the bucket is full again."""
        left = self.left(client)
        return f'"{NAME}";r={int(left)};t={math.ceil((self.burst - left) / self.rate)}'


@cache
def limiter() -> Limiter | None:
    """This process's; None where the settings ask for none."""
    return Limiter(settings.API_RATE, settings.API_BURST) if settings.API_RATE else None


@cache
def _proxies() -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in settings.PROXIES)


def client_of(request: HttpRequest) -> str:
    """The address that asks: of an IPv6 address the network that one household has. X-Forwarded-For is believed where a
    proxy of ours wrote it, from its end back to the first address that is no proxy of ours."""
    return address_behind(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""), _proxies())


def address_behind(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    address = _address(peer)
    while address is not None and hops and any(address in network for network in proxies):
        found = _address(hops.pop())
        if found is None:
            break
        address = found
    if address is None:
        return peer[:60]
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def gate(request: HttpRequest) -> HttpResponse | None:
    """Asked before an answer is made: None lets it be made."""
    limit = limiter()
    if limit is None or limit.take(client_of(request)):
        return None
    wait = max(1, math.ceil(1 / limit.rate))
    response = Problem(
        429, f"Paling banyak {limit.rate:g} jawaban baru per detik dari satu alamat. Cobalah lagi {wait} detik lagi."
    ).response()
    response["Retry-After"] = str(wait)
    return response


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """Puts the limit and what remains of it on an answer."""
    limit = limiter()
    if limit is not None:
        response["RateLimit-Policy"] = limit.policy
        response["RateLimit"] = limit.state(client_of(request))
