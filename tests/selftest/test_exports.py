"""The exports to OpenAPI, to files of requests, and to HTTP archives."""

import base64
import json
import re
from dataclasses import replace

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from ecsuite import editions
from ecsuite.cassette.tape import load
from ecsuite.cli import main
from ecsuite.contract import Source
from ecsuite.export import openapi
from ecsuite.export.har import archive
from ecsuite.export.http_file import DIALECTS, environments, http_file
from ecsuite.export.recorded import quickstart, scenarios
from ecsuite.messages.exchange import Headers, Response

EDITIONS = editions.editions()
each_edition = pytest.mark.parametrize("edition", EDITIONS)


@each_edition
def test_openapi_document_is_valid(edition):
    """The exported contract is OpenAPI 3.1, by a validator that is not ours."""
    validate(openapi.document(editions.contract(edition)))


@each_edition
def test_openapi_document_has_no_extensions(edition):
    """What only ecsuite reads is left out; every operation and every schema is there."""
    contract = editions.contract(edition)

    document = openapi.document(contract)

    assert re.findall(r'"x-(?!www-form)[a-z-]+":', json.dumps(document)) == []
    nodes = [node for path in document["paths"].values() for node in path.values() if isinstance(node, dict)]
    assert {node["operationId"] for node in nodes} == set(contract.operations)
    assert set(document["components"]["schemas"]) == set(contract.source.document["components"]["schemas"])


def test_data_in_an_example_is_kept():
    """A member of an example may be called as an extension is: it is data."""
    value = {"x-level": 1, "a": {"x-b": 2}}
    document = {"openapi": "3.1.0", "components": {"examples": {"x-one": {"value": value}}}, "x-test-areas": []}

    exported = openapi.document(type("Contract", (), {"source": Source(json.dumps(document), "made up")})())

    assert exported == {"openapi": "3.1.0", "components": {"examples": {"x-one": {"value": value}}}}


@each_edition
def test_archive_holds_the_recording(edition):
    """Every recorded exchange is an entry, in its order, with its bodies and headers."""
    for name in scenarios(edition):
        cassette = load(editions.cassette(edition, name))

        entries = archive(cassette)["log"]["entries"]

        sent = [(each["request"]["method"], each["request"]["url"], text_of(each["request"])) for each in entries]
        assert sent == [(each.request.method, each.request.url, each.request.body) for each in cassette.exchanges]
        came = [(each["response"]["status"], each["response"]["content"]["text"].encode()) for each in entries]
        assert came == [(each.response.status, each.response.body) for each in cassette.exchanges]
        started = [each["startedDateTime"] for each in entries]
        assert started == sorted(set(started))


def text_of(request):
    return request.get("postData", {"text": ""})["text"].encode()


def test_body_that_is_no_text_is_base64():
    """What is not UTF-8 is written in base64, and says so."""
    cassette = load(editions.cassette(EDITIONS[0], "quickstart"))
    odd = replace(cassette.exchanges[0], response=Response(200, Headers(), b"\xff\x00"))

    content = archive(replace(cassette, exchanges=(odd,)))["log"]["entries"][0]["response"]["content"]

    assert base64.b64decode(content["text"]) == b"\xff\x00"
    assert content["encoding"] == "base64"


@each_edition
@pytest.mark.parametrize("dialect", DIALECTS)
def test_variables_of_a_file_are_set(edition, dialect):
    """What a request uses stands at the head of the file, in its environment, or in a response before it."""
    book = quickstart(edition)
    text = http_file(book, dialect)
    public, private = environments(book)

    known = {*re.findall(r"^@(\w+) = ", text, re.MULTILINE), *public["sandbox"], *private["sandbox"]}
    for request in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        used = re.findall(r"\{\{(\w+)", request)
        assert set(used) <= known, request
        known |= {*re.findall(r"^# @name (\w+)$", request, re.MULTILINE), *re.findall(r'global\.set\("(\w+)"', request)}


