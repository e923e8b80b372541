"""What every check says of an exchange, whole: passed, broken, not checked and why, or nothing at all.

`test_checks.py` asks which findings there are. Here a check that says "passed" where it has nothing to say, or nothing
where it could not tell, is a difference, too.
"""

import textwrap

import pytest

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.contract import Contract, Source
from ecsuite.findings.breach import STATUS, Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.messages.exchange import SUCCESS, UNSPECIFIED, Exchange, Expectation, Headers, Request, Response
from ecsuite.promises import NO_BODY

SMALL = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    servers: [{url: 'https://api.example/v1'}]
    security: [{bearer: []}]
    paths:
      /notes/{noteId}:
        parameters:
          - {name: noteId, in: path, required: true, schema: {type: string, minLength: 2}}
        get:
          operationId: getNote
          x-level: spec
          x-source: a test
          parameters:
            - {name: X-Mode, in: header, schema: {enum: [a, b]}}
            - {name: all, in: query, schema: {type: boolean, const: true}}
            - {name: most, in: query, schema: {type: number, maximum: 2}}
            - {name: page, in: query, schema: {type: integer, minimum: 1}}
          responses:
            '200':
              description: text or JSON
              headers:
                X-Left: {schema: {type: string, pattern: '^[0-9]+$'}}
                X-Trace: {required: true, schema: {type: string}}
              content:
                application/json: {schema: {$ref: '#/components/schemas/Note'}}
                text/plain: {schema: {type: string}}
            '205': {description: nothing}
            '401': {description: refused, x-body: any}
            4XX: {description: refused, x-body: optional, content: {application/json: {schema: {type: object}}}}
        delete:
          operationId: deleteNote
          x-level: spec
          x-source: a test
          responses:
            2XX: {description: gone}
        put:
          operationId: putNote
          x-level: spec
          x-source: a test
          requestBody: {content: {application/json: {schema: {type: object}}}}
          responses:
            default: {description: whatever, x-body: any}
      /notes:
        get:
          operationId: listNotes
          x-level: guide
          x-source: a test
          responses:
            '200':
              description: notes
              content:
                application/json:
                  schema: {type: object, properties: {items: {type: array}, first: {type: object}}}
    components:
      securitySchemes:
        bearer: {type: oauth2}
      schemas:
        Note:
          type: object
          properties:
            noteId: {type: string}
            size: {type: integer}
            lasts: {type: integer, x-unchecked-if-absent: how long it lasts}
            parent: {type: object}
            others: {type: array}
