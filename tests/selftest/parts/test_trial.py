"""A trial of a receiver: what is sent again, what ends it, and which answer is told."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ecsuite import editions
from ecsuite.errors import ReceiverUnreachable
from ecsuite.receivers import cases, trial
from ecsuite.receivers.cases import Group
from ecsuite.receivers.trial import Trial, Tried
from ecsuite.webhook.signature import is_signed

SECRET = "s3cr3t-of-the-hook"
HEADER = "X-Payload-Signature"
CONTRACT = editions.contract("2026-01")
PLAIN = 5
# Which delivery is the first of those that come twice: behind eleven others.
TWICE = 12


class Receiver:
    """A receiver that answers what is signed in its own way, and refuses the rest; what came is noted."""

    def __init__(self, answer: Callable[["Receiver", httpx.Request], object] = lambda *_: 200) -> None:
        self._answer = answer
        self.came: list[httpx.Request] = []
        self.times: Counter[str] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.came.append(request)
        if not is_signed(SECRET, request.content, request.headers.get(HEADER, "")):
            self.times["forged"] += 1
            return httpx.Response(401, stream=httpx.ByteStream(b""))
        self.times[request.content.decode()] += 1
        answer = self._answer(self, request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, stream=httpx.ByteStream(b""))

    def seen(self, request: httpx.Request) -> int:
        """How often a delivery has come."""
        return self.times[request.content.decode()]


def tried(receiver: Receiver, only: Group | None = None) -> list[Tried]:
    with httpx.Client(transport=httpx.MockTransport(receiver)) as client:
        return list(Trial("http://h/", SECRET, CONTRACT, client, str, only).run())


def told(receiver: Receiver, only: Group | None = None) -> list[str]:
    """The findings: their severity, the group of the delivery, and what was seen."""
    found = [each for one in tried(receiver, only) for each in one.journal.findings]
    return [f"{each.severity} {each.breach.at.name}: {each.breach.actual.value}" for each in found]


def kind(request: httpx.Request) -> str:
    return json.loads(request.content)["notificationType"]


def is_price(request: httpx.Request) -> bool:
    return kind(request) == "PriceCurveCreated"


def is_late(request: httpx.Request) -> bool:
    at = datetime.fromisoformat(json.loads(request.content)["eventCreatedAtUtc"])
    return at < datetime.now(UTC) - timedelta(minutes=1)


def test_right_receiver_is_right():
    """Each delivery is a test of its own, that is passed."""
    receiver = Receiver()

    assert [each.name for each in tried(receiver) if not each.is_right] == []
    assert told(receiver) == []


def test_first_wrong_answer_is_told():
    """Where a delivery that comes twice is refused twice, what is told is how it was refused first."""
    until_twice = Receiver(lambda own, _: 200 if len(own.came) < TWICE else 500 + len(own.came) - TWICE)

    assert told(until_twice) == ["error after other deliveries: 500"]


@pytest.mark.parametrize(
    ("refusals", "more", "expected"),
    [
        (0, 0, []),
        (1, 1, ["warning at the first try: 503"]),
        (2, 2, ["warning at the first try: 503"]),
        (3, 3, ["warning at the first try: 503"]),
        (4, 3, ["error as the API sends it: 503"]),
    ],
)
def test_refused_delivery_is_tried_again(refusals, more, expected):
    """As the API does: up to three times more, until it is acknowledged."""
    of_prices = Receiver(lambda own, request: 503 if is_price(request) and own.seen(request) <= refusals else 200)

    assert told(of_prices, cases.PLAIN) == expected
    (price,) = {each.content for each in of_prices.came if is_price(each)}
    assert of_prices.times[price.decode()] == 1 + more


def test_delivery_without_an_answer_in_time_is_tried_again_once():
    """To wait for three more would take minutes."""
    silent = Receiver(lambda _own, request: httpx.ReadTimeout("late") if is_price(request) else 200)

    assert told(silent, cases.PLAIN) == ["error as the API sends it: no response (ReadTimeout)"]
    assert [silent.seen(each) for each in silent.came if is_price(each)] == [2, 2]


def test_receiver_that_is_not_there_is_no_finding():
    """Only where nothing has come yet: one that is gone later has failed."""
    with pytest.raises(ReceiverUnreachable, match="refused"):
        tried(Receiver(lambda *_: httpx.ConnectError("refused")))

    gone = Receiver(lambda own, _: httpx.ConnectError("refused") if len(own.came) > PLAIN else 200)

    assert told(gone) == ["error after other deliveries: no response (ConnectError)"]


@pytest.mark.parametrize(
    ("takes", "expected"),
    [
        (lambda _: False, "as the API sends it"),
        (lambda sent: sent == json.dumps(json.loads(sent)).encode(), "with its JSON spelt otherwise"),
    ],
)
def test_receiver_that_takes_nothing_is_told_what_it_would_take(takes, expected):
    """One that verifies what it has written anew takes its own spelling, and one with another secret nothing."""
    deaf = Receiver(lambda _own, request: 200 if takes(request.content) else 401)

    assert told(deaf) == [f"error {expected}: 401"] * PLAIN


@pytest.mark.parametrize(
    ("marked", "expected"), [(False, "with its JSON spelt otherwise"), (True, "whose signature has a plus or a slash")]
)
def test_signs_are_blamed_where_every_signature_had_them(marked, expected, monkeypatch):
    """Of a receiver that takes what is sent after four deliveries and their tries, nobody knows why."""
    monkeypatch.setattr(trial, "is_marked", lambda _: marked)
    late = Receiver(lambda own, _: 401 if len(own.came) <= PLAIN * 4 else 200)

    assert told(late) == [f"error {expected}: 401"] * PLAIN


def test_sender_is_bare_where_it_is_tried():
    """Without the header fields that nothing promises; others have them."""
    receiver = Receiver()
    tried(receiver, cases.BARE)

    bare = [each for each in receiver.came if not {"user-agent", "accept"} & set(each.headers)]

    assert [len(receiver.came), receiver.came.index(bare[0])] == [PLAIN + 1, PLAIN]


def test_chunks_are_of_one_body():
    """Its length is not told, and it is signed as a whole."""
    receiver = Receiver()
    tried(receiver, cases.CHUNKED)

    (chunked,) = [each for each in receiver.came if "content-length" not in each.headers]

    assert chunked.headers["transfer-encoding"] == "chunked"
    assert json.loads(chunked.content)["notificationType"] == kind(receiver.came[0])


@pytest.mark.parametrize(("only", "more", "different"), [(cases.CROWDED, 11, 11), (cases.AGAIN, 2, 1)])
def test_several_deliveries_are_one_case(only, more, different):
    """Eleven different ones at the same time, or one twice: what is counted is what was sent."""
    receiver = Receiver()

    *_, last = tried(receiver, only)

    assert len(receiver.came) == PLAIN + more
    assert last.journal.tally.exchanges == more
    assert len({each.content for each in receiver.came[PLAIN:]}) == different


@pytest.mark.parametrize(
    ("only", "names"),
    [
        (cases.PLAIN, []),
        (cases.LATE, ["limit"]),
        (cases.UNSIGNED, ["no header", "an empty header"]),
        (cases.TAMPERED, ["one value", "the whole body", "with the signature of one that came"]),
        (cases.LETTERS, ["limit"]),
    ],
)
def test_only_what_is_named_is_sent(only, names):
    """Beside those as the API sends them."""
    assert [each.name for each in tried(Receiver(), only)][PLAIN:] == names


def test_forged_ones_are_all_sent_where_any_may_show_it():
    """That no signature is verified, and that one forged delivery ends all, may show in any of them."""
    (plain, unverified, locked, lasting) = (
        [each.name for each in tried(Receiver(), only)]
        for only in (cases.PLAIN, cases.UNVERIFIED, cases.LOCKED, cases.STOPPED)
    )

    assert len(plain) == PLAIN
    assert unverified[PLAIN:][:2] == ["no header", "an empty header"]
    # One that is right comes behind the forged ones.
    assert locked[PLAIN:] == [*unverified[PLAIN:], "limit"]
    assert lasting == [each.name for each in tried(Receiver())][:-2]


def test_receiver_that_fails_in_one_is_not_asked_about_what_it_has_besides():
    """Who takes nothing late may well fail when several come at once; letters are tried in members that it knows."""
    late = Receiver(lambda _own, request: 400 if is_late(request) else 200)
    strict = Receiver(lambda _own, request: 400 if "ofALaterVersion" in request.content.decode() else 200)

    assert told(late) == ["error of an earlier event: 400"]
    assert set(told(strict)) == {"warning of a later version: 400"}
    assert any("Troms" in each.content.decode() for each in strict.came)


def test_unsteady_receiver_is_told_of_nothing_else():
    """What was taken at the second try is taken: other deliveries like it are sent."""
    shaky = Receiver(lambda own, request: 500 if own.seen(request) == 1 and len(own.came) <= PLAIN else 200)

    found = told(shaky)

    assert found == ["warning at the first try: 500"] * 3
    assert len(shaky.came) > 40


def test_all_but_one_kind_is_no_later_version():
    """Who does not know the kinds of today is not asked about those of tomorrow, nor about chunks."""
    one = Receiver(lambda _own, request: 400 if is_price(request) else 200)

    assert told(one) == ["error as the API sends it: 400"]
    assert not any("ofALaterVersion" in each.content.decode() for each in one.came)


def test_nothing_is_sent_to_a_receiver_that_has_stopped():
    """Once it refuses what it took before, it is left alone: the delivery and the control, with their tries."""
    six = Receiver(lambda own, _: 200 if len(own.came) <= 6 else 500)

    assert [each.is_right for each in tried(six)] == [True] * 6 + [False]
    assert len(six.came) == 6 + 4 + 4


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (500, ["error after other deliveries: 500"]),
        (httpx.ReadError("cut"), ["error after other deliveries: no response (ReadError)"]),
        (httpx.ReadTimeout("late"), ["error after other deliveries: no response (ReadTimeout)"]),
        (503, []),
        (403, []),
        (429, []),
    ],
)
def test_failure_after_forged_deliveries_is_told(answer, expected):
    """A receiver may shut out who sends many of them, and says so; it may not break."""
    after_ten = Receiver(lambda own, _: answer if own.times["forged"] > 9 else 200)

    assert told(after_ten) == expected
