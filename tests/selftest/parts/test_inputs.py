"""Tables of inputs: each is what it says, and a good one is none of them."""

import json
from datetime import date

import httpx
import pytest

from ecsuite import editions
from ecsuite.client import is_findable
from ecsuite.findings.breach import body
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import (
    BEARER_TOKEN,
    BY_ID,
    COMPENSATION,
    ERROR_CODE,
    OPERATION,
    REQUEST_BODY,
    REQUEST_PARAMETERS,
)
from ecsuite.rules.call import Call
from ecsuite.rules.inputs import (
    METHODS,
    UNUSUAL_IN_PATH,
    Refused,
    bad_credentials,
    broken_bodies,
    deletable_ids,
    every_change,
    other_methods,
    similar_ids,
    unknown_id,
    unknown_ids,
    unknown_path_ids,
    unspecified,
    unusual_bodies,
    unusual_ids,
    wrong_body,
    wrong_credentials,
    wrong_queries,
)
from ecsuite.rules.periods import is_of_now, is_this_month
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


def test_which_unknown_id_is_refused_first_is_open():
    """Where all ids of a path are unknown, a status for any of them will do."""
    operations = editions.contract("2023-10").operations

    assert unknown_path_ids(operations["getVehicle"]).statuses == {400, 404}
    assert unknown_path_ids(operations["getWebhook"]).statuses == {404}


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


def test_sizes_that_break_the_contract_are_left_out():
    """They have to be refused, and other tests see to that: a server that takes one has one fault, told there."""
    unusual = unusual_bodies({"latitude": 59.5}, 5, is_legal=lambda body: abs(body["latitude"]) <= 90)

    sizes = [each["json"] for each in unusual if each.get("json") is not None]
    assert sizes == [{"latitude": -0.0}]


def test_unusual_text_takes_the_place_of_a_free_one():
    """In the place of an enum's value it would have to be refused."""
    body = {"type": "Vehicle", "brand": "Volvo"}
    unusual = unusual_bodies(body, 5, is_legal=lambda value: value["type"] == "Vehicle")

    texts = {each["expect"].case: each["content"] for each in unusual if "content" in each}
    assert json.loads(texts["nul-text"]) == {"type": "Vehicle", "brand": "a\0b"}


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


def test_similar_ids_belong_to_nobody():
    """Too short a one may be another's."""
    assert similar_ids("short") == {}
    assert set(similar_ids("x" * 20).values()) == {"x" * 19, "x" * 20 + "0"}


def test_unknown_id_is_in_one_place():
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


# Whole tables, each value as it is sent.

CLAIMS = "eyJpc3MiOiAiaHR0cHM6Ly9ub2JvZHkuZXhhbXBsZSIsICJzdWIiOiAibm9ib2R5IiwgImNsaWVudF9pZCI6ICJub2JvZHkiLCAiZXhwIjogNDEwMjQ0NDgwMH0"
HEADERS = {
    "no-token": {},
    "empty-authorization-header": {"Authorization": ""},
    "no-token-after-scheme": {"Authorization": "Bearer"},
    "token-nobody": {"Authorization": "Bearer nobody"},
    "token-cut-off": {"Authorization": "Bearer abCd"},
    "token-one-character-changed": {"Authorization": "Bearer abCdAfgh"},
    "token-something-behind": {"Authorization": "Bearer abCdefghx"},
    "token-another-case": {"Authorization": "Bearer ABcDEFGH"},
    "token-backwards": {"Authorization": "Bearer hgfedCba"},
    "token-without-scheme": {"Authorization": "abCdefgh"},
    "token-another-scheme": {"Authorization": "Token abCdefgh"},
    "client-id-and-secret-scheme-basic": {"Authorization": "Basic aWQ6c2VjcmV0"},
    "signed-token-another-issuer": {
        "Authorization": f"Bearer eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.{CLAIMS}.AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
    },
    "unsigned-token": {"Authorization": f"Bearer eyJhbGciOiAibm9uZSIsICJ0eXAiOiAiSldUIn0.{CLAIMS}."},
}


