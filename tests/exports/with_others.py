"""The files of requests in httpYac, and the HTTP archives by the JSON Schema of HAR 1.2."""

import pytest
from node_tools import kept, run, standing

from ecsuite import editions

EDITIONS = editions.editions()
FAULTS = [
    "meter-not-deleted",
    "vehicle-deleted-is-202",
    "vehicle-unknown-is-500",
]
HAR = """
const ajv = new (require("ajv"))({ schemaId: "auto" });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"));
ajv.addSchema(Object.values(require("har-schema")));
const wrong = process.argv.slice(1).filter((path) => !ajv.validate("har.json#", JSON.parse(require("fs").readFileSync(path))));
console.log(JSON.stringify([wrong, ajv.errors]));
process.exit(wrong.length);
"""


def httpyac(tools, exported, edition, standin):
    values = {
        "baseUrl": standin.base_url,
        "tokenUrl": standin.token_url,
        "clientId": standin.credentials.client_id,
        "clientSecret": standin.credentials.client_secret,
        "webhookSecret": "0123456789abcdefghij",
    }
    variables = [f"{name}={value}" for name, value in values.items()]
    command = ("httpyac", "send", f"energy-coordination-{edition}.http", "--all", "--env", "sandbox", "--no-color")
    # It takes no file from outside of the folder that it runs in.
    return run(tools, *command, "--var", *variables, folder=exported / edition)


@pytest.mark.parametrize("edition", EDITIONS)
def test_requests_are_green_twice_and_leave_nothing(edition, tools, exported):
    """The requests are sent by httpYac, their tests pass, a second time, too, and nothing is left."""
    with standing(edition) as standin:
        before = kept(standin, edition)

        ran = [httpyac(tools, exported, edition, standin) for _ in range(2)]

        assert [each.returncode for each in ran] == [0, 0], ran[0].stdout + ran[1].stdout
        assert "25 requests processed (25 succeeded)" in ran[1].stdout
        assert kept(standin, edition) == before


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_red(fault, tools, exported):
    """A wrong status fails the test of its request."""
    with standing(EDITIONS[0], fault) as standin:
        ran = httpyac(tools, exported, EDITIONS[0], standin)

    assert ran.returncode != 0
    assert "25 requests processed (24 succeeded, 1 failed)" in ran.stdout


def test_archives_are_valid(tools, exported):
    """Each archive is HAR 1.2."""
    ran = run(tools, "node", "-e", HAR, *map(str, sorted(exported.glob("*/*.har"))))

    assert ran.returncode == 0, ran.stdout + ran.stderr
