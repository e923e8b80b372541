"""Deliveries to a receiver that fail for one reason are in one group."""

import pytest

from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.receivers.answered import Answered, forged_as_one, is_taken, legal_as_one
from ecsuite.receivers.cases import (
    BEGINNING,
    BENT,
    FOREIGN,
    PLAIN,
    SPELT,
    TAMPERED,
    UNLIKE_SIGNED,
    UNSIGNED,
    UNVERIFIED,
    Case,
    is_marked,
)

HEADER = "X-Payload-Signature"


def answered(signature: str, status: int, group=PLAIN) -> Answered:
    headers = ((HEADER, signature),)
    exchange = Exchange(Request("POST", "http://h/", Headers.of(headers), b"{}"), Response(status))
    case = Case(group, signature, b"{}", headers)
    return Answered(case, [exchange], None if status < 300 else exchange)


TAKEN = [answered("abc=", 200), answered("abd=", 204), answered("abe=", 200)]
REFUSED = [answered("a+c=", 401), answered("a+d=", 401), answered("a/c=", 401, SPELT)]


def groups(*deliveries: Answered, controls=()) -> list:
    return [each.case.group for each in legal_as_one(deliveries, controls, HEADER)]


def test_other_kind_of_base64_is_one_group():
    """Just those are refused whose signatures have signs in which kinds of Base64 differ."""
    assert groups(*TAKEN, *REFUSED) == [PLAIN] * 3 + [UNLIKE_SIGNED] * 3


def test_controls_count_for_what_is_taken():
    """What was sent between the deliveries shows the same."""
    assert groups(TAKEN[0], *REFUSED) == [PLAIN] * 3 + [SPELT]
    assert groups(TAKEN[0], *REFUSED, controls=TAKEN[1:]) == [PLAIN] + [UNLIKE_SIGNED] * 3


@pytest.mark.parametrize(
    "other",
    [answered("a/d=", 200), answered("abf=", 401)],
    ids=["one with such a sign is taken", "one without is refused"],
)
def test_another_reason_keeps_the_groups(other):
    """Where signs do not tell what is refused, something else does."""
    assert groups(*TAKEN, *REFUSED, other) == [PLAIN] * 5 + [SPELT, PLAIN]


def test_nothing_refused_keeps_the_groups():
    """A right receiver has no such group."""
    assert groups(*TAKEN) == [PLAIN] * 3
    assert groups(*TAKEN, answered("a+b=", 200)) == [PLAIN] * 4


def test_signs_are_those_of_addresses():
    """RFC 4648 has others for them in section 5."""
    assert [is_marked(each) for each in ("ab==", "a+b=", "a/b=", "a-_=")] == [False, True, True, False]


def test_few_deliveries_show_no_rule():
    """Three that were taken, and three that were refused, are the fewest."""
    assert groups(*TAKEN[:2], *REFUSED) == [PLAIN] * 4 + [SPELT]
    assert groups(*TAKEN[:2], *REFUSED, controls=TAKEN[2:]) == [PLAIN] * 2 + [UNLIKE_SIGNED] * 3
    assert groups(*TAKEN, *REFUSED[1:]) == [PLAIN] * 4 + [SPELT]


def test_delivery_that_is_tried_again_is_one():
    """Its signature is the same each time, and may have such a sign by chance."""
    assert groups(*TAKEN, *REFUSED[:1] * 4) == [PLAIN] * 7


def test_delivery_that_is_taken_at_last_is_taken():
    """It was not refused for its signature."""
    assert groups(*TAKEN, *REFUSED, answered("a+c=", 200)) == [PLAIN] * 5 + [SPELT, PLAIN]


def forged(*taken, name: str = "") -> list:
    """The groups of forged deliveries, one of each kind, of which those were taken; one of BENT has that name."""
    exchange = Exchange(Request("POST", "http://h/", Headers(), b"{}"), Response(200))
    deliveries = [
        Answered(Case(each, name if each is BENT else "", b"{}", ()), [exchange], exchange if each in taken else None)
        for each in (UNSIGNED, FOREIGN, TAMPERED, BENT)
    ]
    return [each.case.group for each in forged_as_one(deliveries)]


def test_receiver_that_verifies_nothing_is_one_group():
    """Who takes another secret's signature and that of another body looks at none; who takes one of them, at some."""
    assert forged(UNSIGNED, FOREIGN, TAMPERED, BENT) == [UNVERIFIED] * 4
    assert forged(FOREIGN, TAMPERED) == [UNSIGNED, UNVERIFIED, UNVERIFIED, BENT]
    for taken in ((), (FOREIGN,), (UNSIGNED, TAMPERED), (UNSIGNED, FOREIGN, BENT)):
        assert forged(*taken) == [UNSIGNED, FOREIGN, TAMPERED, BENT]


def test_nothing_is_a_beginning_of_a_signature():
    """Who takes the beginning of one takes none, too; not where any signature is taken."""
    assert forged(UNSIGNED, BENT, name=BEGINNING) == [BENT, FOREIGN, TAMPERED, BENT]
    assert forged(BENT, name=BEGINNING) == [UNSIGNED, FOREIGN, TAMPERED, BENT]
    assert forged(UNSIGNED, name=BEGINNING) == [UNSIGNED, FOREIGN, TAMPERED, BENT]
    assert forged(UNSIGNED, FOREIGN, BENT, name=BEGINNING) == [UNSIGNED, FOREIGN, TAMPERED, BENT]


@pytest.mark.parametrize(("status", "taken"), [(199, False), (200, True), (299, True), (300, False), (0, False)])
def test_any_success_acknowledges(status, taken):
    """From 200 to 299."""
    assert is_taken(Exchange(Request("POST", "http://h/", Headers(), b""), Response(status))) is taken
