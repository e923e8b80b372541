"""A request as curl options that send the same bytes, with variables instead of values that may differ.

The options are plain data; each script language has its own way to pass them to curl.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from ecsuite.messages.exchange import Headers, Request
from ecsuite.messages.media import FORM as FORM_TYPE
from ecsuite.messages.media import MediaType
from ecsuite.reproduce.parts import Hole, Parts, joined, parts_of
from ecsuite.reproduce.vault import FORM, JSON, SEGMENT, SHORTEST_PART, Vault

# Headers that curl creates itself, or that are only valid for the original call.
OF_THE_CONNECTION: Final = frozenset({"host", "connection", "content-length", "traceparent"})
# Headers that every request of a client has; curl's own values differ.
OF_THE_CLIENT: Final = ("User-Agent", "Accept-Encoding")
# The default of curl.
_ACCEPT: Final = "*/*"
# For bodies of at least this many bytes, curl sends `Expect: 100-continue` first.
_LARGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Option:
    """A curl option: its long name and its value; None for an option without a value."""

    name: str
    value: Parts | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A curl call: its options, and the body that it sends, which may be empty; None for no body."""

    options: tuple[Option, ...]
    body: Parts | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Replacements for values.

    Attributes:
        addresses: URL prefixes, each with the variable for it; a longer prefix comes first.
        ids: ids that the server chose, each with its variable.
        hooks: prefix of the webhook URLs; empty for none.
        basic: maps values of HTTP Basic credentials to the value of curl's `user` option.
    """

    vault: Vault
    addresses: tuple[tuple[str, str], ...]
    ids: Mapping[str, str]
    hooks: str
    basic: Mapping[str, Parts]


def basic(client_id: str, client_secret: str) -> str:
    """Credentials as the value of an Authorization header (HTTP Basic)."""
    return f"Basic {base64.b64encode(f'{client_id}:{client_secret}'.encode()).decode()}"


def of_the_client(request: Request) -> tuple[Option, ...]:
    """Options for the headers that every request of a client has."""
    pairs = [(name, request.headers.get(name)) for name in OF_THE_CLIENT]
    return tuple(_header(name, (value,)) for name, value in pairs if value is not None) + compressed(request)


def compressed(request: Request) -> tuple[Option, ...]:
    """The option that makes curl decode a compressed response, if the request accepts one."""
    return (Option("compressed"),) if request.headers.get("Accept-Encoding") else ()


def command(request: Request, names: Names, implied: Iterable[str] = OF_THE_CLIENT) -> Command:
    """Translate a request to a curl call.

    Args:
        request: the request as it was sent.
        names: replacements for values.
        implied: headers that are left out, because they are set elsewhere.
    """
    options = [*_method(request), Option("url", url(request.url, names))]
    options += _headers(request, names, {name.lower() for name in implied})
    if not _has_body(request):
        return Command(tuple(options))
    if not request.headers.get("Content-Type"):
        options.append(Option("header", ("Content-Type:",)))
    if len(request.body) >= _LARGE:
        options.append(Option("header", ("Expect:",)))
    return Command(tuple(options), body(request, names))


def _method(request: Request) -> tuple[Option, ...]:
    if request.method == "HEAD":
        return (Option("head"),)
    return (Option("request", (request.method,)),) if request.method != "GET" or _has_body(request) else ()


def _has_body(request: Request) -> bool:
    """Whether the request has a body, including an empty one that a header announces."""
    return bool(request.body or request.headers.get("Content-Length") or request.headers.get("Transfer-Encoding"))


def url(text: str, names: Names) -> Parts:
    """A URL with variables instead of ids and of its prefix."""
    start, variable = next(((start, name) for start, name in names.addresses if _is_below(text, start)), ("", ""))
    path, mark, query = text.removeprefix(start).partition("?")
    parts: list[str | Hole] = [Hole(variable)] if variable else []
    for index, segment in enumerate(path.split("/")):
        parts += [*(["/"] if index else []), *_value(segment, unquote(segment), names)]
    for index, pair in enumerate(query.split("&") if mark else []):
        name, equals, value = pair.partition("=")
        parts += ["&" if index else mark, name + equals, *_value(value, unquote_plus(value), names)]
    return joined(parts)


def _is_below(text: str, start: str) -> bool:
    return text.startswith(start) and text[len(start) : len(start) + 1] in {"", "/", "?"}


def _value(text: str, value: str, names: Names) -> Parts:
    variable = names.ids.get(value)
    if variable:
        return (Hole(variable) if quote(value, safe="") == value else Hole(variable).then(SEGMENT),)
    return names.vault.parts(text, SEGMENT)


def _headers(request: Request, names: Names, implied: set[str]) -> Iterator[Option]:
    for name, value in request.headers:
        lowered = name.lower()
        if lowered in implied or lowered in OF_THE_CONNECTION or (lowered == "accept" and value == _ACCEPT):
            continue
        if lowered == "authorization" and value in names.basic:
            yield Option("user", names.basic[value])
            continue
        raw = value.encode("latin-1").decode("utf-8", "surrogateescape")
        yield _header(name, names.vault.parts(raw))
    if not request.headers.get("Accept"):
        yield Option("header", ("Accept:",))


def _header(name: str, value: Parts) -> Option:
    return Option("header", joined([f"{name}: ", *value]) if any(value) else (f"{name};",))


def body(request: Request, names: Names) -> Parts:
    """A body with variables instead of secrets and ids."""
    (text,) = parts_of(request.body)
    assert isinstance(text, str)
    if _is_form(request.headers, text):
        return joined(_form(text, names))
    parts: list[str | Hole] = []
    for part in _with_ids(text, names):
        parts += [part] if isinstance(part, Hole) else names.vault.parts(part, JSON)
    return joined(parts)


def _is_form(headers: Headers, text: str) -> bool:
    return MediaType.of(headers.get("Content-Type")).essence == FORM_TYPE and text[:1] not in {"{", "["}


def _form(text: str, names: Names) -> Iterator[str | Hole]:
    for index, pair in enumerate(text.split("&")):
        name, equals, value = pair.partition("=")
        yield f"{'&' if index else ''}{name}{equals}"
        spelt = names.vault.parts(value, FORM)
        # The remaining text is searched once more, for secrets that were sent without encoding.
        yield from (
            piece for part in spelt for piece in ([part] if isinstance(part, Hole) else names.vault.parts(part))
        )


def _with_ids(text: str, names: Names) -> Iterator[str | Hole]:
    """Replace ids that the server chose, and the receiver's address, by variables in a JSON text."""
    ids = names.ids
    patterns = [
        rf'(?<="){re.escape(value)}(?=")'
        if len(value) >= SHORTEST_PART
        else rf'(?:(?<=[iI]d":")|(?<=[iI]d": ")){re.escape(value)}(?=")'
        for value in sorted(ids, key=len, reverse=True)
    ]
    patterns += [rf'(?<="){re.escape(names.hooks)}(?=/)'] if names.hooks else []
    if not patterns:
        yield text
        return
    for index, piece in enumerate(re.split(f"({'|'.join(patterns)})", text)):
        yield Hole("hooks" if piece == names.hooks else ids[piece]) if index % 2 else piece
