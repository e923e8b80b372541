"""`ecsuite cleanup`: deletes what earlier runs left on the server."""

from __future__ import annotations

from pathlib import Path

import click

from ecsuite.cli.options import ENV_FILE, TARGET


@click.command(short_help="Delete what earlier live runs left on the server.")
@TARGET
@ENV_FILE
@click.option("--dry-run", is_flag=True, help="Tell what would be deleted, and send nothing.")
@click.option("--allow-production", "--ec-allow-production", is_flag=True, help="Delete on a production host as well.")
def cleanup(target: str | None, env_file: Path | None, *, dry_run: bool, allow_production: bool) -> int:
    """Delete what earlier live runs left on the server, by their ledgers, and nothing else.

    Give it the same --target NAME, --env-file and variables as the run.
    """
    from ecsuite.config import configure  # noqa: PLC0415
    from ecsuite.errors import abridged  # noqa: PLC0415
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.text import error_line, left_lines, waiting_text  # noqa: PLC0415
    from ecsuite.session.cleaning import Cleaning  # noqa: PLC0415

    left = Cleaning(
        lambda line: click.echo(abridged(error_line(line))),
        lambda wait: click.echo(waiting_text(wait), err=True),
        configuration=lambda: configure(target or "live", env_file=env_file),
        dry_run=dry_run,
        allow_production=allow_production,
    ).run()
    for line in left_lines(left):
        click.echo(line)
    return exit_code(left)
