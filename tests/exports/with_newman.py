"""The Postman collection, run by Newman against the stand-in, and read by Bruno's converter."""

import json

import pytest
from conftest import kept, run, standing

from ecsuite import editions

BRUNO = """
const { postmanToBruno, postmanToBrunoEnvironment } = require("@usebruno/converters");
const read = (path) => JSON.parse(require("fs").readFileSync(path));
(async () => {
    const { collection, ...rest } = await postmanToBruno(read(process.argv[1]));
    const whole = collection ?? rest;
    const environment = await postmanToBrunoEnvironment(read(process.argv[2]));
    console.log(JSON.stringify({ collection: whole, environment }));
})();
"""


def newman(tools, exported, edition, standin):
    stem = exported / edition / f"energy-coordination-{edition}"
    own = standin.credentials
    values = {
        "baseUrl": standin.base_url,
        "tokenUrl": standin.token_url,
        "clientId": own.client_id,
        "clientSecret": own.client_secret,
    }
    settings = [part for name, value in values.items() for part in ("--env-var", f"{name}={value}")]
    files = (f"{stem}.postman_collection.json", "-e", f"{stem}.postman_environment.json")
    return run(tools, "newman", "run", *files, *settings, "--color", "off")


@pytest.mark.parametrize("edition", editions.editions())
def test_collection_is_green_twice_and_leaves_nothing(edition, tools, exported):
    """A right server passes every test, a second time, too, and has what it had before."""
    with standing(edition) as standin:
        before = kept(standin, edition)

        ran = [newman(tools, exported, edition, standin) for _ in range(2)]

        assert [each.returncode for each in ran] == [0, 0], ran[0].stdout + ran[1].stdout
        assert kept(standin, edition) == before


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_red(fault, tools, exported):
    """A planted fault fails the run."""
    edition = editions.editions()[0]
    with standing(edition, fault) as standin:
        assert newman(tools, exported, edition, standin).returncode == 1


@pytest.mark.parametrize("edition", editions.editions())
def test_bruno_imports_it(edition, tools, exported):
    """Bruno's converter takes every folder, request, script and example; secrets stay secrets."""
    stem = exported / edition / f"energy-coordination-{edition}"
    files = [f"{stem}.postman_{kind}.json" for kind in ("collection", "environment")]
    own = json.loads((exported / edition / f"energy-coordination-{edition}.postman_collection.json").read_text())

    ran = run(tools, "node", "-e", BRUNO, *files)

    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    folders = {folder["name"]: folder["items"] for folder in read["collection"]["items"]}
    assert {name: len(items) for name, items in folders.items()} == {each["name"]: len(each["item"]) for each in own["item"]}
    assert all(item["request"]["script"]["res"] for items in folders.values() for item in items)
    assert all(item["examples"] for items in folders.values() for item in items)
    secrets = {each["name"] for each in read["environment"]["variables"] if each["secret"]}
    assert secrets == {"clientId", "clientSecret", "webhookSecret"}
