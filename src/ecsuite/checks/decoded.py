"""An exchange as the checks see it: with its operation, and with bodies that are decoded once for all checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ecsuite.contract import Contract, Operation, Pointer, ResponseRule, Values, Violation
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.messages.exchange import FIRST_SERVER_ERROR, Exchange
from ecsuite.messages.interception import FORBIDDEN, Interception, interception_of
from ecsuite.messages.media import FORM, Json, MediaType, UndecodableError, read_form, read_json, read_json_once

NOT_FOUND = 404
BAD_REQUEST = 400
TOO_DEEP = datum("too-deep")
# The keywords that forbid undeclared members.
CLOSING = frozenset({"additionalProperties", "unevaluatedProperties"})


class DecodedExchange:
    """One exchange with its operation. Values that several checks need are computed once and kept.

    Args:
        contract: what the API promises.
        exchange: the request and its response.
        operation: the called operation; None if the contract has no such operation.
        path_values: the path parameters, decoded.
        is_delivery: whether the API sent the request, and the response was ours.
    """

    def __init__(
        self,
        contract: Contract,
        exchange: Exchange,
        operation: Operation | None,
        path_values: Mapping[str, str],
        *,
        is_delivery: bool = False,
    ) -> None:
        self.contract = contract
        self.exchange = exchange
        self.operation = operation
        self.path_values = path_values
        self._is_delivery = is_delivery
        is_specified = operation is not None and not self.is_unspecified
        self.rule: ResponseRule | None = (
            operation.response(exchange.response.status) if is_specified and operation else None
        )
        self._known: dict[Callable[[DecodedExchange], list[Breach]], list[Breach]] = {}

    def once(self, breaches_of: Callable[[DecodedExchange], list[Breach]]) -> list[Breach]:
        """The breaches that a function finds in this exchange; computed once, for several checks."""
        if breaches_of not in self._known:
            self._known[breaches_of] = breaches_of(self)
        return self._known[breaches_of]

    def schema_breaches(self, at: Place, schema: Pointer, value: Any) -> list[Breach]:
        """The breaches of a schema in a value; `at` is the part of the exchange that holds the value."""
        return _without_consequences(
            [_breach(at, violation) for violation in self.contract.schemas.violations(schema, value)]
        )

    @property
    def status(self) -> int:
        """The status of the response."""
        return self.exchange.response.status

    @property
    def case(self) -> str:
        """The name of the input that the request tries, if the test runs a table of inputs; else empty."""
        return self.exchange.request.expectation.case

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the 200s."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def is_unspecified(self) -> bool:
        """Whether the response refuses an unspecified request; its body and headers are then unspecified, too."""
        return self.exchange.request.expectation.unspecified and 400 <= self.status < FIRST_SERVER_ERROR  # noqa: PLR2004

    @property
    def is_server_error(self) -> bool:
        """Whether the status is one of the 500s, and comes from the API itself."""
        return self.status >= FIRST_SERVER_ERROR and self.interception is None

    @property
    def line(self) -> str:
        """The method and the path of the request."""
        request = self.exchange.request
        return f"{request.method} {urlsplit(request.url).path or '/'}"

    @property
    def may_have_been_deleted(self) -> bool:
        """Whether a retried DELETE found nothing: an earlier attempt may have deleted it."""
        request = self.exchange.request
        return request.expectation.repeated and request.method == "DELETE" and self.status == NOT_FOUND

    @property
    def is_uninvited(self) -> bool:
        """Whether a call that had to be refused got 403, and its body has a part that is by invitation only.

        Which of the two refusals takes precedence is unspecified.
        """
        request = self.exchange.request
        if self.status != FORBIDDEN or BAD_REQUEST not in (request.expectation.statuses or ()):
            return False
        return any(name.encode() in request.body for name in self.contract.invitations)

    @cached_property
    def interception(self) -> Interception | None:
        """Why the response is not the API's own; None if it is, and for a delivery."""
        return None if self._is_delivery else interception_of(self.exchange)

    @cached_property
    def media_type(self) -> MediaType:
        """The media type of the response."""
        return MediaType.of(self.exchange.response.headers.get("Content-Type"))

    @cached_property
    def request_media_type(self) -> MediaType:
        """The media type of the request."""
        return MediaType.of(self.exchange.request.headers.get("Content-Type"))

    @cached_property
    def body(self) -> Json | UndecodableError:
        """The response's body as JSON, or why it cannot be read."""
        try:
            return read_json_once(self.exchange.response.body)
        except UndecodableError as error:
            return error

    @cached_property
    def request_body(self) -> Any:
        """The request's body as a JSON value or as the members of a form.

        Raises:
            UndecodableError: it is neither.
        """
        if self.request_media_type.essence == FORM:
            return dict(read_form(self.exchange.request.body))
        return self.request_json.value

    @cached_property
    def request_json(self) -> Json:
        """The request's body as JSON.

        Raises:
            UndecodableError: it is not JSON.
        """
        return read_json(self.exchange.request.body)

    @cached_property
    def values(self) -> Values:
        """The values on which the runtime expressions of links are evaluated."""
        try:
            sent = self.request_body
        except UndecodableError:
            sent = None
        return Values(self.path_values, sent, None if isinstance(self.body, UndecodableError) else self.body.value)

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query parameters, decoded, in order; a declared name has the case of the contract.

        The service, like any on ASP.NET, reads names in queries regardless of case.
        """
        parameters = self.operation.parameters if self.operation else ()
        declared = {each.name.lower(): each.name for each in parameters if each.place == "query"}
        sent = parse_qsl(urlsplit(self.exchange.request.url).query, keep_blank_values=True)
        return [(declared.get(name.lower(), name), value) for name, value in sent]


def _without_consequences(breaches: list[Breach]) -> list[Breach]:
    """The breaches without those that follow from others at the same place.

    A value of the wrong type cannot have a listed value either, and where a required member is missing, an undeclared
    one is most likely its misspelling.
    """
    of_type = {each.at for each in breaches if each.kind == "type"}
    lacking = {replace(each.at, path=each.at.path[:-1]) for each in breaches if each.kind == "required"}
    return [
        each
        for each in breaches
        if not (each.at in of_type and each.kind != "type") and not (each.at in lacking and each.kind in CLOSING)
    ]


def _breach(at: Place, violation: Violation) -> Breach:
    if violation.keyword == "unreadable":
        return Breach("unreadable", at, actual=TOO_DEEP, rule=violation.rule, note=str(violation.value))
    return Breach(
        violation.keyword,
        replace(at, path=(*at.path, *violation.at)),
        datum(dict(violation.fragment)),
        MISSING if violation.is_missing else datum(violation.value),
        violation.rule,
    )


def repeated_members(at: Place, read: Json, rule: Pointer) -> list[Breach]:
    """The members that occur more than once in an object of a body; one item of a list stands for all items.

    Readers differ in which of the values they take (RFC 8259 section 4, RFC 7493 section 2.3).
    """
    found: dict[tuple[str, ...], Breach] = {}
    for path, count in read.repeated:
        breach = Breach("duplicate", replace(at, path=path), datum(1), datum(count), rule)
        found.setdefault(tuple(token for token in path if isinstance(token, str)), breach)
    return list(found.values())
