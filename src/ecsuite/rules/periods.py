"""Times that must be now, and periods that must be the current month."""

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
# Clocks and queues may be some minutes apart; time zones are half an hour apart and more.
NOW: Final = timedelta(minutes=25)
_CREATED: Final = re.compile(r"created[A-Z]\w*")


def is_of_now(verify: Verify, response: httpx.Response, shown: Any, at: Path = ()) -> bool:
    """Record whether what a call has created says that it was created when the response was made, by its header Date.

    Args:
        verify: where it is noted.
        response: of the call.
        shown: what it has created, as the response shows it.
        at: where in the response that stands.
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
    """A time with an offset; None where a text is none."""
    try:
        moment = read(str(text))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


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
