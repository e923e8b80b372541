"""Reads a stored result and verifies that it can be rendered; a finding that cannot is damage."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ecsuite import wording
from ecsuite.errors import ReportUnusable
from ecsuite.findings.finding import Finding
from ecsuite.results import store
from ecsuite.results.result import RunResult
from ecsuite.results.sample import Sample


def read_result(folder: Path) -> RunResult:
    """Read a result from a folder or a file.

    Raises:
        ReportUnusable: the result is missing, was not written by ecsuite, or has a finding whose data do not fit its
            kind of breach.
    """
    result = store.read(folder)
    for number, cause in enumerate(result.causes):
        if not _is_renderable(cause.finding, cause.first.sample, cause.first.evidence):
            raise ReportUnusable(folder, f"it is damaged, at /causes/{number}")
    for number, each in enumerate(result.findings):
        if not _is_renderable(each.finding):
            raise ReportUnusable(folder, f"it is damaged, at /findings/{number}")
    return result


def _is_renderable(finding: Finding, *samples: Sample | None) -> bool:
    breach = finding.breach
    try:
        wording.expected(breach), wording.actual(breach), wording.statement(breach, wording.place(breach.at))
        for sample in filter(None, samples):
            # The body is decoded from base64 here, and the URL is parsed.
            urlsplit(sample.request.url)
    except (AttributeError, LookupError, TypeError, ValueError):
        # For example a schema fragment without the violated keyword, or a value that should be a list.
        return False
    return True
