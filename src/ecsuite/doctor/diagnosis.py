"""What was seen of one part of the way to the API."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "bad", "unknown"]


class Diagnosis(NamedTuple):
    """What was seen of one part of the way.

    Attributes:
        topic: a word or two.
        state: `bad` where a live run would not get far, `unknown` where it could not be told.
        said: on one line, with what to do where it is bad.
    """

    topic: str
    state: State
    said: str
