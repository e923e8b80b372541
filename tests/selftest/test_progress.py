"""A run that takes its time is watched: a line that stays on a terminal, lines now and then elsewhere."""

import io
import re
import sys
import textwrap
import threading

import pyte
import pytest
from outcomes import a_found
from projects import Project
from terminals import watched

from ecsuite.activity import Activity, Waiting
from ecsuite.plugin.screen import Screen
from ecsuite.report.progress import MORE_LINE, Progress, cause_line, live_line, log_line, wait_line

DELIVERY = Waiting("a delivery", 4.0, 26.2)
WHOLE = Progress(
    done=1412,
    total=1550,
    outcomes=(("failed", 2), ("inconclusive", 1)),
    warnings=3,
    requests=12345,
    rate=9.84,
    test="tests/rules/test_token.py::test_expired[2026-01-listUsers]",
    others=1,
    waiting=DELIVERY,
)
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
# Three tests of an API, one of them about nothing but time, and one of somebody's own.
TESTS = """
    import time
    import pytest

    @pytest.mark.edition("2023-10")
    @pytest.mark.parametrize("number", range(3))
    def test_list(api, number):
        api.get("/users")
        time.sleep(0.7)

    def test_own():
        time.sleep(0.3)
"""


def at(seconds):
    """An activity, and the function that sets its clock."""
    now = [seconds]
    return Activity(clock=lambda: now[0]), lambda later: now.__setitem__(0, later)


def test_requests_are_counted():
    """Each request that is sent counts, with what its sender gives back."""
    own = Activity()

    assert [own.counted(str.upper, str, 30.0)(each) for each in ("a", "b")] == ["A", "B"]
    assert own.sent == 2


def test_slow_response_is_waited_for():
    """Once it is slow to come, and until it has; in a thread that stands aside it holds nobody up."""
    own, later = at(100.0)
    seen = []

    def sending(request):
        for now in (102.9, 104.0, 135.0):
            later(now)
            seen.append(own.waiting)
        return request

    send = own.counted(sending, "GET {}".format, 30.0)
    send("/a")
    with own.aside():
        later(100.0)
        send("/b")

    response = "a response to GET /a"
    assert seen == [None, Waiting(response, 4.0, 26.0), Waiting(response, 35.0, 0.0), None, None, None]
    assert own.waiting is None


def test_wait_is_known_as_long_as_it_lasts():
    """What is waited for is told with the time that it has lasted and the time that is left, until either is over."""
    own, later = at(100.0)

    own.waits("a delivery", 30)
    later(104.0)
    assert own.waiting == Waiting("a delivery", 4.0, 26.0)
    later(131.0)
    assert own.waiting is None
    own.waits("a delivery", 30)
    own.goes_on("a delivery")
    assert own.waiting is None


def test_wait_that_is_renewed_began_when_it_began():
    """What asks again and again has waited since the first time; what was over begins anew."""
    own, later = at(0.0)

    own.waits("eligibility", 60)
    later(2.0)
    own.waits("eligibility", 58)
    later(3.0)
    assert own.waiting == Waiting("eligibility", 3.0, 57.0)
    later(70.0)
    own.waits("eligibility", 60)
    assert own.waiting == Waiting("eligibility", 0.0, 60.0)


def test_longest_wait_is_told():
    """Of several waits the one is told that may last longest; when it is over, the next one."""
    own, _ = at(0.0)

    own.waits("its turn", 0.1)
    own.waits("a delivery", 30)

    assert own.waiting.what == "a delivery"
    own.goes_on("a delivery")
    assert own.waiting.what == "its turn"


def test_thread_that_stands_aside_tells_nothing_until_it_is_waited_for():
    """Its waits hold nobody up, and those of the same name in other threads go on."""
    own, _ = at(0.0)
    begun, over, seen = threading.Event(), threading.Event(), []

    def stand_aside():
        with own.aside():
            own.waits("a delivery", 30)
            begun.set()
            over.wait(20)
            own.goes_on("a delivery")

    def look():
        while own.waiting is None and not over.wait(0.01):
            pass
        seen.append(own.waiting)
        over.set()

    thread = threading.Thread(target=stand_aside, daemon=True)
    thread.start()
    assert begun.wait(20)
    assert own.waiting is None
    own.waits("a delivery", 10)
    own.goes_on("a delivery")
    assert own.waiting is None
    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    own.wait_for(thread)

    watching.join(20)
    assert seen == [Waiting("a delivery", 0.0, 30.0)]
    assert own.waiting is None


@pytest.mark.parametrize("width", [5, 30, 60, 79, 120, 200])
def test_live_line_fits(width):
    """On whatever width it is one row, and begins with the figures."""
    figures = "1,412/1,550  2 failed  1 inconclusive  3 warnings  9.8/s"

    line = str(live_line(WHOLE, width))

    assert len(line) <= width
    assert line.startswith(figures[: width - 3])


