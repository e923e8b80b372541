"""`ecsuite walkthrough`: runs the quickstart and explains it step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.cli.options import ENV_FILE, STRICT
from ecsuite.errors import CouldNotTell, DataNotReplayed
from ecsuite.streams import say

if TYPE_CHECKING:
    from ecsuite.left import Left
    from ecsuite.quickstart.rows import Row
    from ecsuite.session import Run, Session
    from ecsuite.target import Mode


@click.command(short_help="Tell the quickstart step by step, and check all of it.")
@click.option(
    "--target",
    "--ec-target",
    metavar="TARGET",
    help="Where the exchanges come from: a recording (replay), a server started on this machine (local), the one in "
    "EC_BASE_URL or ecsuite.toml (live), or a target in that file by its name.  [default: replay]",
)
@click.option(
    "--edition",
    "--ec-edition",
    metavar="EDITION",
    help="The edition of the guide.  [default: the oldest; live: the newest]",
)
@click.option(
    "--allow-production",
    "--ec-allow-production",
    is_flag=True,
    help="Let a live walkthrough write to a production host.",
)
@ENV_FILE
@STRICT
@click.option("--full", is_flag=True, help="Name each check, and show each body to its end.")
@click.option("--step", is_flag=True, help="Wait for a key before each step, on a terminal.")
@click.option(
    "--data",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Run it once for each row of your own test data, a CSV or JSON file; see docs/configuration.md.",
)
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it as a page with explanations, instead of printing it.",
)
def walkthrough(  # noqa: PLR0913
    target: str | None,
    edition: str | None,
    *,
    env_file: Path | None,
    allow_production: bool,
    strict: bool,
    full: bool,
    step: bool,
    data: Path | None,
    html: Path | None,
) -> int:
    """Tell the quickstart step by step, with its real traffic, and check all of it."""
    from ecsuite.config import configure  # noqa: PLC0415
    from ecsuite.config.limits import limits_of  # noqa: PLC0415
    from ecsuite.interrupts import Interrupts  # noqa: PLC0415
    from ecsuite.report.text import entry_lines, waiting_text  # noqa: PLC0415
    from ecsuite.results.entries import expired_entries  # noqa: PLC0415
    from ecsuite.session import Session, Settings  # noqa: PLC0415
    from ecsuite.session.outputs import require_file  # noqa: PLC0415

    if data is not None and html is not None:
        raise click.UsageError("--data tells of many rows, a line each, and --html of one story: give one of them")
    configuration = configure(target, edition, env_file=env_file)
    mode, deviations = configuration.mode or "replay", configuration.deviations()
    chosen = configuration.one_edition(mode)
    limits = limits_of(configuration)
    settings = Settings.of(mode, chosen, allow_production=allow_production, limits=limits, deviations=deviations)
    if html is not None:
        require_file(html, "--html", is_replaced=True)
    rows = _rows(data, mode, chosen) if data else ()
    session = Session(settings, configuration.env, tell=lambda wait: say(waiting_text(wait)))
    with Interrupts(say, session.activity.ending), closing(session), session.masking():
        session.require_server()
        tell_steps = partial(_tell, session, html, strict=strict, full=full, pause=_wait_for_key if step else _go_on)
        code = _tell_rows(session, rows, strict=strict) if rows else tell_steps()
    for line in entry_lines(expired_entries(deviations)):
        print(line)
    return BROKEN if deviations.expired else code


def _go_on() -> None:
    pass


def _wait_for_key() -> None:
    """Wait for a key; do nothing if the input is not a terminal."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        # A complete line, because a progress bar is shown below.
        print("\n[any key: the next step; Ctrl-C: the end]", flush=True)
        click.getchar()


def _tell(session: Session, html: Path | None, *, strict: bool, full: bool, pause: Callable[[], object]) -> int:
    """Run the quickstart step by step, or write it as a page; return the exit code."""
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.terminal import tell  # noqa: PLC0415

    settings = session.settings
    with session.run(settings.editions[0], "quickstart") as run:
        if html is not None:
            passed = _write(html, run, strict=strict)
        else:
            passed = tell(run, strict=strict, full=full, deviations=settings.deviations, pause=pause)
    return exit_code(run.left) if passed else BROKEN


def _rows(path: Path, mode: Mode, edition: str) -> tuple[Row, ...]:
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.quickstart import guide  # noqa: PLC0415
    from ecsuite.quickstart.rows import read_rows  # noqa: PLC0415

    if mode == "replay":
        raise DataNotReplayed
    return read_rows(path, editions.contract(edition), guide(edition).MADE_BY)


def _tell_rows(session: Session, rows: Sequence[Row], *, strict: bool) -> int:
    """Run the quickstart for each row, and print one line for each at the end; return the exit code."""
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.rows import tell_row  # noqa: PLC0415

    settings, outcomes = session.settings, []
    left: list[Left] = []
    for row in rows:
        with session.run(settings.editions[0]) as run:
            outcomes.append(tell_row(run, row, strict=strict, deviations=settings.deviations))
        left += run.left
        if outcomes[-1].details:
            print(f"{row.where}\n{outcomes[-1].details}\n")
    print(*(each.line for each in outcomes), sep="\n")
    if any(each.failed for each in outcomes):
        return BROKEN
    return exit_code(left) or (CouldNotTell.exit_code if any(each.untold for each in outcomes) else 0)


def _write(file: Path, run: Run, *, strict: bool) -> bool:
    """Write the page, even if the quickstart stopped; return whether it was completed without an error.

    Raises:
        CouldNotTell: the service did not respond, so the quickstart could not go on; no promise is known to be broken.
    """
    from ecsuite.errors import NothingThere  # noqa: PLC0415
    from ecsuite.report.lesson import lesson_html  # noqa: PLC0415
    from ecsuite.report.tale import run_quickstart  # noqa: PLC0415
    from ecsuite.report.text import error_text, left_lines  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    tale = run_quickstart(run, strict=strict)
    store.write_texts(file.parent, {file.name: lesson_html(tale)}, "--html")
    print(file)
    for line in left_lines(run.left):
        say(tale.mask(line))
    if isinstance(tale.stopped, CouldNotTell | NothingThere) and not tale.is_broken:
        raise tale.stopped
    if tale.stopped:
        say(error_text(f"it cannot go on: {tale.mask(str(tale.stopped))}"))
    return tale.passed