"""
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": "Bearer abc"}
WHOLE = {"noteId": "42", "lasts": 1}


@pytest.fixture(scope="module")
def small() -> Checker:
    return Checker(Contract(Source(textwrap.dedent(SMALL), "c.yaml")), "https://api.example/v1", "")


def exchange(line, status=200, body=b"", *, headers=None, sent=b"", request=None, expectation=SUCCESS, flaw=""):
    method, path = line.split(" ")
    asked = Request(
        method, f"https://api.example/v1{path}", Headers.of({**BEARER, **(request or {})}.items()), sent, expectation
    )
    return Exchange(asked, Response(status, Headers.of((headers or {}).items()), body, flaw))


def outcomes(checker: Checker, of: Exchange) -> dict[str, str]:
    """What was seen of each promise that this file is about, by its id: the reason where it was not checked."""
    seen = checker.check(of).observations()
    return {each.promise: each.reason or each.outcome for each in seen if each.promise in ABOUT}


ABOUT = frozenset(
    {
        "bad-request-refused",
        "bearer-token",
        "media-type",
        "no-body",
        "operation-known",
        "optional-members",
        "path-ids",
        "request-body",
        "request-parameters",
        "response-body",
        "response-headers",
        "server-error",
        "status-expected",
        "status-listed",
    }
)
# What holds of any call with a good token that gets its success.
CALLED = dict.fromkeys(
    ("operation-known", "request-parameters", "request-body", "bearer-token", "server-error", "status-expected"),
    "passed",
)
LISTED = {"status-listed": "passed"}
READ = CALLED | LISTED | {"media-type": "passed", "response-body": "passed"}
TRACED = JSON | {"X-Trace": "1"}
OPEN = "nothing published settles the response"

SEEN = {
    "a note": (exchange("GET /notes/42", body=b'{"noteId": "42", "lasts": 1}', headers=TRACED), READ | {"path-ids": "passed", "response-headers": "passed"}),
    "a list, which has no id in its path and no header": (exchange("GET /notes", body=b"{}", headers=JSON), READ),
    "a note without an optional member": (
        exchange("GET /notes/42", body=b"{}", headers=TRACED),
        READ | {"path-ids": "passed", "response-headers": "passed", "optional-members": "lasts is left out, so how long it lasts cannot be checked"},
    ),
    "an array for a note": (exchange("GET /notes/42", body=b"[]", headers=TRACED), READ | {"path-ids": "passed", "response-headers": "passed", "response-body": "broken"}),
    "text in another charset": (
        exchange("GET /notes/42", body=b"\xe5", headers={"Content-Type": "text/plain; charset=latin-1", "X-Trace": "1"}),
        READ | {"response-headers": "passed", "response-body": "broken"},
    ),
    "a note of no listed type": (
        exchange("GET /notes/42", body=b"{}", headers={"Content-Type": "text/html", "X-Trace": "1"}),
        READ | {"response-headers": "passed", "media-type": "broken", "response-body": "its media type is not listed"},
    ),
    "a note that was cut off": (
        exchange("GET /notes/42", headers=TRACED, flaw="ReadError: closed"),
        CALLED | LISTED | {"response-headers": "passed", "response-body": "broken"},
    ),
    "a note without its header": (exchange("GET /notes/42", body=b'{"lasts": 1}', headers=JSON), READ | {"path-ids": "passed", "response-headers": "broken"}),
    "a header that need not be there, wrong": (
        exchange("GET /notes/42", body=b'{"lasts": 1}', headers=TRACED | {"X-Left": "many"}),
        READ | {"path-ids": "passed", "response-headers": "broken"},
    ),
    "a deletion": (exchange("DELETE /notes/42", 204), CALLED | LISTED | {"no-body": "passed"}),
    "a deletion that announces a body": (exchange("DELETE /notes/42", 204, headers={"Content-Length": "1"}), CALLED | LISTED | {"no-body": "broken"}),
    "a deletion that announces none": (exchange("DELETE /notes/42", 204, headers={"Content-Length": "0"}), CALLED | LISTED | {"no-body": "passed"}),
    "a deletion with a body": (exchange("DELETE /notes/42", 200, b"x"), CALLED | LISTED | {"no-body": "broken"}),
    "no body announced by another status than 204": (exchange("GET /notes/42", 205, headers={"Content-Length": "7"}), CALLED | LISTED | {"no-body": "passed"}),
    "an optional body that is absent": (
        exchange("GET /notes/42", 404, expectation=Expectation(statuses=frozenset({404}))),
        CALLED | LISTED | {"response-body": "passed"},
    ),
    "a body of which nothing is known": (
        exchange("PUT /notes/42", 200, b"?"),
        CALLED | LISTED | {"response-body": "nothing is published about the body of 200"},
    ),
    "a call that names nothing": (exchange("GET /other", 404), {"operation-known": "broken", "server-error": "passed", "status-expected": "broken"}),
    "a method that the path has not": (exchange("PATCH /notes/42"), {"operation-known": "broken", "server-error": "passed", "status-expected": "passed"}),
    "a server that fails": (exchange("GET /notes", 500), dict.fromkeys(list(CALLED)[:4], "passed") | {"server-error": "broken"}),
    "a success that nothing settles": (
        exchange("GET /notes", 200, b"{}", headers=JSON, expectation=UNSPECIFIED), READ | {"status-expected": OPEN}
    ),
    "a refusal that nothing settles": (exchange("GET /notes/42", 404, b"?", expectation=UNSPECIFIED), CALLED | {"status-expected": OPEN, "status-listed": OPEN}),
    "a redirection that nothing settles": (exchange("GET /notes", 399, expectation=UNSPECIFIED), CALLED | {"status-expected": OPEN, "status-listed": "broken"}),
    "a failure that nothing settles": (exchange("GET /notes/42", 500, expectation=UNSPECIFIED), dict.fromkeys(list(CALLED)[:4], "passed") | {"server-error": "broken"}),
    "an unlisted status that was expected": (
        exchange("GET /notes", 418, expectation=Expectation(statuses=frozenset({418}))),
        CALLED | {"status-listed": "the request expected a status that the contract does not list"},
    ),
    "an unlisted status, where another was expected": (
        exchange("GET /notes", 418, expectation=Expectation(statuses=frozenset({419}))),
        CALLED | {"status-listed": "broken", "status-expected": "broken"},
    ),
    "a token that may have ended": (
        exchange("GET /notes/42", 401, expectation=Expectation(token_may_have_ended=True)),
        CALLED | LISTED | {"status-expected": "the token may have expired: its lifetime is unknown", "response-body": "nothing is published about the body of 401"},
    ),
    "another refusal of such a token": (
        exchange("GET /notes/42", 403, expectation=Expectation(token_may_have_ended=True)),
        CALLED | LISTED | {"status-expected": "broken", "response-body": "passed"},
    ),
    "an unknown parameter": (
        exchange("GET /notes/42?top=1", 404, expectation=Expectation(statuses=frozenset({404}))),
        CALLED | LISTED | {"response-body": "passed", "request-parameters": "nothing is published about the query parameter top"},
    ),
    "a parameter of the path, as one of the query": (
        exchange("GET /notes/42?noteId=1", 404, expectation=Expectation(statuses=frozenset({404}))),
        CALLED | LISTED | {"response-body": "passed", "request-parameters": "nothing is published about the query parameter noteId"},
    ),
    "a known parameter": (
        exchange("GET /notes/42?all=true&most=2.0&page=1", 404, expectation=Expectation(statuses=frozenset({404}))),
        CALLED | LISTED | {"response-body": "passed"},
    ),
    "a body that need not be sent": (
        exchange("PUT /notes/42", sent=b"{}", request=JSON),
        CALLED | LISTED | {"response-body": "nothing is published about the body of 200"},
    ),
    "no token, and it is taken": (
        exchange("DELETE /notes/42", 204, request={"Authorization": "Basic abc"}),
        CALLED | LISTED | {"bearer-token": "broken", "no-body": "passed", "bad-request-refused": "broken"},
    ),
    "no token, which had to be refused, and is taken": (
        exchange("DELETE /notes/42", 204, request={"Authorization": ""}, expectation=Expectation(statuses=frozenset({401}))),
        dict.fromkeys(list(CALLED)[:5], "passed") | LISTED | {"bearer-token": "broken", "no-body": "passed", "bad-request-refused": "broken"},
    ),
    "no token, and it is refused": (
        exchange("GET /notes/42", 401, request={"Authorization": ""}, expectation=Expectation(statuses=frozenset({401}))),
        CALLED | LISTED | {"bearer-token": "broken", "bad-request-refused": "passed", "response-body": "nothing is published about the body of 401"},
    ),
    "no token, where nothing is settled": (
        exchange("DELETE /notes/42", 204, request={"Authorization": ""}, expectation=UNSPECIFIED),
        CALLED | LISTED | {"bearer-token": "broken", "no-body": "passed", "status-expected": OPEN},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_each_check_says_what_it_saw(small, name):
    """Of each promise it is told that it was kept or broken, or why that could not be told; of others nothing."""
    of, expected = SEEN[name]

    assert outcomes(small, of) == expected


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (199, {}, (False, False, False)),
        (200, {}, (True, False, False)),
        (299, {}, (True, False, False)),
        (300, {}, (False, False, False)),
        (399, {}, (False, False, False)),
        (400, {}, (False, True, False)),
        (401, {}, (False, True, False)),
        (499, {}, (False, True, False)),
        (500, {}, (False, False, True)),
        (599, {}, (False, False, True)),
        (429, {"Retry-After": "1"}, (False, True, False)),
    ],
)
def test_status_belongs_to_one_kind(small, status, headers, said):
    """A success, a refusal of what nothing settles, or a failure of the server: each boundary from both sides."""
    decoded = small.decode(exchange("GET /notes", status, headers=headers, expectation=UNSPECIFIED))

    assert (decoded.is_success, decoded.is_unspecified, decoded.is_server_error) == said


@pytest.mark.parametrize("status", [200, 400])
def test_response_has_a_rule_unless_nothing_settles_it(small, status):
    """A refusal of what nothing settles has no rule; a settled one has."""
    unsettled = small.decode(exchange("GET /notes/42", status, expectation=UNSPECIFIED))
    settled = small.decode(exchange("GET /notes/42", status))

    assert (unsettled.rule is None, settled.rule is None) == (status == 400, False)


def test_nothing_is_decoded_of_no_operation(small):
    """A call that names no operation has no rule, no path parameters and nothing to say of its token."""
    decoded = small.decode(exchange("GET /other/42?page=x", 200, request={"Authorization": ""}))

    assert (decoded.operation, decoded.rule, decoded.path_values) == (None, None, {})
    assert decoded.line == "GET /v1/other/42"


PARAMETERS = {
    "true": ("all=true", None),
    "false": ("all=false", ("const", Place("query", "all"), False)),
    "no boolean": ("all=yes", ("type", Place("query", "all"), "yes")),
    "a boolean in capitals": ("all=True", ("const", Place("query", "all"), "True")),
    "the first of several": ("page=0&page=2", ("minimum", Place("query", "page"), 0)),
    "a later one of several": ("page=1&page=0", None),
    "an exponent": ("most=3e0", ("maximum", Place("query", "most"), 3.0)),
    "a negative number": ("most=-3.5", None),
    "no number": ("most=", ("type", Place("query", "most"), "")),
    "a fraction for an integer": ("page=1.5", ("type", Place("query", "page"), "1.5")),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_is_read_as_its_type(small, name):
    """A text of the query is the value that its schema's type makes of it, or stays text."""
    query, wanted = PARAMETERS[name]

    found = small.check(
        exchange(f"GET /notes/42?{query}", 404, expectation=Expectation(statuses=frozenset({404})))
    ).findings

    said = {
        (each.breach.kind, each.breach.at, each.breach.actual.value)
        for each in found
        if each.promise == "request-parameters"
    }
    assert wanted in said if wanted else not said


