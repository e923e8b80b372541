"""The options of the plugin. pytest always loads this module, because it is the entry point.

The plugin itself is loaded if a `conftest.py` or `-p` names `ecsuite.plugin`, or if one of these options is given. Any
other project gets no fixture, no marker and nothing else of ecsuite but these options.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import pytest

MOST_FINDINGS: Final = 250
HUNDRED: Final = 100
_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)
_PERCENT: Final = re.compile(r"\d{1,3}(\.\d{1,9})?|\.\d{1,9}", re.ASCII)
# At most so many characters of an invalid value are shown.
_SHOWN: Final = 60
_PREFIX: Final = "ec_"
_PLUGIN: Final = "ecsuite.plugin"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with the prefix `--ec-`."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from ecsuite.streams import open_missing  # noqa: PLC0415  nothing is loaded where nobody uses it

        # Before pytest captures the streams.
        open_missing()
    group = parser.getgroup("ecsuite", "Energy Coordination API")
    group.addoption(
        "--ec-target",
        metavar="TARGET",
        help="where the exchanges come from: the cassettes (replay, the default), the local stand-in over a socket "
        "(local), the server that EC_BASE_URL and the other variables or ecsuite.toml name (live), or a target in that "
        "file by its name",
    )
    group.addoption(
        "--ec-edition",
        metavar="EDITION",
        help="the edition to test, or all (the default; with live, the newest)",
    )
    group.addoption(
        "--ec-env-file",
        metavar="FILE",
        type=Path,
        help="a file with variables such as EC_CLIENT_SECRET=..., for those that are not in the environment",
    )
    group.addoption("--ec-allow-production", action="store_true", help="let a live run write to a production host")
    group.addoption(
        "--ec-profile",
        metavar="NAME",
        help="how much is run (smoke: the quickstart, and one call of each operation; standard: each operation, and "
        "each promise for each entity type, the default of live; full: everything, the default of "
        "all else, with --ec-strict, and where CI is set)",
    )
    for name, what in (
        ("operation", "an operation, by its operationId"),
        ("tag", "an operation under a tag of the contract"),
        ("promise", "a promise, by its id in docs/checks.md; with the other two, of these operations"),
    ):
        group.addoption(
            f"--ec-{name}",
            metavar="NAME",
            action="append",
            help=f"run the tests of the API that check {what} (may be given several times)",
        )
    group.addoption(
        "--ec-rate",
        metavar="N/s",
        help="send at most N requests a second (also N/m, N/h), all workers together "
        "(default: 10/s, and no limit if the server is on this machine)",
    )
    group.addoption(
        "--ec-max-requests",
        metavar="N",
        help="send at most N requests in all, all workers together; if tests are left, exit code 6",
    )
    group.addoption(
        "--ec-max-time",
        metavar="TIME",
        help="start nothing new after this time (90s, 10m, 1h); if tests are left, exit code 6",
    )
    group.addoption(
        "--ec-unusual-ids",
        action="store_true",
        help="send ids that a server may be unable to find in a path, and so to delete; always with local",
    )
    group.addoption("--ec-keep", action="store_true", help="leave what the run makes on the server, and list it")
    group.addoption("--ec-strict", action="store_true", help="fail on warnings as well as on errors")
    group.addoption(
        "--ec-report",
        metavar="DIR",
        type=Path,
        help="write the result of the run and its pages there: report.html, junit.xml, summary.md (default: "
        ".ecsuite/last gets the result only, for `ecsuite show` and `ecsuite report`)",
    )
    group.addoption(
        "--ec-max-findings",
        metavar="N",
        help="end the run after N findings; one of a known cause counts only if "
        f"a test could not continue after it (default: {MOST_FINDINGS}; 0: never)",
    )
    group.addoption(
        "--ec-har",
        metavar="FILE",
        type=Path,
        help="write all exchanges to an HTTP Archive (HAR), for browsers' developer tools and proxies",
    )
    group.addoption(
        "--ec-coverage-min",
        metavar="N",
        help="fail a run that has seen less than N percent of the contracts (docs/results.md says what counts)",
    )


def most_findings(config: pytest.Config) -> int:
    """After how many findings to end the run; 0 for no limit.

    Raises:
        pytest.UsageError: the option is not a valid number.
    """
    given: str | None = config.getoption("--ec-max-findings")
    if given is None:
        return MOST_FINDINGS
    if not _NUMBER.fullmatch(given):
        raise pytest.UsageError(f"--ec-max-findings {given[:_SHOWN]!r}: give a number, 0 or more")
    return int(given)


def coverage_min(config: pytest.Config) -> float | None:
    """The percentage of the contracts that must be seen, or None; raises as `most_findings`."""
    given: str | None = config.getoption("--ec-coverage-min")
    if given is None:
        return None
    if not _PERCENT.fullmatch(given) or float(given) > HUNDRED:
        raise pytest.UsageError(f"--ec-coverage-min {given[:_SHOWN]!r}: give a percentage, 0 to 100")
    return float(given)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Load the plugin if one of its options is given, so that no option is silently ignored."""
    given = vars(early_config.known_args_namespace)
    if any(value not in (None, False) for name, value in given.items() if name.startswith(_PREFIX)):
        early_config.pluginmanager.import_plugin(_PLUGIN)
