"""What the exchanges of a test show of the contract, and when each was: counted as they come."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from http import HTTPMethod
from typing import Any, Final, Literal, NamedTuple

from ecsuite.contract import Contract, Values
from ecsuite.findings.finding import Result
from ecsuite.messages.exchange import Headers
from ecsuite.messages.media import FORM, Json, UndecodableError, read_form, read_json_once
from ecsuite.results.outlines import REQUEST, Node, Outline, Side, Spot, outlines_of

# Exchanges of one test that are told one by one, and entities of it whose links are looked out for.
MOST_CALLS: Final = 2000
_MOST_LINKED: Final = 500
_MOST_LINKED_OF_ONE: Final = 20
_SUCCESS: Final = range(200, 300)
# What is larger is a list of others' things, or a mistake.
_LONGEST_BODY: Final = 1_000_000

_METHODS: Final = frozenset(HTTPMethod)

Role = Literal["api", "identity", "delivery"]
Outcome = Literal["passed", "broken", "not checked"]


class Call(NamedTuple):
    """One exchange on one line; ids are left out of it, for they may be anybody's.

    Attributes:
        role: who was called: the API, its identity service, or the partner's receiver.
        method: of the request.
        path: the template of its operation; `?` where it calls none.
        status: of the response.
        at: when the request was sent, in seconds since 1970.
        seconds: how long it took.
        outcome: the worst of what the checks said of it.
    """

    role: Role
    method: str
    path: str
    status: int
    at: float
    seconds: float
    outcome: Outcome

    @property
    def title(self) -> str:
        """What was called, on a line for people."""
        method = "(another method)" if self.method == "?" else self.method
        return f"{method} {'(not in the contract)' if self.path == '?' else self.path}"


@dataclass(slots=True)
class Seen:
    """What a test has seen.

    Attributes:
        statuses: how often an operation answered with a status, as the contract writes it or else as it came.
        spots: the other parts of the contract.
        calls: the exchanges, in the order in which they were checked.
        calls_left_out: how many more there were.
    """

    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    spots: set[Spot] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    calls_left_out: int = 0

    def without(self, known: set[Spot]) -> Seen:
        """The same without what is known already; `known` grows by the rest."""
        new = self.spots - known
        known |= new
        return Seen(self.statuses, new, self.calls, self.calls_left_out)

    def then(self, later: Seen) -> Seen:
        """The same with what the test has seen when it ran again."""
        return Seen(
            self.statuses + later.statuses,
            self.spots | later.spots,
            [*self.calls, *later.calls],
            self.calls_left_out + later.calls_left_out,
        )

    def add(self, other: Seen) -> None:
        """Add what another test has seen of the contract; not its exchanges."""
        self.statuses.update(other.statuses)
        self.spots |= other.spots

    def to_json(self) -> dict[str, Any]:
        """The data as a JSON value."""
        return {
            "statuses": [[*key, times] for key, times in self.statuses.items()],
            "spots": sorted(map(list, self.spots)),
            "calls": [list(call) for call in self.calls],
            "calls_left_out": self.calls_left_out,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Seen:
        """The data that `to_json` gave."""
        return cls(
            Counter({(operation, status): times for operation, status, times in value["statuses"]}),
            {Spot(*each) for each in value["spots"]},
            [Call(*each) for each in value["calls"]],
            value["calls_left_out"],
        )


class Watch:
    """Looks at the exchanges of a run, as a listener of its journal.

    Args:
        contract: what they are checked against.
        known: spots that need not be seen again, for an earlier test has.
        now: seconds since 1970.

    Attributes:
        seen: what they have shown so far.
    """

    def __init__(
        self, contract: Contract, known: AbstractSet[Spot] = frozenset(), now: Callable[[], float] = time.time
    ) -> None:
        self.seen = Seen()
        self._known = known
        self._outlines = outlines_of(contract)
        self._token_operation = contract.token_operation
        self._now = now
        # Calls that links lead to, with the spots of these.
        self._linked: dict[tuple[str, tuple[tuple[str, str], ...]], set[Spot]] = {}

    def __call__(self, result: Result) -> None:
        """Note what an exchange shows."""
        outline = self._outlines.get(result.operation.id) if result.operation else None
        self._note_call(result, outline)
        if outline is None:
            return
        status = result.exchange.response.status
        rule = outline.operation.response(status)
        side = rule.status if rule else str(status)
        if not outline.is_delivery:
            self.seen.statuses[outline.operation.id, side] += 1
        if status in _SUCCESS and not result.exchange.request.expectation.violates:
            self._note_bodies(result, outline, side)
        elif side in outline.responses:
            self._note_media_type(outline.responses[side], result.exchange.response.headers)

    def _note_call(self, result: Result, outline: Outline | None) -> None:
        if len(self.seen.calls) >= MOST_CALLS:
            self.seen.calls_left_out += 1
            return
        exchange, operation = result.exchange, result.operation
        role: Role = "delivery" if outline and outline.is_delivery else "api"
        if operation is not None and operation is self._token_operation:
            role = "identity"
        # A note fails nothing.
        is_broken = any(finding.severity != "note" for finding in result.findings)
        outcome: Outcome = "broken" if is_broken else "passed" if result.passed else "not checked"
        path = operation.path if operation else "?"
        at, seconds = round(self._now() - exchange.seconds, 3), round(exchange.seconds, 4)
        # What is no method may be anything, a part of a secret, too.
        method = exchange.request.method if exchange.request.method in _METHODS else "?"
        self.seen.calls.append(Call(role, method, path, exchange.response.status, at, seconds, outcome))

    def _note_bodies(self, result: Result, outline: Outline, side: str) -> None:
        request, response = result.exchange.request, result.exchange.response
        sent = self._note_body(outline.request, request.body, request.headers)
        if outline.is_delivery:
            self.seen.statuses[outline.operation.id, REQUEST] += 1
            return
        own = outline.responses.get(side)
        if own is None:
            return
        came = self._note_body(own, response.body, response.headers)
        self._follow(result, outline)
        self._look_out(own, Values(result.path_parameters, sent, came))

    def _note_body(self, side: Side, body: bytes, headers: Headers) -> Any:
        """Note what a body shows; the body as a JSON value, or as the members of a form, None where it is neither."""
        if not body:
            return None
        self._note_media_type(side, headers)
        read = _read(body, headers)
        if read is None:
            return None
        if side.body:
            self.seen.spots |= read.derived(
                ("spots", side.operation, side.name), partial(_spots, side.body, read.value)
            )
        return read.value

    def _note_media_type(self, side: Side, headers: Headers) -> None:
        spot = side.media_type(headers.get("Content-Type") or "")
        if spot:
            self.seen.spots.add(spot)

    def _follow(self, result: Result, outline: Outline) -> None:
        """Note the links that led to this call."""
        if self._linked:
            key = (outline.operation.id, tuple(sorted(result.path_parameters.items())))
            self.seen.spots |= self._linked.get(key, set())

    def _look_out(self, own: Side, values: Values) -> None:
        """Remember the calls that the links of a response lead to."""
        for name, link in own.links.items():
            spot = own.spot("links", name)
            if spot in self._known or spot in self.seen.spots:
                continue
            for number, parameters in enumerate(link.each(values)):
                if number >= _MOST_LINKED_OF_ONE or len(self._linked) >= _MOST_LINKED:
                    break
                self._linked.setdefault((name, tuple(sorted(parameters.items()))), set()).add(spot)


def _read(body: bytes, headers: Headers) -> Json | None:
    if len(body) > _LONGEST_BODY:
        return None
    try:
        is_form = (headers.get("Content-Type") or "").startswith(FORM)
        return Json(dict(read_form(body))) if is_form else read_json_once(body)
    except UndecodableError:
        return None


def _spots(body: Node, value: Any) -> set[Spot]:
    """What a value shows of the body that it is."""
    seen: set[Spot] = set()
    body.look(value, seen)
    return seen