@pytest.mark.parametrize(
    ("when", "created", "kept"),
    [
        ("Thu, 15 Jan 2026 12:00:00 GMT", "2026-01-15T12:24:59Z", True),
        ("Thu, 15 Jan 2026 12:00:00 GMT", "2026-01-15T13:00:00.1234567+01:00", True),
        ("Thu, 15 Jan 2026 12:00:00 GMT", "2026-01-15T13:00:00Z", False),
        ("Thu, 15 Jan 2026 12:00:00 GMT", "2026-01-15T11:30:00+00:00", False),
        # What is no time stamp, or has no offset, is for the contract; and without a Date nobody knows.
        ("Thu, 15 Jan 2026 12:00:00 GMT", "2026-01-15T13:00:00", True),
        ("Thu, 15 Jan 2026 12:00:00 GMT", 7, True),
        ("some day", "2026-01-15T13:00:00Z", True),
        (None, "2026-01-15T13:00:00Z", True),
    ],
)
def test_what_is_created_is_of_now(world_of, when, created, kept):
    """The time of the call is that of its response; other times, such as those of a payload, are not looked at."""
    world = world_of(lambda *_: (200, []))
    response = httpx.Response(200, headers={"Date": when} if when else {}, request=world.api.get("/users").request)
    response.extensions.update(world.api.get("/users").extensions)
    shown = {"createdAt": created, "created": "2001-01-01T00:00:00Z", "modifiedAt": "2001-01-01T00:00:00Z"}

    assert is_of_now(world.verify, response, shown) is kept


def test_every_bad_credential():
    """What stands in the place of a good token, to the letter."""
    bad = bad_credentials("abCdefgh", "id", "secret", "nobody")

    assert {each.case: each.content["headers"] for each in bad} == HEADERS
    assert all(each.content["authorize"] is False and each.violates == {BEARER_TOKEN} for each in bad)


def test_token_with_claims_is_forged_with_them():
    """A JSON Web Token of ours is tried with another signature and with none: both would be right but for that."""
    bad = {each.case: each.content["headers"] for each in bad_credentials("head.claims.sign", "i", "s", "n")}

    assert bad["unsigned-token"] == {"Authorization": "Bearer eyJhbGciOiAibm9uZSIsICJ0eXAiOiAiSldUIn0.claims."}
    assert bad["signed-token-another-issuer"]["Authorization"].split(".")[1:] == [
        "claims",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
    ]


def test_changed_character_is_another():
    """Where the middle of the token is the letter that would be put there, another one is."""
    (changed,) = [
        each for each in bad_credentials("xxAxx", "i", "s", "n") if each.case == "token-one-character-changed"
    ]

    assert changed.content["headers"] == {"Authorization": "Bearer xxBxx"}


def test_every_wrong_credential():
    """Forms with one half of the credentials wrong, or both; the rest of a form stays."""
    form = {"grant_type": "client_credentials", "client_id": "mE", "client_secret": "hUsh"}

    wrong = wrong_credentials(form, "nobody")

    assert {name: (each["client_id"], each["client_secret"]) for name, each in wrong.items()} == {
        "wrong-secret": ("mE", "a-wrong-secret"),
        "secret-cut-off": ("mE", "hUs"),
        "secret-something-behind": ("mE", "hUshx"),
        "secret-another-case": ("mE", "HuSH"),
        "empty-secret": ("mE", ""),
        "client_id-another-case": ("Me", "hUsh"),
        "unknown-client": ("nobody", "hUsh"),
        "id-as-secret": ("mE", "mE"),
        "wildcard": ("*", "*"),
        "sql": ("mE", "' OR '1'='1"),
    }
    assert {each["grant_type"] for each in wrong.values()} == {"client_credentials"}


def test_refusal_is_what_is_expected():
    """A request that must be refused is not read strictly, and expects its statuses."""
    refused = Refused("case", {"json": 1}, frozenset({400, 404}), frozenset({REQUEST_BODY}))

    assert refused.options == {
        "json": 1,
        "expect": Expectation("case", frozenset({400, 404}), frozenset({REQUEST_BODY})),
        "strict": False,
    }
    assert Refused("c", {}).options["expect"] == Expectation("c", frozenset({400}), frozenset({REQUEST_BODY}))


