"""Reduces the findings of exchanges to one for each mistake of the client."""

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
    """The findings of an exchange, with those that one mistake has caused reduced to one."""
    groups: dict[tuple[str, Place], list[Finding]] = {}
    for finding in findings:
        if finding.breach.at.part in _BODIES and finding.breach.at.path:
            groups.setdefault(_holder(finding), []).append(finding)
    replaced: dict[int, Finding | None] = _consequences(findings)
    for (_, at), group in groups.items():
        replaced |= _of_object(checker, at, group)
    kept = (replaced.get(id(each), each) for each in findings)
    return tuple(each for each in kept if each is not None)


def without_echoes(contract: Contract, results: Iterable[Result]) -> list[Result]:
    """The results without findings of placeholders for ids in paths that are consequences.

    Such a placeholder is a consequence if a body has the same one, or if the call that would have returned the id was
    wrong and was refused.
    """
    kept = _without_ids_of_refused(contract, results)
    of_ids = [each for result in kept for each in result.findings if each.breach.note == NOTE]
    in_bodies = {each.breach.actual for each in of_ids if each.breach.at.part == "request-body"}
    echoes = {id(each) for each in of_ids if each.breach.at.part == "path" and each.breach.actual in in_bodies}
    return [
        replace(result, findings=tuple(each for each in result.findings if id(each) not in echoes)) for result in kept
    ]


def _without_ids_of_refused(contract: Contract, results: Iterable[Result]) -> list[Result]:
    """The results without placeholders for ids that a wrong and refused call would have returned."""
    kept: list[Result] = []
    refused: set[str | None] = set()
    for result in results:
        findings = [each for each in result.findings if not refused & _sources(contract, result, each)]
        kept.append(replace(result, findings=tuple(findings)))
        own, status = result.operation.id if result.operation else None, result.exchange.response.status
        if result.exchange.request.method != "POST":
            continue
        # A 401 counts without a finding: why the token is refused is found later, from all calls together.
        if status in REFUSALS and (status == _UNAUTHORIZED or any(each.promise in _OF_REQUESTS for each in findings)):
            refused.add(own)
        elif status in range(200, 300):
            refused.discard(own)
    return kept


def _sources(contract: Contract, result: Result, finding: Finding) -> set[str | None]:
    """The operations whose responses contain the id in place of which a placeholder was sent.

    None among them stands for a call of no operation of the contract.
    """
    at = finding.breach.at
    if finding.breach.note != NOTE or at.part not in {"path", "query"} or result.operation is None:
        return set()
    links = links_to(result.operation, contract.operations.values())
    by_body = {source.id for source, link in links if at.name in link.parameters}
    return {*by_body, None} if by_body else set()


def _consequences(findings: Sequence[Finding]) -> dict[int, Finding | None]:
    """The findings that are consequences of others of the exchange, by `id`, each with None.

    A body is missing because its secrets are in the URL; an object has a wrong type constant, and so other members.
    """
    in_address = any(each.breach.at.part == "query" and each.breach.at.is_secret for each in findings)
    others = [each.breach.at.path[:-1] for each in findings if _is_wrong_constant(each)]
    return {
        id(each): None
        for each in findings
        if (in_address and each.promise == REQUEST_BODY.id and not each.breach.at.path)
        or (each.promise == REQUEST_MEMBERS.id and any(each.breach.at.path[: len(at)] == at for at in others))
    }


def _is_wrong_constant(finding: Finding) -> bool:
    """Whether a member of the request body that must be a constant, such as the type of its object, is not."""
    expected = finding.breach.expected.value
    return finding.breach.at.part == "request-body" and isinstance(expected, dict) and "const" in expected


def _of_object(checker: Checker, at: Place, group: Sequence[Finding]) -> Mapping[int, Finding | None]:
    """The replacements, by `id`, of findings about members of one object; None removes a finding."""
    missing = [each for each in group if each.breach.kind == "required"]
    others = [each for each in group if each.breach.kind != "required"]
    if any(isinstance(each.breach.expected.value, dict) and "const" in each.breach.expected.value for each in others):
        # The object has the type constant of another one, whose members differ.
        return {id(each): None for each in missing}
    as_one = _as_other_object(checker, at, missing)
    return {id(each): None for each in missing} | {id(missing[0]): as_one} if as_one else {}


def _holder(finding: Finding) -> tuple[str, Place]:
    """The promise, and the object that contains the member, or should."""
    at = finding.breach.at
    return finding.promise, replace(at, path=at.path[:-1])


def _as_other_object(checker: Checker, at: Place, missing: Sequence[Finding]) -> Finding | None:
    """One finding for all missing members of an object that only wraps another, or has undeclared members.

    None if it is neither; and for undeclared members, if only one member is missing.
    """
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
    """Whether an object's only member is another object."""
    return len(value) == 1 and isinstance(next(iter(value.values())), dict)


def _has_others(contract: Contract, missing: Sequence[Finding], value: Mapping[str, Any]) -> bool:
    """Whether an object has undeclared members."""
    rule = missing[0].breach.rule or ()
    return rule[-1:] == ("required",) and not value.keys() <= contract.schemas.shape(rule[:-1]).members.keys()
