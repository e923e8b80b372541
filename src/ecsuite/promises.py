"""Every promise that can be broken; checks, rules, faults, reports and accepted deviations refer to its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Severity = Literal["error", "warning", "note"]
# The first minor version; its promises do not count as new.
FIRST: Final = "0.1"


@dataclass(frozen=True, slots=True)
class Promise:
    """A property of the API that must hold.

    Attributes:
        id: never changes.
        title: its name in reports; may be reworded.
        severity: of a breach, unless something more specific is known (`ecsuite.severity`).
        since: the first minor version of ecsuite that checks it; in that version a breach is at most a warning.
    """

    id: str
    title: str
    severity: Severity = "error"
    since: str = FIRST

    def __str__(self) -> str:
        return self.title


# About one exchange; each is a check.
OPERATION: Final = Promise("operation-known", "operation is in the contract")
REQUEST_PARAMETERS: Final = Promise("request-parameters", "request parameters match contract")
REQUEST_BODY: Final = Promise("request-body", "request body matches contract")
BEARER_TOKEN: Final = Promise("bearer-token", "bearer token is sent")
SERVER_ERROR: Final = Promise("server-error", "no request causes a server error")
STATUS_LISTED: Final = Promise("status-listed", "status is listed in contract")
STATUS_EXPECTED: Final = Promise("status-expected", "status is as expected")
BAD_REQUEST: Final = Promise("bad-request-refused", "bad request is refused")
MEDIA_TYPE: Final = Promise("media-type", "media type is listed in contract")
RESPONSE_BODY: Final = Promise("response-body", "response body matches contract")
PATH_IDS: Final = Promise("path-ids", "response ids match the path")
OPTIONAL_MEMBERS: Final = Promise("optional-members", "optional members are present")
NO_BODY: Final = Promise("no-body", "no body where none is allowed")
RESPONSE_HEADERS: Final = Promise("response-headers", "response headers match contract")
UNDECLARED_MEMBERS: Final = Promise("undeclared-members", "response has declared members only", "warning")
# About the connection.
RESPONSE_ARRIVES: Final = Promise("response-arrives", "response arrives")
# About several exchanges; each is checked by rules.
ROUND_TRIP: Final = Promise("round-trip", "what was sent comes back")
REFUSED_CHANGES_NOTHING: Final = Promise("refused-changes-nothing", "refused call changes nothing")
PARTNERS_APART: Final = Promise("partners-apart", "partners are kept apart")
LISTED_ONCE: Final = Promise("listed-once", "created is listed once")
DELETED_IS_GONE: Final = Promise("deleted-is-gone", "deleted is gone")
OTHERS_UNTOUCHED: Final = Promise("others-untouched", "others are untouched")
PARENTS: Final = Promise("parents", "entities stay with their parent")
DELIVERY_ARRIVES: Final = Promise("delivery-arrives", "delivery arrives")
DELIVERED_ONCE: Final = Promise("delivered-once", "delivery comes once")
DELIVERED_TO_ITS_WEBHOOK: Final = Promise("delivered-to-its-webhook", "delivery goes only to its webhook")
ERROR_CODE: Final = Promise("error-code", "error code fits")
SIGNATURE: Final = Promise("signature", "delivery is signed")
DELIVERY_CONTENT: Final = Promise("delivery-content", "delivery describes the event")
DELIVERY_RETRIED: Final = Promise("delivery-retried", "failed delivery is retried")
DELIVERY_LOGS: Final = Promise("delivery-logs", "logs agree with deliveries")
PAGES: Final = Promise("pages", "pages hold every record once")
LIST_ORDER: Final = Promise("list-order", "list is in order")
PATCH_CHANGES_ONLY_GIVEN: Final = Promise("patch-changes-only-given", "PATCH changes only the given members")
PUT_REPLACES: Final = Promise("put-replaces", "PUT replaces the entity")
ELIGIBILITY: Final = Promise("eligibility", "location makes its user eligible")
ENROLLMENT: Final = Promise("enrollment", "enrollment is what was asked for last")
COMPENSATION: Final = Promise("compensation", "compensation fits month and locations")
CREATION_RESPONSE: Final = Promise("creation-response", "creation response matches the entity")
SIMULATION: Final = Promise("simulation", "simulation makes what it says")

# About a client.
REQUEST_MEMBERS: Final = Promise("request-members", "request has declared members only", "warning")
BUSY: Final = Promise("busy-service-rests", "busy service is given time", "warning")
# About a receiver of deliveries.
DELIVERY_ACKNOWLEDGED: Final = Promise("delivery-acknowledged", "delivery is acknowledged")
FORGERY_REFUSED: Final = Promise("forgery-refused", "forged delivery is refused")

# The promises that a request can break; a test may do so deliberately.
OF_REQUESTS: Final = frozenset({OPERATION, REQUEST_PARAMETERS, REQUEST_BODY, BEARER_TOKEN})
# The promises of a partner's webhook receiver, to which we deliver.
OF_RECEIVERS: Final = frozenset({DELIVERY_ACKNOWLEDGED.id, FORGERY_REFUSED.id})
PROMISES: Final = (
    OPERATION,
    REQUEST_PARAMETERS,
    REQUEST_BODY,
    BEARER_TOKEN,
    SERVER_ERROR,
    STATUS_LISTED,
    STATUS_EXPECTED,
    BAD_REQUEST,
    MEDIA_TYPE,
    RESPONSE_BODY,
    PATH_IDS,
    OPTIONAL_MEMBERS,
    NO_BODY,
    RESPONSE_HEADERS,
    UNDECLARED_MEMBERS,
    RESPONSE_ARRIVES,
    ROUND_TRIP,
    REFUSED_CHANGES_NOTHING,
    PARTNERS_APART,
    LISTED_ONCE,
    DELETED_IS_GONE,
    OTHERS_UNTOUCHED,
    PARENTS,
    DELIVERY_ARRIVES,
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    ERROR_CODE,
    SIGNATURE,
    DELIVERY_CONTENT,
    DELIVERY_RETRIED,
    DELIVERY_LOGS,
    PAGES,
    LIST_ORDER,
    PATCH_CHANGES_ONLY_GIVEN,
    PUT_REPLACES,
    ELIGIBILITY,
    ENROLLMENT,
    COMPENSATION,
    CREATION_RESPONSE,
    SIMULATION,
    REQUEST_MEMBERS,
    BUSY,
    DELIVERY_ACKNOWLEDGED,
    FORGERY_REFUSED,
)
BY_ID: Final[Mapping[str, Promise]] = MappingProxyType({promise.id: promise for promise in PROMISES})
