"""What a server of this edition may do with events, reports on them, and deliveries."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.edition_2026_01.logs import log
from ecsuite.standin.faults.edition_2026_01.operations import SIMULATING
from ecsuite.standin.faults.edition_2026_01.retries import tries
from ecsuite.standin.faults.edition_2026_01.signing import written
from ecsuite.standin.parts import Asked, Parts


def _known_event(original: Handler, call: Call) -> Reply:
    event = call.body.get("eventId")
    if event is None or call.store.get(call.partner, "event", "", event) is None:
        raise RefusalError(400, "There is no such event.")
    return original(call)


def _another_first(original: Handler, call: Call) -> Reply:
    """An event that somebody else asked for comes before the one that was asked for."""
    original(replace(call, body={}))
    return original(call)


# In seconds.
OTHERS_PAUSE: Final = 0.15


def _others_make_events(parts: Parts) -> None:
    """Whoever shares the sandbox makes an event a few times a second, of whatever is there."""
    make = itertools.cycle([parts.handlers[operation] for operation in SIMULATING])
    partners: set[int] = set()
    last = time.monotonic()

    def answer(_: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        nonlocal last
        partner = parts.bearer(asked)
        if partner is not None:
            partners.add(partner)
        if time.monotonic() - last > OTHERS_PAUSE:
            last = time.monotonic()
            for each in partners:
                next(make)(Call(each, {}, {}, parts.store))
        return original(asked)

    p.wraps(p.ANSWER, answer)(parts)


def _is_of_days(body: Any) -> bool:
    """Whether the resolution of a price curve is more than a day."""
    return "." in str((body.get("priceCurveDelta") or {}).get("resolution"))


EVENT_VARIANTS: Final = (
    Variant(
        "curves-of-hours",
        "a price curve by more than a day is refused",
        p.refuses("simulatePriceCurve", _is_of_days),
    ),
    Variant("reports-on-known-events", "a report on an unknown event is refused", p.does("createReport", _known_event)),
    Variant(
        "webhooks-by-https",
        "webhooks at addresses without TLS are refused",
        p.together(
            *(
                p.refuses(o, lambda body: not str(body.get("webhookUrl") or "https:").startswith("https:"))
                for o in ("createWebhook", "replaceWebhook", "changeWebhook")
            )
        ),
    ),
    Variant(
        "events-come-by-themselves",
        "before an event that is simulated comes one that was not",
        p.together(*(p.does(o, _another_first) for o in SIMULATING)),
    ),
    Variant(
        "others-make-events", "whoever shares the sandbox makes events of what is there meanwhile", _others_make_events
    ),
    Variant("delivery-takes-its-time", "a delivery comes after two seconds", p.delivers_late(2)),
    Variant("delivery-comes-twice", "a delivery comes twice", p.delivers(lambda own: [own, own])),
    Variant(
        "delivery-in-lines",
        "the JSON of a delivery is laid out in lines",
        p.together(
            written(lambda value: json.dumps(value, indent=2, ensure_ascii=False).encode()),
            log("/sparkSignature", None),
        ),
    ),
    Variant(
        "delivery-in-ascii",
        "letters beyond ASCII in a delivery are written as escapes",
        p.together(written(lambda value: json.dumps(value).encode()), log("/sparkSignature", None)),
    ),
    Variant("three-attempts", "a delivery is tried three times", tries(3)),
    Variant(
        "log-names-no-signature",
        "logs have no signature and no duration",
        p.together(log("/sparkSignature", None), log("/requestDurationMs", None)),
    ),
)
