"""What the contract refuses is refused with 400, and leaves no trace."""

import json

import pytest

from ecsuite.contract import parameters
from ecsuite.messages.exchange import Expectation
from ecsuite.rules import REFUSED_CHANGES_NOthing

BAD_REQUEST = frozenset({400})
BREAKS_BODY = frozenset({"request body matches contract"})
pytestmark = pytest.mark.guide

NO_JSON = {
    "no JSON": b"not json",
    "a form": b"userId=42&name=x",
    "XML": b"<user><id>42</id></user>",
    "nothing at all": b"",
    "blanks": b"   ",
    "an open brace": b"{",
    "NaN": b"NaN",
}


def broken_texts(value):
    """A right body, broken as a text: each is no JSON any more."""
    text = json.dumps(value, ensure_ascii=False)
    broken = {
        "JSON that is cut off": text[: len(text) // 2].encode(),
        "JSON without its last brace": text[:-1].encode(),
        "JSON with something behind it": f"{text} x".encode(),
        "JSON with single quotes": text.replace('"', "'").encode(),
        "JSON with a number that is none": f'{text[:-1]}, "more": 0x1F}}'.encode(),
        "JSON in an array": f"[{text}]".encode(),
        "JSON as a text": json.dumps(text).encode(),
    }
    return {what: content for what, content in broken.items() if content != text.encode()}


def takes_json(_, operation):
    return operation.security and operation.request


def as_json(value):
    """A JSON body as options of a request; httpx takes null for no body at all."""
    if value is None:
        return {"json": None, "content": b"null", "headers": {"Content-Type": "application/json"}}
    return {"json": value}


def refusal(what):
    return Expectation(f"a refusal of {what}", BAD_REQUEST, BREAKS_BODY)


def must_refuse(world, call, wrong):
    """Notes each wrong body (its value, it as options of a request, what it is) that is taken, or leaves a trace."""
    before = world.look(call)

    def send():
        return world.send_each(
            call, ({**options, "expect": refusal(what), "strict": False} for _, options, what in wrong)
        )

    answers = send()

    sent = [(value, answer) for (value, *_), answer in zip(wrong, answers, strict=True)]
    rule = (*call.operation.pointer, "responses", "400")
    world.unchanged(call, before, answers[-1], sent=sent, rule=rule, again=send)


@pytest.mark.operations(select=takes_json)
def test_wrong_member_is_refused(operation, world):
    """For each member: missing, null, of each wrong type, outside its enum, beyond its range."""
    call = world.call(operation)

    must_refuse(world, call, [(it.value, as_json(it.value), f"{it.what} at {it.place}") for it in world.wrong(call)])


@pytest.mark.operations(select=takes_json)
def test_what_is_no_json_is_refused(operation, world):
    """A body that is no JSON, or not the object that is wanted."""
    call = world.call(operation)

    texts = {**NO_JSON, **broken_texts(call.body.value)}
    plain = {"json": None, "headers": {"Content-Type": "application/json"}}
    must_refuse(world, call, [(None, {**plain, "content": content}, what) for what, content in texts.items()])


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent)
def test_unknown_parent_is_refused(entity_type, world):
    """Nothing can be made below a parent that is not there, and trying makes neither of them."""
    body, parent_id = world.body(entity_type.creator, full=True), world.ids.new()
    parent = world.body(entity_type.parent.creator).value | {entity_type.parent.member: parent_id}
    path = world.path(entity_type.creator, own=parent_id)
    statuses = entity_type.creator.unknown(parameters(entity_type.creator)[-1])

    answer = world.api.post(
        path,
        json=body.value,
        expect=Expectation(f"a refusal of an unknown {entity_type.parent}", statuses),
        strict=False,
    )

    world.must_not_be_made(entity_type.parent, dict.fromkeys(parameters(entity_type.parent.reader), parent_id), answer)
    created = world.make(entity_type.parent, body=type(body)(parent))
    listed = world.listed(world.path(entity_type.lister, created))
    world.rules.require(
        REFUSED_CHANGES_NOthing,
        answer,
        holds=all(mark not in listed.text for mark in world.marks(body.value)),
        at=f"{entity_type.lister}, after the {entity_type.parent} was made",
        expected=f"no {entity_type} from before",
        actual="the refused one is listed",
    )
