"""Findings of one test that tell no more than another of them, so that they are told once."""

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
from ecsuite.results.follows import following
from ecsuite.results.own import json_of
from ecsuite.results.unchecked import of_unchecked

# What a response shows wrong, a delivery may repeat: the promises about the one, and those about the other.
_OF_RESPONSES: Final = frozenset({RESPONSE_BODY.id, ROUND_TRIP.id})
_OF_DELIVERIES: Final = frozenset({REQUEST_BODY.id, DELIVERY_CONTENT.id, DELIVERY_RETRIED.id})
# So many members of one object that are not as they were sent: it is an earlier state, or another object.
_MANY: Final = 3
_Key = tuple[object, ...]


def told_twice(journal: Journal, contract: Contract) -> dict[_Key, _Key]:
    """Findings that another one tells of as well, each with that one, by their keys: they are told once."""
    told = {**_of_one_object(journal), **_repeated_by_deliveries(journal), **_strangers(journal), **_let_in(journal)}
    told.update({**_still_there(journal), **_unlisted(journal), **_taken(journal), **_of_pages(journal)})
    told.update({**_of_changes(journal), **_nothing_shown(journal), **_no_error_code(journal), **following(journal)})
    told.update({**_of_another_kind(journal), **of_unchecked(journal, contract)})
    return leads(told)


def leads(told: Mapping[_Key, _Key]) -> dict[_Key, _Key]:
    """Each finding that is told with another one, with the one at the end of the chain; in a circle all are told."""
    ends = {key: _end(told, key) for key in told}
    return {key: end for key, end in ends.items() if end != key}


def _end(told: Mapping[_Key, _Key], key: _Key) -> _Key:
    passed: set[_Key] = set()
    while key in told and key not in passed:
        passed.add(key)
        key = told[key]
    return key


def _unlisted(journal: Journal) -> dict[_Key, _Key]:
    """Statuses that are listed nowhere, and were not expected.

    A success that is listed nowhere is told by itself, and so is a refusal that came where one was expected, too.
    """
    told: dict[_Key, _Key] = {}
    unexpected = [each for each in journal.findings if each.promise == STATUS_EXPECTED.id]
    for finding in journal.findings:
        if finding.promise != STATUS_LISTED.id or (finding.status or 0) in SUCCESSES:
            continue
        same = [each for each in unexpected if (each.operation, each.status) == (finding.operation, finding.status)]
        if sum(map(journal.times, same)) >= journal.times(finding):
            told[finding.key] = same[0].key
    return told


def _taken(journal: Journal) -> dict[_Key, _Key]:
    """What was taken that had to be refused, and is shown as it may not be, by its own answer or by a later one."""
    taken: list[tuple[Finding, Breach]] = [
        (each, each.breach.because)
        for each in journal.findings
        if each.promise == BAD_REQUEST.id and each.severity == "error" and each.breach.because
    ]
    told = _shown_later(journal, taken)
    for other in journal.findings:
        # One value may have been taken in several requests, and is one value where it is shown.
        telling = [finding for finding, because in taken if _tells_of(because, finding, other)]
        if telling and sum(map(journal.times, telling)) >= journal.times(other):
            told[other.key] = telling[0].key
    return told


def _shown_later(journal: Journal, taken: list[tuple[Finding, Breach]]) -> dict[_Key, _Key]:
    """What readings show of a value that was taken and had to be refused, of its entity or in the list of them."""
    known = {_value_of(because): finding.key for finding, because in reversed(taken) if because.at.path}
    readings = [each for each in journal.findings if each.promise == RESPONSE_BODY.id and each.method == "GET"]
    return {each.key: known[_value_of(each.breach)] for each in readings if _value_of(each.breach) in known}


def _value_of(breach: Breach) -> tuple[object, ...]:
    """The name of the member that is wrong, and its value, in whichever list it stands."""
    name = next((token for token in reversed(breach.at.path) if isinstance(token, str)), "")
    return (name, breach.actual.type, repr(breach.actual.value))


def _tells_of(because: Breach, finding: Finding, other: Finding) -> bool:
    """Whether a finding tells no more than another one, by which a request was taken that is broken in some way."""
    if other.promise == BAD_REQUEST.id:
        is_same = other.operation == finding.operation and other.breach.because == because
        return is_same and other.severity != finding.severity
    is_answer = other.promise == RESPONSE_BODY.id and because.at.part == "request-body" and bool(because.at.path)
    return is_answer and other.breach.at.path == because.at.path and other.operation in _shown_in(finding)


