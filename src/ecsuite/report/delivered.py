"""Output of `ecsuite deliver` for a receiver: how it responded, and what is wrong with its responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ecsuite.contract import Contract
from ecsuite.promises import DELIVERY_ACKNOWLEDGED
from ecsuite.report.causes import repeat_of
from ecsuite.report.collection import cause_summary
from ecsuite.results.result import RunResult
from ecsuite.wording import count_of

# Seconds after which a response is reported as slow; the API's own timeout is not published.
SLOW: Final = 5.0


def delivered_lines(url: str, contract: Contract, slowest: float, result: RunResult, width: int) -> Iterator[str]:
    """Render the verdict on a receiver.

    Args:
        url: the receiver's URL.
        contract: the contract that it was judged by.
        slowest: seconds of the slowest response.
        result: the result of the trial.
        width: columns of the terminal.
    """
    yield f"{url}: {contract.title}  ({contract.label})"
    for number, cause in enumerate(result.causes, 1):
        yield from cause_summary(number, cause, "shown by", width)
        yield f"             repeat: {repeat_of(cause.first)}"
    if result.causes and result.causes[0].finding.promise == DELIVERY_ACKNOWLEDGED.id and not _has_passed(result):
        yield "nothing else was tried: has the receiver the secret that EC_WEBHOOK_SECRET has?"
    if slowest > SLOW:
        yield f"slow: an answer took {slowest:.1f} s; how long the API waits for one is not published"
    severities = ", ".join(count_of(count, severity) for severity, count in result.severities.items())
    deliveries = "1 delivery" if result.figures.calls == 1 else f"{result.figures.calls} deliveries"
    yield f"{deliveries} sent: {severities or 'all promises kept'}"


def _has_passed(result: RunResult) -> bool:
    return any(test.outcome == "passed" for test in result.tests)
