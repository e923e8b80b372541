"""Contract 2026-01 beside the document that was published: the same, but for what findings.md settles.

Both documents are written out as lines, one for each entity that they say, such as

    POST /users request application/json/userId: required
    GET /users -> 200 application/json/pagination/totalRecords: integer

and the lines are compared. The published document is no part of the product, so where it is not at hand there is nothing
to compare with.
"""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecsuite import editions
from ecsuite.contract import Contract

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "reference" / "ec-partner-openapi-2026-01.json"
OPERATIONS = 43
METHODS = ("get", "put", "post", "delete", "patch")
TOKEN = "/connect/token"

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_file(), reason=f"the published document is not at hand (../{PUBLISHED.relative_to(ROOT.parent)})"
)

# What only one of the documents says, with the number of the ruling in findings.md, and the reason in short.
# "-" is what was published and is not in the contract, "+" is what the contract has in addition. That payloads of events
# are closed is in both, by another keyword (number 12).
SETTLED = (
    (r"\+ .* -> 401", 13, "every call needs a token"),
    (r"- .*/resolution: format time-span", 14, "no format of JSON Schema"),
    (r"\+ .*/resolution: pattern .*", 14, "a pattern in its place"),
    (r"- .*/payloadType: one of .*, .*", 16, "the enum of the base schema, which tells nothing apart"),
    (r"\+ .*/payloadType: one of \w+", 16, "a constant for each payload"),
    (r"\+ (GET .*/locations|POST .*/vehicles|GET /webhooks/logs/.*) -> 404", 19, "an unknown id in the path needs it"),
    (r"\+ .*/(coordinates|locationType): null", 20, "null in the published examples"),
    (r"\+ POST /reports request .*/payloads/\[\]/\w+/payloadType: required", 21, "what makes it one of the five"),
    (r"\+ POST /reports request .*/payloads/\[\]/untyped(/payloadType)?: (object|never)", 21, "or none: left open"),
    (r"- (?!.*/payload/\w+: closed).*: closed", 22, "further members: silent in requests, legal in answers"),
    (r"\+ .*/webhookSecret: null", 23, "no secret in a response"),
    (r"- DELETE /(?!simulation).* -> 200", 24, "a deletion answers 204"),
    (r"\+ PUT /webhooks/\{webhookId\}/enabled -> 400", 25, "a bad query needs a refusal"),
    (r"\+ .* -> 400 application/problem\+json/status: one of 400", 25, "RFC 9457: the status of the response"),
    (r"- .* -> 404 application/json: string", 25, "bodies of 404 are silent"),
    (r"- .*: format (int32|int64|double)", 26, "told to generators of clients"),
)


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def newest() -> Contract:
    return editions.contract("2026-01")


def test_every_published_operation_is_there(published, newest):
    """The contract has all operations that were published, and of its own only the token endpoint."""
    ours = _operations(newest.source.document)

    assert len(_operations(published)) == OPERATIONS
    assert ours - _operations(published) == {f"POST {TOKEN}"}
    assert _operations(published) - ours == set()


def test_differences_are_settled(published, newest):
    """Whatever the contract says otherwise than the published document is a ruling of findings.md."""
    differences = _differences(published, newest.source.document)

    assert [line for line in differences if not any(_settles(row, line) for row in SETTLED)] == []


def test_settled_differences_are_real(published, newest):
    """No row of the table is left over from a difference that is gone."""
    differences = _differences(published, newest.source.document)

    assert [row for row in SETTLED if not any(_settles(row, line) for line in differences)] == []


def test_settled_differences_cite_rulings():
    """Each row of the table names a ruling that findings.md has."""
    findings = (ROOT / "contracts" / "findings.md").read_text(encoding="utf-8")
    rulings = {int(number) for number in re.findall(r"^## (\d+)\. .*2026-01\)$", findings, re.MULTILINE)}

    assert {number for _, number, _ in SETTLED} <= rulings


def test_words_are_our_own(published, newest):
    """No sentence of the published document stands in the contract."""
    ours = " ".join(json.dumps(newest.source.document, ensure_ascii=False).split())
    sentences = {
        sentence
        for path in published["paths"].values()
        for operation in path.values()
        for text in (operation["summary"], operation.get("description", ""))
        for sentence in re.split(r"[.\n]+ *", text)
        if len(sentence.split()) > 3
    }

    assert sentences
    assert {sentence for sentence in sentences if sentence in ours} == set()


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
    "an open payload": (("PriceCurvePayload", "unevaluatedProperties"), True, "- delivery/payload/PriceCurve: closed"),
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

    differences = _differences(published, strayed)

    unspecified = [line for line in differences if not any(_settles(row, line) for row in SETTLED)]
    assert any(line.endswith(told) for line in unspecified)


def _settles(row: tuple[str, int, str], line: str) -> bool:
    return re.fullmatch(row[0], line) is not None


