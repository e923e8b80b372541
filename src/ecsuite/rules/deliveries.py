"""What arrives at webhooks: waited for, counted, and seen to be what it must be."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from ecsuite.client import Api
from ecsuite.compare import differences
from ecsuite.contract import Operation
from ecsuite.findings.breach import DELIVERY, Breach, Place
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.promises import DELIVERED_TO_ITS_WEBHOOK, DELIVERY_ARRIVES, DELIVERY_CONTENT, SIGNATURE, Promise
from ecsuite.rules.entity import Entity
from ecsuite.rules.representation import Representation
from ecsuite.rules.values import HOOK_URL, Values
from ecsuite.rules.verify import Verify
from ecsuite.webhook.delivery import Wanted, any_delivery, hook_of, may_be
from ecsuite.webhook.receiver import TIMEOUT, Receiver, wait_for
from ecsuite.webhook.signature import is_signed

ALGORITHM: Final = "the Base64 of HMAC-SHA256 over the body as it was sent, with the webhook's secret as key"
# How long what should not come is waited for, once something that was asked for later has come.
GRACE: Final = 0.5
# A server may bring each delivery twice, at once; then the two count as one attempt. In seconds.
DUPLICATE_WINDOW: Final = 0.03


class VerifyDeliveries:
    """Notes whether deliveries are what the contract says; soft as `Verify` is.

    Args:
        api: the client whose journal takes the findings.
        verify: where it is noted.
    """

    def __init__(self, api: Api, verify: Verify) -> None:
        self._api = api
        self._verify = verify

    @property
    def operation(self) -> Operation:
        """The operation of the contract that a delivery is."""
        (operation,) = self._api.checker.contract.deliveries.values()
        return operation

    def arrived(self, delivery: Exchange | None, asked: httpx.Response, url: str, secret: str = "") -> bool:
        """Check a delivery that a call asked for; that none came is a finding, too.

        Args:
            delivery: what came; None where nothing did.
            asked: the response of the call that asked for it.
            url: where it was to go.
            secret: the webhook's, where the contract says how a delivery is signed.
        """
        breach = Breach.of("absent", DELIVERY, url)
        self._verify.that(DELIVERY_ARRIVES, asked, breach, holds=delivery is not None)
        if delivery is None:
            return False
        self._api.journal.add(self._api.checker.check_delivery(self.operation, delivery))
        return self._signed(delivery, secret)

    def tells(self, expected: Any, delivery: Exchange, promise: Promise = DELIVERY_CONTENT) -> bool:
        """Record each difference between what a delivery must tell and what it tells.

        Args:
            expected: members with their values, as far as they are known.
            delivery: what came.
            promise: of the rule.
        """
        try:
            got = read_json(delivery.request.body).value
        except UndecodableError:
            # The check of the body has said so.
            return False
        found = list(differences(expected, got))
        for difference in found:
            self._add(promise, difference.breach("request-body"), delivery)
        if not found:
            self._verify.passed(promise)
        return not found

    def _signed(self, delivery: Exchange, secret: str) -> bool:
        """Check the signature of a delivery over its bytes as they came; that it is there at all is its contract's."""
        kept = True
        for index, parameter in enumerate(self.operation.parameters):
            given = delivery.request.headers.get(parameter.name)
            if not parameter.signature or not secret or given is None:
                continue
            if is_signed(secret, delivery.request.body, given):
                self._verify.passed(SIGNATURE)
                continue
            at, rule = Place("request-header", parameter.name), (*self.operation.pointer, "parameters", index)
            breach = Breach("unsigned", at, rule=rule, note=ALGORITHM)
            self._add(SIGNATURE, breach, delivery)
            kept = False
        return kept

    def _add(self, promise: Promise, breach: Breach, delivery: Exchange) -> None:
        self._api.journal.add_finding(self._api.checker.finding(promise, breach, delivery, self.operation))


class Deliveries:
    """The deliveries to a partner's webhooks.

    Args:
        api: the client.
        values: where webhooks lead.
        representation: what deliveries must show.
        verify: where it is noted whether they do.

    Attributes:
        verify: of single deliveries.
    """

    def __init__(self, api: Api, values: Values, representation: Representation, verify: Verify) -> None:
        self._api = api
        self._values = values
        self._representation = representation
        self._verify = verify
        self.verify = VerifyDeliveries(api, verify)

    @property
    def receiver(self) -> Receiver:
        """Where they come."""
        return self._values.receiver

    def address(self, webhook: Entity) -> str:
        """The address of a webhook."""
        address: str = webhook.body[self._representation.sampled_as(webhook.type.creator, HOOK_URL)]
        return address

    def hook(self, webhook: Entity) -> str:
        """The name of a webhook at the receiver."""
        return self.address(webhook).partition("?")[0].rpartition("/")[2]

    def answer_with(self, webhook: Entity, **answer: Any) -> None:
        """How deliveries to a webhook are answered from now on; as for `Receiver.answer_with`."""
        self.receiver.answer_with(self.hook(webhook), **answer)

    def wait(self, webhook: Entity, wanted: Wanted = any_delivery, seconds: float = TIMEOUT) -> Exchange | None:
        """The next delivery to a webhook that is wanted; None where none came in that time."""
        return wait_for(self.receiver, self.hook(webhook), wanted, seconds)

    def to(self, webhook: Entity, wanted: Wanted = any_delivery) -> list[Exchange]:
        """Every delivery to a webhook that came so far and is wanted, as often as it came."""
        hook = self.hook(webhook)
        return [each for each in self.receiver.received() if hook_of(each) == hook and may_be(wanted, each)]

    def times(self, webhook: Entity, wanted: Wanted = any_delivery) -> Sequence[float]:
        """When those came; empty where that is not known."""
        return self.receiver.arrivals(self.hook(webhook), wanted)

    def pause(self, seconds: float = GRACE) -> None:
        """Wait, unless a recording is played."""
        if self._api.target.mode != "replay":
            time.sleep(seconds)

    def arrives(
        self,
        webhook: Entity,
        asked: httpx.Response,
        *,
        wanted: Wanted = any_delivery,
        secret: str = "",
        tells: Any = None,
    ) -> Exchange | None:
        """Wait for a delivery, and record whether it came, to the whole address, is signed, and tells what it must.

        Args:
            webhook: whose delivery.
            asked: the response of the call that asked for it.
            wanted: which deliveries will do.
            secret: the webhook's, where the contract says how a delivery is signed.
            tells: what it must tell, as it was sent.
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
        """Record whether so many deliveries came to a webhook, once all that was asked for must have come."""
        came = len(self.to(webhook, wanted))
        return self._verify.count(promise, asked, count, came, DELIVERY, note=note)


def apart(times: Sequence[float]) -> list[float]:
    """The times of attempts: of those that come at once the last."""
    return [one for one, two in itertools.pairwise([*times, float("inf")]) if two - one > DUPLICATE_WINDOW]


def is_same_json(text: Any, value: Any) -> bool:
    """Whether a string is the JSON of a value."""
    try:
        return bool(json.loads(text) == value)
    except (ValueError, TypeError, RecursionError):
        return False


def _query_of(url: str) -> list[tuple[str, str]]:
    """What stands behind the question mark; a tunnel may change what stands before it."""
    return parse_qsl(url.partition("?")[2], keep_blank_values=True)
