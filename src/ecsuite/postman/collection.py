"""Reads a Postman collection (2.0 or 2.1) as requests with their saved responses, without judging them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode

from ecsuite.errors import CollectionUnreadable
from ecsuite.json_files import read_object
from ecsuite.messages.exchange import Headers, Response
from ecsuite.messages.media import FORM, MediaType
from ecsuite.postman.environment import enabled, resolved
from ecsuite.traffic.names import printable

_KNOWN_SCHEMA: Final = re.compile(r"/v2\.[01]\.0/")
_HOLE: Final = re.compile(r'"(?:\\.|[^"\\])*"|\{\{[^{}]+\}\}')
_COMMENT: Final = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_BEARER: Final = "Bearer of-the-collection"
_JSON: Final = "application/json"
# Variables that a script sets: `pm.environment.set("userId", ...)`, as escaped in the JSON of the collection.
_SET: Final = re.compile(r"""\.set\(\s*(?:\\"|'|`)([^"'`\\]+)""")
_SECRET: Final = re.compile("secret|token|password", re.IGNORECASE)
Body = Literal["none", "known", "unknown"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of the collection.

    Attributes:
        url: with known variables replaced; unknown ones remain as `{{name}}` or `:name`.
        has_variables: whether its path contained a variable, known or not.
        headers: with the `Content-Type` and `Authorization` that Postman adds.
        body: empty if there is none, or if it is unknown.
        body_is_known: whether it is known; the content of a file is not.
        token_is_known: whether it is known if a token is sent; a script may add one.
    """

    method: str
    url: str
    has_variables: bool
    headers: Headers
    body: bytes
    body_is_known: bool = True
    token_is_known: bool = True


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved response, with its request; `has_headers` says whether its headers were saved, too."""

    name: str
    request: Sent
    response: Response
    has_headers: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A request with its saved responses; `name` includes the names of its folders."""

    name: str
    request: Sent
    saved: tuple[Saved, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection.

    Attributes:
        name: the collection's name.
        items: its requests, in order.
        secrets: values of variables that must not appear in any output.
        variables: names of all variables that the collection, its environment or its scripts set; None without an
            environment, because it could set any others.
    """

    name: str
    items: tuple[Item, ...]
    secrets: tuple[str, ...]
    variables: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Context:
    """What a request inherits from its folders, and from the environment, whose values take precedence."""

    names: tuple[str, ...]
    own: Mapping[str, str]
    environment: Mapping[str, str]
    auth: Mapping[str, Any] | None
    scripts: str

    @property
    def values(self) -> Mapping[str, str]:
        """The values of all variables."""
        return {**self.own, **self.environment}

    def inside(self, node: Mapping[str, Any]) -> _Context:
        """The context inside a folder, or of a request."""
        auth = node.get("auth")
        return _Context(
            (*self.names, str(node.get("name", ""))),
            {**self.own, **enabled(node.get("variable"))},
            self.environment,
            auth if isinstance(auth, dict) else self.auth,
            self.scripts + json.dumps(node.get("event", [])),
        )


def read_collection(path: Path, environment: Mapping[str, str] | None = None) -> Collection:
    """Read a collection.

    Args:
        path: the collection's file.
        environment: variables of an environment, which override the collection's; None for none.

    Raises:
        CollectionUnreadable: the file is not a collection of version 2, or has no requests.
    """
    if path.is_dir():
        raise CollectionUnreadable(path, "it is a folder, as Postman's format 3.0.0 has")
    document = read_object(path, CollectionUnreadable)
    # Postman's API returns the collection inside another object.
    document = document["collection"] if isinstance(document.get("collection"), dict) else document
    info = document.get("info")
    if not isinstance(info, dict) or not isinstance(document.get("item"), list):
        raise CollectionUnreadable(path, _what_it_is(document))
    schema = str(info.get("schema", ""))
    if schema and not _KNOWN_SCHEMA.search(schema):
        raise CollectionUnreadable(path, f"its schema is {schema}")
    auth = document.get("auth")
    values = enabled(document.get("variable"))
    given = auth if isinstance(auth, dict) else None
    start = _Context((), values, environment or {}, given, json.dumps(document.get("event", [])))
    try:
        items = tuple(_items(document["item"], start))
    except _DamagedError as error:
        raise CollectionUnreadable(path, f"it is damaged: {error}") from None
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise CollectionUnreadable(path, "it is damaged: a folder of it cannot be read") from None
    except RecursionError:
        raise CollectionUnreadable(path, "it is nested too deep") from None
    if not items:
        raise CollectionUnreadable(path, "it has no requests")
    named = [*values.items(), *(environment or {}).items()]
    secrets = tuple(value for name, value in named if value and _SECRET.search(name))
    variables = frozenset({name for name, _ in named} | set(_SET.findall(json.dumps(document, ensure_ascii=False))))
    return Collection(str(info.get("name", "")), items, secrets, None if environment is None else variables)


def _what_it_is(document: Mapping[str, Any]) -> str:
    if "requests" in document:
        return "it is a collection of version 1"
    if isinstance(document.get("values"), list):
        return "it is an environment"
    if "openapi" in document or "swagger" in document:
        return "it is an OpenAPI document"
    return "it has no info and no item"


class _DamagedError(Exception):
    """Postman would not write this; the message names the place."""


def _items(nodes: Sequence[Any], context: _Context) -> Iterator[Item]:
    for number, node in enumerate(nodes, 1):
        place = " / ".join(filter(None, (*context.names, f"item {number}")))
        if not isinstance(node, dict):
            raise _DamagedError(f"{printable(place)} is no object")
        inner = context.inside(node)
        if isinstance(node.get("item"), list):
            yield from _items(node["item"], inner)
        elif "request" in node:
            try:
                yield _item(node, inner)
            except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
                raise _DamagedError(f"{printable(place)} has a request that cannot be read") from error


def _item(node: Mapping[str, Any], inner: _Context) -> Item:
    request = _sent(node["request"], inner)
    saved = node.get("response") or []
    name = printable(" / ".join(filter(None, inner.names)))
    return Item(name, request, tuple(_saved(each, request, inner) for each in saved if isinstance(each, dict)))


def _saved(node: Mapping[str, Any], own: Sent, context: _Context) -> Saved:
    original = node.get("originalRequest")
    listed = node.get("header")
    headers = _fields(listed, {})
    body = node.get("body")
    text = body if isinstance(body, str) else ""
    if text and "content-type" not in {name.lower() for name, _ in headers}:
        language = node.get("_postman_previewlanguage")
        headers += [("Content-Type", _JSON)] if language == "json" or _is_json(text) else []
    response = Response(int(node.get("code") or 0), Headers.of(headers), text.encode())
    request = _sent(original, context) if isinstance(original, dict) else own
    return Saved(str(node.get("name", "")), request, response, has_headers=bool(listed) or not text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _sent(node: Any, context: _Context) -> Sent:
    request: Mapping[str, Any] = {"url": node, "method": "GET"} if isinstance(node, str) else node
    values = context.values
    url, has_variables = _url(request.get("url") or "", values)
    headers = _fields(request.get("header"), values)
    body, content_type, body_is_known = _body(request.get("body"), values)
    sent_as = next((value for name, value in headers if name.lower() == "content-type"), content_type)
    if MediaType.of(sent_as).is_json:
        body = _COMMENT.sub(_kept, body.decode()).encode()
    if content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    auth = request.get("auth")
    headers, token_is_known = _authorized(headers, auth if isinstance(auth, dict) else context.auth, context.scripts)
    method = str(request.get("method") or "GET").upper()
    return Sent(method, url, has_variables, Headers.of(headers), body, body_is_known, token_is_known)


def _url(node: Any, values: Mapping[str, str]) -> tuple[str, bool]:
    """The URL of a request, and whether its path contained a variable."""
    if isinstance(node, str):
        raw, own = node, {}
    else:
        own = enabled(node.get("variable"))
        raw = str(node.get("raw") or _joined(node))
    address, _, query = raw.partition("?")
    path = re.sub(r"^(\w+://)?[^/]*", "", address)
    has_variables = "{{" in path or "/:" in path
    filled = re.sub(r"(?<=/):(\w+)", lambda name: own.get(name[1]) or name[0], address)
    if isinstance(node, dict) and isinstance(node.get("query"), list):
        query = urlencode(enabled(node["query"]), safe="{}")
    whole = resolved(filled, values)
    return (f"{whole}?{resolved(query, values)}" if query else whole), has_variables


def _joined(node: Mapping[str, Any]) -> str:
    host, path = node.get("host") or "", node.get("path") or ""
    names = [str(each.get("value", "")) if isinstance(each, dict) else str(each) for each in path]
    written = path if isinstance(path, str) else "/".join(names)
    protocol = f"{node['protocol']}://" if node.get("protocol") else ""
    return f"{protocol}{host if isinstance(host, str) else '.'.join(host)}/{written.removeprefix('/')}"


def _fields(nodes: Any, values: Mapping[str, str]) -> list[tuple[str, str]]:
    listed = nodes if isinstance(nodes, list) else []
    return [
        (resolved(str(each.get("key", "")), values), resolved(str(each.get("value") or ""), values))
        for each in listed
        if isinstance(each, dict) and each.get("key") and not each.get("disabled")
    ]


def _body(node: Any, values: Mapping[str, str]) -> tuple[bytes, str, bool]:
    """The body, the media type that Postman adds, and whether the body is known."""
    if not isinstance(node, dict) or node.get("disabled") or not node.get("mode"):
        return b"", "", True
    mode = node["mode"]
    if mode == "raw":
        text = resolved(str(node.get("raw") or ""), values)
        language = ((node.get("options") or {}).get("raw") or {}).get("language", "")
        # Postman sends text without a language as text/plain.
        media_type = _JSON if language == "json" else "text/plain"
        return _quoted(text).encode(), media_type if text else "", True
    if mode == "urlencoded":
        fields = [(name, value) for name, value in _fields(node.get("urlencoded"), values)]
        return urlencode(fields).encode(), FORM, True
    if mode == "graphql":
        return json.dumps(node.get("graphql")).encode(), _JSON, True
    return b"", "", False


def _kept(found: re.Match[str]) -> str:
    """Keep a JSON string, and drop a comment, because Postman does not send comments."""
    return found[0] if found[0].startswith('"') else ""


def _quoted(text: str) -> str:
    """Quote unknown variables in a JSON text, so that it can be parsed."""
    return _HOLE.sub(lambda found: found[0] if found[0].startswith('"') else json.dumps(found[0]), text)


def _authorized(
    headers: list[tuple[str, str]], auth: Mapping[str, Any] | None, scripts: str
) -> tuple[list[tuple[str, str]], bool]:
    """Add the token that Postman sends to the headers; return also whether it is known if one is sent."""
    own = next((value for name, value in headers if name.lower() == "authorization"), None)
    kind = str((auth or {}).get("type", ""))
    if own is None:
        if kind in {"bearer", "oauth2"}:
            return [*headers, ("Authorization", _BEARER)], True
        added = [] if kind in {"", "noauth"} else [("Authorization", kind.capitalize())]
        return headers + added, bool(added) or "uthorization" not in scripts
    if "{{" not in own:
        return headers, True
    # The variable's value is unknown; it may include the scheme.
    others = [(name, value) for name, value in headers if name.lower() != "authorization"]
    return [*others, ("Authorization", _BEARER)], own.lower().startswith("bearer ")
