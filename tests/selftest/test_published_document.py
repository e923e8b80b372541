"""Contract 2026-01 beside the document that was published: the same, but for what findings.md settles.

The published document is no part of the project. What it says of each operation is kept as a digest
(tests/published/2026-01.json, made by tests/support/published.py), and our contract is read in the same way. What they say is
compared line by line, such as

    POST /users request application/json/userId: required
    GET /users -> 200 application/json/pagination/totalRecords: integer
"""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from published import Facts, copied, digest, facts, lines, sentences

from ecsuite import editions
from ecsuite.contract import Contract

ROOT = Path(__file__).parents[2]
DIGEST = ROOT / "tests" / "published" / "2026-01.json"
# Where the published document is, for those who have it.
DOCUMENT = ROOT.parent / "shared" / "reference" / "ec-partner-openapi-2026-01.json"
OPERATIONS = 43
TOKEN = "POST /connect/token"

# What only one of the documents says, with the number of the ruling in findings.md, and the reason in short.
# "-" is what was published and is not in the contract, "+" is what the contract has in addition. That payloads of events
# are closed is in both, by another keyword (number 12).
SETTLED = (
    (r"\+ .* -> 401: listed", 13, "every call needs a token"),
    (r"- .*/resolution: format time-span", 14, "no format of JSON Schema"),
    (r"\+ .*/resolution: pattern .*", 14, "a pattern in its place"),
    (r"- POST .* -> 200 application/json: listed", 15, "a 200 without a schema: any body will do"),
    (r"- .*/payloadType: one of .*, .*", 16, "the enum of the base schema, which tells nothing apart"),
    (r"\+ .*/payloadType: one of \w+", 16, "a constant for each payload"),
    (
        r"\+ (GET .*/locations|POST .*/vehicles|GET /webhooks/logs/.*) -> 404: listed",
        19,
        "an unknown id in the path needs it",
    ),
    (r"\+ .*/(coordinates|locationType): null", 20, "null in the published examples"),
    (r"\+ POST /reports request .*/payloads/\[\]/\w+/payloadType: required", 21, "what makes it one of the five"),
    (r"\+ POST /reports request .*/payloads/\[\]/untyped(/payloadType)?: (object|never)", 21, "or none: left open"),
    (r"- (?!.*/payload/\w+: closed).*: closed", 22, "further members: silent in requests, legal in answers"),
    (r"\+ .*/webhookSecret: null", 23, "no secret in a response"),
    (r"- DELETE /(?!simulation).* -> 200( application/json)?: listed", 24, "a deletion answers 204"),
    (r"- PUT /webhooks/\{webhookId\}/enabled -> 200 application/json: listed", 24, "no schema: any body will do"),
    (r"\+ PUT /webhooks/\{webhookId\}/enabled -> 400: listed", 25, "a bad query needs a refusal"),
    (r"\+ .* -> 400 application/problem\+json/status: one of 400", 25, "RFC 9457: the status of the response"),
    (r"- .* -> 404 application/json: (listed|string)", 25, "bodies of 404 are silent"),
    (r"- .*: format (int32|int64|double)", 26, "told to generators of clients"),
)


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return json.loads(DIGEST.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def newest() -> Contract:
    return editions.contract("2026-01")


def test_every_published_operation_is_there(published, newest):
    """The contract has all operations that were published, and of its own only the token endpoint."""
    ours, theirs = set(facts(newest.source.document)), set(published["operations"])

    assert len(theirs - {"delivery"}) == OPERATIONS
    assert ours - theirs == {TOKEN}
    assert theirs - ours == set()


def test_differences_are_settled(published, newest):
    """Whatever the contract says otherwise than the published document is a ruling of findings.md."""
    differences = _differences(published["operations"], newest.source.document)

    assert _unsettled(differences) == []


def test_settled_differences_are_real(published, newest):
    """No row of the table is left over from a difference that is gone."""
    differences = _differences(published["operations"], newest.source.document)

    assert [row for row in SETTLED if not any(_settles(row, line) for line in differences)] == []


def test_settled_differences_cite_rulings():
    """Each row of the table names a ruling that findings.md has."""
    findings = (ROOT / "contracts" / "findings.md").read_text(encoding="utf-8")
    rulings = {int(number) for number in re.findall(r"^## (\d+)\. .*2026-01\)$", findings, re.MULTILINE)}

    assert {number for _, number, _ in SETTLED} <= rulings


def test_words_are_our_own(published, newest):
    """No sentence of the published document stands in the contract."""
    assert published["sentences"]
    assert copied(newest.source.document, published["sentences"]) == []


def test_sentences_are_recognised():
    """A sentence is found by its hash, whatever its letters, signs and neighbours."""
    known = sentences({"paths": {"/": {"description": "First. The tank is warm, and full."}}})

    found = copied({"description": "Note that the TANK is warm and full today"}, known)

    assert found == ["the tank is warm and full"]


UNSPECIFIED = {
    "a member that is gone": (
        ("Location", "properties"),
        {},
        "- GET /users/{userId}/locations -> 200 application/json/[]/userId: string",
    ),
    "another type": (
        ("Report", "properties", "id", "type"),
        "integer",
        "+ POST /reports -> 200 application/json/id: integer",
    ),
    "a value that is gone": (("EnergyUnit", "enum"), ["kWh"], "/energyUnit: one of kWh"),
    "more that is required": (
        ("Report", "required"),
        ["id", "eventId"],
        "+ POST /reports -> 200 application/json/eventId: required",
    ),
    "less that is required": (
        ("Webhook", "required"),
        ["webhookId"],
        "- GET /webhooks/{webhookId} -> 200 application/json/webhookUrl: required",
    ),
    "an open payload": (
        ("PriceCurvePayload", "unevaluatedProperties"),
        True,
        "- delivery body/payload/PriceCurve: closed",
    ),
}


@pytest.mark.parametrize("name", UNSPECIFIED)
def test_other_differences_are_found(published, newest, name):
    """A contract that strays from the published document is found out."""
    (*path, last), value, told = UNSPECIFIED[name]
    strayed = copy.deepcopy(newest.source.document)
    node = strayed["components"]["schemas"]
    for token in path:
        node = node[token]
    node[last] = value

    differences = _differences(published["operations"], strayed)

    assert any(line.endswith(told) for line in _unsettled(differences))


if DOCUMENT.is_file():

    def test_digest_is_of_the_document(published):
        """The digest says what the document says; there is no such test where the document is not at hand."""
        assert digest(DOCUMENT.read_bytes()) == published


def _settles(row: tuple[str, int, str], line: str) -> bool:
    return re.fullmatch(row[0], line) is not None


def _unsettled(differences: list[str]) -> list[str]:
    return [line for line in differences if not any(_settles(row, line) for row in SETTLED)]


def _differences(published: Facts, ours: dict[str, Any]) -> list[str]:
    theirs = lines(published)
    own = lines({name: places for name, places in facts(ours).items() if name != TOKEN})
    return sorted([f"- {line}" for line in theirs - own] + [f"+ {line}" for line in own - theirs])