@each_edition
@pytest.mark.parametrize("dialect", DIALECTS)
def test_file_has_no_secret(edition, dialect):
    """Credentials are variables; the private environment is there to be filled in."""
    book = quickstart(edition)

    assert "REDACTED" not in http_file(book, dialect)
    assert set(environments(book)[1]["sandbox"].values()) == {""}


def test_names_of_requests_are_unlike_each_other():
    """A request that is made twice has a number behind its name."""
    names = re.findall(r"^# @name (\w+)$", http_file(quickstart(EDITIONS[0]), "vscode"), re.MULTILINE)

    assert len(names) == len(set(names)) == 25


COMMANDS = [
    (["openapi"], ["energy-coordination-2023-10.openapi.json"]),
    (["har"], ["energy-coordination-2023-10-quickstart.har"]),
    (["har", "--edition", "2026-01", "--scenario", "enrolling"], ["energy-coordination-2026-01-enrolling.har"]),
    (["http", "--for", "vscode"], ["energy-coordination-2023-10.http"]),
    (["http"], ["energy-coordination-2023-10.http", "http-client.env.json", "http-client.private.env.json"]),
]


@pytest.mark.parametrize(("arguments", "names"), COMMANDS)
def test_command_writes_files(arguments, names, tmp_path):
    """Each export is a subcommand that writes into the folder that is given."""
    with pytest.raises(SystemExit) as ended:
        main(["export", *arguments, "-o", str(tmp_path)])

    assert ended.value.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_unknown_scenario_is_one_line(capsys):
    """A scenario that is not recorded is told, with those that are."""
    recorded = scenarios(editions.default("replay"))

    with pytest.raises(SystemExit) as ended:
        main(["export", "har", "--scenario", "none"])

    assert ended.value.code == 4
    assert "quickstart" in recorded
    assert capsys.readouterr().err.endswith(
        f"there is no recorded scenario 'none': expected one of {', '.join(recorded)}\n"
    )


@each_edition
def test_open_objects_say_so(edition):
    """An object is open or closed as in the contract; what is put together with a closed one stays as it is."""
    contract = editions.contract(edition)
    document = openapi.document(contract)
    registry = jsonschema_rs.Registry([("urn:export", document)])

    for name in document["components"]["schemas"]:
        pointer = ("components", "schemas", name)
        own = jsonschema_rs.Draft202012Validator({"$ref": f"urn:export#/components/schemas/{name}"}, registry=registry)
        for value in ({}, {"further": 1}, *examples_in(contract, name)):
            assert own.is_valid(value) == contract.schemas.fits(pointer, value), (name, value)


def examples_in(contract, name):
    """The examples of all bodies of a schema, each with a further member, too."""
    for operation in contract.operations.values():
        for content in contract.source.at(operation.pointer).get("requestBody", {}).get("content", {}).values():
            if content["schema"].get("$ref", "").endswith(f"/{name}"):
                for example in content.get("examples", {}).values():
                    value = (
                        contract.source.resolve(contract.source.parse(example["$ref"][2:]))[1]
                        if "$ref" in example
                        else example
                    )
                    yield value["value"]
                    yield {**value["value"], "further": 1}
                    yield closed_inside(value["value"])


def closed_inside(value):
    """The value with a further member in each object of its lists."""
    if isinstance(value, dict):
        return {key: closed_inside(item) for key, item in value.items()}
    return (
        [{**item, "further": 1} if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
    )


def test_what_was_filled_in_is_kept(tmp_path, capsys):
    """A second export writes the requests anew, and leaves the files with credentials as they are."""
    private = tmp_path / "http-client.private.env.json"
    private.write_text("mine")

    with pytest.raises(SystemExit):
        main(["export", "http", "-o", str(tmp_path)])

    assert private.read_text() == "mine"
    assert f"{private} is kept" in capsys.readouterr().out
