"""Output of `tox run -e docs` for each edition's recording: the page in docs/walkthrough, and the golden text."""

import io
from pathlib import Path

from rich.console import Console

from ecsuite import editions
from ecsuite.cassette.tape import load
from ecsuite.report.lesson import lesson_html
from ecsuite.report.tale import run_quickstart
from ecsuite.report.terminal import tell
from ecsuite.session import replay_run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "walkthrough"
GOLDEN = ROOT / "tests" / "selftest" / "golden"


def page_of(edition: str) -> str:
    """The expected page."""
    with replay_run(editions.cassette(edition, "quickstart")) as run:
        return lesson_html(run_quickstart(run))


def plain() -> Console:
    """A console that captures plain text, as wide as the golden text."""
    return Console(file=io.StringIO(), soft_wrap=True, width=100, no_color=True, highlight=False)


def text_of(edition: str) -> str:
    """The walkthrough as the terminal shows it; durations are fixed, and `DATE` replaces the date of the recording."""
    console, path = plain(), editions.cassette(edition, "quickstart")
    with replay_run(path, clock=lambda: 0.0) as replay:
        tell(replay, console, clock=lambda: 0.0)
    return console.file.getvalue().replace(load(path).provenance.recorded, "DATE")


def golden_of(edition: str) -> Path:
    """The file with the expected text."""
    return GOLDEN / f"walkthrough-{edition}.txt"


if __name__ == "__main__":
    for each in editions.editions():
        (FOLDER / f"{each}.html").write_text(page_of(each), encoding="utf-8")
        golden_of(each).write_text(text_of(each), encoding="utf-8")
