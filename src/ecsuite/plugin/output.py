"""Watches the output of a session: if it cannot be written, a line says so, and no traceback ends the run."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any, Final

import pytest

from ecsuite.errors import OutputUnwritable
from ecsuite.streams import discard, say, unwritable

_NAME: Final = "ecsuite-output"
GONE: Final = "nobody reads the output any more"


# Last, when the terminal reporter exists.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Watch the output of the process; workers of pytest-xdist print nothing."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(config, "workerinput"):
        output = Output(config, reporter._tw)  # noqa: SLF001  pytest has no other name
        config.pluginmanager.register(output, _NAME)
        for plugin in config.pluginmanager.get_plugins():
            if hasattr(plugin, "logfile") and hasattr(plugin, "pytest_sessionfinish"):
                output.watch_file(plugin)


class Watched:
    """A stream for pytest's terminal writer; after an error, it discards everything.

    Args:
        stream: the underlying stream.
        failed: called once, with the error.
    """

    def __init__(self, stream: Any, failed: Callable[[OSError], None]) -> None:
        self._stream = stream
        self._failed = failed
        self._is_lost = False

    def like(self, other: Any) -> Watched:
        """Watch another stream to the same destination; its errors are reported in the same way."""
        return Watched(other, self._failed)

    def write(self, text: str) -> int:
        """Write a text."""
        self._try(self._stream.write, text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        self._try(self._stream.flush)

    def _try(self, method: Callable[..., object], *arguments: str) -> None:
        if self._is_lost:
            return
        try:
            method(*arguments)
        except OSError as error:
            self._is_lost = True
            discard(self._stream)
            self._failed(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Output:
    """Reports once that the output cannot be written, and ends a run whose reader has gone.

    Args:
        config: of the session.
        writer: pytest's terminal writer, whose stream is watched.
    """

    def __init__(self, config: pytest.Config, writer: Any) -> None:
        self._config = config
        self._session: pytest.Session | None = None
        self._problem = ""
        self._is_read = True
        writer._file = self._watched = Watched(writer._file, self._lose)  # noqa: SLF001  it has no parameter for it

    def watch_file(self, plugin: Any) -> None:
        """Report in one line if pytest cannot write its JUnit file, after everything else at the end of a session."""
        write = plugin.pytest_sessionfinish

        def pytest_sessionfinish() -> None:
            try:
                write()
            except OSError as error:
                self._problem = str(OutputUnwritable("--junitxml", plugin.logfile, error.strerror or str(error)))

        name = self._config.pluginmanager.get_name(plugin)
        self._config.pluginmanager.unregister(plugin)
        plugin.pytest_sessionfinish = pytest_sessionfinish
        self._config.pluginmanager.register(plugin, name)

    def _lose(self, error: OSError) -> None:
        # A closed terminal gives EIO.
        if not isinstance(error, BrokenPipeError) and error.errno != errno.EIO:
            self._problem = unwritable(error)
            return
        self._is_read = False
        self._stop()

    def _stop(self) -> None:
        shares_out = self._config.pluginmanager.get_plugin("dsession")
        for each in filter(None, (shares_out, self._session)):
            each.shouldstop = GONE

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Before the first test, check that the output so far could be written."""
        self._session = session
        self._watched.flush()
        if self._problem:
            said, self._problem = self._problem, ""
            raise pytest.UsageError(said)
        if not self._is_read:
            self._stop()

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Write what is buffered, and report failure; a run without visible output has not passed."""
        self._watched.flush()
        if self._problem:
            say(f"ecsuite: {self._problem}")
            if self._session is not None and self._session.exitstatus == pytest.ExitCode.OK:
                self._session.exitstatus = pytest.ExitCode.USAGE_ERROR
