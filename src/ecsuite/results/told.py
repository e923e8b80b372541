"""Findings of one test that tell no more than another of them, so that they are told once."""

from __future__ import annotations

from collections import defaultdict

from ecsuite.findings.breach import Breach
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.promises import BAD_REQUEST, PAGES, RESPONSE_BODY, STATUS_EXPECTED, STATUS_LISTED
from ecsuite.results.anchors import SUCCESSES

_Key = tuple[object, ...]


def told_twice(journal: Journal) -> dict[_Key, _Key]:
    """Findings that another one tells of as well, each with that one, by their keys: they are told once."""
    return {**_unlisted(journal), **_taken(journal), **_of_pages(journal)}


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
    told: dict[_Key, _Key] = {}
    for finding in journal.findings:
        because = finding.breach.because
        if finding.promise != BAD_REQUEST.id or finding.severity != "error" or because is None:
            continue
        same = [each for each in journal.findings if _tells_of(because, finding, each)]
        told.update((each.key, finding.key) for each in same if journal.times(finding) >= journal.times(each))
    return told


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
    for finding in journal.findings:
        if finding.promise == PAGES.id:
            found[finding.operation].append(finding)
    told: dict[_Key, _Key] = {}
    for own in found.values():
        is_short = any(each.breach.at.part == "list" and each.breach.kind in {"count", "absent"} for each in own)
        same = [each for each in own if is_short or each.breach.at.part == "list"]
        told.update((each.key, same[0].key) for each in same[1:])
    return told
