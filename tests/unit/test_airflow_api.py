"""An api-server that is slow, falls over or talks nonsense is asked again; of one that stays silent `up` tells."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from servers.http import RawReply, Reply, Request, WebService, raw, web_service

from etl.services import api as patience
from etl.services.airflow import AirflowFailed
from etl.services.api import Api

LOG = Path("log/api-server.log")
RUNS = "/api/v2/dags/skpd_dinkes/dagRuns"
DAGS = "/api/v2/dags"
THREE = {"dags": [{"dag_id": name} for name in ("skpd_a", "skpd_b", "publish")]}
TAKEN = Reply({"detail": "Unique constraint violation"}, 409)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"ANSWER_WITHIN": 0.2, "PATIENCE": 1.2, "FIRST_PAUSE": 0.05, "LONGEST_PAUSE": 0.2}.items():
        monkeypatch.setattr(patience, name, seconds)


@pytest.fixture
def service() -> Iterator[WebService]:
    with web_service() as service:
        service.on("/auth/token", Reply({"access_token": "tanda"}))
        yield service


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def api(service: WebService, said: list[str]) -> Api:
    return Api(service.url, "sandi", log=LOG, say=said.append)


def slow(service: WebService) -> RawReply:
    return raw(lambda _: service.ending.wait(0.6) and None)


def cut_short(_: WebService) -> RawReply:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    return raw(lambda wire: wire.send(head + b'{"dags": ['))


FAULTS: dict[str, Callable[[WebService], Any]] = {
    "slower than it may be": slow,
    "the connection reset": lambda _: raw(lambda wire: wire.reset()),
    "hung up without a word": lambda _: raw(lambda wire: wire.socket.shutdown(socket.SHUT_RDWR)),
    "cut short": cut_short,
    "no HTTP": lambda _: raw(lambda wire: wire.send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")),
    "500": lambda _: Reply({"detail": "database is locked"}, 500),
    "502 in HTML": lambda _: Reply("<html>Bad Gateway</html>", 502, "text/html"),
    "200 in HTML": lambda _: Reply("<html>Airflow is starting</html>", 200, "text/html"),
    "JSON of another service": lambda _: Reply(["apa", "ini"]),
    "JSON without what was asked for": lambda _: Reply({"detail": "segera"}),
    "asked to come back": lambda _: Reply({"detail": "too many"}, 429),
}


def first(faults: int, fault: Any, then: Any) -> Callable[[Request], Any]:
    """A route that fails so often before it answers."""
    left = iter([fault] * faults)
    return lambda _: next(left, then)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_is_tried_again_until_it_is_answered(service: WebService, api: Api, said: list[str], fault: str) -> None:
    service.on(DAGS, first(2, FAULTS[fault](service), Reply(THREE)))
    assert api.dags() == {"skpd_a", "skpd_b", "publish"}
    assert len(service.asked(DAGS)) == 3
    (told,) = said
    assert told.startswith("Airflow belum menjawab (") and "dicoba lagi sampai" in told


def test_the_login_too_is_tried_again(service: WebService, api: Api) -> None:
    service.on("/auth/token", first(1, FAULTS["the connection reset"](service), Reply({"access_token": "tanda"})))
    service.on(DAGS, Reply(THREE))
    assert api.dags()
    assert [request.headers["authorization"] for request in service.asked(DAGS)] == ["Bearer tanda"]


def test_the_pauses_grow(service: WebService, api: Api) -> None:
    service.on(DAGS, first(4, FAULTS["500"](service), Reply(THREE)))
    api.dags()
    times = [request.at for request in service.asked(DAGS)]
    pauses = [after - before for before, after in pairwise(times)]
    assert all(pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.2, 0.2), strict=True))


@pytest.mark.parametrize("fault", FAULTS)
def test_an_api_that_stays_silent_ends_in_one_sentence_within_the_limit(
    service: WebService, api: Api, fault: str
) -> None:
    service.on(DAGS, lambda _: FAULTS[fault](service))
    began = time.monotonic()
    with pytest.raises(AirflowFailed) as failed:
        api.dags()
    assert time.monotonic() - began < 1.2 + 1
    message = str(failed.value)
    assert f"Airflow di {service.url} tidak menjawab GET /api/v2/dags" in message
    assert "Sebab" in message and "Tindakan" in message and str(LOG) in message and "\n" not in message
    assert "sandi" not in message and "tanda" not in message


def test_nobody_listening_is_silence_too(said: list[str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = Api(f"http://127.0.0.1:{closed.getsockname()[1]}", "sandi", log=LOG, say=said.append)
        with pytest.raises(AirflowFailed, match="tidak menjawab POST /auth/token"):
            gone.dags()


def test_health_is_asked_once_and_never_raises(service: WebService, api: Api) -> None:
    well = {part: {"status": "healthy"} for part in ("metadatabase", "scheduler", "dag_processor")}
    for fault in FAULTS.values():
        service.on("/api/v2/monitor/health", lambda _, fault=fault: fault(service))
        assert not api.healthy()
    assert len(service.asked("/api/v2/monitor/health")) == len(FAULTS)
    service.on("/api/v2/monitor/health", Reply(well))
    assert api.healthy()
    service.on("/api/v2/monitor/health", Reply({**well, "scheduler": {"status": None}}))
    assert not api.healthy()


# ── what changes something ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_began_before_the_answer_was_lost_is_there(service: WebService, api: Api, fault: str) -> None:
    service.on(RUNS, first(1, FAULTS[fault](service), TAKEN))
    api.trigger("skpd_dinkes", "up__1")
    assert [json.loads(request.body)["dag_run_id"] for request in service.asked(RUNS)] == ["up__1", "up__1"]


def test_a_run_that_did_not_begin_is_begun(service: WebService, api: Api) -> None:
    service.on(RUNS, first(2, FAULTS["the connection reset"](service), Reply({"dag_run_id": "up__1"})))
    api.trigger("skpd_dinkes", "up__1")
    assert len(service.asked(RUNS)) == 3


def test_an_id_that_was_taken_before_it_was_asked_for_is_refused(service: WebService, api: Api) -> None:
    service.on(RUNS, TAKEN)
    with pytest.raises(AirflowFailed, match=r"409 .*Unique constraint"):
        api.trigger("skpd_dinkes", "up__1")
    assert len(service.asked(RUNS)) == 1


def test_a_dag_is_unpaused_although_the_answer_was_lost(service: WebService, api: Api) -> None:
    service.on(f"{DAGS}/publish", first(1, FAULTS["slower than it may be"](service), Reply({"is_paused": False})))
    api.unpause("publish")
    assert [request.method for request in service.asked(f"{DAGS}/publish")] == ["PATCH", "PATCH"]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422])
def test_a_refusal_is_told_at_once(service: WebService, api: Api, code: int) -> None:
    service.on(DAGS, Reply({"detail": "tidak boleh"}, code))
    with pytest.raises(AirflowFailed, match=rf"menolak GET /api/v2/dags.*{code}.*tidak boleh.*Tindakan"):
        api.dags()
    assert len(service.asked(DAGS)) == 1
