"""What is attached to a response: its exchange, decoded by the contract, and the results of the checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ecsuite.checks import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.breach import body as in_body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.http import httpx
from ecsuite.messages.exchange import Expectation
from ecsuite.messages.media import UndecodableError
from ecsuite.promises import RESPONSE_BODY, STATUS_EXPECTED, Promise

SUCCESSES: Final = ("2XX",)
_CHECKED: Final = "ecsuite.checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked exchange, matched and decoded once for everyone who uses its response.

    Attributes:
        decoded: the exchange with its operation and its decoded bodies.
        result: the result of the checks.
        note: makes a finding of a breach that the checks do not look for.
    """

    decoded: DecodedExchange
    result: Result
    note: Callable[[Promise, Breach], Finding] = field(repr=False)

    def json(self) -> Any:
        """The JSON value of the response. It is shared by all callers, so do not change it.

        Raises:
            PromiseBroken: the response is not JSON; the check of the body has reported it.
        """
        body = self.decoded.body
        if isinstance(body, UndecodableError):
            essence = self.decoded.media_type.essence
            breach = Breach("unreadable", in_body(), datum(essence), datum(body.reason), note=str(body))
            raise self.broken(RESPONSE_BODY, breach, str(body))
        return body.value

    def known(self) -> Any:
        """The same without undocumented members, which may differ each time; raises as `json`."""
        value, operation, read = self.json(), self.decoded.operation, self.decoded.body
        rule = operation.response(self.decoded.status) if operation else None
        schema = schema_for(rule.content, self.decoded.media_type.essence) if rule else None
        if schema is None or isinstance(read, UndecodableError):
            return value
        schemas = self.decoded.contract.schemas
        return read.derived((schemas, "known", schema), lambda: schemas.known(schema, value))

    def broken(self, promise: Promise, breach: Breach, text: str) -> PromiseBroken:
        """The error to raise when a caller cannot go on with the response.

        Args:
            promise: the broken promise.
            breach: how it is broken; it becomes a finding if the checks have found no error.
            text: the same as a message.
        """
        request = self.decoded.exchange.request
        finding = self._error() or self.note(promise, breach)
        return PromiseBroken(f"{request.method} {request.url}: {text}", finding)

    def _error(self) -> Finding | None:
        """The first error that the checks have found."""
        return next((finding for finding in self.result.findings if finding.severity == "error"), None)


def attach(response: httpx.Response, checked: Checked) -> None:
    """Attach a checked exchange to its response."""
    response.extensions[_CHECKED] = checked


def is_checked(response: httpx.Response) -> bool:
    """Whether the response comes from an `Api` client."""
    return _CHECKED in response.extensions


def checked_of(response: httpx.Response) -> Checked:
    """The checked exchange of a response.

    Raises:
        KeyError: the response comes from another client, so nothing was checked.
    """
    checked: Checked = response.extensions[_CHECKED]
    return checked


def require_expected(response: httpx.Response, expect: Expectation) -> None:
    """Require that a response is as its caller expects.

    Raises:
        PromiseBroken: it is not; the finding is in the journal.
    """
    status = response.status_code
    if checked_of(response).decoded.may_have_been_deleted:
        return
    if expect.unspecified or (status in expect.statuses if expect.statuses else response.is_success):
        return
    wanted = sorted(expect.statuses or SUCCESSES)
    breach = Breach.of("status", STATUS, wanted, status, case=expect.case)
    text = f"{status} where {' or '.join(map(str, wanted))} was expected"
    raise checked_of(response).broken(STATUS_EXPECTED, breach, text)
