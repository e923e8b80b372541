"""What a language of scripts says: the steps of a script as lines, and the whole around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from ecsuite.reproduce.call import Command, Option
from ecsuite.reproduce.parts import Hole, Parts

# Of a call: one that makes ready, whose response is kept, or one whose response is printed.
How = Literal["prepare", "show"]
# Who made something: the partner, or the other one.
Whose = Literal["", "other"]


@dataclass(frozen=True, slots=True)
class Story:
    """What a script needs around its calls.

    Attributes:
        about: lines that say what it shows.
        shared: the options that all calls have.
        made_up: variables with what stands in the place of secrets that were drawn.
        hooks: where deliveries went; empty for none.
        variables: of the environment, that it cannot do without.
        has_token: whether calls, or what deletes what they made, need the partner's token.
        has_other_token: the same of the other partner.
        is_deleting: whether it deletes anything at its end.
    """

    about: tuple[str, ...]
    shared: tuple[Option, ...]
    made_up: tuple[tuple[str, Parts], ...]
    hooks: str
    variables: tuple[str, ...]
    has_token: bool
    has_other_token: bool
    is_deleting: bool


class Language(Protocol):
    """A language that scripts are written in."""

    @property
    def hold(self) -> str:
        """Has what comes not be interrupted."""

    @property
    def release(self) -> str:
        """Has what comes be interrupted again."""

    @property
    def pause(self) -> str:
        """Gives deliveries time to come."""

    def sent(self, how: How, label: str, number: int, call: Command) -> Iterator[str]:
        """A call that is sent; `number` tells it from the others."""

    def chosen(self, variable: str, name: str, count: int) -> Iterator[str]:
        """A variable gets the text of a member of the response, where that stands there for the so-manyth time."""

    def known(self, variable: str, value: str) -> str:
        """A variable gets a text."""

    def remembered(self, whose: Whose, path: Parts) -> str:
        """What is below a path is deleted at the end."""

    def remembered_member(self, whose: Whose, member: str, path: Parts) -> Iterator[str]:
        """The same of what the response has the id of, if it has one."""

    def waiting(self, seconds: int) -> str:
        """Time passes."""

    def printed(self, text: str) -> str:
        """A text is printed."""

    def script(self, story: Story, calls: str) -> str:
        """The whole, around its calls."""


def comment(lines: Iterable[str]) -> list[str]:
    """Lines as comments, as all languages here have them."""
    return [f"# {line}".rstrip() for text in lines for line in (text.splitlines() or [""])]


def variables_in(parts: Iterable[str | Hole]) -> Iterator[str]:
    """The variables whose values stand in a text."""
    for part in parts:
        if isinstance(part, Hole):
            yield part.variable
            yield from (count.of for _, count in part.functions if count)


def used_in(text: str, functions: dict[str, str]) -> str:
    """The functions that a text uses, and those that they use; each may use those above it."""
    used: list[str] = []
    for name, body in reversed(functions.items()):
        if re.search(rf"\b{name}\b", "\n".join([text, *used])):
            used.append(body)
    return "".join(reversed(used)).strip("\n")
