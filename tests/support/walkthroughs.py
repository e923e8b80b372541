"""The pages of docs/walkthrough, of each edition's recording: what `tox run -e docs` writes."""

from pathlib import Path

from ecsuite import editions
from ecsuite.report.lesson import lesson_html
from ecsuite.report.tale import told
from ecsuite.session import replay_run

FOLDER = Path(__file__).parents[2] / "docs" / "walkthrough"


def page_of(edition: str) -> str:
    """The page as it should be."""
    with replay_run(editions.cassette(edition, "quickstart")) as run:
        return lesson_html(told(run))


if __name__ == "__main__":
    for each in editions.editions():
        (FOLDER / f"{each}.html").write_text(page_of(each), encoding="utf-8")
