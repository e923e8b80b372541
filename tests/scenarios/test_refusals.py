"""Error responses of each operation: to a call without a token, to an invalid body, and for an unknown id."""

from dataclasses import replace

import pytest

from ecsuite.contract import parameters
from ecsuite.rules.inputs import bad_credentials, unknown_path_ids, wrong_body
from ecsuite.rules.world import World

pytestmark = pytest.mark.spec


@pytest.mark.scenario("refusals")
def test_refusals_are_as_documented(world: World) -> None:
    """Each operation responds as documented to each kind of invalid call; the walkthrough shows the responses."""
    without_token = bad_credentials(world.api.token(), "", "", world.values.ids.new())[0]
    for operation in world.contract.operations.values():
        if not operation.security or operation.sandbox_only:
            continue
        about_nobody = world.calls.unknown(operation)
        refused = [without_token]
        if parameters(operation):
            unknown = unknown_path_ids(operation)
            # If two errors apply, which one is reported is unspecified.
            refused = [replace(without_token, statuses=without_token.statuses | unknown.statuses), unknown]
        world.calls.send_refused(about_nobody, refused)
        if operation.request and "400" in operation.responses:
            call = world.calls.valid_or_unknown(operation)
            world.calls.send_refused(call, [wrong_body(next(world.calls.wrong(call)))])
