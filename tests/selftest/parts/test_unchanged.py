"""What a call left behind: changes, those that others may have made, and who is to blame."""

import itertools

import httpx
import pytest
from verified import OWN, recorded

from ecsuite.findings.breach import body, listed
from ecsuite.promises import (
    OTHERS_UNTOUCHED,
)
from ecsuite.rules import verify_changes
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot
from ecsuite.rules.verify_changes import CHANGES_BY_ITSELF, OTHERS_CREATE_SUCH, _blamed

RULE = ("paths",)
AT = body(("a",))
KEPT = ([], 1, [])


def test_unchanged_state_is_a_promise_kept(world_of):
    """Where nothing differs it is passed; what differs is told with the rule, each of the call that is to blame."""
    states = {"/users": [{"userId": "u"}], "/webhooks": [{"id": "1"}]}
    world = world_of(lambda line, _: (200, states[line.partition(" ")[2]]))
    probes = {
        Probe("listUsers", "/users", "items"): [{"userId": "u"}],
        Probe("listWebhooks", "/webhooks", "items"): [{"id": "1"}],
    }
    blame = world.api.get("/users", strict=False)

    assert world.changes.unchanged(OTHERS_UNTOUCHED, Snapshot(probes), blame) is True
    states["/users"], states["/webhooks"] = [], [{"id": "2"}]
    assert world.changes.unchanged(OTHERS_UNTOUCHED, Snapshot(probes), blame, rule=RULE) is False

    assert recorded(world, OTHERS_UNTOUCHED) == (
        [
            ("lost", listed(), {"userId": "u"}, None, "listUsers"),
            ("extra", listed(), None, {"id": "2"}, "listWebhooks"),
        ],
        1,
        [],
    )
    assert {each.breach.rule for each in world.api.journal.findings if each.promise == OTHERS_UNTOUCHED.id} == {RULE}


def test_what_changes_each_time_is_no_calls_doing(world_of):
    """What is another one at each reading is not checked; what stays changed is told all the same."""
    numbers = itertools.count()
    world = world_of(lambda line, _: (200, {"userId": str(next(numbers)) if line.endswith("/users/1") else "b"}))
    before = Snapshot({Probe("getUser", f"/users/{own}"): {"userId": "a"} for own in (1, 2)})

    assert world.changes.unchanged(OTHERS_UNTOUCHED, before, world.api.get("/users/2", strict=False)) is False

    assert recorded(world, OTHERS_UNTOUCHED) == (
        [("changed", body(("userId",)), "a", "b", "getUser")],
        0,
        [CHANGES_BY_ITSELF],
    )


def test_own_change_is_not_looked_at_again(world_of):
    """Only what others may have changed is looked at again; what nobody else can change is the call's doing."""
    acts = []
    world = world_of(lambda *_: (200, []))
    own, shared = (Probe("listUsers", "/users", "items", is_shared=each) for each in (False, True))
    blame = world.api.get("/users", strict=False)

    for probes in ({own: [{}]}, {own: [{}], shared: [{}]}):
        assert world.changes.unchanged(OWN, Snapshot(probes), blame, again=lambda: acts.append(1)) is False
    assert acts == []


class Hooks:
    """A list of webhooks that others change, too; and a clock on which each look at it takes a tenth of a second."""

    def __init__(self, monkeypatch, by_itself=()):
        self.ids = ["0"]
        self.acts = self.looks = 0
        self.times = []
        self._by_itself = by_itself
        monkeypatch.setattr(verify_changes, "time", self)

    def monotonic(self):
        self.times.append(self.looks)
        return 100.0 + self.looks / 10

    def __call__(self, *_):
        self.looks += 1
        if self.looks in self._by_itself:
            self.ids.append(f"other-{self.looks}")
        return 200, [{"id": own} for own in self.ids]

    def act(self, times):
        """What makes a webhook as often as it is done, so many times."""
        self.acts += 1
        if self.acts <= times:
            self.ids.append(f"own-{self.acts}")


SHARED = Probe("listWebhooks", "/webhooks", "items", is_shared=True)
AGAIN = {
    "never": (0, (), True, ([], 1, []), 1),
    "once": (1, (), True, ([], 1, []), 2),
    "twice": (2, (), True, ([], 1, []), 3),
    "each time": (9, (), False, ([("extra", listed(), None, {"id": "own-3"}, "listWebhooks")], 0, []), 3),
    "by itself as well": (9, (5,), True, ([], 0, ["others keep creating such entities"]), 1),
    "by itself as well, at the end of its time": (
        9,
        (13,),
        True,
        ([], 0, ["others keep creating such entities"]),
        1,
    ),
    "by itself, but later": (1, (30,), True, ([], 1, []), 2),
}


