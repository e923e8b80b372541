"""What the runs against one target may share, opened when it is first needed and closed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property

import httpx

from ecsuite.client import Latency, Token, new_http
from ecsuite.target import Credentials, Target
from ecsuite.webhook.http import receiving
from ecsuite.webhook.receiver import NoReceiver, Receiver


class Connections:
    """What the runs against one target may share: open connections, tokens, and the receiver of deliveries."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._stack = ExitStack()
        self._tokens: dict[Credentials, Token] = {}
        self.latency = Latency()

    @cached_property
    def http(self) -> httpx.Client:
        """The connections to the API."""
        return self._stack.enter_context(closing(new_http(self.target)))

    @cached_property
    def receiver(self) -> Receiver:
        """A receiver of deliveries, opened when the first of them is asked for."""
        return self._stack.enter_context(_receiver(self.target))

    def token(self, credentials: Credentials) -> Token:
        """Where the token of a partner is kept."""
        return self._tokens.setdefault(credentials, Token())

    def close(self) -> None:
        """Close all of them."""
        self._stack.close()


@contextmanager
def _receiver(target: Target) -> Iterator[Receiver]:
    if not (target.on_loopback or target.receiver_url):
        yield NoReceiver()
        return
    with receiving(public_url=target.receiver_url, port=target.receiver_port) as receiver:
        yield receiver
