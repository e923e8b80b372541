"""`ecsuite test`: runs the tests of the API, from any folder."""

from __future__ import annotations

from collections.abc import Mapping

import click

from ecsuite.cli.options import ENV_FILE, STRICT

# Options of ecsuite with the names that pytest uses.
_PREFIX = "--ec-"


@click.command(
    short_help="Run the tests of the API: recorded, local or live.",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]},
    epilog="All other options are pytest's: -k, -n 4, --junitxml FILE, ...  (ecsuite test -- --help lists them.)",
)
@click.option(
    "--target",
    "--ec-target",
    metavar="TARGET",
    help="Where the exchanges come from: recordings (replay), a server started on this machine (local), the one in "
    "EC_BASE_URL or ecsuite.toml (live), or a target in that file by its name.  [default: replay]",
)
@click.option(
    "--edition",
    "--ec-edition",
    metavar="EDITION",
    help="The edition to test, or all.  [default: all; live: the newest]",
)
@ENV_FILE
@STRICT
@click.option(
    "--allow-production", "--ec-allow-production", is_flag=True, help="Let a live run write to a production host."
)
@click.option("--keep", "--ec-keep", is_flag=True, help="Leave what the run makes on the server, and list it.")
@click.option(
    "--profile",
    "--ec-profile",
    metavar="NAME",
    help="How much is run: smoke, standard or full; docs/size.md has what each sends.  "
    "[default: full; live: standard, unless --strict or CI]",
)
@click.option(
    "--operation",
    "--ec-operation",
    metavar="ID",
    multiple=True,
    help="Run the tests about an operation (repeatable).",
)
@click.option(
    "--tag",
    "--ec-tag",
    metavar="TAG",
    multiple=True,
    help="Run the tests about the operations under a tag of the contract (repeatable).",
)
@click.option(
    "--promise",
    "--ec-promise",
    metavar="ID",
    multiple=True,
    help="Run the tests that look at a promise of docs/checks.md (repeatable).",
)
@click.option("--rate", "--ec-rate", metavar="N/s", help="Send at most N requests a second (also N/m, N/h).")
@click.option("--max-requests", "--ec-max-requests", metavar="N", help="Send at most N requests in all.")
@click.option("--max-time", "--ec-max-time", metavar="TIME", help="Start nothing new after this time (90s, 10m, 1h).")
@click.option("--max-findings", "--ec-max-findings", metavar="N", help="End the run after N findings.")
@click.option(
    "--unusual-ids",
    "--ec-unusual-ids",
    is_flag=True,
    help="Send ids that a server may be unable to find in a path, and so to delete.",
)
@click.option(
    "--coverage-min",
    "--ec-coverage-min",
    metavar="N",
    help="Fail a run that has seen less than N percent of the contracts.",
)
@click.option("--har", "--ec-har", metavar="FILE", help="Write all exchanges to an HTTP Archive.")
@click.option(
    "--report",
    "--ec-report",
    metavar="DIR",
    help="Write the result there, with report.html, junit.xml and summary.md.  [default: .ecsuite/last, without these]",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[TESTS] [PYTEST OPTIONS]")
def test(options: tuple[str, ...], **own: object) -> int:
    """Run the tests of the API with pytest: all, or TESTS by the names that a run prints."""
    from ecsuite.plugin.suite import run_suite  # noqa: PLC0415

    return run_suite([*_given(own), *options])


def _given(own: Mapping[str, object]) -> list[str]:
    """Translate ecsuite's options to pytest's."""
    named = {_PREFIX + name.replace("_", "-"): value for name, value in own.items() if value}
    every = [(name, one) for name, value in named.items() for one in (value if isinstance(value, tuple) else (value,))]
    return [name if value is True else f"{name}={value}" for name, value in every]
