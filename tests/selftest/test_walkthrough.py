"""The command: the walkthrough as a user sees it, the help, exit codes, and what is said of bad input."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from functools import partial

import pytest
from live_runs import listed
from rich.console import Console
from terminals import watched
from walkthroughs import golden_of, plain, text_of

from ecsuite import editions
from ecsuite.__main__ import main
from ecsuite.cassette.tape import load
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.promises import OPERATION, PAGES
from ecsuite.quickstart import about, explanation, steps, title
from ecsuite.report.terminal import tell
from ecsuite.session import open_run, replay_run
from ecsuite.standin import serving

ECSUITE = [sys.executable, "-m", "ecsuite"]


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("EC_")}
    return subprocess.run(
        [*ECSUITE, *arguments], env=own | env, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


@pytest.mark.parametrize("edition", editions.editions())
def test_walkthrough_reads_as_it_should(edition):
    """The whole walkthrough of the recording, to the letter.

    If a change is wanted, `python3 -m tox run -e docs` writes the text again; `git diff` shows the difference.
    """
    assert text_of(edition) == golden_of(edition).read_text(encoding="utf-8")


def test_walkthrough_of_the_recording():
    """The command tells it as plain text where nobody looks at a screen, and ends with 0."""
    ran = run("walkthrough")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "You see a recording of local stand-in" in ran.stdout
    assert "\x1b" not in ran.stdout
    assert re.sub(r"\d+\.\d", "0.0", ran.stdout).splitlines()[:-15] == golden_lines()[:-15]


def golden(edition: str) -> str:
    """The text as it should be, with the day of the recording that is there."""
    recorded = load(editions.cassette(edition, "quickstart")).provenance.recorded
    return golden_of(edition).read_text(encoding="utf-8").replace("DATE", recorded)


def golden_lines() -> list[str]:
    return re.sub(r"\d+\.\d", "0.0", golden("2023-10")).splitlines()


@pytest.mark.parametrize("edition", editions.editions())
def test_every_step_is_told(edition):
    """Each step of the guide is told with its title and its explanation, which are whole sentences."""
    ran = run("walkthrough", "--ec-edition", edition)

    for number, step in enumerate(steps(edition), 1):
        assert f"{number} of {len(steps(edition))}  {title(step)}\n{explanation(step)}\n" in ran.stdout
        assert re.fullmatch(r"[A-Z][^.]+", title(step))
        assert re.fullmatch(r"[A-Z].+\.", explanation(step))


def test_walkthrough_of_the_stand_in():
    """With --target local the same is told of a server that is started for it."""
    ran = run("walkthrough", "--target", "local")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "(local stand-in)." in ran.stdout
    assert "Every promise was kept." in ran.stdout


@pytest.mark.parametrize("edition", editions.editions())
def test_walkthrough_of_a_live_server(edition):
    """With --ec-target live it is told of the server in EC_BASE_URL, and no secret is shown."""
    with serving(edition) as standin:
        ran = run("walkthrough", "--ec-target", "live", "--ec-edition", edition, **standin.environment())

    assert (ran.returncode, ran.stderr) == (0, "")
    assert standin.credentials.client_secret not in ran.stdout
    assert f"Everything is sent to {standin.base_url}." in ran.stdout


def test_walkthrough_on_a_terminal():
    """On a terminal there are colours, a rule above each step, and a bar for the progress."""
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system="standard")

    with replay_run(editions.cassette("2023-10", "quickstart")) as replay:
        assert tell(replay, console)

    shown = console.file.getvalue()
    assert "\x1b[1;36m2 of 9  Create a user" in shown
    assert "━" in shown
    assert "9/9" in shown or "8/9" in shown


def test_broken_promise_is_told(tmp_path):
    """A broken promise is shown at its step, counted in the table, and the exit code is 1."""
    console = plain()
    recording = editions.cassette("2023-10", "quickstart").read_text(encoding="utf-8")
    path = tmp_path / "quickstart.yaml"
    path.write_text(recording.replace('"expires_in":1800', '"expires_in":18'), encoding="utf-8")

    with replay_run(path) as replay:
        assert tell(replay, console) is False

    shown = console.file.getvalue()
    assert "response body matches contract: broken        [guide]  POST /connect/token -> 200" in shown
    assert "1 promise is broken; each is shown in full at its step." in shown


@pytest.mark.parametrize(
    ("severity", "strict", "passed", "said"),
    [
        ("warning", False, True, "There was no error; 1 warning, shown in full where found."),
        ("warning", True, False, "1 promise is broken; each is shown in full at its step."),
        ("note", True, True, "There was no error; 1 note, shown in full where found."),
    ],
)
def test_warning_fails_a_strict_walkthrough(contract, severity, strict, passed, said):
    """A warning is told all the same, and fails the walkthrough where it is strict."""
    console = plain()
    place = ContractPlace(("paths",), contract.label, 1, "a guide")
    breach = Breach("absent", Place("header", "Trace"))
    found = Finding(PAGES.id, "listUsers", "GET", "/users", 200, breach, "spec", severity, place)

    with replay_run(editions.cassette("2023-10", "quickstart")) as replay:
        replay.journal.add_finding(found)
        assert tell(replay, console, strict=strict) is passed

    assert said in console.file.getvalue()


def test_refused_call_ends_the_story():
    """A call that is refused without reason is a finding, and the steps after it are marked as not told."""
    console = plain()

    with serving("2023-10") as standin, open_run("2023-10", standin.target()) as opened:
        opened.api.target = type(opened.api.target)(
            "local", standin.base_url + "/nowhere", standin.token_url, standin.credentials
        )
        assert tell(opened, console) is False

    shown = console.file.getvalue()
    assert "It cannot go on: POST http" in shown
    assert f"{OPERATION.title}: broken" in shown
    assert re.search(r"Add a vehicle +- +- +- +- +-", shown)


USAGE = {
    "no such command": (["walk"], "ecsuite: No such command 'walk'. (see: ecsuite --help)"),
    "no such option": (["walkthrough", "--zz"], "ecsuite: No such option '--zz'. (see: ecsuite walkthrough --help)"),
    "no such target": (
        ["walkthrough", "--ec-target", "mars"],
        "ecsuite: there is no target 'mars': expected one of replay, local, live, or a target of ecsuite.toml, ",
    ),
    "no such edition": (
        ["walkthrough", "--ec-edition", "1999-12"],
        "ecsuite: there is no edition '1999-12' here: expected one of 2023-10, 2026-01 (--edition; for pytest --ec-edition)",
    ),
    "no credentials": (
        ["walkthrough", "--ec-target", "live"],
        "ecsuite: a live run needs EC_BASE_URL, EC_TOKEN_URL, EC_CLIENT_ID and EC_CLIENT_SECRET: set them in the "
        "environment (addresses may be in ecsuite.toml, secrets in a file for --env-file); `ecsuite serve` prints a set "
        "for the local stand-in",
    ),
    "no edition to serve": (
        ["serve"],
        "ecsuite: Missing option '--edition' / '--ec-edition'. (see: ecsuite serve --help)",
    ),
    "no option of a command of a command": (
        ["export", "http", "--zz"],
        "ecsuite: No such option '--zz'. (see: ecsuite export http --help)",
    ),
    "no such edition to serve": (
        ["serve", "--edition", "x"],
        "ecsuite: there is no edition 'x' here: expected one of 2023-10, 2026-01 (--edition; for pytest --ec-edition)",
    ),
    "no port": (
        ["serve", "--edition", "2023-10", "--port", "65536"],
        "ecsuite: Invalid value for '--port': 65536 is not in the range 0<=x<=65535. (see: ecsuite serve --help)",
    ),
    "no host": (
        ["serve", "--edition", "2023-10", "--host", "no.such.host.invalid"],
        "ecsuite: cannot listen on no.such.host.invalid:0 (",
    ),
    "no place for data": (
        ["serve", "--edition", "2023-10", "--data", "/no/such/folder/data.db"],
        "ecsuite: cannot keep the stand-in's data in /no/such/folder/data.db (unable to open database file): "
        "give --data a file that does not exist yet, or one that the stand-in made for this edition",
    ),
}


@pytest.mark.parametrize("name", USAGE)
def test_usage_error_is_one_line(name):
    """What cannot be used is one line on the error output, and exit code 4."""
    arguments, message = USAGE[name]

    ran = run(*arguments)

    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr.startswith(message)
    assert ran.stderr.count("\n") == 1


def test_terminal_that_lacks_letters_gets_lines_that_can_be_pasted():
    """What its encoding cannot show is escaped as in JSON, so that a line for curl sends what was sent."""
    ran = run("walkthrough", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="")

    assert (ran.returncode, ran.stderr, ran.stdout.isascii()) == (0, "", True)
    (vehicle,) = re.findall(r"--data-raw '(.*\"Think\".*)'\n", ran.stdout)
    assert json.loads(vehicle)["metadata"]["model"] == "City «Blåbær»"


@pytest.mark.parametrize("columns", [40, 56])
def test_opening_fits_a_narrow_screen(columns):
    """What does not fit is broken between words, and short explanations are left out where nothing of them would fit."""
    shown = run("walkthrough", COLUMNS=str(columns)).stdout.partition("\n1 of 9")[0].splitlines()[1:]

    assert [line for line in shown if len(line) > columns] == []
    assert any(line.startswith(" 2  Create a user") for line in shown)
    assert ("A user is" in "".join(shown)) == (columns > 40)


def test_commands_are_listed_as_one_meets_them():
    """First what runs something, then what is set up for it."""
    told = run("--help").stdout.partition("Commands:\n")[2]

    assert [line.split()[0] for line in told.splitlines()][:3] == ["walkthrough", "test", "show"]


def test_folder_that_is_gone(tmp_path):
    """A folder that was deleted meanwhile is told as what it is."""
    folder = tmp_path / "gone"
    folder.mkdir()
    command = f"rmdir {folder} && exec {sys.executable} -m ecsuite init"

    ran = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, encoding="utf-8", check=False)

    assert (ran.returncode, ran.stderr) == (
        4,
        "ecsuite: the current folder is not there any more: go to another one\n",
    )


def test_page_that_cannot_be_written_is_named(tmp_path):
    """The file is named that was given, and not the folder that it cannot be made in."""
    (tmp_path / "file").touch()

    ran = run("walkthrough", "--html", str(tmp_path / "file" / "page.html"))

    assert ran.returncode == 4
    assert ran.stderr.startswith(f"ecsuite: cannot write {tmp_path / 'file' / 'page.html'} (")


def test_interrupt_while_the_command_is_loaded(monkeypatch, capsys):
    """It is as short as a later one."""

    class Interrupted:
        @staticmethod
        def find_spec(name, *_):
            if name == "ecsuite.cli":
                raise KeyboardInterrupt

    monkeypatch.setattr(sys, "meta_path", [Interrupted, *sys.meta_path])
    for name in [name for name in sys.modules if name.startswith("ecsuite.cli")]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(SystemExit) as ended:
        main()

    assert (ended.value.code, capsys.readouterr().err) == (2, "ecsuite: interrupted\n")


@pytest.mark.parametrize("group", [(), ("export",)], ids=["ecsuite", "export"])
def test_command_that_is_missing_is_asked_for_with_all_there_are(group):
    """Without a command, its help is printed as it is, each command with what it does in a whole sentence."""
    asked, missing = run(*group, "--help"), run(*group)

    assert (missing.returncode, missing.stdout, missing.stderr) == (4, "", asked.stdout)
    assert asked.returncode == 0
    told = asked.stdout.partition("Commands:\n")[2].splitlines()
    assert told
    assert [line for line in told if not line.endswith(".") or line.endswith("...")] == []


def test_limit_that_is_none_is_refused():
    """What a run may send is said to the walkthrough as well as to the tests."""
    with serving("2023-10") as standin:
        ran = run("walkthrough", "--target", "live", "--edition", "2023-10", **standin.environment(), EC_RATE="fast")

    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr == "ecsuite: EC_RATE 'fast': give a number of requests, such as 5/s, 90/m or 1000/h\n"


def test_walkthrough_keeps_to_its_limits(tmp_path):
    """It ends where no more requests may be sent, deletes what it made, and nothing is left of the count."""
    with serving("2023-10") as standin:
        limits = {"EC_MAX_REQUESTS": "12", "EC_RATE": "100/s", "TMPDIR": str(tmp_path)}
        ran = run("walkthrough", "--target", "live", "--edition", "2023-10", **standin.environment(), **limits)
        left = listed(standin, "/users")

    assert (ran.returncode, left) == (6, []), ran.stdout
    assert "--ec-max-requests 12 are used up" in ran.stdout + ran.stderr
    assert not [*tmp_path.glob("ecsuite-requests*")]


def test_refused_credentials_are_one_line():
    """Refused credentials end the walkthrough before anything is told."""
    with serving("2023-10") as standin:
        env = standin.environment() | {"EC_CLIENT_SECRET": "not-the-secret"}
        ran = run("walkthrough", "--ec-target", "live", **env)

    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr == (
        f"ecsuite: {standin.token_url} refused the credentials (401 invalid_client): "
        "check EC_CLIENT_ID and EC_CLIENT_SECRET; nothing else was tried\n"
    )


def test_reader_that_leaves_is_no_error():
    """Output that nobody reads any more ends quietly."""
    shell = f"'{sys.executable}' -m ecsuite walkthrough | head -n 1"

    ran = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)

    assert (ran.stdout.count("\n"), ran.stderr) == (1, "")


def test_interruption_is_exit_code_2():
    """Ctrl-C ends the walkthrough with one line and exit code 2."""
    with serving("2023-10") as standin, socket.create_server(("127.0.0.1", 0)) as silent:
        env = standin.environment() | {"EC_TOKEN_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/t"}
        command = [*ECSUITE, "walkthrough", "--ec-target", "live"]
        # A shell has what it runs in the background ignore the signal, these tests with it, and a child inherits that.
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        started = {"env": os.environ | env, "stderr": subprocess.PIPE, "text": True, "preexec_fn": heed}
        with subprocess.Popen(command, **started) as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                process.send_signal(signal.SIGINT)
                _, said = process.communicate(timeout=30)

    assert (process.returncode, said.strip()) == (2, "ecsuite: interrupted")


def test_help_is_there():
    """The help names every command and option, and -h is as good as --help."""
    assert run("-h").stdout == run("--help").stdout
    assert run("test", "-h").stdout == run("test", "--help").stdout
    assert "Write the result there" in run("test", "-h").stdout
    for command in ("walkthrough", "serve"):
        assert command in run("--help").stdout
    for option in ("target", "edition", "allow-production", "strict"):
        assert f"--{option}, --ec-{option}" in run("walkthrough", "--help").stdout
    assert run("--version").stdout.startswith("ecsuite 0.")


@pytest.mark.parametrize("option", ["--edition", "--ec-edition"])
def test_commands_take_both_spellings(option):
    """A command takes the name of an option as pytest spells it, too."""
    ran = run("variants", option, "2026-01")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "json-in-lines" in ran.stdout


def test_several_faults_are_all_planted():
    """Each fault and each variant that is named is planted, and said to be."""
    planted = ("--fault", "year-is-text", "--fault", "vehicle-not-found", "--variant", "json-in-lines")
    ran = run("serve", "--edition", "2023-10", "--until-eof", *planted)

    said = [line for line in ran.stdout.splitlines() if line.startswith("# It has a ")]
    assert [line.split(",")[0] for line in said] == ["# It has a fault", "# It has a fault", "# It has a variant"]


@pytest.mark.parametrize("edition", editions.editions())
def test_first_screen_tells_the_story(edition):
    """On 24 lines of 80 columns stand what it is about, where it comes from, and each step."""
    ran = run("walkthrough", "--edition", edition, COLUMNS="80")

    screen = ran.stdout.partition("\n1 of ")[0].splitlines()
    assert len(screen) < 24
    assert max(map(len, screen)) <= 80
    assert about(edition) in " ".join(screen)
    for number, step in enumerate(steps(edition), 1):
        assert any(line.startswith(f"{number:>2}  {title(step)}") for line in screen)


def test_full_names_each_check():
    """Without --full the checks of a call are counted, with it they are named, too."""
    short, full = run("walkthrough"), run("walkthrough", "--full")

    assert "\n  10 checks passed  (" in short.stdout
    assert OPERATION.title not in short.stdout
    assert f"\n  10 checks passed: {OPERATION.title}, " in full.stdout


def test_step_waits_for_a_key_on_a_terminal(tmp_path):
    """A key leads to the next step; Ctrl-C ends it; on a pipe nothing is waited for."""
    told = watched(*ECSUITE, "walkthrough", "--step", cwd=tmp_path, keys=["x", " ", "\x03"], awaits="the next step")

    assert told.code == 2
    assert any("1 of 9  Get an access token" in line for line in told.all_lines)
    assert any("2 of 9  Create a user" in line for line in told.all_lines)
    assert not any("3 of 9" in line for line in told.all_lines)
    assert run("walkthrough", "--step").returncode == 0


@pytest.mark.parametrize("edition", editions.editions())
def test_lines_for_curl_run_when_pasted(edition):
    """Each line runs in sh against the server that it was told of, with a token and the secrets in variables.

    What it made was deleted when it was told, and the server chooses some ids anew; but each call is one that the server
    understands, so that it is let in and found right in form.
    """
    with serving(edition) as standin:
        env = standin.environment()
        ran = run("walkthrough", "--target", "live", "--edition", edition, **env)
        token = run("token", **env).stdout.strip()
        told = re.findall(r"^\$ (curl .*)\n  (\d+)", ran.stdout, re.MULTILINE)
        given, same = os.environ | env | {"EC_ACCESS_TOKEN": token}, 0
        for line, status in told:
            command = ["sh", "-c", f"{line} -o /dev/null -w '%{{http_code}}'"]
            pasted = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
            assert pasted.returncode == 0, pasted.stderr
            assert pasted.stdout in {status, "404"}, (line, pasted.stdout)
            same += pasted.stdout == status

    assert ran.returncode == 0, ran.stderr
    assert len(told) > 15
    assert same > len(told) / 2
    assert "export EC_ACCESS_TOKEN=$(ecsuite token)" in ran.stdout
