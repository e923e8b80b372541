"""The outcome `inconclusive`: a test could not tell, because the API did not respond.

For pytest such a test is skipped, so it does not fail the session, nor end it with `-x`. It is counted under its own
name, and is an error in the JUnit file, so that a pipeline does not take it for a success.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.plugin.marking import PROPERTY, is_inconclusive

OUTCOME: Final = "inconclusive"


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Count it under its own name."""
    if not is_inconclusive(report):
        return None
    return OUTCOME, "I", (OUTCOME.upper(), {"yellow": True})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Make it an error in the JUnit file, which pytest has written by then."""
    yield
    config = session.config
    given = config.getoption("xmlpath", None)
    if not given or hasattr(config, "workerinput"):
        return
    # The path as pytest resolves it.
    path = config.invocation_params.dir / Path(os.path.expandvars(given)).expanduser()
    if path.is_file():
        from ecsuite.report.junit import with_errors  # noqa: PLC0415  only for runs that write such a file

        text = path.read_text(encoding="utf-8")
        changed = with_errors(text, PROPERTY, OUTCOME)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
