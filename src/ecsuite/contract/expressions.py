"""Runtime expressions of links (OpenAPI 3.1, section 4.8.20.4), parsed once: they give a link its parameters.

Contracts use three kinds: `$request.path.userId`, `$request.body#/users/0/userId`, `$response.body#/id`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

Message = Literal["request", "response"]
Part = Literal["path", "body"]

_EXPRESSION: Final = re.compile(
    r"\$(?:request\.path\.(?P<parameter>\w+)|(?P<message>request|response)\.body#(?P<pointer>(?:/[^/]+)+))"
)
# The index of a list's first item: a link that leads to it applies to each item.
_FIRST: Final = "0"


@dataclass(frozen=True, slots=True)
class Values:
    """The values that expressions are evaluated on: the path parameters and the JSON bodies of an exchange.

    A body that is missing or not JSON is None.
    """

    path: Mapping[str, str]
    request: Any = None
    response: Any = None


@dataclass(frozen=True, slots=True)
class Expression:
    """A runtime expression.

    Attributes:
        message: the message with the value.
        part: the part of that message.
        tokens: of the JSON Pointer (RFC 6901) into the body; for the path, only the parameter's name.
    """

    message: Message
    part: Part
    tokens: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Parse an expression.

        Raises:
            ValueError: it is not of a supported kind.
        """
        match = _EXPRESSION.fullmatch(text)
        if match is None:
            raise ValueError(f"no runtime expression of a kind that links use: {text!r}")
        if match["parameter"]:
            return cls("request", "path", (match["parameter"],))
        tokens = (token.replace("~1", "/").replace("~0", "~") for token in match["pointer"][1:].split("/"))
        return cls(cast("Message", match["message"]), "body", tuple(tokens))

    @property
    def is_of_body(self) -> bool:
        """Whether the value is in a body, rather than in the path."""
        return self.part == "body"

    @property
    def is_sent(self) -> bool:
        """Whether the value is in the request body, so that the client has chosen it."""
        return self.is_of_body and self.message == "request"

    @property
    def is_in_list(self) -> bool:
        """Whether the value is in a list's first item, so that the expression applies to each item."""
        return self.is_of_body and _FIRST in self.tokens[:-1]

    @property
    def member(self) -> str:
        """The last token: the name of the member or parameter with the value."""
        return self.tokens[-1]

    @property
    def parents(self) -> tuple[str, ...]:
        """The tokens before the last one: the path to the object with the member."""
        return self.tokens[:-1]

    @property
    def pointer(self) -> str:
        """The JSON Pointer into the body, for messages."""
        return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in self.tokens)

    def at(self, index: int) -> Expression:
        """The expression for the item of the list at an index."""
        if not self.is_in_list:
            return self
        first = self.tokens.index(_FIRST)
        return replace(self, tokens=(*self.tokens[:first], str(index), *self.tokens[first + 1 :]))

    def count(self, values: Values) -> int:
        """The length of the list that the expression leads into; 0 if there is no list."""
        into = replace(self, tokens=self.tokens[: self.tokens.index(_FIRST)])
        found = into.evaluate(values)
        return len(found) if isinstance(found, list) else 0

    def evaluate(self, values: Values) -> Any:
        """The value in an exchange; None if there is none."""
        if not self.is_of_body:
            return values.path.get(self.member)
        return self.find(values.request if self.message == "request" else values.response)

    def find(self, body: Any) -> Any:
        """The value in a body; None if there is none."""
        for token in self.tokens:
            try:
                body = body[int(token) if isinstance(body, list) else token]
            except (KeyError, IndexError, TypeError, ValueError):
                return None
        return body