def test_header_and_path_are_parameters(small):
    """A header that does not fit is found in the request's headers, a segment in its path; a header may be absent."""
    of = exchange("GET /notes/4", 404, request={"X-Mode": "c"}, expectation=Expectation(statuses=frozenset({404})))

    found = {each.breach.at: each.breach for each in small.check(of).findings}

    assert {at: (breach.kind, breach.actual) for at, breach in found.items()} == {
        Place("path", "noteId"): ("minLength", datum("4")),
        Place("request-header", "X-Mode"): ("enum", datum("c")),
    }


def test_first_fault_says_why_a_request_was_bad(small):
    """Of a request with two faults the one that is looked at first is the reason; the other is a finding as well."""
    of = exchange(
        "GET /notes/4?page=0",
        200,
        b"{}",
        headers=TRACED,
        request={"Authorization": ""},
        expectation=Expectation("case-7"),
    )

    (taken,) = [each.breach for each in small.check(of).findings if each.promise == "bad-request-refused"]

    assert (taken.kind, taken.at, taken.actual, taken.case) == ("status", STATUS, datum(200), "case-7")
    assert (taken.because.kind, taken.because.at) == ("pattern", Place("request-header", "Authorization"))
    assert taken.rule == ("components", "securitySchemes", "bearer")