def _differences(published: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    theirs, own = set(_lines(published)), set(_lines(ours))
    return sorted([f"- {line}" for line in theirs - own] + [f"+ {line}" for line in own - theirs])


def _operations(document: dict[str, Any]) -> set[str]:
    return {f"{m.upper()} {path}" for path, item in document["paths"].items() for m in METHODS if m in item}


def _lines(document: dict[str, Any]) -> Iterator[str]:
    """What a document says, a line for each entity."""
    said = _Said(document)
    for path, item in document["paths"].items():
        if path != TOKEN:
            for method in METHODS:
                if method in item:
                    parameters = [*item.get("parameters", []), *item[method].get("parameters", [])]
                    yield from said.operation(f"{method.upper()} {path}", item[method], parameters)
    if "webhooks" in document:
        delivery = document["webhooks"]["eventNotification"]["post"]["requestBody"]["content"]["*/*"]["schema"]
    else:
        delivery = {"$ref": "#/components/schemas/EventNotification"}
    yield from said.schema("delivery", delivery)


class _Said:
    """Writes out the parts of a document, of OpenAPI 3.0 or 3.1."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def operation(self, name: str, node: dict[str, Any], parameters: list[Any]) -> Iterator[str]:
        for parameter in map(self._resolve, parameters):
            at = f"{name} {parameter['in']} {parameter['name']}"
            yield f"{at}: {'required' if parameter.get('required') else 'optional'}"
            yield from self.schema(at, parameter["schema"])
        if "requestBody" in node:
            body = self._resolve(node["requestBody"])
            yield f"{name} request: {'required' if body.get('required') else 'optional'}"
            yield from self._content(f"{name} request", body)
        for status, response in node["responses"].items():
            yield f"{name} -> {status}"
            yield from self._content(f"{name} -> {status}", self._resolve(response))

    def schema(self, at: str, node: dict[str, Any]) -> Iterator[str]:
        """The lines of a schema, and of all schemas below it."""
        variants = self._variants(node)
        if variants:
            for name, variant in variants.items():
                yield from self.schema(f"{at}/{name}", variant)
            return
        merged = self._merged(node)
        yield from (f"{at}: {kind}" for kind in _types(merged))
        values = merged.get("enum", [merged["const"]] if "const" in merged else [])
        if values:
            yield f"{at}: one of {', '.join(sorted(str(value) for value in values if value is not None))}"
        yield from (f"{at}: {keyword} {merged[keyword]}" for keyword in ("format", "pattern") if keyword in merged)
        if merged.get("deprecated"):
            yield f"{at}: deprecated"
        if merged.get("additionalProperties") is False or merged.get("unevaluatedProperties") is False:
            yield f"{at}: closed"
        yield from self._below(at, merged)

    def _below(self, at: str, merged: dict[str, Any]) -> Iterator[str]:
        for name in merged.get("required", []):
            yield f"{at}/{name}: required"
        for name, member in merged.get("properties", {}).items():
            if member is False:
                yield f"{at}/{name}: never"
            else:
                yield from self.schema(f"{at}/{name}", member)
        if "items" in merged:
            yield from self.schema(f"{at}/[]", merged["items"])
        if isinstance(merged.get("additionalProperties"), dict) and merged["additionalProperties"]:
            yield from self.schema(f"{at}/{{}}", merged["additionalProperties"])

    def _content(self, at: str, node: dict[str, Any]) -> Iterator[str]:
        for media_type, media in node.get("content", {}).items():
            if "schema" in media:
                yield from self.schema(f"{at} {media_type}", media["schema"])

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a reference leads to, its own references left as they are."""
        if "$ref" not in node:
            return node
        found: Any = self._document
        for token in node["$ref"][2:].split("/"):
            found = found[token]
        return found

    def _merged(self, node: dict[str, Any]) -> dict[str, Any]:
        """A schema with what it refers to and what it extends."""
        parts = [{key: value for key, value in node.items() if key not in {"$ref", "allOf"}}]
        if "$ref" in node:
            parts.append(self._merged(self._resolve(node)))
        parts += [self._merged(part) for part in node.get("allOf", [])]
        merged: dict[str, Any] = {}
        for part in parts:
            for key, value in part.items():
                if key == "properties":
                    merged[key] = {**value, **merged.get(key, {})}
                elif key == "required":
                    merged[key] = sorted({*value, *merged.get(key, [])})
                else:
                    merged.setdefault(key, value)
        return merged

    def _variants(self, node: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The kinds of a payload by their payloadType; empty for a schema of one kind."""
        resolved = self._resolve(node)
        if "discriminator" in resolved:
            return {name: {"$ref": ref} for name, ref in resolved["discriminator"]["mapping"].items()}
        return {self._kind(branch): branch for branch in resolved.get("oneOf", [])}

    def _kind(self, branch: dict[str, Any]) -> str:
        payload_type = self._merged(branch)["properties"]["payloadType"]
        if payload_type is False:
            return "untyped"
        if "const" in payload_type:
            return str(payload_type["const"])
        (base,) = self._resolve(branch)["allOf"]
        mapping = self._resolve(base)["discriminator"]["mapping"]
        return next(name for name, ref in mapping.items() if ref == branch["$ref"])


def _types(merged: dict[str, Any]) -> list[str]:
    """The types of a schema, each a line; drawn from its values where it names none."""
    types = merged.get("type", [])
    found = {types} if isinstance(types, str) else set(types)
    if not found and ("enum" in merged or "const" in merged):
        found = {"string"}
    return sorted(found | ({"null"} if merged.get("nullable") else set()))
