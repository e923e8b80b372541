"""What is given and cannot be used: exit code 4, one line, before any test is tried."""

import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.cassette.tape import path_of
from ecsuite.contract.document import Source
from ecsuite.errors import ContractUnreadable
from ecsuite.standin import serving

ROOT = Path(__file__).parents[2]
EDITION = editions.editions()[0]
NEWEST = editions.editions()[-1]
TEST = f"""
import pytest
pytestmark = pytest.mark.edition("{EDITION}")

@pytest.mark.scenario("quickstart")
def test_users(api):
    api.get("/users")
"""


@pytest.fixture
def project(tmp_path):
    """A folder with a test, the plugin, and a cassette."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ("ecsuite.plugin",)\n')
    (tmp_path / "test_it.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nec_cassettes = cassettes\n")
    cassette = path_of(tmp_path / "cassettes", EDITION, "quickstart")
    cassette.parent.mkdir(parents=True)
    shutil.copy(editions.cassette(EDITION, "quickstart"), cassette)
    return tmp_path


def run(folder: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest; nothing of the environment concerns it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("EC_", "PYTEST_", "TOX_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:schemathesis", "-p", "no:hypothesispytest"]
    return subprocess.run(
        [*command, "--ec-edition", EDITION, *options],
        cwd=folder,
        env=own | {"COLUMNS": "250"} | env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )


def refused(ran: subprocess.CompletedProcess[str], text: str) -> None:
    """Asserts that a run was refused, on one line, and that no test was tried."""
    said = [line for line in (ran.stdout + ran.stderr).splitlines() if line.startswith("ERROR: ")]
    assert ran.returncode == 4, ran.stdout + ran.stderr
    assert len(said) == 1
    assert text in said[0]
    assert "Traceback" not in ran.stdout + ran.stderr
    assert " passed" not in ran.stdout


OTHERS = {
    "the same": (
        {"EC_OTHER_CLIENT_ID": "EC_CLIENT_ID", "EC_OTHER_CLIENT_SECRET": "EC_CLIENT_SECRET"},
        "EC_OTHER_CLIENT_ID is the first partner's",
    ),
    "wrong": ({"EC_OTHER_CLIENT_SECRET": "EC_CLIENT_SECRET"}, "check EC_OTHER_CLIENT_ID and EC_OTHER_CLIENT_SECRET"),
}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
@pytest.mark.parametrize("what", OTHERS)
def test_second_partner_must_be_another_one(project, what, workers):
    """A second partner that is the first, or is refused, is told before any test."""
    changes, text = OTHERS[what]

    with serving(EDITION) as standin:
        env = standin.environment()
        ran = run(project, "--ec-target", "live", *workers, **env | {name: env[of] for name, of in changes.items()})

    refused(ran, text)


def test_second_partner_needs_a_token_url(project):
    """With an access token for the first partner, the second still needs the token endpoint."""
    env = {"EC_BASE_URL": "http://127.0.0.1:1", "EC_ACCESS_TOKEN": "x"}
    env |= {"EC_OTHER_CLIENT_ID": "a", "EC_OTHER_CLIENT_SECRET": "b"}

    refused(run(project, "--ec-target", "live", **env), "needs EC_TOKEN_URL: set it in the environment")


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_port_for_webhooks_must_be_free(project, workers):
    """A port that somebody else has is told before any test, by whoever starts the workers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, serving(EDITION) as standin:
        port = str(taken.getsockname()[1])
        ran = run(project, "--ec-target", "live", *workers, **standin.environment(), EC_WEBHOOK_PORT=port)

    refused(ran, f"cannot listen on port {port} for webhooks (Address already in use): set another EC_WEBHOOK_PORT")


def test_api_that_is_not_there_is_told(project):
    """The token endpoint answers, and the API does not."""
    with serving(EDITION) as standin:
        env = standin.environment() | {"EC_BASE_URL": "http://127.0.0.1:1/v1"}
        ran = run(project, "--ec-target", "live", **env)

    refused(
        ran, f"cannot reach http://127.0.0.1:1/v1 ([Errno 111] Connection refused), though {standin.token_url} answers"
    )


