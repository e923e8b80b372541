"""What is printed of a result: a page on a terminal, a report in Markdown, the text of a failed test. Compared whole."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecsuite.findings.breach import STATUS, Breach, Place, body, listed
from ecsuite.findings.datum import MISSING, Datum, datum
from ecsuite.findings.deviation import mark_of
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.journal import Tally
from ecsuite.messages.exchange import Exchange, Expectation, Headers, Request, Response
from ecsuite.promises import BEARER_TOKEN, PAGES, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.report.causes import MOST_CAUSES, MOST_PROBLEMS, cause_lines, repeat_of, summary_lines
from ecsuite.report.excerpt import excerpt
from ecsuite.report.html import report_html
from ecsuite.report.junit import failure_text, told_text
from ecsuite.report.lines import plain
from ecsuite.report.markdown import cause_markdown, fenced
from ecsuite.report.show import list_lines, whole_lines
from ecsuite.results.cause import Cause
from ecsuite.results.collect import Told
from ecsuite.results.figures import Figures
from ecsuite.results.own import Privacy
from ecsuite.results.record import Found
from ecsuite.results.result import Problem, RunInfo, RunResult
from ecsuite.results.sample import Sample, sample_of
from ecsuite.wording import statement

ROOT = Path(__file__).parents[2]
BAD = Expectation("token-cut-off", violates=frozenset({BEARER_TOKEN}))
URL = "https://api.example/v1/users/42/vehicles/7"
RULE = ContractPlace(("x",), "contracts/2023-10/openapi.yaml", 1158, "Postman collection 2023-10, Vehicles")
ANCHOR = ("components", "schemas", "VehicleMetadata", "properties", "year")
VEHICLE = {"userId": "42", "vehicleId": "7", "metadata": {"brand": "b" * 80, "year": "2009"}}


def a_found(breach: Breach | None = None, anchor: tuple[object, ...] = ANCHOR, **changes: object) -> Found:
    finding = Finding(
        promise=RESPONSE_BODY.id,
        operation="getVehicle",
        method="GET",
        path="/users/{userId}/vehicles/{vehicleId}",
        status=200,
        breach=breach or Breach("type", body(("metadata", "year")), datum({"type": "integer"}), datum("2009")),
        level="spec",
        severity="error",
        rule=RULE,
    )
    request = Request("GET", URL, Headers.of([("Authorization", "Bearer abc"), ("traceparent", "00-aa-bb-01")]))
    headers = Headers.of([("Content-Type", "application/json"), ("Date", "Sun, 29 Nov 2026 08:30:44 GMT")])
    exchange = Exchange(request, Response(200, headers, json.dumps(VEHICLE).encode()), 0.006)
    privacy = Privacy(frozenset({"42", "7"}))
    sample = sample_of(exchange, ("metadata", "year"), privacy, str, None)
    return Found(replace(finding, **changes), anchor, 1, ("year:", "  type: integer"), sample)


def cause(found: Found | None = None, responses: int = 19, operations: int = 5, tests: int = 3) -> Cause:
    calls = tuple(f"GET /users/{number}" for number in range(operations))
    return Cause(found or a_found(), responses, calls, tuple(f"test_it.py::test_{number}" for number in range(tests)))


RUN = RunInfo(
    "2026-11-29T08:30:00Z",
    "2026-11-29T08:31:00Z",
    {"target": "live", "editions": ["2023-10"]},
    ("https://h/v1",),
    {"ecsuite": "0.1.0"},
)
FIGURES = Figures(7, 20, 3, {("pages", "why"): 2}, {"passed": 4, "failed": 3, "skipped": 1, "error": 1})


def result(*causes: Cause, problems: tuple[Problem, ...] = ()) -> RunResult:
    return RunResult(RUN, FIGURES, causes, problems=problems, skipped={"no second partner": 1})


def page(whole: RunResult, width: int = 120, *, in_full: bool = False) -> str:
    return plain(summary_lines(whole, width, ".ecsuite/last", in_full=in_full))


IN_FULL = f"""\
 1  error    {RESPONSE_BODY.title}: VehicleMetadata /year is a string where an integer is required
             19 responses of 5 operations, first: GET /users/{{userId}}/vehicles/{{vehicleId}} -> 200  [spec]
    expected  an integer  contracts/2023-10/openapi.yaml:1158  (Postman collection 2023-10, Vehicles)
    actual    body /metadata/year: a string, "2009"
    response  200 application/json  {{"userId": "42", "vehicleId": "7", "metadata": {{"year": "2009", ...}}}}
    trace     traceparent: 00-aa-bb-01
    tests     test_it.py::test_0, test_it.py::test_1, test_it.py::test_2
    repeat    sh .ecsuite/last/1.sh
