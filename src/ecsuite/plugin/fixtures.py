"""The fixtures of tests: a run, and what is made of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ecsuite.client import Api
from ecsuite.contract import EntityType, Operation
from ecsuite.plugin.har import keep_exchanges
from ecsuite.plugin.masking import know_run
from ecsuite.plugin.measured import most_cases_of
from ecsuite.plugin.recording import scenario_of
from ecsuite.plugin.seen import watch
from ecsuite.plugin.session import keep_run, session_of
from ecsuite.quickstart import Story
from ecsuite.session import Run, Session

if TYPE_CHECKING:
    from ecsuite.rules.world import World


@pytest.fixture
def edition(request: pytest.FixtureRequest) -> str:
    """The edition that the test is about."""
    name: str = request.node.get_closest_marker("edition").args[0]
    return name


@pytest.fixture(scope="session")
def ecsuite_session(pytestconfig: pytest.Config) -> Session:
    """What all tests of a session share; a test that calls the API has it, by way of the fixture `run`."""
    return session_of(pytestconfig)


@pytest.fixture
def run(request: pytest.FixtureRequest, edition: str, ecsuite_session: Session) -> Iterator[Run]:
    """A run against the target that the command line names; every exchange in it is checked."""
    settings, turn = ecsuite_session.settings, zlib.crc32(request.node.name.encode())
    # A recording has all of its scenario.
    has_all = settings.uses_cassettes
    most_cases = None if has_all else most_cases_of(request.node, settings.profile)
    with ecsuite_session.run(edition, scenario_of(request.node) or "") as own:
        opened = replace(own, most_cases=most_cases, turn=turn)
        keep_run(request.node, opened)
        know_run(request.node, opened.redactor)
        watch(request.node, opened)
        keep_exchanges(request.node, opened)
        yield opened


@pytest.fixture
def api(run: Run) -> Api:
    """A client of the API, with the partner's token."""
    return run.api


@pytest.fixture
def world(run: Run, request: pytest.FixtureRequest) -> World:
    """Entities around the call that a test is about, made by the contract's links with the partner's token."""
    world = run.world()
    if not world.simulation and any(operation.sandbox_only for operation in _called(request)):
        pytest.skip(world.conditions.why_no_simulation)
    return world


@pytest.fixture
def other(run: Run) -> World:
    """The same with the token of a second partner; without one there is nothing to test."""
    if run.other is None:
        pytest.skip("no second partner: set EC_OTHER_CLIENT_ID and EC_OTHER_CLIENT_SECRET")
    return run.world(run.other)


@pytest.fixture
def story(run: Run) -> Story:
    """A telling of the quickstart, for its steps."""
    return run.story


def _called(request: pytest.FixtureRequest) -> Iterator[Operation]:
    """The operations that the row of a table is about."""
    callspec = getattr(request.node, "callspec", None)
    for value in callspec.params.values() if callspec else ():
        if isinstance(value, EntityType):
            yield value.creator
        elif isinstance(value, Operation):
            yield value
