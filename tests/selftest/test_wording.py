"""The English of findings, which is made in one place: the text of each kind of breach, to the letter."""

import pytest

from ecsuite import wording
from ecsuite.findings.breach import DELIVERY, KINDS, STATUS, Breach, Place, body, listed
from ecsuite.findings.datum import MISSING, Datum, datum
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.promises import PAGES

CONNECTION = Place("connection")
TYPE = Place("header", "Content-Type")
MANY = datum({"title": "an animal", "type": "string"})
NO_JSON = Breach(
    "unreadable", Place("request-body"), datum("application/json"), datum("not-json"), note="it is not JSON"
)
REFUSED_FOR = Breach("type", Place("request-body", path=("year",)), datum({"type": "integer"}), datum("2009"))

# Where a breach is, what was expected there, and what was seen.
KINDS_IN_WORDS: dict[str, list[tuple[Breach, str, str, str]]] = {
    "absent": [
        (Breach("absent", body()), "body", "a value", "nothing"),
        (Breach("absent", body(), datum("a")), "body", 'a string, "a"', "nothing"),
        (Breach("absent", listed(), note="of today"), "list", "an item, of today", "nothing"),
        (Breach("absent", listed("userId"), datum("a")), "list by userId", 'an item, a string, "a"', "nothing"),
        (
            Breach("absent", DELIVERY, datum("https://a.example")),
            "delivery",
            "a delivery to https://a.example",
            "nothing",
        ),
        (
            Breach("absent", CONNECTION, note="ConnectError: refused"),
            "connection",
            "a response to the request",
            "ConnectError: refused",
        ),
    ],
    "present": [(Breach("present", body(), actual=datum(200)), "body", "nothing", "an integer, 200")],
    "changed": [
        (
            Breach("changed", body(("a", 0)), datum("42"), datum(42), note="as in the path"),
            "body /a/0",
            'a string, "42", as in the path',
            "an integer, 42",
        ),
        # What their names do not tell apart, their values do; the rest would only hide it.
        (
            Breach(
                "changed", body(("at",)), datum({"lat": 1.5, "long": 2, "a": 0}), datum({"lat": 1, "long": 3, "a": 0})
            ),
            "body /at",
            'an object with {"lat": 1.5, "long": 2}',
            'an object with {"lat": 1, "long": 3}',
        ),
        (
            Breach("changed", body(("at",)), datum({"lat": 1.5}), datum({"latitude": 1.5})),
            "body /at",
            "an object with lat",
            "an object with latitude",
        ),
    ],
    "lost": [(Breach("lost", body(("a",)), datum(1.5)), "body /a", "a number, 1.5", "missing")],
    "early": [
        (
            Breach.of("early", Place("request-line"), "after 5 s", "after 1.0 s"),
            "request line",
            "after 5 s",
            "after 1.0 s",
        )
    ],
    "extra": [(Breach("extra", body(), actual=datum({"a": 1})), "body", "nothing more", "an object with a")],
    "duplicate": [(Breach("duplicate", Place("list"), datum(1), datum(2)), "list", "once", "2 times")],
    "order": [
        (
            Breach("order", listed("at"), datum("descending"), datum(["a", "b"])),
            "list by at",
            "descending order",
            "a before b",
        )
    ],
    "count": [
        (Breach("count", Place("list", "page"), datum(2), datum(1)), "list page", "2 items", "1 item"),
        (
            Breach("count", DELIVERY, datum(0), datum(1), note="for it is off"),
            "delivery",
            "0 deliveries, for it is off",
            "1 delivery",
        ),
        (
            Breach("count", Place("delivery", "notifications"), datum(1), datum(2)),
            "delivery notifications",
            "1 notification",
            "2 notifications",
        ),
    ],
    "same": [(Breach("same", body(("a",)), actual=datum(1)), "body /a", "another value", "an integer, 1")],
    "unsigned": [
        (
            Breach("unsigned", Place("request-header", "X"), note="as agreed"),
            "request header X",
            "a signature of the body, as agreed",
            "a signature of something else",
        )
    ],
    "length": [(Breach("length", body(), datum(0), datum(16)), "body", "no body", "16 bytes")],
    "status": [
        (Breach("status", STATUS, datum([200, "2XX"]), datum(404)), "status", "200 or 2XX", "404"),
        (
            Breach("status", STATUS, datum([404]), datum(200), case="secret-cut-off"),
            "status",
            "404 (secret-cut-off)",
            "200",
        ),
        (
            Breach("status", STATUS, datum([404]), datum(200), seen_by="getUser", seen_call="GET /users/{userId}"),
            "status of GET /users/{userId}, afterwards",
            "404",
            "200",
        ),
        (
            Breach("status", STATUS, actual=datum(201), because=REFUSED_FOR),
            "status",
            'a refusal, because request body /year is a string, "2009" where the contract has an integer',
            "201",
        ),
        (
            Breach("status", STATUS, actual=datum(201), because=NO_JSON),
            "status",
            "a refusal, because of the request body: it is not JSON",
            "201",
        ),
    ],
    "unknown": [
        (
            Breach("unknown", Place("request-line"), actual=datum("GET /x")),
            "request line",
            "a method and a path that the contract lists",
            "GET /x",
        )
    ],
    "unlisted": [
        (Breach("unlisted", STATUS, datum([200, 400]), datum(202)), "status", "one of 200, 400", "202"),
        (
            Breach("unlisted", TYPE, datum(["text/css"]), datum("text/html")),
            "header Content-Type",
            "text/css",
            "text/html",
        ),
        (
            Breach("unlisted", Place("request-header", "Content-Type"), datum(["text/css"])),
            "request header Content-Type",
            "text/css",
            "missing",
        ),
    ],
    "unreadable": [
        (
            Breach("unreadable", body(), datum("text/css"), datum("not-utf-8"), note="it is not UTF-8 (byte 1)"),
            "body",
            "a body of the media type text/css",
            "it is not UTF-8 (byte 1)",
        ),
        (
            Breach("unreadable", body(), actual=datum("transfer"), note="ReadError: closed"),
            "body",
            "a body that arrives whole and can be decoded",
            "ReadError: closed",
        ),
        (
            Breach("unreadable", body(), actual=datum("too-deep"), note="recursion limit exceeded"),
            "body",
            "less nesting",
            "recursion limit exceeded",
        ),
    ],
}


