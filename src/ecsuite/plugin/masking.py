"""No report, no log record and no error message of pytest has a secret, in whatever spelling."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from ecsuite.messages.redact import Redactor, mask_named
from ecsuite.plugin.session import run_of, session_of

Mask = Callable[[str], str]
_OPEN: Final = pytest.StashKey[list[Redactor]]()
_LATEST: Final = pytest.StashKey[Redactor]()


class Words:
    """A text in the place of a traceback, as pytest's reports, its JUnit file and other plugins want it.

    Args:
        text: its first line is what the failure is called.
        path: of the test.
        lineno: where the test begins there.
    """

    def __init__(self, text: str, path: str, lineno: int) -> None:
        self.text = text
        self.path = path
        self.lineno = lineno
        self.reprcrash = self

    def __str__(self) -> str:
        return self.text

    @property
    def message(self) -> str:
        """What the failure is called in a line."""
        return self.text.partition("\n")[0]

    def toterminal(self, writer: Any) -> None:
        """Print it."""
        writer.line(self.text)


def _redactor_of(item: pytest.Item) -> Redactor:
    """What knows the secrets of a test: of its run, and of those before it what all have in common."""
    run = run_of(item)
    return session_of(item.config).redactor if run is None else run.redactor


# The outermost, so that nothing is added to a report afterwards.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Mask what is reported of a test."""
    report = yield
    mask = _redactor_of(item).text
    path, line, _ = report.location
    report.longrepr = _masked_failure(report.longrepr, mask, str(path), line or 0)
    report.sections = [(name, mask(content)) for name, content in report.sections]
    report.user_properties = [(name, _masked(value, mask)) for name, value in report.user_properties]
    if hasattr(report, "wasxfail"):
        report.wasxfail = mask(report.wasxfail)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Mask what is reported of a file that could not be collected."""
    report = yield
    mask = session_of(collector.config).redactor.text
    report.longrepr = _masked_failure(report.longrepr, mask, str(collector.path), 0)
    report.sections = [(name, mask(content)) for name, content in report.sections]
    return report


def _masked_failure(failure: Any, mask: Mask, path: str, line: int) -> Any:
    """What a report says of a failure; of the same type, for what prints it goes by that."""
    if failure is None:
        return None
    masked = _masked(failure, mask)
    if isinstance(masked, str | tuple):
        return masked
    # What is spread over several lines is known in the text as a whole alone.
    text = str(masked)
    hidden = mask(text)
    return masked if hidden == text else Words(hidden, path, line)


def _masked(value: Any, mask: Mask) -> Any:
    """A value of pytest's with all texts in it masked; what holds them is changed, and not copied."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list | tuple) and type(value) in {list, tuple}:
        return type(value)(_masked(item, mask) for item in value)
    if type(value).__module__.startswith("_pytest.") and hasattr(value, "__dict__"):
        for name, item in vars(value).items():
            masked = _masked(item, mask)
            if masked is not item and masked != item:
                setattr(value, name, masked)
    return value


@pytest.hookimpl(tryfirst=True)
def pytest_internalerror(excrepr: Any, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Mask what is told of a fault of ecsuite's, or of pytest's; of its session, if that is known."""
    del excinfo
    if _RECORDS:
        _masked(excrepr, _RECORDS[-1].mask)


@pytest.hookimpl(tryfirst=True)
def pytest_warning_recorded(warning_message: Any) -> None:
    """Mask what a warning says."""
    if _RECORDS and isinstance(warning_message.message, Warning):
        warning_message.message.args = tuple(
            _RECORDS[-1].mask(each) if isinstance(each, str) else each for each in warning_message.message.args
        )


class _MaskedRecords:
    """Makes log records without secrets, whoever logs: they may be on the terminal before any report is made."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._make = logging.getLogRecordFactory()

    def mask(self, text: str) -> str:
        """A text without the secrets of the runs that are open, and of the one that was closed last."""
        latest = self._config.stash.get(_LATEST, None) or session_of(self._config).redactor
        for redactor in (*self._config.stash.get(_OPEN, ()), latest):
            text = redactor.text(text)
        return text

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        try:
            text = record.getMessage()
        except Exception:  # noqa: BLE001  what logs wrongly is told so by who prints it
            return record
        masked = self.mask(mask_named(text))
        if masked != text:
            record.msg, record.args = masked, ()
        if record.exc_info:
            traceback = logging.Formatter().formatException(record.exc_info)
            hidden = self.mask(traceback)
            # What stands here is printed in the place of the traceback.
            record.exc_text = None if hidden == traceback else hidden
        return record

    def remove(self) -> None:
        """Have records made as before."""
        _RECORDS.remove(self)
        if logging.getLogRecordFactory() is self:
            logging.setLogRecordFactory(self._make)


# Those of the sessions of this process, the innermost last.
_RECORDS: Final[list[_MaskedRecords]] = []


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Mask what is logged from now on."""
    records = _MaskedRecords(config)
    _RECORDS.append(records)
    logging.setLogRecordFactory(records)
    config.add_cleanup(records.remove)


@contextmanager
def knowing_run(item: pytest.Item, redactor: Redactor) -> Iterator[None]:
    """While the block lasts, and until the next one ends, mask the secrets of a test's run in whatever is logged."""
    known = item.config.stash.setdefault(_OPEN, [])
    known.append(redactor)
    try:
        yield
    finally:
        known.remove(redactor)
        item.config.stash[_LATEST] = redactor
