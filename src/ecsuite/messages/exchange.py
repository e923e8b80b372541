"""One request with its response, as sent: frozen data, bodies in bytes, headers in order with their repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ecsuite.promises import OF_REQUESTS, Promise

FIRST_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields of a message, in the order and spelling in which they came."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The value of a field; repeats are joined by a comma, as RFC 9110 section 5.3 says; None where absent."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def all(self, name: str) -> list[str]:
        """Every value of a field, in order."""
        wanted = name.lower()
        return [value for key, value in self.fields if key.lower() == wanted]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Headers:
        """Header fields from names and values."""
        return cls(tuple(pairs))


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the sender of a request means by it, so that a refusal that was asked for is no finding.

    Attributes:
        case: the input of a table that the request tries, such as `secret-cut-off`; empty for an ordinary call.
        statuses: the statuses that the sender expects; None for any success (2xx).
        violates: promises about requests that this one breaks deliberately.
        unspecified: nothing published settles the response; anything below 500 will do.
        token_may_have_ended: how long the token lives was not told, so a 401 may mean that it has ended.
        repeated: an earlier try of the same call had no response, and may have been done all the same.

    Raises:
        ValueError: it violates what is no promise about requests.
    """

    case: str = ""
    statuses: frozenset[int] | None = None
    violates: frozenset[Promise] = frozenset()
    unspecified: bool = False
    token_may_have_ended: bool = False
    repeated: bool = False

    def __post_init__(self) -> None:
        strangers = sorted(each.id for each in self.violates - OF_REQUESTS)
        if strangers:
            raise ValueError(f"a request cannot violate {', '.join(strangers)}: no promise about requests")


SUCCESS = Expectation()
ABSENT = Expectation(statuses=frozenset({404}))
UNSPECIFIED = Expectation(unspecified=True)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent. `url` is absolute; `body` is empty where there was none."""

    method: str
    url: str
    headers: Headers = Headers()
    body: bytes = b""
    expectation: Expectation = SUCCESS


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it came, its content coding undone; of the status 0 where none came.

    `flaw` says why the body could not be had in whole (a bad coding, a cut-off transfer); empty where it could.
    """

    status: int
    headers: Headers = Headers()
    body: bytes = b""
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the response to it; `seconds` from sending to the last byte, left out of comparisons."""

    request: Request
    response: Response
    seconds: float = field(default=0.0, compare=False)
