"""What the run did not make is counted, never kept: a tenant's lists hold other people's meter points and coordinates."""

from dataclasses import replace

import pytest

from ecsuite.contract import Operation
from ecsuite.editions import contract
from ecsuite.findings.finding import Result
from ecsuite.messages.exchange import Exchange
from ecsuite.results.own import Privacy, own_values

OWN = frozenset({"u1", "v1", "m1"})
PRIVACY = Privacy(OWN)
MINE = {"userId": "u1", "vehicleId": "v1", "tags": ["a", "b"], "at": {"latitude": 59.5}}
THEIRS = {"userId": "u2", "vehicleId": "v2", "at": {"latitude": 60.5}}
THEIRS_MASKED = {"userId": "***", "vehicleId": "***", "at": {"latitude": "***"}}
# Of an event that the run has made the server chooses whom it is for.
EVENT = {"id": "v1", "for": ["u1", "u2"], "payload": {"targets": ["u1", THEIRS], "unit": "kWh"}}


def result(exchange: Exchange, operation: Operation | None = None) -> Result:
    return Result(exchange, operation, {}, (), (), ())


def test_own_is_what_was_sent_and_what_was_made(exchange):
    """Ids in addresses and bodies that were sent, and what the answer says of what was made; no list that came."""
    own = own_values(
        [
            result(exchange("GET /users/a%20b/vehicles/v1?page=3", answer=[{"vehicleId": "stranger"}])),
            result(exchange("POST /users", status=201, sent={"userId": "u1", "n": 7}, answer={"id": "made"})),
            result(
                exchange(
                    "POST /event", status=200, sent={}, answer={"event": {"id": "new", "to": ["t1", {"id": "t2"}]}}
                )
            ),
            result(exchange("POST /batch", status=200, sent=[], answer=[{"id": "listed"}])),
            result(exchange("POST /users", status=409, sent={"userId": "u3"}, answer={"id": "refused"})),
            result(exchange("POST token", sent="client_id=me&scope=all", answer={"access_token": "t"})),
        ]
    )

    assert {"a b", "v1", "3", "u1", "7", "made", "u3", "me", "new"} <= own
    assert not {"stranger", "listed", "refused", "t1", "t2"} & own


def test_what_is_read_from_a_list_stays_anybodys(exchange):
    """An id that a list or a delivery has told is not the run's for being asked for; one that was made is."""
    told = exchange("GET /events", answer=[{"id": "é1"}, {"id": "made"}])
    escaped = exchange("GET /events")
    escaped = replace(escaped, response=replace(escaped.response, body=rb'[{"id": "\u00f81"}]'))
    deliveries = contract("2026-01").deliveries
    delivered = exchange("POST /hook", sent={"eventId": "e2"})
    asked = ("%C3%A91", "%C3%B81", "e2", "made", "e3")
    own = own_values(
        [
            result(exchange("POST /events", status=201, sent={}, answer={"id": "made"})),
            result(told),
            result(escaped),
            result(delivered, next(iter(deliveries.values()))),
            *(result(exchange(f"GET /events/{name}", answer={"id": name})) for name in asked),
        ],
        deliveries,
    )

    assert {"made", "e3"} <= own
    assert not {"é1", "ø1", "e2"} & own


@pytest.mark.parametrize(
    ("value", "path", "kept"),
    [
        ([THEIRS, MINE, THEIRS], (1, "at"), [MINE, "2 more items"]),
        ([MINE], (0,), [MINE]),
        ([THEIRS, MINE], (0, "at"), ["2 items"]),
        ([THEIRS, MINE], (), [MINE, "1 more item"]),
        ([THEIRS, THEIRS], (), ["2 items"]),
        ([MINE] * 5, (), [MINE, MINE, MINE, "2 more items"]),
        ([{"userId": "u1", "vehicleId": "v2"}], (0,), ["1 item"]),
        ([{"name": "somebody"}], (0, "name"), ["1 item"]),
        (["u1", "u2", "u3"], (0,), ["u1", "2 more items"]),
        (["u1", "u2"], (1,), ["2 items"]),
        ([], (), []),
        (
            {"totalRecords": 2, "users": [THEIRS, MINE]},
            ("users", 1, "at"),
            {"totalRecords": 2, "users": [MINE, "1 more item"]},
        ),
        ({"totalRecords": 2, "users": [THEIRS]}, ("totalRecords",), {"totalRecords": 2, "users": ["1 item"]}),
        (MINE, ("at",), MINE),
        (
            THEIRS,
            ("at", "latitude"),
            {"userId": "***", "vehicleId": "***", "at": {"latitude": "***"}},
        ),
        (EVENT, (), EVENT | {"for": ["u1", "***"], "payload": {"targets": ["u1", THEIRS_MASKED], "unit": "kWh"}}),
        (EVENT, ("for", 1), EVENT | {"payload": {"targets": ["u1", THEIRS_MASKED], "unit": "kWh"}}),
        (MINE | {"tags": [1750.5, 70_705, 707057500042000182]}, (), MINE | {"tags": [1750.5, 70_705, "***"]}),
        ({"event": {"id": "e", "to": ["u1"]}}, (), {"event": {"id": "***", "to": ["u1"]}}),
        ("text", (), "text"),
        (None, (), None),
    ],
)
def test_of_a_list_the_item_in_question_is_kept_if_it_is_own(value, path, kept):
    """Of a list only the item that the finding is about is kept, and only if all its ids are the run's own."""
    assert PRIVACY.kept(value, path) == kept


