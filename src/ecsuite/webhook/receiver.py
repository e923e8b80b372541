"""Interface of a receiver of webhook deliveries, an unreachable receiver, and one run's view of a shared receiver."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ecsuite.activity import Activity
from ecsuite.messages.exchange import Exchange, Expectation
from ecsuite.webhook.delivery import Subject, Wanted, any_delivery, hook_of, may_be, no_subject, url_of

# Delivery times are unpublished; seconds are usual.
TIMEOUT: Final = 30.0
# Name of this wait in progress messages.
DELIVERY: Final = "a delivery"
NOWHERE: Final = "https://partner.example"
# An API may validate the address of a webhook, and reject one on this machine; that behaviour is unspecified.
ADDRESS_MAY_BE_REJECTED: Final = Expectation("address-may-be-rejected", frozenset({200, 201, 400}))
ADDRESS_REJECTED: Final = "the API does not take the address of the receiver: give another in EC_WEBHOOK_PUBLIC_URL"


class Receiver(Protocol):
    """Receives deliveries.

    Attributes:
        address: common prefix of the hooks' URLs.
        unreachable: why no delivery can arrive; empty if one can.
    """

    address: str
    unreachable: str

    def url(self, hook: str) -> str:
        """The URL of a hook; the caller chooses the hook's name."""

    def wait(self, hook: str, seconds: float = TIMEOUT) -> Exchange | None:
        """Wait for the next delivery to the hook; return None if none arrives in that time."""

    def received(self) -> Sequence[Exchange]:
        """All deliveries so far."""

    def arrivals(self, hook: str, wanted: Wanted = any_delivery) -> Sequence[float]:
        """When the matching deliveries to the hook arrived, in seconds of the receiver's clock; empty if unknown."""

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = no_subject
    ) -> None:
        """Set the status of the next responses to deliveries to a hook, and the delay in seconds.

        `then` is the status after the first response; defaults to `status`. `of` returns the subject of a delivery's
        JSON value; each subject has its own first response.
        """


def wait_for(receiver: Receiver, hook: str, wanted: Wanted, seconds: float = TIMEOUT) -> Exchange | None:
    """Wait for the next matching delivery to the hook, and skip others; return None if none arrives in that time."""
    end = time.monotonic() + seconds
    while (delivery := receiver.wait(hook, max(0.0, end - time.monotonic()))) is not None:
        if may_be(wanted, delivery):
            return delivery
    return None


class NoReceiver(Receiver):
    """Stands in for a receiver when no delivery can arrive."""

    address = NOWHERE

    def __init__(
        self, why: str = "the API cannot reach this machine: set EC_WEBHOOK_PUBLIC_URL to an address that leads here"
    ) -> None:
        self.unreachable = why

    def url(self, hook: str) -> str:
        return url_of(self.address, hook)

    def wait(self, hook: str, seconds: float = 0.0) -> Exchange | None:  # noqa: ARG002
        return None

    def received(self) -> Sequence[Exchange]:
        return ()

    def arrivals(self, hook: str, wanted: Wanted = any_delivery) -> Sequence[float]:  # noqa: ARG002
        return ()

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = no_subject
    ) -> None:
        pass


class OwnHooks(Receiver):
    """One run's view of a shared receiver: only the run's own hooks. The receiver is opened on first use.

    Args:
        opened: returns the receiver, and opens it if necessary.
        activity: notified of waits; defaults to a new one.
    """

    def __init__(self, opened: Callable[[], Receiver], activity: Activity | None = None) -> None:
        self._opened = opened
        self._activity = activity or Activity()
        self._hooks: set[str] = set()

    @property
    def address(self) -> str:  # type: ignore[override]
        return self._opened().address

    @property
    def unreachable(self) -> str:  # type: ignore[override]
        return self._opened().unreachable

    def url(self, hook: str) -> str:
        self._hooks.add(hook)
        return self._opened().url(hook)

    def wait(self, hook: str, seconds: float = TIMEOUT) -> Exchange | None:
        self._activity.waits(DELIVERY, seconds)
        try:
            return self._opened().wait(hook, seconds)
        finally:
            self._activity.goes_on(DELIVERY)

    def received(self) -> Sequence[Exchange]:
        return [exchange for exchange in self._opened().received() if hook_of(exchange) in self._hooks]

    def arrivals(self, hook: str, wanted: Wanted = any_delivery) -> Sequence[float]:
        return self._opened().arrivals(hook, wanted)

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = no_subject
    ) -> None:
        self._opened().answer_with(hook, status, after, then, of)
