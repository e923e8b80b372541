"""`--ec-har FILE`: all exchanges of a run as an HTTP Archive."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.errors import OutputUnwritable
from ecsuite.findings.finding import Result
from ecsuite.plugin.session import usage_errors
from ecsuite.results import har
from ecsuite.results.own import Privacy, own_values
from ecsuite.session import Run
from ecsuite.session.outputs import require_file

# The most exchanges per test, to limit memory.
MOST_OF_TEST: Final = 10_000
_FILE: Final = pytest.StashKey[Path]()
_EXCHANGES: Final = pytest.StashKey[list[tuple[float, Result]]]()
# The key under which a worker gets the path of the file.
_OF_WORKER: Final = "ecsuite_har"
# The key under which a report has the reason why exchanges of its test could not be written.
_FAILED: Final = "ecsuite_har_failed"
_REASONS: Final = pytest.StashKey[dict[str, None]]()


def pytest_configure(config: pytest.Config) -> None:
    """Require that the file can be written, before anything is sent; a worker of pytest-xdist gets its path."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        if _OF_WORKER in worker:
            config.stash[_FILE] = Path(worker[_OF_WORKER])
        return
    given: Path | None = config.getoption("--ec-har")
    if given is None:
        return
    file = config.stash[_FILE] = config.invocation_params.dir / given
    with usage_errors():
        require_file(file, "--ec-har", is_replaced=True)
    har.remove_parts(file)
    reasons = config.stash[_REASONS] = {}
    config.pluginmanager.register(Failures(reasons), "ecsuite_har_failures")


class Failures:
    """Collects the reasons why exchanges could not be written, from all processes; a plugin of the main process."""

    def __init__(self, reasons: dict[str, None]) -> None:
        self._reasons = reasons

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read the reason from a report."""
        self._reasons |= {str(value): None for name, value in report.user_properties if name == _FAILED}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the path of the file to a worker."""
    file = node.config.stash.get(_FILE, None)
    if file is not None:
        node.workerinput[_OF_WORKER] = str(file)


def keep_exchanges(item: pytest.Item, run: Run) -> None:
    """Keep the exchanges of a test's run, if an archive is requested."""
    if item.config.stash.get(_FILE, None) is None:
        return
    kept = item.stash[_EXCHANGES] = []

    def listen(result: Result) -> None:
        if len(kept) < MOST_OF_TEST:
            kept.append((time.time() - result.exchange.seconds, result))

    run.journal.listeners.append(listen)


def write_exchanges(item: pytest.Item, run: Run) -> None:
    """Write the exchanges of a test, once its secrets and its own ids are known."""
    kept = item.stash.get(_EXCHANGES, [])
    if not kept:
        return
    # Cached, because headers, URLs and bodies repeat, and masking them takes most of the time.
    file, mask = item.config.stash[_FILE], cache(run.redactor.text)
    deliveries = run.api.checker.contract.deliveries
    privacy = Privacy(own_values((result for _, result in kept), deliveries))
    entries = [
        har.entry_of(result, at, item.nodeid, privacy, mask, is_delivery=_called(result) in deliveries)
        for at, result in kept
    ]
    item.stash[_EXCHANGES] = []
    process = getattr(item.config, "workerinput", {}).get("workerid", "main")
    try:
        har.append(har.part_of(file, process), entries)
    except OSError as error:
        # Not a failure of the test; the main process reports it at the end.
        item.user_properties.append((_FAILED, error.strerror or str(error)))


def _called(result: Result) -> str:
    return result.operation.id if result.operation else ""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Assemble the archive, after the workers have ended."""
    file = session.config.stash.get(_FILE, None)
    if file is None or hasattr(session.config, "workerinput"):
        return
    for reason in session.config.stash[_REASONS]:
        _fail(session, OutputUnwritable("--ec-har", file, reason))
    try:
        left_out = har.put_together(file)
    except OutputUnwritable as error:
        _fail(session, error)
        return
    if left_out:
        _tell(session, f"{file}: {left_out} exchanges are left out, for there are too many")


def _fail(session: pytest.Session, error: OutputUnwritable) -> None:
    """Report that the archive could not be written; a run with findings keeps its exit status."""
    if session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = error.exit_code
    _tell(session, str(error))


def _tell(session: pytest.Session, text: str) -> None:
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"ecsuite: {text}")
