"""Whether the service responds at all: after a call without a response, repeats one that had a response before.

No test has made this call, so nothing is checked on it: any response of the API is good enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ecsuite.bounds import CONNECT_SECONDS, PRESENCE_SECONDS
from ecsuite.client.connection import extensions
from ecsuite.client.housekeeping import CLEAN_UP
from ecsuite.client.patience import Known, Patience
from ecsuite.http import httpx
from ecsuite.messages.interception import interception

# Seconds between two attempts if the first one fails at once.
PAUSE: Final = 2.0
ANY: Final = "any call at all"

Send = Callable[[httpx.Request], httpx.Response]


class _NullWatcher:
    """A watcher that does nothing."""

    def sending(self, request: httpx.Request) -> None:
        """Do nothing."""

    def received(self, response: httpx.Response) -> None:
        """Do nothing."""

    def lost(self, request: httpx.Request) -> None:
        """Do nothing."""

    def repeating(self, request: httpx.Request) -> None:
        """Do nothing."""

    def name(self, _: httpx.Request) -> str:
        """The name of the request in messages."""
        return ANY


def is_there(send: Send, patience: Patience, call: str) -> bool:
    """Whether the service responds to another call after one was given up.

    If no call gets a response for long enough, the service is marked as gone.

    Args:
        send: sends a request once.
        patience: knows which reads had a response; learns whether the service is gone.
        call: the name of the call that was given up.
    """
    known = patience.probe(call)
    while known is not None:
        patience.note_sent()
        try:
            response = send(_probe(known))
        except httpx.TransportError:
            if patience.left_in_silence <= 0:
                break
            patience.activity.waits(f"a response to {ANY}", patience.left_in_silence)
            patience.activity.ending.rest(PAUSE)
        except httpx.DecodingError:
            # A response arrived, although an invalid one.
            patience.note_response()
            return True
        else:
            patience.note_response()
            return interception(response.status_code, response.headers.get) not in {"busy", "gateway"}
    patience.is_gone = patience.left_in_silence <= 0
    return False


def _probe(known: Known) -> httpx.Request:
    seconds = {"connect": CONNECT_SECONDS, "pool": CONNECT_SECONDS, "read": PRESENCE_SECONDS, "write": PRESENCE_SECONDS}
    # As a call of the clean-up, it is sent regardless of the limits of the run.
    what = {**extensions(CLEAN_UP, _NullWatcher()), "timeout": seconds}
    return httpx.Request("GET", known.url, headers=known.headers, extensions=what)
