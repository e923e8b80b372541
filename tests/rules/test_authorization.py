"""A call without a valid token is refused with 401, and changes nothing."""

from functools import partial

import pytest

from ecsuite.contract import Operation
from ecsuite.promises import REFUSED_CHANGES_NOTHING
from ecsuite.rules.inputs import bad_credentials
from ecsuite.rules.world import World

pytestmark = pytest.mark.guide


@pytest.mark.operations(select=lambda _, operation: operation.security)
def test_call_without_good_token_is_refused(operation: Operation, world: World) -> None:
    """Whatever is sent instead of a valid token gets 401, and creates, changes and deletes nothing."""
    call = world.calls.valid(operation, full=True).switching_off()
    credentials = world.api.target.credentials
    nobody = world.values.ids.new()
    bad = world.calls.some(bad_credentials(world.api.token(), credentials.client_id, credentials.client_secret, nobody))
    before, lengths = world.snapshots.around(call), world.snapshots.lengths(operation)
    send = partial(world.calls.send_unauthorized, call, bad)

    refused = send()

    if any(response.is_success for response in refused):
        world.verify.not_checked(REFUSED_CHANGES_NOTHING, "what had to be refused was accepted")
        return
    rule = (*operation.pointer, "responses", "401")
    world.changes.unchanged(REFUSED_CHANGES_NOTHING, before, refused[-1], rule=rule, again=send)
    world.changes.grew_less(REFUSED_CHANGES_NOTHING, lengths, refused, rule, again=send)
