"""What a receiver of webhook deliveries is, one that nobody can reach, and the view of one run on a shared one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ecsuite.activity import Activity
from ecsuite.messages.exchange import Exchange, Expectation
from ecsuite.webhook.delivery import Subject, Wanted, any_delivery, hook_of, may_be, no_subject, url_of

# Nothing published says how soon a delivery comes; seconds are normal.
TIMEOUT: Final = 30.0
# What is waited for, as a run tells it.
DELIVERY: Final = "a delivery"
NOWHERE: Final = "https://partner.example"
# Whether the API looks at a webhook's address is unspecified, and one on this machine may not please it.
ADDRESS_MAY_BE_REJECTED: Final = Expectation("address-may-be-rejected", frozenset({200, 201, 400}))
ADDRESS_REJECTED: Final = "the API does not take the address of the receiver: give another in EC_WEBHOOK_PUBLIC_URL"


class Receiver(Protocol):
    """A place for deliveries.

    Attributes:
        address: what the addresses of its hooks start with.
        unreachable: why no delivery can come; empty where one can.
    """

    address: str
    unreachable: str

    def url(self, hook: str) -> str:
        """The address of a hook, by a name of the caller's."""

    def wait(self, hook: str, seconds: float = TIMEOUT) -> Exchange | None:
        """The next delivery to the hook, waited for; None where none came in that time."""

    def received(self) -> Sequence[Exchange]:
        """Every delivery that came so far."""

    def arrivals(self, hook: str, wanted: Wanted = any_delivery) -> Sequence[float]:
        """When the deliveries to the hook came whose JSON value is wanted, in seconds of a clock of its own.

        Empty where that is not known.
        """

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = no_subject
    ) -> None:
        """How deliveries to a hook are answered from now on: the status, after some seconds.

        `then` is the status of all but the first of them, where it is another one. `of` gives what the JSON value of a
        delivery is about, where there is a first one of each such thing.
        """


def wait_for(receiver: Receiver, hook: str, wanted: Wanted, seconds: float = TIMEOUT) -> Exchange | None:
    """The next delivery to the hook whose JSON value is wanted, others let go; None where none came in that time."""
    end = time.monotonic() + seconds
    while (delivery := receiver.wait(hook, max(0.0, end - time.monotonic()))) is not None:
        if may_be(wanted, delivery):
            return delivery
    return None


class NoReceiver(Receiver):
    """Stands for a receiver where no delivery can come."""

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
    """What one run sees of a receiver that several share: its own hooks. The receiver is opened when it is needed.

    Args:
        opened: gives the receiver.
        activity: told of the waits; of its own where it is left out.
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
