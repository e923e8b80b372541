"""The fixtures of tests: a run, and what is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ecsuite.client import Api
from ecsuite.plugin.ahead import run_of_turn
from ecsuite.plugin.session import session_of
from ecsuite.plugin.tables import operations_of
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
    # By that fixture it is known of a test that it calls the API.
    del ecsuite_session
    with run_of_turn(request.node, edition) as own:
        yield own


@pytest.fixture
def api(run: Run) -> Api:
    """A client of the API, with the partner's token."""
    return run.api


@pytest.fixture
def world(run: Run, request: pytest.FixtureRequest) -> World:
    """Entities around the call that a test is about, made by the contract's links with the partner's token."""
    world = run.world()
    if not world.simulation and any(operation.sandbox_only for operation in operations_of(request.node)):
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
