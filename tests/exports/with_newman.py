"""The Postman collection, run by Newman against the stand-in, and read by Bruno's converter."""

import json
from pathlib import Path

import pytest
from node_tools import kept, run, standing

from ecsuite import editions

EDITIONS = editions.editions()
FAULTS = [
    "token-may-be-cached",
    "no-token-is-403",
    "vehicle-not-listed",
    "meter-not-deleted",
    "webhook-deleted-is-shown",
    "put-changes-nothing",
    "year-is-text",
    "zip-code-loses-zero",
    "user-is-wrapped",
    "event-duration-is-iso",
]
BRUNO = """
const { postmanToBruno, postmanToBrunoEnvironment } = require("@usebruno/converters");
const read = (path) => JSON.parse(require("fs").readFileSync(path));
(async () => {
    const made = await postmanToBruno(read(process.argv[1]));
    const environment = await postmanToBrunoEnvironment(read(process.argv[2]));
    console.log(JSON.stringify({ collection: made.collection ?? made, environment }));
})();
"""


def files(exported, edition):
    stem = f"{exported}/{edition}/energy-coordination-{edition}"
    return f"{stem}.postman_collection.json", f"{stem}.postman_environment.json"


def newman(tools, exported, edition, standin, **others):
    values = {
        "baseUrl": standin.base_url,
        "tokenUrl": standin.token_url,
        "clientId": standin.credentials.client_id,
        "clientSecret": standin.credentials.client_secret,
        **others,
    }
    settings = [part for name, value in values.items() for part in ("--env-var", f"{name}={value}")]
    collection, environment = files(exported, edition)
    return run(tools, "newman", "run", collection, "-e", environment, *settings, "--color", "off")


@pytest.mark.parametrize("edition", EDITIONS)
def test_collection_is_green_twice_and_leaves_nothing(edition, tools, exported):
    """A right server passes every test, a second time, too, and has what it had before."""
    with standing(edition) as standin:
        before = kept(standin, edition)

        ran = [newman(tools, exported, edition, standin) for _ in range(2)]

        assert [each.returncode for each in ran] == [0, 0], ran[0].stdout + ran[1].stdout
        assert kept(standin, edition) == before


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_red(fault, tools, exported):
    """A planted fault fails the run, and a test of the collection says why."""
    with standing(EDITIONS[0], fault) as standin:
        ran = newman(tools, exported, EDITIONS[0], standin)

    assert ran.returncode == 1
    assert "AssertionError" in ran.stdout


@pytest.mark.parametrize("variant", ["no-events", "is-busy-without-a-time", "ids-of-the-server"])
def test_variant_is_green(variant, tools, exported):
    """A server that has no events, is busy now and then, or gives ids of its own, is right all the same."""
    with standing(EDITIONS[0], variant=variant) as standin:
        ran = newman(tools, exported, EDITIONS[0], standin)

    assert ran.returncode == 0, ran.stdout


STOPPED = [
    ({"baseUrl": "https://api.voluespark.com/energy-coordination/v1"}, "this is production"),
    ({"clientSecret": "wrong"}, "the status is 200"),
]


@pytest.mark.parametrize(("others", "reason"), STOPPED)
def test_run_is_stopped(others, reason, tools, exported):
    """In production, and with credentials that are refused, the first request is the last, and the run is red."""
    with standing(EDITIONS[0]) as standin:
        ran = newman(tools, exported, EDITIONS[0], standin, **others)

    assert ran.returncode == 1
    assert reason in ran.stdout
    assert "02 Create a user" not in ran.stdout


@pytest.mark.parametrize("edition", EDITIONS)
def test_bruno_imports_it(edition, tools, exported):
    """Bruno's converter takes every folder, request, script and example; secrets stay secrets."""
    collection, environment = files(exported, edition)
    own = json.loads(Path(collection).read_text(encoding="utf-8"))

    ran = run(tools, "node", "-e", BRUNO, collection, environment)

    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    folders = {folder["name"]: folder["items"] for folder in read["collection"]["items"]}
    assert {name: len(items) for name, items in folders.items()} == {
        folder["name"]: len(folder["item"]) for folder in own["item"]
    }
    assert all(item["request"]["script"]["res"] for items in folders.values() for item in items)
    assert all(item["examples"] for items in folders.values() for item in items)
    secrets = {each["name"] for each in read["environment"]["variables"] if each["secret"]}
    assert secrets == {"clientId", "clientSecret", "webhookSecret"}
