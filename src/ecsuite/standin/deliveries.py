"""Sends pending deliveries over real HTTP, concurrently with requests."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeVar

from ecsuite.bounds import ANSWER_BYTES, ANSWER_SECONDS
from ecsuite.http import httpx
from ecsuite.standin.store import Attempt, Delivery, Store

# A slow or unavailable receiver must not delay other receivers, or the server.
TIMEOUT: Final = ANSWER_SECONDS
MOST_AT_ONCE: Final = 20
# Seconds before the second attempt at a delivery; each later pause is twice as long.
TAKEN: Final = 200
PAUSE: Final = 0.4
# Seconds before an unusable data file is tried again.
AGAIN: Final = 0.5
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


async def post(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
    """Send a delivery and return the status of the response.

    Reads only as much of the response body as is needed to reuse the connection. Errors of httpx are not caught: the
    receiver causes them.
    """
    read = 0
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            client.stream("POST", delivery.url, content=delivery.body, headers=delivery.headers) as answer,
        ):
            async for piece in answer.aiter_raw():
                read += len(piece)
                if read > ANSWER_BYTES:
                    break
            return answer.status_code
    except TimeoutError:
        raise httpx.ReadTimeout(f"the response took longer than {ANSWER_SECONDS:.0f} s") from None


class Deliverer:
    """Sends each pending delivery until the receiver accepts it, or until the maximum number of attempts.

    Deliveries that were pending when a server stopped are sent after its next start.

    Args:
        store: holds the pending deliveries.
        pause: seconds before the second attempt; doubled for each further one.
        send: sends a delivery; returns the status of the response, or None to treat the delivery as accepted.
        verify: whether to verify the certificates of webhooks.
    """

    def __init__(
        self,
        store: Store,
        pause: float = PAUSE,
        send: Callable[[httpx.AsyncClient, Delivery], Awaitable[int | None]] = post,
        *,
        verify: bool = True,
    ) -> None:
        self._store = store
        self._pause = pause
        self._send = send
        self._verify = verify
        self._wake: asyncio.Event | None = None
        self._latest = 0

    def wake(self) -> None:
        """Signal that there may be new deliveries."""
        if self._wake is not None:
            self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send deliveries while the block is active."""
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
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, verify=self._verify, trust_env=False) as client,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                await wake.wait()
                wake.clear()
                for delivery in await self._kept(lambda: self._store.owed(self._latest)):
                    self._latest = delivery.seq
                    tasks.create_task(self._deliver(client, limits, delivery))

    async def _kept(self, act: Callable[[], _T]) -> _T:
        """Access the store, and repeat that until it succeeds: a data file that is full or locked loses no delivery."""
        while True:
            try:
                return act()
            except sqlite3.Error as error:
                _log.warning("the data file cannot be used (%s): tried again in %s s", error, AGAIN)
                await asyncio.sleep(AGAIN)

    async def _deliver(self, client: httpx.AsyncClient, limits: asyncio.Semaphore, delivery: Delivery) -> None:
        while True:
            await asyncio.sleep(max(0.0, delivery.due_at - self._store.now()))
            async with limits:
                # The delivery may have been cancelled meanwhile.
                if not await self._kept(partial(self._store.is_owed, delivery)):
                    return
                attempt = await self._try(client, delivery)
            if delivery.notification:
                await self._kept(partial(self._store.note_attempt, delivery, attempt))
            if attempt.taken or delivery.tried + 1 >= delivery.tries:
                await self._kept(partial(self._store.done, delivery))
                return
            delivery = await self._kept(partial(self._store.put_off, delivery, self._pause * 2**delivery.tried))

    async def _try(self, client: httpx.AsyncClient, delivery: Delivery) -> Attempt:
        status, timed_out, start = None, False, time.perf_counter()
        try:
            status = await self._send(client, delivery) or TAKEN
        except Exception as error:  # noqa: BLE001  a URL can be invalid in any way: a port of 99999, a host of 300 letters
            timed_out = isinstance(error, httpx.TimeoutException)
            _log.info("a delivery failed: %s", type(error).__name__)
        return Attempt(status, timed_out, round((time.perf_counter() - start) * 1000))
