"""A book as a Postman collection 2.1.0, and its environment."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from ecsuite.export.calls import (
    ACCESS_TOKEN,
    BASE_URL,
    CREDENTIALS,
    TOKEN_URL,
    Book,
    Call,
    Chapter,
    Example,
    Variable,
    filled,
    holes,
)
from ecsuite.export.scripts import BUSY_SCRIPT, after, before, first
from ecsuite.messages.media import FORM, UndecodableError, read_json

# Importers compare this URL exactly.
SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# Namespace for ids that stay the same in every export (RFC 9562, version 5).
_NAMESPACE: Final = uuid.UUID("5b0c7e0e-0f6c-5a57-9f38-0d2a8d4d6f11")
_NOT_SEEN: Final = "\n\nThe tests do not see (Postman's sandbox runs JSON Schema draft 7): "


def collection(book: Book) -> dict[str, Any]:
    """The collection: a numbered folder for each chapter, with requests in execution order."""
    name = f"{book.contract.source.document['info']['title']} {book.edition}"
    description = (
        f"{book.contract.source.document['info'].get('description', '')}\n\n"
        "Import the environment beside this file, set its variables, and run the collection from top to bottom: every "
        "response is tested against the contract, and what is made is deleted in the end. A folder that is run alone "
        "needs what those before it have made."
    )
    return {
        "info": {
            "_postman_id": _id(book, "collection"),
            "name": name,
            "description": description.strip(),
            "schema": SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": _hole(ACCESS_TOKEN), "type": "string"}]},
        "event": [_event("prerequest", [first(book.contract)]), _event("test", [BUSY_SCRIPT])],
        "variable": [{"key": each, "value": ""} for each in book.variables()],
        "item": [_folder(book, number, chapter) for number, chapter in enumerate(book.chapters, 1)],
    }


def environment(book: Book) -> dict[str, Any]:
    """The environment: variables that a user sets. Secrets are empty, and of the type that Postman hides."""
    values = [
        {
            "key": each.name,
            "value": each.value,
            "type": "secret" if each.is_secret else "default",
            "enabled": True,
        }
        for each in book.settings
    ]
    return {
        "id": _id(book, "environment"),
        "name": f"{book.contract.source.document['info']['title']} {book.edition}: sandbox",
        "values": values,
        "_postman_variable_scope": "environment",
    }


def text(value: dict[str, Any]) -> str:
    """Format a collection or an environment as the text of a file."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _folder(book: Book, number: int, chapter: Chapter) -> dict[str, Any]:
    items = [_item(book, chapter, call) for call in chapter.calls]
    return {
        "id": _id(book, chapter.title),
        "name": f"{number:02} {chapter.title}",
        "description": chapter.text,
        "item": items,
    }


def _item(book: Book, chapter: Chapter, call: Call) -> dict[str, Any]:
    tests, lost = after(book.contract, call)
    is_token = call.operation is book.contract.token_operation
    secrets = {each.name for each in book.settings if each.is_secret} - set(CREDENTIALS.values())
    drawn = sorted(each.name for each in holes(call.body) if each.name in secrets)
    scripts = before(call, drawn, is_token=is_token)
    events = [_event("prerequest", scripts)] if scripts else []
    description = call.text + (f"{_NOT_SEEN}{'; '.join(lost)}." if lost else "")
    own = _id(book, chapter.title, call.title)
    return {
        "id": own,
        "name": call.title,
        "event": [*events, _event("test", tests)],
        "request": _request(book, call, description.strip()),
        "response": [_example(book, call, example, number, own) for number, example in enumerate(call.examples)],
    }


def _request(book: Book, call: Call, description: str = "") -> dict[str, Any]:
    is_token = call.operation is book.contract.token_operation
    request: dict[str, Any] = {"method": call.operation.method, "header": [], "url": _url(call, is_token=is_token)}
    if call.operation.security is None or call.is_anonymous:
        request["auth"] = {"type": "noauth"}
    if description:
        request["description"] = description
    if call.media_type:
        request["header"].append({"key": "Content-Type", "value": call.media_type})
    if call.media_type == FORM:
        fields = filled(call.body, lambda variable: _hole(variable.name))
        request["body"] = {"mode": "urlencoded", "urlencoded": [{"key": k, "value": v} for k, v in fields.items()]}
    elif call.body is not None:
        raw = json.dumps(filled(call.body, lambda variable: _hole(variable.name)), ensure_ascii=False, indent=2)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return request


def _url(call: Call, *, is_token: bool) -> dict[str, Any]:
    if is_token:
        return {"raw": _hole(TOKEN_URL), "host": [_hole(TOKEN_URL)]}
    address = call.address(_spelt)
    path, _, query = address.partition("?")
    url: dict[str, Any] = {"raw": f"{_hole(BASE_URL)}{address}", "host": [_hole(BASE_URL)], "path": path.split("/")[1:]}
    if query:
        url["query"] = [{"key": key, "value": value} for key, value in parse_qsl(query)]
    return url


def _example(book: Book, call: Call, example: Example, number: int, owner: str) -> dict[str, Any]:
    response = example.response
    source = "" if example.is_recorded else ", by the contract"
    headers = [{"key": name, "value": value} for name, value in response.headers]
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"{owner} {number}")),
        "name": f"{response.status} {_phrase(response.status)}{source}",
        "originalRequest": _request(book, call),
        "status": _phrase(response.status),
        "code": response.status,
        "_postman_previewlanguage": "json" if response.body else "text",
        "header": headers,
        "cookie": [],
        "body": _pretty(response.body),
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(read_json(body).value, ensure_ascii=False, indent=2) if body else ""
    except UndecodableError:
        return body.decode(errors="replace")


def _event(listen: str, lines: Sequence[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(_split(lines))}}


def _split(lines: Iterable[str]) -> Iterable[str]:
    return (line for text in lines for line in text.split("\n"))


def _spelt(value: str | Variable) -> str:
    return _hole(value.name) if isinstance(value, Variable) else value


def _hole(name: str) -> str:
    return f"{{{{{name}}}}}"


def _id(book: Book, *names: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\n".join((book.edition, *names))))
