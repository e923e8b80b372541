"""Deliveries and their attempts, what two partners share, and the token endpoint's error codes: each branch."""

import time

import httpx
import pytest

from ecsuite import editions
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import DELIVERY, Place, body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.promises import (
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_CONTENT,
    DELIVERY_RETRIED,
    ERROR_CODE,
    PARTNERS_APART,
    SIGNATURE,
)
from ecsuite.rules.call import Call
from ecsuite.rules.deliveries import apart, is_same_json
from ecsuite.rules.retries import (
    ATTEMPTS,
    PAUSES,
    Attempts,
    are_one_notification,
    came_again,
    came_at_most,
    longer_than,
    pauses_grew,
)
from ecsuite.rules.tenancy import both_have, require_not_shared
from ecsuite.rules.token import error_fits, errors_for, tokens_differ
from ecsuite.samples import Body
from ecsuite.webhook.delivery import any_delivery
from ecsuite.webhook.receiver import NoReceiver, Receiver
from ecsuite.webhook.signature import sign

URL = "https://partner.example/hooks/mine?key=1&b="
SIGNED = "X-Payload-Signature"


def delivery(content=b'{"eventId":"7"}', url=URL, key="hush", signature=None):
    headers = [("Content-Type", "application/json")]
    signature = sign(key, content) if signature is None else signature
    headers += [(SIGNED, signature)] if signature else []
    return Exchange(Request("POST", url, Headers.of(headers), content), Response(200))


@pytest.fixture
def hooked(world_of):
    """A world with a webhook at URL, to which deliveries came."""

    def make(*deliveries):
        world = world_of(lambda _, sent: (201, {"webhookId": "1", **sent}), "2026-01", deliveries=deliveries)
        sent = {"name": "x", "webhookUrl": URL, "webhookSecret": "hush", "notificationTypes": ["PriceCurveCreated"]}
        return world, world.entities.create(world.entities.type_made_by("createWebhook"), body=Body(sent))

    return make


def recorded(world, promise):
    """What is broken of a promise, how often it was kept, and why it was not checked."""
    broken = [
        (each.breach.kind, each.breach.at, each.breach.expected.value, each.breach.actual.value)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]


KEPT, NOTHING_SEEN = ([], 1, []), ([], 0, [])
ARRIVALS = {
    "none": ([], {}, {DELIVERY_ARRIVES: ([("absent", DELIVERY, URL, None)], 0, []), DELIVERED_TO_ITS_WEBHOOK: NOTHING_SEEN}),
    "a right one": (
        [delivery()],
        {"secret": "hush", "tells": {"eventId": "7"}},
        {DELIVERY_ARRIVES: KEPT, SIGNATURE: KEPT, DELIVERY_CONTENT: KEPT, DELIVERED_TO_ITS_WEBHOOK: KEPT},
    ),
    "one of which nothing is known": (
        [delivery(key="other")],
        {},
        {DELIVERY_ARRIVES: KEPT, SIGNATURE: NOTHING_SEEN, DELIVERY_CONTENT: NOTHING_SEEN, DELIVERED_TO_ITS_WEBHOOK: KEPT},
    ),
    "one without a signature": ([delivery(signature="")], {"secret": "hush"}, {SIGNATURE: NOTHING_SEEN, DELIVERY_ARRIVES: KEPT}),
    "one signed with another secret": (
        [delivery(key="other")],
        {"secret": "hush"},
        {SIGNATURE: ([("unsigned", Place("request-header", SIGNED), None, None)], 0, []), DELIVERY_ARRIVES: KEPT},
    ),
    "one that tells something else": (
        [delivery()],
        {"tells": {"eventId": "8", "more": 1}},
        {DELIVERY_CONTENT: ([("changed", Place("request-body", path=("eventId",)), "8", "7"), ("lost", Place("request-body", path=("more",)), 1, None)], 0, [])},
    ),
    "one with another query": (
        [delivery(url=URL.replace("key=1", "key=2"))],
        {},
        {DELIVERED_TO_ITS_WEBHOOK: ([("changed", Place("delivery", "address"), URL, URL.replace("key=1", "key=2"))], 0, [])},
    ),
    "one without the empty parameter": ([delivery(url=URL.removesuffix("&b="))], {}, {DELIVERED_TO_ITS_WEBHOOK: ([("changed", Place("delivery", "address"), URL, URL.removesuffix("&b="))], 0, [])}),
    "one by another way": ([delivery(url="https://tunnel.example/x/hooks/mine?key=1&b=")], {}, {DELIVERED_TO_ITS_WEBHOOK: KEPT}),
}  # fmt: skip


