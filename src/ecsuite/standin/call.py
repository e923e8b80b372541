"""The input of an operation handler, and its result."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ecsuite.standin.store import Store


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: a status, and a body, which is a JSON value, raw bytes, or None for no body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


class RefusalError(Exception):
    """Ends a call with an error response: a problem document (RFC 9457)."""

    def __init__(self, status: int, title: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(title)
        problem = {"type": "about:blank", "title": title, "status": status, **members}
        self.reply = Reply(status, problem, headers or {}, "application/problem+json")


@dataclass(frozen=True, slots=True)
class Call:
    """An authorised call whose input matches the contract.

    Attributes:
        partner: the number of the partner who owns the token.
        path: the path parameters, decoded.
        body: the JSON value of the request; None if the operation has no request body.
        query: the query parameters, decoded; the first value if one is repeated.
    """

    partner: int
    path: Mapping[str, str]
    body: Any
    store: Store
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The current time of the store's clock, in UTC."""
        return datetime.fromtimestamp(self.store.now(), UTC)

    @property
    def time_stamp(self) -> str:
        """The current time as a .NET service formats it: seven fractional digits and an offset."""
        return f"{self.now:%Y-%m-%dT%H:%M:%S.%f}0+00:00"

    def new_id(self) -> str:
        """A new id, chosen by the server."""
        return str(uuid.uuid4())


Handler = Callable[[Call], Reply]


def not_found(what: str) -> RefusalError:
    """The error response for something that this partner does not have."""
    return RefusalError(404, f"There is no such {what}.")
