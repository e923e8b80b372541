"""What it costs to check an exchange, beside what it costs to send it with bare httpx."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import httpx
from stories import EDITION, require_no_findings, token_form
from timing import Goal, Row, in_turn, milliseconds

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import to_exchange
from ecsuite.standin import StandIn, launched

GOAL: Final = Goal.under(0.1)
USERS: Final = 100
CHECKS_A_ROUND: Final = 300
SENDS_A_ROUND: Final = 100
OK: Final = 200
CREATED: Final = 201


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of exchange: what it is called, how it is sent again, and the status that it gets."""

    name: str
    send: Callable[[], httpx.Response]
    status: int


def rows(rounds: int) -> Iterator[Row]:
    """One line for each kind of exchange."""
    with launched(EDITION) as standin:
        checker = Checker(editions.contract(EDITION), standin.base_url, standin.token_url)
        with _client(standin) as http:
            for sample in _samples(http):
                yield _row(sample, checker, rounds)


def _row(sample: Sample, checker: Checker, rounds: int) -> Row:
    response = sample.send()
    require_no_findings(checker.check(to_exchange(response)).findings)
    if response.status_code != sample.status:
        raise SystemExit(f"{sample.name}: the stand-in answered {response.status_code}")
    checking, sending = in_turn(
        rounds,
        partial(milliseconds, lambda: checker.check(to_exchange(response)), CHECKS_A_ROUND),
        partial(milliseconds, sample.send, SENDS_A_ROUND),
    )
    return Row(f"checking against sending: {sample.name}", checking, sending, "ms", GOAL)


@contextmanager
def _client(standin: StandIn) -> Iterator[httpx.Client]:
    """A bare client with a token."""
    with httpx.Client(base_url=standin.base_url, trust_env=False) as http:
        answer = http.post(standin.token_url, data=token_form(standin.credentials)).raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield http


def _samples(http: httpx.Client) -> list[Sample]:
    user_id = _new_user(http)
    for _ in range(USERS - 1):
        _new_user(http)
    vehicles = f"/users/{user_id}/vehicles"
    vehicle = _vehicle()
    http.post(vehicles, json=vehicle).raise_for_status()
    one = f"{vehicles}/{vehicle['vehicleId']}"
    return [
        Sample("POST a vehicle", lambda: http.post(vehicles, json=_vehicle()), CREATED),
        Sample("GET a vehicle", lambda: http.get(one), OK),
        Sample(f"GET a list of {USERS} users", lambda: http.get("/users"), OK),
    ]


def _new_user(http: httpx.Client) -> str:
    user_id = str(uuid.uuid4())
    http.post("/users", json={"userId": user_id}).raise_for_status()
    return user_id


def _vehicle() -> dict[str, Any]:
    """A vehicle under a fresh id, for a second POST of the same one gets another status."""
    metadata = {"resourceType": "Vehicle", "brand": "Think", "model": "City «Blåbær»", "year": 2009}
    return {"vehicleId": str(uuid.uuid4()), "metadata": {**metadata, "vin": "YT9EC1TY0AN000000"}}
