"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

ENV_FILE = click.option(
    "--env-file",
    "--ec-env-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with variables such as EC_CLIENT_SECRET=..., for those that are not in the environment.",
)
TARGET = click.option(
    "--target",
    "--ec-target",
    metavar="NAME",
    help="A target in ecsuite.toml.  [default: the one that is named there, or the only one]",
)
REPORT = click.option(
    "--report",
    "--ec-report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the result of the run is.  [default: .ecsuite/last]",
)