@pytest.mark.parametrize(
    ("value", "path", "shown"),
    [
        ([THEIRS, MINE], (1, "at", "latitude"), True),
        ([THEIRS, MINE], (0, "at", "latitude"), False),
        ({"users": [THEIRS]}, ("users", 0, "at"), False),
        ({"users": [THEIRS]}, ("totalRecords",), True),
        (MINE, ("tags", 0), True),
        (THEIRS, ("at",), False),
        ([MINE], (7,), True),
        (EVENT, ("payload", "targets", 1, "at"), False),
        (EVENT, ("payload", "unit"), True),
        (EVENT, ("for", 1), True),
        ({"event": {"id": "e", "payload": {"unit": 1}}}, ("event", "payload", "unit"), False),
    ],
)
def test_value_is_shown_where_no_stranger_is_on_the_way(value, path, shown):
    """The value that a finding is about is shown unless it stands in what is not the run's own."""
    assert PRIVACY.shows(value, path) is shown


@pytest.mark.parametrize(
    ("value", "path", "kept_path"),
    [
        ([THEIRS, MINE], (1, "at"), (0, "at")),
        ({"users": [THEIRS, MINE]}, ("users", 1), ("users", 0)),
        (MINE, ("tags", 1), ("tags", 1)),
        ({"a": 1}, ("b", 2), ("b", 2)),
    ],
)
def test_path_leads_into_what_is_kept(value, path, kept_path):
    """The one item that is kept of a list is its first."""
    assert PRIVACY.kept_path(value, path) == kept_path


def test_of_an_archive_what_is_left_fits_its_schema():
    """What is the run's own is whole, but for others that it names; these are counted."""
    left = EVENT | {"for": ["u1"], "payload": {"targets": ["u1"], "unit": "kWh"}}

    assert PRIVACY.whole([EVENT, THEIRS]) == ([left], 3)
    assert PRIVACY.whole(MINE) == (MINE, 0)
    assert PRIVACY.whole(THEIRS) == (THEIRS_MASKED, 0)


PROBLEM = {"type": "about:blank", "title": "Bad Request", "status": 400, "traceId": "00-ab-cd-01"}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (PROBLEM | {"errors": {"/year": ["must be 4 digits", "required"]}}, None),
        ("User t1 is there already.", None),
        ({"statusCode": 429, "message": "Try again in 12 seconds.", "requestId": "r-17"}, None),
        (["b2 is no user", 7, None, "u1", "t1"], ["b2 is no user", 7, None, "u1", "***"]),
        (MINE | {"at": {"latitude": 59.5}}, None),
        (THEIRS, {"userId": "***", "vehicleId": "***", "at": {"latitude": "***"}}),
        (
            PROBLEM | {"conflicts": [THEIRS, MINE], "meterPointIds": [707057500042000182]},
            PROBLEM
            | {"conflicts": [{"userId": "***", "vehicleId": "***", "at": {"latitude": "***"}}, MINE]}
            | {"meterPointIds": ["***"]},
        ),
    ],
)
def test_refusal_is_kept_but_for_others_things(value, kept):
    """Reasons are sentences, and ids of calls are nobody's; what a refusal shows of others' things is masked."""
    assert Privacy(OWN).reasons(value) == (value if kept is None else kept)
