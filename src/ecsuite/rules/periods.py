"""Verifies times that must be now, and periods that must be the current month."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ecsuite.compare import read_time
from ecsuite.findings.breach import Breach, Path, body
from ecsuite.http import httpx
from ecsuite.promises import CREATION_RESPONSE, Promise
from ecsuite.rules.verify import Verify

_DAY = timedelta(days=1)
# Clocks may differ and queues delay by some minutes; a wrong time zone differs by half an hour or more.
NOW: Final = timedelta(minutes=25)
_CREATED: Final = re.compile(r"created[A-Z]\w*")


def is_of_now(verify: Verify, response: httpx.Response, shown: Any, at: Path = ()) -> bool:
    """Record whether the creation time that a response shows is about the time in its Date header.

    Args:
        verify: records the verdicts.
        response: the response of the call.
        shown: the created entity, as the response shows it.
        at: the place of the entity in the response.
    """
    now = _moment(response.headers.get("Date", ""), parsedate_to_datetime)
    members = shown.items() if isinstance(shown, dict) and now else ()
    kept = True
    for name, text in members:
        created = _moment(text, read_time) if _CREATED.fullmatch(name) else None
        if created and now:
            breach = Breach.of(
                "changed", body((*at, name)), f"{now:%Y-%m-%dT%H:%M:%SZ}", text, note="as in the header Date"
            )
            kept &= verify.that(CREATION_RESPONSE, response, breach, holds=abs(created - now) < NOW)
    return kept


def _moment(text: Any, read: Callable[[str], datetime]) -> datetime | None:
    """A time with an offset; None if the text is not one."""
    try:
        moment = read(str(text))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def is_this_month(
    verify: Verify, promise: Promise, response: httpx.Response, start: Any, end: Any, *, today: date | None
) -> bool:
    """Record whether a period begins this month and has not ended, in any time zone: none is published.

    Args:
        verify: records the verdicts.
        promise: the promise of the rule.
        response: the response that shows the period.
        start: its first day, as in the response.
        end: its last day, as in the response.
        today: the current day; None if a recording is replayed.
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
