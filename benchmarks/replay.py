"""What it costs to replay an exchange, by the size of the cassette, beside vcrpy on the same file.

Timed are the requests alone; reading the file has a line of its own. vcrpy looks through the cassette from its start
for each request, so a request costs it the more the later its entry stands. In a large cassette it is timed on a sample
spread evenly, which costs in the mean what the whole does, and saves a minute.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import vcr
from stories import EDITION, UnawaitedReceiver, exchanges_of_stories, require_no_findings
from timing import Figures, Goal, Row, in_turn, milliseconds
from vcr.persisters.filesystem import FilesystemPersister
from vcr.serializers import yamlserializer

from ecsuite import editions
from ecsuite.cassette.replay import ReplayTransport
from ecsuite.cassette.tape import Cassette, Provenance, load, save
from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange, Expectation, Headers, Request
from ecsuite.standin import StandIn, launched
from ecsuite.target import Credentials, Target
from ecsuite.webhook.http import receiving

SIZES: Final = (10, 100, 1000)
STORIES: Final = 60
# So many exchanges are timed in a round at least, for ten alone take too little time.
FEWEST_TIMED: Final = 200
# So many requests vcrpy gets of a cassette at most.
MOST_FOR_VCRPY: Final = 50
GOAL: Final = Goal.under(0.5, "ms")
FLAT: Final = Goal("flat: under 1.5", Goal.under(1.5).holds)
MATCH_ON: Final = ("method", "scheme", "host", "port", "path", "query", "body")


@dataclass(frozen=True, slots=True)
class Tape:
    """A cassette with the file it is in."""

    path: Path
    cassette: Cassette

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was recorded."""
        return self.cassette.exchanges

    @property
    def repeats(self) -> int:
        """How often it is played in a round."""
        return max(1, FEWEST_TIMED // len(self.exchanges))


def rows(rounds: int) -> Iterator[Row]:
    """Lines for each size, two that compare the sizes, and one for reading the file."""
    with tempfile.TemporaryDirectory() as folder:
        tapes = _tapes(Path(folder))
        measures = [partial(way, tape) for tape in tapes for way in (_unchecked, _checked, _with_vcrpy)]
        figures = in_turn(rounds, *measures)
        yield from _rows_by_size(tapes, figures)
        yield _flat("unchecked", figures[0], figures[-3])
        yield _flat("checked", figures[1], figures[-2])
        yield _reading(tapes[-1], rounds)


def _rows_by_size(tapes: Sequence[Tape], figures: Sequence[Figures]) -> Iterator[Row]:
    for number, tape in enumerate(tapes):
        unchecked, checked, peer = figures[3 * number : 3 * number + 3]
        size = len(tape.exchanges)
        yield Row(f"replay, {size} exchanges, unchecked", unchecked, peer, "ms", GOAL, goal_of_own=True)
        yield Row(f"replay, {size} exchanges, checked", checked, peer, "ms", GOAL, goal_of_own=True)


def _flat(name: str, smallest: Figures, largest: Figures) -> Row:
    return Row(f"replay, {name}: {SIZES[-1]} exchanges against {SIZES[0]}", largest, smallest, "ms", FLAT)


def _reading(tape: Tape, rounds: int) -> Row:
    own, peer = in_turn(
        rounds,
        lambda: milliseconds(lambda: load(tape.path)),
        lambda: milliseconds(lambda: FilesystemPersister.load_cassette(tape.path, yamlserializer)),
    )
    return Row(f"reading a cassette of {len(tape.exchanges)} exchanges", own, peer, "ms")


def _tapes(folder: Path) -> list[Tape]:
    """The cassettes: the first so many of the distinct exchanges of many stories."""
    with launched(EDITION) as standin, receiving() as receiver:
        exchanges = exchanges_of_stories(standin, UnawaitedReceiver(receiver), STORIES)
        distinct = _distinct(exchanges, standin.base_url)
        return [_tape(folder / f"{size}.yaml", distinct[:size], standin) for size in SIZES]


def _distinct(exchanges: Sequence[Exchange], base_url: str) -> list[Exchange]:
    """The calls of the API, each request once, with the headers that our recordings keep."""
    found: dict[tuple[str, str, bytes], Exchange] = {}
    for exchange in exchanges:
        request = exchange.request
        if request.url.startswith(base_url):
            kept = Exchange(_as_recorded(request), exchange.response)
            found.setdefault((request.method, request.url, request.body), kept)
    return list(found.values())


def _as_recorded(request: Request) -> Request:
    headers = Headers.of(pair for pair in request.headers if pair[0].lower() == "content-type")
    return Request(request.method, request.url, headers, request.body)


def _tape(path: Path, exchanges: Sequence[Exchange], standin: StandIn) -> Tape:
    provenance = Provenance(
        edition=EDITION,
        scenario=path.stem,
        target="local stand-in",
        recorded="",
        contract=editions.contract(EDITION).digest,
        seed="",
        base_url=standin.base_url,
        token_url=standin.token_url,
        receiver_url="",
        altered="",
    )
    save(path, Cassette(provenance, tuple(exchanges)))
    return Tape(path, load(path))


def _unchecked(tape: Tape) -> float:
    """Milliseconds an exchange for an ordinary httpx client over the replay."""
    return sum(_play_unchecked(tape) for _ in range(tape.repeats)) / tape.repeats


def _play_unchecked(tape: Tape) -> float:
    transport = ReplayTransport(tape.cassette, tape.path)
    with httpx.Client(transport=transport, trust_env=False) as http:
        spent = _milliseconds_each(partial(_send, http), tape.exchanges)
    transport.require_all_played()
    return spent


def _checked(tape: Tape) -> float:
    """Milliseconds an exchange for ecsuite's client, which checks each."""
    return sum(_play_checked(tape) for _ in range(tape.repeats)) / tape.repeats


def _play_checked(tape: Tape) -> float:
    recorded = tape.cassette.provenance
    checker = Checker(editions.contract(EDITION), recorded.base_url, recorded.token_url)
    target = Target("replay", recorded.base_url, "", Credentials(access_token="of-no-use-here"))
    transport = ReplayTransport(tape.cassette, tape.path)
    with closing(Api(target, checker, Journal(), transport=transport)) as api:
        spent = _milliseconds_each(partial(_call, api), tape.exchanges)
    transport.require_all_played()
    require_no_findings(api.journal.findings)
    return spent


def _with_vcrpy(tape: Tape) -> float:
    """Milliseconds an exchange for an ordinary httpx client under vcrpy, which matches on bodies as ecsuite does."""
    return sum(_play_with_vcrpy(tape) for _ in range(tape.repeats)) / tape.repeats


def _play_with_vcrpy(tape: Tape) -> float:
    sample = tape.exchanges[:: max(1, len(tape.exchanges) // MOST_FOR_VCRPY)]
    player = vcr.VCR(record_mode="none", match_on=MATCH_ON)
    with player.use_cassette(str(tape.path)), httpx.Client(trust_env=False) as http:
        return _milliseconds_each(partial(_send, http), sample)


def _milliseconds_each(send: Callable[[Exchange], Any], exchanges: Sequence[Exchange]) -> float:
    start = time.perf_counter()
    for exchange in exchanges:
        send(exchange)
    return (time.perf_counter() - start) * 1000 / len(exchanges)


def _send(http: httpx.Client, exchange: Exchange) -> None:
    request = exchange.request
    http.request(request.method, request.url, content=request.body, headers=list(request.headers))


def _call(api: Api, exchange: Exchange) -> None:
    request = exchange.request
    as_recorded = Expectation("the recorded status", frozenset({exchange.response.status}))
    path = request.url.removeprefix(api.target.base_url)
    api.request(request.method, path, expect=as_recorded, content=request.body, headers=list(request.headers))