"""
BRIEF = f"""\
 3  error    {RESPONSE_BODY.title}: VehicleMetadata /year is a string where an integer is required
             2 responses of 1 operation, first: GET /users/{{userId}}/vehicles/{{vehicleId}} -> 200  [spec]
"""


def test_cause_is_told_in_full():
    """The promise and how it is broken, how often, what was expected and seen, the response, how to repeat it."""
    scripted = cause(replace(a_found(), script="1.sh"))

    assert plain(cause_lines(1, scripted, 120, in_full=True, folder=".ecsuite/last")) + "\n" == IN_FULL


def test_bad_token_is_no_good_one_in_a_line():
    """A line that is rendered from a stored sample has no good token where a bad one was sent."""
    request = Request("GET", URL, Headers.of([("Authorization", "Bearer cut-o")]), b"", BAD)
    sample = sample_of(Exchange(request, Response(200)), (), Privacy(frozenset()), str, datetime.now(UTC))

    stored = Sample.from_json(json.loads(json.dumps(sample.to_json())))

    assert repeat_of(replace(a_found(), sample=stored)) == f"curl -sS {URL} -H 'Authorization: ***'"


def test_readme_shows_a_cause_as_it_is_told():
    """The example of the README is what is printed, to the letter."""
    scripted = cause(replace(a_found(), script="1.sh"))
    text = plain(cause_lines(1, scripted, 120, in_full=True, folder=".ecsuite/last"))

    assert text in (ROOT / "README.md").read_text(encoding="utf-8")


def test_further_causes_take_two_lines():
    """The first two are shown in full; each further one adds two lines, no more."""
    two = page(result(cause(), cause())).splitlines()
    three = page(result(cause(), cause(), cause(responses=2, operations=1, tests=1))).splitlines()
    four = page(result(*[cause(responses=2, operations=1, tests=1)] * 4)).splitlines()

    assert len(two) <= 25
    assert (len(three), len(four)) == (len(two) + 2, len(two) + 4)
    assert BRIEF in "\n".join(three)
    assert two[0] == "2 errors; 4 of 9 tests failed"
    assert two[-1] == "One cause in full: ecsuite show N; for the API's owner: ecsuite show N --markdown"


def test_notes_take_a_line():
    """What fails nothing is a line each, behind what is worse; many are counted, in a log as well."""
    note = replace(cause(), first=a_found(severity="note"))
    without = page(result(cause(), cause(), cause())).splitlines()

    few = page(result(cause(), cause(), cause(), note, note)).splitlines()
    many = page(result(cause(), *[note] * 20), in_full=True).splitlines()

    assert len(few) == len(without) + 2
    assert few[-2].startswith(f" 5  note     {RESPONSE_BODY.title}: VehicleMetadata /year is a string")
    assert few[-2].endswith(": 19 responses of 5 operations")
    assert many[-2] == "             and 18 more notes: ecsuite show"
    assert page(result(note)).splitlines()[2].startswith(" 1  note     ")


def test_log_has_every_cause_in_full():
    """Where nobody can ask again, each cause has its sample, and none is left out."""
    whole = page(result(*[cause()] * (MOST_CAUSES + 2)), in_full=True)

    assert whole.count("    response  200") == MOST_CAUSES + 2


def test_page_is_a_page():
    """Causes and problems beyond those that fit are counted."""
    problems = tuple(Problem("stopped", f"cassette {number} is missing", ("a",)) for number in range(MOST_PROBLEMS + 2))

    text = page(result(*[cause()] * (MOST_CAUSES + 2), problems=problems))

    assert "\n             and 2 more causes: ecsuite show\n" in text
    assert "\n             and 2 more: ecsuite show\n" in text
    assert len(text.splitlines()) <= 80


def test_many_tests_are_counted():
    """Of tests as many are named as fit a line."""
    (line,) = [
        each for each in plain(cause_lines(1, cause(tests=99), 60, in_full=False)).splitlines() if "tests" in each
    ]

    assert line == "             tests: test_it.py::test_0 and 98 more"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_the_terminal(width):
    """No line is longer than the terminal is wide, but for the one that is to be pasted."""
    lines = page(result(cause(), cause(), cause()), width).splitlines()

    own = [line for line in lines if "repeat" not in line and "ecsuite show" not in line and "tests" not in line]
    assert max(map(len, own)) <= width


def test_long_line_to_paste_is_told_by_show():
    """A request that takes more than a few lines is not pasted from the page."""
    made = a_found()
    long = replace(made, sample=replace(made.sample, method="POST", request_body="x" * 2000))

    text = plain(cause_lines(4, cause(long), 120, in_full=True))

    assert "\n    repeat    ecsuite show 4 has the line, of " in text


def test_script_stands_where_its_folder_is_at_hand():
    """On a terminal the line to repeat a cause is that of its script; in a log, whose reader has no such folder, curl's."""
    scripted = cause(replace(a_found(), script="1.sh"))

    assert "\n    repeat    sh .ecsuite/last/1.sh\n" in page(result(scripted))
    assert "\n    repeat    curl -sS " in page(result(scripted), in_full=True)
    assert plain(whole_lines(1, scripted, "a folder")).endswith("        sh 'a folder/1.sh'")