def _shown_in(finding: Finding) -> tuple[str | None, ...]:
    """The operations whose answers show what came of a call."""
    return (finding.breach.seen_by,) if finding.breach.seen_by else (finding.operation,)


def _of_pages(journal: Journal) -> dict[_Key, _Key]:
    """That the pages of a list do not hold every record once, seen in several ways: by page, by record, by size.

    Where a record is missing, or a page has more or fewer than it should, the figures that follow from their number are
    no more to go by.
    """
    found: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for promise in (LISTED_ONCE.id, ELIGIBILITY.id, PAGES.id):
        # What the whole list lacks, its pages lack as well.
        for finding in (each for each in journal.findings if each.promise == promise):
            if finding.breach.at.part == "list" or promise == PAGES.id:
                found[finding.operation].append(finding)
    told: dict[_Key, _Key] = {}
    for own in found.values():
        is_short = any(each.breach.at.part == "list" and each.breach.kind in {"count", "absent"} for each in own)
        same = [each for each in own if is_short or each.breach.at.part == "list"]
        told.update((each.key, same[0].key) for each in same[1:] if each.promise == PAGES.id)
    return told


def _of_changes(journal: Journal) -> dict[_Key, _Key]:
    """What else is not as it was sent of an entity, or in the list of it, of which a change was not made."""
    own = [each for each in journal.findings if each.promise == ROUND_TRIP.id and each.breach.at.part == "body"]
    unmade = {each.path: each.key for each in reversed(own) if each.breach.kind == "same"}
    listed = {path.rpartition("/")[0]: key for path, key in unmade.items()}
    told = {each.key: {**listed, **unmade}.get(each.path) for each in own if each.breach.kind != "same"}
    return {key: first for key, first in told.items() if first is not None}


def _nothing_shown(journal: Journal) -> dict[_Key, _Key]:
    """The success of a call that had to find nothing, and answered null: that is told, by probes, too."""
    nulls = {each.operation: each.key for each in journal.findings if _is_null(each)}
    return {
        each.key: nulls[each.operation]
        for each in _unexpected_successes(journal)
        if each.operation in nulls and each.blamed and each.blamed.response.body.strip() == b"null"
    }


def _unexpected_successes(journal: Journal) -> list[Finding]:
    return [each for each in journal.findings if each.promise == STATUS_EXPECTED.id and each.status in SUCCESSES]


def _is_null(finding: Finding) -> bool:
    breach = finding.breach
    is_whole = not breach.at.path and breach.kind == "type" and breach.actual.type == "null"
    return finding.promise == RESPONSE_BODY.id and finding.status in SUCCESSES and is_whole


def _no_error_code(journal: Journal) -> dict[_Key, _Key]:
    """A code of no refusal at all, where that another one had to come is told."""
    codes = {(each.operation, each.breach.at): each.key for each in journal.findings if each.promise == ERROR_CODE.id}
    return {
        each.key: codes[each.operation, each.breach.at]
        for each in journal.findings
        if each.promise == RESPONSE_BODY.id and (each.operation, each.breach.at) in codes
    }


def _of_another_kind(journal: Journal) -> dict[_Key, _Key]:
    """Media types of responses that are no object, where that something in them is not there is told: a page, say."""
    empty = {
        (each.operation, each.status): each.key
        for each in reversed(journal.findings)
        if each.promise in {ERROR_CODE.id, RESPONSE_BODY.id} and each.blamed
        if not isinstance(json_of(each.blamed.response.body), dict | list)
    }
    called = {each.key: (each.operation, each.status) for each in journal.findings if each.promise == MEDIA_TYPE.id}
    return {key: empty[call] for key, call in called.items() if call in empty}


def _strangers(journal: Journal) -> dict[_Key, _Key]:
    """Ids that are not those of the path: not what was sent either, and where another parent's is shown, its."""
    ids = {(each.operation, each.breach.at): each.key for each in journal.findings if each.promise == PATH_IDS.id}
    told = {
        each.key: ids[each.operation, each.breach.at]
        for each in journal.findings
        if each.promise == ROUND_TRIP.id and not each.breach.seen_by and (each.operation, each.breach.at) in ids
    }
    others = [each for each in journal.findings if each.promise == PARENTS.id and _shows_another(each)]
    let_in = {each.operation: each.key for each in others}
    return {**told, **{key: let_in[operation] for (operation, _), key in ids.items() if operation in let_in}}


