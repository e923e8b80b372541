"""Whether a response says correctly that something does not exist.

A server may respond wrongly whenever something does not exist. That is one fault, reported as an unexpected status as
for any unknown id, and not again for what was deleted or belongs to another partner.
"""

from __future__ import annotations

from collections.abc import Collection

from ecsuite.contract import Pointer
from ecsuite.http import httpx
from ecsuite.messages.exchange import FIRST_SERVER_ERROR
from ecsuite.promises import STATUS_EXPECTED, Promise
from ecsuite.rules.reading import json_or_none
from ecsuite.rules.unknown_id import FOR_UNKNOWN_ID
from ecsuite.rules.verify import Verify


def shows_nothing(response: httpx.Response) -> bool:
    """Whether a response shows no entity: it is a refusal, or null."""
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
    """Record whether a call found nothing. If it did, but with a wrong status, only that is reported.

    Args:
        verify: records the verdicts.
        promise: the promise of the rule.
        response: the response of the call.
        allowed: the statuses for what does not exist.
        rule: the pointer to the promise in the contract.
        note: why nothing must be found.
    """
    if not shows_nothing(response) or response.status_code in allowed:
        return verify.status(promise, response, allowed, rule=rule, note=note)
    verify.passed(promise)
    # A server error is a finding of the checks.
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
    """Record whether a call got the response of an unknown id, so that it does not reveal what others have.

    Args:
        verify: records the verdicts.
        promise: the promise of the rule.
        response: the response of the call.
        unknown: the response for an id that nobody has.
        allowed: the statuses for what does not exist.
        rule: the pointer to the promise in the contract.
        note: why nothing must be found.
    """
    if response.is_success and unknown.is_success and unknown.status_code not in allowed:
        # The server finds every id, whoever asks, so the partners are not to blame.
        return verify.status(STATUS_EXPECTED, unknown, allowed, note=FOR_UNKNOWN_ID)
    same = (response.status_code, response.content) == (unknown.status_code, unknown.content)
    if same or (response.status_code == unknown.status_code and shows_nothing(response) and shows_nothing(unknown)):
        return is_not_there(verify, promise, response, allowed, rule=rule, note=note)
    kept = verify.status(promise, response, allowed, rule=rule, note=note)
    if rule is not None and kept:
        return verify.status_like(promise, response, unknown, allowed, rule)
    return kept
