"""The files of a report, by name; each is rendered from a result by a pure function."""

from __future__ import annotations

from collections.abc import Mapping

from ecsuite.report.html import report_html
from ecsuite.report.junit_xml import junit_xml
from ecsuite.report.summary_md import summary_md
from ecsuite.results.result import RunResult

PAGE = "report.html"


def files_of(result: RunResult) -> Mapping[str, str]:
    """Render all files. Equal results give byte-identical files."""
    return {PAGE: report_html(result), "junit.xml": junit_xml(result), "summary.md": summary_md(result)}
