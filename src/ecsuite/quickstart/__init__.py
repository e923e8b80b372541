"""The quickstart guides, step by step, as plain functions: for the tests, the walkthrough, and load.

A step is a function of a `Story`. The first line of its docstring is its title, the rest says what it is about. It
makes the calls of the guide with the story's client, which checks each of them. `Story.read_back` then reads what a
step made and compares it with what was sent.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, NamedTuple

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.errors import NothingThere
from ecsuite.http import httpx
from ecsuite.ids import Ids
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange, Expectation
from ecsuite.promises import DELIVERY_ARRIVES
from ecsuite.rules.reading import require_json
from ecsuite.rules.verify import Verify
from ecsuite.rules.verify_deliveries import VerifyDeliveries
from ecsuite.webhook.receiver import Receiver

UNKNOWN_EVENT: Final = Expectation("event-may-not-exist", unspecified=True)


class Made(NamedTuple):
    """An entity that a step created.

    Attributes:
        path: the path to read it.
        sent: the request body that created it.
        whole: whether reading it must return all of that.
    """

    path: str
    id: str
    sent: Any
    whole: bool = True


@dataclass(slots=True)
class Story:
    """The state of one run of a quickstart.

    Attributes:
        made: created entities, by kind (`user`, `vehicle`, ...).
        sandbox: whether the target allows tests of webhooks.
        simulation: whether the target allows simulated events.
        secret: the secret that signs deliveries.
        data: the partner's own values, by kind and by their path in the body.
    """

    api: Api
    ids: Ids
    receiver: Receiver
    sandbox: bool = True
    simulation: bool = True
    made: dict[str, Made] = field(default_factory=dict)
    secret: str = ""
    data: Mapping[str, Mapping[tuple[str, ...], Any]] = field(default_factory=dict)

    @property
    def journal(self) -> Journal:
        """Where results of checks are recorded."""
        return self.api.journal

    @property
    def checker(self) -> Checker:
        """Checks every exchange."""
        return self.api.checker

    def body(self, kind: str, guides: dict[str, Any]) -> dict[str, Any]:
        """The request body for an entity of a kind: the guide's example with the partner's own values."""
        for path, value in self.data.get(kind, {}).items():
            holder = guides
            for name in path[:-1]:
                holder = holder.setdefault(name, {})
            holder[path[-1]] = value
        return guides

    def keep(self, kind: str, made: Made) -> Made:
        """Remember what a step created for later steps."""
        self.made[kind] = made
        return made

    def read_back(self, made: Made) -> Any:
        """Read an entity and compare it with the request that created it; a difference is a finding."""
        response = self.api.get(made.path)
        self.verify.shows(made.sent, response, whole=made.whole)
        return require_json(response)

    @property
    def verify(self) -> Verify:
        """Records results of checks that involve more than one exchange."""
        return Verify(self.api)

    @property
    def deliveries(self) -> VerifyDeliveries:
        """Records results of checks of deliveries."""
        return VerifyDeliveries(self.api, self.verify)

    def delivery(self, wait: Callable[[], Exchange | None], answer: httpx.Response, url: str) -> Exchange | None:
        """Wait for a delivery, and record whether it arrived; None if it did not arrive, or if that is unknown.

        Args:
            wait: waits for the delivery.
            answer: response of the call that triggers it.
            url: URL of the webhook.
        """
        delivery, reason = None, self.receiver.unreachable
        try:
            delivery = None if reason else wait()
        except NothingThere as error:
            reason = str(error)
        if reason:
            self.journal.add_not_checked(DELIVERY_ARRIVES, reason)
            return None
        self.deliveries.arrived(delivery, answer, url, self.secret)
        return delivery

    def compare(self, sent: Any, response: httpx.Response) -> None:
        """Record each difference between a request body and a response as a finding."""
        self.verify.shows(sent, response, whole=True)


Step = Callable[[Story], object]


def steps(edition: str) -> tuple[Step, ...]:
    """The steps of an edition's quickstart, in the order of its guide."""
    found: tuple[Step, ...] = guide(edition).STEPS
    return found


def about(edition: str) -> str:
    """A one-sentence summary of an edition's quickstart."""
    story: str = guide(edition).STORY
    return story


def take(step: Step, story: Story) -> None:
    """Take a step, and read back what it created."""
    made = step(story)
    if isinstance(made, Made):
        story.read_back(made)


def guide(edition: str) -> ModuleType:
    """The module of an edition's quickstart."""
    return editions.module(__name__, edition)


def title(step: Step) -> str:
    """Title of a step: the first line of its docstring."""
    return inspect.getdoc(step).partition("\n")[0].rstrip(".")  # type: ignore[union-attr]


def explanation(step: Step) -> str:
    """Explanation of a step, on one line: the rest of its docstring."""
    return " ".join(inspect.getdoc(step).partition("\n")[2].split())  # type: ignore[union-attr]


def first_id(response: httpx.Response, name: str = "") -> str:
    """The id of the first object in a list response, or of its member with this name; empty if there is none."""
    answer = require_json(response)
    listed = answer.get(name) if name and isinstance(answer, dict) else answer
    first = listed[0] if isinstance(listed, list) and listed else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""
