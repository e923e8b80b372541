"""What is rendered from a result: the page, JUnit's XML and Markdown, each from the result alone."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from outcomes import BASE_URL, a_found, a_result

from ecsuite.left import Left
from ecsuite.report.diagram import MOST_CALLS, diagram_of
from ecsuite.report.files import files_of
from ecsuite.report.html import LARGE, report_html
from ecsuite.report.junit_xml import junit_xml
from ecsuite.report.markdown import cause_markdown
from ecsuite.report.marked import Span, json_spans, side_by_side
from ecsuite.report.page import cause_id
from ecsuite.report.summary_md import summary_md
from ecsuite.report.verdict import verdict_of
from ecsuite.results import store
from ecsuite.results.figures import Figures
from ecsuite.results.result import Problem, RanTest, RunResult
from ecsuite.results.seen import Call

HOSTILE = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m'\"`"


class Page(HTMLParser):
    """The elements of a page, and the text in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def order(page: str) -> list[str]:
    return re.findall(r"<section id=\"([\w-]+)\"", page)


def test_page_has_what_people_look_for_in_order():
    """The verdict comes first, then causes, coverage, what was not checked, scenarios, environment, slow operations."""
    page = report_html(a_result(a_found()))

    assert page.index("<h1>A promise is broken; 1 of 1 test failed.</h1>") < page.index("<section")
    assert order(page) == ["causes", "coverage", "not-checked", "scenarios", "environment", "slowest", "tests"]
    for text in (
        "cause 1",
        "an integer",
        "contracts/2023-10/openapi.yaml:1158",
        "  type: integer",
        "sh 1.sh",
        "#!/bin/sh",
        "curl -sS",
    ):
        assert text in Page(page).text


def test_decisive_part_is_marked():
    """What is wrong in the body is marked, and so is what differs between expected and actual."""
    page = report_html(a_result(a_found()))

    assert "<mark>    &#34;year&#34;: &#34;2009&#34;</mark>" in page
    assert "<mark>a string, &#34;2009&#34;</mark>" in page


@pytest.mark.parametrize("where", ["value", "name", "test", "problem"])
def test_hostile_text_stays_text(where):
    """Whatever a server sends, or a test is called: the page has no element and no script but its own."""
    result = {
        "value": lambda: a_result(a_found(value=HOSTILE)),
        "name": lambda: a_result(a_found(member=HOSTILE)),
        "test": lambda: a_result(a_found(), name=f"test_it.py::test[{HOSTILE}]"),
        "problem": lambda: a_result(stopped=HOSTILE, skipped=HOSTILE),
    }[where]()

    page, plain = Page(report_html(result)), Page(report_html(a_result(a_found())))

    assert page.tags["script"] == plain.tags["script"] == 1
    assert page.tags["img"] == 0
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert "alert(1)" in page.text
    ET.fromstring(junit_xml(result))  # noqa: S314  our own
    assert "\n<script" not in summary_md(result)


def test_page_asks_for_nothing():
    """No address but those of the run stands in a place that a browser follows, and a policy shuts the rest out."""
    page = Page(report_html(a_result(a_found())))

    followed = [value for name, value in page.attributes if name in {"href", "src", "action", "data", "xlink:href"}]
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in value)
    assert [each for each in followed if not each.startswith(("#", "data:,"))] == []
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_links_are_permanent():
    """A cause has the same address in every report, whatever its number; another one has another."""
    alone, second = a_result(a_found()), a_result(a_found("capacity"), a_found())

    (one,) = alone.causes
    assert [cause_id(each) for each in second.causes].count(cause_id(one)) == 1
    assert f'href="#{cause_id(one)}"' in report_html(second)
    assert cause_id(one).startswith("response-body-")


def test_same_result_gives_the_same_files(tmp_path):
    """What is stored and read again renders to the same bytes."""
    result = a_result(a_found(), a_found("capacity", value="å\ud800"))
    store.write(tmp_path, result)

    assert files_of(store.read(tmp_path)) == files_of(store.read(tmp_path))
    assert set(files_of(result)) == {"report.html", "junit.xml", "summary.md"}


def test_large_page_leaves_exchanges_out():
    """Beyond 10 MB a page is of no use: the exchanges are left out, and it says so; the causes stay."""
    result = a_result(a_found(), calls=2)
    calls = result.tests[0].calls * 200
    many = tuple(replace(result.tests[0], name=f"test_{number}{'x' * 200}", calls=calls) for number in range(1000))

    page = report_html(replace(result, tests=many))

    assert len(page.encode()) < LARGE
    assert "left out of this page" in page
    assert "VehicleMetadata /year" in page.replace("<wbr>", "")


