"""The ledger of a run, and `ecsuite cleanup`: what earlier runs left is deleted by what stands there, and nothing else."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from live_runs import COMMAND, EDITION, environment, listed, write_test
from proxies import Answer, behind, proxying

from ecsuite import editions
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.ownership import Ownership
from ecsuite.config import configure
from ecsuite.errors import LedgerUnwritable
from ecsuite.http import httpx
from ecsuite.ledger import PartnerLedger, Sought, open_ledger, require_home
from ecsuite.ledger.find import Found, ledgers
from ecsuite.ledger.write import LOCK
from ecsuite.session.cleaning import Cleaning
from ecsuite.standin import serving

BASE = "https://api.example/v1"
HOOK = Sought("createWebhook", "/webhooks", "https://partner.example/hooks/0b8a4ff6")


@pytest.fixture
def ledger(tmp_path):
    with closing(open_ledger(BASE, EDITION, folder=tmp_path)) as opened:
        yield opened


def partner(ledger, name="client-a"):
    return PartnerLedger(lambda: ledger, name)


def text_in(folder):
    return "".join(path.read_text() for path in ledgers(folder))


@pytest.mark.parametrize(("outlives", "times"), [(True, 2), (False, 0)])
def test_what_is_to_be_made_is_on_the_disk_where_the_server_is_elsewhere(tmp_path, monkeypatch, outlives, times):
    """The file is on the disk before the call, unless the server dies with this machine; it is written in any case."""
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)

    with closing(open_ledger(BASE, EDITION, folder=tmp_path, outlives_machine=outlives)) as ledger:
        partner(ledger).making("/users/1")
        partner(ledger).gone("/users/2")

        assert "/users/1" in text_in(tmp_path)
    assert len(synced) == times


def test_ledger_says_what_may_be_there(ledger, tmp_path):
    """What was noted and is not gone may be there, in the order in which it was made, by the partner."""
    own, other = partner(ledger), partner(ledger, "client-b")
    for path in ("/users/1", "/users/2", "/users/1/vehicles/3"):
        own.making(path)
    own.gone("/users/2")
    other.making("/users/4")
    own.seeking(HOOK)

    first, second = Found(ledgers(tmp_path)[0]).partners

    assert list(first.made) == ["/users/1", "/users/1/vehicles/3"]
    assert [each.is_shown_by(["name", HOOK.mark]) for each in first.sought] == [True]
    assert [each.is_shown_by(["name", f"{HOOK.mark}1"]) for each in first.sought] == [False]
    assert (list(second.made), list(second.sought)) == (["/users/4"], [])


def test_ledger_holds_no_secret(ledger, tmp_path):
    """Who the partner is and where its webhooks lead stands there as salted hashes alone."""
    partner(ledger).making("/users/1")
    partner(ledger).seeking(HOOK)

    text = text_in(tmp_path)

    assert "client-a" not in text
    assert "partner.example" not in text
    assert ledger.head.salt in text


def test_what_is_known_is_not_written_again(ledger, tmp_path):
    """A path has one line, however often it is noted."""
    for _ in range(3):
        partner(ledger).making("/users/1")
        partner(ledger).gone("/users/2")

    assert len(text_in(tmp_path).splitlines()) == 2


@pytest.mark.parametrize(("lost", "kept"), [(1, ["/users/2"]), (2, []), (20, [])])
def test_torn_tail_is_left_out(ledger, tmp_path, lost, kept):
    """A ledger whose end did not reach the disk is read as far as it is whole, and can be gone on with."""
    partner(ledger).making("/users/1")
    partner(ledger).making("/users/2")
    path = ledgers(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-lost])

    found = Found(path)
    found.note(found.partners[0].digest, {"gone": "/users/1"})

    assert list(Found(path).partners[0].made) == kept


DAMAGED = [
    {"made": 7},
    {"made": None},
    {"made": "users/1"},
    {"made": "/users/\r\nX: y"},
    {"made": "/users/\ud800"},
    {"sought": "createWebhook"},
    {"sought": {"creator": True, "lister": "/webhooks"}},
    {"sought": {"creator": "createWebhook", "lister": "/webhooks\0"}},
    {"shown": {"path": 1, "lister": "/users", "ids": []}},
    {"shown": {"path": "/users", "lister": "/users", "ids": [1]}},
]


@pytest.mark.parametrize("entry", DAMAGED, ids=str)
def test_damaged_entry_says_nothing(ledger, tmp_path, entry):
    """What no client could send is nothing that a run has made, and the rest of the ledger is still cleaned up."""
    partner(ledger).making("/users/1")
    path = ledgers(tmp_path)[0]
    digest = Found(path).partners[0].digest
    path.write_bytes(path.read_bytes() + json.dumps({"partner": digest, **entry}).encode() + b"\n")

    (found,) = Found(path).partners

    assert (list(found.made), list(found.sought), list(found.shown)) == (["/users/1"], [], [])


ODD = b'{"ledger": 1, "base_url": "http://h", "edition": {}, "salt": "", "started": ""}\n'


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b'{"ledger": 99}\n', b'{"ledger": 1}\n', ODD, b"\x00\xff\n"])
def test_file_of_another_kind_is_left_alone(tmp_path, content):
    """What is no ledger of this version has nothing that could be deleted, and stays."""
    path = tmp_path / "run" / "x.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)

    found = Found(path)

    assert (found.head, found.partners, found.remove_if_done()) == (None, (), False)
    assert path.exists()


def test_clean_ledger_is_removed(tmp_path):
    """A run that leaves nothing leaves no ledger; one that leaves something keeps its own."""
    for path, kept in (("/users/1", 1), ("", 0)):
        with closing(open_ledger(BASE, EDITION, "run", tmp_path)) as ledger:
            partner(ledger).making("/users/2")
            partner(ledger).gone("/users/2")
            if path:
                partner(ledger).making(path)
        assert len(ledgers(tmp_path)) == kept + (kept == 0)
    assert not [*tmp_path.glob(f"*/*{LOCK}")]


def test_unwritable_home_is_refused(tmp_path):
    """Where nothing can be noted, nothing is sent: one line, before the first test."""
    (tmp_path / "file").write_text("")

    with pytest.raises(LedgerUnwritable, match=r"cannot record in .* what the run creates"):
        require_home(tmp_path / "file" / "ledgers")


def test_what_was_only_written_down_is_recalled(ledger, contract):
    """An interruption may come between the line in the ledger and the call: then the ledger says what may be there."""
    own = partner(ledger)
    own.making("/users/1", "/users/2")
    own.making("/simulation/partner")
    own.gone("/users/2")
    own.seeking(HOOK)
    cleanup = Cleanup(contract, Ownership(is_shared=True), own)

    cleanup.recall()
    for sought in cleanup.sought():
        cleanup.found(sought, [])

    assert cleanup.left() == [["/users/1"]]
    written = own.written
    assert (list(written.made), list(written.sought)) == (["/users/1", "/simulation/partner"], [])


# With real processes

SLOW = f"""
    import pytest, time
    pytestmark = pytest.mark.edition("{EDITION}")
    HOOK = {{"webhookUrl": "", "webhookSecret": "s", "eventPayloadTypes": ["PriceCurve"], "operationTypes": ["Create"]}}

    @pytest.mark.parametrize("number", range(4))
    def test_slow(number, api, run):
        for _ in range(3):
            api.post("/users", json={{"userId": run.ids.new()}})
        api.post("/webhooks", json=HOOK | {{"webhookUrl": run.receiver.url(run.ids.new())}})
        print("MADE", flush=True)
        time.sleep(60)
