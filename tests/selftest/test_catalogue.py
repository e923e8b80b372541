"""The catalogue of planted faults and legal variants: whole, active, and found by what is about it."""

from collections import Counter

import pytest

from ecsuite import editions
from ecsuite.findings.broken import PromiseBroken
from ecsuite.journal import Journal
from ecsuite.promises import (
    BEARER_TOKEN,
    BUSY,
    DELIVERY_ACKNOWLEDGED,
    FORGERY_REFUSED,
    OPTIONAL_MEMBERS,
    PROMISES,
    REQUEST_MEMBERS,
)
from ecsuite.quickstart import Made, steps
from ecsuite.results.severity import failing
from ecsuite.session import open_run
from ecsuite.standin import serving
from ecsuite.standin.app import Plant
from ecsuite.standin.faults import find_fault, of_faults, of_variants

# These two speak of requests, which are the suite's own, and of what is left out.
NEVER_BROKEN_BY_SERVERS = {
    BEARER_TOKEN,
    BUSY,
    DELIVERY_ACKNOWLEDGED,
    FORGERY_REFUSED,
    OPTIONAL_MEMBERS,
    REQUEST_MEMBERS,
}
EDITIONS = [edition for edition in editions.editions() if of_faults(edition)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_names_are_unique(edition):
    """No two faults, and no two variants, have the same name."""
    for planted in (of_faults(edition), of_variants(edition)):
        assert [name for name, count in Counter(each.name for each in planted).items() if count > 1] == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_there_are_enough(edition):
    """At least a hundred and fifty faults, and twenty-five variants."""
    assert len(of_faults(edition)) >= 150
    assert len(of_variants(edition)) >= 25


def test_every_promise_has_a_fault():
    """There is at least one fault for every check and every rule that a server can break."""
    broken = {fault.promise for edition in EDITIONS for fault in of_faults(edition)}

    assert set(PROMISES) - broken == NEVER_BROKEN_BY_SERVERS


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_operation_has_a_fault(edition):
    """There is at least one fault of every operation."""
    named = {fault.call for fault in of_faults(edition)}

    assert {operation.id for operation in editions.contract(edition).operations.values()} <= named


def tell(edition: str, plant: Plant) -> Journal:
    """Tells the quickstart to a stand-in in which something is planted, as far as it goes; what was noted."""
    with serving(edition, plant=plant) as standin, open_run(edition, standin.target()) as run:
        story = run.story
        try:
            for step in steps(edition):
                made = step(story)
                if isinstance(made, Made):
                    story.read_back(made)
        except PromiseBroken:
            assert run.journal.findings
        return run.journal


def test_planted_fault_is_found_and_named():
    """The finding of a planted fault says what is wrong: the promise, the place, what was expected and what came."""
    fault = find_fault("2023-10", "year-is-text")

    findings = tell("2023-10", fault.plant).findings

    assert [finding for finding in findings if fault.is_named_by(finding)]


@pytest.mark.parametrize(
    ("edition", "variant"),
    [
        pytest.param(edition, variant, id=f"{edition}: {variant.name}")
        for edition in EDITIONS
        for variant in of_variants(edition)
    ],
)
def test_legal_variant_is_no_finding(edition, variant):
    """A stand-in with every response unusual in one legal way is as good as the plain one, for the whole quickstart."""
    journal = tell(edition, variant.plant)

    assert failing(journal.findings, strict=False) == ()
    assert journal.tally.judged
