"""`ecsuite token`: prints an access token for scripts and for EC_ACCESS_TOKEN."""

from __future__ import annotations

from pathlib import Path

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.cli.masking import masked
from ecsuite.cli.options import ENV_FILE, TARGET
from ecsuite.streams import say


@click.command(short_help="Print an access token.")
@click.option(
    "--edition", "--ec-edition", metavar="EDITION", help="The edition of the contract to check.  [default: the newest]"
)
@TARGET
@ENV_FILE
def token(edition: str | None, target: str | None, env_file: Path | None) -> int:
    """Print an access token for EC_CLIENT_ID and EC_CLIENT_SECRET, from EC_TOKEN_URL, and nothing else."""
    from ecsuite.config import configure  # noqa: PLC0415
    from ecsuite.findings.broken import PromiseBroken  # noqa: PLC0415
    from ecsuite.report.text import error_text, waiting_text  # noqa: PLC0415
    from ecsuite.session.preflight import access_token  # noqa: PLC0415
    from ecsuite.target import token_endpoint  # noqa: PLC0415

    configuration = configure(target or "live", edition, env_file=env_file)
    chosen = configuration.one_edition("live")
    try:
        print(access_token(chosen, token_endpoint(configuration.env), lambda wait: say(waiting_text(wait))))
    except PromiseBroken as error:
        say(masked(error_text(error), configuration.env))
        return BROKEN
    return 0