def test_every_other_method():
    """A body goes only with methods that have one; the call's own query and body don't go with it."""
    ways = [each for ways in other_methods(["PUT"]) for each in ways]

    assert [(each.case, each.content) for each in ways] == [
        (method, {"params": None, "json": content, "method": method})
        for method, content in (
            ("GET", None),
            ("POST", {}),
            ("POST", None),
            ("PATCH", {}),
            ("PATCH", None),
            ("DELETE", None),
        )
    ]
    assert {(each.statuses, each.violates) for each in ways} == {(frozenset({404, 405}), frozenset({OPERATION}))}
    assert other_methods(METHODS) == []


def test_every_wrong_query():
    """A number and a boolean that are none; a parameter that must be there, and is not."""
    operations = editions.contract("2026-01").operations

    def queries(name):
        return [(each.case, each.content["params"]) for each in wrong_queries(operations[name])]

    bad = ("abc", "1.5", "0x10", "--1")
    assert queries("listUsers") == [(f"{name}={text}", {name: text}) for name in ("page", "pageSize") for text in bad]
    (switch,) = [name for name, each in operations.items() if any(known.name == "enabled" for known in each.parameters)]
    assert queries(switch) == [*((f"enabled={text}", {"enabled": text}) for text in bad), ("missing-enabled", {})]
    assert queries("getUser") == []
    assert all(
        each.statuses == {400} and each.violates == {REQUEST_PARAMETERS} for each in wrong_queries(operations[switch])
    )


def test_every_broken_body():
    """Bytes that are no JSON object, some of them made of a right one."""
    broken = broken_bodies(lambda: {"name": "Å", "id": 7})

    assert {each.case: each.content["content"] for each in broken} == {
        "no-json": b"not json",
        "form": b"userId=42&name=x",
        "xml": b"<user><id>42</id></user>",
        "nothing-at-all": b"",
        "blanks": b"   ",
        "open-brace": b"{",
        "nan": b"NaN",
        "json-cut-off": '{"name": "Å'.encode(),
        "json-without-last-brace": '{"name": "Å", "id": 7'.encode(),
        "json-something-behind": '{"name": "Å", "id": 7} x'.encode(),
        "json-trailing-comma": '{"name": "Å", "id": 7,}'.encode(),
        "json-single-quotes": "{'name': 'Å', 'id': 7}".encode(),
        "json-number-none": '{"name": "Å", "id": 7, "more": 0x1F}'.encode(),
        "json-array": '[{"name": "Å", "id": 7}]'.encode(),
        "json-as-text": b'"{\\"name\\": \\"\\u00c5\\", \\"id\\": 7}"',
    }
    assert all(
        each.content["json"] is None and each.content["headers"] == {"Content-Type": "application/json"}
        for each in broken
    )
    assert "json-single-quotes" not in {each.case for each in broken_bodies(dict)}


def test_wrong_body_is_sent_as_json():
    """But null, which the client would take for no body."""
    assert wrong_body(Wrong({"a": 1}, (), "c")).content == {"json": {"a": 1}}
    assert wrong_body(Wrong(None, (), "c")).content == {
        "json": None,
        "content": b"null",
        "headers": {"Content-Type": "application/json"},
    }


