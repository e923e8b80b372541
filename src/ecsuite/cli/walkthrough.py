"""`ecsuite walkthrough`: the quickstart, told step by step."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.target import MODES, Mode

if TYPE_CHECKING:
    from ecsuite.session import Run


@click.command()
@click.option(
    "--target",
    "--ec-target",
    type=click.Choice(MODES),
    default="replay",
    show_default=True,
    help="Where the exchanges come from: a recording, a server started on this machine, or the one in EC_BASE_URL.",
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
@click.option("--strict", "--ec-strict", is_flag=True, help="Fail on warnings as well as on errors.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it as a page that teaches, instead of telling it here.",
)
def walkthrough(target: str, edition: str | None, *, allow_production: bool, strict: bool, html: Path | None) -> int:
    """Tell the quickstart step by step, with its real traffic, and check all of it."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.interrupts import Interrupts  # noqa: PLC0415
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.text import waiting_text  # noqa: PLC0415
    from ecsuite.session import Session, Settings  # noqa: PLC0415
    from ecsuite.session.outputs import require_file  # noqa: PLC0415

    mode = cast("Mode", target)
    chosen = editions.require(edition or editions.default(mode))
    settings = Settings.of(mode, chosen, allow_production=allow_production)
    if html is not None:
        require_file(html, "--html", is_replaced=True)
    said = partial(print, file=sys.stderr)
    session = Session(settings, tell=lambda wait: said(waiting_text(wait)))
    with Interrupts(said), closing(session), session.masking():
        session.require_server()
        with session.run(chosen, "quickstart") as run:
            passed = _write(html, run, strict=strict) if html else _tell(run, strict=strict)
    return exit_code(run.left) if passed else BROKEN


def _tell(run: Run, *, strict: bool) -> bool:
    from ecsuite.report.terminal import tell  # noqa: PLC0415

    return tell(run, strict=strict)


def _write(file: Path, run: Run, *, strict: bool) -> bool:
    """Write the page, also of a story that could not go on; whether it was told to its end, without an error.

    Raises:
        CouldNotTell: the service had no answer, so the story could not go on; nothing is known to be broken.
    """
    from ecsuite.errors import CouldNotTell, NothingThere  # noqa: PLC0415
    from ecsuite.report.lesson import lesson_html  # noqa: PLC0415
    from ecsuite.report.tale import told  # noqa: PLC0415
    from ecsuite.report.text import error_text, left_lines  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    tale = told(run, strict=strict)
    store.write_texts(file.parent, {file.name: lesson_html(tale)})
    print(file)
    for line in left_lines(run.left):
        print(tale.mask(line), file=sys.stderr)
    if isinstance(tale.stopped, CouldNotTell | NothingThere) and not tale.is_broken:
        raise tale.stopped
    if tale.stopped:
        print(error_text(f"it cannot go on: {tale.mask(str(tale.stopped))}"), file=sys.stderr)
    return tale.passed
