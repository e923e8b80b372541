"""`ecsuite walkthrough`: the quickstart, told step by step."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import cast

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.target import MODES, Mode


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
def walkthrough(target: str, edition: str | None, *, allow_production: bool, strict: bool) -> int:
    """Tell the quickstart step by step, with its real traffic, and check all of it."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.terminal import tell  # noqa: PLC0415
    from ecsuite.report.text import waiting_text  # noqa: PLC0415
    from ecsuite.session import Session, Settings  # noqa: PLC0415

    mode = cast("Mode", target)
    chosen = editions.require(edition or editions.default(mode))
    settings = Settings.of(mode, chosen, allow_production=allow_production)
    with closing(Session(settings, tell=lambda wait: print(waiting_text(wait), file=sys.stderr))) as session:
        session.require_server()
        with session.run(chosen, "quickstart") as run:
            passed = tell(run, strict=strict)
    return 0 if passed else BROKEN