UNUSUAL = {
    "another-media-type": ('{"name": "Å", "id": "Å"}'.encode(), "text/plain"),
    "no-media-type": ('{"name": "Å", "id": "Å"}'.encode(), None),
    "form-by-media-type": ('{"name": "Å", "id": "Å"}'.encode(), "application/x-www-form-urlencoded"),
    "multipart-form-by-media-type": ('{"name": "Å", "id": "Å"}'.encode(), "multipart/form-data; boundary=x"),
    "media-type-none": ('{"name": "Å", "id": "Å"}'.encode(), "json"),
    "unknown-charset": ('{"name": "Å", "id": "Å"}'.encode(), "application/json; charset=klingon"),
    "xml-by-media-type": ('{"name": "Å", "id": "Å"}'.encode(), "application/xml"),
    "charset-in-quotes": ('{"name": "Å", "id": "Å"}'.encode(), 'application/json; charset="utf-8"'),
    "charset-not-own": ('{"name":"Å"}'.encode("utf-16"), "application/json; charset=utf-16"),
    "bytes-no-utf-8": (b'{"name\xe5": "\xc5", "id": "\xc5"}', "application/json"),
    "byte-order-mark": (b'\xef\xbb\xbf{"name": "\xc3\x85", "id": "\xc3\x85"}', "application/json"),
    "unknown-members": ('{"name": "Å", "id": "Å","unknown":{"deep":[1,null,"x"]}}'.encode(), "application/json"),
    "member-twice": ('{"name": "Å", "id": "Å","name": "Å", "id": "Å"}'.encode(), "application/json"),
    "deep-nesting-unknown-member": (
        f'{{"name": "Å", "id": "Å","unknown":{"[" * 2000}{"]" * 2000}}}'.encode(),
        "application/json",
    ),
    "deep-nesting": (("[" * 20000 + "]" * 20000).encode(), "application/json"),
    "very-large-number": (f'{{"name": "Å", "id": "Å","unknown":{"9" * 400}}}'.encode(), "application/json"),
    "number-beyond-every-range": ('{"name": "Å", "id": "Å","unknown":1e999}'.encode(), "application/json"),
    "large-body": (f'{{"name": "Å", "id": "Å","unknown":"{"x" * 5}"}}'.encode(), "application/json"),
    "lone-surrogate": (b'{"name": "\\ud83d", "id": "\\ud83d"}', "application/json"),
    "nul-text": (b'{"name": "a\\u0000b", "id": "a\\u0000b"}', "application/json"),
    "empty-text": (b'{"name": "", "id": ""}', "application/json"),
}


def test_every_unusual_body():
    """A legal body in ways that nothing published speaks of, to the byte."""
    unusual = {each["expect"].case: each for each in unusual_bodies({"name": "Å", "id": "Å"}, 5)}

    assert {
        case: (each["content"], each["headers"].get("Content-Type"))
        for case, each in unusual.items()
        if "content" in each
    } == UNUSUAL
    assert all(each["json"] is None for each in unusual.values() if "content" in each)
    assert unusual["body-in-chunks"] == {"chunked": True, "expect": unspecified("body-in-chunks")}


def test_every_unusual_size():
    """Each plain value in a size that nobody sends, one at a time; booleans and null have none."""
    value = {"list": [7, {"x": 1.5}], "text": "t", "flag": True, "none": None}

    sizes = [(each["expect"].case, each["json"]) for each in unusual_bodies(value, 1) if each.get("json") is not None]

    assert sizes == [
        ("[] at /list", value | {"list": []}),
        ("1000000000000000000000000000000 at /list/0", value | {"list": [10**30, {"x": 1.5}]}),
        ("-1 at /list/0", value | {"list": [-1, {"x": 1.5}]}),
        ("1e+300 at /list/1/x", value | {"list": [7, {"x": 1e300}]}),
        ("-0.0 at /list/1/x", value | {"list": [7, {"x": -0.0}]}),
        ('"" at /text', value | {"text": ""}),
    ]


def test_unspecified_breaks_what_a_request_can_break():
    """Any response but a server error will do."""
    assert unspecified("c") == Expectation(
        "c", violates=frozenset({REQUEST_BODY, REQUEST_PARAMETERS, OPERATION}), unspecified=True
    )


@pytest.mark.parametrize(("length", "count"), [(19, 0), (20, 3)])
def test_ids_like_a_long_one(length, count):
    """The beginning, the end, and one letter more; none of an id that others may have by chance."""
    own = ("0123456789" * 3)[:length]

    assert similar_ids(own) == (
        {} if not count else {"beginning-of-an-id": own[:-1], "end-of-an-id": own[1:], "id-and-a-letter": own + "0"}
    )


def test_unknown_id_gets_its_statuses():
    """Those of the contract for an id of nobody's; where the server may say that it is no id, 400, too."""
    contract = editions.contract("2023-10")
    call = Call(contract.operations["getVehicle"], {"userId": "u", "vehicleId": "v" * 20})

    refused = unknown_id(call.operation, "vehicleId")
    alike = unknown_ids(call, "vehicleId")

    assert (refused.case, refused.content, refused.violates) == ("unknown-vehicleId", {}, frozenset())
    assert refused.statuses == {404}
    assert [(attempt.ids["vehicleId"], each.case, each.statuses, each.violates) for attempt, each in alike] == [
        ("v" * 19, "beginning-of-an-id", {400, 404}, frozenset()),
        ("v" * 19, "end-of-an-id", {400, 404}, frozenset()),
        ("v" * 20 + "0", "id-and-a-letter", {400, 404}, frozenset()),
    ]


