"""Changes to what is delivered to a webhook, when, how, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ecsuite.http import httpx
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults.planting.handlers import does
from ecsuite.standin.faults.planting.seams import SEND, wraps
from ecsuite.standin.parts import Parts
from ecsuite.standin.store import Delivery

Send = Callable[[httpx.AsyncClient, Delivery], Awaitable[int | None]]


def delivers(change: Callable[[Delivery], Iterable[Delivery]]) -> Plant:
    """Sends other deliveries instead of one."""
    return delivers_with(lambda _, delivery: change(delivery))


def delivers_with(change: Callable[[Parts, Delivery], Iterable[Delivery]]) -> Plant:
    """The same, for a change that needs other parts, such as the store."""

    async def send(parts: Parts, original: Send, client: httpx.AsyncClient, delivery: Delivery) -> int | None:
        status = None
        for each in change(parts, delivery):
            status = await original(client, each)
        return status

    return wraps(SEND, send)


def takes_status(change: Callable[[int | None], int | None]) -> Plant:
    """Takes the status of a receiver's response for another one."""

    async def send(_: Parts, original: Send, client: httpx.AsyncClient, delivery: Delivery) -> int | None:
        return change(await original(client, delivery))

    return wraps(SEND, send)


def delivers_late(seconds: float) -> Plant:
    """Waits before each delivery."""

    async def send(_: Parts, original: Send, client: httpx.AsyncClient, delivery: Delivery) -> int | None:
        await asyncio.sleep(seconds)
        return await original(client, delivery)

    return wraps(SEND, send)


def delivers_by(method: str) -> Plant:
    """Sends deliveries by another method."""

    async def send(_: Parts, __: Send, client: httpx.AsyncClient, delivery: Delivery) -> int | None:
        answer = await client.request(method, delivery.url, content=delivery.body, headers=delivery.headers)
        return answer.status_code

    return wraps(SEND, send)


def gives_up_after_a_failure(parts: Parts) -> None:
    """Stops all deliveries to everybody once a receiver has failed."""
    failed: list[Delivery] = []

    async def send(_: Parts, __: Send, client: httpx.AsyncClient, delivery: Delivery) -> None:
        if failed:
            return
        try:
            answer = await client.post(delivery.url, content=delivery.body, headers=delivery.headers, timeout=1.0)
            answer.raise_for_status()
        except httpx.HTTPError:
            failed.append(delivery)

    wraps(SEND, send)(parts)


def waits_for_receiver(operation: str, failing: Callable[[httpx.Response], bool] = lambda _: False) -> Plant:
    """Delivers before it responds to the call, and fails if the receiver does."""

    def act(original: Handler, call: Call) -> Reply:
        before = {each.seq for each in call.store.owed()}
        reply = original(call)
        for delivery in call.store.owed():
            if delivery.seq not in before and (failure := _delivered_at_once(call, delivery, failing)):
                return failure
        return reply

    return does(operation, act)


def _delivered_at_once(call: Call, delivery: Delivery, failing: Callable[[httpx.Response], bool]) -> Reply | None:
    """The reply to the call if the delivery fails; None if it succeeds."""
    call.store.done(delivery)
    try:
        with httpx.Client(timeout=1.0, trust_env=False, verify=False) as client:
            answer = client.post(delivery.url, content=delivery.body, headers=delivery.headers)
    except httpx.ConnectError:
        return _failure(500, "Connection refused")
    except httpx.TimeoutException:
        return _failure(505, "The receiver is slow")
    return _failure(501, "The receiver refuses") if failing(answer) else None


def _failure(status: int, title: str) -> Reply:
    return Reply(status, {"title": title, "status": status}, {}, "application/problem+json")
