"""The export to Arazzo: workflows over two descriptions."""

import json
import re

import pytest

from ecsuite import editions
from ecsuite.cli import main
from ecsuite.export import arazzo
from ecsuite.export.recorded import quickstart, scenario, scenarios

EDITIONS = editions.editions()
URLS = ("api.json", "identity.json")
each_edition = pytest.mark.parametrize("edition", EDITIONS)


def workflow(edition: str) -> dict:
    (made,) = arazzo.workflows({"quickstart": quickstart(edition)}, URLS)["workflows"]
    return made


def all_workflows() -> list[dict]:
    books = [arazzo.fit(scenario(edition, name)) for edition in EDITIONS for name in scenarios(edition)]
    return [arazzo.workflows({"one": book}, URLS)["workflows"][0] for book in books if book]


@each_edition
def test_operations_are_in_their_descriptions(edition):
    """Each step names an operation of the description that it says; the token is the identity service's."""
    described = dict(zip(("api", "identity"), arazzo.descriptions(editions.contract(edition)), strict=True))
    known = {
        f"$sourceDescriptions.{name}.{node['operationId']}"
        for name, document in described.items()
        for path in document["paths"].values()
        for node in path.values()
        if isinstance(node, dict)
    }

    assert {step["operationId"] for step in workflow(edition)["steps"]} <= known
    assert len(described["identity"]["paths"]) == 1
    assert not set(described["identity"]["paths"]) & set(described["api"]["paths"])


def test_what_a_step_uses_is_there():
    """Each input is one of the workflow's, and each output one of an earlier step's."""
    for made in all_workflows():
        known = {f"$inputs.{name}" for name in made["inputs"]["properties"]}
        for step in made["steps"]:
            used = re.findall(r"\$(?:inputs|steps\.\w+\.outputs)\.\w+", json.dumps({**step, "outputs": 0}))
            assert set(used) <= known, (made["summary"], step["stepId"])
            known |= {f"$steps.{step['stepId']}.outputs.{name}" for name in step.get("outputs", {})}


def test_steps_are_unlike_each_other():
    """A step that is taken twice has a number, and what it goes on to is there, and later."""
    for made in all_workflows():
        ids = [step["stepId"] for step in made["steps"]]

        assert len(ids) == len(set(ids))
        for number, step in enumerate(made["steps"]):
            targets = [each["stepId"] for key in ("onSuccess", "onFailure") for each in step.get(key, [])]
            assert all(ids.index(target) > number for target in targets)


@each_edition
def test_guide_text_is_told(edition):
    """The first step of each chapter has the text of the guide."""
    book = quickstart(edition)

    told = [step["description"] for step in workflow(edition)["steps"]]

    assert [chapter.text for chapter in book.chapters if not any(chapter.text in text for text in told)] == []


@each_edition
def test_secrets_are_passwords(edition):
    """Secrets are inputs without a default, of the format that runners mask."""
    inputs = workflow(edition)["inputs"]["properties"]

    for name in ("clientId", "clientSecret", "webhookSecret"):
        assert inputs[name]["format"] == "password"
        assert "default" not in inputs[name]
    assert "REDACTED" not in json.dumps(workflow(edition)["steps"])


def test_what_was_sent_is_a_criterion():
    """A step that reads what another one sent compares each value that a response must have."""
    steps = {step["stepId"]: step for step in workflow(EDITIONS[0])["steps"]}

    conditions = [each["condition"] for each in steps["getMeter"]["successCriteria"]]
    assert "$response.body#/address/zipCode == '0180'" in conditions
    assert "$response.body#/location/latitude == 62.47225" in conditions
    assert not any("webhookSecret" in each["condition"] for each in steps["getWebhook"]["successCriteria"])


@each_edition
def test_scenario_without_a_token_is_left_out(edition):
    """A runner sends the good token with each call, which is not refused for it."""
    assert arazzo.fit(scenario(edition, "refusals")) is None


def test_scenario_with_two_partners_is_left_out():
    """A workflow has one token, and deletes what it made alone."""
    names = {name for name in scenarios(EDITIONS[-1]) if arazzo.fit(scenario(EDITIONS[-1], name)) is None}

    assert {"other-partners-webhook", "simulated-partner", "simulated-partners"} <= names
    assert not names & {"quickstart", "becoming-eligible", "two-homes"}


@each_edition
def test_command_writes_documents(edition, tmp_path):
    """`ecsuite export arazzo` writes the workflows beside the documents that they refer to."""
    with pytest.raises(SystemExit) as ended:
        main(["export", "arazzo", "--edition", edition, "-o", str(tmp_path)])

    assert ended.value.code == 0
    for path in tmp_path.glob("*.arazzo.json"):
        sources = json.loads(path.read_text(encoding="utf-8"))["sourceDescriptions"]
        assert all((tmp_path / source["url"]).is_file() for source in sources)
    assert (tmp_path / f"energy-coordination-{edition}.quickstart.arazzo.json").is_file()
