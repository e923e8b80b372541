"""What threads share is whole when another thread sees it, and loses nothing: calls are made side by side."""

import textwrap
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.contract import Schemas, Source
from ecsuite.contract.memo import Memo
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.finding import ContractPlace, Finding, Result
from ecsuite.journal import Journal, Tally
from ecsuite.messages import redact
from ecsuite.messages.exchange import Exchange, Request, Response
from ecsuite.messages.redact import MASK, Redactor
from ecsuite.messages.spellings import Finder
from ecsuite.promises import PAGES
from ecsuite.target import Credentials, Target

# How long a thread stops where another one might come in between. A right program lets none in, and waits that long.
PAUSE = 0.2
TREE = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    paths: {}
    components:
      schemas:
        Tree:
          type: object
          properties:
            name: {type: string}
            height: {type: integer}
            children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
"""
SCHEMA = ("components", "schemas", "Tree")
VALUE = {"name": "a", "height": 2.0, "children": [{"name": "b", "height": 1.0, "age": 3}], "age": 7}


class Pause:
    """A place in a program where the first thread that comes stops until another one has acted, or time is up."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.passed = threading.Event()

    def here(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            self.passed.wait(PAUSE)


def in_between(pause: Pause, first, second) -> tuple[Any, Any]:
    """What two acts give, the second of which begins while the first has stopped."""
    with ThreadPoolExecutor(1) as threads:
        begun = threads.submit(first)
        assert pause.reached.wait(5)
        other = second()
        pause.passed.set()
        return begun.result(), other


class SlowSource(Source):
    """A document whose reading stops at a member of a schema."""

    def __init__(self, text: str) -> None:
        super().__init__(textwrap.dedent(text), "c.yaml")
        self.pause = Pause()

    def at(self, pointer):
        if pointer == (*SCHEMA, "properties", "height"):
            self.pause.here()
        return super().at(pointer)


KNOWN = {"name": "a", "height": 2.0, "children": [{"name": "b", "height": 1.0}]}
FLOATS = [(("height",), 2.0), (("children", 0, "height"), 1.0)]
# What is asked of schemas, and the whole answer.
ASKED = {
    "known": (lambda schemas: schemas.known(SCHEMA, VALUE), KNOWN),
    "parts": (lambda schemas: sum(1 for _ in schemas.walker.parts(SCHEMA, VALUE)), 8),
    "whole floats": (
        lambda schemas: sorted(schemas.walker.whole_floats(SCHEMA, VALUE), key=lambda each: -each[1]),
        FLOATS,
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_half_a_schema_is_never_seen(name):
    """A thread that asks for a schema while another one reads it gets all of it, though it holds itself."""
    ask, whole = ASKED[name]
    source = SlowSource(TREE)
    schemas = Schemas(source)

    first, second = in_between(source.pause, lambda: ask(schemas), lambda: ask(schemas))

    assert first == whole
    assert second == whole


def test_value_is_made_once():
    """However many threads ask for a value at once, it is made once, and all get the same."""
    made = []
    start = threading.Barrier(4)

    def make(key: str) -> object:
        made.append(key)
        time.sleep(PAUSE)
        return object()

    def ask(_: int) -> object:
        start.wait(5)
        return memo["a"]

    memo = Memo(make)
    with ThreadPoolExecutor(4) as threads:
        values = list(threads.map(ask, range(4)))

    assert made == ["a"]
    assert len(set(values)) == 1


FINDING = Finding(
    promise=PAGES.id,
    operation=None,
    method="GET",
    path="/users",
    status=200,
    breach=Breach("count", Place("list")),
    level="spec",
    severity="error",
    rule=ContractPlace((), "c.yaml", 1, "a test"),
)
RESULT = Result(Exchange(Request("GET", "http://h/users"), Response(200)), None, {}, (PAGES,), (), ())


class SlowCounter(Counter):
    """Figures that can be read, but take a while to be written again."""

    def __getitem__(self, key):
        value = self.get(key, 0)
        time.sleep(PAUSE / 4)
        return value


def twice_at_once(act) -> None:
    start = threading.Barrier(2)

    def begin(_: int) -> None:
        start.wait(5)
        act()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(begin, range(2)))


NOTES = {
    "passed": lambda journal: journal.add_passed(PAGES),
    "broken": lambda journal: journal.add_finding(FINDING),
    "not checked": lambda journal: journal.add_not_checked(PAGES, "a reason"),
    "an exchange": lambda journal: journal.add(RESULT),
}


@pytest.mark.parametrize("name", NOTES)
def test_every_observation_counts(name):
    """Two threads that note the same of a promise at once are counted as two."""
    journal = Journal()
    journal.tally = Tally(observations=SlowCounter())

    twice_at_once(lambda: NOTES[name](journal))

    assert list(journal.tally.observations.values()) == [2]


def test_every_call_counts(contract):
    """Two threads that call the same at once are counted as two, so that a poll knows which of the calls it made."""
    target = Target("live", "https://api.example/v1", "https://auth.example/token", Credentials("a", "b"))
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=[]))
    api = Api(target, Checker(contract, target.base_url, target.token_url), Journal(), transport=transport)
    api.log._times = SlowCounter()

    twice_at_once(lambda: api.get("/users", authorize=False))

    assert api.log._times == {("GET", "https://api.example/v1/users"): 2}


def test_latest_secret_is_masked(monkeypatch):
    """A secret that comes while a text is masked is masked in the next one."""
    pause = Pause()

    class SlowFinder(Finder):
        def __init__(self, secrets):
            super().__init__(secrets)
            if self.secrets:
                pause.here()

    redactor = Redactor(["formersecret"])
    monkeypatch.setattr(redact, "Finder", SlowFinder)

    in_between(pause, lambda: redactor.text("a formersecret"), lambda: redactor.add("latestsecret"))

    assert redactor.text("a latestsecret") == f"a {MASK}"
