"""What faults are made of: a part of a stand-in is exchanged, and nothing else, and nothing is shared."""

import pytest

from ecsuite import editions
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.findings.pattern import ANY, NONE, OfType
from ecsuite.standin import Store
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.planting.seams import BREACHES, FINISH, GRANT, handler, wraps
from ecsuite.standin.parts import Answer, Asked, conforming_parts

EDITION = "2023-10"


@pytest.fixture
def parts():
    """The parts of a stand-in whose operations reply with their body."""
    contract = editions.contract(EDITION)
    store = Store(EDITION)
    names = [operation.id for operation in contract.operations.values()]
    yield conforming_parts(contract, store, dict.fromkeys(names, lambda call: Reply(200, call.body)), 60)
    store.close()


def test_around_is_given_parts_and_original(parts):
    """What is put around a part is given all parts, the part that was there, and what that is given."""
    original, given = parts.finish, []

    def around(*args):
        given.append(args)
        return "around"

    wraps(FINISH, around)(parts)

    assert parts.finish(None, "answer") == "around"
    assert given == [(parts, original, None, "answer")]


def test_other_seams_stay(parts):
    """A part that is exchanged leaves the others as they were."""
    before = dict(parts.handlers)

    wraps(handler("createUser"), lambda _, original, call: original(call))(parts)

    assert [name for name in before if parts.handlers[name] is not before[name]] == ["createUser"]


def test_last_wrapped_is_outermost(parts):
    """Of two changes the second is put around the first."""
    wraps(FINISH, lambda _, original, *args: [*original(*args), "first"])(parts)
    wraps(FINISH, lambda _, original, *args: [*original(*args), "second"])(parts)

    assert parts.finish(None, ["answer"]) == ["answer", "first", "second"]


def test_two_stand_ins_share_no_memory(parts):
    """A plant that remembers what was given out remembers it for each stand-in alone."""
    contract = parts.contract
    first, second = (conforming_parts(contract, parts.store, {}, 60) for _ in range(2))
    for each, token in ((first, "a"), (second, "b")):
        wraps(GRANT, lambda *_, token=token: Reply(200, {"access_token": token}))(each)
        p.one_token_for_all(each)

    assert first.grant({}, None).body == {"access_token": "a"}
    assert second.grant({}, None).body == {"access_token": "b"}


def test_named_responses_are_changed(parts):
    """A change of responses leaves other operations, and other statuses, alone."""
    operations = {operation.id: operation for operation in parts.contract.operations.values()}
    p.sends(p.status(299), "getUser")(parts)

    def status_of(operation, status):
        return parts.finish(operations[operation], Answer(status, {}, b"")).status

    assert status_of("getUser", 200) == 299
    assert status_of("getUser", 404) == 404
    assert status_of("listUsers", 200) == 200


YEAR = Place("request-body", path=("metadata", "year"))


@pytest.mark.parametrize(
    ("pointer", "actual", "breach", "is_forgiven"),
    [
        ("/metadata/year", OfType("string"), Breach("type", YEAR, actual=datum("2009")), True),
        ("/metadata/year", OfType("string"), Breach("type", YEAR, actual=datum(20.5)), False),
        ("/metadata/year", NONE, Breach("required", YEAR, actual=MISSING), True),
        ("/metadata/year", NONE, Breach("type", YEAR, actual=datum(None)), False),
        ("/metadata/*", ANY, Breach("type", YEAR, actual=datum(5)), True),
        ("/metadata", ANY, Breach("type", YEAR, actual=datum(5)), False),
        ("/metadata/year", ANY, Breach("type", Place("query", "year"), actual=datum("x")), False),
    ],
)
def test_only_what_is_named_is_forgiven(parts, pointer, actual, breach, is_forgiven):
    """A breach is forgiven by its place and the type of what is there; its words play no part."""
    operations = {operation.id: operation for operation in parts.contract.operations.values()}
    wraps(BREACHES, lambda *_: [breach])(parts)

    p.accepts("createVehicle", pointer, actual)(parts)

    assert (parts.breaches(Asked(operations["createVehicle"], None)) == []) is is_forgiven
    assert parts.breaches(Asked(operations["createUser"], None)) == [breach]


def test_default_and_mending_are_kept(parts):
    """What is missing gets a default, and what is there is mended, before the operation sees it."""
    seen = []
    wraps(handler("createUser"), lambda _, __, call: seen.append(call.body))(parts)
    p.accepts("createUser", "/userId", default=7, mend=str)(parts)

    parts.handlers["createUser"](Call(1, {}, {}, parts.store))

    assert seen == [{"userId": "7"}]
