"""Sends the deliveries that the store owes, over real HTTP, beside the calls that are being answered."""

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

# A receiver that is slow or down must not hold up the others, nor the server.
TIMEOUT: Final = ANSWER_SECONDS
MOST_AT_ONCE: Final = 20
# Seconds before the second try of a delivery; each pause after that is twice as long as the one before.
TAKEN: Final = 200
PAUSE: Final = 0.4
# Seconds before a data file that cannot be used is tried again.
AGAIN: Final = 0.5
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


async def post(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
    """Send a delivery; the status of the response. What comes of it, an error of httpx included, is the receiver's.

    Of its body no more is read than keeps the connection.
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
    """Tries each owed delivery until it is taken, as often as it may be tried.

    What a stopped server still owed is sent when it starts.

    Args:
        store: what is owed.
        pause: seconds before the second try, doubled for each one after it.
        send: brings a delivery to its webhook; the status of the response, or None for one that counts as taken.
        verify: whether the certificates of webhooks are verified.
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
        """What the store gives, in the end: a data file that is full or busy for a time ends no delivery."""
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
                # It may have been cancelled since.
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
        except Exception as error:  # noqa: BLE001  an address may be wrong in any way: a port of 99999, a host of 300 letters
            timed_out = isinstance(error, httpx.TimeoutException)
            _log.info("a delivery failed: %s", type(error).__name__)
        return Attempt(status, timed_out, round((time.perf_counter() - start) * 1000))
