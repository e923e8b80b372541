"""Findings of one exchange that come of one mistake, as one: what is missing of an object that was made otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ecsuite.checks import Checker
from ecsuite.checks.placeholders import NOTE
from ecsuite.contract import Contract
from ecsuite.findings.breach import Place
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.json_paths import at_path
from ecsuite.messages.media import json_or_none

_BODIES = frozenset({"body", "request-body"})


def as_causes(checker: Checker, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of an exchange, with one in the place of all those that one mistake has made."""
    groups: dict[tuple[str, Place], list[Finding]] = {}
    for finding in findings:
        if finding.breach.at.part in _BODIES and finding.breach.at.path:
            groups.setdefault(_holder(finding), []).append(finding)
    told: dict[int, Finding | None] = {}
    for (_, at), group in groups.items():
        told |= _of_object(checker, at, group)
    kept = (told.get(id(each), each) for each in findings)
    return tuple(each for each in kept if each is not None)


def without_echoes(results: Iterable[Result]) -> list[Result]:
    """The results without what calls of a path say that a body has said: that an id is none."""
    kept = list(results)
    of_ids = [each for result in kept for each in result.findings if each.breach.note == NOTE]
    said = {each.breach.actual for each in of_ids if each.breach.at.part == "request-body"}
    echoes = {id(each) for each in of_ids if each.breach.at.part == "path" and each.breach.actual in said}
    return [
        replace(result, findings=tuple(each for each in result.findings if id(each) not in echoes)) for result in kept
    ]


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
