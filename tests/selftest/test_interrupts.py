"""An interruption ends a run, whichever thread hears of it and whatever it waits for; what follows is bounded."""

import socket
import subprocess
import sys
import textwrap
import threading

import pytest
from live_runs import environment

from ecsuite import ending as endings
from ecsuite.activity import Activity
from ecsuite.checks import Checker
from ecsuite.client import Api, new_http
from ecsuite.client.housekeeping import CLEAN_UP
from ecsuite.client.pacing import map_concurrently
from ecsuite.client.patience import Patience
from ecsuite.client.retry import with_retries
from ecsuite.ending import Ending
from ecsuite.errors import CouldNotTell
from ecsuite.journal import Journal
from ecsuite.target import Credentials, Target

# Longer than any test may last.
FOR_EVER = 1000.0
BEGIN = """
    import os, signal, sys, threading, time
    from ecsuite.ending import Ending
    from ecsuite.interrupts import Interrupts

    ending = Ending()
    say = lambda line: print(line, flush=True)
    interrupt = lambda: os.kill(os.getpid(), signal.SIGINT)
"""


def outcome(script: str) -> tuple[int, str]:
    """How a process ends, and what it says."""
    text = textwrap.dedent(BEGIN) + textwrap.dedent(script)
    command = [sys.executable, "-c", text]
    ran = subprocess.run(command, env=environment({}), capture_output=True, encoding="utf-8", check=False, timeout=60)
    return ran.returncode, ran.stdout + ran.stderr


def test_main_thread_is_woken_by_what_another_thread_hears():
    """Not every system delivers a signal to the main thread; its sleep ends all the same."""
    code, text = outcome("""
        other = threading.Thread(target=time.sleep, args=(600,), daemon=True)
        other.start()
        threading.Timer(0.3, signal.pthread_kill, (other.ident, signal.SIGINT)).start()
        try:
            with Interrupts(say, ending):
                time.sleep(600)
        except KeyboardInterrupt:
            print("interrupted", ending.has_begun)
        """)

    assert (code, text) == (0, "interrupted True\n")


def test_lost_interruption_is_raised_again():
    """What an interruption raised may be lost where Python finalizes an object; then the next one raises, too."""
    code, text = outcome("""
        class Lost:
            def __del__(self):
                interrupt()

        sys.unraisablehook = lambda error: say(f"lost {error.exc_type.__name__}")
        try:
            with Interrupts(say, ending):
                Lost()
                # One that comes at once would break off what the first unwinds.
                interrupt()
                time.sleep(0.6)
                interrupt()
                say("went on")
        except KeyboardInterrupt:
            say("interrupted")
        """)

    assert (code, text) == (0, "lost KeyboardInterrupt\ninterrupted\n")


def test_two_more_are_told_and_then_it_ends():
    """While what was made is deleted, two interruptions are told, and the next ends it, unless another process decides."""
    code, text = outcome("""
        for is_watched in (False, True):
            count = 0
            with Interrupts(lambda line: print(line[:28]), ending, is_watched=is_watched):
                for _ in range(6):
                    try:
                        interrupt()
                    except KeyboardInterrupt:
                        ending.is_seen = True
                        count += 1
            print(count)
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                signal.signal(getattr(signal, name), signal.default_int_handler)
        """)

    told = "ecsuite: interrupted already\n"
    assert (code, text) == (0, f"{told}{told}4\n1\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_interruption_after_the_end_ends_with_2(name):
    """Once all is said and deleted, a further interruption ends the process with the exit code of an interrupted run."""
    code, text = outcome(f"""
        try:
            with Interrupts(say, ending):
                interrupt()
        except KeyboardInterrupt:
            print("deleted")
        os.kill(os.getpid(), signal.{name})
        time.sleep(600)
        """)

    assert (code, text) == (2, "deleted\n")


def test_interruption_while_all_is_closed_changes_nothing():
    """A run that was not interrupted closes what is open, whatever comes."""
    code, text = outcome("""
        with Interrupts(say, ending) as interrupts:
            interrupts.close_down()
            interrupt()
            print("closed")
        """)

    assert (code, text) == (0, "closed\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_interruption_while_python_ends_does_not_kill(name):
    """A process that has done all ends with its own exit code, whatever comes while Python itself ends."""
    code, text = outcome(f"""
        import atexit
        atexit.register(os.kill, os.getpid(), signal.{name})
        with Interrupts(say, ending):
            pass
        sys.exit(6)
        """)

    assert (code, text) == (6, "")


# What is sent and waited for afterwards


@pytest.fixture
def activity(monkeypatch):
    monkeypatch.setattr(endings, "UNDER_WAY_SECONDS", 0.2)
    monkeypatch.setattr(endings, "CLEAN_UP_SILENT_SECONDS", 1.0)
    return Activity()


@pytest.fixture
def silent():
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def client(contract, base_url: str, activity: Activity) -> Api:
    target = Target("live", base_url, f"{base_url}/token", Credentials(access_token="t" * 20))
    http = new_http(target, ending=activity.ending)
    patience = Patience(activity=activity)

    def retrying(send):
        return with_retries(send, patience)

    checker = Checker(contract, base_url, target.token_url)
    return Api(target, checker, Journal(), http=http, retrying=retrying, activity=activity)


def test_nothing_but_the_deletion_is_sent(contract, activity, silent):
    """A test that has not noticed cannot send any more; what deletes is waited for until nothing answers any longer."""
    api = client(contract, silent, activity)
    activity.ending.begin()

    with pytest.raises(KeyboardInterrupt):
        api.get("/users")
    with pytest.raises(CouldNotTell, match="the run was interrupted"):
        api.request("DELETE", "/users/1", expect=CLEAN_UP, strict=False)
    with pytest.raises(CouldNotTell, match="interrupted"):
        api.request("DELETE", "/users/2", expect=CLEAN_UP, strict=False)


def test_call_under_way_is_not_waited_for(contract, activity, silent):
    """What another thread waits for when the run is interrupted ends soon."""
    api = client(contract, silent, activity)
    ended = []

    def calling() -> None:
        try:
            api.get("/users")
        except BaseException as error:
            ended.append(type(error))

    thread = threading.Thread(target=calling, daemon=True)
    thread.start()
    threading.Timer(0.3, activity.ending.begin).start()
    thread.join(25)

    assert ended in ([CouldNotTell], [KeyboardInterrupt])


def test_rest_ends_in_every_thread():
    """What waits for a busy service in another thread is interrupted, too."""
    ending, ended = Ending(), threading.Event()

    def resting() -> None:
        with pytest.raises(KeyboardInterrupt):
            ending.rest(FOR_EVER)
        ended.set()

    threading.Thread(target=resting, daemon=True).start()
    ending.begin()

    assert ended.wait(20)


def test_work_that_was_not_begun_is_left():
    """Of several things to be done side by side an interruption leaves those that were not begun."""
    ending, done = Ending(), []

    def act(number: int) -> None:
        done.append(number)
        if number == 0:
            raise KeyboardInterrupt
        ending.rest(FOR_EVER)

    with pytest.raises(KeyboardInterrupt):
        map_concurrently(act, range(100), ending)

    assert ending.has_begun
    assert len(done) < 100
