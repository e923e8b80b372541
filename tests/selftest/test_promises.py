"""Promises: named once, told apart by ids that never change, whatever their titles are."""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from ecsuite import promises, wording
from ecsuite.checks import CHECKS, REQUEST_CHECKS
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange, Request, Response
from ecsuite.promises import BY_ID, FIRST, OF_REQUESTS, PROMISES, RESPONSE_ARRIVES, Promise
from ecsuite.report.findings import finding_text
from ecsuite.severity import severity_of

# Of one exchange, as the checks find it: nothing is broken, a body, a status, a header.
EXCHANGES = {
    "a body": {"answer": {"userId": 42}},
    "a status": {"status": 404},
    "a header": {"status": 401},
    "a bad request": {"line": "POST /users", "sent": {}, "answer": {"userId": "42"}},
}


def test_promises_are_told_apart():
    """No two promises share an id, and no two a title."""
    assert len({promise.id for promise in PROMISES}) == len(PROMISES)
    assert len({promise.title for promise in PROMISES}) == len(PROMISES)


def test_ids_are_kebab_case():
    """An id is of small letters and hyphens, so that it can stand in a file, on a command line and in a marker."""
    assert [promise.id for promise in PROMISES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", promise.id)] == []


def test_titles_are_one_line():
    """A title is a plain line without a full stop, for reports put it before a colon."""
    titles = [promise.title for promise in PROMISES]

    assert [title for title in titles if not title.isprintable() or title != title.strip(" .:")] == []


def test_every_promise_is_listed():
    """A promise that the module names is in the tuple, and the other way round; so it is by its id."""
    named = [value for value in vars(promises).values() if isinstance(value, Promise)]

    assert tuple(named) == PROMISES
    assert dict(BY_ID) == {promise.id: promise for promise in PROMISES}


def test_every_check_has_its_promise():
    """Each check keeps one promise, none keeps that of another, and those of requests are those that they may violate."""
    kept = [check.promise for check in CHECKS]

    assert len(set(kept)) == len(kept)
    assert tuple(kept) == PROMISES[: PROMISES.index(RESPONSE_ARRIVES)]
    assert {check.promise for check in REQUEST_CHECKS} == OF_REQUESTS


@pytest.fixture
def retitle(monkeypatch):
    """Gives every promise another title."""

    def act() -> None:
        retitled = tuple(replace(promise, title=f"Nr. {nr}") for nr, promise in enumerate(PROMISES))
        by_id = MappingProxyType({promise.id: promise for promise in retitled})
        monkeypatch.setattr(promises, "PROMISES", retitled)
        monkeypatch.setattr(promises, "BY_ID", by_id)
        monkeypatch.setattr(wording, "BY_ID", by_id)

    return act


@pytest.mark.parametrize("name", EXCHANGES)
def test_title_is_no_part_of_a_finding(checker, exchange, retitle, name):
    """With every title reworded a finding is the same: its data, its key, its JSON; a report has the new words."""
    sent = exchange(**EXCHANGES[name])
    before = checker.check(sent).findings
    old = [finding_text(finding) for finding in before]

    retitle()

    after = checker.check(sent).findings
    assert before
    assert after == before
    assert [finding.key for finding in after] == [finding.key for finding in before]
    assert [finding.to_json() for finding in after] == [finding.to_json() for finding in before]
    assert [Finding.from_json(finding.to_json()) for finding in before] == list(after)
    assert all(title not in str(finding.to_json()) for finding in before for title in titles(before))
    assert all(re.match(r"Nr\. \d+: broken ", finding_text(finding)) for finding in after)
    assert not any(text.startswith("Nr. ") for text in old)


def titles(findings: tuple[Finding, ...]) -> list[str]:
    return [promise.title for promise in PROMISES if promise.id in {finding.promise for finding in findings}]


def test_title_is_no_part_of_an_observation(checker, exchange, retitle):
    """What is counted of a run goes by ids."""
    sent = exchange(answer={"userId": "42"})
    before = checker.check(sent).observations()

    retitle()

    assert checker.check(sent).observations() == before
    assert {seen.promise for seen in before} <= BY_ID.keys()


NEW = Promise("something-new", "something new holds", since="0.2")


@pytest.mark.parametrize(
    ("version", "severity"), [("0.2.0", "warning"), ("0.2.17", "warning"), ("0.3.0", "error"), ("1.0.0", "error")]
)
def test_new_promise_only_warns(contract, version, severity):
    """In the minor version that brings it a promise only warns, so that no such update fails what passed before."""
    breach, exchange = Breach("absent", Place("status")), Exchange(Request("GET", "https://h/"), Response(200))

    assert severity_of(NEW, breach, exchange, contract.source, version) == severity
    assert severity_of(replace(NEW, severity="note"), breach, exchange, contract.source, version) == "note"
    assert severity_of(replace(NEW, since=FIRST), breach, exchange, contract.source, "0.1.0") == "error"


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.id)
def test_changelog_names_each_promise(promise):
    """In the section of the version that brought it, by its id."""
    log = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = [text for text in log.split("\n## ") if text.startswith(f"{promise.since}.")]

    assert any(f"`{promise.id}`" in text for text in sections)
