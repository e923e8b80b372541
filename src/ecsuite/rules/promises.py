"""The promises that no single exchange shows, by name."""

from __future__ import annotations

from typing import Final

SENT_COMES_BACK: Final = "what was sent comes back"
REFUSED_CHANGES_NOTHING: Final = "refused call changes nothing"
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
    REFUSED_CHANGES_NOTHING,
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
