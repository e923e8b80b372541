"""The quickstart many times over loopback, by ecsuite and by Newman, on the same stand-in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import newman
from stories import EDITION, UnawaitedReceiver, exchanges_of_stories, requests_a_second
from timing import Goal, Row, in_turn

from ecsuite.standin import StandIn, launched
from ecsuite.webhook.http import receiving
from ecsuite.webhook.receiver import Receiver

GOAL: Final = Goal.at_least(10)
UNIT: Final = "requests/s"


def rows(rounds: int, stories: int) -> Iterator[Row]:
    """Two lines: without waiting for the test delivery, as Newman, and with."""
    what = f"quickstart {stories} times"
    with launched(EDITION) as standin, receiving() as receiver, tempfile.TemporaryDirectory() as folder:
        unawaited = UnawaitedReceiver(receiver)
        theirs, note = _newman(standin, unawaited, stories, Path(folder) / "quickstart.json")
        own = [partial(requests_a_second, standin, stories, unawaited), partial(requests_a_second, standin, stories)]
        unwaited, waited, *newmans = in_turn(rounds, *own, *theirs, warm_up=False)
    peer = newmans[0] if newmans else None
    yield Row(f"{what}, against newman run", unwaited, peer, UNIT, GOAL, note=note)
    yield Row(f"{what}, deliveries waited for", waited, peer, UNIT, note=note)


def _newman(standin: StandIn, receiver: Receiver, stories: int, path: Path) -> tuple[list[Callable[[], float]], str]:
    """How Newman is measured on the collection of one story, or nothing and the reason."""
    try:
        command = newman.find()
    except newman.NotToBeHadError as error:
        return [], str(error)
    exchanges = exchanges_of_stories(standin, receiver, 1)
    newman.write_collection(path, exchanges)
    newman.try_out(command, path)
    return [partial(newman.requests_a_second, command, path, stories, stories * len(exchanges))], ""
