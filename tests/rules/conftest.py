"""Fixtures of the rules."""

import pytest

from ecsuite.client import SLOW
from ecsuite.session import Run


@pytest.fixture
def plenty(run: Run) -> int:
    """A large number of entities: more than a page of any usual size, or fewer if creating one takes long."""
    run.api.token()
    for operation in run.api.checker.contract.operations.values():
        if operation.method == "GET" and "{" not in operation.path:
            run.api.get(operation.path)
    return 105 if run.api.latency.average < SLOW else 22