@pytest.mark.parametrize("value", ["many", "0", "-3", "1.5", "٣", "²", "9999999999"])
def test_number_of_examples_must_be_one(value):
    """A number of generated cases that is none is told before any test."""
    ran = run(ROOT, "--collect-only", "-q", "tests/properties", "-p", "no:cacheprovider", EC_EXAMPLES=value)

    refused(ran, f"EC_EXAMPLES is '{value}': expected a whole number from 1")


def test_report_by_invitation_must_be_known(project):
    """A name that no contract has is told before any test, of the environment as of a file."""
    with serving(EDITION) as standin:
        ran = run(project, "--ec-target", "live", **standin.environment(), EC_REPORTS="Nonsense")

    refused(ran, "EC_REPORTS has 'Nonsense': expected 'all', or reports by invitation out of LocationEnergyUsage, ")


NUMBERS = (
    ("serve", "--edition", EDITION, "--port"),
    ("serve", "--edition", EDITION, "--token-lifetime"),
    ("show",),
    ("accept", "--reason", "x", "--until", "2027-01-31"),
)


@pytest.mark.parametrize("number", ["٣", "1_0"])
@pytest.mark.parametrize("command", NUMBERS, ids=" ".join)
def test_number_of_a_command_is_of_ascii(tmp_path, command, number):
    """An argument that is a number has the digits of ASCII alone."""
    ran = subprocess.run(
        [sys.executable, "-m", "ecsuite", *command, number],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )

    assert ran.returncode == 4
    assert f"{number!r} is not a whole number" in ran.stderr


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
@pytest.mark.parametrize("text", ["", "\n", "# nothing\n"])
def test_empty_cassette_is_told(project, text, workers):
    """A cassette without anything in it is told before any test, with what records it again."""
    path_of(project / "cassettes", EDITION, "quickstart").write_text(text)

    refused(run(project, *workers), "quickstart.yaml cannot be read (it is empty); record it again with: ")


HEADS = {"none": "\n  deliveries: []", "with deliveries": ""}
NO_INTERACTIONS = {"interactions: []\n": "it is empty", "interactions:\n": "interactions is None: expected a list"}


@pytest.mark.parametrize(("interactions", "reason"), NO_INTERACTIONS.items())
@pytest.mark.parametrize("head", HEADS)
def test_cassette_without_exchanges_is_empty(project, head, interactions, reason):
    """A head alone is no recording, however many deliveries it has."""
    path = path_of(project / "cassettes", EDITION, "quickstart")
    whole = path.read_text(encoding="utf-8").partition("\ninteractions:")[0]
    kept = whole.partition("\n  deliveries:")[0] + HEADS[head] if HEADS[head] else whole
    path.write_text(f"{kept}\n{interactions}", encoding="utf-8")

    refused(run(project), f"quickstart.yaml cannot be read ({reason})")


def test_folder_is_no_cassette(project):
    """What cannot be opened is told before any test, too."""
    path = path_of(project / "cassettes", EDITION, "quickstart")
    path.unlink()
    path.mkdir()

    refused(run(project), "quickstart.yaml cannot be read (Is a directory)")


def test_whole_cassettes_are_played(project):
    """A cassette with something in it is none of these; what it lacks, its test tells."""
    ran = run(project)

    assert ran.returncode == 1
    assert "is out of date" in ran.stdout


CONTRACTS = {
    "empty": ("", "it is empty"),
    "a comment": ("# later\n", "it is empty"),
    "a list": ("- openapi\n", "it is no map"),
}


@pytest.mark.parametrize("what", CONTRACTS)
def test_contract_must_be_whole(what):
    """A contract that is empty, or no map, is refused with what is wrong."""
    text, reason = CONTRACTS[what]

    with pytest.raises(ContractUnreadable, match=f"cannot read the contract c.yaml: {reason}"):
        Source(text, "c.yaml")


