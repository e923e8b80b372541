"""The quickstart told by ecsuite, as often as is asked for, over loopback."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from ecsuite.findings.finding import Result
from ecsuite.messages.exchange import Exchange
from ecsuite.quickstart import Made, Story, steps
from ecsuite.session import Run, open_run
from ecsuite.standin import StandIn
from ecsuite.target import Credentials
from ecsuite.webhook.receiver import Receiver

EDITION: Final = "2023-10"


class UnawaitedReceiver(Receiver):
    """A real receiver whose deliveries nobody waits for."""

    unreachable = "this benchmark does not wait for the delivery"

    def __init__(self, receiver: Receiver) -> None:
        self.address = receiver.address
        self._receiver = receiver

    def url(self, hook: str) -> str:
        """The address of a hook of the real receiver."""
        return self._receiver.url(hook)

    def wait(self, hook: str, seconds: float = 0.0) -> Exchange | None:  # noqa: ARG002
        """Nothing, at once."""
        return None

    def received(self) -> Sequence[Exchange]:
        """Every delivery that came to the real receiver."""
        return self._receiver.received()


def tell(story: Story) -> None:
    """Take every step, and read back what it made, as tests/quickstart does."""
    for step in steps(EDITION):
        made = step(story)
        if isinstance(made, Made):
            story.read_back(made)


def token_form(credentials: Credentials) -> dict[str, str]:
    """What is posted for a token."""
    return {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }


def tell_with_token(run: Run, receiver: Receiver) -> None:
    """Tell a story that gets a token first, though the run has one: a collection of Newman does, in every iteration."""
    run.api.request_token(token_form(run.target.credentials))
    tell(Story(run.api, run.ids, receiver))


def requests_a_second(standin: StandIn, stories: int, receiver: Receiver | None = None) -> float:
    """How fast one run tells that many stories, every exchange checked.

    Args:
        standin: where to send to.
        stories: how many.
        receiver: of the test deliveries; the run's own, which waits for each, where it is left out.
    """
    start = time.perf_counter()
    with open_run(EDITION, standin.target()) as run:
        for _ in range(stories):
            tell_with_token(run, receiver or run.receiver)
        calls = run.journal.tally.exchanges - (0 if receiver else stories)
        require_held(run)
    return calls / (time.perf_counter() - start)


def exchanges_of_stories(standin: StandIn, receiver: Receiver, stories: int) -> list[Exchange]:
    """What that many stories of one run really send and get."""
    results: list[Result] = []
    with open_run(EDITION, standin.target()) as run:
        run.journal.listeners.append(results.append)
        for _ in range(stories):
            tell(Story(run.api, run.ids, receiver))
        require_held(run)
    return [result.exchange for result in results]


def require_held(run: Run) -> None:
    """Stop the benchmark where a promise was broken, for then it measures something else."""
    require_no_findings(run.journal.findings)


def require_no_findings(findings: Sequence[object]) -> None:
    """Stop the benchmark where there are findings."""
    if findings:
        raise SystemExit(f"the stand-in broke a promise, so this is no benchmark: {findings[0]}")
