"""Sends the deliveries that the store owes, over real HTTP, beside the calls that are being answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from ecsuite.http import httpx
from ecsuite.standin.store import Delivery, Store

# A receiver that is slow or down must not hold up the others, nor the server.
TIMEOUT: Final = 10.0
MOST_AT_ONCE: Final = 20
_log = logging.getLogger(__name__)


async def post(client: httpx.AsyncClient, delivery: Delivery) -> None:
    """Send a delivery; what comes of it, an error of httpx included, is the receiver's business."""
    await client.post(delivery.url, content=delivery.body, headers=delivery.headers)


class Deliverer:
    """Tries each owed delivery once, whatever comes of it; what a stopped server still owed is sent when it starts."""

    def __init__(self, store: Store, send: Callable[[httpx.AsyncClient, Delivery], Awaitable[None]] = post) -> None:
        self._store = store
        self._send = send
        self._wake: asyncio.Event | None = None
        self._latest = 0

    def wake(self) -> None:
        """Say that there may be something new to send."""
        if self._wake is not None:
            self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send deliveries while the block lasts."""
        self._wake = asyncio.Event()
        worker = asyncio.create_task(self._work(self._wake))
        try:
            yield
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _work(self, wake: asyncio.Event) -> None:
        wake.set()
        limits = asyncio.Semaphore(MOST_AT_ONCE)
        async with httpx.AsyncClient(timeout=TIMEOUT, verify=False) as client, asyncio.TaskGroup() as tasks:
            while True:
                await wake.wait()
                wake.clear()
                for delivery in self._store.owed(self._latest):
                    self._latest = delivery.seq
                    tasks.create_task(self._deliver(client, limits, delivery))

    async def _deliver(self, client: httpx.AsyncClient, limits: asyncio.Semaphore, delivery: Delivery) -> None:
        async with limits:
            try:
                await self._send(client, delivery)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
                _log.info("a delivery failed: %s", type(error).__name__)
            self._store.done(delivery)