"""


@contextmanager
def started(folder: Path, env: dict[str, str], *options: str, target: str = "live"):
    """A run that has made something and now waits, in a process group of its own."""
    write_test(folder, SLOW)
    command = [*COMMAND, "-s", "--ec-target", target, "--ec-edition", EDITION, *options]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()


def wait_until_made(standin, count: int) -> None:
    end = time.monotonic() + 30
    while len(listed(standin, "/webhooks")) < count and time.monotonic() < end:
        time.sleep(0.1)


def cleanup(env: dict[str, str], *options: str, folder=None):
    command = [sys.executable, "-m", "ecsuite", "cleanup", *options]
    return subprocess.run(
        command, env=environment(env), capture_output=True, encoding="utf-8", check=False, timeout=60, cwd=folder
    )


def counts(standin) -> tuple[int, int]:
    return len(listed(standin, "/users")), len(listed(standin, "/webhooks"))


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
@pytest.mark.parametrize("signals", [["SIGTERM"], ["SIGHUP"], ["SIGINT"], ["SIGINT", "SIGINT"], ["SIGTERM", "SIGINT"]])
def test_interrupted_run_leaves_nothing(tmp_path, signals, workers):
    """A run that is ended by a signal, or by several, deletes what it has made, and ends with 2."""
    with serving(EDITION) as standin, started(tmp_path, standin.environment(), *workers) as run:
        wait_until_made(standin, 2 if workers else 1)
        before = counts(standin)
        for name in signals:
            os.killpg(run.pid, getattr(signal, name))
            time.sleep(0.02)
        text, _ = run.communicate(timeout=60)
        left = counts(standin)

    assert before == ((6, 2) if workers else (3, 1))
    assert (run.returncode, left) == (2, (0, 0)), text
    assert "Traceback" not in text
    assert "left on the server" not in text


def test_workers_are_told(tmp_path):
    """A signal that reaches only the process which started the workers has all of them delete what they have made."""
    with serving(EDITION) as standin:
        env = standin.environment() | {"XDG_STATE_HOME": str(tmp_path / "state")}
        with started(tmp_path, env, "-n", "2") as run:
            wait_until_made(standin, 2)
            os.kill(run.pid, signal.SIGTERM)
            text, _ = run.communicate(timeout=60)
        left = counts(standin)

    assert (run.returncode, left) == (2, (0, 0)), text
    assert not [*(tmp_path / "state").rglob("*.*")]


def test_workers_that_leave_nothing_leave_no_ledger(tmp_path):
    """Each worker removes its ledger at the end of a run that deletes all that it makes."""
    write_test(tmp_path, SLOW.replace("time.sleep(60)", "pass"))
    with serving(EDITION) as standin:
        env = standin.environment() | {"XDG_STATE_HOME": str(tmp_path / "state")}
        command = [*COMMAND, "--ec-target", "live", "--ec-edition", EDITION, "-n", "2"]
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment(env), capture_output=True, encoding="utf-8", check=False, timeout=60
        )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not [*(tmp_path / "state").rglob("*.*")]


DYING = f"""
    import os, pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    @pytest.mark.parametrize("number", range(4))
    def test_dying(number, api, run):
        if {{makes}}:
            api.post("/users", json={{{{"userId": run.ids.new()}}}})
            api.post("/users", json={{{{"userId": run.ids.new()}}}})
        if number == 1:
            os._exit(3)
