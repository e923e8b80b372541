"""The exchanges of a run, in order and in bounded memory, so that a finding can be reproduced."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ecsuite.checks import DecodedExchange
from ecsuite.client.housekeeping import CASES
from ecsuite.contract import Contract, Operation, Values
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.redact import Redactor
from ecsuite.target import Credentials, Target

# A reproduction needs the calls that changed something; reads only show ids, and rejected calls only matter themselves.
MOST_CHANGES: Final = 1000
MOST_OTHERS: Final = 200
# The ids in a response longer than this, in bytes, are not the run's own.
LONGEST_READ: Final = 64 * 1024


@dataclass(frozen=True, eq=False)
class Step:
    """An exchange of a run; compared by identity, because equal ones may repeat.

    Attributes:
        number: its position in the run.
        partner: who sent it.
        operation: the called operation; None if it is not in the contract.
        path_values: the path parameters, decoded.
    """

    number: int
    exchange: Exchange
    partner: Credentials = field(repr=False)
    operation: Operation | None
    path_values: Mapping[str, str]
    _decoded: DecodedExchange = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is of the 200s."""
        return self._decoded.is_success

    @property
    def is_change(self) -> bool:
        """Whether it may have changed something."""
        return self.is_success and self.exchange.request.method not in {"GET", "HEAD", "OPTIONS"}

    @cached_property
    def values(self) -> Values:
        """What the runtime expressions of links are evaluated on."""
        return self._decoded.values


class Transcript:
    """The exchanges of a run, of both partners; threads may share it.

    Args:
        target: the server, with both partners.
        contract: of the run.
        redactor: knows the secrets of the run.

    Attributes:
        base_url: the base URL of the API, as in the requests.
        token_url: the URL of its token endpoint, as in the requests; empty if there is none.
        partners: the credentials of the first partner, and of the second one, if any.
        tokens: the tokens of the clients, each with its partner.
    """

    def __init__(self, target: Target, contract: Contract, redactor: Redactor) -> None:
        self.contract = contract
        self.redactor = redactor
        self.base_url = str(httpx.URL(target.base_url)).rstrip("/")
        self.token_url = str(httpx.URL(target.token_url)) if target.token_url else ""
        self.partners = (target.credentials, *((target.other,) if target.other else ()))
        self.tokens: dict[str, Credentials] = {}
        self._numbers = itertools.count()
        self._changes: deque[Step] = deque(maxlen=MOST_CHANGES)
        self._others: deque[Step] = deque(maxlen=MOST_OTHERS)

    def note(self, decoded: DecodedExchange, partner: Credentials) -> None:
        """Keep an exchange, unless it is the client's own housekeeping."""
        exchange = decoded.exchange
        if exchange.request.expectation.case in CASES:
            return
        step = Step(next(self._numbers), exchange, partner, decoded.operation, decoded.path_values, decoded)
        if step.is_change:
            self._changes.append(step)
        elif len(exchange.response.body) <= LONGEST_READ:
            self._others.append(step)

    def clear(self) -> None:
        """Forget all exchanges after the run; the object itself may be kept."""
        self._changes.clear()
        self._others.clear()

    def add_token(self, token: str, partner: Credentials) -> None:
        """Note whose a token is, and that it is secret."""
        self.redactor.add(token, everywhere=True)
        self.tokens[token] = partner

    def steps(self) -> tuple[Step, ...]:
        """The kept exchanges, in order."""
        return tuple(sorted((*self._changes, *self._others), key=lambda step: step.number))

    def find(self, exchange: Exchange) -> Step | None:
        """The step of an exchange; None if it is not kept."""
        steps = self.steps()
        same = (step for step in steps if step.exchange is exchange)
        return next(same, None) or next((step for step in reversed(steps) if step.exchange == exchange), None)

    def as_step(self, exchange: Exchange) -> Step:
        """The step of an exchange; if it is not kept, a new one, as if the first partner had sent it last."""
        found = self.find(exchange)
        if found is not None:
            return found
        match = self.contract.find(exchange.request.method, self.path_of(exchange.request.url))
        operation, ids = (match.operation, match.path_parameters) if match else (None, {})
        decoded = DecodedExchange(self.contract, exchange, operation, ids)
        return Step(next(self._numbers), exchange, self.partners[0], operation, ids, decoded)

    def is_call(self, exchange: Exchange) -> bool:
        """Whether an exchange is a call of the API, rather than a delivery of the API to a webhook."""
        url = exchange.request.url
        return url.startswith(self.base_url) or bool(self.token_url and url.startswith(self.token_url))

    def path_of(self, url: str) -> str:
        """The path of a URL relative to the base URL, without its query."""
        return url.partition("#")[0].partition("?")[0].removeprefix(self.base_url)
