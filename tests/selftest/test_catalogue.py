"""The catalogue of planted faults and legal variants: whole, active, and found by what is about it."""

from collections import Counter

import pytest

from ecsuite import editions, rules
from ecsuite.checks import CHECKS
from ecsuite.client import ANSWER_ARRIVES
from ecsuite.run import open_run
from ecsuite.standin import serving
from ecsuite.standin.faults import find_fault, of_faults, of_variants
from ecsuite.world import World

# These two speak of requests, which are the suite's own, and of what is left out.
NEVER_BROKEN_BY_SERVERS = {"bearer token is sent", "optional members are present"}
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
    promises = {check.name for check in CHECKS} | {*rules.NAMES, ANSWER_ARRIVES}

    broken = {fault.finding.check for edition in EDITIONS for fault in of_faults(edition)}
    assert promises - broken <= NEVER_BROKEN_BY_SERVERS


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_operation_has_a_fault(edition):
    """There is at least one fault of every operation."""
    named = {fault.finding.subject.partition(" -> ")[0] for fault in of_faults(edition)}

    assert {operation.id for operation in editions.contract(edition).operations.values()} <= named


def vehicle(world: World):
    return world.make(world.entity_type("createVehicle"), full=True)


def test_planted_fault_is_found_and_named():
    """The finding of a planted fault says what is wrong: the promise, the place, what was expected and what came."""
    fault = find_fault("2023-10", "year-is-text")

    with serving("2023-10", plant=fault.plant) as standin, open_run("2023-10", standin.target()) as run:
        world = run.world()
        world.read(vehicle(world))

    operations = editions.contract("2023-10").operations
    assert [finding for finding in run.journal.findings if fault.finding.fits(finding, operations)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_legal_variant_is_no_finding(edition):
    """A stand-in with every response unusual in one legal way is as good as the plain one."""
    for variant in of_variants(edition)[:3]:
        with serving(edition, plant=variant.plant) as standin, open_run(edition, standin.target()) as run:
            world = run.world()
            world.read(vehicle(world))

        assert run.journal.findings == (), variant.name
