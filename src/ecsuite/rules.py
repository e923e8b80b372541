"""The promises that no single exchange shows, by name, and where it is noted whether they were kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ecsuite.client import Api, checked_of
from ecsuite.compare import Difference, differences, without_omissions
from ecsuite.contract import Operation, Pointer
from ecsuite.errors import PromiseBroken
from ecsuite.findings.breach import Breach
from ecsuite.http import httpx
from ecsuite.legacy_words import describe, place, promise_of, said
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.webhook.signature import is_signed

SENT_COMES_BACK: Final = "what was sent comes back"
REFUSED_CHANGES_NOthing: Final = "refused call changes nothing"
KEPT_APART: Final = "partners are kept apart"
LISTED_ONCE: Final = "created is listed once"
GONE: Final = "deleted is gone"
UNTOUCHED: Final = "others are untouched"
PARENTS: Final = "entities stay with their parent"
DELIVERY_ARRIVES: Final = "delivery arrives"
DELIVERED_ONCE: Final = "delivery comes once"
DELIVERED_RIGHT: Final = "delivery goes only to its webhook"
SIGNED: Final = "delivery is signed"
DELIVERED_TRUE: Final = "delivery describes the event"
REPEATED: Final = "failed delivery is retried"
LOGGED: Final = "logs agree with deliveries"
ELIGIBLE: Final = "location makes its user eligible"
ENROLLED: Final = "enrollment is what was asked for last"
COMPENSATED: Final = "compensation fits month and locations"
CREATION_RESPONSE: Final = "creation response matches the entity"
SIMULATED: Final = "simulation makes what it says"
ERROR_FITS: Final = "error code fits"
PAGED: Final = "pages hold every record once"
IN_ORDER: Final = "list is in order"
CHANGED_ALONE: Final = "PATCH changes only the given members"
REPLACED_WHOLE: Final = "PUT replaces the entity"
NAMES: Final = (
    SENT_COMES_BACK,
    REFUSED_CHANGES_NOthing,
    KEPT_APART,
    LISTED_ONCE,
    GONE,
    UNTOUCHED,
    PARENTS,
    DELIVERY_ARRIVES,
    DELIVERED_ONCE,
    DELIVERED_RIGHT,
    ERROR_FITS,
    SIGNED,
    DELIVERED_TRUE,
    REPEATED,
    LOGGED,
    PAGED,
    IN_ORDER,
    CHANGED_ALONE,
    REPLACED_WHOLE,
    ELIGIBLE,
    ENROLLED,
    COMPENSATED,
    CREATION_RESPONSE,
    SIMULATED,
)


class Rules:
    """Notes in a client's journal whether a promise was kept that takes more than one exchange to see."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def require(
        self,
        name: str,
        response: httpx.Response,
        *,
        holds: bool,
        at: str,
        expected: str,
        actual: str,
        rule: Pointer | None = None,
    ) -> bool:
        """Note that a promise was kept, or that it is broken; whether it was kept.

        Args:
            name: of the promise, one of `NAMES`.
            response: the response of the call that is to blame.
            holds: whether it was kept.
            at: where it shows.
            expected: what was promised, in words.
            actual: what was seen, in words.
            rule: where in the contract the promise stands; the operation where it is left out.
        """
        if holds:
            self._api.journal.add_passed(promise_of(name))
        else:
            self._api.add_finding(name, said(at, expected, actual, rule), response)
        return holds

    def require_status(
        self, name: str, response: httpx.Response, statuses: Iterable[int], why: str, rule: Pointer | None = None
    ) -> bool:
        """Note whether a response has one of the statuses that a promise wants; `why` says what they are for."""
        wanted = sorted(statuses)
        return self.require(
            name,
            response,
            holds=response.status_code in wanted,
            at="status",
            expected=f"{' or '.join(map(str, wanted))}, {why}",
            actual=str(response.status_code),
            rule=rule,
        )

    def passed(self, name: str) -> None:
        """Note that a promise was kept."""
        self._api.journal.add_passed(promise_of(name))

    def not_checked(self, name: str, reason: str) -> None:
        """Note that a promise could not be looked at, and why."""
        self._api.journal.add_not_checked(promise_of(name), reason)

    def delivered(
        self, operation_id: str, delivery: Exchange | None, asked: httpx.Response, url: str, secret: str = ""
    ) -> None:
        """Check a delivery that a call asked for; that none came is a finding, too.

        Args:
            operation_id: of the delivery.
            delivery: what came; None where nothing did.
            asked: the response of the call that asked for it.
            url: where it was to go.
            secret: the webhook's, where the contract says how a delivery is signed.
        """
        arrived = delivery is not None
        self.require(
            DELIVERY_ARRIVES, asked, holds=arrived, at="delivery", expected=f"a POST to {url}", actual="nothing came"
        )
        if delivery is not None:
            operation = self._api.checker.contract.deliveries[operation_id]
            self._api.journal.add(self._api.checker.check_delivery(operation, delivery))
            self._signed(operation, delivery, secret)

    def _signed(self, operation: Operation, delivery: Exchange, secret: str) -> None:
        """Check the signature of a delivery over its bytes as they came; that it is there at all is its contract's."""
        for index, parameter in enumerate(operation.parameters):
            given = delivery.request.headers.get(parameter.name)
            if not parameter.signature or not secret or given is None:
                continue
            if is_signed(secret, delivery.request.body, given):
                self._api.journal.add_passed(promise_of(SIGNED))
                continue
            breach = said(
                f"{parameter.name} of the body",
                "the Base64 of HMAC-SHA256 over the body, with the webhook's secret as key",
                "the signature of something else",
                (*operation.pointer, "parameters", index),
            )
            self._add(SIGNED, breach, delivery, operation)

    def told(self, operation_id: str, expected: Any, delivery: Exchange, name: str = DELIVERED_TRUE) -> bool:
        """Note each difference between what a delivery must tell and what it tells; whether there is none.

        Args:
            operation_id: of the delivery.
            expected: members with their values, as far as they are known.
            delivery: what came.
            name: of the promise.
        """
        operation = self._api.checker.contract.deliveries[operation_id]
        try:
            got = read_json(delivery.request.body).value
        except UndecodableError:
            return False
        found = list(differences(expected, got))
        for difference in found:
            self._add(name, _breach(difference), delivery, operation)
        if not found:
            self._api.journal.add_passed(promise_of(name))
        return not found

    def _add(self, name: str, breach: Breach, delivery: Exchange, operation: Operation) -> None:
        self._api.journal.add_finding(self._api.checker.finding(promise_of(name), breach, delivery, operation))

    def compare(
        self,
        sent: Any,
        response: httpx.Response,
        *,
        whole: bool = True,
        at: tuple[str | int, ...] = (),
        depth: int = 1,
        name: str = SENT_COMES_BACK,
    ) -> bool:
        """Note each difference between what was sent and what a response shows as a finding; whether there is none.

        Args:
            sent: the JSON value that was sent.
            response: the response that shows it.
            whole: whether what is missing in the response is a difference, too.
            at: where in the response it stands.
            depth: how many names deep what is not `whole` may miss members: a response may leave out where it is,
                but does not show half of it.
            name: of the promise.

        Raises:
            PromiseBroken: the response is no JSON, or holds nothing there; a finding says so.
        """
        got = json_of(response)
        try:
            for token in at:
                got = got[token]
        except (KeyError, IndexError, TypeError):
            raise PromiseBroken(
                f"{response.request.method} {response.request.url}: nothing at {place('body', at)}"
            ) from None
        every = differences(sent, got)
        found = list(every if whole else without_omissions(every, depth))
        for difference in found:
            self._api.add_finding(name, _breach(difference, at), response)
        if not found:
            self._api.journal.add_passed(promise_of(name))
        return not found


