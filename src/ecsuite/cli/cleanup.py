"""`ecsuite cleanup`: what earlier runs left on the server is deleted."""

from __future__ import annotations

import click


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell what would be deleted, and send nothing.")
@click.option("--allow-production", "--ec-allow-production", is_flag=True, help="Delete on a production host as well.")
def cleanup(*, dry_run: bool, allow_production: bool) -> int:
    """Delete what earlier live runs left on the server in EC_BASE_URL, by their ledgers, and nothing else."""
    from ecsuite.errors import abridged  # noqa: PLC0415
    from ecsuite.left import exit_code  # noqa: PLC0415
    from ecsuite.report.text import error_line, left_lines, waiting_text  # noqa: PLC0415
    from ecsuite.session.cleaning import Cleaning  # noqa: PLC0415

    left = Cleaning(
        lambda line: click.echo(abridged(error_line(line))),
        lambda wait: click.echo(waiting_text(wait), err=True),
        dry_run=dry_run,
        allow_production=allow_production,
    ).run()
    for line in left_lines(left):
        click.echo(line)
    return exit_code(left)
