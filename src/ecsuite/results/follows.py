"""What follows from another finding of the same test: it is evidence of that one, and told with it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite.findings.breach import Breach
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import (
    OTHERS_UNTOUCHED,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    PUT_REPLACES,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.own import json_of

_NOT_FOUND: Final = 404
# What says of a call that it has changed something.
_OF_CHANGES: Final = frozenset({OTHERS_UNTOUCHED.id, PARENTS.id, PARTNERS_APART.id, REFUSED_CHANGES_NOTHING.id})
_Key = tuple[object, ...]


def following(journal: Journal) -> dict[_Key, _Key]:
    """Findings that follow from another one, each with that one, by their keys."""
    told = {**_of_failures(journal), **_of_nothing(journal), **_of_unlisted_successes(journal), **_of_sweeps(journal)}
    told.update({**_of_overwritten(journal), **_of_kept(journal)})
    told.update({**_of_another_answer(journal), **_of_one_value(journal)})
    moved = _of_other_parents(journal)
    missed = {key: first for key, first in _of_the_missing(journal).items() if first not in moved}
    return {**told, **_of_other_ids(journal), **missed, **moved}


def _of_failures(journal: Journal) -> dict[_Key, _Key]:
    """Statuses that should have been others, of calls at which the server has failed: that is told."""
    failed = {
        (each.operation, each.status): each.key
        for each in journal.findings
        if each.promise == SERVER_ERROR.id and each.severity == "error"
    }
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach = finding.breach
        call = (breach.seen_by or finding.operation, breach.actual.value)
        if breach.kind == "status" and call in failed:
            told[finding.key] = failed[call]
    return told


def _of_nothing(journal: Journal) -> dict[_Key, _Key]:
    """What is there, or was not refused, by a reading without an entity: null, or a success that is listed nowhere."""
    nothing = {each.operation: each.key for each in journal.findings if _shows_nothing(each)}
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach, seen_by = finding.breach, finding.breach.seen_by or finding.operation
        if seen_by not in nothing:
            continue
        lead = nothing[seen_by]
        if _is_null_there(breach) or (lead[0] == STATUS_LISTED.id and _is_nothing_for_refusal(finding)):
            told[finding.key] = lead
    return told


def _shows_nothing(finding: Finding) -> bool:
    if finding.promise == RESPONSE_BODY.id:
        return not finding.breach.at.path and finding.breach.actual.type == "null"
    return _is_unlisted_success(finding) and finding.method == "GET" and _is_nothing(finding.blamed)


def _is_nothing(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.response.body.strip() in {b"", b"null"}


def _is_null_there(breach: Breach) -> bool:
    return breach.kind == "present" and breach.at.part == "body" and not breach.at.path and breach.actual.type == "null"


def _is_nothing_for_refusal(finding: Finding) -> bool:
    breach = finding.breach
    is_taken = breach.kind == "status" and not breach.seen_by and finding.status in SUCCESSES
    return is_taken and _is_nothing(finding.blamed)


def _of_unlisted_successes(journal: Journal) -> dict[_Key, _Key]:
    """Successes that should have been others, where that they are listed nowhere is told."""
    unlisted = {(each.operation, each.status): each.key for each in journal.findings if _is_unlisted_success(each)}
    return {
        each.key: unlisted[each.operation, each.status]
        for each in journal.findings
        if each.promise == STATUS_EXPECTED.id and (each.operation, each.status) in unlisted and _wants_success(each)
    }


def _is_unlisted_success(finding: Finding) -> bool:
    return finding.promise == STATUS_LISTED.id and (finding.status or 0) in SUCCESSES


def _wants_success(finding: Finding) -> bool:
    wanted = finding.breach.expected.value
    return isinstance(wanted, list) and any(isinstance(each, int) and each in SUCCESSES for each in wanted)


def _of_sweeps(journal: Journal) -> dict[_Key, _Key]:
    """Entities of others, of several types, that one and the same call took away: it takes too much, once."""
    first: dict[_Key, _Key] = {}
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        is_gone = finding.breach.kind == "absent" and finding.breach.at.part == "body" and not finding.breach.at.path
        if finding.promise not in _OF_CHANGES or not is_gone or finding.blamed is None:
            continue
        known = first.setdefault((finding.promise, id(finding.blamed)), finding.key)
        if known != finding.key:
            told[finding.key] = known
    return told


def _of_kept(journal: Journal) -> dict[_Key, _Key]:
    """Members that one PUT should not have kept: it does not replace, but merges."""
    first: dict[str | None, _Key] = {}
    kept = [each for each in journal.findings if each.promise == PUT_REPLACES.id]
    leads = {each.key: first.setdefault(each.operation, each.key) for each in kept}
    return {key: lead for key, lead in leads.items() if key != lead}


def _of_overwritten(journal: Journal) -> dict[_Key, _Key]:
    """Members of another entity, as one reading shows it, that one operation changed: it is overwritten."""
    first: dict[_Key, _Key] = {}
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach = finding.breach
        if finding.promise != OTHERS_UNTOUCHED.id or breach.kind != "changed" or breach.at.part != "body":
            continue
        known = first.setdefault((finding.operation, finding.status, breach.seen_by), finding.key)
        if known != finding.key:
            told[finding.key] = known
    return told


def _of_another_answer(journal: Journal) -> dict[_Key, _Key]:
    """A text that was sent and is not shown, in the same way by the answers of several operations under one name."""
    first: dict[_Key, Finding] = {}
    told: dict[_Key, _Key] = {}
    for finding in (each for each in journal.findings if each.promise == ROUND_TRIP.id):
        breach, at = finding.breach, finding.breach.at
        if at.part != "body" or not at.path or breach.expected.type != "string":
            continue
        wrong = (breach.kind, at.path[-1], breach.expected.value, breach.actual.type, str(breach.actual.value))
        known = first.setdefault(wrong, finding)
        if known.operation != finding.operation:
            told[finding.key] = known.key
    return told


def _of_one_value(journal: Journal) -> dict[_Key, _Key]:
    """A value of a response that is neither what was sent nor what another promise wants there, which says more."""

    def value_of(finding: Finding) -> _Key:
        breach = finding.breach
        return (finding.operation, finding.status, breach.kind, breach.at, str(breach.expected), str(breach.actual))

    others = {
        value_of(each): each.key
        for each in reversed(journal.findings)
        if each.breach.kind == "changed" and each.promise != ROUND_TRIP.id
    }
    return {
        each.key: others[value_of(each)]
        for each in journal.findings
        if each.promise == ROUND_TRIP.id and value_of(each) in others
    }


def _of_other_ids(journal: Journal) -> dict[_Key, _Key]:
    """An id that is shown as another one, by a reading, by the call that made the entity, and in the list of it."""
    shown: dict[_Key, _Key] = {}
    told: dict[_Key, _Key] = {}
    for promise in (PATH_IDS.id, ROUND_TRIP.id):
        for finding in (each for each in journal.findings if each.promise == promise and _is_changed_text(each)):
            first = shown.setdefault(_change(finding), finding.key)
            if promise == ROUND_TRIP.id and first != finding.key and first[0] == PATH_IDS.id:
                told[finding.key] = first
    for finding in journal.findings:
        if finding.breach.kind != "absent" or finding.breach.at.part != "list":
            continue
        for (name, expected, actual), key in shown.items():
            is_same = (finding.breach.at.name, finding.breach.expected.value) == (name, expected)
            if is_same and _holds(_body_of(finding.blamed), str(name), actual):
                told[finding.key] = key
    return told


def _is_changed_text(finding: Finding) -> bool:
    breach = finding.breach
    is_text = breach.expected.type == breach.actual.type == "string"
    return breach.kind == "changed" and breach.at.part == "body" and bool(breach.at.path) and is_text


def _change(finding: Finding) -> _Key:
    breach = finding.breach
    return (breach.at.path[-1], breach.expected.value, breach.actual.value)


def _body_of(exchange: Exchange | None) -> Any:
    return json_of(exchange.response.body) if exchange is not None else None


def _holds(value: Any, name: str, wanted: Any) -> bool:
    """Whether a member of a name has a value, however deep in a JSON value."""
    if isinstance(value, list):
        return any(_holds(item, name, wanted) for item in value)
    if isinstance(value, dict):
        return value.get(name) == wanted or any(_holds(item, name, wanted) for item in value.values())
    return False


def _of_the_missing(journal: Journal) -> dict[_Key, _Key]:
    """What is not in a list, or not told, of an entity that cannot be read either, though it should be there."""
    missing = {_asked_for(each.blamed): each.key for each in reversed(journal.findings) if _is_missing(each)}
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach, asked = finding.breach, _queried(finding.blamed)
        named = {breach.expected.value} if isinstance(breach.expected.value, str) else set()
        if breach.kind == "absent" and breach.at.part == "list":
            named |= asked
        elif breach.kind != "changed" or not breach.at.path:
            continue
        told.update((finding.key, missing[each]) for each in sorted(named & missing.keys()))
    return told


def _of_other_parents(journal: Journal) -> dict[_Key, _Key]:
    """What is not found where it was sent to, for the call that made it shows that it went elsewhere."""
    moved = [each for each in journal.findings if each.promise == ROUND_TRIP.id and _is_changed_text(each)]
    made = {each.breach.expected.value: each.key for each in reversed(moved) if each.method == "POST"}
    told: dict[_Key, _Key] = {}
    for finding in (each for each in journal.findings if each.status == _NOT_FOUND and _wants_success(each)):
        places = urlsplit(finding.blamed.request.url).path.split("/") if finding.blamed else []
        told.update((finding.key, made[place]) for place in map(unquote, places) if place in made)
    return told


def _is_missing(finding: Finding) -> bool:
    is_read = finding.promise == STATUS_EXPECTED.id and finding.method == "GET" and finding.status == _NOT_FOUND
    return is_read and _wants_success(finding)


def _asked_for(exchange: Exchange | None) -> str:
    """The last segment of the path of a request, decoded: the id of the entity that it is about."""
    return unquote(urlsplit(exchange.request.url).path.rpartition("/")[2]) if exchange is not None else ""


def _queried(exchange: Exchange | None) -> set[str]:
    """The values in the query of a request."""
    return {value for _, value in parse_qsl(urlsplit(exchange.request.url).query)} if exchange is not None else set()