@pytest.mark.parametrize("name", ARRIVALS)
def test_arrival_is_recorded(hooked, name):
    """That it came, to its whole address, is signed and tells what it must: each is a promise of its own."""
    came, options, seen = ARRIVALS[name]
    world, webhook = hooked(*came)

    found = world.deliveries.arrives(webhook, webhook.created, **options)

    assert found == (came[0] if came else None)
    assert {promise: recorded(world, promise) for promise in seen} == seen


@pytest.mark.parametrize(
    ("given", "secret", "kept"),
    [(delivery(), "hush", True), (delivery(key="other"), "hush", False), (delivery(), "", True), (None, "hush", False)],
)
def test_arrival_is_kept_where_it_is_signed(hooked, given, secret, kept):
    """Whether a delivery came and is signed is returned."""
    world, webhook = hooked()

    assert world.deliveries.verify.arrived(given, webhook.created, URL, secret) is kept


def test_delivery_is_checked_against_its_contract(hooked):
    """A delivery that arrives is an exchange like any other: the checks of requests look at it."""
    world, webhook = hooked(delivery(b"no JSON"))

    world.deliveries.arrives(webhook, webhook.created)

    assert "request-body" in {each.promise for each in world.api.journal.findings}


def test_delivery_of_a_webhook_is_known_by_its_hook(hooked):
    """By the name of the hook in the webhook's address, and by what is wanted."""
    other = delivery(url="https://partner.example/hooks/other")
    world, webhook = hooked(delivery(), other, delivery(b'{"eventId":"8"}'), delivery(b"no JSON"))

    assert world.deliveries.hook(webhook) == "mine"
    assert world.deliveries.address(webhook) == URL
    assert len(world.deliveries.to(webhook)) == 3
    assert len(world.deliveries.to(webhook, lambda value: value["eventId"] == "8")) == 2
    assert world.deliveries.times(webhook) == ()
    assert world.deliveries.wait(webhook, lambda value: value["eventId"] == "8").request.body == b'{"eventId":"8"}'


@pytest.mark.parametrize(
    ("count", "broken"), [(1, []), (0, [("count", DELIVERY, 0, 1)]), (2, [("count", DELIVERY, 2, 1)])]
)
def test_deliveries_are_counted_exactly(hooked, count, broken):
    """Neither more nor fewer."""
    world, webhook = hooked(delivery())

    assert world.deliveries.count_is(PARTNERS_APART, webhook, webhook.created, count, "note") is (not broken)
    assert recorded(world, PARTNERS_APART)[0] == broken


def test_hook_is_answered_as_it_is_told(hooked):
    """How deliveries are answered is told to the receiver by the name of the hook."""
    world, webhook = hooked()
    told = []

    class Told(NoReceiver):
        def answer_with(self, hook, **answer):
            told.append((hook, answer))

    world.values.receiver = Told()
    world.deliveries.answer_with(webhook, status=503, then=200)

    assert told == [("mine", {"status": 503, "then": 200})]


@pytest.mark.parametrize(("mode", "slept"), [("live", [0.5]), ("local", [0.5]), ("replay", [])])
def test_recording_is_not_waited_for(hooked, monkeypatch, mode, slept):
    """What should not come is waited for; in a replay nothing comes later."""
    world, _ = hooked()
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    object.__setattr__(world.api.target, "mode", mode)

    world.deliveries.pause()

    assert pauses == slept


@pytest.mark.parametrize(
    ("times", "attempts"),
    [
        ([], []),
        ([1.0], [1.0]),
        ([0.0, 0.03, 1.0], [0.03, 1.0]),
        ([0.0, 0.031, 1.0], [0.0, 0.031, 1.0]),
        ([0.0, 0.01, 0.02, 0.03], [0.03]),
    ],
)
def test_deliveries_at_once_are_one_attempt(times, attempts):
    """Those that come within three hundredths of a second; of them the last."""
    assert apart(times) == attempts


@pytest.mark.parametrize(
    ("text", "value", "same"),
    [("1", 1, True), ("[]", [], True), ("[1]", [], False), ("", "", False), (7, 7, False), (None, None, False)],
)
def test_only_a_text_is_json(text, value, same):
    """What is no text is the JSON of nothing."""
    assert is_same_json(text, value) is same


# Attempts


