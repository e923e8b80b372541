"""The deliveries to a partner's webhooks: waits for them, counts them, and verifies where they arrive."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from ecsuite.client import Api
from ecsuite.findings.breach import DELIVERY, Breach, Place
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import DELIVERED_TO_ITS_WEBHOOK, Promise
from ecsuite.rules.entity import Entity
from ecsuite.rules.reading import member_of
from ecsuite.rules.representation import Representation
from ecsuite.rules.values import HOOK_URL, Values
from ecsuite.rules.verify import Verify
from ecsuite.rules.verify_deliveries import VerifyDeliveries
from ecsuite.webhook.delivery import Wanted, any_delivery, hook_of, may_be
from ecsuite.webhook.receiver import TIMEOUT, Receiver, wait_for

# Seconds to wait for a delivery that must not come, after one that was triggered later has arrived.
GRACE: Final = 0.5
# Seconds within which two deliveries count as one attempt: a server may send each delivery twice at once.
DUPLICATE_WINDOW: Final = 0.03


class Deliveries:
    """The deliveries to a partner's webhooks.

    Args:
        api: the client.
        values: knows the receiver.
        representation: what deliveries must show.
        verify: records the verdicts.

    Attributes:
        verify: verifies single deliveries.
    """

    def __init__(self, api: Api, values: Values, representation: Representation, verify: Verify) -> None:
        self._api = api
        self._values = values
        self._representation = representation
        self._verify = verify
        self.verify = VerifyDeliveries(api, verify)

    @property
    def receiver(self) -> Receiver:
        """The receiver of the deliveries."""
        return self._values.receiver

    def address(self, webhook: Entity) -> str:
        """The address of a webhook."""
        address: str = webhook.body[self._representation.sampled_as(webhook.type.creator, HOOK_URL)]
        return address

    def hook(self, webhook: Entity) -> str:
        """The name of a webhook at the receiver."""
        return self.address(webhook).partition("?")[0].rpartition("/")[2]

    def leads_to(self, webhook: Entity, shown: httpx.Response) -> bool:
        """Whether a response shows a webhook with its address; if not, deliveries rightly go elsewhere."""
        name = self._representation.sampled_as(webhook.type.creator, HOOK_URL)
        return shown.is_success and member_of(shown, name) == self.address(webhook)

    def answer_with(self, webhook: Entity, **answer: Any) -> None:
        """Set the response to deliveries to a webhook from now on, as for `Receiver.answer_with`."""
        self.receiver.answer_with(self.hook(webhook), **answer)

    def wait(self, webhook: Entity, wanted: Wanted = any_delivery, seconds: float = TIMEOUT) -> Exchange | None:
        """Wait for the next wanted delivery to a webhook; None if none arrives in that time."""
        return wait_for(self.receiver, self.hook(webhook), wanted, seconds)

    def to(self, webhook: Entity, wanted: Wanted = any_delivery) -> list[Exchange]:
        """Every wanted delivery to a webhook so far, as often as it came."""
        hook = self.hook(webhook)
        return [each for each in self.receiver.received() if hook_of(each) == hook and may_be(wanted, each)]

    def times(self, webhook: Entity, wanted: Wanted = any_delivery) -> Sequence[float]:
        """The times at which these came; empty if unknown."""
        return self.receiver.arrivals(self.hook(webhook), wanted)

    def pause(self, seconds: float = GRACE) -> None:
        """Wait, unless a recording is replayed."""
        if self._api.target.mode != "replay":
            self._api.rest(seconds)

    def arrives(
        self,
        webhook: Entity,
        asked: httpx.Response,
        *,
        wanted: Wanted = any_delivery,
        secret: str = "",
        tells: Any = None,
    ) -> Exchange | None:
        """Wait for a delivery, and record whether it came to the right URL, is signed, and has the expected content.

        Args:
            webhook: the webhook.
            asked: the response of the call that triggered the delivery.
            wanted: which deliveries count.
            secret: the secret of the webhook, if the contract says how deliveries are signed.
            tells: the content that it must have, as it was sent to the API.
        """
        delivery, url = self.wait(webhook, wanted), self.address(webhook)
        self.verify.arrived(delivery, asked, url, secret)
        if delivery is None:
            return None
        request = self.verify.operation.request
        if tells and request:
            self.verify.tells(self._representation.of_schema(request.schema, tells), delivery)
        breach = Breach.of("changed", Place("delivery", "address"), url, delivery.request.url)
        self._verify.that(
            DELIVERED_TO_ITS_WEBHOOK, asked, breach, holds=_query_of(delivery.request.url) == _query_of(url)
        )
        return delivery

    def count_is(
        self,
        promise: Promise,
        webhook: Entity,
        asked: httpx.Response,
        count: int,
        note: str,
        wanted: Wanted = any_delivery,
    ) -> bool:
        """Record whether as many deliveries as expected came to a webhook; all of them must have arrived by now."""
        came = len(self.to(webhook, wanted))
        return self._verify.count(promise, asked, count, came, DELIVERY, note=note)


def apart(times: Sequence[float]) -> list[float]:
    """The times of attempts; of simultaneous ones only the last."""
    return [one for one, two in itertools.pairwise([*times, float("inf")]) if two - one > DUPLICATE_WINDOW]


def is_same_json(text: Any, value: Any) -> bool:
    """Whether a string is the JSON of a value."""
    try:
        return bool(json.loads(text) == value)
    except (ValueError, TypeError, RecursionError):
        return False


def _query_of(url: str) -> list[tuple[str, str]]:
    """The query of a URL; a tunnel may change what precedes it."""
    return parse_qsl(url.partition("?")[2], keep_blank_values=True)
