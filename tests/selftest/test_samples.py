"""Bodies drawn from schemas, and kinds drawn from links: what the tables of tests/rules are made of."""

import json
import re
import unicodedata

import pytest

from ecsuite import editions
from ecsuite.ids import Ids
from ecsuite.json_paths import texts_in
from ecsuite.samples import RUN, Samples
from ecsuite.samples.values import TEXTS, UNUSUAL_TEXTS

OFFSET = re.compile(r'T[0-9:]+([+-][0-9:]+)"')
OPERATIONS = [
    pytest.param(edition, operation, id=f"{edition}-{operation.id}")
    for edition in editions.editions()
    for operation in editions.contract(edition).operations.values()
    if operation.request
]


@pytest.fixture
def samples():
    def make(edition):
        ids = Ids("seed")
        draws = {"vin": ids.vin, "meter-point-id": ids.meter_point_id, "digits": lambda: ids.digits(8)}
        draws |= {"hook-url": lambda: "https://x.example/hooks/1", "hour": lambda: "2026-01-15T17:00:00+00:00"}
        return Samples(editions.contract(edition), lambda kind: draws.get(kind, ids.new)())

    return make


@pytest.mark.parametrize(("edition", "operation"), OPERATIONS)
def test_legal_bodies_are_legal(samples, edition, operation):
    """The smallest, the fullest and every unusual one fit the contract."""
    drawn, schema = samples(edition), operation.body_schema

    for body in (drawn.smallest(schema), drawn.fullest(schema), *drawn.legal(schema)):
        assert not editions.contract(edition).schemas.violations(schema, body.value)


@pytest.mark.parametrize(("edition", "operation"), OPERATIONS)
def test_wrong_bodies_are_wrong(samples, edition, operation):
    """Each has a fault that the contract refuses, at a place of its own, and there are several for each member."""
    drawn, schema = samples(edition), operation.body_schema

    wrong = list(drawn.wrong(schema))

    assert all(editions.contract(edition).schemas.violations(schema, body.value) for body in wrong)
    assert len({(body.at, body.case) for body in wrong}) == len(wrong)


def test_texts_say_which_run_has_made_them():
    """A text of what is made for a test ends with the run; where everything legal is tried it comes back as it was sent."""
    operation = editions.contract("2023-10").operations["createResource"]
    samples = Samples(editions.contract("2023-10"), lambda kind: " (0123abcd)" if kind == RUN else "x")

    def texts(body):
        return {text for _, text in texts_in(body.value) if text in TEXTS or "(0123abcd)" in text}

    fullest = texts(samples.fullest(operation.body_schema))
    assert fullest
    assert all(text.endswith(" (0123abcd)") for text in fullest)
    assert set(TEXTS) <= set().union(*map(texts, samples.legal(operation.body_schema)))


def every(samples, operation_id):
    contract = editions.contract("2023-10")
    return [body.value for body in samples("2023-10").legal(contract.operations[operation_id].body_schema)]


def test_legal_bodies_have_every_option_and_both_ends(samples):
    """Every value of an enum and both ends of every range are there."""
    meters = every(samples, "createMeter")

    assert {meter["locationType"] for meter in meters} == {"Unknown", "Residential", "Commercial", "Other"}
    assert {-90, 90} <= {meter["location"]["latitude"] for meter in meters}
    assert {-180, 180} <= {meter["location"]["longitude"] for meter in meters}


KINDS_OF_TEXT = {
    "digits with leading zeros": lambda text: text.isdigit() and text.startswith("0"),
    "quotes and a backslash": lambda text: {'"', "'", "\\"} <= set(text),
    "markup": lambda text: "<" in text and "&amp;" in text,
    "Norwegian letters": lambda text: "å" in text and "Ø" in text,
    "other alphabets": lambda text: "Ж" in text and "東" in text,
    "upper and lower case in one word": lambda text: re.search("[a-z][A-Z]", text),
    "blanks around it": lambda text: text != text.strip(" "),
    "a line break": lambda text: "\n" in text,
    "a tab": lambda text: "\t" in text,
    "characters beyond the basic plane": lambda text: max(text) > "\uffff",
    "decomposed letters": lambda text: unicodedata.normalize("NFC", text) != text,
    "more than 255 characters": lambda text: len(text) > 255,
}


@pytest.mark.parametrize("kind", KINDS_OF_TEXT)
def test_every_kind_of_text_is_tried(samples, kind):
    """Among the legal bodies of a vehicle there is one with each kind of text that servers get wrong."""
    models = [vehicle["metadata"]["model"] for vehicle in every(samples, "createVehicle")]

    assert any(map(KINDS_OF_TEXT[kind], models))


def test_every_text_is_tried(samples):
    """No text that is listed is forgotten."""
    models = {vehicle["metadata"]["model"] for vehicle in every(samples, "createVehicle")}

    assert {*TEXTS, *UNUSUAL_TEXTS} <= models


def test_plain_texts_pass_a_firewall():
    """What looks like a tag or its escape is refused by many a firewall, and so stands where a refusal is no surprise."""
    risky = re.compile(r"<[a-z!/?]|&#", re.IGNORECASE)

    assert not [text for text in TEXTS if risky.search(text)]
    assert [text for text in UNUSUAL_TEXTS if risky.search(text)] == [UNUSUAL_TEXTS[-1]]


