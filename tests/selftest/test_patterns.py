"""Patterns on findings: what is given must fit, what is left out may be anything."""

from dataclasses import replace

import pytest

from ecsuite.findings.breach import STATUS, Breach, Place, body, listed
from ecsuite.findings.datum import MISSING, Datum, datum
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.findings.pattern import ANY, EACH, NONE, SUCCESS, BreachPattern, Empty, Equal, Has, OfType, found, inside
from ecsuite.promises import BAD_REQUEST, RESPONSE_BODY

YEAR = Breach(
    "type", body(("items", 3, "year")), datum({"type": "integer"}), datum("2009"), case="fullest", seen_by="getIt"
)
FINDING = Finding(
    RESPONSE_BODY.id,
    "getIt",
    "GET",
    "/it/{id}",
    200,
    YEAR,
    "guide",
    "error",
    ContractPlace((), "openapi.yaml", 1, "the guide"),
)


@pytest.mark.parametrize(
    ("matcher", "value", "fits"),
    [
        (ANY, MISSING, True),
        (NONE, MISSING, True),
        (NONE, datum(None), False),
        (Equal(1), datum(1), True),
        (Equal(1), Datum("boolean", value=True), False),
        (Equal(1), datum(1.0), False),
        (Equal("a"), datum("b"), False),
        (OfType("string"), datum(""), True),
        (OfType("string"), datum(7), False),
        (Has("lue"), datum("blue"), True),
        (Has("red"), datum("blue"), False),
        (Has(2), datum([1, 2]), True),
        (Has({"type": "integer"}), datum({"type": "integer", "title": "a year"}), True),
        (Has({"type": "integer"}), datum({"type": "string"}), False),
        (Has("a"), datum(7), False),
        (Has({"a": 1}), datum([{"a": 1}]), True),
        (Has({"a": 1}), datum([{"a": 1, "b": 2}]), False),
        (Has(""), MISSING, False),
        (Has("a"), datum({"a": 1}), True),
        (Equal({}), datum({}), True),
        (Equal(0), Datum("boolean", value=False), False),
        (OfType("integer"), Datum("boolean", value=True), False),
        (Empty(), datum([]), True),
        (Empty(), datum({}), True),
        (Empty(), datum(0), False),
        (Empty(), datum(None), False),
        (Empty(), datum(""), True),
        (Empty(), datum("a"), False),
        (Empty(), MISSING, False),
    ],
)
def test_matcher_judges_value(matcher, value, fits):
    """A matcher says of a value whether it is what it must be, types told apart."""
    assert matcher.fits(value) is fits


@pytest.mark.parametrize(
    "pattern",
    [
        found(RESPONSE_BODY),
        found(RESPONSE_BODY, "getIt", 200, body(("items", "*", "year")), "type", actual=OfType("string")),
        found(RESPONSE_BODY, "GET /it/{id}", SUCCESS, case="fullest", seen_by="getIt"),
        found(RESPONSE_BODY, expected=Has({"type": "integer"}), actual=Equal("2009")),
        found(RESPONSE_BODY, at=inside("/items/year")),
        found(RESPONSE_BODY, at=inside("/items/0*/year")),
        found(RESPONSE_BODY, at=inside("/year")),
        found(RESPONSE_BODY, at=inside("/items")),
        found(RESPONSE_BODY, at=inside("")),
    ],
)
def test_pattern_that_holds_fits(pattern):
    """What is left out may be anything; an index may be any index."""
    assert pattern.fits(FINDING)


@pytest.mark.parametrize(
    "pattern",
    [
        found(BAD_REQUEST),
        found(RESPONSE_BODY, "listIt"),
        found(RESPONSE_BODY, "PUT /it/{id}"),
        found(RESPONSE_BODY, status=404),
        found(RESPONSE_BODY, at=body(("items", "*"))),
        found(RESPONSE_BODY, at=body(("items", "*", "month"))),
        found(RESPONSE_BODY, at=Place("request-body", path=("items", 3, "year"))),
        found(RESPONSE_BODY, at=inside("/year/items")),
        found(RESPONSE_BODY, at=inside("/yea")),
        found(RESPONSE_BODY, at=inside("/year", "request-body")),
        found(RESPONSE_BODY, kind="required"),
        found(RESPONSE_BODY, expected=Equal({"type": "string"})),
        found(RESPONSE_BODY, actual=Equal("2010")),
        found(RESPONSE_BODY, case="smallest"),
        found(RESPONSE_BODY, seen_by="listIt"),
        found(RESPONSE_BODY, because=BreachPattern()),
    ],
)
def test_pattern_that_differs_in_one_part_does_not_fit(pattern):
    """Each part that is given is looked at."""
    assert not pattern.fits(FINDING)


@pytest.mark.parametrize(("name", "fits"), [("userId", True), (EACH, True), ("", False), ("id", False)])
def test_place_is_matched_by_its_name(name, fits):
    """A list is told by the member that its items are told apart by; any will do where the pattern says so."""
    finding = replace(FINDING, breach=Breach("absent", listed("userId")))

    assert found(RESPONSE_BODY, at=listed(name)).fits(finding) is fits


def test_reason_of_a_refusal_is_matched():
    """Why a request had to be refused is a breach of its own."""
    taken = Breach("status", STATUS, actual=datum(201), because=replace(YEAR, at=Place("request-body", path=("year",))))
    finding = replace(FINDING, promise=BAD_REQUEST.id, breach=taken)

    year, month = (BreachPattern(Place("request-body", path=(name,)), "type") for name in ("year", "month"))

    assert found(BAD_REQUEST, because=year).fits(finding)
    assert not found(BAD_REQUEST, because=month).fits(finding)


def test_success_is_any_of_the_200s():
    """From 200 to 299."""
    assert [status in SUCCESS for status in (199, 200, 299, 300)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("pointer", "names"),
    [
        ("/a/b", ("a", "b")),
        ("/items/*/year", ("items", "year")),
        ("/0/a/12/b*", ("a", "b")),
        ("", ()),
        ("/a//b", ("a", "b")),
    ],
)
def test_place_inside_is_read_from_a_pointer(pointer, names):
    """By the names of members; indexes and stars are passed over."""
    assert inside(pointer).names == names
    assert inside(pointer).part == "body"
