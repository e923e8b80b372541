"""Findings are data: they go through JSON without loss, hold no secret, and are bounded."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ecsuite.checks import Checker
from ecsuite.findings.breach import KINDS, MOST_TOKENS, STATUS, Breach, Place, body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.datum import (
    MISSING,
    MOST_CHARACTERS,
    MOST_ITEMS,
    MOST_LEVELS,
    MOST_VALUES,
    Datum,
    datum,
    type_of,
)
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.messages.exchange import Exchange, Request, Response
from ecsuite.messages.redact import MASK, Redactor
from ecsuite.promises import PAGES

SECRET = "the-secret-of-the-run"
REDACTOR = Redactor([SECRET])
# A keyword of each shape of fragment, beside the kinds that are our own.
KEYWORDS = {
    "type": {"type": ["string", "null"]},
    "required": {"type": "string"},
    "enum": {"enum": [None, "a", 1, 1.0, True]},
    "oneOf": {"oneOf": [{"const": 1}, {"type": "array"}]},
    "minimum": {"minimum": 0.5},
}
BREACHES = {
    **{kind: Breach(kind, body(("a", 0)), datum(1), datum(None)) for kind in sorted(KINDS)},
    **{keyword: Breach(keyword, body(), datum(fragment), datum([])) for keyword, fragment in KEYWORDS.items()},
    "nothing": Breach("absent", Place("list")),
    "a rule": Breach("status", STATUS, datum([200, "2XX"]), datum(404), rule=("paths", "/a/{b}", "get", 0)),
    "a reason": Breach(
        "status", STATUS, actual=datum(200), because=Breach("type", Place("request-body", path=("~/",)), datum({}))
    ),
    "a later call": Breach("present", STATUS, MISSING, datum(200), case="secret-cut-off", seen_by="getUser", note="n"),
    "a header": Breach("pattern", Place("header", "Cache-Control"), datum({"pattern": "^a$"}), datum("å\x1b\ud83d")),
    "a cut value": Breach("changed", body(), datum("x" * 999), datum([{"n": -1}] * 999)).kept(str),
}


def finding(breach: Breach, **changes: Any) -> Finding:
    own = Finding(
        promise=PAGES.id,
        operation="listUsers",
        method="GET",
        path="/users",
        status=200,
        breach=breach,
        level="spec",
        severity="error",
        rule=ContractPlace(("paths", "/users", 0), "contracts/x.yaml", 7, "a guide"),
    )
    return replace(own, **changes)


@pytest.mark.parametrize("name", BREACHES)
def test_finding_survives_json(name):
    """A finding is the same after it was written as JSON and read back, to the type of each value."""
    before = finding(BREACHES[name])

    after = Finding.from_json(json.loads(json.dumps(before.to_json())))

    assert after == before
    assert repr(after) == repr(before)


def test_finding_of_no_operation_survives_json():
    """A call that is no operation, and one without a response, are told with nothing in their places."""
    before = finding(BREACHES["nothing"], operation=None, status=None)

    assert Finding.from_json(json.loads(json.dumps(before.to_json()))) == before


def test_json_holds_no_exchange():
    """What was sent and what came stay out of the JSON, for they hold secrets."""
    exchange = Exchange(Request("GET", f"http://h/users?x={SECRET}"), Response(200))

    text = json.dumps(finding(BREACHES["nothing"], blamed=exchange).to_json())

    assert SECRET not in text


@pytest.mark.parametrize(
    ("value", "name", "size"),
    [
        (None, "null", 0),
        (True, "boolean", 0),
        (3, "integer", 0),
        (3.0, "number", 0),
        ("abc", "string", 3),
        ([1, 2], "array", 2),
        ({"a": 1}, "object", 1),
    ],
)
def test_value_has_a_type_and_a_size(value, name, size):
    """The type and the size of a value stay as they were, whatever is cut; absence is none of them."""
    assert datum(value) == Datum(name, value, size)
    assert type_of(value) == name
    assert datum(None) != MISSING


def kept(breach: Breach) -> str:
    """All that a finding keeps of a breach, as one text."""
    return json.dumps(breach.kept(REDACTOR.text).to_json(), ensure_ascii=False)


PADDING = "x" * (MOST_CHARACTERS - 5)
UNKNOWN = "never-seen-before"
# A secret in every place where a breach can hold one: known from the run, or by its name alone.
SECRETS = {
    "a text that is one": Breach("changed", body(), datum(SECRET), datum(SECRET)),
    "inside a longer text": Breach("changed", body(), actual=datum(f"see {SECRET}.")),
    "across the cut": Breach("changed", body(), actual=datum(PADDING + SECRET)),
    "in the middle of an object": Breach("changed", body(), actual=datum({"a": [{"b": f"{SECRET}!"}]})),
    "as the name of a member": Breach("extra", body(), actual=datum({SECRET: 1})),
    "in the path": Breach("extra", body((SECRET, 0))),
    "in a note": Breach("unreadable", body(), note=f"it holds {SECRET}"),
    "in the reason": Breach("status", STATUS, because=Breach("type", body(), actual=datum(SECRET))),
    "a member by name": Breach("changed", body(), actual=datum({"webhookSecret": UNKNOWN})),
    "a member by name, nested": Breach("changed", body(), actual=datum({"a": [{"access_token": UNKNOWN}]})),
    "a list under such a name": Breach("type", body(), actual=datum({"client_secret": [UNKNOWN, {"b": UNKNOWN}]})),
    "a place by name": Breach("pattern", body(("access_token",)), datum({"pattern": "a"}), datum(UNKNOWN)),
    "a place below such a name": Breach("type", body(("webhookSecret", "a")), datum({}), datum({"b": [UNKNOWN]})),
    "what was sent to such a place": Breach("changed", body(("webhookSecret",)), datum(UNKNOWN), datum("***")),
    "a header": Breach("pattern", Place("request-header", "Authorization"), actual=datum(f"Basic {UNKNOWN}")),
    "a signature": Breach("changed", Place("request-header", "X-Payload-Signature"), datum(UNKNOWN), datum(UNKNOWN)),
    "a reason by name": Breach(
        "status", STATUS, because=Breach("type", Place("request-body", path=("client_secret",)), actual=datum(UNKNOWN))
    ),
}


@pytest.mark.parametrize("name", SECRETS)
def test_secret_is_not_kept(name):
    """No secret is kept, not even a part of one, wherever it stands."""
    before = json.dumps(SECRETS[name].to_json())
    assert SECRET in before or UNKNOWN in before

    text = kept(SECRETS[name])

    assert SECRET[:5] not in text
    assert UNKNOWN[:5] not in text


def test_rule_about_a_secret_is_kept():
    """What a schema wants of a secret is published, so it is told; what is no text is no secret."""
    wanted = datum({"title": "a token", "type": "string"})

    breach = Breach("type", body(("access_token",)), wanted, datum(42)).kept(REDACTOR.text)

    assert (breach.expected, breach.actual) == (wanted, datum(42))


def test_masked_value_keeps_its_size():
    """A secret that is masked is told with its length, and no more."""
    breach = Breach("pattern", body(("access_token",)), actual=datum(UNKNOWN)).kept(REDACTOR.text)

    assert breach.actual == Datum("string", MASK, len(UNKNOWN))


def test_checker_masks_what_it_finds(contract, exchange):
    """A finding of the checker has been masked with the secrets of the run."""
    checker = Checker(contract, "https://api.example/v1", "", REDACTOR.text)

    (found,) = checker.check(exchange("GET /users/42", answer={"userId": SECRET})).findings

    assert found.breach.actual == Datum("string", MASK, len(SECRET))


def test_checker_masks_an_unknown_path(contract, exchange):
    """The path of a call that is no operation is no template, so it is masked, too."""
    checker = Checker(contract, "https://api.example/v1", "", REDACTOR.text)

    (found,) = checker.check(exchange(f"GET /nothing/{SECRET}", answer=[])).findings

    assert (found.path, found.breach.actual.value) == (f"/v1/nothing/{MASK}", f"GET /v1/nothing/{MASK}")


NESTED: Any = "deep"
for _ in range(MOST_LEVELS + 3):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("x" * (MOST_CHARACTERS + 1), "x" * MOST_CHARACTERS),
        ([1] * (MOST_ITEMS + 1), [1] * MOST_ITEMS),
        ({str(n): n for n in range(MOST_ITEMS + 1)}, {str(n): n for n in range(MOST_ITEMS)}),
        ({"n" * (MOST_CHARACTERS + 1): 1}, {"n" * MOST_CHARACTERS: 1}),
        (["x" * (MOST_CHARACTERS + 1)], ["x" * MOST_CHARACTERS]),
    ],
    ids=["text", "array", "object", "name", "inner text"],
)
def test_large_value_is_cut(value, cut):
    """Of a large value the beginning is kept, with its size as it was."""
    before = datum(value)

    after = before.kept(str)

    assert after == Datum(before.type, cut, before.size)


def test_deep_value_is_cut():
    """A value that is nested deeper than anybody reads ends in something empty."""
    value = datum(NESTED).kept(str).value

    assert str(value) == "[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1)


def test_wide_value_is_cut():
    """However a value branches, no more of it is kept than anybody reads."""
    wide: Any = 0
    for _ in range(4):
        wide = [wide] * MOST_ITEMS

    text = json.dumps(datum(wide).kept(str).value)

    assert text.count("0") + text.count("[") <= MOST_VALUES + MOST_LEVELS


def test_long_path_is_cut():
    """A place deep in a body is told as far as anybody reads, and each of its names, too."""
    at = Place("body", path=("n" * (MOST_CHARACTERS + 1), *range(MOST_TOKENS))).kept(str)

    assert at.path == ("n" * MOST_CHARACTERS, *range(MOST_TOKENS - 1))


def test_small_value_is_kept_as_it_is():
    """What is neither secret nor large is kept whole, members that are empty and null included."""
    value = datum({"a": [], "b": {}, "c": None, "d": [[1.5, "x"], False]})

    assert value.kept(REDACTOR.text) == value


@pytest.mark.parametrize(
    "changes",
    [
        {"promise": "list-order"},
        {"method": "PUT"},
        {"path": "/events"},
        {"status": 201},
        {"breach": Breach("count", body())},
        {"breach": Breach("absent", body(("a",)))},
        {"breach": Breach("absent", body(), case="b")},
        {"breach": Breach("absent", body(), seen_by="getUser")},
    ],
    ids="-".join,
)
def test_different_findings_have_different_keys(changes):
    """The promise, the call, its status, and the kind, place, case and witness of the breach tell findings apart."""
    before = finding(Breach("absent", body()))

    assert replace(before, **changes).key != before.key


@pytest.mark.parametrize(
    "changes",
    [
        {"breach": Breach("absent", body(), datum(1), datum("x"), ("paths",), note="another")},
        {"blamed": Exchange(Request("GET", "http://h/users"), Response(200))},
        {"rule": ContractPlace((), "other.yaml", 1, "another guide")},
    ],
    ids="-".join,
)
def test_same_fault_has_one_key(changes):
    """The values that were seen, and the exchange that showed them, do not make another finding."""
    before = finding(Breach("absent", body()))

    assert replace(before, **changes).key == before.key
    assert hash(before.key)


def test_values_in_all_are_bounded():
    """Two hundred values, of lists and objects as well; what is beyond is left out."""
    kept = Datum("array", [[1, 2, 3, 4]] * 20 + [5], 21).kept(str)
    assert kept.value == [[1, 2, 3, 4]] * 20

    wide = {f"m{number}": [0] * 20 for number in range(20)}
    value = datum(wide).kept(str).value
    # The object is one, and each list of twenty is twenty-one.
    assert {name: len(items) for name, items in value.items()} == {f"m{number}": 20 for number in range(9)} | {"m9": 9}


@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_levels_are_bounded(make):
    """Six levels of lists and objects; the seventh is empty."""
    value = 1
    for _ in range(9):
        value = make(value)

    kept, levels = datum(value).kept(str).value, 0
    while kept:
        (kept,) = kept.values() if isinstance(kept, dict) else kept
        levels += 1

    assert levels == 6


def test_promise_that_is_broken_ends_with_one():
    """Who cannot go on ends a command with the code of a broken promise, and says how it is broken."""
    finding = Finding(
        "pages", None, "GET", "/x", 200, Breach("order", body()), "spec", "error", ContractPlace((), "c", 1, "t")
    )

    error = PromiseBroken("GET /x: out of order", finding)

    assert (error.exit_code, error.finding, str(error)) == (1, finding, "GET /x: out of order")


def test_bounds_are_those_that_are_told():
    """Two hundred characters of a text, twenty items, and twenty tokens of a path."""
    assert datum("x" * 201).kept(str).value == "x" * 200
    assert datum([1] * 21).kept(str).value == [1] * 20
    assert Place("body", path=(0,) * 21).kept(str).path == (0,) * 20


@pytest.mark.parametrize(
    "kind",
    [
        "absent", "changed", "count", "duplicate", "extra", "length", "lost", "order", "present", "same", "status",
        "unknown", "unlisted", "unreadable", "unsigned",
    ],
)  # fmt: skip
def test_value_at_a_secret_place_is_hidden_on_both_sides(kind):
    """But where a keyword of a schema is broken: what it wants is published."""
    at = body(("webhookSecret",))

    assert kind in KINDS
    assert Breach(kind, at, datum("a"), datum("b")).kept(str) == Breach(
        kind, at, Datum("string", MASK, 1), Datum("string", MASK, 1)
    )
    assert Breach("pattern", at, datum({"pattern": "a"}), datum("b")).kept(str).expected == datum({"pattern": "a"})
