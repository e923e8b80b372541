"""Relations of causes about deliveries."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import (
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_RETRIED,
    OPERATION,
    PARTNERS_APART,
    ROUND_TRIP,
)
from ecsuite.results.grouping.group import Group, Relation

_DELIVERED_OTHERWISE: Final = frozenset(
    {(DELIVERY_RETRIED.id, DELIVERED_ONCE.id), (DELIVERY_ARRIVES.id, DELIVERED_TO_ITS_WEBHOOK.id)}
)


def _is_of_misdirected_deliveries(own: Group, other: Group) -> bool:
    """Whether the number of deliveries is wrong because they go to another webhook, or do not come at all."""
    if not set(own.operations) <= set(other.operations):
        return False
    if own.found.finding.promise == DELIVERY_ARRIVES.id:
        return other.found.finding.promise == DELIVERED_TO_ITS_WEBHOOK.id
    if own.found.finding.promise != DELIVERED_ONCE.id:
        return False
    count = own.found.finding.breach.actual.value
    is_none = other.found.finding.promise == DELIVERY_ARRIVES.id and count == 0
    return is_none or (other.found.finding.promise == DELIVERED_TO_ITS_WEBHOOK.id and count != 0)


def _is_of_wrong_receivers_or_retries(own: Group, other: Group) -> bool:
    """Whether a cause about deliveries follows from wrong receivers, duplicates or missing retries.

    Duplicates look like retries that come at once, and a webhook that failed once may get no deliveries any more.
    """
    pair = (own.found.finding.promise, other.found.finding.promise)
    few, given_up = (each.found.finding.breach.kind == "minimum" for each in (own, other))
    is_given_up = given_up and pair == (DELIVERY_ARRIVES.id, DELIVERY_RETRIED.id)
    return is_given_up or (pair in _DELIVERED_OTHERWISE and not few)


def _is_of_changed_entity(own: Group, other: Group) -> bool:
    """Whether deliveries are wrong because an address, or what the delivered event tells, is stored otherwise."""
    finding, shown = own.found.finding, other.found.finding
    is_changed = shown.promise == ROUND_TRIP.id and shown.breach.kind == "changed" and shown.breach.at.part == "body"
    if finding.promise not in {DELIVERED_TO_ITS_WEBHOOK.id, DELIVERY_ARRIVES.id} or not is_changed:
        return False
    if finding.breach.at.name == "address" or finding.promise == DELIVERY_ARRIVES.id:
        return "://" in str(shown.breach.expected.value)
    return set(own.operations) <= set(other.operations)


def _is_of_unknown_delivery(own: Group, other: Group) -> bool:
    """Whether no delivery is seen because what reaches the receiver is none, such as a GET."""
    finding = own.found.finding
    is_none = finding.promise == DELIVERY_ARRIVES.id or (
        finding.promise == DELIVERED_ONCE.id and finding.breach.actual.value == 0
    )
    return is_none and other.found.finding.promise == OPERATION.id


def _is_of_partners(own: Group, other: Group) -> bool:
    """Whether a webhook is sent what it must not get because the data of partners is not kept apart."""
    finding = own.found.finding
    is_surplus = finding.breach.kind == "count" and finding.breach.expected.value == 0
    is_astray = is_surplus and finding.promise == DELIVERED_TO_ITS_WEBHOOK.id
    return is_astray and other.found.finding.promise == PARTNERS_APART.id


FOLLOWS: Final[tuple[Relation, ...]] = (
    _is_of_misdirected_deliveries,
    _is_of_wrong_receivers_or_retries,
    _is_of_changed_entity,
    _is_of_unknown_delivery,
    _is_of_partners,
)
