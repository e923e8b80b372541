"""`ecsuite doctor`: shows each setting with its origin, and tests whether a live run could reach the API."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ecsuite.cli.codes import USAGE
from ecsuite.cli.options import ENV_FILE, TARGET
from ecsuite.errors import abridged
from ecsuite.streams import say

if TYPE_CHECKING:
    from ecsuite.client import Wait
    from ecsuite.config import Configuration

_STYLES: Final = {"ok": "green", "bad": "red", "unknown": "yellow"}
_UNSAID: Final = "-"
# Columns beside a heading; where there are fewer, lines are not wrapped.
_SMALLEST_ROOM: Final = 30


@click.command(short_help="Show the settings of a live run, and test the connection.")
@TARGET
@click.option("--edition", "--ec-edition", metavar="EDITION", help="The edition that is expected.")
@ENV_FILE
@click.option("--allow-production", "--ec-allow-production", is_flag=True, help="Allow requests to a production host.")
def doctor(target: str | None, edition: str | None, env_file: Path | None, *, allow_production: bool) -> int:
    """Show the settings of a live run, and test the connection: addresses, proxy, TLS, clock, tokens, webhooks."""
    from ecsuite.config import configure, keys  # noqa: PLC0415
    from ecsuite.doctor import examine  # noqa: PLC0415
    from ecsuite.report.text import columns, error_line, waiting_text  # noqa: PLC0415

    def tell(wait: Wait) -> None:
        say(waiting_text(wait))

    configuration = configure(target or "live", edition, env_file=env_file)
    print(columns(("setting", "value", "from"), _rows(configuration)))
    if unset := [name for name in keys.SETTINGS if configuration.values.get(name) is None]:
        print(_hanging("not set: ", ", ".join(unset)))
    print()
    is_well = True
    for found in examine(configuration, tell, allow_production=allow_production):
        is_well &= found.state != "bad"
        head = f"{found.state:<8} {found.topic:<15} "
        said = _hanging(head, abridged(error_line(found.said))).removeprefix(found.state)
        click.echo(click.style(found.state, _STYLES[found.state]) + said)
    return 0 if is_well else USAGE


def _hanging(head: str, text: str) -> str:
    """The text after a head, on a terminal in lines that fit, indented below the first; else on one line, for grep."""
    import shutil  # noqa: PLC0415
    from textwrap import fill  # noqa: PLC0415

    room = shutil.get_terminal_size().columns - len(head)
    if not sys.stdout.isatty() or room < _SMALLEST_ROOM:
        return head + text
    lines = fill(text, room, break_long_words=False, break_on_hyphens=False).split("\n")
    return head + f"\n{' ' * len(head)}".join(lines)


def _rows(configuration: Configuration) -> Iterator[tuple[str, str, str]]:
    """The settings that have values, with their origins; of a secret, only that it is set."""
    from ecsuite.config import keys  # noqa: PLC0415

    edition = configuration.edition
    document = configuration.document
    yield "configuration", document.name if document else _UNSAID, str(document.path.parent) if document else "default"
    if configuration.target:
        yield "target", configuration.target, document.where(keys.TARGETS, configuration.target) if document else ""
    yield ("edition", edition.text, edition.origin) if edition else ("edition", "the newest", "default")
    for name in (*keys.SETTINGS, *keys.SECRETS):
        value = configuration.values.get(name)
        if value is not None:
            yield name, "(a secret)" if name in keys.SECRETS else value.text, value.origin
    for name in os.environ:
        if name.startswith(keys.PREFIX) and name not in keys.VARIABLES:
            near = keys.nearest(name, keys.VARIABLES)
            yield name, f"nothing reads it{f'; did you mean {near}?' if near else ''}", "environment"
