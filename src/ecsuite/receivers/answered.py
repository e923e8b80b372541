"""Deliveries with their answers, and those of them that one fault of a receiver explains, in one group."""

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
# So many deliveries must have been acknowledged, and so many refused, before a rule is seen in those that were not.
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """A delivery with what came back, and the first answer that is wrong."""

    case: Case
    exchanges: list[Exchange]
    wrong: Exchange | None


def is_taken(exchange: Exchange) -> bool:
    """Whether a delivery was acknowledged."""
    return exchange.response.status in ACKNOWLEDGED


def legal_as_one(answered: Sequence[Answered], controls: Sequence[Answered], header: str) -> list[Answered]:
    """Legal deliveries; where just those are refused that have certain signs in their signatures, these in one group.

    Args:
        answered: the deliveries.
        controls: others that were sent between them.
        header: the name of the header with the signature.
    """
    marked: dict[str, bool] = {}
    others: list[bool] = []
    for exchange in (one for each in (*answered, *controls) for one in each.exchanges):
        signature = exchange.request.headers.get(header) or ""
        if is_marked(signature):
            # The same delivery may have been tried several times.
            marked[signature] = is_taken(exchange) or marked.get(signature, False)
        else:
            others.append(is_taken(exchange))
    if any(marked.values()) or not all(others) or min(len(marked), len(others)) < _FEWEST:
        return list(answered)
    return [replace(each, case=replace(each.case, group=UNLIKE_SIGNED)) if each.wrong else each for each in answered]


def forged_as_one(forged: Sequence[Answered]) -> list[Answered]:
    """Forged deliveries, all that were taken in one group where a signature is not verified at all."""
    taken = {each.case.group for each in forged if each.wrong}
    if BEGINNING in {each.case.name for each in forged if each.wrong} and FOREIGN not in taken:
        # Nothing is a beginning, too.
        return [replace(each, case=replace(each.case, group=BENT)) if _is_unsigned(each) else each for each in forged]
    if not {FOREIGN, TAMPERED} <= taken:
        return list(forged)
    return [replace(each, case=replace(each.case, group=UNVERIFIED)) if each.wrong else each for each in forged]


def _is_unsigned(answered: Answered) -> bool:
    return answered.case.group is UNSIGNED and answered.wrong is not None
