"""Whether anybody is there: where a call has no answer, another one is sent that had an answer before.

No test has asked for it, so that nothing is checked on it: any answer of the API's will do.
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

# Seconds between two tries, where the first is refused at once.
PAUSE: Final = 2.0
ANY: Final = "any call at all"

Send = Callable[[httpx.Request], httpx.Response]


class _Nobody:
    """A watcher that takes no notice."""

    def sending(self, request: httpx.Request) -> None:
        """Take no notice."""

    def received(self, response: httpx.Response) -> None:
        """Take no notice."""

    def lost(self, request: httpx.Request) -> None:
        """Take no notice."""

    def repeating(self, request: httpx.Request) -> None:
        """Take no notice."""

    def name(self, _: httpx.Request) -> str:
        """What the request is called."""
        return ANY


def is_there(send: Send, patience: Patience, call: str) -> bool:
    """Whether the service answers, though a call was given up; where nothing comes for long enough, it is gone.

    Args:
        send: sends a request once.
        patience: knows what had an answer; learns whether the service is gone.
        call: the name of what was given up.
    """
    known = patience.probe(call)
    while known is not None:
        patience.sends()
        try:
            response = send(_probe(known))
        except httpx.TransportError:
            if patience.left_in_silence <= 0:
                break
            patience.activity.waits(f"a response to {ANY}", patience.left_in_silence)
            patience.activity.ending.rest(PAUSE)
        except httpx.DecodingError:
            # Somebody has answered, if not well.
            patience.heard()
            return True
        else:
            patience.heard()
            return interception(response.status_code, response.headers.get) not in {"busy", "gateway"}
    patience.is_gone = patience.left_in_silence <= 0
    return False


def _probe(known: Known) -> httpx.Request:
    seconds = {"connect": CONNECT_SECONDS, "pool": CONNECT_SECONDS, "read": PRESENCE_SECONDS, "write": PRESENCE_SECONDS}
    # Whose case is the clean-up's is sent whatever the limits of the run.
    what = {**extensions(CLEAN_UP, _Nobody()), "timeout": seconds}
    return httpx.Request("GET", known.url, headers=known.headers, extensions=what)
