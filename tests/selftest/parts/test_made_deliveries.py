"""The deliveries that a receiver is tried with: which are signed, by what, and which are not."""

import base64
import json
from collections import Counter

import pytest

from ecsuite import editions
from ecsuite.receivers import cases
from ecsuite.receivers.cases import Case, Cases, is_marked
from ecsuite.receivers.notifications import Notifications
from ecsuite.receivers.trial import signed_delivery
from ecsuite.webhook.signature import is_signed, sign

SECRET = "s3cr3t-of-the-hook"
NAMES = ("limit", "resourceLimit", "reservation", "eligibility", "priceCurve")
# What is drawn anew each time is looked at so often, so that a chance of 1 in 64 is seen.
OFTEN = 400


@pytest.fixture(scope="module")
def made() -> Cases:
    contract = editions.contract("2026-01")
    operation, header = signed_delivery(contract)
    return Cases(Notifications(contract, operation), header, SECRET)


def signature(case: Case) -> str | None:
    (value,) = [value for name, value in case.headers if name.lower() == "x-payload-signature"] or [None]
    return value


def by_name(made, *of: str, group: cases.Group, earlier: bytes = b"") -> dict[str, Case]:
    return {each.name: each for each in made.forged(of, earlier) if each.group is group}


def test_bent_signature_is_never_the_right_one(made):
    """Each is as long as a right one, but for the one that is cut off; whatever letters that has."""
    for _ in range(OFTEN):
        bent = by_name(made, "limit", group=cases.BENT)
        rights = {sign(SECRET, each.body) for each in bent.values()}
        (right,) = rights

        assert {name: len(signature(each)) for name, each in bent.items()} == {
            "one letter": 44,
            "the last letters": 44,
            "letters in the other case": 44,
            "only its beginning": 12,
        }
        assert right not in {signature(each) for each in bent.values()}
        assert right.startswith(signature(bent["only its beginning"]))
        assert right[1:] == signature(bent["one letter"])[1:]
        assert right[:40] == signature(bent["the last letters"])[:40]
        # No decoder refuses them for their form.
        assert len(base64.b64decode(signature(bent["the last letters"]), validate=True)) == 32


def test_control_is_signed_alike_in_every_kind_of_base64(made):
    """Its signature has none of the signs in which they differ."""
    assert not any(is_marked(signature(made.control("limit", cases.PLAIN))) for _ in range(50))


def test_forged_signature_is_of_another_body_or_secret(made):
    """With the earlier one's signature only where there was one."""
    tampered = by_name(made, "limit", group=cases.TAMPERED, earlier=b"{}")
    keyless = by_name(made, "limit", group=cases.FOREIGN)["an empty secret"]
    unsigned = by_name(made, "limit", group=cases.UNSIGNED)

    assert signature(tampered["with the signature of one that came"]) == sign(SECRET, b"{}")
    assert len(by_name(made, "limit", group=cases.TAMPERED)) == len(tampered) - 1
    assert is_signed("", keyless.body, signature(keyless))
    assert [signature(each) for each in unsigned.values()] == [None, ""]


def test_each_kind_is_signed_with_another_secret(made):
    """A receiver may verify some kinds of notifications alone."""
    foreign = by_name(made, *NAMES, group=cases.FOREIGN)

    assert set(foreign) == {"a made-up secret", "an empty secret", "a digest without a secret", *NAMES[1:]}
    kinds = [json.loads(foreign[name].body)["payload"]["payloadType"] for name in NAMES[1:]]
    assert kinds == ["ResourceLPC", "LPCReservation", "UserEligibility", "PriceCurve"]


def test_legal_deliveries_are_of_every_kind_of_spelling(made):
    """How many there are of each, and how header fields are spelt in other ways."""
    legal = list(made.legal(NAMES))
    framed = {each.name: dict(each.headers) for each in legal if each.group is cases.FRAMED}

    assert Counter(each.group.name for each in legal) == {
        "with its JSON spelt otherwise": 4,
        "with its times spelt otherwise": 3,
        "that came before": 1,
        "of an earlier event": 1,
        "among others at the same time": 1,
        "with many entries": 1,
        "with an empty list": 1,
        "with letters beyond ASCII": 1,
        "with its header fields spelt otherwise": 2,
    }
    assert framed["small letters"].keys() == {"content-type", "x-payload-signature"}
    assert framed["no charset"]["Content-Type"] == "application/json"