def test_problem_is_one_line_and_its_tests():
    """What no finding explains is told in a line; of what nobody expected, where the traceback is."""
    problems = (
        Problem("stopped", "cassette x does not exist", ("test_a", "test_b")),
        Problem("crash", "KeyError: 'x' (world.py:7, in made)", ("test_c",), "crash-1.txt"),
    )

    assert page(result(problems=problems)) == (
        "2 problems; 4 of 9 tests failed\n"
        " -  stopped  cassette x does not exist\n"
        "             tests: test_a, test_b\n"
        " -  crash    KeyError: 'x' (world.py:7, in made); traceback: .ecsuite/last/crash-1.txt\n"
        "             tests: test_c"
    )


STATEMENTS = [
    (
        Breach("type", body(("a",)), datum({"type": "integer"}), datum("1")),
        "x is a string where an integer is required",
    ),
    (
        Breach("type", body(), datum({"type": ["string", "null"]}), datum(value=True)),
        "x is a boolean where a string or null is required",
    ),
    (Breach("required", body(("a",)), datum({"type": "string"}), MISSING), "x is missing"),
    (Breach("absent", Place("header", "A"), MISSING, MISSING), "x is missing"),
    (Breach("absent", body(("a",)), datum("007"), datum(["7"])), 'x lacks a string, "007"'),
    (Breach("lost", listed("id"), datum({"id": 1}), note="on 3 pages"), "x lacks an object with id, on 3 pages"),
    (Breach("absent", listed("id"), datum("7")), 'x lacks an item, a string, "7"'),
    (
        Breach("present", body(), actual=datum({"id": 1}), seen_by="getUser", seen_call="GET /users/{userId}"),
        "x is there, expected nothing (in GET /users/{userId}, afterwards)",
    ),
    (
        Breach("absent", body(), datum({"id": 1}), seen_by="getUser"),
        "x is missing (in getUser, afterwards)",
    ),
    (Breach("status", STATUS, datum([200, 201]), datum(404)), "x is 404, expected 200 or 201"),
    (Breach("count", Place("list"), datum(1), datum(2)), "x: 2 items, expected 1 item"),
    (Breach("minimum", body(), datum({"minimum": 5}), datum(4)), "x: an integer, 4, expected at least 5"),
    (Breach("absent", Place("connection"), note="ReadTimeout"), "x: ReadTimeout, expected a response to the request"),
]


@pytest.mark.parametrize(("breach", "said"), STATEMENTS, ids=range(len(STATEMENTS)))
def test_breach_is_said_in_half_a_sentence(breach, said):
    """Whatever the kind of breach, the heading of a cause names the place, what is there, and what should be."""
    assert statement(breach, "x") == said


EXCERPTS = [
    ({"a": 1}, ("a",), '{"a": 1}'),
    (VEHICLE, ("metadata", "year"), '{"userId": "42", "vehicleId": "7", "metadata": {"year": "2009", ...}}'),
    (
        [VEHICLE, "3 more items"],
        (0, "metadata", "year"),
        '[{"userId": "42", "vehicleId": "7", "metadata": {"year": "2009", ...}}, ...]',
    ),
    (VEHICLE, ("metadata", "vin"), '{"userId": "42", "vehicleId": "7", "metadata": {"brand": "bbbb'),
    ("<html>\x1b[2J", (), r'"<html>\u001b[2J"'),
    (VEHICLE, (7,), '{"userId": "42"'),
    (VEHICLE, (), '{"userId": "42"'),
]


