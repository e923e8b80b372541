"""What the extensions of a contract do to samples and kinds."""

import itertools
import json
import textwrap

import pytest

from ecsuite import editions
from ecsuite.contract import Contract, Source, Values, success_links
from ecsuite.messages.exchange import SUCCESS
from ecsuite.samples import UNSPECIFIED_TARGET, Needs, Reference, Samples

thing = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    paths: {}
    components:
      schemas:
        Base:
          type: object
          required: [name]
          properties:
            name: {type: string, x-sample: id}
            note: {type: [string, 'null'], x-sample: text}
            deprecated: {type: string, x-sample: id, deprecated: true, x-replaced-by: names}
            names: {type: [array, 'null'], x-round-trip: unordered, items: {type: string, x-sample: id}}
        Entity:
          $ref: '#/components/schemas/Base'
          required: [owner]
          properties:
            owner: {type: string, x-references: getOwner.ownerId}
            kind: {enum: [A, B, C], examples: [B], x-recommended: true}
            part:
              oneOf:
                - {type: object, required: [is], properties: {is: {const: X}, size: {type: number}, of: {type: string, x-references: getOtherPart.partId}, vin: {type: string, x-sample: vin}}}
                - {type: object, required: [is], properties: {is: {const: Y}, of: {type: string, x-references: getPart.partId}}}
                - {type: object, properties: {is: false}, x-may-be-rejected: nobody knows}
