"""One request with its response, as sent: frozen data, bodies in bytes, headers in order, with repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ecsuite.promises import OF_REQUESTS, Promise

FIRST_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields of a message, in their original order and spelling."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The value of a field, None if it is absent; repeats are joined by commas (RFC 9110 section 5.3)."""
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
    """What the sender of a request expects, so that an expected refusal is no finding.

    Attributes:
        case: the name of the input, if the test runs a table of inputs, such as `secret-cut-off`; else empty.
        statuses: the expected statuses; None for any success (2xx).
        violates: promises about requests that this one breaks deliberately.
        unspecified: no published source specifies the response; anything below 500 will do.
        token_may_have_ended: the lifetime of the token is unknown, so a 401 may mean that it has expired.
        repeated: an earlier attempt at the same call got no response, and may have taken effect nevertheless.

    Raises:
        ValueError: `violates` contains a promise that is not about requests.
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
    """A request as it was sent. `url` is absolute; `body` is empty if there was none."""

    method: str
    url: str
    headers: Headers = Headers()
    body: bytes = b""
    expectation: Expectation = SUCCESS


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it came, with its content coding undone; its status is 0 if there was none.

    `flaw` says why the body could not be received whole (a bad coding, a cut-off transfer); else it is empty.
    """

    status: int
    headers: Headers = Headers()
    body: bytes = b""
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response; `seconds` from sending to the last byte, which comparisons ignore."""

    request: Request
    response: Response
    seconds: float = field(default=0.0, compare=False)
