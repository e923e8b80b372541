"""What an operation does not check: many bad requests that were not refused, of one cause, told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ecsuite.contract import Contract, schema_for
from ecsuite.findings.breach import Path
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.promises import BAD_REQUEST, REFUSED_CHANGES_NOTHING, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.own import json_of

# So many different bad requests, none of them refused: the operation checks nothing, and no rule of it is missing.
_FEWEST_CASES: Final = 5
# It may refuse one for so many that it takes: it fails at a member that it uses, and calls that a bad request.
_MOST_REFUSED: Final = 10
# So many members of one object that are taken with the same kind of wrong value: two may be two faults, unless it has
# no more.
_FEWEST_MEMBERS: Final = 3
# Bad requests that are told by their names.
_MOST_NAMED: Final = 6
_Key = tuple[object, ...]


def of_unchecked(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """Findings of bad requests that come from one fault of an operation, each with the one that tells it, by keys."""
    return {
        **_of_absence(journal),
        **_of_items(journal),
        **_of_members(journal, contract),
        **_of_operations(journal),
        **_of_traces(journal),
        **_of_hidden_refusals(journal, contract),
    }


def noted(finding: Finding, journal: Journal, told: Mapping[_Key, _Key]) -> Finding:
    """A finding with a note of the other bad requests that it tells of; `told` is what `told_twice` gave."""
    same = [each for each in journal.findings if told.get(each.key) == finding.key and each.promise == BAD_REQUEST.id]
    others = dict.fromkeys(each.breach.case for each in same if each.breach.case != finding.breach.case)
    if finding.promise != BAD_REQUEST.id or len(others) < _FEWEST_MEMBERS - 1:
        return finding
    more = ", ..." if len(others) > _MOST_NAMED else ""
    named = ", ".join(list(others)[:_MOST_NAMED])
    note = f"and {len(others)} other bad requests were taken, too: {named}{more}"
    return replace(finding, breach=replace(finding.breach, note=note))


def _of_operations(journal: Journal) -> dict[_Key, _Key]:
    """All bad requests of an operation that refuses next to none, and what its answers show of them."""
    told: dict[_Key, _Key] = {}
    for operation, taken in _taken(journal).items():
        cases = len({each.breach.case for each in taken})
        if cases < _FEWEST_CASES or _refused(journal, operation) * _MOST_REFUSED > cases:
            continue
        lead = _lead(taken)
        places = [_place(each) for each in taken]
        shown = [each for each in journal.findings if _is_answer(each, operation) and _is_of(each, places)]
        told.update((each.key, lead.key) for each in [*taken, *shown] if each is not lead)
    return told


def _of_absence(journal: Journal) -> dict[_Key, _Key]:
    """A member that may be missing and may be null, though it may be neither: whether it is there is not checked."""
    first: dict[_Key, _Key] = {}
    told: dict[_Key, _Key] = {}
    for finding in (each for own in _taken(journal).values() for each in own):
        because, breach = finding.breach.because, finding.breach
        if because is None or because.actual.type not in {"null", "missing"}:
            continue
        # Points of several curves have members of one name, and one schema.
        place = (finding.operation, finding.severity, breach.seen_by, because.at.part, because.at.path[-1:])
        known = first.setdefault(place, finding.key)
        if known != finding.key:
            told[finding.key] = known
    return told


def _of_items(journal: Journal) -> dict[_Key, _Key]:
    """What is wrong in the items of a list, where an operation takes what is no item, too."""
    told: dict[_Key, _Key] = {}
    for taken in _taken(journal).values():
        bare = {_place(each) for each in taken if _is_bare_item(each)}
        for whole in bare:
            own = [each for each in taken if _place(each)[: len(whole)] == whole]
            lead = _lead(own)
            if {_place(each) for each in own} != {whole}:
                told.update((each.key, lead.key) for each in own if each is not lead)
    return told


def _is_bare_item(finding: Finding) -> bool:
    """Whether something else stood where an object in a list must stand."""
    because = finding.breach.because
    is_item = because is not None and bool(because.at.path) and isinstance(because.at.path[-1], int)
    return bool(is_item and because and because.kind == "type" and "object" in str(because.expected.value))


def _of_members(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """Members of one object that are not checked, each taken with the same kind of wrong value."""
    found: defaultdict[_Key, list[Finding]] = defaultdict(list)
    for taken in _taken(journal).values():
        for finding in taken:
            because = finding.breach.because
            if because and because.at.part == "request-body" and because.at.path:
                group = (finding.operation, finding.severity, finding.breach.seen_by, because.kind)
                found[*group, because.at.path[:-1]].append(finding)
    told: dict[_Key, _Key] = {}
    for own in found.values():
        wrong = len({_place(each) for each in own})
        if wrong >= _FEWEST_MEMBERS or 1 < wrong == _members_beside(own[0], contract):
            told.update((each.key, own[0].key) for each in own[1:])
    return told


def _members_beside(finding: Finding, contract: Contract) -> int:
    """How many members the contract has for the object of a request in which a wrong one was sent."""
    operation = contract.operations.get(finding.operation or "")
    schema = operation.body_schema if operation and operation.request else None
    for token in _place(finding)[:-1]:
        schema = contract.schemas.step(schema, token) if schema is not None else None
    return len(contract.schemas.shape(schema).members) if schema is not None else 0


def _taken(journal: Journal) -> dict[str | None, list[Finding]]:
    """The bad requests that were taken, by their operations."""
    found: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for finding in journal.findings:
        if finding.promise == BAD_REQUEST.id and finding.breach.because:
            found[finding.operation].append(finding)
    return found


def _lead(taken: list[Finding]) -> Finding:
    """The finding that tells the others: the first of the most severe."""
    return next((each for each in taken if each.severity == "error"), taken[0])


def _place(finding: Finding) -> Path:
    return finding.breach.because.at.path if finding.breach.because else ()


def _refused(journal: Journal, operation: str | None) -> int:
    """How many bad requests were refused; one whose body is no object at all is refused by whatever reads it."""
    all_refused = sum(
        times
        for seen, times in journal.tally.observations.items()
        if (seen.promise, seen.operation, seen.outcome) == (BAD_REQUEST.id, operation, "passed")
    )
    known = [
        each.exchange.request
        for each in list(journal.results)
        if each.operation is not None and each.operation.id == operation and BAD_REQUEST in each.passed
    ]
    # What is no more remembered may have been anything.
    cases = {each.expectation.case for each in known if isinstance(json_of(each.body), dict)}
    return len(cases) + all_refused - len(known)


def _is_answer(finding: Finding, operation: str | None) -> bool:
    is_own = finding.operation == operation and finding.status in SUCCESSES
    return finding.promise == RESPONSE_BODY.id and finding.breach.at.part == "body" and is_own


def _is_of(finding: Finding, places: list[Path]) -> bool:
    """Whether a finding is about a place at which something wrong was sent, or one in it or around it."""
    path = finding.breach.at.path
    return bool(path) and any(place and path[: len(place)] == place[: len(path)] for place in places)


def _of_traces(journal: Journal) -> dict[_Key, _Key]:
    """What a list or a reading shows wrong only since a bad call, which was refused, has left something there."""
    order = {id(each.exchange): number for number, each in enumerate(list(journal.results))}
    traces = {each.breach.seen_by: each for each in reversed(journal.findings) if _is_trace(each)}
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        trace = traces.get(finding.operation or "")
        if trace is None or finding.promise != RESPONSE_BODY.id or finding.status not in SUCCESSES:
            continue
        # An exchange that is no more remembered was an early one.
        if order.get(id(finding.blamed), -1) > order.get(id(trace.blamed), -1):
            told[finding.key] = trace.key
    return told


def _is_trace(finding: Finding) -> bool:
    is_there = finding.breach.kind in {"extra", "present", "changed", "count"}
    return finding.promise == REFUSED_CHANGES_NOTHING.id and is_there and finding.status not in SUCCESSES


def _of_hidden_refusals(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """Calls that had to be refused and were, by an answer that has the status of a success and nothing else of it."""
    hidden = [each for each in journal.findings if _is_no_success(each, contract)]
    leads: dict[str | None, Finding] = {}
    for finding in hidden:
        if finding.promise == RESPONSE_BODY.id and finding.breach.kind == "required":
            leads.setdefault(finding.operation, finding)
    return {
        each.key: leads[each.operation].key
        for each in hidden
        if each.operation in leads and each is not leads[each.operation] and _is_of_answer(each)
    }


def _is_of_answer(finding: Finding) -> bool:
    """Whether a finding says of an answer that it is no success: for its status, or for what is not in it."""
    breach = finding.breach
    if finding.promise == RESPONSE_BODY.id:
        return breach.kind == "required" and len(breach.at.path) == 1
    is_taken = breach.kind == "status" and not breach.seen_by
    return is_taken and finding.promise in {BAD_REQUEST.id, STATUS_EXPECTED.id}


def _is_no_success(finding: Finding, contract: Contract) -> bool:
    """Whether what came with the status of a success has no member that a success has."""
    operation, status = contract.operations.get(finding.operation or ""), finding.status or 0
    rule = operation.response(status) if operation and status in SUCCESSES else None
    schema = schema_for(rule.content, next(iter(rule.content), "")) if rule else None
    answer: Any = json_of(finding.blamed.response.body) if finding.blamed else None
    if schema is None or not isinstance(answer, dict) or not answer:
        return False
    return all(contract.schemas.step(schema, name) is None for name in answer)
