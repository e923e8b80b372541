"""The result of checking one part of the connection to the API."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "bad", "unknown"]


class Diagnosis(NamedTuple):
    """The result of checking one part of the connection.

    Attributes:
        topic: a word or two.
        state: `bad` if a live run would fail early, `unknown` if it could not be checked.
        said: the result in one line, with advice if it is bad.
    """

    topic: str
    state: State
    said: str
