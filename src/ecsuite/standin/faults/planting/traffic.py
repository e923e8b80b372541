"""Changes around the operations: busy services, gateways, additional methods, and others who share the sandbox."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from typing import Final

from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, RefusalError, Reply
from ecsuite.standin.faults.planting.handlers import then_does
from ecsuite.standin.faults.planting.seams import ANSWER, together, wraps
from ecsuite.standin.parts import Asked, Parts

MOST_OF_OTHERS: Final = 5
BAD_REQUEST: Final = 400
FORBIDDEN: Final = 403
REPEATABLE: Final = frozenset({"GET", "PUT", "DELETE"})


def waits_now_and_then(every: int, code: int, retry_after: str = "") -> Plant:
    """Asks the sender of every so many calls to try again later; with `Retry-After` if a time is given."""

    def plant(parts: Parts) -> None:
        count = itertools.count(1)

        def answer(_: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
            if next(count) % every == 0:
                return Reply(code, None, {"Retry-After": retry_after} if retry_after else {})
            return original(asked)

        wraps(ANSWER, answer)(parts)

    return plant


def gateway_fails_now_and_then(every: int, code: int) -> Plant:
    """Performs every so many calls that may be repeated, but loses the response."""

    def plant(parts: Parts) -> None:
        count = itertools.count(1)

        def answer(_: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
            reply = original(asked)
            if asked.operation.method not in REPEATABLE or next(count) % every:
                return reply
            return Reply(code, b"<html>Bad Gateway</html>", {}, "text/html")

        wraps(ANSWER, answer)(parts)

    return plant


def stands_before(
    is_refused: Callable[[Asked], bool], code: int, page: bytes | None = b"<html>Invalid Request</html>"
) -> Plant:
    """Puts a gateway in front of the server that refuses some calls, with a page or no body."""

    def answer(_: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        return Reply(code, page, {}, "text/html") if is_refused(asked) else original(asked)

    return wraps(ANSWER, answer)


def forbids(operation: str, when: Callable[[bytes], bool]) -> Plant:
    """Refuses some bodies with 403, whether they are legal or not."""

    def answer(_: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        forbidden = RefusalError(FORBIDDEN, "This is not for you.")
        is_forbidden = asked.operation.id == operation and when(asked.decoded.exchange.request.body)
        try:
            reply = original(asked)
        except RefusalError as refusal:
            if is_forbidden and refusal.reply.status == BAD_REQUEST:
                raise forbidden from None
            raise
        return forbidden.reply if is_forbidden else reply

    return wraps(ANSWER, answer)


def also_by(method: str, path: str, operation: str) -> Plant:
    """Adds a method of a path that does what an operation does."""

    def plant(parts: Parts) -> None:
        known = next(each for each in parts.contract.operations.values() if each.id == operation)
        parts.routes[method, path] = known

    return plant


def others_make_users(*operations: str) -> Plant:
    """Simulates others who create a user after every third call of these operations, and delete it later."""

    def plant(parts: Parts) -> None:
        calls, theirs = itertools.count(), deque[tuple[int, str]]()
        make, remove = parts.handlers["createUser"], parts.handlers["deleteUser"]

        def then(call: Call, _: Reply) -> None:
            if next(calls) % 3 == 0:
                theirs.append((call.partner, call.new_id()))
                make(Call(call.partner, {}, {"userId": theirs[-1][1]}, call.store))
            if len(theirs) > MOST_OF_OTHERS:
                partner, user = theirs.popleft()
                remove(Call(partner, {"userId": user}, None, call.store))

        together(*(then_does(operation, then) for operation in operations))(parts)

    return plant
