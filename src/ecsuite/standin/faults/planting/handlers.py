"""Changes to what an operation does with an authorized call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults.planting.seams import handler, together, wraps
from ecsuite.standin.faults.planting.values import edited, items_of, with_items
from ecsuite.standin.store import Store

Act = Callable[[Handler, Call], Reply]


def does(operation: str, act: Act) -> Plant:
    """Replaces what an operation does; `act` gets the original handler, and the call."""
    return wraps(handler(operation), lambda _, original, call: act(original, call))


def each_does(operations: Iterable[str], act: Act) -> Plant:
    """Replaces what each of several operations does."""
    return together(*(does(operation, act) for operation in operations))


def first_does(operation: str, first: Callable[[Call], object]) -> Plant:
    """Makes an operation do something else first."""

    def act(original: Handler, call: Call) -> Reply:
        first(call)
        return original(call)

    return does(operation, act)


def then_does(operation: str, then: Callable[[Call, Reply], object]) -> Plant:
    """Makes an operation do something else after it has succeeded."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        then(call, reply)
        return reply

    return does(operation, act)


def keeps(operation: str, pointer: str, change: Any, *more: str) -> Plant:
    """Stores a member with another value than was sent."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, body=edited(call.body, pointer, change)))

    return each_does((operation, *more), act)


def ignores(operation: str, *members: str) -> Plant:
    """Makes an operation ignore members of its body."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, body={name: own for name, own in call.body.items() if name not in members}))

    return does(operation, act)


def lists(operation: str, change: Callable[[list[Any]], Any]) -> Plant:
    """Changes the items of a list."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        return replace(reply, body=with_items(reply.body, change(items_of(reply.body))))

    return does(operation, act)


def nothing_found_is(operation: str, reply: Reply) -> Plant:
    """Sends another reply instead of an empty list."""

    def act(original: Handler, call: Call) -> Reply:
        listed = original(call)
        return listed if items_of(listed.body) else reply

    return does(operation, act)


def in_place_of(code: int, operation: str, reply: Reply) -> Plant:
    """Sends another reply instead of a refusal with a status."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError as refused:
            if refused.reply.status != code:
                raise
            return reply

    return does(operation, act)


def refuses(operation: str, when: Callable[[Any], bool], code: int = 400) -> Plant:
    """Refuses some legal bodies."""

    def act(original: Handler, call: Call) -> Reply:
        if when(call.body):
            raise RefusalError(code, "This server does not want that.")
        return original(call)

    return does(operation, act)


def reads_id(operation: str, change: Callable[[str], str]) -> Plant:
    """Takes the ids in the path of an operation for other ids."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, path={name: change(own) for name, own in call.path.items()}))

    return does(operation, act)


def numbers_ids(*operations: str) -> Plant:
    """Gives the entities that operations create consecutive numbers as ids."""
    count = itertools.count(1)

    class Numbering(Call):
        def new_id(self) -> str:
            return str(next(count))

    def act(original: Handler, call: Call) -> Reply:
        return original(Numbering(call.partner, call.path, call.body, call.store))

    return each_does(operations, act)


def wants_whole_ids(*operations: str) -> Plant:
    """Responds with 400 instead of 404 to an id of another length than the server's own ids."""

    def act(original: Handler, call: Call) -> Reply:
        if any(len(own) != len(call.new_id()) for own in list(call.path.values())[-1:]):
            raise RefusalError(400, "This is no id.")
        return original(call)

    return each_does(operations, act)


def only_says(operation: str) -> Plant:
    """Makes an operation respond as usual, but change nothing."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, store=_Undone(call.store)))

    return does(operation, act)


class _Undone(Store):
    """A store that shows the content of another one, but stores nothing."""

    def __init__(self, store: Store) -> None:
        self.now = store.now
        self._db = store._db  # noqa: SLF001  the same database, seen by another class of the same

    def put(self, partner: int, kind: str, parent: str, entity_id: str, body: Any) -> bool:
        del body
        return self.get(partner, kind, parent, entity_id) is None

    def delete(self, partner: int, kind: str, parent: str, entity_id: str, *, owns: Iterable[str] = ()) -> bool:
        del owns
        return self.get(partner, kind, parent, entity_id) is not None
