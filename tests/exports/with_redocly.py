"""The Arazzo workflows and the OpenAPI documents, in Redocly's linter and its runner."""

import pytest
from node_tools import kept, run, standing

from ecsuite import editions

EDITIONS = editions.editions()
FAULTS = [
    "token-type-is-mac",
    "token-lifetime-in-minutes",
    "meter-not-deleted",
    "webhook-deleted-is-shown",
    "year-is-text",
    "zip-code-loses-zero",
    "coordinates-are-swapped",
    "user-is-wrapped",
    "vehicle-is-a-page",
    "event-duration-is-iso",
]


def respect(tools, document, standin):
    return run(
        tools,
        "redocly",
        "respect",
        str(document),
        *("-S", f"api={standin.base_url}"),
        *("-S", f"identity={standin.token_url.removesuffix('/connect/token')}"),
        *("-i", f"clientId={standin.credentials.client_id}"),
        *("-i", f"clientSecret={standin.credentials.client_secret}"),
        *("-i", "webhookSecret=0123456789abcdefghij"),
    )


@pytest.mark.parametrize("edition", EDITIONS)
def test_documents_are_valid(edition, tools, exported):
    """The linter has no error of any document, and no warning of a workflow."""
    workflows = sorted(map(str, (exported / edition).glob("*.arazzo.json")))

    documents = run(tools, "redocly", "lint", *sorted(map(str, (exported / edition).glob("*.openapi.json"))))
    linted = run(tools, "redocly", "lint", *workflows)

    assert documents.returncode == 0, documents.stderr
    assert linted.returncode == 0, linted.stderr
    assert "warning" not in (linted.stdout + linted.stderr).replace("Deprecation warning", "")


@pytest.mark.parametrize("edition", EDITIONS)
def test_workflows_are_green_twice_and_leave_nothing(edition, tools, exported):
    """A right server passes every step of every workflow, a second time, too, and has what it had before."""
    with standing(edition) as standin:
        before = kept(standin, edition)
        for document in sorted((exported / edition).glob("*.arazzo.json")):
            ran = [respect(tools, document, standin) for _ in range(2)]

            assert [each.returncode for each in ran] == [0, 0], ran[0].stdout + ran[1].stdout
        assert kept(standin, edition) == before


def test_empty_list_is_green(tools, exported):
    """Where there is no event, the steps about one are left out."""
    document = exported / EDITIONS[0] / f"energy-coordination-{EDITIONS[0]}.quickstart.arazzo.json"
    with standing(EDITIONS[0], variant="no-events") as standin:
        ran = respect(tools, document, standin)

    assert ran.returncode == 0, ran.stdout
    assert "Steps: 23 passed, 23 total" in ran.stdout + ran.stderr


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_red(fault, tools, exported):
    """A planted fault fails a step of the quickstart."""
    document = exported / EDITIONS[0] / f"energy-coordination-{EDITIONS[0]}.quickstart.arazzo.json"
    with standing(EDITIONS[0], fault) as standin:
        ran = respect(tools, document, standin)

    assert ran.returncode == 1
    assert "1 failed" in ran.stdout + ran.stderr