"""
POINTER = ("components", "schemas", "Entity")
OWNER = Reference("getOwner", "ownerId")
PART = Reference("getPart", "partId")
OTHER_PART = Reference("getOtherPart", "partId")


@pytest.fixture
def contract():
    return Contract(Source(textwrap.dedent(thing), "c.yaml"))


@pytest.fixture
def samples(contract):
    ids = itertools.count()
    return Samples(contract, lambda kind: f"{kind}-{next(ids)}")


def test_members_beside_a_reference_are_drawn(samples):
    """What is required, or wanted, on either side of a reference; and what names an entity names it."""
    body = samples.smallest(POINTER, {OWNER: "the owner"})

    assert body.value == {"name": "id-0", "owner": "the owner", "kind": "B"}
    assert not body.unresolved
    assert body.expectation is SUCCESS


def test_unknown_reference_is_drawn(samples):
    """What names an entity of which nothing is there has a fresh id, and the body says so."""
    body = samples.smallest(POINTER)

    assert body.value == {"name": "id-0", "owner": "id-1", "kind": "B"}
    assert body.unresolved == {OWNER}
    assert body.expectation is UNSPECIFIED_TARGET


@pytest.mark.parametrize(
    ("full", "references", "kinds"), [(False, {OWNER}, {"id"}), (True, {OWNER, OTHER_PART}, {"id", "vin"})]
)
def test_needs_are_told_before_anything_is_drawn(samples, full, references, kinds):
    """Which entities a body names, and the kinds of its samples; asking for it draws nothing."""
    needs = samples.needs(POINTER, full=full)

    assert needs == Needs(frozenset(references), frozenset(kinds))
    assert samples.smallest(POINTER).value["name"] == "id-0"


def test_all_needs_are_those_of_every_body(samples):
    """What any legal, wrong or unspecified body names is among them, in every branch."""
    needs = samples.all_needs(POINTER)
    every = [samples.smallest(POINTER), samples.fullest(POINTER), *samples.legal(POINTER)]

    assert needs.references == {OWNER, PART, OTHER_PART}
    assert frozenset().union(*(body.unresolved for body in every)) == needs.references


def test_known_ids_are_put_in_everywhere(samples):
    """Where every id is known no body names what is not there, and each names what is."""
    ids = {OWNER: "the owner", PART: "the part", OTHER_PART: "the other part"}

    bodies = list(samples.legal(POINTER, ids))

    assert not any(body.unresolved for body in bodies)
    assert {body.value["owner"] for body in bodies} == {"the owner"}
    assert {body.value["part"].get("of") for body in bodies} == {"the part", "the other part", None}


def test_samples_of_one_source_are_the_same(contract):
    """Drawn from equal sources, the bodies are equal: they depend on nothing else."""

    def drawn():
        ids = itertools.count()
        samples = Samples(contract, lambda kind: f"{kind}-{next(ids)}")
        every = (*samples.legal(POINTER), *samples.wrong(POINTER), *samples.unspecified(POINTER))
        return [each.value for each in every]

    assert drawn() == drawn()


def test_given_members_are_put_in(samples):
    """What is settled already is not drawn again."""
    assert samples.smallest(POINTER, given={"name": "mine"}).value["name"] == "mine"


def test_fullest_body_has_nothing_that_is_out_of_use(contract, samples):
    """All members but deprecated ones, none of them null."""
    body = samples.fullest(POINTER)

    assert set(body.value) == {"name", "note", "names", "owner", "kind", "part"}
    assert None not in body.value.values()
    assert contract.schemas.fits(POINTER, body.value)


def test_legal_bodies_have_every_variant(contract, samples):
    """Null where it may be, each branch of a choice, a deprecated member in the place of its successor; all of it legal."""
    bodies = list(samples.legal(POINTER))
    values = [body.value for body in bodies]

    assert all(contract.schemas.fits(POINTER, value) for value in values)
    assert {value["part"].get("is") for value in values} == {"X", "Y", None}
    assert any(value["note"] is None for value in values)
    assert any("deprecated" in value for value in values)
    assert not any("deprecated" in value and "names" in value for value in values)
    assert {value["kind"] for value in values} == {"B"}


def test_unspecified_part_is_told(samples):
    """A body with a part of which nobody said whether it is taken says so."""
    plain = [body for body in samples.legal(POINTER) if not body.may_be_rejected.startswith('"')]

    assert {(body.value["part"].get("is"), body.may_be_rejected) for body in plain} == {
        ("X", ""),
        ("Y", ""),
        (None, "nobody knows"),
    }


def test_set_holds_nothing_twice(samples):
    """In a list without an order each item stands once."""
    for body in samples.legal(POINTER):
        names = body.value.get("names") or []
        assert len(set(names)) == len(names)


def test_wrong_bodies_are_wrong_in_every_branch(contract, samples):
    """Each of them breaks the schema, in each branch of a choice; null is no fault where it may be."""
    wrong = list(samples.wrong(POINTER))

    assert not any(contract.schemas.fits(POINTER, each.value) for each in wrong)
    assert {each.value["part"]["is"] for each in wrong if each.place == "/part/size"} == {"X"}
    assert {each.place for each in wrong} >= {"/name", "/owner", "/kind", "/part", "/names", "/names/0", "the body"}
    assert not any(each.case == "null" for each in wrong if each.place in {"/note", "/names"})


def test_kinds_of_the_current_edition():
    """Each kind is made at one place; batches and what names other things make none."""
    contract = editions.contract("2026-01")

    made = {
        kind.creator.id: (kind.name, kind.parent and kind.parent.name, kind.answered_at)
        for kind in contract.entity_types
    }
    assert made == {
        "createUser": ("user", None, ()),
        "createLocation": ("location", "user", ()),
        "createVehicle": ("resource", "user", ()),
        "createLocationResource": ("resource", "location", ()),
        "createWebhook": ("webhook", None, ()),
        "simulatePriceCurve": ("event", None, ("simulatedEvent",)),
        "simulateUserEligibility": ("event", None, ("simulatedEvent",)),
        "simulateLocationLimit": ("event", None, ("simulatedEvent",)),
        "simulateResourceLimit": ("event", None, ("simulatedEvent",)),
    }
    batches = {batch.creator.id: (batch.entity_type.creator.id, batch.member) for batch in contract.batches}
    assert batches == {"createUsers": ("createUser", "users"), "createLocations": ("createLocation", "locations")}


def test_link_to_the_first_of_a_batch_leads_to_each():
    """All entities of a batch are known by the link to the first of them, so all can be deleted."""
    contract = editions.contract("2026-01")
    operation = contract.operations["createUsers"]
    body = b'{"users":[{"userId":"a"},{"userId":"b"},{"userId":"c"}]}'
    delete = next(link for link in success_links(operation) if link.operation_id == "deleteUser")

    found = list(delete.each(Values({}, request=json.loads(body))))

    assert found == [{"userId": "a"}, {"userId": "b"}, {"userId": "c"}]
