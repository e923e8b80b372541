"""Stable replacements for values that a server chose, so that the same traffic gives the same recording."""

from __future__ import annotations

import random
import uuid
from functools import reduce
from operator import getitem
from typing import Final

from ecsuite.cassette.texts import TIME_STAMP, TRACE_ID, UUID, segments, strings
from ecsuite.contract import Operation, Schemas
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import MediaType, json_or_none

_STABLE_TIME: Final = "2023-01-01T00:00:00.0000000+00:00"
_STABLE_TRACE: Final = f"00-{'0' * 31}1-{'0' * 15}1-00"


class StableValues:
    """Replacements for values that a server chose, drawn from a seed in the order of their appearance.

    Args:
        seed: of the run.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(f"{seed} server")  # noqa: S311  ids of test data
        self._sent: set[str] = set()
        self._stable: dict[str, str] = {}

    def learn(self, exchange: Exchange, operation: Operation | None, schemas: Schemas) -> None:
        """Learn from an exchange what the client has sent, and then what the server has chosen.

        Args:
            exchange: one of several, in their order.
            operation: of the exchange; None if it has none.
            schemas: of the contract; they say what a server chooses.
        """
        request, response = exchange.request, exchange.response
        self._sent |= segments(request.url) - self._stable.keys()
        for text in strings(json_or_none(request.body)):
            # Ids inside a URL, such as a webhook's, are the client's as well.
            self._sent |= {text, *UUID.findall(text)}
        rule = operation.response(response.status) if operation else None
        schema = rule.content.get(MediaType.of(response.headers.get("Content-Type")).essence) if rule else None
        answer = json_or_none(response.body)
        if schema is not None and answer is not None:
            for path, node in schemas.walker.parts(schema, answer):
                chosen = reduce(getitem, path, answer)
                if node.get("readOnly") and "enum" not in node and isinstance(chosen, str) and not _is_time(chosen):
                    self._choose(chosen)

    def of(self, text: str) -> str:
        """The replacement for a text: the text itself, unless a server chose it."""
        if text in self._stable:
            return self._stable[text]
        if text in self._sent:
            return text
        if TRACE_ID.fullmatch(text):
            return _STABLE_TRACE
        if _is_time(text):
            return _STABLE_TIME
        if UUID.fullmatch(text):
            return self._choose(text)
        return text

    def known(self, text: str) -> str:
        """The replacement for a text if there is one by now; else the text itself."""
        return self._stable.get(text, text)

    def _choose(self, text: str) -> str:
        if text not in self._stable and text not in self._sent:
            self._stable[text] = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return self._stable.get(text, text)


def _is_time(text: str) -> bool:
    return TIME_STAMP.fullmatch(text) is not None
