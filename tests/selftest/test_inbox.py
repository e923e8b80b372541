"""What an inbox keeps of deliveries, how it hands them out, and how it has them answered; no socket."""

import threading

import pytest

from ecsuite.ending import Ending
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.webhook.delivery import any_delivery, hook_of, may_be, url_of, value_of
from ecsuite.webhook.inbox import Inbox


def delivery(hook, body=b"{}"):
    return Exchange(Request("POST", url_of("http://r.invalid/base", hook), Headers(), body), Response(200))


@pytest.mark.parametrize("query", ["", "?a=/b", "?"])
def test_hook_is_the_last_segment(query):
    """A delivery's hook is the last segment of its path, whatever its query."""
    exchange = Exchange(Request("POST", url_of("http://r.invalid/base", "one") + query), Response(200))

    assert hook_of(exchange) == "one"


@pytest.mark.parametrize(
    ("body", "value"), [(b'{"a":1}', {"a": 1}), (b"null", None), (b"no JSON", None), (b"\xff", None)]
)
def test_value_is_none_where_unreadable(body, value):
    """What is not JSON has no value, and is no error."""
    assert value_of(delivery("one", body)) == value


@pytest.mark.parametrize(("body", "expected"), [(b'{"a":1}', True), (b'{"a":2}', False), (b"no JSON", True)])
def test_unreadable_delivery_may_be_wanted(body, expected):
    """A delivery is wanted by its value; one that can't be read may be the one that is meant."""
    assert may_be(lambda value: value == {"a": 1}, delivery("one", body)) is expected


def test_oldest_delivery_is_taken_first():
    """Each hook's deliveries come out in order, once; equal ones as often as they came."""
    inbox = Inbox()
    for hook, body in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("a", b"1")):
        inbox.put(delivery(hook, body))

    taken = [inbox.take("a", 0) for _ in range(4)]

    assert [each and each.request.body for each in taken] == [b"1", b"3", b"1", None]
    assert [each.request.body for each in inbox.received()] == [b"1", b"2", b"3", b"1"]


def test_received_deliveries_do_not_grow():
    """What was received so far stays what it was, though more comes."""
    inbox = Inbox()
    inbox.put(delivery("a"))

    received = inbox.received()
    inbox.put(delivery("a"))

    assert len(received) == 1


def test_take_waits_for_its_own_hook():
    """A delivery to another hook doesn't end the waiting."""
    inbox = Inbox()
    inbox.put(delivery("other"))
    late = threading.Timer(0.05, inbox.put, [delivery("own", b"late")])
    late.start()

    taken = inbox.take("own", 20)
    late.join()

    assert taken.request.body == b"late"


def test_answers_follow_the_plan():
    """Without a plan it is 200 at once; with one, each answer in turn, and the last for all that follow."""
    inbox = Inbox()
    before = inbox.answer(delivery("a"))
    inbox.plan("a", [(503, 1.5), (204, 0.0)])

    assert before == (200, 0.0)
    assert [inbox.answer(delivery("a")) for _ in range(3)] == [(503, 1.5), (204, 0.0), (204, 0.0)]
    assert inbox.answer(delivery("b")) == (200, 0.0)


def test_new_plan_starts_again():
    """Another plan for a hook begins with its first answer; other hooks go on with theirs."""
    inbox = Inbox()
    for hook in "ab":
        inbox.plan(hook, [(503, 0.0), (200, 0.0)])
        inbox.answer(delivery(hook))

    inbox.plan("a", [(410, 0.0), (200, 0.0)])

    assert inbox.answer(delivery("a")) == (410, 0.0)
    assert inbox.answer(delivery("b")) == (200, 0.0)


def test_each_subject_has_its_first_answer():
    """Where a plan says what deliveries are about, each such thing goes through the answers by itself."""
    inbox = Inbox()
    inbox.plan("a", [(503, 0.0), (200, 0.0)], lambda value: value)

    statuses = [inbox.answer(delivery("a", body))[0] for body in (b"1", b"2", b"1", b"2")]

    assert statuses == [503, 503, 200, 200]


def test_times_are_of_wanted_deliveries():
    """When deliveries came is told of those to the hook that are wanted, in order."""
    inbox = Inbox()
    for hook, body in (("a", b"1"), ("a", b"2"), ("b", b"1"), ("a", b"1")):
        inbox.put(delivery(hook, body))

    first, second, third = inbox.times("a", any_delivery)

    assert first <= second <= third
    assert inbox.times("a", lambda value: value == 1) == [first, third]
    assert inbox.times("c", any_delivery) == []


def test_nobody_waits_beyond_the_end_of_the_run():
    """Who waits in another thread is told soon that the run was interrupted."""
    ending = Ending()
    inbox = Inbox(ending)
    ends = []

    def wait():
        try:
            inbox.take("own", 3600)
        except KeyboardInterrupt:
            ends.append("interrupted")

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    ending.begin()
    thread.join(20)

    assert ends == ["interrupted"]