def test_live_line_says_all():
    """How many of how many, what went wrong, the rate, the test, and what it waits for."""
    assert str(live_line(WHOLE, 200)) == (
        "1,412/1,550  2 failed  1 inconclusive  3 warnings  9.8/s  "
        "test_token.py::test_expired[2026-01-listUsers] (+1)  waits for a delivery, 26 s at most"
    )
    assert str(live_line(Progress(done=0, total=5), 200)) == "0/5  0.0/s  "


def test_name_gives_way_to_the_wait():
    """Where there is not room for both, the name of the test is cut, first by its file."""
    progress = Progress(3, 40, test=WHOLE.test, waiting=DELIVERY)

    assert (
        str(live_line(progress, 79))
        == "3/40  0.0/s  test_expired[2026-01-listUs...  waits for a delivery, 26 s at most"
    )


def test_log_lines_say_all():
    """In a log it is a sentence; a wait of some seconds has one of its own."""
    assert log_line(WHOLE) == (
        "ecsuite: 1,412 of 1,550 tests, 2 failed, 1 inconclusive, 3 warnings, 12,345 requests, 9.8 a second; "
        "now tests/rules/test_token.py::test_expired[2026-01-listUsers] and 1 other, which waits for a delivery, 26 s at most"
    )
    assert wait_line(Progress(0, 5, waiting=DELIVERY)) == "ecsuite: waiting for a delivery, 26 s at most"


def test_nothing_steers_the_terminal():
    """What a wait is for may be a server's words; they are shown as escapes."""
    evil = Progress(0, 5, test="test_a", waiting=Waiting("another try (\x1b[2J)", 1.0, 9.0))

    for text in (str(live_line(evil, 200)), log_line(evil), wait_line(evil)):
        assert "\x1b" not in text


class Terminal(io.StringIO):
    """A terminal of some columns, as far as a stream can be one."""

    def __init__(self, columns=20):
        super().__init__()
        self._columns = columns

    def shown(self):
        """What stands on it."""
        screen = pyte.Screen(self._columns, 8)
        pyte.Stream(screen).feed(self.getvalue().replace("\n", "\r\n"))
        return [line.rstrip() for line in screen.display if line.strip()], (screen.cursor.y, screen.cursor.x)


def test_line_stays_below_what_pytest_writes():
    """Whatever is written goes on where it stopped, and the line stays below it; in the end it is gone."""
    terminal = Terminal()
    screen = Screen(terminal)

    screen.write("head\n")
    screen.draw("1 of 3")
    assert terminal.shown()[0] == ["head", "1 of 3"]
    screen.write("a.py ")
    screen.write("\x1b[32m.\x1b[0m")
    screen.draw("2 of 3")
    screen.write(".")
    assert terminal.shown()[0] == ["head", "a.py ..", "2 of 3"]
    screen.write("\nb.py .")
    assert terminal.shown()[0] == ["head", "a.py ..", "b.py .", "2 of 3"]
    screen.close()
    screen.write(" end")
    assert terminal.shown() == (["head", "a.py ..", "b.py . end"], (2, 10))


def test_line_stays_below_what_takes_several_rows(monkeypatch):
    """The way back leads to the last row of what goes over several."""
    terminal = Terminal(20)
    screen = Screen(terminal)
    monkeypatch.setattr(Screen, "width", 20)

    screen.write("tests/a.py::test_of_something ")
    screen.draw("1 of 3")
    screen.write("PASSED")
    assert terminal.shown()[0] == ["tests/a.py::test_of_", "something PASSED", "1 of 3"]
    # At the edge nothing leads back, so there is no line for a while.
    screen.write("1234")
    assert terminal.shown()[0] == ["tests/a.py::test_of_", "something PASSED1234"]
    screen.write("5")
    assert terminal.shown()[0] == ["tests/a.py::test_of_", "something PASSED1234", "5", "1 of 3"]


def test_line_of_its_own_stands_alone():
    """What is told in between has a line of its own, and pytest's next line follows without a gap."""
    terminal = Terminal(40)
    screen = Screen(terminal)

    screen.write("a.py ..")
    screen.say("ecsuite: 2 of 3")
    screen.write("\n")
    screen.write("b.py .")

    assert terminal.getvalue() == "a.py ..\necsuite: 2 of 3\nb.py ."


def test_what_was_written_before_stays_before(tmp_path):
    """What pytest has written to a file or a pipe, and the stream has kept back, comes before what the screen writes."""
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        stream.write("collected 4 items\n")
        screen = Screen(stream)
        screen.say("ecsuite: 1 of 4")
        screen.close()
        stream.write("4 passed\n")

    assert (tmp_path / "log").read_text(encoding="utf-8") == "collected 4 items\necsuite: 1 of 4\n4 passed\n"


