"""The files of a report, by name: all that is rendered from a result, each by a pure function."""

from __future__ import annotations

from collections.abc import Mapping

from ecsuite.report.html import report_html
from ecsuite.report.junit_xml import junit_xml
from ecsuite.report.summary_md import summary_md
from ecsuite.results.result import RunResult

PAGE = "report.html"


def files_of(result: RunResult) -> Mapping[str, str]:
    """The same result gives the same files, to the byte."""
    return {PAGE: report_html(result), "junit.xml": junit_xml(result), "summary.md": summary_md(result)}