@pytest.mark.parametrize("name", AGAIN)
def test_shared_change_has_to_come_again_each_time(world_of, monkeypatch, name):
    """It is the call's doing where it comes with the call three times, and never without it in as long a time."""
    comes, by_itself, kept, seen, acts = AGAIN[name]
    hooks = Hooks(monkeypatch, by_itself)
    world = world_of(hooks)
    blame = world.api.get("/webhooks", strict=False)
    hooks.looks = 0

    found = world.changes.unchanged(OWN, Snapshot({SHARED: []}), blame, again=lambda: hooks.act(comes))

    assert found is kept
    assert recorded(world) == seen
    assert hooks.acts == acts


def test_shared_change_is_told_where_nothing_can_be_done_again(world_of):
    """Without an act to repeat there is no telling, and a change is the call's."""
    world = world_of(lambda *_: (200, [{"id": "1"}]))
    blame = world.api.get("/webhooks", strict=False)

    assert world.changes.unchanged(OWN, Snapshot({SHARED: []}), blame) is False
    assert recorded(world)[0] == [("extra", listed(), None, {"id": "1"}, "listWebhooks")]


def test_call_is_to_blame_whose_id_is_shown():
    """The first whose body has a long string that stands in what changed; a short one may stand there by chance."""

    def sent(*bodies):
        return [httpx.Response(200, request=httpx.Request("POST", "https://h/", content=each)) for each in bodies]

    (otherwise,) = sent(b"")
    long, short = "a" * 21, "a" * 20
    value = {"list": [{"id": long, "å": "å" * 21}]}

    for body_, blamed in (
        (f'{{"x": {{"id": "{long}"}}}}', True),
        (f'{{"id": "{short}"}}', False),
        (f'{{"id": "{long}b"}}', False),
        (f'{{"id": "{"å" * 21}"}}', True),
        (f'"{long}"', True),
        (f'{{"users": [{{"id": "x"}}, {{"id": "{long}"}}]}}', True),
        ("7", False),
        ("no JSON", False),
    ):
        responses = sent(b'{"other": "x"}', body_.encode())
        assert (_blamed(value, responses, otherwise) is responses[1]) is blamed
        assert (_blamed(value, responses, otherwise) is otherwise) is not blamed
    assert _blamed(NoSuch(404), sent(b'{"id": "x"}'), otherwise) is otherwise


GROWTH = {
    "with each call": ((), True, False, ([("count", listed(), 5, 7, "listWebhooks")], 0, [])),
    "by others, once": ((), False, True, KEPT),
    "by others, all the time": (range(1, 99), False, True, ([], 0, [OTHERS_CREATE_SUCH])),
}


@pytest.mark.parametrize("name", GROWTH)
def test_list_that_others_fill_grows_without_the_calls(world_of, monkeypatch, name):
    """Calls make a list grow each time that they are sent; others do so once, or without them as well."""
    by_itself, by_calls, kept, seen = GROWTH[name]
    hooks = Hooks(monkeypatch, by_itself)
    world = world_of(hooks)
    refused = [httpx.Response(401, request=httpx.Request("POST", "https://api.example/v1/webhooks"))] * 2
    before = Snapshot({Probe("listWebhooks", "/webhooks", "length"): -1})

    def again():
        hooks.ids += ["1", "2"] if by_calls else []

    assert world.changes.grew_less(OWN, before, refused, RULE, again=again) is kept
    assert recorded(world) == seen


@pytest.mark.parametrize(
    ("was", "now", "calls", "kept", "seen"),
    [
        (1, 1, 2, True, KEPT),
        (1, 2, 2, True, KEPT),
        (1, 3, 2, False, ([("count", listed(), 1, 3, "listUsers")], 0, [])),
        (1, 4, 2, False, ([("count", listed(), 1, 4, "listUsers")], 0, [])),
        (3, 1, 2, True, KEPT),
        (NoSuch(404), 1, 2, True, ([], 0, ["listUsers cannot be read"])),
        (1, None, 2, True, ([], 0, ["listUsers cannot be read"])),
    ],
)
def test_list_grows_by_less_than_the_calls(world_of, was, now, calls, kept, seen):
    """An item for each of the refused calls is no coincidence; a list that cannot be read says nothing."""
    world = world_of(lambda *_: (404, "no") if now is None else (200, [{}] * now))
    posted, put = (httpx.Request(method, "https://api.example/v1/users") for method in ("POST", "PUT"))
    refused = [*[httpx.Response(401, request=posted)] * (calls - 1), httpx.Response(401, request=put)]

    before = Snapshot({Probe("listUsers", "/users", "length"): was})

    assert world.changes.grew_less(OWN, before, refused, RULE) is kept
    assert recorded(world) == seen
    # The last of them is to blame.
    assert {each.method for each in world.api.journal.findings if each.promise == OWN.id} <= {"PUT"}
