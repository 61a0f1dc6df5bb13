"""How often one address may have answers made."""

from __future__ import annotations

import ipaddress

import httpx
import pytest

from portal.interfaces.ratelimit import Limiter, address_behind
from tests.portal.conftest import reader_dsn, served


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_bucket_empties_and_fills_again():
    clock = Clock()
    limiter = Limiter(2, 3, clock)
    assert [limiter.take("a") for _ in range(4)] == [True, True, True, False]
    assert limiter.take("b")
    assert limiter.state("a") == '"jawaban";r=0;t=2'
    clock.now += 0.5
    assert [limiter.take("a"), limiter.take("a")] == [True, False]
    clock.now += 60
    assert limiter.left("a") == 3
    assert limiter.policy == '"jawaban";q=3;w=2'


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # whoever is no proxy of ours says nothing about itself
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.7, 198.51.100.1, 10.0.0.2", "198.51.100.1"),  # what it claims to be stands before
        ("10.0.0.1", "198.51.100.1, bukan alamat", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("", "1.2.3.4", ""),
    ],
)
def test_who_asks(peer, forwarded, client):
    proxies = [ipaddress.ip_network("10.0.0.0/8")]
    assert address_behind(peer, forwarded, proxies) == client


def test_too_many_new_answers_are_refused_and_ready_ones_are_not(demo_regency, tmp_path):
    settings = demo_regency.settings
    limits = {"SATUDATA_PORTAL_RATE": "0.01/5", "SATUDATA_PORTAL_PROXIES": "127.0.0.1"}
    with served(reader_dsn(settings.dsn), settings.home, tmp_path, **limits) as site:
        said = [httpx.get(f"{site}/api/v1/skpd?ukuran={size}") for size in range(1, 8)]
        assert [answer.status_code for answer in said] == [200] * 5 + [429] * 2
        assert said[0].headers["ratelimit-policy"] == '"jawaban";q=5;w=500'
        assert said[0].headers["ratelimit"].startswith('"jawaban";r=4;t=')
        assert said[6].headers["content-type"] == "application/problem+json"
        assert int(said[6].headers["retry-after"]) == 100
        assert httpx.get(f"{site}/api/v1/skpd?ukuran=1").status_code == 200
        other = httpx.get(f"{site}/api/v1/skpd?ukuran=9", headers={"X-Forwarded-For": "198.51.100.1"})
        assert other.status_code == 200
