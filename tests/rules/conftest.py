"""What the rules share."""

import pytest


@pytest.fixture
def plenty(request, run):
    """How many things are many: more than a page of any usual size, or fewer where each takes its time."""
    recording = request.config.getoption("--record-mode", "none") not in {None, "none"}
    if recording or run.target.kind == "replay":
        return 12
    run.api.token()
    started = [
        run.api.get(operation.path)
        for operation in run.api.checker.contract.operations.values()
        if operation.method == "GET" and "{" not in operation.path
    ]
    slowest = max(answer.elapsed.total_seconds() for answer in started)
    return 105 if slowest < 0.02 else 22
