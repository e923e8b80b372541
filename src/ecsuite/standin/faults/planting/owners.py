"""Changes to the owners of entities: their partner, and their parent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults.planting.handlers import does
from ecsuite.standin.faults.planting.values import items_of, with_items


def others(call: Call) -> list[int]:
    """The numbers of the other partners."""
    return [number for number, _ in enumerate(call.store.credentials(), 1) if number != call.partner]


def across_partners(operation: str) -> Plant:
    """Makes an operation work on entities of every partner."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            for partner in others(call):
                with suppress(RefusalError):
                    return original(replace(call, partner=partner))
            raise

    return does(operation, act)


def acts_for_others(operation: str) -> Plant:
    """Responds that there is no such entity, but performs the call on that of another partner."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            for partner in others(call):
                with suppress(RefusalError):
                    original(replace(call, partner=partner))
            raise

    return does(operation, act)


def tells_of_others(operation: str, entity: str, parameter: str, member: str) -> Plant:
    """Responds that there is no such entity, but reveals a member of that of another partner."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError as refused:
            for partner in others(call):
                found = call.store.get(partner, entity, "", call.path[parameter])
                if found:
                    raise RefusalError(refused.reply.status, "This is another's.", **{member: found[member]}) from None
            raise

    return does(operation, act)


def lists_everyones(operation: str) -> Plant:
    """Lists the entities of all partners."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        more = [item for partner in others(call) for item in items_of(original(replace(call, partner=partner)).body)]
        return replace(reply, body=with_items(reply.body, [*items_of(reply.body), *more]))

    return does(operation, act)


def across_parents(operation: str, kind: str, parameter: str) -> Plant:
    """Makes an operation work on entities below any parent of a kind, whatever parent is in the path."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            for parent in call.store.all(call.partner, kind):
                with suppress(RefusalError):
                    return original(replace(call, path={**call.path, parameter: parent[parameter]}))
            raise

    return does(operation, act)


def lists_below_all(operation: str, kind: str, parameter: str) -> Plant:
    """Lists the entities below all parents of a kind."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        parents = [parent[parameter] for parent in call.store.all(call.partner, kind)]
        bodies = [original(replace(call, path={**call.path, parameter: own})).body for own in parents]
        return replace(reply, body=with_items(reply.body, [item for body in bodies for item in items_of(body)]))

    return does(operation, act)


def without_parent(operation: str, instead: Callable[[Call], object], *, goes_on: bool) -> Plant:
    """Does something if there is no parent, and then goes on as if there were one, or refuses nevertheless."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            instead(call)
            if goes_on:
                return original(call)
            raise

    return does(operation, act)
