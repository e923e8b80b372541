"""The outcome `inconclusive`, beside pytest's own: of a test that could not tell, for want of a response of the API's.

For pytest such a test is skipped, so that it neither fails the session nor ends one that ends with the first failure.
It is counted under a name of its own, and is an error in the JUnit file, so that no pipeline takes it for well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.plugin.untold import PROPERTY, is_inconclusive

OUTCOME: Final = "inconclusive"


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Count it under its own name."""
    if not is_inconclusive(report):
        return None
    return OUTCOME, "I", (OUTCOME.upper(), {"yellow": True})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Make it an error in the JUnit file, which has been written by then."""
    yield
    config = session.config
    given = config.getoption("xmlpath", None)
    if not given or hasattr(config, "workerinput"):
        return
    # As pytest reads it.
    path = config.invocation_params.dir / Path(os.path.expandvars(given)).expanduser()
    if path.is_file():
        from ecsuite.report.junit import with_errors  # noqa: PLC0415  only runs that write such a file need it

        text = path.read_text(encoding="utf-8")
        changed = with_errors(text, PROPERTY, OUTCOME)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
