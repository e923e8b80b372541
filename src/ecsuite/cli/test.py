"""`ecsuite test`: the tests of the API, from any folder."""

from __future__ import annotations

from collections.abc import Mapping

import click

from ecsuite.cli.options import ENV_FILE, REPORT

# An option of ours, as pytest has it.
_PREFIX = "--ec-"


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
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
@click.option("--strict", "--ec-strict", is_flag=True, help="Fail on warnings as well as on errors.")
@click.option(
    "--allow-production", "--ec-allow-production", is_flag=True, help="Let a live run write to a production host."
)
@click.option("--keep", "--ec-keep", is_flag=True, help="Leave what the run makes on the server, and list it.")
@REPORT
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[TESTS] [PYTEST OPTIONS]")
def test(options: tuple[str, ...], **own: object) -> int:
    """Run the tests of the API with pytest: all, or TESTS by the names that a run prints: tests/rules/test_token.py."""
    from ecsuite.plugin.suite import run_suite  # noqa: PLC0415

    return run_suite([*_given(own), *options])


def _given(own: Mapping[str, object]) -> list[str]:
    """Options of ours as pytest knows them."""
    named = {_PREFIX + name.replace("_", "-"): value for name, value in own.items() if value}
    return [name if value is True else f"{name}={value}" for name, value in named.items()]
