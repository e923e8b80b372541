"""A request in several languages, ready to paste: variables replace the base URL, the token and the credentials."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pprint import pformat
from typing import Any, Final, NamedTuple

from ecsuite.messages.exchange import Headers, Request
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_form, read_json
from ecsuite.messages.redact import MASK, is_secret, mask_value
from ecsuite.report.curl import VARIABLES, curl

_OF_HTTP_FILE: Final = {
    "EC_BASE_URL": "{{baseUrl}}",
    "EC_TOKEN_URL": "{{tokenUrl}}",
    "EC_ACCESS_TOKEN": "{{accessToken}}",
    "EC_CLIENT_ID": "{{clientId}}",
    "EC_CLIENT_SECRET": "{{clientSecret}}",
}
_NEXT_LINE: Final = " \\\n    "
_SHOWN: Final = frozenset({"authorization", "content-type"})


class Sample(NamedTuple):
    """A request in one language; `language` is its id, `label` its name for users."""

    language: str
    label: str
    text: str


def samples_of(request: Request, places: Mapping[str, str]) -> tuple[Sample, ...]:
    """Render the request in each language.

    Args:
        request: the request as it was sent.
        places: maps URL prefixes to names of variables, such as the API's base URL to `EC_BASE_URL`.
    """
    parts = _Parts(request, places)
    # Headers of the connection and headers for our logs are left out, because nobody would type them.
    plain = Request(
        request.method,
        request.url,
        Headers.of((name, value) for name, value in request.headers if name.lower() in _SHOWN),
        request.body,
    )
    return (
        Sample("curl", "curl", curl(plain, places, _NEXT_LINE)),
        Sample("python", "Python", "\n".join(_python(parts))),
        Sample("powershell", "PowerShell", "\n".join(_powershell(parts))),
        Sample("http", ".http", "\n".join(_http_file(parts))),
    )


class _Parts:
    """The parts of a request, without secrets."""

    def __init__(self, request: Request, places: Mapping[str, str]) -> None:
        self.method = request.method
        found = next(((start, name) for start, name in places.items() if request.url.startswith(start)), ("", ""))
        self.place, self.rest = found[1], request.url.removeprefix(found[0])
        self.has_token = request.headers.get("Authorization") is not None
        is_form = MediaType.of(request.headers.get("Content-Type")).essence == FORM
        self.form = dict(read_form(request.body)) if is_form else {}
        self.json: Any = None if is_form or not request.body else _json(request.body)

    @property
    def text(self) -> str:
        """The body as JSON, over several lines."""
        return json.dumps(self.json, ensure_ascii=False, indent=2)

    def variable(self, name: str) -> str:
        """Name of the environment variable for a form field; empty if there is none."""
        return VARIABLES.get(name, "")


def _json(body: bytes) -> Any:
    try:
        return mask_value(read_json(body).value)
    except UndecodableError:
        return None


def _python(parts: _Parts) -> Iterator[str]:
    yield from ("import os", "", "import httpx", "", f"response = httpx.{parts.method.lower()}(")
    yield f"    {_python_address(parts)},"
    if parts.has_token:
        yield '    headers={"Authorization": f"Bearer {os.environ[\'EC_ACCESS_TOKEN\']}"},'
    if parts.form:
        yield "    data={"
        for name, value in parts.form.items():
            variable = parts.variable(name)
            yield f"        {name!r}: {f'os.environ[{variable!r}]' if variable else repr(value)},"
        yield "    },"
    elif parts.json is not None:
        first, *others = pformat(parts.json, width=80, sort_dicts=False).split("\n")
        yield f"    json={first}"
        yield from (f"         {other}" for other in others)
    yield ")"
    yield "print(response.status_code, response.text)"


def _python_address(parts: _Parts) -> str:
    if parts.place and not parts.rest:
        return f'os.environ["{parts.place}"]'
    rest = parts.rest.replace("{", "{{").replace("}", "}}")
    return f"f\"{{os.environ['{parts.place}']}}{rest}\"" if parts.place else repr(parts.rest)


def _powershell(parts: _Parts) -> Iterator[str]:
    address = f'"$env:{parts.place}{parts.rest}"' if parts.place else f"'{parts.rest}'"
    line = f"Invoke-RestMethod -Method {parts.method.title()} -Uri {address}"
    if parts.has_token:
        yield '$headers = @{ Authorization = "Bearer $env:EC_ACCESS_TOKEN" }'
        line += " -Headers $headers"
    if parts.form:
        yield "$form = @{"
        for name, value in parts.form.items():
            variable = parts.variable(name)
            yield f"    {name} = {f'$env:{variable}' if variable else _quoted(value)}"
        yield "}"
        line += " -Body $form"
    elif parts.json is not None:
        # Without a charset, Windows PowerShell sends Latin-1.
        yield from ("$body = @'", parts.text, "'@")
        line += " -ContentType 'application/json; charset=utf-8' -Body $body"
    yield line


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _http_file(parts: _Parts) -> Iterator[str]:
    yield f"{parts.method} {_OF_HTTP_FILE.get(parts.place, '')}{parts.rest}"
    if parts.has_token:
        yield f"Authorization: Bearer {_OF_HTTP_FILE['EC_ACCESS_TOKEN']}"
    if parts.form:
        yield from (f"Content-Type: {FORM}", "")
        yield "&".join(f"{name}={_form_value(parts, name, value)}" for name, value in parts.form.items())
    elif parts.json is not None:
        yield from ("Content-Type: application/json", "", parts.text)


def _form_value(parts: _Parts, name: str, value: str) -> str:
    variable = parts.variable(name)
    return _OF_HTTP_FILE[variable] if variable else MASK if is_secret(name) else value