def test_causes_that_nobody_reads_have_no_exchange(monkeypatch):
    """Of many causes the first have their exchanges, for these are most of a page; the others are told in short."""
    monkeypatch.setattr("ecsuite.report.page.MOST_WHOLE", 1)

    page = report_html(a_result(a_found(), a_found("capacity")))

    assert page.count("<summary>The exchange</summary>") == 1
    assert page.count("results.json has it") == 1
    assert page.count('<article class="cause"') == 2


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "Every promise that was checked was kept."),
        ({"figures": Figures()}, "Nothing was checked."),
        (
            {"problems": (Problem("crash", "KeyError", ("a",)),)},
            "No broken promise was found, but 0 tests failed for *",
        ),
        (
            {"figures": Figures(passed=1, tests={"inconclusive": 1})},
            "No broken promise was found, but not all could be told: 1 test could not tell.",
        ),
        (
            {"left": (Left(f"{BASE_URL}/users/1", "unreached"),)},
            "No broken promise was found, but not all could be told: the run has left something on the server.",
        ),
        ({"left": (Left(f"{BASE_URL}/users/1", "kept"),)}, "Every promise that was checked was kept."),
    ],
)
def test_verdict_is_a_sentence(changes, verdict):
    """What a run says of the API; nothing checked, and not all told, are no pass."""
    said = verdict_of(replace(a_result(), **changes))

    assert re.fullmatch(re.escape(verdict).replace(r"\*", ".*"), said)


def test_what_is_left_is_told_by_its_reason():
    """The verdict, the page and the summary tell what the server refused to delete, and what was lost with an answer."""
    left = (
        Left(f"{BASE_URL}/users/1", "refused", "409"),
        Left(f"{BASE_URL}/users", "untraceable"),
        Left(f"{BASE_URL}/users/..", "unfindable"),
    )
    result = a_result()
    result = replace(result, run=replace(result.run, exit_code=1), left=left)

    assert verdict_of(result) == "No broken promise was found, but the server refused to delete what the run has made."
    for told in (Page(report_html(result)).text, summary_md(result)):
        assert "Left on the server (1), for it refuses to delete what the run has made:" in told
        assert re.search(rf"DELETE {BASE_URL}/users/1  409`?$", told, re.MULTILINE)
        assert re.search(rf"^(- `)?{BASE_URL}/users`?$", told, re.MULTILINE)
        assert "not every server finds such ids" in told
    local = replace(result, run=replace(result.run, settings={"target": "local"}))
    assert "not every server finds such ids" not in report_html(local) + summary_md(local)


def test_why_tests_could_not_tell_is_told():
    """The page and the summary have the reason, JUnit's file has an error with it."""
    result = a_result(inconclusive="POST /users had no answer of the API's (502)", name="test_it.py::test_a")
    result = replace(result, tests=(replace(result.tests[0], outcome="inconclusive"),))

    for told in (Page(report_html(result)).text, summary_md(result), junit_xml(result)):
        assert "POST /users had no answer of the API's (502)" in told
    assert ET.fromstring(junit_xml(result))[0].get("errors") == "1"  # noqa: S314  our own


@pytest.mark.parametrize(
    ("strict", "verdict"),
    [
        (False, "Every promise that was checked was kept, 1 deviation besides."),
        (True, "A promise is broken; 0 of 1 test failed."),
    ],
)
def test_warning_fails_where_it_is_strict(strict, verdict):
    """The verdict counts what fails the run; the rest is told besides."""
    assert verdict_of(a_result(a_found(severity="warning"), strict=strict)) == verdict


def cases(result: RunResult) -> list[ET.Element]:
    return list(ET.fromstring(junit_xml(result)).iter("testcase"))  # noqa: S314  our own


def test_junit_has_a_cause_once():
    """The first test that shows a cause has it whole, another one refers to it."""
    result = a_result(a_found())
    later = replace(result.findings[0], test="test_it.py::test_later")
    tests = (*result.tests, RanTest("test_it.py::test_later", "failed", 0.1))

    first, second = cases(replace(result, findings=(*result.findings, later), tests=tests))

    assert (first.get("classname"), first.get("name"), first.get("time")) == ("test_it", "test_vehicle", "0.250")
    assert first.find("failure").get("message").endswith("/year is a string where an integer is required")
    assert "\n  response  200" in first.find("failure").text
    assert second.find("failure").text.endswith("found before, in test_it.py::test_vehicle")


