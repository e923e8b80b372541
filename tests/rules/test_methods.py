"""A method that the contract does not list for a path is refused, and changes nothing."""

from functools import partial

import pytest

from ecsuite.contract import Contract, Operation
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import REFUSED_CHANGES_NOTHING
from ecsuite.rules.inputs import NOT_THERE, OTHER_METHOD, other_methods
from ecsuite.rules.world import World

pytestmark = pytest.mark.spec


def first_of_its_path(contract: Contract, operation: Operation) -> object:
    same = [other for other in contract.operations.values() if other.path == operation.path]
    return operation.security and same[0] is operation


@pytest.mark.operations(select=first_of_its_path)
def test_other_methods_are_refused(operation: Operation, world: World) -> None:
    """Other methods get 405 or 404, and change nothing."""
    call = world.calls.valid_or_unknown(operation)
    made = [world.entities.create(each, full=True) for each in world.entities.types_made_at(operation.path)]
    entities, around = world.snapshots.of(made), world.snapshots.around(call)

    for attempts in other_methods(world.contract.methods(call.path)):
        send = partial(world.calls.send_refused, call, attempts)

        refused = send()

        world.changes.unchanged(REFUSED_CHANGES_NOTHING, entities, refused[-1])
        world.changes.unchanged(REFUSED_CHANGES_NOTHING, around, refused[-1], again=send)


@pytest.mark.operations(select=lambda contract, operation: operation is next(iter(contract.operations.values())))
def test_unknown_path_is_refused(operation: Operation, world: World) -> None:
    """A path that the contract does not have gets 404 for every method."""
    expect = Expectation("unknown-path", NOT_THERE, OTHER_METHOD)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        content: dict[str, object] | None = None if method in {"GET", "DELETE"} else {}
        world.api.request(method, f"/{world.values.ids.new()}", expect=expect, strict=False, json=content)
