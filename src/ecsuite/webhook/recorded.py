"""A receiver that plays the deliveries of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecsuite.messages.exchange import Exchange
from ecsuite.webhook.delivery import Subject, Wanted, any_delivery, no_subject, url_of
from ecsuite.webhook.inbox import Inbox
from ecsuite.webhook.receiver import Receiver


class RecordedReceiver(Receiver):
    """Returns the deliveries of a recording, one for each wait."""

    unreachable = ""

    def __init__(self, address: str, deliveries: Iterable[Exchange]) -> None:
        self.address = address
        self._inbox = Inbox()
        for exchange in deliveries:
            self._inbox.put(exchange)

    def url(self, hook: str) -> str:
        return url_of(self.address, hook)

    def wait(self, hook: str, seconds: float = 0.0) -> Exchange | None:  # noqa: ARG002
        return self._inbox.take(hook, 0.0)

    def received(self) -> Sequence[Exchange]:
        return self._inbox.received()

    def arrivals(self, hook: str, wanted: Wanted = any_delivery) -> Sequence[float]:  # noqa: ARG002
        return ()

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = no_subject
    ) -> None:
        pass
