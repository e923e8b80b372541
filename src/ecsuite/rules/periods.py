"""Periods that must be the current month."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from ecsuite.findings.breach import Breach, body
from ecsuite.http import httpx
from ecsuite.promises import Promise
from ecsuite.rules.verify import Verify

_DAY = timedelta(days=1)


def is_this_month(
    verify: Verify, promise: Promise, response: httpx.Response, start: Any, end: Any, *, today: date | None
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
    holds = first <= last and (first.year, first.month) in months and last >= today - _DAY
    breach = Breach.of("changed", body(("period",)), f"{today:%Y-%m}", [start, end], note="the current month")
    return verify.that(promise, response, breach, holds=holds)