class Timed(Receiver):
    """A receiver whose deliveries come when they are waited for; each with its time."""

    address, unreachable = "https://partner.example", ""

    def __init__(self, *times):
        self._waiting = list(times)
        self.came: list[float] = []
        self.asked: list[float] = []

    def wait(self, hook, seconds=30.0):  # noqa: ARG002
        self.asked.append(seconds)
        if not self._waiting:
            return None
        self.came.append(self._waiting.pop(0))
        return delivery()

    def arrivals(self, hook, wanted=any_delivery):  # noqa: ARG002
        return list(self.came)


def attempts_of(hooked, receiver):
    world, webhook = hooked()
    world.values.receiver = receiver
    return Attempts(world.deliveries, webhook, any_delivery)


@pytest.mark.parametrize(
    ("times", "count", "came", "found"),
    [
        ((0.0, 1.0, 3.0), 2, 2, 2),
        ((0.0, 1.0, 3.0), 3, 3, 3),
        ((0.0, 1.0), 3, 2, 2),
        ((0.0, 0.01, 1.0, 1.01), 2, 3, 2),
        ((), 1, 0, 0),
    ],
)
def test_attempts_are_waited_for(hooked, times, count, came, found):
    """Until there were so many, where two that come at once are one; or until no more comes."""
    attempts = attempts_of(hooked, Timed(*times))

    attempts.wait_for(count)

    assert (len(attempts.came), attempts.count) == (came, found)


@pytest.mark.parametrize(
    ("wait", "first"),
    [(lambda attempts: attempts.wait_for(2), 0.5), (lambda attempts: attempts.wait_for_any(2, time.monotonic()), 30)],
    ids=["of one", "of any"],
)
def test_rest_of_an_attempt_is_taken(hooked, wait, first):
    """What came beside an attempt, at once, is taken as well, so that it is not taken for a later one."""
    receiver = Timed(0.0, 1.0, 1.01)
    receiver.arrivals = lambda *_: [0.0, 1.0, 1.01]
    attempts = attempts_of(hooked, receiver)

    wait(attempts)

    assert len(attempts.came) == 3
    assert receiver.asked == pytest.approx([first, first, 0.5], abs=0.1)


def test_attempts_of_a_recording_are_those_that_came(hooked):
    """Where it is not known when they came, each delivery is one."""
    world, webhook = hooked(delivery(), delivery())
    attempts = Attempts(world.deliveries, webhook, any_delivery)

    attempts.wait_for(5)

    assert (attempts.times, attempts.count) == ([], 2)


def test_any_deliveries_are_waited_for_until_a_time(hooked):
    """So many of them, whatever came at once; at the latest half a minute after a time."""
    receiver = Timed(0.0, 0.01, 1.0)
    attempts = attempts_of(hooked, receiver)

    attempts.wait_for_any(2, time.monotonic())
    assert len(attempts.came) == 2
    assert all(29 < seconds <= 30 for seconds in receiver.asked)

    attempts.wait_for_any(4, time.monotonic() - 100)
    assert len(attempts.came) == 3
    assert receiver.asked[-1] == pytest.approx(0.5, abs=0.01)


AGAIN = {
    "again": (lambda v, a: came_again(v, a, 2, 503), True, KEPT),
    "once": (lambda v, a: came_again(v, a, 1, 503), False, ([("minimum", ATTEMPTS, {"minimum": 2}, 1)], 0, [])),
    "not at all": (lambda v, a: came_again(v, a, 0, 503), False, ([("minimum", ATTEMPTS, {"minimum": 2}, 0)], 0, [])),
    "four times": (lambda v, a: came_at_most(v, a, 4), True, KEPT),
    "five times": (lambda v, a: came_at_most(v, a, 5), False, ([("maximum", ATTEMPTS, {"maximum": 4}, 5)], 0, [])),
    "growing pauses": (lambda v, a: pauses_grew(v, a, [0, 1, 3, 7]), True, ([], 3, [])),
    "the same pauses": (
        lambda v, a: pauses_grew(v, a, [0, 10, 20]),
        False,
        ([("exclusiveMinimum", PAUSES, {"exclusiveMinimum": 10}, 10)], 1, []),
    ),
    "a pause that is a little shorter": (
        lambda v, a: pauses_grew(v, a, [0, 10, 19.5, 40]),
        True,
        ([], 3, []),
    ),
    "a pause that is shorter": (
        lambda v, a: pauses_grew(v, a, [0, 10, 19, 40]),
        False,
        ([("exclusiveMinimum", PAUSES, {"exclusiveMinimum": 10}, 9)], 2, []),
    ),
    "pauses that grow too little in all": (
        lambda v, a: pauses_grew(v, a, [0, 10, 20.5, 32]),
        False,
        ([("exclusiveMinimum", PAUSES, {"exclusiveMinimum": 10}, 11.5)], 2, []),
    ),
    "pauses that grow enough": (lambda v, a: pauses_grew(v, a, [0, 10, 20.5, 32.1]), True, ([], 3, [])),
    "one pause": (lambda v, a: pauses_grew(v, a, [0, 1]), True, ([], 0, ["there were too few attempts, or their times are unknown"])),
    "pauses to a hundredth of a second": (
        lambda v, a: pauses_grew(v, a, [0, 1.23456, 2.0]),
        False,
        ([("exclusiveMinimum", PAUSES, {"exclusiveMinimum": 1.23}, 0.77)], 0, []),
    ),
    "two pauses": (lambda v, a: pauses_grew(v, a, [0, 1, 3]), True, ([], 2, [])),
}  # fmt: skip


