"""In GitHub Actions: the summary of the step, and annotations."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ecsuite.results.result import RunResult

# The file whose text GitHub shows on the page of the run; it may have content of earlier steps.
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_IS_THERE: Final = "GITHUB_ACTIONS"


def append_summary(result: RunResult) -> list[str]:
    """Append a result to the summary of the step, if there is one; return lines about a failure to do so."""
    name = os.environ.get(_SUMMARY)
    if not name:
        return []
    from ecsuite.report.summary_md import MOST_BYTES, summary_md  # noqa: PLC0415  only where it is used

    try:
        # Written as bytes, so that line ends are not converted.
        with Path(name).open("ab") as file:
            file.write(summary_md(result, MOST_BYTES - file.tell()).encode(errors="replace"))
    except OSError as error:
        return [f"cannot write {_SUMMARY} ({error.strerror})"]
    return []


def annotations_of(result: RunResult) -> Iterable[str]:
    """The annotations of a result in GitHub Actions; elsewhere none."""
    if os.environ.get(_IS_THERE) != "true":
        return ()
    from ecsuite.report.github import annotation_lines  # noqa: PLC0415  only where it is used

    return annotation_lines(result)
