"""Findings of one test that have the same cause as another one of that test: the cause is reported once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from ecsuite.contract import Contract
from ecsuite.findings.breach import Breach
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import (
    BAD_REQUEST,
    DELETED_IS_GONE,
    DELIVERY_CONTENT,
    DELIVERY_RETRIED,
    ELIGIBILITY,
    ERROR_CODE,
    LISTED_ONCE,
    MEDIA_TYPE,
    OTHERS_UNTOUCHED,
    PAGES,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    REFUSED_CHANGES_NOTHING,
    REQUEST_BODY,
    RESPONSE_BODY,
    ROUND_TRIP,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.grouping.bad_requests import of_bad_requests
from ecsuite.results.grouping.consequences import consequences
from ecsuite.results.own import json_of

# A delivery may repeat what is wrong in a response: promises about responses, and promises about deliveries.
_OF_RESPONSES: Final = frozenset({RESPONSE_BODY.id, ROUND_TRIP.id})
_OF_DELIVERIES: Final = frozenset({REQUEST_BODY.id, DELIVERY_CONTENT.id, DELIVERY_RETRIED.id})
# If so many members of one object differ from what was sent, it is an earlier state, or another object.
_MANY: Final = 3
_Key = tuple[object, ...]


def leads_within_test(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """The keys of findings that repeat another one, each with the key of its lead, which reports the cause."""
    leads: dict[_Key, _Key] = {}
    for rule in _RULES:
        leads.update(rule(journal))
    leads.update(of_bad_requests(journal, contract))
    return resolved(leads)


def resolved(leads: Mapping[_Key, _Key]) -> dict[_Key, _Key]:
    """Each key with the end of its chain of leads; the findings of a circle have no lead, and are all reported."""
    ends = {key: _end(leads, key) for key in leads}
    return {key: end for key, end in ends.items() if end != key}


def _end(leads: Mapping[_Key, _Key], key: _Key) -> _Key:
    passed: set[_Key] = set()
    while key in leads and key not in passed:
        passed.add(key)
        key = leads[key]
    return key


def _undocumented_statuses(journal: Journal) -> dict[_Key, _Key]:
    """Undocumented statuses that were unexpected, too: the unexpected status is the lead.

    An undocumented success is reported by itself, and so is an undocumented refusal where a refusal was expected.
    """
    leads: dict[_Key, _Key] = {}
    unexpected = [each for each in journal.findings if each.promise == STATUS_EXPECTED.id]
    for finding in journal.findings:
        if finding.promise != STATUS_LISTED.id or (finding.status or 0) in SUCCESSES:
            continue
        same = [each for each in unexpected if (each.operation, each.status) == (finding.operation, finding.status)]
        if sum(map(journal.times, same)) >= journal.times(finding):
            leads[finding.key] = same[0].key
    return leads


def _accepted_values(journal: Journal) -> dict[_Key, _Key]:
    """Invalid values in responses, from requests that the server should have refused."""
    accepted: list[tuple[Finding, Breach]] = [
        (each, each.breach.because)
        for each in journal.findings
        if each.promise == BAD_REQUEST.id and each.severity == "error" and each.breach.because
    ]
    leads = _shown_by_readings(journal, accepted)
    for other in journal.findings:
        # The same value may have been accepted in several requests, and then appears once.
        repeated = [finding for finding, because in accepted if _repeats(because, finding, other)]
        if repeated and sum(map(journal.times, repeated)) >= journal.times(other):
            leads[other.key] = repeated[0].key
    return leads


def _shown_by_readings(journal: Journal, accepted: list[tuple[Finding, Breach]]) -> dict[_Key, _Key]:
    """Invalid values that GETs show, of an entity or in a list, from requests that the server should have refused."""
    known = {_value_of(because): finding.key for finding, because in reversed(accepted) if because.at.path}
    readings = [each for each in journal.findings if each.promise == RESPONSE_BODY.id and each.method == "GET"]
    return {each.key: known[_value_of(each.breach)] for each in readings if _value_of(each.breach) in known}


def _value_of(breach: Breach) -> tuple[object, ...]:
    """The name and the value of the wrong member, whatever its place in a list."""
    name = next((token for token in reversed(breach.at.path) if isinstance(token, str)), "")
    return (name, breach.actual.type, repr(breach.actual.value))


def _repeats(because: Breach, finding: Finding, other: Finding) -> bool:
    """Whether a finding follows from another one: a bad request was accepted, and its value is shown."""
    if other.promise == BAD_REQUEST.id:
        is_same = other.operation == finding.operation and other.breach.because == because
        return is_same and other.severity != finding.severity
    is_answer = other.promise == RESPONSE_BODY.id and because.at.part == "request-body" and bool(because.at.path)
    return is_answer and other.breach.at.path == because.at.path and other.operation in _operations_showing(finding)


def _operations_showing(finding: Finding) -> tuple[str | None, ...]:
    """The operations whose responses show the effect of a call."""
    return (finding.breach.seen_by,) if finding.breach.seen_by else (finding.operation,)


def _of_paging(journal: Journal) -> dict[_Key, _Key]:
    """Findings about the pages of a list that does not have every record once: by page, by record, by size.

    If a record is missing or a page has the wrong size, the figures computed from their number are wrong as well.
    """
    found: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for promise in (LISTED_ONCE.id, ELIGIBILITY.id, PAGES.id):
        # A record that the whole list lacks is missing from its pages as well.
        for finding in (each for each in journal.findings if each.promise == promise):
            if finding.breach.at.part == "list" or promise == PAGES.id:
                found[finding.operation].append(finding)
    leads: dict[_Key, _Key] = {}
    for own in found.values():
        is_short = any(each.breach.at.part == "list" and each.breach.kind in {"count", "absent"} for each in own)
        same = [each for each in own if is_short or each.breach.at.part == "list"]
        leads.update((each.key, same[0].key) for each in same[1:] if each.promise == PAGES.id)
    return leads


def _of_unapplied_changes(journal: Journal) -> dict[_Key, _Key]:
    """Other differences of an entity, or in its list, if a change of the entity was not applied."""
    own = [each for each in journal.findings if each.promise == ROUND_TRIP.id and each.breach.at.part == "body"]
    unmade = {each.path: each.key for each in reversed(own) if each.breach.kind == "same"}
    listed = {path.rpartition("/")[0]: key for path, key in unmade.items()}
    leads = {each.key: {**listed, **unmade}.get(each.path) for each in own if each.breach.kind != "same"}
    return {key: first for key, first in leads.items() if first is not None}


def _null_bodies(journal: Journal) -> dict[_Key, _Key]:
    """Unexpected successes with the body null, of an operation for which that body is reported."""
    nulls = {each.operation: each.key for each in journal.findings if _is_null_body(each)}
    return {
        each.key: nulls[each.operation]
        for each in _unexpected_successes(journal)
        if each.operation in nulls and each.blamed and each.blamed.response.body.strip() == b"null"
    }


def _unexpected_successes(journal: Journal) -> list[Finding]:
    return [each for each in journal.findings if each.promise == STATUS_EXPECTED.id and each.status in SUCCESSES]


def _is_null_body(finding: Finding) -> bool:
    breach = finding.breach
    is_whole = not breach.at.path and breach.kind == "type" and breach.actual.type == "null"
    return finding.promise == RESPONSE_BODY.id and finding.status in SUCCESSES and is_whole


def _undocumented_error_codes(journal: Journal) -> dict[_Key, _Key]:
    """Undocumented error codes, where another code was expected: that is the lead."""
    codes = {(each.operation, each.breach.at): each.key for each in journal.findings if each.promise == ERROR_CODE.id}
    return {
        each.key: codes[each.operation, each.breach.at]
        for each in journal.findings
        if each.promise == RESPONSE_BODY.id and (each.operation, each.breach.at) in codes
    }


def _of_other_media_types(journal: Journal) -> dict[_Key, _Key]:
    """Wrong media types of responses that are no JSON, such as an HTML page, if their missing members are reported."""
    empty = {
        (each.operation, each.status): each.key
        for each in reversed(journal.findings)
        if each.promise in {ERROR_CODE.id, RESPONSE_BODY.id} and each.blamed
        if not isinstance(json_of(each.blamed.response.body), dict | list)
    }
    called = {each.key: (each.operation, each.status) for each in journal.findings if each.promise == MEDIA_TYPE.id}
    return {key: empty[call] for key, call in called.items() if call in empty}


def _foreign_ids(journal: Journal) -> dict[_Key, _Key]:
    """Ids that differ from the path: also reported as not what was sent, or as belonging to another parent."""
    ids = {(each.operation, each.breach.at): each.key for each in journal.findings if each.promise == PATH_IDS.id}
    leads = {
        each.key: ids[each.operation, each.breach.at]
        for each in journal.findings
        if each.promise == ROUND_TRIP.id and not each.breach.seen_by and (each.operation, each.breach.at) in ids
    }
    others = [each for each in journal.findings if each.promise == PARENTS.id and _shows_other_parents(each)]
    let_in = {each.operation: each.key for each in others}
    return {**leads, **{key: let_in[operation] for (operation, _), key in ids.items() if operation in let_in}}


def _shows_other_parents(finding: Finding) -> bool:
    """Whether an entity of another parent was shown: in a list, or instead of a refusal."""
    if finding.breach.at.part == "list":
        return finding.breach.kind == "present"
    return finding.breach.kind == "status" and finding.status in SUCCESSES


def _effects_of_accepted_calls(journal: Journal) -> dict[_Key, _Key]:
    """Effects of calls that should have been refused: the missing refusal is the lead."""
    leads: dict[_Key, _Key] = {}
    for promise in (PARTNERS_APART.id, PARENTS.id):
        own = [each for each in journal.findings if each.promise == promise]
        accepted = [each for each in own if each.breach.kind == "status" and (each.status or 0) in SUCCESSES]
        leads.update((each.key, accepted[0].key) for each in own if accepted and each not in accepted)
    first = {each.operation: each.key for each in reversed(_unexpected_successes(journal))}
    changes = {REFUSED_CHANGES_NOTHING.id, OTHERS_UNTOUCHED.id}
    for finding in journal.findings:
        if finding.promise in changes and finding.status in SUCCESSES and finding.operation in first:
            leads[finding.key] = first[finding.operation]
    return leads


def _reads_of_undeleted(journal: Journal) -> dict[_Key, _Key]:
    """Successful GETs of deleted entities, if it is reported that the entity was not deleted."""
    left = {each.breach.seen_by: each.key for each in journal.findings if each.promise == DELETED_IS_GONE.id}
    return {
        each.key: left[each.operation]
        for each in journal.findings
        if each.promise == STATUS_EXPECTED.id and each.status in SUCCESSES and each.operation in left
    }


def _repeated_in_deliveries(journal: Journal) -> dict[_Key, _Key]:
    """Defects of an event in a delivery that a response has shown as well."""
    leads: dict[_Key, _Key] = {}
    shown = [each for each in journal.findings if each.promise in _OF_RESPONSES and each.breach.at.part == "body"]
    for finding in journal.findings:
        if finding.promise not in _OF_DELIVERIES or finding.breach.at.part != "request-body":
            continue
        same = next((each for each in shown if _defect(each) == _defect(finding)), None)
        if same is not None:
            leads[finding.key] = same.key
    return leads


def _defect(finding: Finding) -> tuple[object, ...]:
    """What is wrong with a member, regardless of its place."""
    breach = finding.breach
    return (breach.kind, breach.expected, breach.actual, breach.at.path[-1:])


def _of_one_object(journal: Journal) -> dict[_Key, _Key]:
    """Members of one object in one exchange: nearly all are wrong in one way, or many differ from what was sent."""
    found: defaultdict[_Key, list[Finding]] = defaultdict(list)
    for finding in journal.findings:
        at, exchange = finding.breach.at, shown_by(finding)
        if at.path and isinstance(at.path[-1], str) and exchange is not None:
            kind = "" if finding.promise == ROUND_TRIP.id else finding.breach.kind
            found[(finding.promise, kind, at.part, at.path[:-1], id(exchange))].append(finding)
    leads: dict[_Key, _Key] = {}
    for own in found.values():
        wrong = {each.breach.at.path[-1] for each in own}
        members = _object_of(own[0])
        is_whole = isinstance(members, dict) and len(wrong) > 1 and len(members.keys() - wrong) <= 1
        if is_whole or (own[0].promise == ROUND_TRIP.id and len(wrong) >= _MANY):
            leads.update((each.key, own[0].key) for each in own[1:])
    return leads


# Where two rules name a lead for the same finding, the later one holds.
_RULES: Final = (
    _of_one_object,
    _repeated_in_deliveries,
    _foreign_ids,
    _effects_of_accepted_calls,
    _reads_of_undeleted,
    _undocumented_statuses,
    _accepted_values,
    _of_paging,
    _of_unapplied_changes,
    _null_bodies,
    _undocumented_error_codes,
    consequences,
    _of_other_media_types,
)


def shown_by(finding: Finding) -> Exchange | None:
    """The exchange whose body contains the place of a finding; None if it is about no body."""
    if finding.breach.at.part not in {"body", "request-body"}:
        return None
    return finding.evidence if finding.breach.seen_by else finding.blamed


def _object_of(finding: Finding) -> Any:
    """The object whose member a finding is about; None if it cannot be read."""
    exchange = shown_by(finding)
    if exchange is None:
        return None
    message = exchange.request if finding.breach.at.part == "request-body" else exchange.response
    return at_path(json_of(message.body), finding.breach.at.path[:-1], None)