def test_input_that_is_tried_goes_with_the_finding(small):
    """A finding about a status names the case of the table that was tried."""
    case = Expectation("case-7", frozenset({400}))

    findings = [
        *small.check(exchange("GET /notes", 500, expectation=case)).findings,
        *small.check(exchange("GET /notes", 404, expectation=case)).findings,
    ]

    assert [(each.promise, each.breach.case) for each in findings] == [
        ("server-error", "case-7"), ("status-listed", ""), ("status-expected", "case-7")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET /notes", [200]),
        ("GET /notes/42", [200, 205]),
        ("DELETE /notes/42", ["2XX"]),
        ("PUT /notes/42", ["2XX"]),
        ("GET /other", ["2XX"]),
    ],
)
def test_expected_statuses_are_those_listed(small, line, expected):
    """Where the sender expects a success, those are told that the contract lists; where it lists none, any."""
    found = small.check(exchange(line, 304)).findings

    (status,) = [each.breach for each in found if each.promise == "status-expected"]
    assert (status.expected, status.actual) == (datum(expected), datum(304))


IDS = {
    "in the response": (b'{"noteId": "7"}', [("noteId",)]),
    "in a member": (b'{"parent": {"noteId": "7"}}', [("parent", "noteId")]),
    "in a list that a member is": (b'{"others": [{"noteId": "42"}, {"noteId": "7"}, {}]}', [("others", 1, "noteId")]),
    "in a list": (b'[{"noteId": "7"}, "x", {"noteId": "8"}]', [(0, "noteId"), (2, "noteId")]),
    "in a member that the contract does not know": (b'{"extra": {"noteId": "7"}}', []),
    "no text": (b'{"noteId": 7}', []),
    "in no object": (b'"noteId"', []),
    "in no JSON": (b'{"noteId": "7"', []),
}


