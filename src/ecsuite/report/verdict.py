"""The verdict on a run in one sentence."""

from __future__ import annotations

from ecsuite.results.result import RunResult
from ecsuite.results.severity import fails
from ecsuite.wording import count_of


def verdict_of(result: RunResult) -> str:
    """What a run says of the API, in a sentence that needs no other."""
    strict = bool(result.run.settings.get("strict"))
    failing = [cause for cause in result.causes if fails(cause.severity, strict=strict)]
    untold = sum(test.outcome == "inconclusive" for test in result.tests)
    if failing:
        return f"{_broken(len(failing))}{_beside(result, len(failing))}."
    if result.problems or result.figures.tests.get("failed") or result.figures.tests.get("error"):
        failed = result.figures.tests.get("failed", 0) + result.figures.tests.get("error", 0)
        return f"No broken promise was found, but {count_of(failed, 'test')} failed for other reasons."
    if result.run.exit_code == 1:
        return _too_little(result) or "No broken promise was found, but the run failed."
    if untold or result.run.ended_by:
        why = result.run.ended_by or f"{count_of(untold, 'test')} could not tell"
        return f"No broken promise was found, but not all could be told: {why}."
    if not result.figures.passed:
        return "Nothing was checked."
    told = f", {count_of(len(result.causes), 'deviation')} besides" if result.causes else ""
    return f"Every promise that was checked was kept{told}."


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
