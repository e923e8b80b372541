"""A book as an `.http` file, whose requests an editor sends one by one."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from collections.abc import Iterator
from typing import Any, Final, Literal
from urllib.parse import urlencode

from ecsuite.export.calls import (
    ACCESS_TOKEN,
    BASE_URL,
    TOKEN_URL,
    Book,
    Call,
    Capture,
    Chapter,
    Variable,
    filled,
    ids_of,
)
from ecsuite.messages.media import FORM

# The dialect of JetBrains' editors and httpYac, and that of the VS Code extension REST Client.
Dialect = Literal["jetbrains", "vscode"]
DIALECTS: Final[tuple[Dialect, ...]] = ("jetbrains", "vscode")
ENVIRONMENT: Final = "sandbox"
_NAMESPACE: Final = uuid.UUID("0c5c2a67-2f0c-5c0e-8f6e-7a1f9f4a3b42")
_TOKEN_MEMBER: Final = "access_token"  # noqa: S105  a member's name
_WIDTH: Final = 118


def http_file(book: Book, dialect: Dialect) -> str:
    """Render the requests with the guide's explanations; ids and tokens are taken from earlier responses."""
    return "\n".join(_Writer(book, dialect).lines()) + "\n"


def environments(book: Book) -> tuple[dict[str, Any], dict[str, Any]]:
    """Environments for JetBrains' editors and httpYac: one with the public variables, one with empty secrets."""
    public = {each.name: each.value for each in book.settings if not each.is_secret}
    private = {each.name: each.value for each in book.settings if each.is_secret}
    return {ENVIRONMENT: public}, {ENVIRONMENT: private}


class _Writer:
    """Writes the requests of a book in one dialect."""

    def __init__(self, book: Book, dialect: Dialect) -> None:
        self._book = book
        self._is_vscode = dialect == "vscode"
        # Expression for each variable; in VS Code it refers to the response of a named request.
        self._sources: dict[str, str] = {}
        self._token = ""

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        title = self._book.contract.source.document["info"]["title"]
        yield f"# {title}, edition {self._book.edition}: the quickstart. Send the requests from the first to the last."
        yield from self._settings()
        names = iter(ids_of(call for chapter in self._book.chapters for call in chapter.calls))
        for number, chapter in enumerate(self._book.chapters, 1):
            yield from self._chapter(number, chapter, names)

    def _settings(self) -> Iterator[str]:
        drawn = [name for chapter in self._book.chapters for call in chapter.calls for name in call.draws]
        captured = {
            each.variable for chapter in self._book.chapters for call in chapter.calls for each in call.captures
        }
        if self._is_vscode:
            yield "# The secrets are read from the environment that VS Code was started in."
            for each in self._book.settings:
                known = f"{{{{$processEnv {_environment(each.name)}}}}}" if each.is_secret else each.value
                yield f"@{each.name} = {known}"
        else:
            yield "# The variables stand in http-client.env.json, the credentials in http-client.private.env.json."
        for name in dict.fromkeys(drawn):
            if name not in captured:
                yield f"@{name} = {self._literal(name)}"

    def _chapter(self, number: int, chapter: Chapter, names: Iterator[str]) -> Iterator[str]:
        for index, call in enumerate(chapter.calls):
            yield ""
            yield f"### {number:02} {chapter.title}: {call.title}"
            if index == 0:
                yield from textwrap.wrap(chapter.text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
            yield from self._call(call, next(names))

    def _call(self, call: Call, name: str) -> Iterator[str]:
        is_token = call.operation is self._book.contract.token_operation
        yield f"# @name {name}"
        yield f"{call.operation.method} {{{{{TOKEN_URL if is_token else BASE_URL}}}}}" + (
            "" if is_token else call.address(self._spelt)
        )
        if call.operation.security:
            yield f"Authorization: Bearer {{{{{self._token}}}}}"
        if call.media_type:
            yield f"Content-Type: {call.media_type}"
            yield ""
            yield self._body(call)
        if is_token:
            self._token = f"{name}.response.body.$.{_TOKEN_MEMBER}" if self._is_vscode else ACCESS_TOKEN
        for capture in call.captures:
            self._sources[capture.variable] = f"{name}.response.body.${_steps(capture)}"
        if not self._is_vscode:
            yield from self._handler(call, is_token=is_token)

    def _body(self, call: Call) -> str:
        # A call that creates an entity sends a new id; later calls use the id in its response.
        draws = set(call.draws)
        own = filled(call.body, lambda each: self._literal(each.name) if each.name in draws else self._spelt(each))
        if call.media_type == FORM:
            return urlencode(own, safe="{}$")
        return json.dumps(own, ensure_ascii=False, indent=2)

    def _handler(self, call: Call, *, is_token: bool) -> Iterator[str]:
        """The script after a request: it tests the status, and stores values for later requests."""
        statuses = [rule.status for rule in call.promised()]
        yield ""
        yield "> {%"
        if statuses:
            wanted = " or ".join(statuses)
            yield f'  client.test("the status is {wanted}", () => {{'
            yield f"    client.assert([{', '.join(statuses)}].includes(response.status), `it is ${{response.status}}`);"
            yield "  });"
        if is_token:
            yield f'  client.global.set("{ACCESS_TOKEN}", response.body.{_TOKEN_MEMBER});'
        for capture in call.captures:
            yield f'  client.global.set("{capture.variable}", response.body{_steps(capture)});'
        yield "%}"

    def _spelt(self, value: str | Variable) -> str:
        if not isinstance(value, Variable):
            return value
        return f"{{{{{self._sources.get(value.name, value.name) if self._is_vscode else value.name}}}}}"

    def _literal(self, name: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self._book.edition} {name}"))


def _environment(name: str) -> str:
    """The environment variable for a setting."""
    return "EC_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def _steps(capture: Capture) -> str:
    """A capture's path, in a syntax that JavaScript and JSONPath share."""
    return "".join(f"[{token}]" if token.isdigit() else f".{token}" for token in capture.at)