@pytest.mark.parametrize("name", IDS)
def test_id_of_the_path_is_the_one_shown(small, name):
    """Another id than that of the path is found where the contract knows it, and nowhere else."""
    body, places = IDS[name]

    found = [each.breach for each in small.check(exchange("GET /notes/42", body=body, headers=TRACED)).findings]

    ids = [breach for breach in found if breach.note == "as in the path"]
    assert sorted((breach.at.path for breach in ids), key=str) == places
    assert all(breach.expected == datum("42") and breach.kind == "changed" for breach in ids)


@pytest.mark.parametrize(("status", "kind"), [(200, "text/plain"), (404, "application/json")])
def test_only_a_success_in_json_shows_ids(small, status, kind):
    """An id in a text, or in a refusal, is not compared with the path."""
    of = exchange("GET /notes/42", status, b'{"noteId": "7"}', headers=TRACED | {"Content-Type": kind})

    assert "path-ids" not in outcomes(small, of)


def test_token_has_to_be_there(small):
    """What is expected in place of a missing token is told, with where the contract says so."""
    asked = Request("GET", "https://api.example/v1/notes")

    found = small.check(Exchange(asked, Response(401))).findings

    (token,) = [each for each in found if each.promise == "bearer-token"]
    assert (token.breach.kind, token.breach.actual, token.rule.line) == ("required", MISSING, 56)


