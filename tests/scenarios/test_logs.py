"""The logs of deliveries belong to the partner whose webhooks received them."""

import pytest

from ecsuite.findings.breach import listed
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.promises import PARTNERS_APART
from ecsuite.scenarios.edition_2026_01 import Household
from ecsuite.webhook.delivery import value_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.waits]
ANOTHERS = "for it is another partner's"


def test_logs_are_in_no_list_of_another_partner(world, other):
    """Neither the list of all logs nor that of a webhook shows a partner what another one received."""
    household = Household.reachable(world)
    webhook = household.subscribe("PriceCurveCreated")
    delivery = household.arrives(webhook, household.simulate())
    if delivery is None:
        return
    own_id = at_path(value_of(delivery), ("notificationId",))
    own = {"webhookId": webhook.id}
    world.api.poll("/webhooks/logs", lambda response: own_id in response.text, params={**own, "page": "1"})

    for query, expect in (({}, None), (own, UNSPECIFIED)):
        # Whether the webhook of another partner is refused, or has no logs, is unspecified.
        options = {"expect": expect} if expect else {}
        listing = other.lists.read("/webhooks/logs", query=query, **options)
        found = [log.value["webhookId"] for log in listing.having("webhookId", webhook.id)]
        if not world.verify.none(PARTNERS_APART, listing.first, found, listed("webhookId"), note=ANOTHERS):
            return