def _shows_another(finding: Finding) -> bool:
    """Whether what belongs to another parent was shown: in a list, or where it had to be refused."""
    if finding.breach.at.part == "list":
        return finding.breach.kind == "present"
    return finding.breach.kind == "status" and finding.status in SUCCESSES


def _let_in(journal: Journal) -> dict[_Key, _Key]:
    """What a call did, where that it was not refused is told: at another partner's, below another parent, or at all."""
    told: dict[_Key, _Key] = {}
    for promise in (PARTNERS_APART.id, PARENTS.id):
        own = [each for each in journal.findings if each.promise == promise]
        taken = [each for each in own if each.breach.kind == "status" and (each.status or 0) in SUCCESSES]
        told.update((each.key, taken[0].key) for each in own if taken and each not in taken)
    first = {each.operation: each.key for each in reversed(_unexpected_successes(journal))}
    changes = {REFUSED_CHANGES_NOTHING.id, OTHERS_UNTOUCHED.id}
    for finding in journal.findings:
        if finding.promise in changes and finding.status in SUCCESSES and finding.operation in first:
            told[finding.key] = first[finding.operation]
    return told


def _still_there(journal: Journal) -> dict[_Key, _Key]:
    """The status of a reading that should have found nothing, where that its entity was not deleted is told."""
    left = {each.breach.seen_by: each.key for each in journal.findings if each.promise == DELETED_IS_GONE.id}
    return {
        each.key: left[each.operation]
        for each in journal.findings
        if each.promise == STATUS_EXPECTED.id and each.status in SUCCESSES and each.operation in left
    }


def _repeated_by_deliveries(journal: Journal) -> dict[_Key, _Key]:
    """What a delivery tells of an event, as wrong as what a response has shown of it."""
    told: dict[_Key, _Key] = {}
    shown = [each for each in journal.findings if each.promise in _OF_RESPONSES and each.breach.at.part == "body"]
    for finding in journal.findings:
        if finding.promise not in _OF_DELIVERIES or finding.breach.at.part != "request-body":
            continue
        same = next((each for each in shown if _wrongness(each) == _wrongness(finding)), None)
        if same is not None:
            told[finding.key] = same.key
    return told


def _wrongness(finding: Finding) -> tuple[object, ...]:
    """What is wrong with a member, wherever it stands."""
    breach = finding.breach
    return (breach.kind, breach.expected, breach.actual, breach.at.path[-1:])


def _of_one_object(journal: Journal) -> dict[_Key, _Key]:
    """Members of one object that are wrong in one exchange: in one way, all but one at most; or many not as sent."""
    found: defaultdict[_Key, list[Finding]] = defaultdict(list)
    for finding in journal.findings:
        at, exchange = finding.breach.at, shown_by(finding)
        if at.path and isinstance(at.path[-1], str) and exchange is not None:
            kind = "" if finding.promise == ROUND_TRIP.id else finding.breach.kind
            found[(finding.promise, kind, at.part, at.path[:-1], id(exchange))].append(finding)
    told: dict[_Key, _Key] = {}
    for own in found.values():
        wrong = {each.breach.at.path[-1] for each in own}
        members = _object_of(own[0])
        is_whole = isinstance(members, dict) and len(wrong) > 1 and len(members.keys() - wrong) <= 1
        if is_whole or (own[0].promise == ROUND_TRIP.id and len(wrong) >= _MANY):
            told.update((each.key, own[0].key) for each in own[1:])
    return told


def shown_by(finding: Finding) -> Exchange | None:
    """The exchange whose body has the place that a finding is about; None where none has."""
    if finding.breach.at.part not in {"body", "request-body"}:
        return None
    return finding.evidence if finding.breach.seen_by else finding.blamed


def _object_of(finding: Finding) -> Any:
    """The object whose member a finding is about, as it came; None where it cannot be read."""
    exchange = shown_by(finding)
    if exchange is None:
        return None
    message = exchange.request if finding.breach.at.part == "request-body" else exchange.response
    return at_path(json_of(message.body), finding.breach.at.path[:-1], None)