def test_one_id_is_in_capitals(samples):
    """An id is text, whatever its case, so that one of those that are tried is in capitals."""
    ids = [user["userId"] for user in every(samples, "createUser")]

    assert [own for own in ids if own != own.lower()]


def test_unusual_values_come_alone(samples):
    """What a server may refuse stands in a body of its own, so that a refusal hides nothing else."""
    contract = editions.contract("2023-10")
    schema = contract.operations["createVehicle"].body_schema

    unusual = [body for body in samples("2023-10").legal(schema) if body.may_be_rejected]

    assert len(unusual) >= 10
    assert all(len(json.dumps(body.value)) > len(body.may_be_rejected) for body in unusual)


@pytest.mark.parametrize(
    ("place", "faults"),
    [
        ("/metadata/year", {"missing", "null", "number-as-text", "1.5", "true"}),
        ("/metadata/resourceType", {"missing", "null", "not-in-enum", "other-letters"}),
        ("/vehicleId", {"missing", "null", "7", "value-in-array"}),
        ("the body", {"null", "[]", '"text"'}),
    ],
)
def test_each_member_has_its_faults(samples, place, faults):
    """A member is left out, null, of each wrong type, outside its enum."""
    schema = editions.contract("2023-10").operations["createVehicle"].body_schema

    assert faults <= {wrong.case for wrong in samples("2023-10").wrong(schema) if wrong.place == place}


def test_ranges_are_left_on_both_sides(samples):
    """Just beyond, and far beyond, either end."""
    schema = editions.contract("2023-10").operations["createMeter"].body_schema

    found = {wrong.case for wrong in samples("2023-10").wrong(schema) if wrong.place == "/location/latitude"}

    assert found >= {f"{far}-beyond-{end}" for far in ("just", "far") for end in ("minimum", "maximum")}


def test_kinds_are_drawn_from_links(contract):
    """What makes an entity, reads, lists, deletes and replaces it, and what it belongs to, is in the contract's links."""
    found = {str(kind): kind for kind in contract.entity_types}

    assert list(found) == ["user", "vehicle", "meter", "resource", "webhook"]
    vehicle, webhook = found["vehicle"], found["webhook"]
    assert (str(vehicle.reader), str(vehicle.lister)) == (
        "GET /users/{userId}/vehicles/{vehicleId}",
        "GET /users/{userId}/vehicles",
    )
    assert (vehicle.parent, vehicle.is_named_by_client, vehicle.member) == (found["user"], True, "vehicleId")
    assert (str(webhook.replacer), webhook.parent, webhook.sends_id) == ("PUT /webhooks/{id}", None, False)


@pytest.mark.parametrize(("edition", "operation"), OPERATIONS)
def test_every_value_of_an_enum_comes_in_a_body_that_must_be_taken(samples, edition, operation):
    """Who refuses one of them cannot have meant something else in that body."""
    schemas, bodies = editions.contract(edition).schemas, samples(edition).legal(operation.body_schema)
    taken = [body.value for body in bodies if not body.may_be_rejected and isinstance(body.value, dict)]

    for name, at in schemas.shape(operation.body_schema).members.items():
        keywords = schemas.shape(at).keywords
        # Where the contract gives examples, it sends no others.
        options = set(keywords.get("examples", keywords["enum"]) if "enum" in keywords else ()) - {None}
        assert options <= {value.get(name) for value in taken if isinstance(value.get(name), str)}, name


def test_curves_are_long_and_of_several_time_zones(samples):
    """A day of quarter hours, an hour longer than others; but reports are in UTC, as the guides ask."""
    contract, drawn = editions.contract("2026-01"), samples("2026-01")

    def curves(operation):
        bodies = [json.dumps(body.value) for body in drawn.legal(contract.operations[operation].body_schema)]
        return max(body.count('"timestamp"') for body in bodies), {
            zone for body in bodies for zone in OFFSET.findall(body)
        }

    assert curves("simulatePriceCurve") == (100, {"+00:00", "+01:00", "-03:30", "+05:30"})
    longest, zones = curves("createReport")
    assert longest >= 100
    assert zones == {"+00:00"}


@pytest.mark.parametrize("invited", [True, False])
def test_invitation_settles_what_it_is_to(invited):
    """Who may send every report by invitation does not know whether a report without its type is taken."""
    contract, ids = editions.contract("2026-01"), Ids("seed")
    draws = {"hour": lambda: "2026-01-15T17:00:00+00:00"}
    samples = Samples(contract, lambda kind: draws.get(kind, ids.new)(), lambda _: invited)
    reports = [body for body in samples.legal(contract.operations["createReport"].body_schema) if body.value]

    def types(body):
        return [payload.get("payloadType") for payload in body.value.get("payloads", [])]

    untyped = [body for body in reports if None in types(body)]
    assert untyped
    assert all(body.may_be_rejected for body in untyped)
    plain = [body for body in reports if "LocationEnergyUsage" in types(body) and None not in types(body)]
    assert all(bool(body.may_be_rejected) is not invited for body in plain)
