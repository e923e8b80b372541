"""Calls that had to be refused: what is taken changes what it will, what is refused changes nothing, and is not blamed."""

import pytest

from ecsuite import wording
from ecsuite.promises import BAD_REQUEST, REFUSED_CHANGES_NOTHING
from ecsuite.results.record import found_in
from ecsuite.rules.inputs import Refused, wrong_body
from ecsuite.rules.verify_refused import VerifyRefused
from ecsuite.session import open_run
from ecsuite.standin import serving
from ecsuite.standin.faults import find_fault, find_variant
from ecsuite.standin.faults import planting as p


@pytest.fixture
def found_by():
    """The findings of a rule, where something is planted: promise, severity, and the case that was tried."""

    def run_with(plant, operation_id, promise, draw=None, edition="2026-01"):
        with serving(edition, plant=plant) as standin, open_run(edition, standin.target()) as run:
            world = run.world()
            operation = world.contract.operations[operation_id]
            rule = (*operation.pointer, "responses", "400")
            wrong = draw or (lambda call: map(wrong_body, world.calls.wrong(call)))
            kept = world.refused.changes_nothing(operation, wrong, rule)
            findings = [each for each in run.journal.findings if each.promise == promise.id]
            reasons = {reason for (of, reason) in run.journal.tally.not_checked if of == REFUSED_CHANGES_NOTHING.id}
            return kept, findings, reasons

    return run_with


def test_nothing_is_taken(found_by):
    """A strict server gives no reason to look twice."""
    kept, findings, reasons = found_by(p.together(), "createLocation", REFUSED_CHANGES_NOTHING)

    assert (kept, findings, reasons) == (True, [], set())


@pytest.mark.parametrize("operation", ["createLocation", "changeLocation", "createWebhook"])
def test_taken_is_not_blamed_on_the_refused(found_by, operation):
    """What was made of a wrong body that was taken is no trace of one that was refused after it."""
    plant = find_variant("2026-01", "enums-in-any-spelling").plant

    _, findings, _ = found_by(plant, operation, REFUSED_CHANGES_NOTHING)
    _, taken, _ = found_by(plant, operation, BAD_REQUEST)

    assert findings == []
    assert {finding.severity for finding in taken} == {"warning"}


@pytest.mark.parametrize("operation", ["createLocation", "changeLocation"])
def test_refused_that_acts_is_found_beside_what_is_taken(found_by, operation):
    """A lenient server that acts on what it refuses is found all the same."""
    lenient = find_variant("2026-01", "enums-in-any-spelling").plant

    _, findings, _ = found_by(p.together(lenient, p.acts_in_spite(operation, 400)), operation, REFUSED_CHANGES_NOTHING)

    assert findings
    assert {finding.status for finding in findings} == {400}


def test_what_is_taken_without_a_word_is_read_back(found_by):
    """Where the response does not show it, reading tells what became of it."""
    plant = find_fault("2023-10", "year-is-cut").plant

    _, findings, _ = found_by(plant, "createVehicle", BAD_REQUEST, edition="2023-10")

    assert [finding.breach.seen_by for finding in findings if finding.severity == "error"] == ["getVehicle"]


def test_what_was_taken_and_may_not_be_shown_is_one_cause(contract):
    """That it was taken, and that a later call shows it without what must be there, is told once, as an error."""
    plant = find_fault("2023-10", "create-resource-takes-no-model").plant

    with serving("2023-10", plant=plant) as standin, open_run("2023-10", standin.target()) as run:
        world = run.world()
        operation = world.contract.operations["createResource"]
        world.refused.changes_nothing(operation, lambda call: map(wrong_body, world.calls.wrong(call)), ())
        (only,) = found_in(run.journal, contract, str)

    assert (only.finding.promise, only.finding.severity) == (BAD_REQUEST.id, "error")
    assert only.finding.breach.seen_by == "getResource"
    assert wording.where(only.finding.breach) == "status"


def test_refused_once_and_taken_the_next_time(monkeypatch):
    """A server that decides now one way and now the other leaves nothing to judge, which is told with the cases."""
    tries = iter([frozenset({"first"}), frozenset({"b", "a"})])
    monkeypatch.setattr(VerifyRefused, "_tried", lambda *_: next(tries))

    with serving("2026-01") as standin, open_run("2026-01", standin.target()) as run:
        world = run.world()
        kept = world.refused.changes_nothing(world.contract.operations["createUser"], lambda _: (), ())
        reasons = [reason for (of, reason) in run.journal.tally.not_checked if of == REFUSED_CHANGES_NOTHING.id]

    assert not kept
    assert reasons == ["refused at first, but accepted in another attempt: a, b"]


def test_all_is_taken(found_by):
    """Where nothing is refused, nothing is said of refused calls."""
    one = Refused("extra", {"json": {"userId": "a-user-that-is-taken"}})

    _, findings, reasons = found_by(p.together(), "createUser", REFUSED_CHANGES_NOTHING, lambda _: [one])

    assert findings == []
    assert reasons == {"nothing was refused"}


def test_what_was_taken_is_deleted():
    """A wrong request that was taken has made something by another id than it sent."""
    plant = find_variant("2026-01", "text-in-numbers-is-taken").plant
    with serving("2026-01", plant=plant) as standin:
        with open_run("2026-01", standin.target()) as run:
            run.api.request("POST", "/users", json={"userId": 42}, strict=False)
            run.api.request("POST", "/users/batch", json={"users": [{"userId": 43}, {"userId": "x"}]}, strict=False)
        with open_run("2026-01", standin.target()) as run:
            assert run.api.get("/users").json()["users"] == []
