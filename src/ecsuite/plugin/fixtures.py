"""The fixtures of tests: a run, and objects that belong to it."""

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
    """The edition that the test is for."""
    name: str = request.node.get_closest_marker("edition").args[0]
    return name


@pytest.fixture(scope="session")
def ecsuite_session(pytestconfig: pytest.Config) -> Session:
    """What all tests of a session share; every test that calls the API has it, by way of the fixture `run`."""
    return session_of(pytestconfig)


@pytest.fixture
def run(request: pytest.FixtureRequest, edition: str, ecsuite_session: Session) -> Iterator[Run]:
    """A run against the selected target; every exchange in it is checked."""
    # Other hooks recognize a test that calls the API by this fixture.
    del ecsuite_session
    with run_of_turn(request.node, edition) as own:
        yield own


@pytest.fixture
def api(run: Run) -> Api:
    """A client of the API, with the partner's token."""
    return run.api


@pytest.fixture
def world(run: Run, request: pytest.FixtureRequest) -> World:
    """Entities that a test needs around its call, created by the contract's links with the partner's token."""
    world = run.world()
    if not world.simulation and any(operation.sandbox_only for operation in operations_of(request.node)):
        pytest.skip(world.conditions.why_no_simulation)
    return world


@pytest.fixture
def other(run: Run) -> World:
    """The same with the token of a second partner; skips the test if there is none."""
    if run.other is None:
        pytest.skip("no second partner: set EC_OTHER_CLIENT_ID and EC_OTHER_CLIENT_SECRET")
    return run.world(run.other)


@pytest.fixture
def story(run: Run) -> Story:
    """The quickstart as a story, for its steps."""
    return run.story
