"""A stored result that can be told: one of which a finding says what cannot be is damaged."""

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
    """Read a result, from a folder or a file.

    Raises:
        ReportUnusable: there is none, it is none of ours, or the data of a finding do not fit the kind of its breach.
    """
    result = store.read(folder)
    for number, cause in enumerate(result.causes):
        if not _can_be_told(cause.finding, cause.first.sample, cause.first.evidence):
            raise ReportUnusable(folder, f"it is damaged, at /causes/{number}")
    for number, each in enumerate(result.findings):
        if not _can_be_told(each.finding):
            raise ReportUnusable(folder, f"it is damaged, at /findings/{number}")
    return result


def _can_be_told(finding: Finding, *samples: Sample | None) -> bool:
    breach = finding.breach
    try:
        wording.expected(breach), wording.actual(breach), wording.statement(breach, wording.where(breach))
        for sample in filter(None, samples):
            # Its body may be base64, and its address is taken apart.
            urlsplit(sample.request.url)
    except (AttributeError, LookupError, TypeError, ValueError):
        # A fragment of a schema without the keyword that is broken, say, or a list that is none.
        return False
    return True