@pytest.mark.parametrize("kind", KINDS_IN_WORDS)
def test_kind_of_breach_has_its_words(kind):
    """Each kind says where, what was expected and what was seen, in the same words for every promise."""
    for breach, where, expected, actual in KINDS_IN_WORDS[kind]:
        assert breach.kind == kind
        assert (wording.where(breach), wording.expected(breach), wording.actual(breach)) == (where, expected, actual)


def test_every_kind_has_its_words_here():
    """No kind of breach is without a test of its text."""
    assert KINDS_IN_WORDS.keys() == KINDS


@pytest.mark.parametrize(
    ("keyword", "fragment", "words"),
    [
        ("type", {"type": "integer"}, "an integer"),
        ("type", {"type": ["array", "null"]}, "an array or null"),
        ("type", {"type": "object", "title": "a vehicle"}, "a vehicle"),
        ("const", {"type": "string", "const": "A"}, 'a string, "A"'),
        ("enum", {"enum": ["A", 1, None]}, "one of A, 1, null"),
        ("required", {"type": "string"}, "a string, required"),
        ("required", {}, "a member, required"),
        ("minimum", {"type": "integer", "minimum": 1}, "at least 1"),
        ("maximum", {"title": "a latitude", "maximum": 90}, "a latitude: at most 90"),
        ("exclusiveMinimum", {"exclusiveMinimum": 0}, "above 0"),
        ("exclusiveMaximum", {"exclusiveMaximum": 500}, "below 500"),
        ("multipleOf", {"multipleOf": 2}, "a multiple of 2"),
        ("minLength", {"minLength": 1}, "a string with a length of at least 1"),
        ("maxLength", {"maxLength": 1}, "a string with a length of at most 1"),
        ("minItems", {"minItems": 1}, "an array with a length of at least 1"),
        ("maxItems", {"maxItems": 1}, "an array with a length of at most 1"),
        ("minProperties", {"minProperties": 1}, "at least 1 members"),
        ("maxProperties", {"maxProperties": 1}, "at most 1 members"),
        ("pattern", {"type": "string", "pattern": "^a$"}, "text that matches ^a$"),
        ("pattern", {"title": "a time span", "pattern": "^a$"}, "a time span"),
        ("format", {"format": "uuid"}, "text of the format uuid"),
        ("uniqueItems", {"uniqueItems": True}, "items that differ from each other"),
        ("additionalProperties", {"type": "object"}, "no further members"),
        ("unevaluatedProperties", {"title": "a payload"}, "no further members"),
        ("oneOf", {"oneOf": [{"title": "a usage"}, {"type": "null"}]}, "a usage or null"),
        ("not", {}, "a value"),
    ],
)
def test_keyword_has_its_words(keyword, fragment, words):
    """What a keyword of a schema wants is said with its value, or with the title of the schema."""
    assert wording.expected(Breach(keyword, body(), datum(fragment))) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (MISSING, "missing"),
        (datum(None), "null"),
        (Datum("boolean", value=True), "a boolean, true"),
        (datum(3), "an integer, 3"),
        (datum(3.0), "a number, 3.0"),
        (datum("å\n"), 'a string, "å\\n"'),
        (datum([]), "an array of 0 items"),
        (datum({}), "an object with no members"),
        (datum({"a": 1, "b": 2}), "an object with a, b"),
        (datum("x" * 121), f'a string, "{"x" * 120}... (121 characters)"'),
        (datum("x" * 999).kept(str), f'a string, "{"x" * 120}... (999 characters)"'),
        (datum([1] * 999).kept(str), "an array of 999 items"),
        (Datum("string", "***", 40), 'a string, "***"'),
    ],
)
def test_value_is_told_with_its_type(value, words):
    """What was seen is told so that a number and its text are not the same, with the size that it had."""
    assert wording.describe(value) == words


