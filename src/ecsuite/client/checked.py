"""What travels with a response: its exchange, decoded beside the contract, and what the checks said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ecsuite.checks import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.errors import PromiseBroken
from ecsuite.findings.finding import Result
from ecsuite.http import httpx
from ecsuite.messages.media import UndecodableError

_CHECKED: Final = "ecsuite.checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked exchange: matched and decoded once, for whoever looks at its response afterwards.

    Attributes:
        decoded: the exchange beside its operation, with its bodies.
        result: what the checks said of it.
    """

    decoded: DecodedExchange
    result: Result

    def json(self) -> Any:
        """The JSON value of the response; shared by all who ask for it, so it is not to be changed.

        Raises:
            PromiseBroken: it is none; the check of the body has said so.
        """
        body = self.decoded.body
        if isinstance(body, UndecodableError):
            request = self.decoded.exchange.request
            raise PromiseBroken(f"{request.method} {request.url}: {body}")
        return body.value

    def known(self) -> Any:
        """The same without what the contract does not speak of, and so may be different each time; raises as `json`."""
        value, operation = self.json(), self.decoded.operation
        rule = operation.response(self.decoded.status) if operation else None
        schema = schema_for(rule.content, self.decoded.media_type.essence) if rule else None
        return self.decoded.contract.schemas.known(schema, value) if schema else value


def attach(response: httpx.Response, checked: Checked) -> None:
    """Have what was checked travel with the response."""
    response.extensions[_CHECKED] = checked


def is_checked(response: httpx.Response) -> bool:
    """Whether a client of ours returned the response."""
    return _CHECKED in response.extensions


def checked_of(response: httpx.Response) -> Checked:
    """What was checked of a response that a client of ours returned.

    Raises:
        KeyError: the response is of another client, so nothing was checked.
    """
    checked: Checked = response.extensions[_CHECKED]
    return checked
