"""The export to Postman: what a collection holds, what its tests see, and that it knows no secret."""

import json
import re

import jsonschema_rs
import pytest

from ecsuite import editions
from ecsuite.cli import main
from ecsuite.contract import Source
from ecsuite.export import postman
from ecsuite.export.calls import Book
from ecsuite.export.draft7 import draft7
from ecsuite.export.every import with_every_operation
from ecsuite.export.recorded import exchanges, quickstart
from ecsuite.quickstart import steps, title

EDITIONS = editions.editions()


@pytest.fixture(scope="module", params=EDITIONS)
def book(request) -> Book:
    return with_every_operation(quickstart(request.param), exchanges(request.param))


def requests_of(items):
    for item in items:
        yield from requests_of(item["item"]) if "item" in item else [item]


def test_folders_follow_the_guide(book):
    """The first folders are the steps of the guide, numbered, so that no importer sorts them otherwise."""
    names = [folder["name"] for folder in postman.collection(book)["item"]]

    wanted = [f"{number:02} {title(step)}" for number, step in enumerate(steps(book.edition), 1)]
    assert names[: len(wanted)] == wanted
    assert names == sorted(names)


def test_every_operation_is_called(book):
    """No operation of the contract is left out."""
    called = {call.operation.id for chapter in book.chapters for call in chapter.calls}

    assert called == set(book.contract.operations)


def test_all_that_is_made_is_deleted(book):
    """Each id that a call draws stands in the path of a later DELETE."""
    calls = [call for chapter in book.chapters for call in chapter.calls]
    drawn = {name for call in calls for name in call.draws}
    deleted = {
        value.name for call in calls if call.operation.method == "DELETE" for value in call.path.values() if value
    }

    assert drawn <= deleted


def test_every_variable_is_set(book):
    """What a request uses is set by an earlier one, or by the environment."""
    text = postman.text(postman.collection(book))
    known = {each.name for each in book.settings} | set(book.variables()) | {"accessToken"}

    assert set(re.findall(r"\{\{(\w+)\}\}", text)) <= known


def test_second_export_is_the_same(book):
    """Ids and order stay from one export to the next, so that an import is an update."""
    again = with_every_operation(quickstart(book.edition), exchanges(book.edition))

    assert postman.collection(again) == postman.collection(book)
    assert postman.environment(again) == postman.environment(book)


def test_ids_are_unlike_each_other(book):
    """No two requests, folders or examples share an id."""
    ids = re.findall(
        r'"(?:_postman_)?id": "([0-9a-f]{8}-[0-9a-f-]{27})",\n +"name"', postman.text(postman.collection(book))
    )

    assert len(ids) > 100
    assert len(ids) == len(set(ids))


def test_no_secret_is_exported(book):
    """Credentials are variables of the environment: empty, and of the type that Postman hides."""
    values = {each["key"]: each for each in postman.environment(book)["values"]}

    secrets = ("clientId", "clientSecret", "webhookSecret")
    assert [(values[name]["value"], values[name]["type"]) for name in secrets] == [("", "secret")] * 3
    bodies = [each["request"].get("body", {}) for each in requests_of(postman.collection(book)["item"])]
    assert "REDACTED" not in json.dumps(bodies)
    assert "example-only" not in json.dumps(bodies)


def test_every_request_has_an_example(book):
    """A reader sees a real response to each request."""
    without = [each["name"] for each in requests_of(postman.collection(book)["item"]) if not each["response"]]

    assert without == []


def test_schemas_are_of_the_draft_that_the_sandbox_runs(book):
    """Each translated schema is valid draft 7, and takes the responses that the contract's own takes."""
    for chapter in book.chapters:
        for call in chapter.calls:
            for example in call.examples:
                rule = call.operation.response(example.response.status)
                if not rule or not rule.content or not example.response.body:
                    continue
                schema, _ = draft7(book.contract.source, next(iter(rule.content.values())))
                jsonschema_rs.Draft7Validator(schema).validate(json.loads(example.response.body))


TRANSLATED = [
    ({"type": "string", "title": "a", "x-sample": "id"}, {"type": "string"}, 0),
    ({"prefixItems": [{"const": 1}], "items": False}, {"items": [{"const": 1}], "additionalItems": False}, 0),
    ({"unevaluatedProperties": False}, {"additionalProperties": False}, 0),
    ({"allOf": [{"type": "object"}], "unevaluatedProperties": False}, {"allOf": [{"type": "object"}]}, 1),
    ({"pattern": r"^\p{L}$"}, {}, 1),
    ({"properties": {"title": {"examples": [1]}}}, {"properties": {"title": {}}}, 0),
]


@pytest.mark.parametrize(("schema", "expected", "lost"), TRANSLATED)
def test_schema_is_translated(schema, expected, lost):
    """What draft 7 spells otherwise is spelt so; what it has not is left out, and told."""
    source = Source(json.dumps({"openapi": "3.1.0", "own": schema}), "made up")

    translated, told = draft7(source, ("own",))

    assert translated == expected
    assert len(told) == lost


def test_reference_with_keywords_beside_it():
    """Draft 7 reads nothing beside a reference, so both stand in an allOf."""
    document = {
        "openapi": "3.1.0",
        "own": {"$ref": "#/components/schemas/A", "required": ["b"]},
        "components": {"schemas": {"A": {"properties": {"b": {"$ref": "#/components/schemas/A"}}}}},
    }

    translated, _ = draft7(Source(json.dumps(document), "made up"), ("own",))

    validator = jsonschema_rs.Draft7Validator(translated)
    assert not validator.is_valid({})
    assert validator.is_valid({"b": {}})


def test_command_writes_two_files(tmp_path, capsys):
    """`ecsuite export postman` writes the collection and the environment, and prints where they are."""
    with pytest.raises(SystemExit) as ended:
        main(["export", "postman", "--edition", EDITIONS[0], "-o", str(tmp_path / "new")])

    assert ended.value.code == 0
    written = sorted((tmp_path / "new").iterdir())
    assert capsys.readouterr().out.split() == [str(path) for path in written]
    assert json.loads(written[0].read_text())["info"]["schema"] == postman.SCHEMA


def test_unwritable_folder_is_one_line(tmp_path, capsys):
    """A folder that cannot be written to ends with exit code 4 and what to give instead."""
    (tmp_path / "file").write_text("")

    with pytest.raises(SystemExit) as ended:
        main(["export", "postman", "-o", str(tmp_path / "file")])

    assert ended.value.code == 4
    assert capsys.readouterr().err.endswith("give another --output\n")
