"""What the checks say of somebody else's request, also where its path is almost one of the contract."""

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

# Ids have digits, and the names in paths have none.
_WITH_DIGIT: Final = re.compile(r"(?<=/)[^/]*\d[^/]*")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks say of one request of a file, and of its responses.

    Attributes:
        name: of the request.
        journal: its findings, and what was not checked.
        operations: those that it calls.
        elsewhere: what it is in place of a call of the API, such as the host that it calls; empty where it is one.
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
    """What the checks say of an exchange; of one that is no operation, also as the operation that it seems to mean.

    Args:
        checker: of the contract.
        decoded: the exchange.
        checks: those that apply.
        unknown: the promises that cannot be judged, with the reasons.
        is_unknown: whether a finding is about a value that is not known.
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
    """The finding of a call that is none of the contract: each wrong path a cause of its own, with what it may mean."""
    if finding.promise != promises.OPERATION.id:
        return finding
    note = f"such as {guess.operation}" if guess else ""
    name = guess.wrong if guess and guess.wrong else _without_ids(contract, path)
    return replace(finding, breach=replace(finding.breach, at=Place("request-line", name), note=note))


def _without_ids(contract: Contract, path: str) -> str:
    """A path with the parameters that it has by the contract; else up to the segment that no path of it has there.

    A segment before that has a star in its place if it has a digit.
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
    """Whether a path of the contract starts with such segments."""
    pairs = zip(template, segments, strict=False)
    return len(segments) <= len(template) and all(own[:1] == "{" or own == sent.lower() for own, sent in pairs)
