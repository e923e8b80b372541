"""The verdicts of the checks on another client's request, even if its path is only almost one of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ecsuite import promises
from ecsuite.checks import Check, Checker, DecodedExchange
from ecsuite.contract import Contract, Operation
from ecsuite.findings.breach import Place
from ecsuite.findings.finding import Finding, Result
from ecsuite.journal import Journal
from ecsuite.promises import Promise
from ecsuite.traffic.causes import as_causes
from ecsuite.traffic.nearest import Guess, nearest

# A segment with a digit is taken for an id: the names in paths have no digits.
_WITH_DIGIT: Final = re.compile(r"(?<=/)[^/]*\d[^/]*")


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on one request of a file, and on its responses.

    Attributes:
        name: the name of the request.
        journal: its findings, and what was not checked.
        operations: the operations that it calls.
        elsewhere: what it is if it is no call of the API, such as the host that it calls; else empty.
    """

    name: str
    journal: Journal
    operations: tuple[Operation, ...] = ()
    elsewhere: str = ""


def result_of(
    checker: Checker,
    decoded: DecodedExchange,
    checks: Sequence[Check],
    unknown: Mapping[Promise, str],
    is_unknown: Callable[[Finding], bool],
) -> Result:
    """The verdicts on an exchange. If it calls no operation, its bodies are checked as those of the likely one.

    Args:
        checker: the checker of the contract.
        decoded: the exchange.
        checks: the checks to run.
        unknown: the promises that cannot be judged, each with the reason.
        is_unknown: whether a finding is about a value that is unknown; such findings are dropped.
    """
    known = [check for check in checks if check.promise not in unknown]
    result = checker.judge(decoded, known)
    findings = list(result.findings)
    if decoded.operation is None:
        request = decoded.exchange.request
        path = checker.path(request)
        guess = nearest(decoded.contract, request.method, path, request.body)
        findings = [_unknown(each, decoded.contract, path, guess) for each in findings]
        if guess:
            meant = DecodedExchange(decoded.contract, decoded.exchange, guess.operation, guess.path_values)
            bodies = (promises.REQUEST_BODY, promises.RESPONSE_BODY)
            findings += checker.judge(meant, [each for each in known if each.promise in bodies]).findings
    kept = as_causes(checker, [each for each in findings if not is_unknown(each)])
    return replace(result, findings=kept, not_checked=(*result.not_checked, *unknown.items()))


def _unknown(finding: Finding, contract: Contract, path: str, guess: Guess | None) -> Finding:
    """The finding of a call of no operation, with the path in its place, so that each wrong path is one cause.

    The note names the operation that is likely meant.
    """
    if finding.promise != promises.OPERATION.id:
        return finding
    note = f"such as {guess.operation}" if guess else ""
    name = guess.wrong if guess and guess.wrong else _without_ids(contract, path)
    return replace(finding, breach=replace(finding.breach, at=Place("request-line", name), note=note))


def _without_ids(contract: Contract, path: str) -> str:
    """The template of a path; or, if the contract has none, the path up to the first segment that fits no template.

    In the latter, segments with a digit are replaced by `*`.
    """
    methods = contract.methods(path)
    match = contract.find(methods[0], path) if methods else None
    if match:
        return match.operation.path
    segments = path.split("/")
    lists = [each.path.lower().split("/") for each in contract.operations.values()]
    starts = (segments[: end + 1] for end in range(len(segments)))
    wrong = next((start for start in starts if not any(_starts(own, start) for own in lists)), segments)
    return _WITH_DIGIT.sub("*", "/".join(wrong))


def _starts(template: Sequence[str], segments: Sequence[str]) -> bool:
    """Whether a path template starts with these segments."""
    pairs = zip(template, segments, strict=False)
    return len(segments) <= len(template) and all(own[:1] == "{" or own == sent.lower() for own, sent in pairs)
