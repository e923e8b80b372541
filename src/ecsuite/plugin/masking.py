"""Removes secrets, in any encoding, from the reports, log records and error messages of pytest."""

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
    """A text instead of a traceback, with the interface that pytest's reports, its JUnit file and other plugins expect.

    Args:
        text: its first line is the name of the failure.
        path: of the test.
        lineno: the line where the test begins.
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
        """The name of the failure, in one line."""
        return self.text.partition("\n")[0]

    def toterminal(self, writer: Any) -> None:
        """Print it."""
        writer.line(self.text)


def _redactor_of(item: pytest.Item) -> Redactor:
    """The redactor of a test's run; before there is one, that of the session."""
    run = run_of(item)
    return session_of(item.config).redactor if run is None else run.redactor


# The outermost wrapper, so that no plugin adds to a report afterwards.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Mask the report of a test."""
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
    """Mask the report of a file that could not be collected."""
    report = yield
    mask = session_of(collector.config).redactor.text
    report.longrepr = _masked_failure(report.longrepr, mask, str(collector.path), 0)
    report.sections = [(name, mask(content)) for name, content in report.sections]
    return report


def _masked_failure(failure: Any, mask: Mask, path: str, line: int) -> Any:
    """The masked failure of a report, of the same type if possible, because printing depends on the type."""
    if failure is None:
        return None
    masked = _masked(failure, mask)
    if isinstance(masked, str | tuple):
        return masked
    # A secret may extend over several lines, so it is only found in the whole text.
    text = str(masked)
    hidden = mask(text)
    return masked if hidden == text else Words(hidden, path, line)


def _masked(value: Any, mask: Mask) -> Any:
    """A value of pytest with all its strings masked; objects are changed in place."""
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
    """Mask an internal error of ecsuite or pytest, with the secrets of the session if there is one."""
    del excinfo
    if _RECORDS:
        _masked(excrepr, _RECORDS[-1].mask)


@pytest.hookimpl(tryfirst=True)
def pytest_warning_recorded(warning_message: Any) -> None:
    """Mask the text of a warning."""
    if _RECORDS and isinstance(warning_message.message, Warning):
        warning_message.message.args = tuple(
            _RECORDS[-1].mask(each) if isinstance(each, str) else each for each in warning_message.message.args
        )


class _MaskedRecords:
    """Makes log records without secrets, since they may be printed before any report is made."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._make = logging.getLogRecordFactory()

    def mask(self, text: str) -> str:
        """A text without the secrets of the open runs and of the last closed one."""
        latest = self._config.stash.get(_LATEST, None) or session_of(self._config).redactor
        for redactor in (*self._config.stash.get(_OPEN, ()), latest):
            text = redactor.text(text)
        return text

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        try:
            text = record.getMessage()
        except Exception:  # noqa: BLE001  the handler reports an invalid record
            return record
        masked = self.mask(mask_named(text))
        if masked != text:
            record.msg, record.args = masked, ()
        if record.exc_info:
            traceback = logging.Formatter().formatException(record.exc_info)
            hidden = self.mask(traceback)
            # logging prints this text instead of the traceback.
            record.exc_text = None if hidden == traceback else hidden
        return record

    def remove(self) -> None:
        """Restore the earlier factory of records."""
        _RECORDS.remove(self)
        if logging.getLogRecordFactory() is self:
            logging.setLogRecordFactory(self._make)


# One for each session of this process, the innermost last.
_RECORDS: Final[list[_MaskedRecords]] = []


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Mask log records from now on."""
    records = _MaskedRecords(config)
    _RECORDS.append(records)
    logging.setLogRecordFactory(records)
    config.add_cleanup(records.remove)


@contextmanager
def knowing_run(item: pytest.Item, redactor: Redactor) -> Iterator[None]:
    """In this block, and until the next one ends, mask the secrets of a test's run in log records."""
    known = item.config.stash.setdefault(_OPEN, [])
    known.append(redactor)
    try:
        yield
    finally:
        known.remove(redactor)
        item.config.stash[_LATEST] = redactor