@pytest.mark.parametrize("name", AGAIN)
def test_attempts_are_judged(hooked, name):
    """How many there are, and how far apart: each pause longer than the one before, the last than the first."""
    act, kept, seen = AGAIN[name]
    world, webhook = hooked()

    assert act(world.verify, webhook.created) is kept
    assert recorded(world, DELIVERY_RETRIED) == seen


@pytest.mark.parametrize(
    ("times", "seconds"),
    [([], 0.0), ([5], 0.0), ([0, 2], 5.5), ([0, 1, 3], 5.5), ([0, 11.8], 30.0), ([0, 11.7], 29.75)],
)
def test_another_attempt_is_waited_for(times, seconds):
    """Two and a half times the last pause and half a second, at most half a minute."""
    assert longer_than(times) == pytest.approx(seconds)


def test_attempts_tell_the_same(hooked):
    """What the first told of some members each later one tells, signed with the same secret."""
    first, same, other, unsigned = (
        delivery(b'{"notificationId":"1","eventId":"7"}'),
        delivery(b'{"notificationId":"1","eventId":"8"}'),
        delivery(b'{"notificationId":"2","eventId":"7"}'),
        delivery(b'{"notificationId":"1","eventId":"7"}', key="other"),
    )
    names = ["notificationId", "not there"]

    def same_for(*came):
        world, webhook = hooked()
        kept = are_one_notification(world.deliveries, webhook.created, names, came, "hush")
        return kept, recorded(world, DELIVERY_RETRIED), recorded(world, SIGNATURE)[1]

    assert same_for() == (True, NOTHING_SEEN, 0)
    assert same_for(first) == (True, NOTHING_SEEN, 0)
    assert same_for(first, same) == (True, KEPT, 1)
    assert same_for(first, same, other) == (
        False,
        ([("changed", Place("request-body", path=("notificationId",)), "1", "2")], 1, []),
        2,
    )
    assert same_for(first, unsigned)[0] is False
    assert same_for(delivery(b"[]"), other) == (True, KEPT, 1)


# Partners


@pytest.fixture
def partners(world_of):
    """Two worlds, whose lists of webhooks and of events have other items."""

    def make(mine, theirs):
        def answer(items):
            def given(line, sent):
                path = line.partition(" ")[2].partition("?")[0]
                return 404 if items is None else (200, items if path in {"/webhooks", "/events"} else [])

            return given

        return world_of(answer(mine)), world_of(answer(theirs))

    return make


BOTH = {
    "another of the same id": ([{"id": "1", "webhookUrl": "a"}], [{"id": "1", "webhookUrl": "b"}], True),
    "the same thing": ([{"id": "1", "webhookUrl": "a"}], [{"id": "1", "webhookUrl": "a"}], False),
    "the same thing, but for what nobody speaks of": ([{"id": "1", "x": 1}], [{"id": "1", "x": 2}], False),
    "another id": ([{"id": "1"}], [{"id": "2"}], False),
    "nothing of theirs": ([{"id": "1"}], [], False),
    "nothing of mine": ([], [{"id": "1"}], True),
    "a list of mine that cannot be read": (None, [{"id": "1"}], False),
    "a list of theirs that cannot be read": ([{"id": "1"}], None, False),
}


