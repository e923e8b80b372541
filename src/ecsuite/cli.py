"""The command `ecsuite`."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from ecsuite.errors import EcsuiteError, NoSuchCause
from ecsuite.target import MODES, Mode
from ecsuite.version import __version__

if TYPE_CHECKING:
    from ecsuite.report.lines import Line
    from ecsuite.standin.faults import Fault, Variant

# As pytest's: 0 all passed, 1 a promise broken, 2 interrupted, 4 usage error.
BROKEN = 1
INTERRUPTED = 2
USAGE = 4


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; every error ends as one line and the right exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows another one; it is no reason to stop.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    # What is worth telling of a retry is told in words of our own.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
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
    # Where there is an error.
    from ecsuite.findings.broken import PromiseBroken  # noqa: PLC0415
    from ecsuite.report.text import before_tests_text, error_text  # noqa: PLC0415

    return before_tests_text(error) if isinstance(error, PromiseBroken) else error_text(error)


def _usage(message: str) -> int:
    print(f"ecsuite: {message} (see: ecsuite --help)", file=sys.stderr)
    return USAGE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="ecsuite %(version)s")
def ecsuite() -> None:
    """The Energy Coordination API's quickstart, as an executable test and contract suite."""


@ecsuite.command()
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
    # Each command brings in what it needs, so that none waits for what another one does.
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


@ecsuite.command()
@click.option("--edition", "--ec-edition", metavar="EDITION", help="Whose contract is checked.  [default: the newest]")
def token(edition: str | None) -> int:
    """Print an access token for EC_CLIENT_ID and EC_CLIENT_SECRET, from EC_TOKEN_URL, and nothing else."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.findings.broken import PromiseBroken  # noqa: PLC0415
    from ecsuite.report.text import waiting_text  # noqa: PLC0415
    from ecsuite.session import access_token  # noqa: PLC0415
    from ecsuite.target import token_endpoint  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("live"))
    try:
        print(access_token(chosen, token_endpoint(os.environ), lambda wait: print(waiting_text(wait), file=sys.stderr)))
    except PromiseBroken as error:
        print(f"ecsuite: {error}", file=sys.stderr)
        return BROKEN
    return 0


@ecsuite.command()
@click.option("--edition", "--ec-edition", required=True, metavar="EDITION", help="The edition to serve.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes any free port.")
@click.option("--data", type=click.Path(path_type=Path), help="A file to keep the state in; else it is in memory.")
@click.option("--token-lifetime", type=click.IntRange(1), metavar="SECONDS", help="In place of the edition's own.")
@click.option("--fault", multiple=True, metavar="NAME", help="Do one thing wrong: one of `ecsuite faults`; repeatable.")
@click.option(
    "--variant",
    multiple=True,
    metavar="NAME",
    help="Do one thing in an unusual way: one of `ecsuite variants`; repeatable.",
)
@click.option("--until-eof", is_flag=True, help="Stop when the standard input ends.")
def serve(  # noqa: PLR0913
    *,
    edition: str,
    host: str,
    port: int,
    data: Path | None,
    token_lifetime: int | None,
    fault: tuple[str, ...],
    variant: tuple[str, ...],
    until_eof: bool,
) -> None:
    """Serve the stand-in, a small honest server of an edition, until interrupted.

    It prints its addresses and the credentials of its two partners as lines to paste into a shell.
    """
    from ecsuite import standin  # noqa: PLC0415

    planted = _planted(edition, fault, variant)

    def announce(running: standin.StandIn) -> None:
        print(*running.export_lines(), sep="\n")
        for each in planted:
            print(f"# It has a {type(each).__name__.lower()}, {each.name}: {each.description}.")
        print(f"# The stand-in of edition {edition} is running; Ctrl-C stops it.", flush=True)

    options: dict[str, Any] = {"host": host, "port": port, "token_lifetime": token_lifetime}
    if data is not None:
        options["data"] = data
    if planted:
        options["plant"] = lambda parts: [each.plant(parts) for each in planted]
    try:
        standin.serve(edition, announce, until=sys.stdin.buffer.read if until_eof else None, **options)
    except KeyboardInterrupt:
        # That is how it is stopped.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _planted(edition: str, names: Iterable[str], variants: Iterable[str]) -> list[Fault | Variant]:
    """The faults and the variants that are to be planted."""
    from ecsuite.standin import faults  # noqa: PLC0415

    return [
        *(faults.find_fault(edition, name) for name in names),
        *(faults.find_variant(edition, name) for name in variants),
    ]


@ecsuite.command()
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("--markdown", is_flag=True, help="As a report for the API's owner.")
@click.option(
    "--report",
    "--ec-report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the run has written its result.  [default: .ecsuite/last]",
)
def show(*, number: int | None, markdown: bool, report: Path | None) -> None:
    """Show what the last run of pytest found: all causes, or the one of that NUMBER whole."""
    from ecsuite.report.markdown import cause_markdown  # noqa: PLC0415
    from ecsuite.report.show import list_lines, whole_lines  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    folder = report or store.LAST
    result = store.read(folder)
    if number is not None and number > len(result.causes):
        raise NoSuchCause(number, len(result.causes))
    chosen = result.causes if number is None else (result.causes[number - 1],)
    if markdown:
        print(*(cause_markdown(result, cause) for cause in chosen), sep="\n", end="")
    elif number is None:
        _print(list_lines(result, shutil.get_terminal_size((120, 24)).columns, str(folder)))
    else:
        _print(whole_lines(number, chosen[0], str(folder.parent if folder.is_file() else folder)))


_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "bold": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan"},
    "dim": {"dim": True},
}


def _print(lines: Iterable[Line]) -> None:
    """Print lines with their styles; where nobody looks at a screen, click leaves those out."""
    for line in lines:
        click.echo(
            "".join(
                click.style(part.text, **_STYLES[part.style]) if part.style != "plain" else part.text for part in line
            )
        )


_EDITION = click.option(
    "--edition", "--ec-edition", metavar="EDITION", help="The edition of the stand-in.  [default: the oldest]"
)


@ecsuite.command()
@_EDITION
def faults(edition: str | None) -> None:
    """List what `ecsuite serve --fault NAME` can do wrong."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.text import columns  # noqa: PLC0415
    from ecsuite.standin.faults import of_faults  # noqa: PLC0415

    known = of_faults(editions.require(edition or editions.default("local")))
    rows = [(fault.name, fault.level, fault.category, fault.description) for fault in known]
    print(columns(("fault", "level", "category", "what it does"), rows))


@ecsuite.command()
@_EDITION
def variants(edition: str | None) -> None:
    """List what `ecsuite serve --variant NAME` can do in an unusual way, and right."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.text import columns  # noqa: PLC0415
    from ecsuite.standin.faults import of_variants  # noqa: PLC0415

    known = of_variants(editions.require(edition or editions.default("local")))
    print(columns(("variant", "what it does"), [(variant.name, variant.description) for variant in known]))
