"""Runtime expressions of links (OpenAPI 3.1, section 4.8.20.4), parsed once: what gives a link its parameters.

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
# The index of a list's first item: a link that leads to it stands for one to each item.
_FIRST: Final = "0"


@dataclass(frozen=True, slots=True)
class Values:
    """What expressions are evaluated on: the path parameters and the JSON bodies of one exchange.

    A body that is missing or no JSON is None.
    """

    path: Mapping[str, str]
    request: Any = None
    response: Any = None


@dataclass(frozen=True, slots=True)
class Expression:
    """One runtime expression.

    Attributes:
        message: where the value stands: in the request, or in the response.
        part: of that message.
        tokens: of the JSON Pointer (RFC 6901) into the body; for the path, the parameter's name alone.
    """

    message: Message
    part: Part
    tokens: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Parse an expression.

        Raises:
            ValueError: it is of no kind that contracts use.
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
        """Whether the value stands in a body, rather than in the path."""
        return self.part == "body"

    @property
    def is_sent(self) -> bool:
        """Whether the value stands in the request's body, so that the client has chosen it."""
        return self.is_of_body and self.message == "request"

    @property
    def is_in_list(self) -> bool:
        """Whether the value is a member of a list's first item: then it stands for that of each item."""
        return self.is_of_body and _FIRST in self.tokens[:-1]

    @property
    def member(self) -> str:
        """The last token: the name of the member or of the parameter that holds the value."""
        return self.tokens[-1]

    @property
    def parents(self) -> tuple[str, ...]:
        """The tokens before the last one: where in the body the object stands that has the member."""
        return self.tokens[:-1]

    @property
    def pointer(self) -> str:
        """The JSON Pointer into the body, for messages."""
        return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in self.tokens)

    def at(self, index: int) -> Expression:
        """The expression for another item of the list than its first."""
        if not self.is_in_list:
            return self
        first = self.tokens.index(_FIRST)
        return replace(self, tokens=(*self.tokens[:first], str(index), *self.tokens[first + 1 :]))

    def count(self, values: Values) -> int:
        """How many items the list has that the expression leads into; 0 where there is no list."""
        into = replace(self, tokens=self.tokens[: self.tokens.index(_FIRST)])
        found = into.evaluate(values)
        return len(found) if isinstance(found, list) else 0

    def evaluate(self, values: Values) -> Any:
        """The value in an exchange; None where there is none."""
        if not self.is_of_body:
            return values.path.get(self.member)
        return self.find(values.request if self.message == "request" else values.response)

    def find(self, body: Any) -> Any:
        """The value in the body that the expression speaks of; None where there is none."""
        for token in self.tokens:
            try:
                body = body[int(token) if isinstance(body, list) else token]
            except (KeyError, IndexError, TypeError, ValueError):
                return None
        return body
