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
    """An entity that a step made.

    Attributes:
        path: where it can be read.
        sent: what was sent to make it.
        whole: whether what reads it must show all of that.
    """

    path: str
    id: str
    sent: Any
    whole: bool = True


@dataclass(slots=True)
class Story:
    """One telling of a quickstart: who calls, with which values, and what was made so far.

    Attributes:
        made: what was made, by kind (`user`, `vehicle`, ...).
        sandbox: whether webhooks may be tested at this target.
        simulation: whether events may be simulated there.
        secret: what deliveries are signed with.
        data: values of the partner's own, by kind and by where they stand in its body.
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
        """Where what is checked is noted."""
        return self.api.journal

    @property
    def checker(self) -> Checker:
        """What checks every exchange."""
        return self.api.checker

    def body(self, kind: str, guides: dict[str, Any]) -> dict[str, Any]:
        """What is sent to make a thing of a kind: as the guide has it, with the values of the partner's own."""
        for path, value in self.data.get(kind, {}).items():
            holder = guides
            for name in path[:-1]:
                holder = holder.setdefault(name, {})
            holder[path[-1]] = value
        return guides

    def keep(self, kind: str, made: Made) -> Made:
        """Remember what a step made, for the steps after it."""
        self.made[kind] = made
        return made

    def read_back(self, made: Made) -> Any:
        """Read an entity, and compare what comes with what was sent; a difference is a finding."""
        response = self.api.get(made.path)
        self.verify.shows(made.sent, response, whole=made.whole)
        return require_json(response)

    @property
    def verify(self) -> Verify:
        """Where it is noted what passed beyond a single exchange."""
        return Verify(self.api)

    @property
    def deliveries(self) -> VerifyDeliveries:
        """Where it is noted what passed of deliveries."""
        return VerifyDeliveries(self.api, self.verify)

    def delivery(self, wait: Callable[[], Exchange | None], answer: httpx.Response, url: str) -> Exchange | None:
        """Wait for a delivery, and note whether it came; None where it did not, or nobody can tell.

        Args:
            wait: for the delivery.
            answer: the response of the call that asked for it.
            url: where it is to go.
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
        """Note each difference between what was sent and what a response shows as a finding."""
        self.verify.shows(sent, response, whole=True)


Step = Callable[[Story], object]


def steps(edition: str) -> tuple[Step, ...]:
    """The steps of an edition's quickstart, in the order of its guide."""
    found: tuple[Step, ...] = guide(edition).STEPS
    return found


def about(edition: str) -> str:
    """What an edition's quickstart is about, in a sentence."""
    story: str = guide(edition).STORY
    return story


def take(step: Step, story: Story) -> None:
    """Take a step, and read back what it made."""
    made = step(story)
    if isinstance(made, Made):
        story.read_back(made)


def guide(edition: str) -> ModuleType:
    """The module of an edition's quickstart."""
    return editions.module(__name__, edition)


def title(step: Step) -> str:
    """What a step is called."""
    return inspect.getdoc(step).partition("\n")[0].rstrip(".")  # type: ignore[union-attr]


def explanation(step: Step) -> str:
    """What a step is about, on one line."""
    return " ".join(inspect.getdoc(step).partition("\n")[2].split())  # type: ignore[union-attr]


def first_id(response: httpx.Response, name: str = "") -> str:
    """The id of the first object of an answered list, or of its member of that name; empty where there is none."""
    answer = require_json(response)
    listed = answer.get(name) if name and isinstance(answer, dict) else answer
    first = listed[0] if isinstance(listed, list) and listed else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""
