"""What changes between the attempts at a delivery: a webhook that is disabled or deleted receives no further attempt."""

import pytest

from ecsuite.messages.exchange import ABSENT
from ecsuite.promises import DELIVERED_TO_ITS_WEBHOOK
from ecsuite.rules.retries import MOST_ATTEMPTS, Attempts
from ecsuite.scenarios.edition_2026_01 import Household

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.waits]
REFUSED = 503
# An attempt may be on its way when a webhook is disabled or deleted.
ON_ITS_WAY = 1.0


def test_retry_reaches_no_webhook_that_is_off_or_gone(world):
    """A failed delivery is not retried at a webhook that was disabled or deleted meanwhile; a third shows retries."""
    household = Household.reachable(world)
    control, disabled, deleted = (household.subscribe("PriceCurveCreated") for _ in range(3))
    for webhook in (control, disabled, deleted):
        world.deliveries.answer_with(webhook, status=REFUSED)
    event = household.simulate()
    if any(world.deliveries.wait(webhook, event.may_be_in) is None for webhook in (control, disabled, deleted)):
        # Other tests report a missing first attempt.
        return

    world.api.put(f"{disabled.path}/enabled", params={"enabled": "false"})
    gone = world.api.delete(deleted.path)
    is_off = world.verify.reads(disabled.path, {"enabled": False})
    if not is_off or not world.verify.unreadable(world.api.get(deleted.path, expect=ABSENT, strict=False), gone):
        return
    world.deliveries.pause(ON_ITS_WAY)
    came = {webhook.id: household.deliveries(webhook, event) for webhook in (control, disabled, deleted)}
    Attempts(world.deliveries, control, event.may_be_in).wait_for(MOST_ATTEMPTS)

    if len(household.deliveries(control, event)) == len(came[control.id]):
        world.verify.not_checked(DELIVERED_TO_ITS_WEBHOOK, "no retry came after a webhook had been disabled")
        return
    for webhook, why in ((disabled, "switched off"), (deleted, "deleted")):
        note, count = f"for the webhook was {why} after {{}} attempts", len(came[webhook.id])
        if not world.deliveries.count_is(
            DELIVERED_TO_ITS_WEBHOOK, webhook, event.made, count, note.format(count), event.may_be_in
        ):
            # A server that forgets one of them hardly knows the other.
            return
