"""What an operation of the stand-in is given, and what it answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ecsuite.standin.store import Store


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: a status, and a body: a JSON value, bytes as they are, or None for none."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


class RefusalError(Exception):
    """A response that ends a call at once: a problem document (RFC 9457)."""

    def __init__(self, status: int, title: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(title)
        problem = {"type": "about:blank", "title": title, "status": status, **members}
        self.reply = Reply(status, problem, headers or {}, "application/problem+json")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is let in: its token is good and its input fits the contract.

    Attributes:
        partner: the number of the partner whose token it was.
        path: the path parameters, decoded.
        body: the JSON value of the request; None where the operation takes none.
        query: the query parameters, decoded; the first one where one is repeated.
    """

    partner: int
    path: Mapping[str, str]
    body: Any
    store: Store
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time of the store's clock, in UTC."""
        return datetime.fromtimestamp(self.store.now(), UTC)

    @property
    def time_stamp(self) -> str:
        """Now, as a .NET service writes it: seven fractional digits and an offset."""
        return f"{self.now:%Y-%m-%dT%H:%M:%S.%f}0+00:00"

    def new_id(self) -> str:
        """An id that the server chooses."""
        return str(uuid.uuid4())


Handler = Callable[[Call], Reply]


def not_found(what: str) -> RefusalError:
    """The refusal of a call for something that this partner does not have."""
    return RefusalError(404, f"There is no such {what}.")