@pytest.mark.parametrize(("value", "path", "text"), EXCERPTS, ids=range(len(EXCERPTS)))
def test_excerpt_is_the_decisive_part(value, path, text):
    """What the finding is about is shown with the ids around it, in one line that steers no terminal."""
    made = excerpt(value, path, 90)

    assert made.startswith(text)
    assert len(made) <= 90


MARKDOWN = f"""\
# {RESPONSE_BODY.title}: VehicleMetadata /year is a string where an integer is required

- Severity: error. Certainty: spec, for a published document or a standard says so.
- Seen in 19 responses of 2 operations: `GET /users/0`, `GET /users/1`.
- Time of this sample: 2026-11-29T08:30:44Z (UTC). Host: `api.example`
- `traceparent`: `00-aa-bb-01`
- Found by ecsuite 0.1.0, edition 2023-10, in 3 tests; first: `test_it.py::test_0`

## What was sent

```http
GET /v1/users/42/vehicles/7 HTTP/1.1
Host: api.example
Authorization: Bearer ***
traceparent: 00-aa-bb-01
```

## What came back

```http
HTTP/1.1 200
Content-Type: application/json
Date: Sun, 29 Nov 2026 08:30:44 GMT

{{
  "userId": "42",
  "vehicleId": "7",
  "metadata": {{
    "brand": "BRAND",
    "year": "2009"
  }}
}}
```

## What the contract says

`contracts/2023-10/openapi.yaml:1158` (Postman collection 2023-10, Vehicles)

```yaml
year:
  type: integer
```

- Expected: an integer
- Actual: a string, "2009" (body /metadata/year)

## To repeat it

```sh
curl -sS https://api.example/v1/users/42/vehicles/7 -H "Authorization: Bearer $EC_ACCESS_TOKEN"
```
""".replace("BRAND", "b" * 80)


def test_report_for_the_owner_is_whole():
    """Time, host, ids of the trace, the masked exchange, the contract's words, and how to repeat it."""
    assert cause_markdown(result(), cause(operations=2)) == MARKDOWN


def test_each_wrong_place_is_shown():
    """A cause with several wrong members names all of them, of a bad request where they stand in the request."""
    founds = [a_found(Breach("changed", body((name,)), datum("a"), datum("b"))) for name in ("brand", "model")]
    whole = replace(cause(), marks=tuple(mark_of(each.finding) for each in founds))

    assert "    places\n        body /brand\n        body /model\n" in plain(whole_lines(1, whole))
    assert "- Places: `body /brand`, `body /model`.\n" in cause_markdown(result(), whole)
    assert "5 operations, 2 places, 3 tests" in report_html(result(whole))


def test_nothing_that_came_steers_the_report():
    """What a server sends stays inside its fence, and what stands in a heading is escaped."""
    hostile = Datum("string", "`x` [a](b) <script>", 20)
    breach = Breach("changed", body(("`p`",)), datum("*"), hostile)

    text = cause_markdown(result(), cause(a_found(breach, ("body", "`p`"))))

    assert r"\`x\` \[a\](b) \<script\>" in text
    assert list(fenced("http", "a\n```\nb")) == ["````http", "a\n```\nb", "````"]


def test_no_response_and_no_sample_are_told():
    """A call without a response, and a cause without an exchange, are told as such."""
    silent = a_found(Breach("absent", Place("connection"), note="ReadTimeout"), ("connection", ""), status=None)
    silent = replace(silent, sample=replace(silent.sample, status=None, response=None))

    assert "    response  none came" in plain(cause_lines(1, cause(silent), 120, in_full=True))
    assert "## What came back\n\nNothing.\n" in cause_markdown(result(), cause(silent))
    assert "none came" in plain(whole_lines(1, cause(silent)))
    assert "repeat" not in plain(cause_lines(1, cause(replace(silent, sample=None)), 120, in_full=True))
    assert "To repeat" not in cause_markdown(result(), cause(replace(silent, sample=None)))


def test_delivery_is_told_by_its_request():
    """What the API sent is the request of a delivery, and nobody can repeat it by a line."""
    made = a_found(Breach("type", Place("request-body", path=("kind",)), datum({"type": "string"}), datum(7)))
    delivery = replace(made, sample=replace(made.sample, is_delivery=True, method="POST", request_body='{"kind": 7}'))

    text = plain(cause_lines(1, cause(delivery), 120, in_full=True))

    assert '    delivery  POST {"kind": 7}\n' in text
    assert "    repeat    nothing to repeat, for it was the API that called" in text
    assert "## What the API sent" in cause_markdown(result(), cause(delivery))


