"""Bad requests that were accepted for the same reason: the operation does not validate something, reported once."""

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

# If it accepts so many different bad requests and refuses none, the operation validates nothing at all.
_FEWEST_CASES: Final = 5
# It may refuse one for so many that it accepts: code that fails at a member may answer with a 400 as well.
_MOST_REFUSED: Final = 10
# So many members of one object are accepted with the same kind of wrong value; two may be two faults, unless the object
# has only two.
_FEWEST_MEMBERS: Final = 3
# The most bad requests that a note names.
_MOST_NAMED: Final = 6
_Key = tuple[object, ...]


def of_bad_requests(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """The keys of findings about accepted bad requests of one cause, each with the key of its lead."""
    return {
        **_of_unvalidated_presence(journal),
        **_of_unvalidated_items(journal),
        **_of_unvalidated_members(journal, contract),
        **_of_unvalidated_operations(journal),
        **_of_refused_calls_with_effect(journal),
        **_of_refusals_with_success_status(journal, contract),
    }


def noted(finding: Finding, journal: Journal, leads: Mapping[_Key, _Key]) -> Finding:
    """A finding with a note of the other bad requests for which it is the lead; `leads` as of `leads_within_test`."""
    same = [each for each in journal.findings if leads.get(each.key) == finding.key and each.promise == BAD_REQUEST.id]
    others = dict.fromkeys(each.breach.case for each in same if each.breach.case != finding.breach.case)
    if finding.promise != BAD_REQUEST.id or len(others) < _FEWEST_MEMBERS - 1:
        return finding
    more = ", ..." if len(others) > _MOST_NAMED else ""
    named = ", ".join(list(others)[:_MOST_NAMED])
    note = f"and {len(others)} other bad requests were accepted, too: {named}{more}"
    return replace(finding, breach=replace(finding.breach, note=note))


def _of_unvalidated_operations(journal: Journal) -> dict[_Key, _Key]:
    """All accepted bad requests of an operation that refuses hardly any, and invalid values in its responses."""
    leads: dict[_Key, _Key] = {}
    for operation, accepted in _accepted(journal).items():
        cases = len({each.breach.case for each in accepted})
        if cases < _FEWEST_CASES or _refused(journal, operation) * _MOST_REFUSED > cases:
            continue
        lead = _lead(accepted)
        places = [_place(each) for each in accepted]
        shown = [each for each in journal.findings if _is_answer(each, operation) and _is_of(each, places)]
        leads.update((each.key, lead.key) for each in [*accepted, *shown] if each is not lead)
    return leads


def _of_unvalidated_presence(journal: Journal) -> dict[_Key, _Key]:
    """A required member that may be missing and may be null: the server does not check that it is present."""
    first: dict[_Key, _Key] = {}
    leads: dict[_Key, _Key] = {}
    for finding in (each for own in _accepted(journal).values() for each in own):
        because, breach = finding.breach.because, finding.breach
        if because is None or because.actual.type not in {"null", "missing"}:
            continue
        # The points of several curves share a schema, and so the names of members.
        place = (finding.operation, finding.severity, breach.seen_by, because.at.part, because.at.path[-1:])
        known = first.setdefault(place, finding.key)
        if known != finding.key:
            leads[finding.key] = known
    return leads


def _of_unvalidated_items(journal: Journal) -> dict[_Key, _Key]:
    """Wrong members of list items, if the operation accepts something that is no item as well."""
    leads: dict[_Key, _Key] = {}
    for accepted in _accepted(journal).values():
        bare = {_place(each) for each in accepted if _is_bare_item(each)}
        for whole in bare:
            own = [each for each in accepted if _place(each)[: len(whole)] == whole]
            lead = _lead(own)
            if {_place(each) for each in own} != {whole}:
                leads.update((each.key, lead.key) for each in own if each is not lead)
    return leads


def _is_bare_item(finding: Finding) -> bool:
    """Whether a list item that must be an object was something else."""
    because = finding.breach.because
    is_item = because is not None and bool(because.at.path) and isinstance(because.at.path[-1], int)
    return bool(is_item and because and because.kind == "type" and "object" in str(because.expected.value))


def _of_unvalidated_members(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """Members of one object that the server accepts with the same kind of wrong value."""
    found: defaultdict[_Key, list[Finding]] = defaultdict(list)
    for accepted in _accepted(journal).values():
        for finding in accepted:
            because = finding.breach.because
            if because and because.at.part == "request-body" and because.at.path:
                group = (finding.operation, finding.severity, finding.breach.seen_by, because.kind)
                found[*group, because.at.path[:-1]].append(finding)
    leads: dict[_Key, _Key] = {}
    for own in found.values():
        wrong = len({_place(each) for each in own})
        if wrong >= _FEWEST_MEMBERS or 1 < wrong == _members_beside(own[0], contract):
            leads.update((each.key, own[0].key) for each in own[1:])
    return leads


def _members_beside(finding: Finding, contract: Contract) -> int:
    """How many members the contract has for the request object that contained the wrong member."""
    operation = contract.operations.get(finding.operation or "")
    schema = operation.body_schema if operation and operation.request else None
    for token in _place(finding)[:-1]:
        schema = contract.schemas.step(schema, token) if schema is not None else None
    return len(contract.schemas.shape(schema).members) if schema is not None else 0


def _accepted(journal: Journal) -> dict[str | None, list[Finding]]:
    """The accepted bad requests, by operation."""
    found: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for finding in journal.findings:
        if finding.promise == BAD_REQUEST.id and finding.breach.because:
            found[finding.operation].append(finding)
    return found


def _lead(accepted: list[Finding]) -> Finding:
    """The lead of several findings: the first of the most severe ones."""
    return next((each for each in accepted if each.severity == "error"), accepted[0])


def _place(finding: Finding) -> Path:
    return finding.breach.because.at.path if finding.breach.because else ()


def _refused(journal: Journal, operation: str | None) -> int:
    """How many bad requests were refused; those whose body is no object do not count, as any parser refuses them."""
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
    # Exchanges that the journal no longer keeps may have been of any kind.
    cases = {each.expectation.case for each in known if isinstance(json_of(each.body), dict)}
    return len(cases) + all_refused - len(known)


def _is_answer(finding: Finding, operation: str | None) -> bool:
    is_own = finding.operation == operation and finding.status in SUCCESSES
    return finding.promise == RESPONSE_BODY.id and finding.breach.at.part == "body" and is_own


def _is_of(finding: Finding, places: list[Path]) -> bool:
    """Whether a finding is about one of these places, or about one inside or around it."""
    path = finding.breach.at.path
    return bool(path) and any(place and path[: len(place)] == place[: len(path)] for place in places)


def _of_refused_calls_with_effect(journal: Journal) -> dict[_Key, _Key]:
    """Wrong responses to GETs after a bad request that was refused and took effect nevertheless."""
    order = {id(each.exchange): number for number, each in enumerate(list(journal.results))}
    traces = {each.breach.seen_by: each for each in reversed(journal.findings) if _is_effect_of_refused_call(each)}
    leads: dict[_Key, _Key] = {}
    for finding in journal.findings:
        trace = traces.get(finding.operation or "")
        if trace is None or finding.promise != RESPONSE_BODY.id or finding.status not in SUCCESSES:
            continue
        # An exchange that the journal no longer keeps came early.
        if order.get(id(finding.blamed), -1) > order.get(id(trace.blamed), -1):
            leads[finding.key] = trace.key
    return leads


def _is_effect_of_refused_call(finding: Finding) -> bool:
    is_there = finding.breach.kind in {"extra", "present", "changed", "count"}
    return finding.promise == REFUSED_CHANGES_NOTHING.id and is_there and finding.status not in SUCCESSES


def _of_refusals_with_success_status(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """Calls that the server refused as it should, but with the status of a success."""
    hidden = [each for each in journal.findings if _is_refusal_body(each, contract)]
    leads: dict[str | None, Finding] = {}
    for finding in hidden:
        if finding.promise == RESPONSE_BODY.id and finding.breach.kind == "required":
            leads.setdefault(finding.operation, finding)
    return {
        each.key: leads[each.operation].key
        for each in hidden
        if each.operation in leads and each is not leads[each.operation] and _is_about_success(each)
    }


def _is_about_success(finding: Finding) -> bool:
    """Whether a finding is about the status of a success, or about a member that a success must have."""
    breach = finding.breach
    if finding.promise == RESPONSE_BODY.id:
        return breach.kind == "required" and len(breach.at.path) == 1
    is_taken = breach.kind == "status" and not breach.seen_by
    return is_taken and finding.promise in {BAD_REQUEST.id, STATUS_EXPECTED.id}


def _is_refusal_body(finding: Finding, contract: Contract) -> bool:
    """Whether a body with the status of a success has only members that no success has."""
    operation, status = contract.operations.get(finding.operation or ""), finding.status or 0
    rule = operation.response(status) if operation and status in SUCCESSES else None
    schema = schema_for(rule.content, next(iter(rule.content), "")) if rule else None
    answer: Any = json_of(finding.blamed.response.body) if finding.blamed else None
    if schema is None or not isinstance(answer, dict) or not answer:
        return False
    return all(contract.schemas.step(schema, name) is None for name in answer)
