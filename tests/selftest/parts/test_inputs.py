"""Tables of inputs: each is what it says, and a good one is none of them."""

import json
from datetime import date

import httpx
import pytest

from ecsuite import editions
from ecsuite.promises import BY_ID, COMPENSATION, ERROR_CODE
from ecsuite.rules.call import Call
from ecsuite.rules.inputs import (
    bad_credentials,
    broken_bodies,
    every_change,
    nobodys,
    other_methods,
    unknown_ids,
    unusual_bodies,
    wrong_body,
    wrong_credentials,
    wrong_queries,
)
from ecsuite.rules.periods import is_this_month
from ecsuite.rules.token import error_fits, errors_for
from ecsuite.samples import Wrong


def test_bad_credentials_hold_no_good_token():
    """Each is another value of the header than that with the token, and there are many kinds."""
    bad = bad_credentials("abc.DEF-123", "id", "secret", "nobody")

    assert len(bad) == 14
    assert all(each.content["headers"].get("Authorization") != "Bearer abc.DEF-123" for each in bad)
    assert all(each.statuses == {401} and not each.options["strict"] for each in bad)


def test_token_that_is_the_same_in_another_case_is_left_out():
    """A change that changes nothing would be a good token."""
    assert "token-backwards" not in {each.case for each in bad_credentials("1221", "id", "secret", "nobody")}


def test_wrong_credentials_differ_in_one_half():
    """A form that is right by chance is left out."""
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "a"}

    wrong = wrong_credentials(form, "nobody")

    assert form not in wrong.values()
    assert "the id as the secret" not in wrong


def test_broken_bodies_are_no_objects():
    """None of them is a JSON object."""

    def is_object(content):
        try:
            return isinstance(json.loads(content), dict)
        except ValueError:
            return False

    assert not [each.case for each in broken_bodies(lambda: {"userId": "42"}) if is_object(each.content["content"])]


def test_null_is_sent_as_a_body():
    """A client that took null for no body would test something else."""
    assert wrong_body(Wrong(None, (), "null")).content["content"] == b"null"
    assert wrong_body(Wrong([], ("a",), "[]")).case == "[] at /a"


def test_unusual_bodies_leave_the_body_alone():
    """Each is made of a copy."""
    body = {"name": "x", "sizes": [1.5], "count": 3}
    before = json.dumps(body)

    unusual = unusual_bodies(body, 100)

    assert json.dumps(body) == before
    assert {"name": "x", "sizes": [], "count": 3} in [each.get("json") for each in unusual]
    assert all(each["expect"].unspecified for each in unusual)


def test_methods_that_a_path_has_are_left_out():
    """The others are tried, with a body and without one where they may have one."""
    assert [[each.content["json"] for each in ways] for ways in other_methods(["GET", "POST"])] == [
        [{}, None],
        [{}, None],
        [None],
    ]


def test_queries_are_wrong_in_their_type_or_missing():
    """A number that is none, and a required parameter that is not there."""
    operations = editions.contract("2026-01").operations

    assert {each.content["params"].get("page") for each in wrong_queries(operations["listUsers"])} >= {"abc", "1.5"}
    assert wrong_queries(operations["listLocations"]) is not None


def test_ids_like_one_are_nobodys():
    """Too short a one may be another's."""
    assert nobodys("short") == {}
    assert set(nobodys("x" * 20).values()) == {"x" * 19, "x" * 20 + "0"}


def test_id_of_nobodys_stands_in_one_place():
    """Only the parameter that is tried has another value, whoever gave the id."""
    contract = editions.contract("2023-10")
    call = Call(contract.operations["getMeter"], {"userId": "u" * 20, "meterId": "m" * 20})

    attempts = [attempt.ids for attempt, _ in unknown_ids(call, "meterId")]

    assert {ids["meterId"] for ids in attempts} == {"m" * 19, f"{'m' * 20}0"}
    assert {ids["userId"] for ids in attempts} == {"u" * 20}


def test_switches_are_off_and_on_again():
    """What can be switched is switched off first, and every other member is changed in either position."""
    changes = list(every_change({"enabled": True, "name": "x"}))

    assert changes == [("enabled", False), ("name", "x"), ("enabled", True), ("name", "x")]
    assert list(every_change({"name": "x"})) == [("name", "x")]


@pytest.mark.parametrize(
    ("status", "error", "kept"),
    [
        (400, "invalid_client", True),
        (400, "invalid_grant", False),
        (401, "invalid_client", True),
        (401, "unauthorized_client", False),
        (400, None, False),
        (200, "invalid_client", False),
    ],
)
def test_error_code_fits(world_of, status, error, kept):
    """One of those that the RFC has for it; with 401 only the client can be at fault."""
    world = world_of(lambda *_: 200)
    request = httpx.Request("POST", "https://auth.example/connect/token")
    response = httpx.Response(status, json={"error": error}, request=request)
    errors = errors_for({"client_secret": "wrong"})

    assert error_fits(world.verify, world.contract, response, errors, "wrong-secret") is kept
    assert [BY_ID[each.promise] for each in world.api.journal.findings] == (
        [] if kept or status == 200 else [ERROR_CODE]
    )


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        ("2026-01-01", "2026-01-31", True),
        ("2025-12-01", "2025-12-31", False),
        ("2026-01-01", "2026-01-02", False),
        ("2026-01-31", "2026-01-01", False),
        ("2026-01-01", None, True),
    ],
)
def test_period_is_the_current_month(world_of, start, end, kept):
    """It begins this month and has not ended; half of one is not checked."""
    world = world_of(lambda *_: (200, {}))
    response = world.api.get("/users", strict=False)

    assert is_this_month(world.verify, COMPENSATION, response, start, end, today=date(2026, 1, 15)) is kept