def test_one_cause_is_shown_whole():
    """All calls, all tests, the whole exchange and the contract's words; nothing is cut."""
    text = plain(whole_lines(3, cause(tests=40)))

    assert text.startswith(f" 3  error    {RESPONSE_BODY.title}: VehicleMetadata /year is a string where")
    assert "    places\n" not in text
    assert "        test_it.py::test_39\n" in text
    assert (
        "    contract  contracts/2023-10/openapi.yaml:1158  (Postman collection 2023-10, Vehicles)\n        year:\n"
        in text
    )
    assert "    request  2026-11-29T08:30:44Z\n        GET https://api.example/v1/users/42/vehicles/7\n" in text
    assert "        Authorization: Bearer ***\n" in text


def test_all_causes_are_listed():
    """Each in three lines, with where and when the run was, and every reason why something was not checked."""
    text = plain(list_lines(result(*[cause()] * 20), 120, ".ecsuite/last"))

    assert text.startswith(
        "Energy Coordination API 2023-10, live  https://h/v1\n2026-11-29T08:30:00Z to 2026-11-29T08:31:00Z\n20 errors;"
    )
    assert "\n20  error    " in text
    assert f"    2 x {PAGES.title}: why" in text
    assert text.endswith("    1 x test skipped: no second partner")
    assert "Nothing was found." in plain(list_lines(result(), 120, "x"))


def test_first_test_has_the_whole_and_others_a_reference():
    """In JUnit's file a new cause is told whole, a known one by the test that found it first; errors come first."""
    known = a_found(Breach("status", STATUS, datum([200]), datum(404)), ("status", 404), promise=STATUS_EXPECTED.id)
    mild = replace(known, finding=replace(known.finding, severity="warning"))
    told = Told((mild, a_found()), ((known, "test_first"),))

    blocks = told_text(told).split("\n\n")

    assert blocks[0].startswith(f"{RESPONSE_BODY.title}: VehicleMetadata /year is a string where")
    assert "\n  response  200 application/json  {" in blocks[0]
    assert blocks[1] == f"{STATUS_EXPECTED.title}: status is 404, expected 200  [spec]\n  found before, in test_first"
    assert blocks[2].startswith(
        f"{STATUS_EXPECTED.title}: status is 404, expected 200  [spec] warning\n  call      GET /users"
    )
    assert failure_text("Failed: 2 promises broken", told).startswith(
        f"Failed: 2 promises broken: {RESPONSE_BODY.title}: VehicleMetadata /year is a string where"
    )
    assert failure_text("Failed", Told((), ())) == "Failed"


def test_run_that_ends_before_its_first_test_says_so():
    """What was seen before the first test is told without a count of tests."""
    before = replace(result(cause()), figures=Figures())

    assert page(before).splitlines()[0] == "1 error; no test was run"


def test_no_tally_is_no_page():
    """A run that found nothing has nothing to say of causes."""
    assert page(RunResult(RUN, Figures.of(Tally(), {}))) == ""


def test_two_causes_are_never_more_than_a_page():
    """However much there is to say of two causes, the page leaves room for what stands around it in 40 lines."""
    long = Breach("type", body(("metadata", "year")), datum({"title": "t" * 900}), datum("x" * 900), note="n" * 900)
    made = a_found(long, rule=replace(RULE, source="s" * 900))
    headers = (*made.sample.request_headers, *(("X-Request-Id", "r" * 900),))
    sample = replace(made.sample, request_headers=headers, request_body="b" * 250, method="POST")
    whole = replace(made, sample=sample, evidence=sample)

    text = page(result(cause(whole, tests=99), cause(whole, tests=99)))

    assert sum(-(-max(len(line), 1) // 120) for line in text.splitlines()) <= 29


def test_later_call_is_told_by_its_response():
    """Where a later call shows the finding, the decisive part of its response stands below the one that is to blame."""
    made = a_found(Breach("lost", body(("metadata", "vin")), datum("v"), MISSING, seen_by="x", seen_call="GET /x"))
    told = replace(made, evidence=made.sample, sample=replace(made.sample, response=None, status=204))

    text = plain(cause_lines(1, cause(told), 120, in_full=True))

    assert "\n    actual    body /metadata/vin of GET /x, afterwards: missing\n    response  204, no body\n" in text
    assert '\n    shown by  200 application/json  {"userId": "42", "vehicleId": "7", "metadata": {"year":' in text
