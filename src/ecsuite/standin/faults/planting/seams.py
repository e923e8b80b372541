"""The one way in which a part of a stand-in is replaced: it is wrapped.

    wraps(ANSWER, around)       # around(parts, original, *arguments of the part)

A seam is a place where `Parts`, or the store in it, has a function. A wrapper with state creates the state in a
function of `Parts`, so that no two stand-ins share it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from ecsuite.contract import Operation
from ecsuite.findings.breach import Breach
from ecsuite.http import httpx
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.parts import Answer, Asked, Parts
from ecsuite.standin.store import Delivery
from ecsuite.standin.tokens import Form

P = ParamSpec("P")
R = TypeVar("R")
Around = Callable[Concatenate[Parts, Callable[P, R], P], R]


@dataclass(frozen=True, slots=True)
class Seam(Generic[P, R]):
    """A place where a part can be replaced.

    Attributes:
        part: returns the current part.
        put: puts another part there.
    """

    part: Callable[[Parts], Callable[P, R]]
    put: Callable[[Parts, Callable[P, R]], None]


def part(name: str) -> Seam[..., Any]:
    """The seam of an attribute of `Parts`."""
    return Seam(lambda parts: getattr(parts, name), lambda parts, other: setattr(parts, name, other))


def of_store(name: str) -> Seam[..., Any]:
    """The seam of a method of the store."""
    return Seam(lambda parts: getattr(parts.store, name), lambda parts, other: setattr(parts.store, name, other))


def handler(operation: str) -> Seam[[Call], Reply]:
    """The seam of the handler of an operation."""
    return Seam(lambda parts: parts.handlers[operation], lambda parts, other: parts.handlers.update({operation: other}))


BEARER: Final[Seam[[Asked], int | None]] = part("bearer")
BREACHES: Final[Seam[[Asked], list[Breach]]] = part("breaches")
ANSWER: Final[Seam[[Asked], Reply]] = part("answer")
READ_FORM: Final[Seam[[str | None, bytes], Form]] = part("read_form")
GRANT: Final[Seam[[Form, str | None], Reply]] = part("grant")
FINISH: Final[Seam[[Operation | None, Answer], Answer]] = part("finish")
SEND: Final[Seam[[httpx.AsyncClient, Delivery], Awaitable[int | None]]] = part("send")


def wraps(seam: Seam[P, R], around: Around[P, R]) -> Plant:
    """Wraps a part; `around` gets the parts, the original part, and the arguments of the call."""

    def plant(parts: Parts) -> None:
        original = seam.part(parts)

        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            return around(parts, original, *args, **kwargs)

        seam.put(parts, wrapped)

    return plant


def together(*plants: Plant) -> Plant:
    """Combines several changes into one fault."""

    def plant(parts: Parts) -> None:
        for each in plants:
            each(parts)

    return plant
