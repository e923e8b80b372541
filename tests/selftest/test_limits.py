"""What a run may send: limits are kept, by the log of the server, and what was not run for them is told."""

import json
import re
import threading
import time
from collections import Counter

import pytest

from ecsuite.client import Budget, Limits, Share
from ecsuite.client.connection import EXPECTATION
from ecsuite.client.housekeeping import CLEAN_UP
from ecsuite.errors import LimitReached
from ecsuite.http import httpx
from ecsuite.messages.exchange import SUCCESS


def request(method="GET", expectation=SUCCESS):
    return httpx.Request(method, "http://api.example/users", extensions={EXPECTATION: expectation})


def budget(tmp_path, limits, processes=1, began=None):
    return Budget(limits, Share(tmp_path / "counted", processes, began or time.time()))


def sends(own, *requests):
    """How many of some requests are sent before a limit."""
    sent = []
    for each in requests:
        try:
            own.held(sent.append)(each)
        except LimitReached as error:
            return len(sent), str(error)
    return len(sent), ""


def test_requests_are_counted_over_all_processes(tmp_path):
    """Two processes share one count; what is beyond it is not sent."""
    first, second = (budget(tmp_path, Limits(requests=3)) for _ in range(2))

    assert sends(first, request(), request()) == (2, "")
    assert sends(second, request(), request()) == (1, "--ec-max-requests 3 are used up, so the rest could not be told")


def test_what_is_made_can_be_deleted(tmp_path):
    """A POST is counted with the request that deletes what it makes, which is sent whatever the count."""
    own = budget(tmp_path, Limits(requests=4))

    assert sends(own, request("POST"), request("POST"), request("POST"))[0] == 2
    assert sends(own, request("DELETE", CLEAN_UP), request("DELETE", CLEAN_UP))[0] == 2
    assert sends(own, request())[0] == 0


def test_threads_share_the_count(tmp_path):
    """Whatever sends at the same time, no more is sent than may be."""
    own, sent = budget(tmp_path, Limits(requests=50)), []

    def send():
        for _ in range(20):
            try:
                own.held(sent.append)(request())
            except LimitReached:
                return

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sent) == 50


def test_nothing_is_begun_after_the_time(tmp_path):
    """When the time has passed, only what was made is deleted."""
    own = budget(tmp_path, Limits(seconds=60), began=time.time() - 61)

    assert sends(own, request()) == (0, "--ec-max-time 60s has passed, so the rest could not be told")
    assert sends(own, request("DELETE", CLEAN_UP))[0] == 1


def test_rate_is_of_all_processes(tmp_path, monkeypatch):
    """Each of two processes sends half as often as the rate allows; what it waits for that is not the server's doing."""
    now, slept = [100.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", slept.append)
    own = budget(tmp_path, Limits(rate=5), processes=2)
    third = request()

    sends(own, request(), request(), third)

    assert slept == pytest.approx([0.0, 0.4, 0.8])
    assert third.extensions["ecsuite.held"] == pytest.approx(0.8)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_run_ends_at_its_requests(behind_proxy, workers, tmp_path):
    """The server sees no more than that, nothing is left, and the run ends with 6 and says what was not run."""
    ran = behind_proxy(lambda _: None, "--ec-max-requests", "14", *workers)

    assert (ran.code, ran.left) == (6, []), ran.text
    assert len(ran.calls) <= 14
    assert re.search(r"not run: --ec-max-requests 14 are used up, .*\n {10}test_\w+\.py \(\d+\)\n", ran.text), ran.text
    (stored,) = tmp_path.rglob("results.json")
    result = json.loads(stored.read_text(encoding="utf-8"))
    assert Counter(test["outcome"] for test in result["tests"]) == result["figures"]["tests"]


def test_run_keeps_to_its_rate(behind_proxy):
    """Twenty-odd calls at 20 a second take more than a second, also where two workers send them."""
    began = time.monotonic()

    ran = behind_proxy(lambda _: None, "--ec-rate", "20/s", "-n", "2")

    assert ran.code == 0, ran.text
    assert time.monotonic() - began > len(ran.calls) / 20 - 0.5


BAD = {
    "no rate": (["--ec-rate", "fast"], "--ec-rate 'fast': give a number of requests, such as 5/s, 90/m or 1000/h"),
    "a rate of nothing": (["--ec-rate", "0/s"], "--ec-rate '0/s': give a number of requests"),
    "no time": (["--ec-max-time", "soon"], "--ec-max-time 'soon': give a time, such as 90s, 10m or 1h"),
    "no number": (["--ec-max-requests", "-1"], "--ec-max-requests '-1': give a number, 1 or more"),
    "no profile": (["--ec-profile", "fast"], "there is no profile 'fast': expected one of smoke, standard, full"),
}


@pytest.mark.parametrize("what", BAD)
def test_limit_that_is_none_is_refused(behind_proxy, what):
    """One line, exit code 4, before any test."""
    options, text = BAD[what]

    ran = behind_proxy(lambda _: None, *options)

    assert (ran.code, ran.calls) == (4, [])
    assert f"ERROR: {text}" in ran.text


def test_limits_come_from_the_environment_and_the_file(behind_proxy, tmp_path):
    """The option beats the file; what cannot be understood is told by where it stands."""
    file = '[targets.it]\nbase-url = "http://127.0.0.1:1"\nmax-requests = 14\nrate = "fast"\n'
    (tmp_path / "ecsuite.toml").write_text(file, encoding="utf-8")

    bad = behind_proxy(lambda _: None)
    ran = behind_proxy(lambda _: None, "--ec-rate", "1000/s")

    assert (bad.code, bad.calls) == (4, [])
    assert "ERROR: ecsuite.toml:4: rate 'fast': give a number of requests, such as 5/s" in bad.text
    assert (ran.code, ran.left) == (6, []), ran.text
    assert len(ran.calls) <= 14


def test_nothing_is_left_of_the_count(behind_proxy, tmp_path, monkeypatch):
    """The file that is counted in is gone when the run is over."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    behind_proxy(lambda _: None, "--ec-max-requests", "100")

    assert not list(tmp_path.glob("ecsuite-requests*"))
