"""Deliveries to a receiver that fail for one reason are in one group."""

import pytest

from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.receivers.answered import Answered, legal_as_one
from ecsuite.receivers.cases import PLAIN, SPELT, UNLIKE_SIGNED, Case, is_marked

HEADER = "X-Payload-Signature"


def answered(signature: str, status: int, group=PLAIN) -> Answered:
    headers = ((HEADER, signature),)
    exchange = Exchange(Request("POST", "http://h/", Headers.of(headers), b"{}"), Response(status))
    case = Case(group, signature, b"{}", headers)
    return Answered(case, [exchange], None if status < 300 else exchange)


TAKEN = [answered("abc=", 200), answered("abd=", 204), answered("abe=", 200)]
REFUSED = [answered("a+c=", 401), answered("a/c=", 401, SPELT)]


def groups(*deliveries: Answered, controls=()) -> list:
    return [each.case.group for each in legal_as_one(deliveries, controls, HEADER)]


def test_other_kind_of_base64_is_one_group():
    """Just those are refused whose signatures have signs in which kinds of Base64 differ."""
    assert groups(*TAKEN, *REFUSED) == [PLAIN] * 3 + [UNLIKE_SIGNED] * 2


def test_controls_count_for_what_is_taken():
    """What was sent between the deliveries shows the same."""
    assert groups(TAKEN[0], *REFUSED) == [PLAIN, PLAIN, SPELT]
    assert groups(TAKEN[0], *REFUSED, controls=TAKEN[1:]) == [PLAIN, UNLIKE_SIGNED, UNLIKE_SIGNED]


@pytest.mark.parametrize(
    "other",
    [answered("a/d=", 200), answered("abf=", 401)],
    ids=["one with such a sign is taken", "one without is refused"],
)
def test_another_reason_keeps_the_groups(other):
    """Where signs do not tell what is refused, something else does."""
    assert groups(*TAKEN, *REFUSED, other) == [PLAIN, PLAIN, PLAIN, PLAIN, SPELT, PLAIN]


def test_nothing_refused_keeps_the_groups():
    """A right receiver has no such group."""
    assert groups(*TAKEN) == [PLAIN] * 3
    assert groups(*TAKEN, answered("a+b=", 200)) == [PLAIN] * 4


def test_signs_are_those_of_addresses():
    """RFC 4648 has others for them in section 5."""
    assert [is_marked(each) for each in ("ab==", "a+b=", "a/b=", "a-_=")] == [False, True, True, False]