@pytest.mark.parametrize(
    ("outcome", "element"),
    [("failed", "failure"), ("error", "error"), ("inconclusive", "error"), ("skipped", "skipped"), ("passed", None)],
)
def test_junit_tells_outcomes_apart(outcome, element):
    """What could not be told is an error, no failure: nothing is known to be broken."""
    (case,) = cases(replace(a_result(), tests=(RanTest("a.py::b", outcome, reason="\x00 it said so"),)))

    assert [each.tag for each in case] == ([element] if element else [])
    assert not element or "it said so" in case[0].get("message")


def test_summary_is_worst_first():
    """Markdown has the verdict as its title, then the causes, and coverage as a table."""
    text = summary_md(a_result(a_found("capacity", severity="note"), a_found()))

    assert text.startswith("# A promise is broken; 1 of 1 test failed, 1 deviation besides.\n")
    assert text.index("## 1. error") < text.index("## 2. note") < text.index("## Coverage")
    assert "```yaml\nyear:\n  type: integer\n```" in text


@pytest.mark.parametrize(
    ("value", "path", "marked"),
    [
        ({"a": {"b": 1}}, ("a", "b"), ['    "b": 1']),
        ({"a": [1, 2]}, ("a", 1), ["    2"]),
        ({"a": {"b": 1}}, ("a", "c"), ['  "a": {', '    "b": 1', "  }"]),
        ({"a": {}, "b": 1}, ("b",), ['  "b": 1']),
        ([], (), []),
        ({"a": 1}, (), []),
    ],
)
def test_place_in_json_is_marked(value, path, marked):
    """The lines of what a path leads to; of what is missing, those of what would hold it."""
    spans = json_spans(value, path)

    assert [span.text.rstrip(",") for span in spans if span.is_marked] == marked
    assert json.loads("\n".join(span.text for span in spans)) == value


def test_deep_json_ends_on_a_line():
    """What is nested so deep that nobody follows it is not taken apart."""
    deep = json.loads("[" * 500 + "]" * 500)

    spans = json_spans(deep)

    assert len(spans) < 100
    assert json.loads("\n".join(span.text for span in spans)) == deep


@pytest.mark.parametrize(
    ("expected", "actual", "marked"),
    [
        ('a string, "Ålesund"', 'a string, "Alesund"', ["A"]),
        ("200 or 201", "500", ["500"]),
        ("an integer, 5", "an integer, 55", ["5"]),
        ("the same", "the same", []),
    ],
)
def test_difference_is_marked(expected, actual, marked):
    """What two texts do not share; all of what is there, where they share next to nothing."""
    _, found = side_by_side(expected, actual)

    assert [span.text for span in found if span.is_marked] == marked
    assert "".join(span.text for span in found) == actual
    assert all(isinstance(span, Span) for span in found)


def test_diagram_has_the_lanes_that_are_used():
    """Who is not called has no lane; arrows go from caller to called, each at its time."""
    calls = [
        Call("identity", "POST", "/connect/token", 200, 1000.0, 0.1, "passed"),
        Call("api", "POST", "/webhooks/{id}/test", 200, 1000.25, 0.1, "passed"),
        Call("delivery", "POST", "testDelivery", 200, 1012.0, 0.1, "broken"),
    ]

    whole, short = diagram_of(calls), diagram_of(calls[1:2] * (MOST_CALLS + 5))

    assert [name for name, _ in whole.lanes] == ["partner", "identity service", "API", "receiver"]
    assert [arrow.time for arrow in whole.arrows] == ["0 ms", "250 ms", "12.0 s"]
    assert whole.arrows[2].is_broken
    assert whole.arrows[2].start == whole.arrows[1].end
    assert [name for name, _ in short.lanes] == ["partner", "API"]
    assert (len(short.arrows), short.more) == (MOST_CALLS, 5)


def test_call_that_no_terminal_should_see_is_told_in_signs():
    """The files of a result that somebody else has stored steer no terminal, and can be written."""
    result = a_result(a_found())
    cause = replace(result.causes[0], operations=("GET /\ud800", "GET /\x1b[2J"))

    assert "`GET /\\ud800`, `GET /\\x1b[2J`" in cause_markdown(result, cause)


def test_half_a_character_is_no_reason_to_stop():
    """Whatever a result holds, it has a summary."""
    result = a_result(a_found())
    cause = replace(result.causes[0], first=replace(result.causes[0].first, quote=("\ud800",)))

    assert "\n\ud800\n" in summary_md(replace(result, causes=(cause,)))
