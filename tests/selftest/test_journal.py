"""The journal: what was seen of each promise, counted; every finding once; in bounded memory."""

from collections import Counter
from dataclasses import replace

import pytest

from ecsuite.findings.breach import Breach, Place, body
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import ContractPlace, Finding, Observation, Result
from ecsuite.journal import MOST_FINDINGS, MOST_RESULTS, Journal, Tally
from ecsuite.messages.exchange import Exchange, Request, Response
from ecsuite.promises import LISTED_ONCE, PAGES, PATH_IDS, RESPONSE_BODY

EXCHANGE = Exchange(Request("GET", "http://h/users"), Response(200))
FINDING = Finding(
    promise=RESPONSE_BODY.id,
    operation="listUsers",
    method="GET",
    path="/users",
    status=200,
    breach=Breach("count", Place("list")),
    level="spec",
    severity="error",
    rule=ContractPlace((), "c.yaml", 1, "a guide"),
)


def result(**changes: object) -> Result:
    """What the checks say of a call that is no operation."""
    nothing = Result(EXCHANGE, None, {}, passed=(), findings=(), not_checked=())
    return replace(nothing, **changes)


def test_result_is_observations(contract):
    """Of each promise it is seen that it was kept, or broken, or why it was not checked, and of which operation."""
    users = contract.operations["listUsers"]
    seen = result(operation=users, passed=(PAGES,), findings=(FINDING,), not_checked=((PATH_IDS, "why"),))

    assert seen.observations() == (
        Observation("pages", "listUsers", "passed"),
        Observation("response-body", "listUsers", "broken"),
        Observation("path-ids", "listUsers", "not checked", "why"),
    )


def test_call_of_no_operation_is_observed():
    """What is seen of a call that the contract does not have counts under no operation."""
    assert result(passed=(PAGES,)).observations() == (Observation("pages", "", "passed"),)


def test_exchange_is_counted():
    """An exchange counts as one, and each thing that was seen of it."""
    journal = Journal()

    for _ in range(2):
        journal.add(result(passed=(PAGES, LISTED_ONCE), findings=(FINDING,), not_checked=((PATH_IDS, "why"),)))

    tally = journal.tally
    assert (tally.exchanges, tally.passed, tally.broken, tally.judged) == (2, 4, 2, 6)
    assert tally.not_checked == {("path-ids", "why"): 2}


def test_promise_beyond_an_exchange_is_counted():
    """A promise that several exchanges show counts like the others, with the operation where there is one."""
    journal = Journal()

    journal.add_passed(PAGES, "listUsers")
    journal.add_passed(PAGES)
    journal.add_not_checked(LISTED_ONCE, "nothing to list", "listUsers")
    journal.add_finding(FINDING)

    assert journal.tally == Tally(
        0,
        Counter(
            {
                Observation("pages", "listUsers", "passed"): 1,
                Observation("pages", "", "passed"): 1,
                Observation("listed-once", "listUsers", "not checked", "nothing to list"): 1,
                Observation("response-body", "listUsers", "broken"): 1,
            }
        ),
    )


@pytest.mark.parametrize(
    ("act", "judged"),
    [
        (lambda _: None, 0),
        (lambda journal: journal.add(result()), 0),
        (lambda journal: journal.add(result(not_checked=((PATH_IDS, "why"),))), 0),
        (lambda journal: journal.add_not_checked(PAGES, "why"), 0),
        (lambda journal: journal.add_passed(PAGES), 1),
        (lambda journal: journal.add_finding(FINDING), 1),
    ],
    ids=["nothing", "an exchange without a check", "not checked", "not checked beyond", "passed", "broken"],
)
def test_nothing_judged_is_visible(act, judged):
    """A run in which no promise was found kept or broken has judged nothing, however many exchanges it had."""
    journal = Journal()

    act(journal)

    assert journal.tally.judged == judged


def test_reasons_are_counted_apart():
    """What was not checked is counted by promise and reason, over all operations."""
    journal = Journal()
    for operation, reason in (("a", "one"), ("b", "one"), ("a", "another")):
        journal.add_not_checked(PAGES, reason, operation)

    assert journal.tally.not_checked == {("pages", "one"): 2, ("pages", "another"): 1}


def tally(exchanges: int, **times: int) -> Tally:
    """A tally of some promises that were kept."""
    return Tally(exchanges, Counter({Observation(promise, "", "passed"): count for promise, count in times.items()}))


def test_tallies_are_added():
    """The figures of two runs are those of both together."""
    both = tally(1, pages=2)

    both.add(tally(3, pages=1, order=4))

    assert both == tally(4, pages=3, order=4)


def test_tally_since_a_copy():
    """What came since an earlier copy is the difference, without what stayed the same."""
    own = tally(1, pages=2, order=1)
    earlier = own.copy()
    own.add(tally(2, pages=3))

    assert own.minus(earlier) == tally(2, pages=3)


def test_copy_stays_as_it_is():
    """A copy has the figures of its moment, whatever comes later."""
    own = tally(1, pages=2)
    copy = own.copy()

    own.add(tally(1, pages=1))

    assert copy == tally(1, pages=2)


def test_same_fault_is_one_finding():
    """A finding that is made a thousand times is told once, as it was first, and counted each time."""
    journal = Journal()
    for number in range(1000):
        journal.add_finding(replace(FINDING, breach=replace(FINDING.breach, actual=datum(number))))

    (finding,) = journal.findings
    assert finding.breach.actual == datum(0)
    assert journal.tally.broken == 1000


def test_findings_stay_in_order():
    """Findings are told in the order in which they came, those of exchanges among the others."""
    journal = Journal()
    first, second = (replace(FINDING, breach=Breach("absent", body((name,)))) for name in "ba")

    journal.add_finding(first)
    journal.add(result(findings=(second, first)))

    assert journal.findings == (first, second)


def test_memory_is_bounded():
    """However long a run is, its journal keeps the first findings and the latest exchanges, and counts all."""
    journal = Journal()
    for number in range(MOST_FINDINGS + 1):
        journal.add(result(findings=(replace(FINDING, breach=Breach("absent", body((number,)))),)))

    assert [finding.breach.at.path for finding in journal.findings] == [(number,) for number in range(MOST_FINDINGS)]
    assert [each.findings[0].breach.at.path for each in journal.results][-1] == (MOST_FINDINGS,)
    assert len(journal.results) == MOST_RESULTS
    assert journal.tally.broken == journal.tally.exchanges == MOST_FINDINGS + 1


def test_listener_hears_every_result():
    """Who listens hears each result as it comes."""
    journal, heard = Journal(), []
    journal.listeners.append(heard.append)

    journal.add(result())
    journal.add(result(passed=(PAGES,)))

    assert heard == [result(), result(passed=(PAGES,))]
