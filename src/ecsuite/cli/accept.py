"""`ecsuite accept`: accepts a cause of the last run as known until a date, so that it fails no run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ecsuite.cli.options import REPORT, WholeNumber
from ecsuite.errors import BadDate, NoSuchCause, ReportUnusable


@click.command(short_help="Accept a cause of the last run until a day.")
@click.argument("number", type=WholeNumber(1))
@click.option("--reason", required=True, help="Why, for those who read it later.")
@click.option(
    "--until",
    required=True,
    metavar="YYYY-MM-DD",
    help="The last day; after it the cause fails a run again.",
)
@REPORT
def accept(*, number: int, reason: str, until: str, report: Path | None) -> None:
    """Accept cause NUMBER of the last run: add an entry to ecsuite.toml for each operation and each value seen."""
    from ecsuite.config import find  # noqa: PLC0415
    from ecsuite.config.accepted import date_or_none  # noqa: PLC0415
    from ecsuite.config.accepting import add_entries  # noqa: PLC0415
    from ecsuite.report.stored import read_result  # noqa: PLC0415
    from ecsuite.report.text import accepted_text  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    day, folder = date_or_none(until), report or store.last()
    if day is None or day < date.today():  # noqa: DTZ011  the local date
        raise BadDate("--until", until, "expected a day that is to come, such as 2027-01-31")
    if not reason.strip():
        raise click.BadParameter("expected a reason", param_hint="--reason")
    result = read_result(folder)
    if number > len(result.causes):
        raise NoSuchCause(number, len(result.causes))
    marks = result.causes[number - 1].marks
    if not marks:
        raise ReportUnusable(folder, "it is of an earlier ecsuite, which did not keep what can be accepted: run again")
    path, count = add_entries(find(Path.cwd()), marks, reason.strip(), day, Path.cwd())
    print(accepted_text(path.name, count))
