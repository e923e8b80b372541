"""Reads values from responses; `require_*` raises if the rule cannot go on without one."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from ecsuite.client import checked_of, is_checked
from ecsuite.contract import Expression
from ecsuite.findings.breach import Breach, Path, body
from ecsuite.findings.datum import datum
from ecsuite.http import httpx
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.promises import RESPONSE_BODY

T = TypeVar("T")
_OF_THE_WHOLE: Final = frozenset({"type", "unreadable", "absent"})


def there(value: T | None) -> T:
    """A value that must not be None, because the test was selected by it.

    Raises:
        ValueError: it is None, so the selection is wrong.
    """
    if value is None:
        raise ValueError("the test was selected for something that is not there")
    return value


def require_json(response: httpx.Response) -> Any:
    """The JSON value of a response.

    Raises:
        PromiseBroken: the body is not JSON, which is a finding of the checks.
    """
    return checked_of(response).json()


def require_member(response: httpx.Response, name: str) -> str:
    """The string of a member of a response's object.

    Raises:
        PromiseBroken: there is none, which is a finding of the checks.
    """
    value = require_json(response)
    return require_string(value.get(name) if isinstance(value, dict) else None, name, response)


def require_string_at(value: Any, expression: Expression, response: httpx.Response) -> str:
    """The string that an expression of a link finds in a body that belongs to a response.

    Raises:
        PromiseBroken: there is none.
    """
    return require_string(expression.find(value), expression.pointer, response)


def require_string(found: Any, name: str, response: httpx.Response) -> str:
    """A value from a response that must be a non-empty string.

    Raises:
        PromiseBroken: it is not.
    """
    if not isinstance(found, str) or not found:
        breach = Breach("absent", body((name,)), actual=datum(found))
        raise checked_of(response).broken(RESPONSE_BODY, breach, f"the response has no {name} to go on with")
    return found


def wrong_places(response: httpx.Response) -> list[Path]:
    """The places in a response's body at which the checks have found errors.

    The body as a whole is such a place only if it has none of the declared members.
    """
    findings = checked_of(response).result.findings if is_checked(response) else ()
    return [
        finding.breach.at.path
        for finding in findings
        if finding.severity == "error"
        and finding.promise == RESPONSE_BODY.id
        and finding.breach.at.part == "body"
        and (finding.breach.at.path or finding.breach.kind in _OF_THE_WHOLE)
    ]


def json_or_none(content: bytes) -> Any:
    """The JSON value of bytes; None if they are not JSON."""
    try:
        return read_json(content).value
    except UndecodableError:
        return None


def member_of(response: httpx.Response, name: str, default: Any = None) -> Any:
    """The value of a member of a response's object; `default` if it has none."""
    value = json_or_none(response.content)
    return value.get(name, default) if isinstance(value, dict) else default


def line_of(response: httpx.Response) -> str:
    """The method and the URL of the request to a response."""
    return f"{response.request.method} {response.request.url}"
