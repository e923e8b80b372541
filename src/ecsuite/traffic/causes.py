"""Findings of one exchange that come of one mistake, as one: what is missing of an object that was made otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ecsuite.checks import Checker
from ecsuite.checks.placeholders import NOTE
from ecsuite.contract import Contract, links_to
from ecsuite.findings.breach import Place
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.json_paths import at_path
from ecsuite.messages.media import json_or_none
from ecsuite.promises import OF_REQUESTS, REQUEST_BODY, REQUEST_MEMBERS
from ecsuite.severity import REFUSALS

_UNAUTHORIZED = 401
_OF_REQUESTS = frozenset(promise.id for promise in (*OF_REQUESTS, REQUEST_MEMBERS))
_BODIES = frozenset({"body", "request-body"})


def as_causes(checker: Checker, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of an exchange, with one in the place of all those that one mistake has made."""
    groups: dict[tuple[str, Place], list[Finding]] = {}
    for finding in findings:
        if finding.breach.at.part in _BODIES and finding.breach.at.path:
            groups.setdefault(_holder(finding), []).append(finding)
    told: dict[int, Finding | None] = _after_others(findings)
    for (_, at), group in groups.items():
        told |= _of_object(checker, at, group)
    kept = (told.get(id(each), each) for each in findings)
    return tuple(each for each in kept if each is not None)


def without_echoes(contract: Contract, results: Iterable[Result]) -> list[Result]:
    """The results without what calls of a path say that a body has said, or a refused call: that an id is none."""
    kept = _without_ids_of_refused(contract, results)
    of_ids = [each for result in kept for each in result.findings if each.breach.note == NOTE]
    said = {each.breach.actual for each in of_ids if each.breach.at.part == "request-body"}
    echoes = {id(each) for each in of_ids if each.breach.at.part == "path" and each.breach.actual in said}
    return [
        replace(result, findings=tuple(each for each in result.findings if id(each) not in echoes)) for result in kept
    ]


def _without_ids_of_refused(contract: Contract, results: Iterable[Result]) -> list[Result]:
    """The results without ids that are none because the call that would have given them was wrong, and was refused."""
    kept: list[Result] = []
    refused: set[str | None] = set()
    for result in results:
        findings = [each for each in result.findings if not refused & _sources(contract, result, each)]
        kept.append(replace(result, findings=tuple(findings)))
        own, status = result.operation.id if result.operation else None, result.exchange.response.status
        if result.exchange.request.method != "POST":
            continue
        # Why a token is refused is told where all calls have been seen.
        if status in REFUSALS and (status == _UNAUTHORIZED or any(each.promise in _OF_REQUESTS for each in findings)):
            refused.add(own)
        elif status in range(200, 300):
            refused.discard(own)
    return kept


def _sources(contract: Contract, result: Result, finding: Finding) -> set[str | None]:
    """The operations whose responses give the id that is none; None is one that the contract does not have."""
    at = finding.breach.at
    if finding.breach.note != NOTE or at.part not in {"path", "query"} or result.operation is None:
        return set()
    links = links_to(result.operation, contract.operations.values())
    by_body = {source.id for source, link in links if at.name in link.parameters}
    return {*by_body, None} if by_body else set()


def _after_others(findings: Sequence[Finding]) -> dict[int, Finding | None]:
    """Findings that go with others of the exchange.

    A body is missing, for its secrets stand in the address; an object says of itself that it is something else, and so
    it has other members.
    """
    in_address = any(each.breach.at.part == "query" and each.breach.at.is_secret for each in findings)
    others = [each.breach.at.path[:-1] for each in findings if _is_something_else(each)]
    return {
        id(each): None
        for each in findings
        if (in_address and each.promise == REQUEST_BODY.id and not each.breach.at.path)
        or (each.promise == REQUEST_MEMBERS.id and any(each.breach.at.path[: len(at)] == at for at in others))
    }


def _is_something_else(finding: Finding) -> bool:
    """Whether an object says of itself that it is another one than those that may stand there."""
    expected = finding.breach.expected.value
    return finding.breach.at.part == "request-body" and isinstance(expected, dict) and "const" in expected


def _of_object(checker: Checker, at: Place, group: Sequence[Finding]) -> Mapping[int, Finding | None]:
    """What is told in the place of findings about members of one object; nothing in the place of all but one."""
    missing = [each for each in group if each.breach.kind == "required"]
    others = [each for each in group if each.breach.kind != "required"]
    if any(isinstance(each.breach.expected.value, dict) and "const" in each.breach.expected.value for each in others):
        # It says of itself that it is something else, which has other members.
        return {id(each): None for each in missing}
    made_otherwise = _made_otherwise(checker, at, missing)
    return {id(each): None for each in missing} | {id(missing[0]): made_otherwise} if made_otherwise else {}


def _holder(finding: Finding) -> tuple[str, Place]:
    """The promise, and the object that a member is missing of."""
    at = finding.breach.at
    return finding.promise, replace(at, path=at.path[:-1])


def _made_otherwise(checker: Checker, at: Place, missing: Sequence[Finding]) -> Finding | None:
    """One finding for members that are missing of an object that has others; None where it has none, or lacks one."""
    exchange = missing[0].blamed if missing else None
    if exchange is None:
        return None
    body = exchange.request.body if at.part == "request-body" else exchange.response.body
    value = at_path(json_or_none(body), at.path)
    names = [str(each.breach.at.path[-1]) for each in missing]
    if not isinstance(value, dict) or not (
        _is_wrapper(value) or (names[1:] and _has_others(checker.contract, missing, value))
    ):
        return None
    wanted, seen = datum({"properties": names}), datum(value)
    made = replace(missing[0].breach, kind="properties", at=at, expected=wanted, actual=seen)
    return replace(missing[0], breach=checker.kept(made))


def _is_wrapper(value: Mapping[str, Any]) -> bool:
    """Whether an object has nothing but another one."""
    return len(value) == 1 and isinstance(next(iter(value.values())), dict)


def _has_others(contract: Contract, missing: Sequence[Finding], value: Mapping[str, Any]) -> bool:
    """Whether an object has members that its schema does not declare."""
    rule = missing[0].breach.rule or ()
    return rule[-1:] == ("required",) and not value.keys() <= contract.schemas.shape(rule[:-1]).members.keys()
