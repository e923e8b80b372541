"""`ecsuite walkthrough`: the quickstart, told step by step."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.cli.options import ENV_FILE

if TYPE_CHECKING:
    from ecsuite.client import Wait


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
def walkthrough(
    target: str | None, edition: str | None, *, env_file: Path | None, allow_production: bool, strict: bool
) -> int:
    """Tell the quickstart step by step, with its real traffic, and check all of it."""
    from ecsuite.config import configure  # noqa: PLC0415
    from ecsuite.report.terminal import tell  # noqa: PLC0415
    from ecsuite.report.text import entry_lines, waiting_text  # noqa: PLC0415
    from ecsuite.results.collect import expired_entries  # noqa: PLC0415
    from ecsuite.session import Session, Settings  # noqa: PLC0415

    configuration = configure(target, edition, env_file=env_file)
    mode, deviations = configuration.mode or "replay", configuration.deviations()
    chosen = configuration.one_edition(mode)
    settings = Settings.of(mode, chosen, allow_production=allow_production, deviations=deviations)

    def tell_wait(wait: Wait) -> None:
        print(waiting_text(wait), file=sys.stderr)

    with closing(Session(settings, configuration.env, tell=tell_wait)) as session:
        session.require_server()
        with session.run(chosen, "quickstart") as run:
            passed = tell(run, strict=strict, deviations=deviations)
    for line in entry_lines(expired_entries(deviations)):
        print(line)
    return 0 if passed and not deviations.expired else BROKEN
