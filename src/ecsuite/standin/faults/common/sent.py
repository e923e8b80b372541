"""Values that a call has sent."""

from __future__ import annotations

from typing import Any

from ecsuite.standin.faults import planting as p
from ecsuite.standin.parts import Asked


def sent_member(asked: Asked, *path: str) -> Any:
    """A member of the body of a call; None if there is none."""
    value = p.sent_value(asked)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def own_id(asked: Asked) -> str:
    """The last id in the path."""
    return list(asked.decoded.path_values.values())[-1]


def says(name: str, asked: Asked) -> str:
    """The value of a header of a call; empty if there is none."""
    return asked.decoded.exchange.request.headers.get(name) or ""


def says_charset(asked: Asked) -> bool:
    """Whether the media type of a call has a charset."""
    return "charset" in says("Content-Type", asked)
