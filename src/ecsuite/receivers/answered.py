"""Deliveries with their responses; those that one fault of the receiver explains are put into one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ecsuite.messages.exchange import Exchange
from ecsuite.receivers.cases import (
    BEGINNING,
    BENT,
    FOREIGN,
    TAMPERED,
    UNLIKE_SIGNED,
    UNSIGNED,
    UNVERIFIED,
    Case,
    is_marked,
)

ACKNOWLEDGED: Final = range(200, 300)
# Only if at least so many were acknowledged, and as many refused, a common property of the refused ones is evidence.
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """A delivery with its exchanges, and the first of them with a wrong response; None if none is wrong."""

    case: Case
    exchanges: list[Exchange]
    wrong: Exchange | None


def is_taken(exchange: Exchange) -> bool:
    """Whether a delivery was acknowledged."""
    return exchange.response.status in ACKNOWLEDGED


def legal_as_one(answered: Sequence[Answered], controls: Sequence[Answered], header: str) -> list[Answered]:
    """Legal deliveries; if exactly those with a plus or a slash in the signature were refused, these in one group.

    Args:
        answered: the deliveries.
        controls: other deliveries that were sent between them.
        header: the name of the header with the signature.
    """
    marked: dict[str, bool] = {}
    others: list[bool] = []
    for exchange in (one for each in (*answered, *controls) for one in each.exchanges):
        signature = exchange.request.headers.get(header) or ""
        if is_marked(signature):
            # The same delivery may have been sent several times.
            marked[signature] = is_taken(exchange) or marked.get(signature, False)
        else:
            others.append(is_taken(exchange))
    if any(marked.values()) or not all(others) or min(len(marked), len(others)) < _FEWEST:
        return list(answered)
    return [replace(each, case=replace(each.case, group=UNLIKE_SIGNED)) if each.wrong else each for each in answered]


def forged_as_one(forged: Sequence[Answered]) -> list[Answered]:
    """Forged deliveries; if the receiver does not verify signatures at all, the accepted ones in one group."""
    taken = {each.case.group for each in forged if each.wrong}
    if BEGINNING in {each.case.name for each in forged if each.wrong} and FOREIGN not in taken:
        # A receiver that accepts the beginning of a signature accepts an empty one for the same reason.
        return [replace(each, case=replace(each.case, group=BENT)) if _is_unsigned(each) else each for each in forged]
    if not {FOREIGN, TAMPERED} <= taken:
        return list(forged)
    return [replace(each, case=replace(each.case, group=UNVERIFIED)) if each.wrong else each for each in forged]


def _is_unsigned(answered: Answered) -> bool:
    return answered.case.group is UNSIGNED and answered.wrong is not None
