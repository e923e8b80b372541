"""The command `ecsuite`: one module for each subcommand.

Each subcommand imports its dependencies inside its function, so that no command waits for the imports of another.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import click

from ecsuite.cli import (
    accept,
    catalogue,
    check,
    cleanup,
    deliver,
    doctor,
    export,
    init,
    report,
    serve,
    show,
    test,
    token,
    walkthrough,
)
from ecsuite.cli.codes import INTERRUPTED, USAGE
from ecsuite.cli.masking import masked
from ecsuite.errors import EcsuiteError
from ecsuite.streams import discard, escape_what_cannot_be_shown, open_missing, say, unwritable
from ecsuite.version import __version__

# In the order in which users need them.
COMMANDS: Final = (
    walkthrough.walkthrough,
    test.test,
    show.show,
    report.report,
    init.init,
    doctor.doctor,
    token.token,
    cleanup.cleanup,
    accept.accept,
    serve.serve,
    catalogue.faults,
    catalogue.variants,
    check.check,
    deliver.deliver,
    export.export,
)
# Maximum characters of an invalid path in an error message.
_SHOWN: Final = 60


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; report every error on one line, and exit with the right code."""
    open_missing()
    for stream in (sys.stdout, sys.stderr):
        escape_what_cannot_be_shown(stream)
    # Retries are reported in our own words, so stamina's log is silenced.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
    try:
        code = ecsuite.main(args=arguments, prog_name="ecsuite", standalone_mode=False)
        # Flush buffered output now, while an error can still be reported.
        with _noticing_closed_output():
            sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        code = USAGE
    except click.ClickException as error:
        code = _usage(masked(error.format_message()), getattr(error, "ctx", None))
    except EcsuiteError as error:
        say(masked(_shown(error)))
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("ecsuite: interrupted")
        code = INTERRUPTED
    except _ReaderGone:
        # The reader of the output is gone, so the exit code must not claim anything about a server.
        discard(sys.stdout)
        code = INTERRUPTED
    except OSError as error:
        code = _of_system(error)
    sys.exit(code or 0)


def _of_system(error: OSError) -> int:
    """Report an error of the operating system; re-raise errors that are not the user's."""
    if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
        return _usage(f"{masked(str(error.filename)[:_SHOWN])!r} cannot be a path ({error.strerror})")
    if error.filename is not None:
        raise error
    if error.errno == errno.ENOENT:
        say("ecsuite: the current folder is not there any more: go to another one")
        return USAGE
    discard(sys.stdout)
    say(f"ecsuite: {unwritable(error)}")
    return USAGE


def _shown(error: EcsuiteError) -> str:
    # Imported only if there is an error.
    from ecsuite.findings.broken import PromiseBroken  # noqa: PLC0415
    from ecsuite.report.findings import before_tests_text  # noqa: PLC0415
    from ecsuite.report.text import error_text  # noqa: PLC0415

    return before_tests_text(error) if isinstance(error, PromiseBroken) else error_text(error)


def _usage(message: str, context: click.Context | None = None) -> int:
    """Report a usage error, and name the command whose help explains the usage."""
    say(f"ecsuite: {message} (see: {context.command_path if context else 'ecsuite'} --help)")
    return USAGE


class _ReaderGone(Exception):
    """Nobody reads the output any more. Click would exit with code 1, which means that a promise is broken."""


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  as click calls it
        """Return the commands in the order of `COMMANDS`."""
        return [*self.commands]

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with _noticing_closed_output():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _noticing_closed_output():
            return super().invoke(ctx)


@contextmanager
def _noticing_closed_output() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Writing to a closed terminal fails with EIO.
        if not isinstance(error, BrokenPipeError) and error.errno != errno.EIO:
            raise
        raise _ReaderGone from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="ecsuite %(version)s")
def ecsuite() -> None:
    """The Energy Coordination API's quickstart, as an executable test and contract suite."""


for _command in COMMANDS:
    ecsuite.add_command(_command)
