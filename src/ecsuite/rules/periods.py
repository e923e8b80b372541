"""Periods that must be the current month."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from ecsuite.http import httpx
from ecsuite.rules.verify import Verify

_DAY = timedelta(days=1)


def is_this_month(
    verify: Verify, promise: str, response: httpx.Response, start: Any, end: Any, *, today: date | None
) -> bool:
    """Record whether a period begins this month and has not ended; nothing says in which time zone.

    Args:
        verify: where it is noted.
        promise: of the rule.
        response: that shows the period.
        start: its first day, as the response has it.
        end: its last day, likewise.
        today: None where that is not known, for a recording is played.
    """
    days = [one for one in (start, end) if isinstance(one, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", one)]
    if today is None or len(days) < 2:  # noqa: PLR2004  both ends
        verify.not_checked(promise, "a recording is of its own month" if today is None else "the period is not whole")
        return True
    first, last = (date.fromisoformat(one) for one in days)
    months = {(day.year, day.month) for day in (today - _DAY, today, today + _DAY)}
    return verify.that(
        promise,
        response,
        holds=first <= last and (first.year, first.month) in months and last >= today - _DAY,
        at="body /period",
        expected="the current month",
        actual=f"{start} to {end}",
    )