def checkout(folder: Path) -> Path:
    """A copy of ecsuite and its contracts."""
    copy = folder / "checkout"
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "contracts", copy / "contracts")
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.fixture
def lacking(tmp_path):
    """A copy of ecsuite without one contract, and the name of the file."""
    copy, label = checkout(tmp_path), f"contracts/{NEWEST}/openapi.yaml"
    (copy / label).unlink()
    return copy, label


@pytest.mark.parametrize("command", ["walkthrough", "serve", "faults"])
def test_missing_contract_is_named(lacking, tmp_path, command):
    """A command for an edition whose contract is missing names the file."""
    copy, label = lacking

    ran = subprocess.run(
        [sys.executable, "-m", "ecsuite", command, "--edition", NEWEST],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )

    assert ran.returncode == 4
    assert ran.stderr == f"ecsuite: the contract {label} is missing: restore the file, or install ecsuite again\n"


@pytest.mark.parametrize("target", ["replay", "local", "live"])
def test_missing_contract_is_named_before_any_test(lacking, project, target):
    """So does a run of the tests, whatever its target."""
    copy, label = lacking
    env = {"EC_BASE_URL": "http://127.0.0.1:1/v1", "EC_ACCESS_TOKEN": "x", "PYTHONPATH": str(copy / "src")}

    refused(run(project, "--ec-edition", NEWEST, "--ec-target", target, **env), f"the contract {label} is missing: ")


