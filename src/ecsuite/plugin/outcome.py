"""The verdict on a test: what the checks found fails it, whatever its own assertions say; no report has a secret."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from ecsuite.errors import EcsuiteError, NothingThere
from ecsuite.findings.broken import PromiseBroken
from ecsuite.plugin.session import run_of, settings_of
from ecsuite.plugin.summary import TALLY, packed
from ecsuite.promises import Promise
from ecsuite.report.text import findings_text
from ecsuite.results.severity import failing, worst_first
from ecsuite.session import Run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--ec-strict`."""
    group = parser.getgroup("ecsuite", "Energy Coordination API")
    group.addoption("--ec-strict", action="store_true", help="fail on warnings as well as on errors")


def is_strict(config: pytest.Config) -> bool:
    """Whether warnings fail a test, too; they do in a recording, for what is recorded must be right in all."""
    return bool(config.getoption("--ec-strict")) or settings_of(config).recording


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Skip a test whose fixtures find nothing there to look at; its reason is told as pytest tells it."""
    try:
        yield
    except NothingThere as error:
        reason = str(error)
    else:
        return
    pytest.skip(reason)


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
        stopped = _verdict(run, _promise_of(item), stopped, strict=is_strict(item.config))
        item.user_properties.append((TALLY, packed(run.journal.tally)))
        if run.journal.findings:
            item.ihook.pytest_ec_findings(item=item, findings=run.journal.findings)
    if stopped is not None:
        raise stopped


def _promise_of(item: pytest.Item) -> str:
    """What a test is about, in words: its name."""
    return str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("_", " ")


def _verdict(run: Run, promise: str, stopped: BaseException | None, *, strict: bool) -> BaseException | None:
    """What a test fails with, or is skipped with, in the end; None where all passed."""
    if isinstance(stopped, NothingThere):
        run.journal.add_not_checked(Promise(promise, promise), str(stopped))
        stopped = pytest.skip.Exception(str(stopped), _use_item_location=True)
    try:
        run.clean_up()
        if stopped is None:
            run.require_complete()
    except EcsuiteError as error:
        stopped = stopped or error
    found = run.journal.findings
    failed = failing(found, strict=strict)
    if failed:
        text = findings_text(worst_first(found))
        if stopped is not None and not isinstance(stopped, PromiseBroken):
            text += f"\n\nand the test stopped with {type(stopped).__name__}: {stopped}"
        return _failure(f"{_broken(len(failed))}\n\n{text}")
    if found and isinstance(stopped, PromiseBroken):
        run.journal.add_not_checked(Promise(promise, promise), f"the test stopped after a warning: {stopped}")
        return None
    if isinstance(stopped, EcsuiteError):
        return _failure(str(stopped))
    if stopped is None and run.journal.tally.exchanges == 0:
        return _failure("the test did not call the API, so nothing was checked")
    return stopped


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _broken(count: int) -> str:
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
