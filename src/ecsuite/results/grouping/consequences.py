"""Findings that are a consequence of another finding of the same test, and are reported with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite.findings.breach import Breach
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import (
    OTHERS_UNTOUCHED,
    PATH_IDS,
    PUT_REPLACES,
    RESPONSE_BODY,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.grouping.traits import NOT_FOUND, OF_CHANGES, expects_success, is_not_found
from ecsuite.results.own import json_of

_Key = tuple[object, ...]


def consequences(journal: Journal) -> dict[_Key, _Key]:
    """The keys of findings that are a consequence, each with the key of the finding that it follows from."""
    leads = {
        **_of_server_errors(journal),
        **_of_empty_successes(journal),
        **_of_undocumented_successes(journal),
        **_of_excessive_deletions(journal),
    }
    leads.update({**_of_overwritten_entities(journal), **_of_merging_puts(journal)})
    leads.update({**_of_same_alteration(journal), **_of_same_value(journal)})
    moved = _of_other_parents(journal)
    missed = {key: first for key, first in _of_unreadable_entities(journal).items() if first not in moved}
    return {**leads, **_of_changed_ids(journal), **missed, **moved}


def _of_server_errors(journal: Journal) -> dict[_Key, _Key]:
    """Unexpected statuses of calls for which a server error is reported."""
    failed = {
        (each.operation, each.status): each.key
        for each in journal.findings
        if each.promise == SERVER_ERROR.id and each.severity == "error"
    }
    leads: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach = finding.breach
        call = (breach.seen_by or finding.operation, breach.actual.value)
        if breach.kind == "status" and call in failed:
            leads[finding.key] = failed[call]
    return leads


def _of_empty_successes(journal: Journal) -> dict[_Key, _Key]:
    """Missing refusals and entities that seem to exist, if the GET was a success without an entity: null, or empty."""
    nothing = {each.operation: each.key for each in journal.findings if _reports_empty_success(each)}
    leads: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach, seen_by = finding.breach, finding.breach.seen_by or finding.operation
        if seen_by not in nothing:
            continue
        lead = nothing[seen_by]
        if _is_null_present(breach) or (lead[0] == STATUS_LISTED.id and _is_empty_success_for_refusal(finding)):
            leads[finding.key] = lead
    return leads


def _reports_empty_success(finding: Finding) -> bool:
    if finding.promise == RESPONSE_BODY.id:
        return not finding.breach.at.path and finding.breach.actual.type == "null"
    return _is_undocumented_success(finding) and finding.method == "GET" and _has_empty_body(finding.blamed)


def _has_empty_body(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.response.body.strip() in {b"", b"null"}


def _is_null_present(breach: Breach) -> bool:
    return breach.kind == "present" and breach.at.part == "body" and not breach.at.path and breach.actual.type == "null"


def _is_empty_success_for_refusal(finding: Finding) -> bool:
    breach = finding.breach
    is_taken = breach.kind == "status" and not breach.seen_by and finding.status in SUCCESSES
    return is_taken and _has_empty_body(finding.blamed)


def _of_undocumented_successes(journal: Journal) -> dict[_Key, _Key]:
    """Unexpected successes whose status is undocumented: that is the lead."""
    unlisted = {(each.operation, each.status): each.key for each in journal.findings if _is_undocumented_success(each)}
    return {
        each.key: unlisted[each.operation, each.status]
        for each in journal.findings
        if each.promise == STATUS_EXPECTED.id and (each.operation, each.status) in unlisted and expects_success(each)
    }


def _is_undocumented_success(finding: Finding) -> bool:
    return finding.promise == STATUS_LISTED.id and (finding.status or 0) in SUCCESSES


def _of_excessive_deletions(journal: Journal) -> dict[_Key, _Key]:
    """Entities of several types that the same call deleted though it should not have: it deletes too much."""
    first: dict[_Key, _Key] = {}
    leads: dict[_Key, _Key] = {}
    for finding in journal.findings:
        is_gone = finding.breach.kind == "absent" and finding.breach.at.part == "body" and not finding.breach.at.path
        if finding.promise not in OF_CHANGES or not is_gone or finding.blamed is None:
            continue
        known = first.setdefault((finding.promise, id(finding.blamed)), finding.key)
        if known != finding.key:
            leads[finding.key] = known
    return leads


def _of_merging_puts(journal: Journal) -> dict[_Key, _Key]:
    """Members that the same PUT should not have kept: it merges instead of replacing."""
    first: dict[str | None, _Key] = {}
    kept = [each for each in journal.findings if each.promise == PUT_REPLACES.id]
    leads = {each.key: first.setdefault(each.operation, each.key) for each in kept}
    return {key: lead for key, lead in leads.items() if key != lead}


def _of_overwritten_entities(journal: Journal) -> dict[_Key, _Key]:
    """Changed members of another entity, as one operation shows it: the entity was overwritten."""
    first: dict[_Key, _Key] = {}
    leads: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach = finding.breach
        if finding.promise != OTHERS_UNTOUCHED.id or breach.kind != "changed" or breach.at.part != "body":
            continue
        known = first.setdefault((finding.operation, finding.status, breach.seen_by), finding.key)
        if known != finding.key:
            leads[finding.key] = known
    return leads


def _of_same_alteration(journal: Journal) -> dict[_Key, _Key]:
    """A string that several operations show altered in the same way, in members of the same name."""
    first: dict[_Key, Finding] = {}
    leads: dict[_Key, _Key] = {}
    for finding in (each for each in journal.findings if each.promise == ROUND_TRIP.id):
        breach, at = finding.breach, finding.breach.at
        if at.part != "body" or not at.path or breach.expected.type != "string":
            continue
        wrong = (breach.kind, at.path[-1], breach.expected.value, breach.actual.type, str(breach.actual.value))
        known = first.setdefault(wrong, finding)
        if known.operation != finding.operation:
            leads[finding.key] = known.key
    return leads


def _of_same_value(journal: Journal) -> dict[_Key, _Key]:
    """A value that differs from what was sent and breaks another promise, too: the other promise is more specific."""

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


def _of_changed_ids(journal: Journal) -> dict[_Key, _Key]:
    """A changed id, in the response that created the entity, in a GET and in the list."""
    shown: dict[_Key, _Key] = {}
    leads: dict[_Key, _Key] = {}
    for promise in (PATH_IDS.id, ROUND_TRIP.id):
        for finding in (each for each in journal.findings if each.promise == promise and _is_changed_text(each)):
            first = shown.setdefault(_change(finding), finding.key)
            if promise == ROUND_TRIP.id and first != finding.key and first[0] == PATH_IDS.id:
                leads[finding.key] = first
    for finding in journal.findings:
        if finding.breach.kind != "absent" or finding.breach.at.part != "list":
            continue
        for (name, expected, actual), key in shown.items():
            is_same = (finding.breach.at.name, finding.breach.expected.value) == (name, expected)
            if is_same and _holds(_body_of(finding.blamed), str(name), actual):
                leads[finding.key] = key
    return leads


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
    """Whether a JSON value has, at any depth, a member with this name and value."""
    if isinstance(value, list):
        return any(_holds(item, name, wanted) for item in value)
    if isinstance(value, dict):
        return value.get(name) == wanted or any(_holds(item, name, wanted) for item in value.values())
    return False


def _of_unreadable_entities(journal: Journal) -> dict[_Key, _Key]:
    """Entities missing from a list, or from a response, that a GET did not find either."""
    missing = {_requested_id(each.blamed): each.key for each in reversed(journal.findings) if _is_unreadable(each)}
    leads: dict[_Key, _Key] = {}
    for finding in journal.findings:
        breach, asked = finding.breach, _query_values(finding.blamed)
        named = {breach.expected.value} if isinstance(breach.expected.value, str) else set()
        if breach.kind == "absent" and breach.at.part == "list":
            named |= asked
        elif breach.kind != "changed" or not breach.at.path:
            continue
        leads.update((finding.key, missing[each]) for each in sorted(named & missing.keys()))
    return leads


def _of_other_parents(journal: Journal) -> dict[_Key, _Key]:
    """Entities that a GET did not find, if the response that created them shows another parent or id than was sent."""
    moved = [each for each in journal.findings if each.promise == ROUND_TRIP.id and _is_changed_text(each)]
    made = {each.breach.expected.value: each.key for each in reversed(moved) if each.method == "POST"}
    leads: dict[_Key, _Key] = {}
    for finding in (each for each in journal.findings if each.status == NOT_FOUND and expects_success(each)):
        places = urlsplit(finding.blamed.request.url).path.split("/") if finding.blamed else []
        leads.update((finding.key, made[place]) for place in map(unquote, places) if place in made)
    return leads


def _is_unreadable(finding: Finding) -> bool:
    return finding.method == "GET" and is_not_found(finding)


def _requested_id(exchange: Exchange | None) -> str:
    """The last segment of the request path, percent-decoded: the id of the requested entity."""
    return unquote(urlsplit(exchange.request.url).path.rpartition("/")[2]) if exchange is not None else ""


def _query_values(exchange: Exchange | None) -> set[str]:
    """The values in the query of the request."""
    return {value for _, value in parse_qsl(urlsplit(exchange.request.url).query)} if exchange is not None else set()