@pytest.fixture
def project(tmp_path):
    """A project whose tests take their time."""
    own = Project(tmp_path)
    own.test(TESTS)
    return own


@pytest.mark.parametrize("options", [[], ["-q"], ["-v"], ["-n", "2"]], ids=["plain", "quiet", "verbose", "workers"])
def test_terminal_has_a_line_while_it_runs(project, options):
    """The line says how far the run is and which test runs; when it is over, pytest's output is as ever."""
    ran = watched(*PYTEST, "--ec-target", "local", "--ec-edition", "2023-10", *options, cwd=project.path)

    live = [line for line in ran.all_lines if re.match(r"\d/4  ", line)]
    assert ran.code == 0, ran.last
    # Two workers may end two tests between two looks.
    assert len({line[:3] for line in live} & {"1/4", "2/4", "3/4"}) > 1, live
    assert any(re.search(r"/s  (test_it.py::)?test_list\[\d\]", line) for line in live), live
    assert "4 passed" in ran.last
    assert not re.search(r"^\d/4", ran.last, re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "env"),
    [([], {"TERM": "dumb"}), (["-s"], {}), (["-qq"], {})],
    ids=["dumb", "not captured", "quietest"],
)
def test_nothing_is_drawn_where_it_would_not_do(project, options, env):
    """On a terminal that knows no codes, beside a test's own output, and where all is to be quiet there is no such line."""
    ran = watched(*PYTEST, "--ec-target", "local", "--ec-edition", "2023-10", *options, cwd=project.path, **env)

    assert ran.code == 0, ran.last
    assert not any(re.match(r"\d/\d", line) for line in ran.all_lines)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_log_has_lines_now_and_then(project, workers):
    """Where nobody sits, a line comes now and then, with all figures, and none of it is drawn."""
    (project.path / "conftest.py").write_text(
        textwrap.dedent("""
            from ecsuite.plugin import watching
            pytest_plugins = ("ecsuite.plugin",)
            watching.LOG_INTERVAL = 0.3
        """)
    )

    ran = project.run("--ec-target", "local", "--ec-edition", "2023-10", *workers)

    assert ran.ret == 0, ran.text
    lines = [line for line in ran.lines if line.startswith("ecsuite: ") and " of 4 tests" in line]
    assert any(re.search(r"\d requests?, \d+\.\d a second; now test_it.py::test_list\[\d\]", line) for line in lines), (
        ran.text
    )
    assert "\x1b" not in ran.text


@pytest.mark.parametrize(("target", "threads"), [("replay", 0), ("local", 1)])
def test_replay_is_not_watched(project, target, threads):
    """What takes no time has no thread that tells how far it is."""
    project.test(
        f"""
        import threading

        def test_threads():
            assert [each.name for each in threading.enumerate()].count("ecsuite-progress") == {threads}
        """
    )

    ran = project.run("--ec-target", target)

    assert ran.ret == 0, ran.text


BROKEN = """
    import pytest
    from ecsuite.messages.exchange import Expectation

    @pytest.mark.edition("2023-10")
    @pytest.mark.parametrize("path", ["/users", "/users", "/meters", "/users"])
    def test_list(api, path):
        api.get(path, expect=Expectation("told", frozenset({299})))
"""


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "workers"])
def test_cause_is_told_when_it_is_found(tmp_path, workers):
    """Each cause has a line as soon as its first test has ended, once, and of many the end alone tells."""
    project = Project(tmp_path)
    project.test(BROKEN)
    (project.path / "conftest.py").write_text(
        textwrap.dedent("""
            from ecsuite.plugin import watching
            pytest_plugins = ("ecsuite.plugin",)
            watching.MOST_CAUSES = 1
        """)
    )

    ran = project.run("--ec-target", "local", "--ec-edition", "2023-10", *workers)

    assert ran.ret == 1
    told = [line for line in ran.lines if line.startswith(("ecsuite: error: ", "ecsuite: more"))]
    assert [re.sub(r".*: (GET \S+).*", r"\1", line) for line in told] == ["GET /users", MORE_LINE]
    assert ran.text.index(MORE_LINE) < ran.text.index(" Energy Coordination API 2023-10, local ")


def test_cause_line_is_one_line():
    """It says how bad it is, what is broken and by which call, and cuts what is long."""
    found = a_found(member="y\nx" * 200)

    line = cause_line(found)

    assert cause_line(a_found()).startswith("ecsuite: error: response body matches contract: ")
    assert cause_line(a_found()).endswith(": GET /users/{userId}/vehicles/{vehicleId} -> 200")
    assert line.isprintable()
    assert len(line) < 300