"""
DIED = r"worker gw\d died, and what it made may be left on the server \(2\): run ecsuite cleanup"


@pytest.mark.parametrize("makes", [True, False], ids=["with something made", "with nothing made"])
def test_worker_that_died_is_told_with_what_it_left(tmp_path, makes):
    """A worker that ends by itself deletes nothing: the summary says so, if its ledger has anything."""
    write_test(tmp_path, DYING.format(makes=makes))
    with serving(EDITION) as standin:
        env = standin.environment() | {"XDG_STATE_HOME": str(tmp_path / "state")}
        command = [*COMMAND, "--ec-target", "live", "--ec-edition", EDITION, "-n", "2"]
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment(env), capture_output=True, encoding="utf-8", check=False, timeout=60
        )
        before, cleaned, after = counts(standin), cleanup(env), counts(standin)

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert [bool(re.fullmatch(DIED, line)) for line in ran.stdout.splitlines() if " died, " in line] == [True] * makes
    assert (before, cleaned.returncode, after) == ((2 * makes, 0), 0, (0, 0))


def test_interrupted_local_run_deletes_what_it_made(tmp_path):
    """Ctrl-C reaches every process of a terminal, but not the local server, which is needed for the deletion."""
    with started(tmp_path, {}, target="local") as run:
        for line in run.stdout:
            if "MADE" in line:
                break
        os.killpg(run.pid, signal.SIGINT)
        text, _ = run.communicate(timeout=60)

    assert run.returncode == 2, text
    assert "left on the server" not in text


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_interrupted_run_tells_what_is_left(tmp_path, workers):
    """What an interrupted run cannot delete is named as ever, and stays in the ledger."""
    refusal = Answer(403)
    with serving(EDITION) as standin:
        with proxying(standin.base_url, lambda call: refusal if call.method == "DELETE" else None) as (origin, _):
            env = behind(standin.environment(), origin) | {"XDG_STATE_HOME": str(tmp_path / "state")}
            with started(tmp_path, env, *workers) as run:
                wait_until_made(standin, 2 if workers else 1)
                os.killpg(run.pid, signal.SIGINT)
                text, _ = run.communicate(timeout=60)
        count = sum(counts(standin))

    assert run.returncode == 2, text
    assert f"left on the server ({count}), for it refuses to delete what the run has made" in text
    assert text.count("  DELETE http") == count
    assert len(ledgers(tmp_path / "state" / "ecsuite" / "ledgers")) == (2 if workers else 1)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_cleanup_deletes_what_a_killed_run_left(tmp_path, workers):
    """After kill -9 what the run made is deleted by its ledger, and what was there before is still there."""
    with serving(EDITION) as standin:
        env = standin.environment() | {"XDG_STATE_HOME": str(tmp_path / "state")}
        with started(tmp_path, env, *workers) as run:
            wait_until_made(standin, 2 if workers else 1)
            going = cleanup(env)
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
        before, dry = counts(standin), cleanup(env, "--dry-run")
        after_dry = counts(standin)
        real, again = cleanup(env), cleanup(env)
        left = counts(standin)

    assert "its run is still going, so it is left alone" in going.stdout
    assert (dry.returncode, after_dry) == (0, before)
    assert dry.stdout.count("  would delete http") == sum(before)
    assert (real.returncode, left) == (0, (0, 0)), real.stdout + real.stderr
    assert real.stdout.count("  deleted: http") == sum(before)
    assert (again.returncode, again.stdout) == (0, "nothing is left of earlier runs\n")
    assert not [*(tmp_path / "state").rglob("*.*")]


def left_behind(folder: Path, env: dict[str, str]) -> None:
    """Have a run make something, and die."""
    ledger = open_ledger(env["EC_BASE_URL"], EDITION, folder=folder / "ecsuite" / "ledgers")
    partner(ledger, env["EC_CLIENT_ID"]).making("/users/left")
    os.close(ledger._file)
    ledger._held.release()


OTHERS = {
    "another partner's": ({"EC_CLIENT_ID": "partner-b"}, "another partner's, whose EC_CLIENT_ID we have not"),
    "another server's": (
        {"EC_BASE_URL": "http://127.0.0.1:9/v1"},
        "EC_BASE_URL is http://127.0.0.1:9/v1, so it is left",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_cleanup_leaves_others_alone(tmp_path, what):
    """A ledger of another partner, or of another server, is told and stays."""
    change, text = OTHERS[what]
    with serving(EDITION) as standin:
        env = standin.environment() | {"XDG_STATE_HOME": str(tmp_path)}
        env = {name: value for name, value in env.items() if not name.startswith("EC_OTHER")}
        left_behind(tmp_path, env)
        ran = cleanup(env | change)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert text in ran.stdout
    assert len(ledgers(tmp_path / "ecsuite" / "ledgers")) == 1


def test_cleanup_tells_what_it_could_not_delete(tmp_path):
    """What the server refuses to delete is named, stays in the ledger, and makes the exit code 1."""
    refusal = Answer(403, b"{}", {"Content-Type": "application/json"})
    with serving(EDITION) as standin:
        with proxying(standin.base_url, lambda call: refusal if call.method == "DELETE" else None) as (origin, _):
            env = behind(standin.environment(), origin) | {"XDG_STATE_HOME": str(tmp_path)}
            left_behind(tmp_path, env)
            ran = cleanup(env)
        dead = cleanup(env)

    assert (ran.returncode, ran.stderr) == (1, "")
    assert re.search(r"^  DELETE http://\S+/users/left  403$", ran.stdout, re.MULTILINE)
    assert (dead.returncode, len(dead.stderr.splitlines())) == (4, 1)
    assert len(ledgers(tmp_path / "ecsuite" / "ledgers")) == 1


SIMULATION = "/simulation/partner"
PROOFS = {
    "all is the run's": (True, (), 0, "  deleted: http"),
    "others came after it": (True, ("mine",), 6, "1 in /users came after the run"),
    "nothing was noted": (False, (), 6, "the run ended before it could note what is its own"),
}


@pytest.mark.parametrize(("is_proven", "later", "code", "text"), PROOFS.values(), ids=[*PROOFS])
def test_what_goes_with_all_of_its_kind(tmp_path, is_proven, later, code, text):
    """What a killed run simulated is deleted where its ledger proves that nothing of others goes with it, else named."""
    edition = max(editions.editions())
    with serving(edition) as standin, closing(httpx.Client()) as http:
        env = standin.environment() | {"XDG_STATE_HOME": str(tmp_path)}
        headers = {"Authorization": f"Bearer {token_of(http, env)}"}
        url = env["EC_BASE_URL"]
        http.post(f"{url}{SIMULATION}", headers=headers)
        ids = [each["userId"] for each in http.get(f"{url}/users", headers=headers).json()["users"]]
        ledger = open_ledger(url, edition, folder=tmp_path / "ecsuite" / "ledgers")
        own = partner(ledger, env["EC_CLIENT_ID"])
        own.making(SIMULATION)
        if is_proven:
            own.shown(SIMULATION, "/users", ids)
        os.close(ledger._file)
        ledger._held.release()
        for name in later:
            http.post(f"{url}/users", headers=headers, json={"userId": name})
        ran = cleanup(env)
        left = http.get(f"{url}/users", headers=headers).json()["users"]

    assert (ran.returncode, ran.stderr) == (code, ""), ran.stdout
    assert text in ran.stdout
    assert len(left) == (len(ids) + len(later) if code else 0)


def test_cleanup_of_a_target_that_a_file_names(tmp_path):
    """What a run left that had its server from a file, and its secrets from another one, is deleted by the same two."""
    with serving(EDITION) as standin:
        env = standin.environment()
        (tmp_path / "ecsuite.toml").write_text(
            f'[targets.it]\nbase-url = "{env["EC_BASE_URL"]}"\ntoken-url = "{env["EC_TOKEN_URL"]}"\n'
            '[targets.other]\nbase-url = "https://api.example/v1"\ntoken-url = "https://api.example/token"\n'
        )
        secrets = [f"EC_CLIENT_{name}={env[f'EC_CLIENT_{name}']}" for name in ("ID", "SECRET")]
        (tmp_path / "secrets.env").write_text("\n".join(secrets))
        given = ["--env-file", "secrets.env"]
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        nothing = cleanup(state, *given, folder=tmp_path)
        write_test(tmp_path, DYING.format(makes=True))
        command = [*COMMAND, "--ec-target", "it", "--ec-edition", EDITION, "--ec-env-file", "secrets.env"]
        subprocess.run(command, cwd=tmp_path, env=environment(state), capture_output=True, check=False, timeout=60)
        made = counts(standin)
        unnamed, other = (cleanup(state, *given, *named, folder=tmp_path) for named in ((), ("--target", "other")))
        ran, left = cleanup(state, *given, "--target", "it", folder=tmp_path), counts(standin)

    assert (nothing.returncode, nothing.stdout) == (0, "nothing is left of earlier runs\n")
    assert (unnamed.returncode, "several targets" in unnamed.stderr) == (4, True)
    assert (other.returncode, "left alone; --target NAME names another" in other.stdout) == (0, True)
    assert (made, ran.returncode, left) == ((2, 0), 0, (0, 0)), ran.stdout + ran.stderr


def token_of(http, env):
    """An access token of the first partner."""
    form = {"grant_type": "client_credentials"}
    form |= {name.lower(): env[f"EC_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET")}
    return http.post(env["EC_TOKEN_URL"], data=form).json()["access_token"]


def test_ledger_that_is_taken_away_meanwhile(tmp_path):
    """A run may end, and take its ledger away, while `cleanup` looks for ledgers: nothing is said, and nothing is left."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "x.jsonl").symlink_to(folder / "gone")
    told = []

    assert ledgers(tmp_path) == [folder / "x.jsonl"]
    assert Cleaning(told.append, told.append, configure, folder=tmp_path).run() == ()
    assert told == []
    assert not [*tmp_path.rglob(f"*{LOCK}")]


def test_lock_dies_with_its_process(tmp_path):
    """A lock is held as long as the ledger is open, and by nobody afterwards."""
    ledger = open_ledger(BASE, EDITION, folder=tmp_path)
    partner(ledger).making("/users/1")
    lock = FileLock(ledgers(tmp_path)[0].with_suffix(LOCK))

    with pytest.raises(TimeoutError):
        lock.acquire(timeout=0)
    ledger.close()
    lock.acquire(timeout=0)
    lock.release()
