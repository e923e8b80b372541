"""A request as options of curl that send the same, to the byte, with variables in the place of what may differ.

They are data: each language of scripts has its own way to hand them to curl.
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

# Of the connection, made by curl from what it is given, or of the one call that was made.
OF_THE_CONNECTION: Final = frozenset({"host", "connection", "content-length", "traceparent"})
# What every request of a client has, and curl sends otherwise.
OF_THE_CLIENT: Final = ("User-Agent", "Accept-Encoding")
# What curl sends where it is told nothing.
_ACCEPT: Final = "*/*"
# From so many bytes on curl asks first whether it may send a body.
_LARGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Option:
    """An option of curl: its long name, and its value; None where it takes none."""

    name: str
    value: Parts | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A call of curl: its options, and the body that it sends, be that an empty one; None for no body."""

    options: tuple[Option, ...]
    body: Parts | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What stands in the place of values.

    Attributes:
        addresses: prefixes of addresses, each with the variable that has it, the longest first.
        ids: what the server chose, each with its variable.
        hooks: the beginning of the addresses that deliveries go to; empty for none.
        basic: what credentials are as HTTP Basic, each with the value of curl's option for them.
    """

    vault: Vault
    addresses: tuple[tuple[str, str], ...]
    ids: Mapping[str, str]
    hooks: str
    basic: Mapping[str, Parts]


def basic(client_id: str, client_secret: str) -> str:
    """Credentials as HTTP Basic has them."""
    return f"Basic {base64.b64encode(f'{client_id}:{client_secret}'.encode()).decode()}"


def of_the_client(request: Request) -> tuple[Option, ...]:
    """The options for the headers that every request of a client has."""
    pairs = [(name, request.headers.get(name)) for name in OF_THE_CLIENT]
    return tuple(_header(name, (value,)) for name, value in pairs if value is not None) + compressed(request)


def compressed(request: Request) -> tuple[Option, ...]:
    """The option with which curl undoes the coding that a request allows."""
    return (Option("compressed"),) if request.headers.get("Accept-Encoding") else ()


def command(request: Request, names: Names, implied: Iterable[str] = OF_THE_CLIENT) -> Command:
    """A request as a call of curl.

    Args:
        request: as it was sent.
        names: what stands in the place of values.
        implied: the headers that need not be said.
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
    """Whether it says that it has a body, be that an empty one."""
    return bool(request.body or request.headers.get("Content-Length") or request.headers.get("Transfer-Encoding"))


def url(text: str, names: Names) -> Parts:
    """An address, with variables in the place of ids."""
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
    """A body, with variables in the place of secrets and ids."""
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
        # What is only a part of a secret has no other spelling, or is none that a client gives out.
        yield from (
            piece for part in spelt for piece in ([part] if isinstance(part, Hole) else names.vault.parts(part))
        )


def _with_ids(text: str, names: Names) -> Iterator[str | Hole]:
    """A JSON text with variables in the place of ids that the server chose, and of the receiver's address."""
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
