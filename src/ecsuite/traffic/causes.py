"""Reduces the findings of exchanges to one for each mistake of the client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ecsuite.checks import Checker
from ecsuite.checks.placeholders import NOTE
from ecsuite.contract import Contract, links_to
from ecsuite.findings.breach import Part, Path, Place
from ecsuite.findings.datum import Datum, datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.json_paths import at_path
from ecsuite.messages.media import json_or_none
from ecsuite.promises import OF_REQUESTS, REQUEST_BODY, REQUEST_MEMBERS
from ecsuite.severity import REFUSALS

_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_SUCCESSES: Final = range(200, 300)
_OF_REQUESTS = frozenset(promise.id for promise in (*OF_REQUESTS, REQUEST_MEMBERS))
_BODIES = frozenset({"body", "request-body"})


def as_causes(checker: Checker, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of an exchange, with those that one mistake has caused reduced to one."""
    groups: dict[tuple[str, Place], list[Finding]] = {}
    for finding in findings:
        if finding.breach.at.part in _BODIES and finding.breach.at.path:
            groups.setdefault(_holder(finding), []).append(finding)
    replaced: dict[int, Finding | None] = _consequences(checker.contract, findings)
    for (_, at), group in groups.items():
        replaced |= _of_object(checker, at, group)
    kept = (replaced.get(id(each), each) for each in findings)
    return tuple(each for each in kept if each is not None)


def without_echoes(contract: Contract, results: Iterable[Result]) -> list[Result]:
    """The results without findings of missing ids that are consequences, as `Echoes` tells them.

    A placeholder in a path is one, too, if any body has the same one, even a later one.
    """
    echoes = Echoes(contract)
    kept = [echoes.without(result) for result in results]
    return [
        replace(result, findings=tuple(each for each in result.findings if not echoes.has(each))) for result in kept
    ]


class Echoes:
    """Tells which findings of missing ids are consequences of what a client did wrong before.

    A placeholder, or a missing member, is a consequence if the call that would have returned the id was refused, and
    the client was wrong in that call or before it; if a body had the same placeholder before; or if no call at all has
    succeeded, because the client has no valid token.

    Args:
        contract: the contract of the API.
    """

    def __init__(self, contract: Contract) -> None:
        self._operations = tuple(contract.operations.values())
        self._token_operation = contract.token_operation
        self._ids = {one.name for each in self._operations for one in each.parameters if one.place == "path"}
        self._in_bodies: set[Datum] = set()
        self._refused: set[str | None] = set()
        # Whether a call was refused, and whether one has succeeded; requests for tokens only count as refused.
        self._is_refused = False
        self._has_succeeded = False

    def without(self, result: Result) -> Result:
        """A result without the findings that are consequences; results are given in the order of their calls."""
        found = [each for each in result.findings if not self._refused & self._sources(result, each)]
        if self._is_refused and not self._has_succeeded:
            found = [each for each in found if not self._is_of_missing(each)]
        findings = tuple(each for each in found if not self.has(each))
        self._in_bodies |= {each.breach.actual for each in findings if _is_placeholder_in(each, "request-body")}
        self._note(result, findings)
        return replace(result, findings=findings)

    def has(self, finding: Finding) -> bool:
        """Whether a finding is of a placeholder in a path that a body has had, too."""
        return _is_placeholder_in(finding, "path") and finding.breach.actual in self._in_bodies

    def _note(self, result: Result, findings: Sequence[Finding]) -> None:
        own, status = result.operation, result.exchange.response.status
        is_for_token = own is not None and own is self._token_operation
        is_wrong = any(each.promise in _OF_REQUESTS for each in findings)
        name = own.id if own else None
        if status in _SUCCESSES:
            self._has_succeeded |= not is_for_token
            if result.exchange.request.method == "POST":
                self._refused.discard(name)
        elif status in REFUSALS:
            self._is_refused |= is_for_token or status == _UNAUTHORIZED or (is_wrong and own is None)
            # A 401 counts without a finding: why the token is refused is found later, from all calls together. After
            # one call was refused for a mistake, what builds upon it is not found.
            is_echo = status == _UNAUTHORIZED or (status == _NOT_FOUND and self._refused)
            if (is_wrong and own is None) or ((is_wrong or is_echo) and result.exchange.request.method == "POST"):
                self._refused.add(name)

    def _is_of_missing(self, finding: Finding) -> bool:
        """Whether a call lacks its token or an id that the API gives, or has a placeholder in its place."""
        at = finding.breach.at
        if at.part == "request-body" and at.path and at.path[-1] in self._ids:
            return finding.breach.kind == "required" or finding.breach.note == NOTE
        return finding.breach.note == NOTE and at.part in {"path", "query", "request-header"}

    def _sources(self, result: Result, finding: Finding) -> set[str | None]:
        """The operations whose responses contain the id in place of which a placeholder was sent.

        None among them stands for a call of no operation of the contract.
        """
        at = finding.breach.at
        if finding.breach.note != NOTE or at.part not in {"path", "query"} or result.operation is None:
            return set()
        links = links_to(result.operation, self._operations)
        by_body = {source.id for source, link in links if at.name in link.parameters}
        return {*by_body, None} if by_body else set()


def _is_placeholder_in(finding: Finding, part: Part) -> bool:
    return finding.breach.note == NOTE and finding.breach.at.part == part


def _consequences(contract: Contract, findings: Sequence[Finding]) -> dict[int, Finding | None]:
    """The findings that are consequences of others of the exchange, by `id`, each with None.

    A body is missing because its secrets are in the URL; an object has a wrong type constant, and so other members.
    """
    in_address = any(each.breach.at.part == "query" and each.breach.at.is_secret for each in findings)
    others = [each.breach.at.path[:-1] for each in findings if _is_wrong_constant(each)]
    return {
        id(each): None
        for each in findings
        if (in_address and each.promise == REQUEST_BODY.id and not each.breach.at.path)
        or (each.promise == REQUEST_MEMBERS.id and any(_is_around(each, at) for at in others))
        or (
            each.breach.kind == "required"
            and any(_is_around(each, at) for at in others)
            and _has_others_at(contract, each)
        )
    }


def _is_around(finding: Finding, at: Path) -> bool:
    """Whether a member belongs to the object at a path, to one in it, or to one that contains it."""
    own = finding.breach.at.path[:-1]
    return finding.breach.at.part == "request-body" and (own[: len(at)] == at or at[: len(own)] == own)


def _has_others_at(contract: Contract, missing: Finding) -> bool:
    """Whether the object that lacks a member has undeclared ones."""
    sent = json_or_none(missing.blamed.request.body) if missing.blamed else None
    value = at_path(sent, missing.breach.at.path[:-1])
    return isinstance(value, dict) and _has_others(contract, [missing], value)


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
