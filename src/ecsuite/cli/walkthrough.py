"""`ecsuite walkthrough`: the quickstart, told step by step."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.cli.options import ENV_FILE
from ecsuite.errors import CouldNotTell, DataNotReplayed

if TYPE_CHECKING:
    from ecsuite.left import Left
    from ecsuite.quickstart.rows import Row
    from ecsuite.session import Session
    from ecsuite.target import Mode


@click.command()
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
@click.option("--strict", "--ec-strict", is_flag=True, help="Fail on warnings as well as on errors.")
@click.option(
    "--data",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Once for each row of a CSV or JSON file of your own test data, a line a row; see docs/configuration.md.",
)
def walkthrough(
    target: str | None,
    edition: str | None,
    *,
    env_file: Path | None,
    allow_production: bool,
    strict: bool,
    data: Path | None,
) -> int:
    """Tell the quickstart step by step, with its real traffic, and check all of it."""
    from ecsuite.config import configure  # noqa: PLC0415
    from ecsuite.interrupts import Interrupts  # noqa: PLC0415
    from ecsuite.report.text import entry_lines, waiting_text  # noqa: PLC0415
    from ecsuite.results.collect import expired_entries  # noqa: PLC0415
    from ecsuite.session import Session, Settings  # noqa: PLC0415

    configuration = configure(target, edition, env_file=env_file)
    mode, deviations = configuration.mode or "replay", configuration.deviations()
    chosen = configuration.one_edition(mode)
    settings = Settings.of(mode, chosen, allow_production=allow_production, deviations=deviations)
    said = partial(print, file=sys.stderr)
    rows = _rows(data, mode, chosen) if data else ()
    session = Session(settings, configuration.env, tell=lambda wait: said(waiting_text(wait)))
    with Interrupts(said), closing(session), session.masking():
        session.require_server()
        code = _tell_rows(session, rows, strict=strict) if rows else _tell(session, strict=strict)
    for line in entry_lines(expired_entries(deviations)):
        print(line)
    return BROKEN if deviations.expired else code


def _tell(session: Session, *, strict: bool) -> int:
    """The quickstart, step by step; the exit code."""
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.terminal import tell  # noqa: PLC0415

    settings = session.settings
    with session.run(settings.editions[0], "quickstart") as run:
        passed = tell(run, strict=strict, deviations=settings.deviations)
    return exit_code(run.left) if passed else BROKEN


def _rows(path: Path, mode: Mode, edition: str) -> tuple[Row, ...]:
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.quickstart import guide  # noqa: PLC0415
    from ecsuite.quickstart.rows import read_rows  # noqa: PLC0415

    if mode == "replay":
        raise DataNotReplayed
    return read_rows(path, editions.contract(edition), guide(edition).MADE_BY)


def _tell_rows(session: Session, rows: Sequence[Row], *, strict: bool) -> int:
    """The quickstart of each row; a line each at the end; the exit code."""
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.rows import tell_row  # noqa: PLC0415

    settings, told = session.settings, []
    left: list[Left] = []
    for row in rows:
        with session.run(settings.editions[0]) as run:
            told.append(tell_row(run, row, strict=strict, deviations=settings.deviations))
        left += run.left
        if told[-1].details:
            print(f"{row.where}\n{told[-1].details}\n")
    print(*(each.line for each in told), sep="\n")
    if any(each.failed for each in told):
        return BROKEN
    return exit_code(left) or (CouldNotTell.exit_code if any(each.untold for each in told) else 0)