def json_of(response: httpx.Response) -> Any:
    """The JSON value of a response.

    Raises:
        PromiseBroken: it is none; the check of the body has said so.
    """
    return checked_of(response).json()


def member(response: httpx.Response, name: str) -> str:
    """The text of a member of a response's object.

    Raises:
        PromiseBroken: there is none; the check of the body has said so.
    """
    value = json_of(response)
    text = value.get(name) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        raise PromiseBroken(
            f"{response.request.method} {response.request.url}: the response has no {name} to go on with"
        )
    return text


def shown(value: Any) -> str:
    """What a call showed of an entity, in words: a value, `missing`, or the status that came in its place."""
    if isinstance(value, NoSuch):
        return f"status {value.status}"
    return describe(value)


def words_of(difference: Difference) -> tuple[str, str]:
    """What a difference expects, and what there is instead, in words."""
    expected, actual = difference.expected, difference.actual
    if difference.kind == "count":
        return f"an array of {expected.value} items", f"an array of {actual.value} items"
    if difference.kind == "absent":
        return f"{shown(actual)} in any order, with {shown(expected)}", "no such item"
    return shown(expected), shown(actual)


def _breach(difference: Difference, at: tuple[str | int, ...] = ()) -> Breach:
    """A difference as a breach; `at` is where in the body the value stands."""
    return said(place("body", (*at, *difference.path)), *words_of(difference))


class NoSuch:
    """In the place of a value: the status of a response that had none."""

    def __init__(self, status: int) -> None:
        self.status = status

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoSuch) and self.status == other.status

    def __hash__(self) -> int:
        return hash(self.status)
