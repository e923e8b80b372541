"""The hook that ecsuite's pytest plugin calls, for other plugins to implement."""

from __future__ import annotations

from typing import Any

from ecsuite.findings.finding import Finding


def pytest_ec_findings(item: Any, findings: tuple[Finding, ...]) -> None:
    """Called with the findings of a test when it ends, if it has any."""
