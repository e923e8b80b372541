"""How long calls wait for a service that is unsteady, all of them together; the clock is given."""

import pytest

from ecsuite.client import patience as patience_module
from ecsuite.client.patience import LONGEST_AGAIN, LONGEST_IF_SILENT, Known, Patience, Wait


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when a test says so."""

    class Clock:
        now = 100.0

        def monotonic(self) -> float:
            return self.now

    running = Clock()
    monkeypatch.setattr(patience_module, "time", running)
    return running


@pytest.mark.parametrize(
    ("trouble", "seconds"), [("busy", 180.0), ("gateway", 180.0), ("lost", 60.0), ("unreachable", 180.0)]
)
def test_call_waits_so_long_in_all(trouble, seconds):
    """Three minutes; a minute where answers are lost."""
    assert Patience().seconds("GET /a", trouble) == seconds


def test_shorter_patience_is_for_all():
    """What is given bounds every kind of trouble; a limit of its own, one kind."""
    short, limited = Patience(30.0), Patience(limits={"busy": 7.0})

    assert [short.seconds("GET /a", trouble) for trouble in ("busy", "lost")] == [30.0, 30.0]
    assert [limited.seconds("GET /a", trouble) for trouble in ("busy", "lost")] == [7.0, 180.0]


def test_silent_service_is_not_waited_for():
    """Where one call had no answer in all its time, none is waited for, until one has an answer."""
    patience = Patience()
    before = patience.is_silent
    patience.give_up("GET /a")

    assert (before, patience.is_silent) == (False, True)
    assert patience.seconds("GET /b", "busy") == 0.0

    patience.note_answered("GET /b")
    assert patience.is_silent is False
    assert (patience.seconds("GET /b", "busy"), patience.seconds("GET /a", "busy")) == (180.0, 5.0)

    patience.note_answered("GET /a")
    assert patience.seconds("GET /a", "busy") == 180.0


def test_hopeless_call_is_given_what_is_left():
    """Not more than a shorter patience allows."""
    patience = Patience(2.0)
    patience.give_up("GET /a")
    patience.note_answered("GET /b")

    assert patience.seconds("GET /a", "busy") == 2.0


def test_answer_cut_off_while_others_come_whole_is_the_server_s():
    """Twice may be the network's doing; three times in a row is not, where other calls have whole answers meanwhile."""
    patience = Patience()

    assert [patience.cut_off("GET /a") for _ in "12"] == [True, True]
    patience.note_answered("GET /b")
    assert [patience.cut_off("GET /a") for _ in "12"] == [False, False]
    assert [patience.cut_off("GET /b") for _ in "123"] == [True, True, True]
    patience.note_answered("GET /a")
    assert [patience.cut_off("GET /a") for _ in "12"] == [True, True]
    assert patience.cut_off("GET /b") is False


def test_answers_that_are_all_cut_off_are_the_network_s():
    """Where no call has a whole answer, nothing can be told; nor is any of them asked for on and on."""
    patience = Patience()
    patience.note_answered("POST /token")

    assert [patience.cut_off(call) for call in ("GET /a", "GET /b") for _ in "1234"] == [True] * 8
    assert patience.seconds("GET /a", "lost") == LONGEST_AGAIN


def test_service_is_busy_for_all(clock):
    """Until the latest time that it has asked for."""
    patience = Patience()
    before = patience.busy_for
    patience.put_off(5.0)
    patience.put_off(2.0)

    assert (before, patience.busy_for) == (0.0, 5.0)
    clock.now += 4.0
    assert patience.busy_for == 1.0
    clock.now += 4.0
    assert patience.busy_for == 0.0
    patience.put_off(1.0)
    assert patience.busy_for == 1.0


def test_silence_of_all_calls_is_measured(clock):
    """From the first call that is sent after a response; whatever comes ends it, and without calls there is none."""
    patience = Patience()
    before = patience.silence
    patience.note_sent()
    clock.now += 20.0
    patience.note_sent()
    clock.now += 5.0

    assert (before, patience.silence, patience.left_in_silence) == (0.0, 25.0, LONGEST_IF_SILENT - 25.0)
    for heard in (patience.note_response, lambda: patience.note_answered("GET /a")):
        patience.note_sent()
        clock.now += 1.0
        heard()
        assert patience.silence == 0.0


@pytest.mark.parametrize(
    ("trouble", "waited", "left"), [("lost", 10.0, 20.0), ("lost", 50.0, 10.0), ("busy", 10.0, 170.0)]
)
def test_silent_service_is_waited_for_by_all_calls_together(clock, trouble, waited, left):
    """A call has its own time, and no more than the whole service has; who says that it is busy is not silent."""
    patience = Patience()
    patience.note_sent()
    clock.now += 40.0

    assert patience.left("GET /a", trouble, waited) == left


def test_shorter_patience_bounds_silence(clock):
    """Nobody waits longer than what is given."""
    patience = Patience(7.0)
    patience.note_sent()
    clock.now += 3.0

    assert (patience.left_in_silence, patience.left("GET /a", "unreachable", 1.0)) == (4.0, 4.0)


def test_quickest_other_read_is_asked_again():
    """Not that which was given up; the latest of each name."""
    patience = Patience()
    reads = {"GET /a": 0.1, "GET /b": 0.3, "GET /c": 0.2}
    for call, seconds in reads.items():
        patience.remember(call, Known(call, {}, seconds))

    assert [patience.probe(call).url for call in reads] == ["GET /c", "GET /a", "GET /a"]
    patience.remember("GET /c", Known("later", {}, 0.4))
    assert patience.probe("GET /a").url == "GET /b"
    assert Patience().probe("GET /a") is None


def test_long_wait_is_told(clock):
    """One of more than three seconds in all, and not more often than every twenty seconds."""
    told = []
    patience = Patience(tell=told.append)
    short, long = Wait(3.0, "GET /a", "503"), Wait(3.1, "GET /a", "503")

    patience.tell(short, 0.0)
    assert told == []
    patience.tell(short, 0.1)
    assert told == [short]
    clock.now += 19.9
    patience.tell(long, 0.0)
    assert told == [short]
    clock.now += 0.1
    patience.tell(long, 0.0)
    assert told == [short, long]


def test_wait_need_not_be_told():
    """Where nobody wants to know, nobody is told."""
    Patience().tell(Wait(60.0, "GET /a", "503"), 0.0)
