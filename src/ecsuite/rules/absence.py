"""Whether a call got an answer for what is not there.

Where a server answers wrongly for whatever is not there, that is its one fault: it is told as an unexpected status, as
for an id that nobody has, and not once more for what was deleted, or belongs to another.
"""

from __future__ import annotations

from collections.abc import Collection

from ecsuite.contract import Pointer
from ecsuite.http import httpx
from ecsuite.messages.exchange import FIRST_SERVER_ERROR
from ecsuite.promises import STATUS_EXPECTED, Promise
from ecsuite.rules.nobodys import NOBODYS
from ecsuite.rules.reading import json_or_none
from ecsuite.rules.verify import Verify


def shows_nothing(response: httpx.Response) -> bool:
    """Whether a response shows no entity: a refusal does not, nor does null."""
    return not response.is_success or (bool(response.content) and json_or_none(response.content) is None)


def is_not_there(
    verify: Verify,
    promise: Promise,
    response: httpx.Response,
    allowed: Collection[int],
    *,
    rule: Pointer | None = None,
    note: str = "",
) -> bool:
    """Record whether a call found nothing; a wrong status with which it found nothing breaks no other promise.

    Args:
        verify: where it is noted.
        promise: of the rule.
        response: of the call.
        allowed: the statuses for what is not there.
        rule: where the promise stands in the contract.
        note: why nothing must be found.
    """
    if not shows_nothing(response) or response.status_code in allowed:
        return verify.status(promise, response, allowed, rule=rule, note=note)
    verify.passed(promise)
    # The checks have told of a server error.
    return response.status_code < FIRST_SERVER_ERROR and verify.status(STATUS_EXPECTED, response, allowed, note=note)


def is_like_unknown(
    verify: Verify,
    promise: Promise,
    response: httpx.Response,
    unknown: httpx.Response,
    allowed: Collection[int],
    *,
    rule: Pointer | None,
    note: str,
) -> bool:
    """Record whether a call got what an unknown id gets, which tells nothing of what is there for others.

    Args:
        verify: where it is noted.
        promise: of the rule.
        response: of the call.
        unknown: the response for an id that nobody has.
        allowed: the statuses for what is not there.
        rule: where the promise stands in the contract.
        note: why nothing must be found.
    """
    if response.is_success and unknown.is_success and unknown.status_code not in allowed:
        # Whatever is asked for is found: that is no matter of who asks.
        return verify.status(STATUS_EXPECTED, unknown, allowed, note=NOBODYS)
    same = (response.status_code, response.content) == (unknown.status_code, unknown.content)
    if same or (response.status_code == unknown.status_code and shows_nothing(response) and shows_nothing(unknown)):
        return is_not_there(verify, promise, response, allowed, rule=rule, note=note)
    kept = verify.status(promise, response, allowed, rule=rule, note=note)
    if rule is not None and kept:
        return verify.status_like(promise, response, unknown, allowed, rule)
    return kept