def test_missing_contract_of_the_file_is_named(lacking, project):
    """So is who names it in the configuration file."""
    copy, label = lacking
    (project / "ecsuite.toml").write_text(f'edition = "{NEWEST}"\n', encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-m", "ecsuite", "walkthrough"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )

    assert (ran.returncode, label in ran.stderr) == (4, True)


def test_run_without_a_contract_says_which_edition_it_is_of(lacking, project):
    """Who names no edition is told which are run, where the contract of another is missing."""
    copy, label = lacking

    ran = run(project, "--ec-edition", "all", PYTHONPATH=str(copy / "src"))

    assert f"ecsuite: this run is of {EDITION}; {label} is missing" in ran.stdout.splitlines()
    assert "is missing" not in run(project).stdout


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_contract_is_looked_at_before_any_test(project, tmp_path, workers):
    """An ecsuite whose contract cannot be used says so on one line."""
    copy = checkout(tmp_path)
    contract = copy / "contracts" / EDITION / "openapi.yaml"
    contract.write_text(
        contract.read_text(encoding="utf-8").replace("\npaths:", "\ninfo: {}\npaths:", 1), encoding="utf-8"
    )

    ran = run(project, *workers, PYTHONPATH=str(copy / "src"))

    refused(ran, "the key 'info' is there twice")


def test_report_must_be_writable(project):
    """A report that cannot be written is told before any test."""
    (project / "taken").write_text("a file")

    refused(run(project, "--junitxml", "taken/report.xml"), "give another --junitxml")


def test_cassettes_must_be_writable(project):
    """What is to be recorded must have a place."""
    shutil.rmtree(project / "cassettes")
    (project / "cassettes").write_text("a file")

    refused(run(project, "--record-mode", "rewrite", "--ec-target", "local"), "give another ec_cassettes")


@pytest.mark.parametrize(
    "arguments", [["faults"], ["show"], ["walkthrough"], ["--help"], ["serve", "--edition", EDITION]]
)
def test_full_disk_is_told(arguments, project):
    """A command whose output cannot be written says so on one line, whether it wrote much or little."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "ecsuite", *arguments]
        if arguments == ["show"]:
            subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=project, capture_output=True, check=False)
        ran = subprocess.run(
            command, cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )

    assert ran.returncode == 4
    assert re.fullmatch(r"ecsuite: cannot (write the output|read the result) .*\n", ran.stderr), ran.stderr


STREAMS = {"full": (">/dev/full", 4), "closed": (">&-", 0), "unread": ("| true; exit ${PIPESTATUS[0]}", 2)}
COMMANDS = ["ecsuite walkthrough", "pytest -q", "pytest -v"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("redirection", "code"), STREAMS.values(), ids=[*STREAMS])
def test_output_that_takes_nothing(command, redirection, code, project):
    """A full disk is told on one line, a closed stream is as good as any, and what nobody reads has not passed."""
    (project / "test_it.py").write_text("import time\n\ndef test_it(): time.sleep(0.2)\ndef test_other(): ...\n")
    (project / "pytest.ini").write_text(
        "[pytest]\naddopts = -p ecsuite.plugin.options -p no:schemathesis -p no:hypothesispytest\n"
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith(("EC_", "PYTEST_", "TOX_"))}

    ran = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m {command} {redirection}"],
        cwd=project,
        env=own,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )

    # Where all tests are over when the reader is found gone, they have passed.
    assert ran.returncode == code or (code == 2 and "pytest" in command and ran.returncode == 0)
    said = r"(ecsuite|ERROR): cannot write the output \(No space left on device\): give another place for it\n+"
    assert re.fullmatch(said if code == 4 else "", ran.stderr), ran.stderr


@pytest.mark.parametrize(
    "arguments", [["report", "--against"], ["show", "--report"], ["check"], ["walkthrough", "--html"]]
)
def test_path_that_is_too_long(arguments, project):
    """What cannot be a path is one line."""
    command = [sys.executable, "-m", "ecsuite", *arguments, "a" * 5000]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=60)

    assert (ran.returncode, len(ran.stderr.splitlines())) == (4, 1), ran.stderr
    assert "File name too long" in ran.stderr


def test_long_value_does_not_make_a_long_line(project):
    """What is told of a value is one line that can be read, whatever it is."""
    (project / "ecsuite.toml").write_text('target = "\\n"\n[targets."\\n"]\nbase-url = 7\n')
    ran = run(project, "--ec-target", "live")
    refused(ran, "base-url is 7")

    (project / "ecsuite.toml").write_text(f'[targets.sandbox]\nbase-url = ["{"y" * 100_000}"]\n')
    ran = run(project, "--ec-target", "live")
    refused(ran, "expected an address in quotes")
    assert len(ran.stderr) < 3000


def test_report_in_a_path_that_is_too_long(project):
    """Of pytest, too."""
    refused(run(project, "--ec-report", "a" * 5000), "File name too long")


@pytest.mark.parametrize("command", COMMANDS)
def test_terminal_that_was_closed(command, project):
    """It ends a run, or what is told, as an interruption does."""
    (project / "test_it.py").write_text("import time\n\ndef test_it(): time.sleep(0.2)\ndef test_other(): ...\n")
    (project / "pytest.ini").write_text("[pytest]\naddopts = -p no:schemathesis -p no:hypothesispytest\n")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("EC_", "PYTEST_", "TOX_"))}
    master, terminal = os.openpty()
    os.close(master)

    shell = [sys.executable, "-m", *command.split()]
    ran = subprocess.run(shell, cwd=project, env=own, stdout=terminal, stderr=subprocess.PIPE, text=True, check=False)
    os.close(terminal)

    assert (ran.returncode, ran.stderr) == (2, "")


def test_file_that_cannot_be_written_at_the_end(project):
    """What has come in the place of a file meanwhile is told on a line, after all else."""
    (project / "test_it.py").write_text('import os\n\ndef test_it(): os.mkdir("x.xml")\n')

    ran = run(project, "--junitxml", "x.xml")

    assert ran.returncode == 4
    assert re.fullmatch(r"ecsuite: cannot write \S*x\.xml \(Is a directory\): give another --junitxml\n", ran.stderr)
    assert "1 passed" in ran.stdout


@pytest.mark.parametrize("option", ["--junitxml", "--log-file"])
def test_file_that_takes_nothing_is_told_before_any_test(option, project):
    """A device, or a file in a folder that nobody can write to."""
    refused(
        run(project, option, "/dev/full"), f"cannot write /dev/full (No space left on device): give another {option}"
    )
