"""Changes to what remains of a deleted entity, and to what is deleted with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults.planting.handlers import does, first_does, then_does
from ecsuite.standin.faults.planting.seams import together
from ecsuite.standin.faults.planting.values import items_of, text_of, with_items
from ecsuite.standin.parts import Parts


def still_shown(getter: str, deleter: str) -> Plant:
    """Still shows deleted entities to those who know their ids."""

    def plant(parts: Parts) -> None:
        deleted: dict[str, Reply] = {}
        show = parts.handlers[getter]

        def keep(call: Call) -> None:
            with suppress(RefusalError):
                deleted[text_of(call.path)] = show(call)

        def show_deleted(original: Handler, call: Call) -> Reply:
            try:
                return original(call)
            except RefusalError:
                if text_of(call.path) in deleted:
                    return deleted[text_of(call.path)]
                raise

        together(first_does(deleter, keep), does(getter, show_deleted))(parts)

    return plant


def fails_to_delete_owners(deleter: str, kind: str) -> Plant:
    """Makes it a server error to delete what has children of a kind, as a database with foreign keys does."""

    def act(original: Handler, call: Call) -> Reply:
        (own,) = call.path.values()
        if call.store.all(call.partner, kind, own):
            return Reply(500, {"title": "The statement conflicts with a constraint."})
        return original(call)

    return does(deleter, act)


def outlives(getter: str, deleter: str) -> Plant:
    """Still shows entities that were read before, after their parent is deleted."""

    def plant(parts: Parts) -> None:
        seen: dict[str, Reply] = {}
        deleted: list[Mapping[str, str]] = []

        def show(original: Handler, call: Call) -> Reply:
            try:
                reply = seen[text_of(call.path)] = original(call)
            except RefusalError:
                is_orphan = any(path.items() <= call.path.items() for path in deleted)
                if is_orphan and text_of(call.path) in seen:
                    return seen[text_of(call.path)]
                raise
            return reply

        together(first_does(deleter, lambda call: deleted.append(call.path)), does(getter, show))(parts)

    return plant


def still_listed(lister: str, getter: str, deleter: str) -> Plant:
    """Still lists deleted entities."""

    def plant(parts: Parts) -> None:
        deleted: list[tuple[Mapping[str, str], Any]] = []
        show = parts.handlers[getter]

        def keep(call: Call) -> None:
            with suppress(RefusalError):
                deleted.append((call.path, show(call).body))

        def list_deleted(original: Handler, call: Call) -> Reply:
            reply = original(call)
            more = [body for path, body in deleted if call.path.items() <= path.items()]
            return replace(reply, body=with_items(reply.body, [*items_of(reply.body), *more]))

        together(first_does(deleter, keep), does(lister, list_deleted))(parts)

    return plant


def deletes_sibling_too(deleter: str, kind: str, parameter: str) -> Plant:
    """Also deletes the newest sibling of a deleted entity."""

    def then(call: Call, _: Reply) -> None:
        parent = next((own for name, own in call.path.items() if name != parameter), "")
        for sibling in call.store.all(call.partner, kind, parent)[-1:]:
            member = parameter if parameter in sibling else "id"
            call.store.delete(call.partner, kind, parent, sibling[member])

    return then_does(deleter, then)
