"""Output of `ecsuite check` for a file: the operations that it calls, and the promises that it breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ecsuite.contract import Contract
from ecsuite.report.causes import title_of
from ecsuite.report.lines import several, wrapped
from ecsuite.report.text import not_checked_lines
from ecsuite.results.cause import Cause
from ecsuite.results.result import RunResult
from ecsuite.wording import count_of, place

_MOST_LINES: Final = 100


class Words(NamedTuple):
    """Names for the requests of a file: all checked ones, a single one, and those that show a cause."""

    checked: str
    one: str
    shown: str


OF_COLLECTIONS: Final = Words("requests and saved responses", "request", "requests")
OF_ARCHIVES: Final = Words("exchanges", "exchange", "shown by")


def collection_lines(
    name: str,
    contract: Contract,
    called: Sequence[str],
    elsewhere: Sequence[str],
    result: RunResult,
    words: Words,
    width: int,
) -> Iterator[str]:
    """Render the verdict on a file.

    Args:
        name: the file's name.
        contract: the contract that it was checked against.
        called: ids of the operations that it calls.
        elsewhere: the destination, such as the host, of each request that is not for the API.
        result: the result of checking its requests and responses.
        words: names for its requests.
        width: columns of the terminal.
    """
    yield f"{name}: {contract.title}  ({contract.label})"
    operations = contract.operations
    yield f"calls {len(called)} of {count_of(len(operations), 'operation')}"
    missing = [str(operation) for id_, operation in operations.items() if id_ not in called]
    if missing:
        yield from _listed("not called: ", ", ".join(missing), width)
    if elsewhere:
        head = f"not checked: {count_of(len(elsewhere), 'request')} that are not for the API: "
        named = [f"{host} ({times})" for host, times in Counter(elsewhere).most_common()]
        yield f"{head}{several(named, width - len(head))}"
    for number, cause in enumerate(result.causes, 1):
        yield from cause_summary(number, cause, words.shown, width)
    yield from not_checked_lines(result.figures.not_checked)
    severities = ", ".join(count_of(count, severity) for severity, count in result.severities.items())
    calls = result.figures.calls
    checked = f"{calls} {words.one if calls == 1 else words.checked} checked"
    yield f"{checked}: {severities or 'all promises kept'}"


def cause_summary(number: int, cause: Cause, shown: str, width: int) -> Iterator[str]:
    """Render a cause: what is broken, the rule with its source, and the requests that show it."""
    head = f"{number:>2}  {cause.severity:<7}  "
    yield from _listed(head, title_of(cause), width)
    indent = " " * len(head)
    yield f"{indent}{cause.finding.rule}  ({cause.finding.rule.source})"
    if (at := cause.finding.breach.at).path:
        yield f"{indent}first at: {place(at)}"
    yield f"{indent}{shown}: {several(cause.tests, width - len(indent) - len(shown) - 2)}"


def _listed(head: str, text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(wrapped(text, width - len(head), _MOST_LINES)):
        yield f"{' ' * len(head) if number else head}{line}"
