"""A method that the contract does not have for a path is refused, and does nothing."""

from functools import partial

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.rules import REFUSED_CHANGES_NOthing

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_THERE = frozenset({404, 405})
VIOLATES = frozenset({"operation is in the contract"})
pytestmark = pytest.mark.spec


def first_of_its_path(contract, operation):
    same = [other for other in contract.operations.values() if other.path == operation.path]
    return operation.security and same[0] is operation


@pytest.mark.operations(select=first_of_its_path)
def test_other_methods_are_refused(operation, world):
    """405, or 404, and everything is as it was."""
    call = world.call(operation) or world.anything(operation)
    makers = [entity_type for entity_type in world.contract.entity_types if entity_type.creator.path == operation.path]
    made = [world.make(entity_type, full=True) for entity_type in makers]
    before = {entity.path: world.see(entity.path) for entity in made}
    looked = world.look(call)

    def send(method):
        expect = Expectation(f"a refusal of {method}", NOT_THERE, VIOLATES)
        for content in ({},) if method in {"GET", "DELETE"} else ({"json": {}}, {}):
            answer = world.api.request(method, call.path, expect=expect, strict=False, **content)
        return answer

    for method in METHODS:
        if method not in world.contract.methods(call.path):
            answer = send(method)
            for path, was in before.items():
                world.same(REFUSED_CHANGES_NOthing, answer, path, was)
            world.unchanged(call, looked, answer, again=partial(send, method))


@pytest.mark.operations(select=lambda contract, operation: operation is next(iter(contract.operations.values())))
def test_unknown_path_is_refused(operation, world):
    """A path that the contract does not have is not found, with and without a token."""
    expect = Expectation("a refusal of an unknown path", NOT_THERE, VIOLATES)
    for method in METHODS:
        content = {} if method in {"GET", "DELETE"} else {"json": {}}
        world.api.request(method, f"/{world.ids.new()}", expect=expect, strict=False, **content)
