"""Interface of a script language: renders the steps of a script as lines, and the script around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from ecsuite.reproduce.call import Command, Option
from ecsuite.reproduce.parts import Hole, Parts

# "prepare" is a call whose response is kept; "show" one whose response is printed.
How = Literal["prepare", "show"]
# Whose token is used: the partner's (empty) or the other partner's.
Whose = Literal["", "other"]


@dataclass(frozen=True, slots=True)
class Story:
    """What a script needs besides its calls.

    Attributes:
        about: lines that describe the finding.
        shared: options that all calls have.
        made_up: variables with replacements for secrets that the run generated.
        hooks: prefix of the webhook URLs of the run; empty for none.
        variables: environment variables that are required.
        has_token: whether a call or a deletion needs the partner's token.
        has_other_token: whether one needs the other partner's token.
        is_deleting: whether the script deletes anything at its end.
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
    """A language for scripts."""

    @property
    def hold(self) -> str:
        """Code that defers interruptions."""

    @property
    def release(self) -> str:
        """Code that allows interruptions again."""

    @property
    def pause(self) -> str:
        """Code that waits for deliveries."""

    def sent(self, how: How, label: str, number: int, call: Command) -> Iterator[str]:
        """Send a call; `number` is unique within the script."""

    def chosen(self, variable: str, name: str, count: int) -> Iterator[str]:
        """Assign a member of the response to a variable; `count` selects among members of the same name, from 1."""

    def known(self, variable: str, value: str) -> str:
        """Assign a text to a variable."""

    def remembered(self, whose: Whose, path: Parts) -> str:
        """Remember a path to delete at the end."""

    def remembered_member(self, whose: Whose, member: str, path: Parts) -> Iterator[str]:
        """Remember a path for deletion that ends with the id in a member of the response, if the response has one."""

    def waiting(self, seconds: int) -> str:
        """Sleep for some seconds."""

    def printed(self, text: str) -> str:
        """Print a text."""

    def script(self, story: Story, calls: str) -> str:
        """Render the whole script around its calls."""


def comment(lines: Iterable[str]) -> list[str]:
    """Format lines as comments; `#` starts a comment in all languages here."""
    return [f"# {line}".rstrip() for text in lines for line in (text.splitlines() or [""])]


def variables_in(parts: Iterable[str | Hole]) -> Iterator[str]:
    """Names of the variables that a text uses."""
    for part in parts:
        if isinstance(part, Hole):
            yield part.variable
            yield from (count.of for _, count in part.functions if count)


def used_in(text: str, functions: dict[str, str]) -> str:
    """Definitions of the functions that a text uses, directly or indirectly; each may use those listed before it."""
    used: list[str] = []
    for name, body in reversed(functions.items()):
        if re.search(rf"\b{name}\b", "\n".join([text, *used])):
            used.append(body)
    return "".join(reversed(used)).strip("\n")
