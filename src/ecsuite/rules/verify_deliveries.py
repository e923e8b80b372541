"""Records whether deliveries match the contract and have the expected content."""

from __future__ import annotations

from typing import Any, Final

from ecsuite.client import Api
from ecsuite.compare import differences
from ecsuite.contract import Operation
from ecsuite.findings.breach import DELIVERY, Breach, Part, Place
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.promises import DELIVERY_ARRIVES, DELIVERY_CONTENT, SIGNATURE, Promise
from ecsuite.rules.verify import Verify
from ecsuite.webhook.signature import is_signed

ALGORITHM: Final = "the Base64 of HMAC-SHA256 over the body as it was sent, with the webhook's secret as key"


class VerifyDeliveries:
    """Verifies single deliveries by the contract; records and goes on, as `Verify` does.

    Args:
        api: the client; its journal gets the findings.
        verify: records the verdicts.
    """

    def __init__(self, api: Api, verify: Verify) -> None:
        self._api = api
        self._verify = verify

    @property
    def operation(self) -> Operation:
        """The operation of the contract that describes deliveries."""
        (operation,) = self._api.checker.contract.deliveries.values()
        return operation

    def arrived(self, delivery: Exchange | None, asked: httpx.Response, url: str, secret: str = "") -> bool:
        """Check a delivery that a call has triggered; a missing one is a finding, too.

        Args:
            delivery: the delivery; None if none came.
            asked: the response of the call that triggered it.
            url: the URL to which it should come.
            secret: the secret of the webhook, if the contract says how deliveries are signed.
        """
        breach = Breach.of("absent", DELIVERY, url)
        self._verify.that(DELIVERY_ARRIVES, asked, breach, holds=delivery is not None)
        if delivery is None:
            return False
        self._api.journal.add(self._api.checker.check_delivery(self.operation, delivery))
        return self._signed(delivery, secret)

    def tells(self, expected: Any, delivery: Exchange, promise: Promise = DELIVERY_CONTENT) -> bool:
        """Record each difference between the expected content of a delivery and its actual content.

        Places at which the checks have found errors are not reported again.

        Args:
            expected: the expected members with their values.
            delivery: the delivery.
            promise: the promise of the rule.
        """
        try:
            got = read_json(delivery.request.body).value
        except UndecodableError:
            # This is a finding of the checks.
            return False
        found, wrong = list(differences(expected, got)), self._wrong_places(delivery, "request-body")
        for difference in found:
            if not any(difference.path[: len(place.path)] == place.path for place in wrong):
                self._add(promise, difference.breach("request-body"), delivery)
        if not found:
            self._verify.passed(promise)
        return not found

    def _signed(self, delivery: Exchange, secret: str) -> bool:
        """Check the signature of a delivery over its bytes as received; a missing one is a finding of the checks."""
        kept, wrong = True, {place.name.lower() for place in self._wrong_places(delivery, "request-header")}
        for index, parameter in enumerate(self.operation.parameters):
            given = delivery.request.headers.get(parameter.name)
            if not parameter.signature or not secret or given is None or parameter.name.lower() in wrong:
                continue
            if is_signed(secret, delivery.request.body, given):
                self._verify.passed(SIGNATURE)
                continue
            at, rule = Place("request-header", parameter.name), (*self.operation.pointer, "parameters", index)
            breach = Breach("unsigned", at, rule=rule, note=ALGORITHM)
            self._add(SIGNATURE, breach, delivery)
            kept = False
        return kept

    def _wrong_places(self, delivery: Exchange, part: Part) -> list[Place]:
        """The places in a part of a delivery at which the checks find errors, except the body as a whole."""
        found = self._api.checker.check_delivery(self.operation, delivery).findings
        places = [each.breach.at for each in found if each.severity == "error" and each.breach.at.part == part]
        return [place for place in places if place.path or place.name]

    def _add(self, promise: Promise, breach: Breach, delivery: Exchange) -> None:
        self._api.journal.add_finding(self._api.checker.finding(promise, breach, delivery, self.operation))
