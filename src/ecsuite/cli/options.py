"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import click

_WHOLE_NUMBER: Final = re.compile(r"[+-]?0*\d{1,15}", re.ASCII)


class WholeNumber(click.IntRange):
    """A whole number in a range, in ASCII digits only; Python's int accepts digits of every script."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert the value to a number."""
        if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value.strip()):
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        return super().convert(value, param, ctx)


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
    help="Where the result of the run is.  [default: that of the last run]",
)
REPORT_TO = click.option(
    "--report",
    "--ec-report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the result there, for `ecsuite show --report DIR` and `ecsuite report DIR`.",
)
STRICT = click.option("--strict", "--ec-strict", is_flag=True, help="Fail on warnings as well as on errors.")
