"""`ecsuite token`: an access token, for scripts and for EC_ACCESS_TOKEN."""

from __future__ import annotations

import os
import sys

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.cli.masking import masked


@click.command()
@click.option("--edition", "--ec-edition", metavar="EDITION", help="Whose contract is checked.  [default: the newest]")
def token(edition: str | None) -> int:
    """Print an access token for EC_CLIENT_ID and EC_CLIENT_SECRET, from EC_TOKEN_URL, and nothing else."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.findings.broken import PromiseBroken  # noqa: PLC0415
    from ecsuite.report.text import error_text, waiting_text  # noqa: PLC0415
    from ecsuite.session.preflight import access_token  # noqa: PLC0415
    from ecsuite.target import token_endpoint  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("live"))
    try:
        print(access_token(chosen, token_endpoint(os.environ), lambda wait: print(waiting_text(wait), file=sys.stderr)))
    except PromiseBroken as error:
        print(masked(error_text(error)), file=sys.stderr)
        return BROKEN
    return 0