# What a server can send to steer a terminal, or to fill a screen: an escape sequence, a line break, and very much.
HOSTILE = "\x1b[31m\r\n\x07\x9b\u202e" + "x" * 5000
STEERED = {
    "a text": Breach("changed", body(), datum(HOSTILE), datum(HOSTILE)),
    "the names of members": Breach("type", body(), actual=datum({HOSTILE: 1})),
    "a place": Breach("type", body((HOSTILE,))),
    "a header": Breach("unlisted", TYPE, datum(["a"]), datum(HOSTILE)),
    "a length": Breach("length", TYPE, datum(0), datum(HOSTILE)),
    "a large number": Breach("maximum", body(), datum({"maximum": 1}), datum(10**4000)),
    "a note": Breach("unreadable", body(), datum("a"), datum("transfer"), note=HOSTILE),
    "a note of a promise": Breach("changed", body(), datum(1), datum(2), note=HOSTILE),
    "a media type": Breach("unreadable", body(), datum(HOSTILE), datum("not-json"), note="n"),
    "the request line": Breach("unknown", Place("request-line"), actual=datum(HOSTILE)),
    "a reason": Breach("status", STATUS, because=Breach("type", body((HOSTILE,)), actual=datum(HOSTILE))),
    "an item": Breach("absent", listed(HOSTILE), datum(HOSTILE)),
    "an order": Breach("order", listed(), datum(HOSTILE), datum([HOSTILE, HOSTILE])),
    "a delivery": Breach("absent", DELIVERY, datum(HOSTILE)),
    "what is counted": Breach("count", Place("delivery", "attempts"), datum(HOSTILE), datum(HOSTILE)),
}


@pytest.mark.parametrize("name", STEERED)
def test_nothing_sent_steers_a_terminal(name):
    """Whatever a server sends is told on one line, in characters that can be printed, and not all of it."""
    breach = STEERED[name].kept(str)

    for text in (wording.where(breach), wording.expected(breach), wording.actual(breach)):
        assert text.isprintable()
        assert len(text) < 1000


def finding(status: int | None = 200, promise: str = PAGES.id) -> Finding:
    rule = ContractPlace((), "c.yaml", 1, "a guide")
    return Finding(promise, "listUsers", "GET", "/users", status, Breach("absent", body()), "spec", "error", rule)


def test_call_is_told_with_its_status():
    """The subject of a finding is a call, and what came of it."""
    assert wording.subject(finding()) == "GET /users -> 200"
    assert wording.subject(finding(None)) == "GET /users -> no response"


def test_promise_is_told_by_its_title():
    """A report calls a promise by its title; one that this version does not know by its id."""
    assert wording.title(finding()) == PAGES.title
    assert wording.title(finding(promise="of-tomorrow")) == "of-tomorrow"


@pytest.mark.parametrize(
    ("text", "longest", "size", "short"),
    [
        ("abcdef", 6, 0, "abcdef"),
        ("abcdef", 3, 0, "abc... (6 characters)"),
        ("abcdef", 6, 7, "abcdef... (7 characters)"),
        ("", 3, 0, ""),
    ],
)
def test_long_text_is_cut(text, longest, size, short):
    """A text is shortened for its reader, and its length told, also where it was cut before."""
    assert wording.shorten(text, longest, size) == short