ADDRESSES = {
    "the base itself": "https://api.example/v1",
    "another path": "https://api.example/v2/notes",
    "a longer base": "https://api.example/v11/notes",
    "no slash between": "https://api.example/v1notes",
    "another host": "https://other.example/v1/notes",
    "a path alone": "/notes",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_call_elsewhere_names_no_operation(small, name):
    """Only what is below the base URL is a call of the API."""
    assert small.operation(Request("GET", ADDRESSES[name])) is None


@pytest.mark.parametrize("end", ["", "?a=b", "#c", "?a=b#c", "#c?d"])
def test_query_and_fragment_are_no_part_of_the_path(small, end):
    """A call names the same operation with them and without."""
    assert small.operation(Request("GET", f"https://api.example/v1/notes{end}")).id == "listNotes"


def test_token_call_needs_its_method(contract):
    """At the token's address there is one method; without such an address in the contract it is none of it."""
    checker = Checker(contract, "https://api.example/v1", "https://auth.example/token")

    methods = [checker.operation(Request(method, "https://auth.example/token")) for method in ("POST", "GET")]

    assert [each.id if each else None for each in methods] == ["getToken", None]


def test_contract_without_tokens_has_no_token_call():
    """Where the contract has no operation that gives tokens, the token's address names nothing."""
    contract = Contract(Source(textwrap.dedent(SMALL), "c.yaml"))
    checker = Checker(contract, "https://api.example/v1", "https://auth.example/token")

    assert checker.operation(Request("POST", "https://auth.example/token")) is None


def test_breach_is_found_once_for_all_checks(small):
    """What several checks ask for is looked for once."""
    decoded, asked = small.decode(exchange("GET /notes")), []

    def look(given: DecodedExchange) -> list[Breach]:
        asked.append(given)
        return []

    assert (decoded.once(look), decoded.once(look), asked) == ([], [], [decoded])


def test_delivery_is_judged_as_a_request(contract):
    """Of a delivery its operation, parameters and body are judged, and nothing of the response, which is ours."""
    checker = Checker(contract, "https://api.example/v1", "")
    headers = Headers.of([*JSON.items(), ("Spark-Signature", "x")])
    delivery = Exchange(Request("POST", "http://127.0.0.1:5001/hooks/x", headers, b"{}"), Response(500))

    result = checker.check_delivery(contract.deliveries["testDelivery"], delivery)

    seen = {each.promise: each.outcome for each in result.observations()}
    assert seen == dict.fromkeys(["operation-known", "request-parameters", "request-body"], "passed")


def test_rule_is_the_nearest_that_is_known(small):
    """A finding without a rule of its own has that of its operation; of no operation, that of all paths."""
    failed, moved, unknown = (
        small.check(exchange(line, status)).findings
        for line, status in (("GET /notes", 500), ("GET /notes", 304), ("GET /x", 304))
    )

    assert [each.rule.pointer for each in failed] == [("paths", "/notes", "get")]
    assert [each.rule.pointer for each in moved] == [("paths", "/notes", "get", "responses")] * 2
    assert [each.rule.pointer for each in unknown] == [("paths",)] * 2
    assert [(each.level, each.path) for each in (*failed, *unknown[:1])] == [("guide", "/notes"), ("spec", "/v1/x")]
    assert [each.rule.source for each in (*failed, *unknown[:1])] == ["a test", "the contract as a whole"]


def test_later_call_goes_with_a_finding(small):
    """What showed a breach later is told by its operation's method and path, and with its exchange."""
    first, later = exchange("GET /notes"), exchange("GET /notes/42")
    operation = small.contract.operations["deleteNote"]

    named = small.finding(NO_BODY, Breach("present", STATUS, seen_by="getNote"), first, operation, later)
    unnamed = small.finding(NO_BODY, Breach("present", STATUS), first, operation)

    assert (named.breach.seen_call, named.evidence, named.blamed) == ("GET /notes/{noteId}", later, first)
    assert (unnamed.breach.seen_call, unnamed.evidence) == ("", None)


def test_body_without_a_media_type_is_told(small):
    """A body whose type is not said has none, which is another thing than an empty one."""
    (missing,), (other,) = (
        [
            each.breach
            for each in small.check(exchange("PUT /notes/42", 400, sent=b"{}", request=kind)).findings
            if each.promise == "request-body"
        ]
        for kind in ({}, {"Content-Type": "text/plain"})
    )

    assert (missing.kind, missing.actual, other.actual) == ("unlisted", MISSING, datum("text/plain"))


def test_first_unknown_parameter_is_told(small):
    """Of several that the contract does not know."""
    of = exchange("GET /notes?top=1&skip=2", body=b"{}", headers=JSON)

    assert outcomes(small, of)["request-parameters"] == "nothing is published about the query parameter top"


def test_outcome_is_of_the_operation_that_was_called(small):
    """Each outcome has the operation's id; of a call that names none it is empty."""
    named = small.check(exchange("GET /notes", 500)).observations()
    unnamed = small.check(exchange("GET /other", 500)).observations()

    assert {(each.operation, each.outcome) for each in named} == {("listNotes", "passed"), ("listNotes", "broken")}
    assert {each.operation for each in unnamed} == {""}
