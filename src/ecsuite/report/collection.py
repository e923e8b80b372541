"""What `ecsuite check` says of a collection: the operations that it calls, and what it breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ecsuite.contract import Contract
from ecsuite.report.causes import title_of
from ecsuite.report.lines import several, wrapped
from ecsuite.report.text import not_checked_lines
from ecsuite.results.cause import Cause
from ecsuite.results.result import RunResult
from ecsuite.wording import count_of

_MOST_LINES: Final = 100


def collection_lines(
    name: str, contract: Contract, called: Sequence[str], elsewhere: Sequence[str], result: RunResult, width: int
) -> Iterator[str]:
    """The verdict on a collection.

    Args:
        name: of the collection.
        contract: by which it was checked.
        called: the ids of the operations that it calls.
        elsewhere: the host of each request that is for another API.
        result: of its requests and saved responses.
        width: columns of the terminal.
    """
    yield f"{name}: {contract.title}  ({contract.label})"
    operations = contract.operations
    yield f"calls {len(called)} of {count_of(len(operations), 'operation')}"
    missing = [str(operation) for id_, operation in operations.items() if id_ not in called]
    if missing:
        yield from _listed("not called: ", ", ".join(missing), width)
    for host, times in Counter(elsewhere).items():
        yield f"not checked: {count_of(times, 'request')} to {host}, which is not the API's"
    for number, cause in enumerate(result.causes, 1):
        yield from _told(number, cause, width)
    yield from not_checked_lines(result.figures.not_checked)
    severities = ", ".join(count_of(count, severity) for severity, count in result.severities.items())
    checked = f"{result.figures.calls} requests and saved responses checked"
    yield f"{checked}: {severities or 'all promises kept'}"


def _told(number: int, cause: Cause, width: int) -> Iterator[str]:
    """A cause: what is broken, where the rule stands, and the requests that break it."""
    head = f"{number:>2}  {cause.severity:<7}  "
    yield from _listed(head, title_of(cause), width)
    indent = " " * len(head)
    yield f"{indent}{cause.finding.rule}  ({cause.finding.rule.source})"
    yield f"{indent}requests: {several(cause.tests, width - len(indent) - len('requests: '))}"


def _listed(head: str, text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(wrapped(text, width - len(head), _MOST_LINES)):
        yield f"{' ' * len(head) if number else head}{line}"
