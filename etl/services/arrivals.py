"""Airflow's ear at the shared folders: an agency's DAG starts within a minute of a file being dropped.

Airflow's own file triggers delete the file that they announce. This one only looks, and one look serves every agency's
trigger (a shared stream): what it costs does not grow with the number of agencies.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async


class ArrivalTrigger(BaseEventTrigger):  # type: ignore[misc]  # Airflow is not followed
    """Fires when something in the agency's folder is new or changed, and has stopped changing."""

    def __init__(self, skpd: str) -> None:
        super().__init__()
        self.skpd = skpd

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "etl.services.arrivals.ArrivalTrigger", {"skpd": self.skpd}

    def shared_stream_key(self) -> str:
        return "satudata-arrivals"

    @classmethod
    async def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncIterator[str]:  # noqa: ARG003
        """Codes of agencies, one whenever something arrived."""
        from etl.arrivals import POLL_SECONDS, Watch
        from etl.settings import Settings

        # Not asyncio.to_thread: a connection kept in Airflow is asked for through this loop, out of that one's reach.
        look = sync_to_async(Watch(Settings.from_env()).look, thread_sensitive=False)
        while True:
            for skpd in await look():
                yield skpd
            await asyncio.sleep(POLL_SECONDS)

    async def filter_shared_stream(self, shared_stream: AsyncIterator[str]) -> AsyncIterator[TriggerEvent]:
        async for skpd in shared_stream:
            if skpd == self.skpd:
                yield TriggerEvent({"skpd": skpd})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Alone, where Airflow shares no streams."""
        async for event in self.filter_shared_stream(type(self).open_shared_stream({})):
            yield event
