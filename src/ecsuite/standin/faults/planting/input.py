"""Changes to the handling of invalid input: it is accepted, misread, or causes a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.pattern import ANY, Matcher
from ecsuite.messages.media import UndecodableError
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults.planting.handlers import does
from ecsuite.standin.faults.planting.responses import Change
from ecsuite.standin.faults.planting.seams import ANSWER, BREACHES, together, wraps
from ecsuite.standin.faults.planting.trouble import TROUBLE
from ecsuite.standin.faults.planting.values import DROP, edited, with_default
from ecsuite.standin.parts import Asked, Parts

Respond = Callable[[Asked], Reply]


def forgives(operation: str, forgiven: Callable[[Breach], bool]) -> Plant:
    """Ignores breaches of a kind."""

    def breaches(_: Parts, original: Callable[[Asked], list[Breach]], asked: Asked) -> list[Breach]:
        found = original(asked)
        if asked.operation.id != operation:
            return found
        return [breach for breach in found if not forgiven(breach)]

    return wraps(BREACHES, breaches)


def accepts(
    operation: str, pointer: str, actual: Matcher = ANY, *, default: Any = DROP, mend: Change | None = None
) -> Plant:
    """Accepts input that breaks a rule.

    Args:
        operation: the id of the operation.
        pointer: the pointer to the member; a prefix of it if it ends in `*`; empty for the whole body.
        actual: the accepted values: `OfType("string")`, or NONE for a missing one.
        default: the value for a missing member.
        mend: converts the member to a value that can be stored.
    """

    def forgiven(breach: Breach) -> bool:
        own = "".join(f"/{token}" for token in breach.at.path)
        is_there = own.startswith(pointer[:-1]) if pointer.endswith("*") else own == pointer
        return breach.at.part == "request-body" and is_there and actual.fits(breach.actual)

    def mended(original: Handler, call: Call) -> Reply:
        body = call.body
        if default is not DROP:
            body = with_default(body, pointer, default)
        if mend is not None:
            body = edited(body, pointer, mend)
        return original(replace(call, body=body))

    return together(forgives(operation, forgiven), does(operation, mended))


def forgives_parameters(operation: str, name: str, instead: str) -> Plant:
    """Uses another value instead of an invalid query parameter."""

    def act(original: Handler, call: Call) -> Reply:
        text = call.query.get(name, instead)
        return original(replace(call, query={**call.query, name: text if text.isdigit() else instead}))

    forgiven = forgives(operation, lambda breach: breach.at == Place("query", name))
    return together(forgiven, does(operation, act))


def reads_as(operation: str, read: Callable[[str], Any]) -> Plant:
    """Parses a body that is not JSON in its own way, and uses the result unless that raises."""

    def answer(parts: Parts, original: Respond, asked: Asked) -> Reply:
        if asked.operation.id == operation and (partner := parts.bearer(asked)) and _is_undecodable(asked):
            with suppress(*TROUBLE):
                return _act_on(parts, partner, asked, read(sent_text(asked)))
        return original(asked)

    return wraps(ANSWER, answer)


def takes_nothing(operation: str, body: Any) -> Plant:
    """Uses another body instead of an empty one."""

    def answer(parts: Parts, original: Respond, asked: Asked) -> Reply:
        if asked.operation.id == operation and not sent_text(asked) and (partner := parts.bearer(asked)):
            return _act_on(parts, partner, asked, body)
        return original(asked)

    return wraps(ANSWER, answer)


def crashes(when: Callable[[Asked], bool], *operations: str) -> Plant:
    """Crashes on some calls of operations; of all operations if none is named."""

    def answer(parts: Parts, original: Respond, asked: Asked) -> Reply:
        if (not operations or asked.operation.id in operations) and parts.bearer(asked) and when(asked):
            return Reply(500, {"title": "An error occurred.", "status": 500}, {}, "application/problem+json")
        return original(asked)

    return wraps(ANSWER, answer)


def sent_text(asked: Asked) -> str:
    """The body of a call as text."""
    return asked.decoded.exchange.request.body.decode("utf-8", "surrogateescape")


def sent_value(asked: Asked) -> Any:
    """The body of a call as a JSON value, as a careless server reads it; None if it is not JSON."""
    try:
        return json.loads(sent_text(asked))
    except (ValueError, RecursionError):
        return None


def _is_undecodable(asked: Asked) -> bool:
    try:
        _ = asked.decoded.request_body
    except UndecodableError:
        return True
    return False


def _act_on(parts: Parts, partner: int, asked: Asked, body: Any) -> Reply:
    """Call the handler of the operation with a body, whatever was sent."""
    return parts.handlers[asked.operation.id](Call(partner, asked.decoded.path_values, body, parts.store))
