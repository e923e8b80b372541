"""`ecsuite show`: shows the findings of the last run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecsuite.cli.options import REPORT, WholeNumber
from ecsuite.errors import NoSuchCause

if TYPE_CHECKING:
    from ecsuite.report.lines import Line


@click.command(short_help="Show what the last run found: all causes, or one whole.")
@click.argument("number", type=WholeNumber(1), required=False)
@click.option("--markdown", is_flag=True, help="As a report for the API's owner.")
@REPORT
def show(*, number: int | None, markdown: bool, report: Path | None) -> None:
    """Show what the last run found: all causes, or the one of that NUMBER whole."""
    import shutil  # noqa: PLC0415

    from ecsuite.report.markdown import cause_markdown  # noqa: PLC0415
    from ecsuite.report.show import list_lines, whole_lines  # noqa: PLC0415
    from ecsuite.report.stored import read_result  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    folder = report or store.last()
    result = read_result(folder)
    if number is not None and number > len(result.causes):
        raise NoSuchCause(number, len(result.causes))
    chosen = result.causes if number is None else (result.causes[number - 1],)
    if markdown:
        print(*(cause_markdown(result, cause) for cause in chosen), sep="\n", end="")
    elif number is None:
        _print(list_lines(result, shutil.get_terminal_size((120, 24)).columns, str(folder)))
    else:
        _print(whole_lines(number, chosen[0], str(folder.parent if folder.is_file() else folder)))


_STYLES: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "bold": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan"},
    "dim": {"dim": True},
}


def _print(lines: Iterable[Line]) -> None:
    """Print lines with their styles; click removes the styles if the output is not a terminal."""
    for line in lines:
        click.echo(
            "".join(
                click.style(part.text, **_STYLES[part.style]) if part.style != "plain" else part.text for part in line
            )
        )
