"""The access token of a partner: fetched once, kept, and renewed before it expires."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

# A token is renewed this many seconds before it expires, or after four fifths of its lifetime if that is later.
RENEWAL_MARGIN: Final = 60.0
# A longer lifetime is treated like this one, in seconds.
LONGEST: Final = 10**9


class Grant(NamedTuple):
    """The response of the token endpoint; `lifetime` in seconds, None if not given."""

    token: str
    lifetime: float | None = None

    @classmethod
    def of(cls, answer: Any) -> Grant:
        """The grant in the JSON value of a response.

        Raises:
            ValueError: it has no token, or one that cannot be sent in a header.
        """
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if token is None:
            raise ValueError("the response holds no access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise ValueError("its access_token cannot be sent in a header")
        return cls(token, _seconds(answer.get("expires_in")))


def _seconds(lifetime: Any) -> float | None:
    """The lifetime of a token; None if it is not a number of seconds, in any notation."""
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or not lifetime > 0:
        return None
    # A JSON number may be too large for a float.
    return float(min(lifetime, LONGEST))


class Token:
    """Keeps the token of one partner; the runs against one target may share it.

    Attributes:
        proven: the URL of a read that accepted the token, if the token cannot be renewed; else empty.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""
        self._renew_at: float | None = None
        self.proven = ""

    def get(self, fetch: Callable[[], Grant]) -> str:
        """The token; fetched if there is none, or if it is about to expire."""
        with self._lock:
            is_due = self._renew_at is not None and self._clock() >= self._renew_at
            if not self._value or is_due:
                asked_at, grant = self._clock(), fetch()
                self._value, self._renew_at = grant.token, _renewal(asked_at, grant.lifetime)
            return self._value

    @property
    def may_have_ended(self) -> bool:
        """Whether the kept token has no known lifetime."""
        return bool(self._value) and self._renew_at is None

    def drop(self, refused: str) -> None:
        """Forget the token if it is still the refused one, given as the value of the Authorization header."""
        with self._lock:
            if refused.endswith(f" {self._value}"):
                self._value = ""


def _renewal(asked_at: float, lifetime: float | None) -> float | None:
    return None if lifetime is None else asked_at + lifetime - min(RENEWAL_MARGIN, lifetime / 5)
