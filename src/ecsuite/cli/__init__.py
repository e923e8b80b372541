"""The command `ecsuite`: one module a subcommand.

Each brings in what it needs inside of its function, so that none waits for what another one does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

import click

from ecsuite.cli import catalogue, report, serve, show, token, walkthrough
from ecsuite.cli.codes import INTERRUPTED, USAGE
from ecsuite.errors import EcsuiteError
from ecsuite.version import __version__

COMMANDS: Final = (
    walkthrough.walkthrough,
    token.token,
    show.show,
    report.report,
    serve.serve,
    catalogue.faults,
    catalogue.variants,
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; every error ends as one line and the right exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows another one; it is no reason to stop.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = ecsuite.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        code = _usage(error.format_message())
    except EcsuiteError as error:
        print(_shown(error), file=sys.stderr)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("ecsuite: interrupted", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; nothing may be written any more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)


def _shown(error: EcsuiteError) -> str:
    from ecsuite.findings.broken import PromiseBroken  # noqa: PLC0415  where there is an error

    if not isinstance(error, PromiseBroken):
        return f"ecsuite: {error}"
    from ecsuite.report.findings import before_tests_text  # noqa: PLC0415  where there is a finding to be shown

    return before_tests_text(error)


def _usage(message: str) -> int:
    print(f"ecsuite: {message} (see: ecsuite --help)", file=sys.stderr)
    return USAGE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="ecsuite %(version)s")
def ecsuite() -> None:
    """The Energy Coordination API's quickstart, as an executable test and contract suite."""


for _command in COMMANDS:
    ecsuite.add_command(_command)
