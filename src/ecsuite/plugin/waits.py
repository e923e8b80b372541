"""Long waits for a service, told on the terminal while they last."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from ecsuite.client import Wait
from ecsuite.report.text import waiting_text
from ecsuite.streams import say


def waits_told(config: pytest.Config) -> Callable[[Wait], None]:
    """What tells of long waits, on a line of the terminal of its own."""

    def tell(wait: Wait) -> None:
        plugins = config.pluginmanager
        capture: Any = plugins.get_plugin("capturemanager")
        reporter: Any = plugins.get_plugin("terminalreporter")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            if reporter is None or hasattr(config, "workerinput"):
                # A worker's terminal is nowhere; its standard error is that of the process that has one.
                say(waiting_text(wait))
            else:
                reporter.ensure_newline()
                reporter.write_line(waiting_text(wait))

    return tell