@pytest.mark.parametrize("name", BOTH)
def test_both_have_an_entity_of_an_id(partners, name):
    """Each another one, under the same number; the same thing in both lists is a leak, and no such case."""
    mine, theirs, both = BOTH[name]
    first, second = partners(mine, theirs)
    webhook, vehicle = (first.entities.type_made_by(each) for each in ("createWebhook", "createVehicle"))

    assert both_have(webhook, "1", first.snapshots, second.snapshots) is both
    assert both_have(vehicle, "1", first.snapshots, second.snapshots) is False

    assert both_have(first.entities.type_made_by("createUser"), "1", first.snapshots, second.snapshots) is False

    call = Call(first.contract.operations["getWebhook"], {"id": "1"})
    if both:
        with pytest.raises(NothingThere, match="both partners have one of that id"):
            require_not_shared(first.contract, call, second.calls, first.snapshots, second.snapshots)
    else:
        require_not_shared(first.contract, call, second.calls, first.snapshots, second.snapshots)


@pytest.mark.parametrize(("theirs", "shared"), [([{"id": "e"}], True), ([{"id": "f"}], False), ([], False)])
def test_both_partners_may_see_the_same(partners, theirs, shared):
    """What no partner has made, but all may be shown: an event; where the other has none, nothing is shared."""
    first, second = partners([{"id": "e"}], theirs)
    call = first.calls.valid(first.contract.operations["getEvent"])

    if shared:
        with pytest.raises(NothingThere, match="both partners have it"):
            require_not_shared(first.contract, call, second.calls, first.snapshots, second.snapshots)
    else:
        require_not_shared(first.contract, call, second.calls, first.snapshots, second.snapshots)


# Error codes


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"client_id": "a", "client_secret": "b"}, {"invalid_client", "unauthorized_client"}),
        ({"client_id": "a", "client_secret": ""}, {"invalid_client", "unauthorized_client", "invalid_request"}),
    ],
)
def test_empty_credentials_may_be_no_request(form, errors):
    """What is empty may count as missing."""
    assert errors_for(form) == errors


CODES = {
    "one of those": (400, "a", True, KEPT),
    "another": (400, "c", False, ([("unlisted", body(("error",)), ["a", "b"], "c")], 0, [])),
    "none": (400, None, False, ([("unlisted", body(("error",)), ["a", "b"], None)], 0, [])),
    "the only one for 401": (401, "invalid_client", True, KEPT),
    "another for 401": (401, "a", False, ([("unlisted", body(("error",)), ["invalid_client"], "a")], 0, [])),
    "no refusal": (200, "a", False, NOTHING_SEEN),
    "another refusal": (403, "a", False, NOTHING_SEEN),
}


@pytest.mark.parametrize("name", CODES)
def test_error_code_is_one_that_fits(world_of, name):
    """Of those that are given; with 401 the one about the client alone. Of another status nothing is said."""
    status, error, kept, seen = CODES[name]
    world = world_of(lambda *_: 200)
    request = httpx.Request("POST", "https://auth.example/connect/token")
    response = httpx.Response(status, json={"error": error}, request=request)

    assert error_fits(world.verify, world.contract, response, {"b", "a"}, "case-7") is kept
    assert recorded(world, ERROR_CODE) == seen
    for found in world.api.journal.findings:
        assert found.breach.case == "case-7"
        assert found.breach.rule[-2:] == ("properties", "error")


@pytest.mark.parametrize(("theirs", "kept"), [("b", True), ("a", False)])
def test_each_partner_has_its_own_token(world_of, theirs, kept):
    """The same token for both is a finding, and its value is not kept."""
    tokens = iter(["a", theirs])
    world = world_of(lambda *_: (200, {"userId": "1", "access_token": next(tokens)}))
    mine, other = (world.api.get("/users/1", strict=False) for _ in "12")

    assert tokens_differ(world.verify, PARTNERS_APART, mine, other) is kept
    assert recorded(world, PARTNERS_APART) == (
        KEPT if kept else ([("same", body(("access_token",)), None, "***")], 0, [])
    )


def test_token_has_to_be_there(world_of):
    """Without a token there is nothing to go on with."""
    world = world_of(lambda *_: (200, {"userId": "1"}))
    response = world.api.get("/users/1", strict=False)

    with pytest.raises(PromiseBroken):
        tokens_differ(world.verify, PARTNERS_APART, response, response)


def test_id_that_partners_choose_is_not_numbered():
    """Where clients choose ids, two partners may have the same, and are kept apart all the same."""

    class Listed:
        """Snapshots that show one user, each another one."""

        def __init__(self, name):
            self._name = name

        def items_of(self, _):
            return [{"userId": "u", "name": self._name}]

    types = {each.creator.id: each for each in editions.contract("2026-01").entity_types}

    assert both_have(types["createUser"], "u", Listed("a"), Listed("b")) is False
