"""Clients for unit tests of rules' parts; a function stands in for the API, without a network."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.contract import Contract
from ecsuite.findings.breach import Place
from ecsuite.ids import Ids
from ecsuite.journal import Journal
from ecsuite.promises import BY_ID, Promise
from ecsuite.rules.world import build_world
from ecsuite.target import Credentials, Target
from ecsuite.webhook.recorded import RecordedReceiver

BASE_URL = "https://api.example/v1"
HOOKS = "https://partner.example"


@pytest.fixture
def answering():
    """Make a client whose responses come from a function of the request line and JSON body.

    The function returns a status, or a status with a value; bytes are sent unchanged. The contract is given, or that of
    an edition.
    """

    def make(answer: Callable[[str, Any], Any], edition: str | Contract = "2023-10") -> Api:
        def handle(request: httpx.Request) -> httpx.Response:
            line = f"{request.method} {request.url.raw_path.decode().removeprefix('/v1')}"
            found = answer(line, json.loads(request.content) if request.content else None)
            status, value = found if isinstance(found, tuple) else (found, None)
            if isinstance(value, bytes):
                return httpx.Response(status, content=value)
            return httpx.Response(status, json=value) if value is not None else httpx.Response(status)

        target = Target("live", BASE_URL, "", Credentials(access_token="given"))
        contract = editions.contract(edition) if isinstance(edition, str) else edition
        checker = Checker(contract, BASE_URL, "")
        return Api(target, checker, Journal(), transport=httpx.MockTransport(handle))

    return make


@pytest.fixture
def world_of(answering):
    """Make a world with such a client."""

    def make(answer, edition="2023-10", deliveries=(), **options):
        receiver = RecordedReceiver(HOOKS, deliveries)
        return build_world(answering(answer, edition), Ids("seed"), receiver, **options)

    return make


class Shop:
    """An API that stores what is sent to it, by collection, and records each request line."""

    def __init__(self, hidden: str = "webhookSecret") -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.lines: list[str] = []
        self._hidden = hidden

    def __call__(self, line: str, sent: Any) -> Any:
        self.lines.append(line)
        method, path = line.split(" ")
        collection, _, own = path.rpartition("/")
        if method == "POST":
            own = sent.get("userId") or sent.get("vehicleId") or sent.get("resourceId") or f"id-{len(self.lines)}"
            shown = {name: value for name, value in sent.items() if name != self._hidden}
            named = {"meterId": own} if path.endswith("meters") else {"id": own} if path == "/webhooks" else {}
            self.kept.setdefault(path, {})[own] = shown | named
            return 201, shown | named
        if method == "DELETE":
            return 204 if self.kept.get(collection, {}).pop(own, None) else (404, "no")
        if own in self.kept.get(collection, {}):
            return 200, self.kept[collection][own]
        return (200, list(self.kept.get(path, {}).values())) if path.count("/") % 2 else (404, "no")


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def findings():
    """Findings in a world: promises with the kind of breach, its place, and the actual value."""

    def of(world) -> list[tuple[Promise, str, Place, Any]]:
        found = [(BY_ID[each.promise], each.breach) for each in world.api.journal.findings]
        return [(promise, breach.kind, breach.at, breach.actual.value) for promise, breach in found]

    return of


@pytest.fixture
def reasons():
    """Reasons for "not checked" in a world, by promise."""

    def of(world) -> set[tuple[Promise, str]]:
        return {(BY_ID[promise], reason) for promise, reason in world.api.journal.tally.not_checked}

    return of
