"""The verdict on a run in one sentence."""

from __future__ import annotations

from ecsuite.findings.broken import PromiseBroken
from ecsuite.left import exit_code
from ecsuite.results.result import RunResult
from ecsuite.results.severity import fails
from ecsuite.wording import count_of, printable


def verdict_of(result: RunResult) -> str:
    """Summarise a run in one self-contained sentence, with control characters escaped."""
    return printable(_verdict(result))


def _verdict(result: RunResult) -> str:
    strict = bool(result.run.settings.get("strict"))
    failing = [cause for cause in result.causes if fails(cause.severity, strict=strict)]
    if failing:
        return f"{_broken(len(failing))}{_beside(result, len(failing))}."
    if result.problems or result.figures.tests.get("failed") or result.figures.tests.get("error"):
        failed = result.figures.tests.get("failed", 0) + result.figures.tests.get("error", 0)
        return f"No broken promise was found, but {count_of(failed, 'test')} failed for other reasons."
    if result.run.exit_code == 1:
        return _refused(result) or _too_little(result) or "No broken promise was found, but the run failed."
    untold = _untold(result)
    if untold:
        return f"No broken promise was found, but not all could be told: {untold}."
    if not result.figures.passed:
        return "Nothing was checked."
    told = f", {count_of(len(result.causes), 'deviation')} besides" if result.causes else ""
    return f"Every promise that was checked was kept{told}."


def _refused(result: RunResult) -> str:
    if exit_code(result.left) != PromiseBroken.exit_code:
        return ""
    return "No broken promise was found, but the server refused to delete what the run has made."


def _untold(result: RunResult) -> str:
    """Why the run is incomplete; empty if it is complete."""
    untold = result.figures.tests.get("inconclusive", 0)
    if result.run.ended_by:
        return result.run.ended_by
    if untold:
        return f"{count_of(untold, 'test')} could not tell"
    return "the run has left something on the server" if exit_code(result.left) else ""


def _too_little(result: RunResult) -> str:
    least, share = result.run.settings.get("coverage_min"), result.coverage.share
    if not isinstance(least, int | float) or share.percent >= least:
        return ""
    return (
        f"Every promise that was checked was kept, but {share.percent:.1f} % of the contract was seen, "
        f"where {least:g} % is wanted."
    )


def _broken(count: int) -> str:
    return "A promise is broken" if count == 1 else f"{count} promises are broken"


def _beside(result: RunResult, count: int) -> str:
    others = len(result.causes) - count
    tests = result.figures.tests
    failed, ran = tests.get("failed", 0) + tests.get("error", 0), sum(tests.values())
    said = [f"{failed} of {count_of(ran, 'test')} failed"] if ran else []
    said += [count_of(others, "deviation") + " besides"] if others else []
    said += [f"ended early: {result.run.ended_by}"] if result.run.ended_by else []
    return f"; {', '.join(said)}" if said else ""