@pytest.mark.parametrize(
    ("own", "found"),
    [(own, True) for own in ("a", " ", "a b", "a..b", "...", "%2F", "ø", "\U0001f697", "\u2028", "a?b#c", "null")]
    + [(own, False) for own in ("", ".", "..", "a/b", "a\\b", "a\x00b", "a\n", "\x1f", "\x7f", "\x85", "\ud83d")],
)
def test_id_may_be_lost_in_a_path(own, found):
    """An empty id, one or two dots, slashes, control characters and half a letter: not every server finds them."""
    assert is_findable(own) is found


@pytest.mark.parametrize(
    ("today", "start", "end", "kept"),
    [
        (date(2026, 1, 31), "2026-02-01", "2026-02-28", True),
        (date(2026, 1, 30), "2026-02-01", "2026-02-28", False),
        (date(2026, 2, 1), "2026-01-01", "2026-01-31", True),
        (date(2026, 2, 2), "2026-01-01", "2026-01-31", False),
        (date(2026, 1, 15), "2026-01-15", "2026-01-15", True),
        (date(2026, 1, 15), "2026-01-14", "2026-01-14", True),
        (date(2026, 1, 15), "2026-01-13", "2026-01-13", False),
        (date(2026, 1, 15), "2025-01-01", "2026-01-31", False),
        (date(2026, 1, 15), "2026-01-31", "2026-01-20", False),
        (date(2026, 1, 15), "2026-01-01T00:00:00Z", "2026-01-31", None),
        (date(2026, 1, 15), "2026-01-01", 7, None),
        (None, "2026-01-01", "2026-01-31", None),
    ],
)
def test_period_is_this_month_in_any_time_zone(world_of, today, start, end, kept):
    """A day more or less may be a time zone's doing; what is no period, or of a recording, is not checked."""
    world = world_of(lambda *_: (200, {}))
    response = world.api.get("/users", strict=False)

    assert is_this_month(world.verify, COMPENSATION, response, start, end, today=today) is (kept is not False)

    found = [each.breach for each in world.api.journal.findings if each.promise == COMPENSATION.id]
    assert [(each.kind, each.at, each.expected.value, each.actual.value) for each in found] == (
        [("changed", body(("period",)), f"{today:%Y-%m}", [start, end])] if kept is False else []
    )
    reasons = {reason for promise, reason in world.api.journal.tally.not_checked if promise == COMPENSATION.id}
    wanted = "a recording is of its own month" if today is None else "the period is not whole"
    assert reasons == ({wanted} if kept is None else set())


def test_every_unusual_id_is_unlike_the_others():
    """Ids of which a server may think anything: very long, with what a path loses, or like something else."""
    ids = unusual_ids("42")
    assert len({*ids.values()}) == len(ids)
    assert len(ids["very-long-id"]) == 2002
    assert {name for name, own in ids.items() if not is_findable(own)} == {
        "encoded-slash",
        "encoded-backslash",
        "hidden-path",
        "nul",
    }
    assert {*UNUSUAL_IN_PATH} <= {*ids}


def test_unusual_id_is_nobody_elses():
    """Tests that run side by side share none, but for one that is the same for everybody and is tried once."""
    one, other = unusual_ids("17"), unusual_ids("42")

    assert {case for case in one if one[case] == other[case]} == {"null"}
    assert deletable_ids("17", is_below_parent=False, is_first=True)["null"] == "null"
    assert "null" not in deletable_ids("17", is_below_parent=False, is_first=False)


def test_unusual_text_stands_in_an_unknown_member_beside_ids():
    """What has an id that no path carries could never be deleted, so the id stays as it is."""
    bodies = [each.get("content") for each in unusual_bodies({"userId": "u"}, 10, {"userId"})]

    for text in (rb"\ud83d", rb"a\u0000b", b""):
        assert b'{"userId": "u","unknown":"' + text + b'"}' in bodies
