"""Draws fresh values for the members of requests, and remembers them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ecsuite.ids import Ids
from ecsuite.samples import RUN
from ecsuite.webhook.receiver import Receiver

# Makes a secret longer than a block of SHA-256, with characters beyond ASCII.
LONGER: Final = " Ærlig talt: blåbærsyltetøy på brødskiva, 100 % \U0001f511"
FIRST_HOUR: Final = datetime(2026, 1, 15, 17, tzinfo=UTC)
HOOK_URL: Final = "hook-url"
SECRETS: Final = frozenset({"secret", "long-secret", "padded-secret"})


class Values:
    """Draws values of the kinds of `x-sample`, and remembers those that nobody else has.

    Args:
        ids: draws random values.
        receiver: the receiver to which webhooks point.

    Attributes:
        receiver: the same, or its replacement.
    """

    def __init__(self, ids: Ids, receiver: Receiver) -> None:
        self.ids = ids
        self.receiver = receiver
        self._drawn: dict[str, str] = {}
        self._hours = 0
        self._draws: dict[str, Callable[[], str]] = {
            "id": ids.new,
            "vin": ids.vin,
            "meter-point-id": ids.meter_point_id,
            "digits": lambda: f"00{ids.digits(6)}",
            HOOK_URL: lambda: self.receiver.url(ids.new()),
            "secret": lambda: ids.secret("webhookSecret"),
            "long-secret": lambda: ids.secret("webhookSecret", LONGER),
            "padded-secret": lambda: ids.secret("webhookSecret", "  "),
        }

    def draw(self, kind: str) -> str:
        """A fresh value of a kind of `x-sample`; for `RUN`, the suffix of texts."""
        if kind == RUN:
            # All worlds of a run share the suffix, so it is not remembered.
            return f" ({self.ids.run})" if self.ids.run else ""
        if kind == "hour":
            self._hours += 1
            return (FIRST_HOUR + timedelta(hours=self._hours)).isoformat()
        value = self._draws[kind]()
        self._drawn[value] = "a secret" if kind in SECRETS else value
        return value

    def marks(self, value: Any, but: Iterable[str] = ()) -> dict[str, str]:
        """The strings in a value that were drawn here, each with its name in messages; nobody else has them."""
        text, known = json.dumps(value, ensure_ascii=False), set(but)
        return {mark: name for mark, name in self._drawn.items() if mark in text and mark not in known}

    def has_drawn_of(self, value: Any) -> bool:
        """Whether a value contains anything that was drawn here."""
        text = json.dumps(value)
        return any(mark in text for mark in self._drawn)
