"""What a server sends cannot drive a terminal: wherever it is shown, what is no letter stands as an escape."""

import io
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from projects import SCENARIO, Project
from rich.console import Console

from ecsuite.report import terminal
from ecsuite.report.lines import line
from ecsuite.session import open_run
from ecsuite.standin import serving
from ecsuite.standin.faults import planting as p
from ecsuite.wording import printable_lines

# Colours, C1's, a title, marks of direction and joiners, a line end of Unicode, a bell, a delete.
STEERS = "\x1b[31m \x9b31m \x85 \x1b]0;t\x07 \u202e \u2066 \u200f \u2028 \ufeff \x7f"


def steering(text: str) -> set[str]:
    """The characters of a text that no reader asked for."""
    return {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} and char not in "\n\t"}


def test_lines_cannot_steer():
    """Every line of a report is made by one function, which lets nothing through."""
    assert steering(str(line("a", STEERS))) == set()


def test_line_ends_are_kept():
    """A text of several lines stays one, and its letters stay as they are."""
    assert printable_lines(f"å\n  {STEERS}\n😀").split("\n")[::2] == ["å", "😀"]
    assert steering(printable_lines(STEERS)) == set()


PLANTED = {
    "an id": p.sends(p.value(lambda body: {**body, "userId": STEERS}), "createUser"),
    "a member": p.sends(p.value(lambda body: {STEERS: STEERS, **body}), "createUser"),
    "no JSON": p.sends(p.content(lambda _: STEERS.encode()), "createUser"),
    "a media type": p.sends(p.chain(p.header("Content-Type", "text/\x9b31m\x85x"), p.status(418)), "createUser"),
    "a problem": p.sends(p.refusal(400, f'"{STEERS}"', "application/json"), "createUser"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_hostile_server_cannot_steer_the_walkthrough(name):
    """Bodies, ids, media types and errors are told as escapes."""
    console = Console(file=io.StringIO(), soft_wrap=True, width=100, no_color=True, highlight=False)

    with serving("2023-10", plant=PLANTED[name]) as standin, open_run("2023-10", standin.target()) as run:
        terminal.tell(run, console)

    assert steering(console.file.getvalue()) == set()


@pytest.mark.parametrize("name", PLANTED)
def test_hostile_server_cannot_steer_pytest(tmp_path, name):
    """Nor what pytest prints; its JUnit file and the pages are made of the same words, and the file stays XML."""
    project = Project(tmp_path)
    project.test(
        SCENARIO
        + """
    def test_user(api, run):
        user = api.post("/users", json={"userId": run.ids.new()}).json()
        api.get(f"/users/{user['userId']}")
    """
    )
    with serving("2023-10", plant=PLANTED[name]) as standin:
        ran = project.run("--ec-target=live", "--ec-edition=2023-10", "--junitxml=it.xml", **standin.environment())
    shown = [project.show("1"), project.show("--markdown")] if ran.ret == 1 else []

    assert ran.ret in {0, 1}
    assert [steering(each) for each in (ran.text, *shown)] == [set()] * (1 + len(shown))
    assert ET.parse(tmp_path / "it.xml").getroot().tag == "testsuites"  # noqa: S314  our own
