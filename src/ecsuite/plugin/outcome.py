"""The verdict on a test: what the checks found fails it, whatever its own assertions say; no report has a secret."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from ecsuite.errors import CouldNotTell, EcsuiteError, NothingThere, PromiseBroken
from ecsuite.journal import Journal
from ecsuite.legacy_words import promise_of
from ecsuite.plugin.session import run_of
from ecsuite.plugin.summary import TALLY, packed
from ecsuite.plugin.unsteady import could_not_tell
from ecsuite.report.text import findings_text
from ecsuite.session import Run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Skip a test whose fixtures find nothing there to look at, or cannot tell; pytest tells its reason."""
    try:
        yield
    except NothingThere as error:
        stopped: BaseException = pytest.skip.Exception(str(error))
    except CouldNotTell as error:
        stopped = could_not_tell(item, error)
    else:
        return
    raise stopped


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test on what the checks found, whatever its own assertions say."""
    stopped: BaseException | None = None
    try:
        yield
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:  # noqa: BLE001  raised again below
        stopped = error
    run = run_of(item)
    if run is not None:
        stopped = _verdict(run, _promise_of(item), stopped)
        if isinstance(stopped, CouldNotTell):
            stopped = could_not_tell(item, stopped)
        item.user_properties.append((TALLY, packed(run.journal.tally)))
        if run.journal.findings:
            item.ihook.pytest_ec_findings(item=item, findings=run.journal.findings)
    if stopped is not None:
        raise stopped


def _promise_of(item: pytest.Item) -> str:
    """What a test is about, in words: its name."""
    return str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("_", " ")


def _verdict(run: Run, promise: str, stopped: BaseException | None) -> BaseException | None:
    """What a test fails with, or is skipped with, in the end; None where all passed."""
    if isinstance(stopped, NothingThere):
        run.journal.add_not_checked(promise_of(promise), str(stopped))
        stopped = pytest.skip.Exception(str(stopped), _use_item_location=True)
    try:
        run.clean_up()
        if stopped is None:
            run.require_complete()
    except EcsuiteError as error:
        stopped = stopped or error
    if run.journal.findings:
        text = findings_text(run.journal.findings)
        if stopped is not None and not isinstance(stopped, PromiseBroken | CouldNotTell):
            text += f"\n\nand the test stopped with {type(stopped).__name__}: {stopped}"
        return _failure(f"{_broken(run.journal)}\n\n{text}")
    if isinstance(stopped, CouldNotTell):
        return stopped
    if isinstance(stopped, EcsuiteError):
        return _failure(str(stopped))
    if stopped is None and run.journal.tally.exchanges == 0:
        return _failure("the test did not call the API, so nothing was checked")
    return stopped


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _broken(journal: Journal) -> str:
    count = len(journal.findings)
    return "1 promise broken" if count == 1 else f"{count} promises broken"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Mask secrets in what is reported of a test."""
    report = yield
    run = run_of(item)
    if run is not None:
        text = str(report.longrepr) if report.longrepr else ""
        masked = run.redactor.text(text)
        if masked != text:
            report.longrepr = masked
        report.sections = [(name, run.redactor.text(content)) for name, content in report.sections]
    return report
