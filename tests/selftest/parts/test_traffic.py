"""What the entries of an archive show together: where the API is, and what a client does when it is refused."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ecsuite import editions
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.traffic.addresses import Address, Addresses, normal
from ecsuite.traffic.archive import Archive, Entry
from ecsuite.traffic.judge import judge
from ecsuite.traffic.judged import Judged

API = "https://api.sandbox.voluespark.com/energy-coordination/v1"
TOKEN = "https://auth.identity.volue.com/connect/token"
JSON = ("Content-Type", "application/json")
PAGE = {"users": [], "pagination": {"totalRecords": 0, "pageSize": 50, "currentPage": 1}}
BEFORE = "GET /users/a 200"


def call(line: str, came: object = None, sent: object = None, token: str | None = "tok-1", **more: str) -> Exchange:  # noqa: S107  no password
    """An exchange by its line: the method, the path or the address, and the status of the response."""
    method, url, status = line.split(" ")
    fields = [("Authorization", f"Bearer {token}")] if token else []
    form = "grant_type=client_credentials&client_id=c&client_secret=s" if "grants" in more else ""
    fields += [("Content-Type", "application/x-www-form-urlencoded")] if form else [JSON] if sent else []
    body = form.encode() or (json.dumps(sent).encode() if sent else b"")
    request = Request(method, f"{API}{url}" if url.startswith("/") else url, Headers.of(fields), body)
    if form:
        came = {"access_token": more["grants"], "token_type": "Bearer", "expires_in": 3600}
    elif came is None and line == BEFORE:
        came = {"userId": "a"}
    answered = Headers.of([JSON, ("Cache-Control", "no-store"), *((k.replace("_", "-"), v) for k, v in more.items())])
    return Exchange(request, Response(int(status), answered, b"" if came is None else json.dumps(came).encode()))


def with_body(given: Exchange, body: bytes) -> Exchange:
    return replace(given, request=replace(given.request, body=body))


def grant(url: str, token: str) -> Exchange:
    return call(f"POST {url} 200", token=None, grants=token)


def judged(*exchanges: Exchange, creator: str = "a tool", times: Sequence[float] = ()) -> tuple[Judged, ...]:
    entries = [
        Entry(
            number,
            each,
            times[number - 1] if times else float(number),
            {} if each.response.status else {"response": "the archive has no response"},
        )
        for number, each in enumerate(exchanges, 1)
    ]
    return judge(Archive(creator, tuple(entries)), editions.contract("2026-01"))


def findings(*exchanges: Exchange, **more: object) -> list[Finding]:
    return [each for one in judged(*exchanges, **more) for each in one.journal.findings]


def told(*exchanges: Exchange, **more: object) -> list[str]:
    return [f"{each.promise} {each.breach.kind} {each.breach.at.name}" for each in findings(*exchanges, **more)]


@pytest.mark.parametrize("url", ["https://auth.identity.volue.com/oauth?v=2", "https://idp.example/connect/token?v=2"])
def test_calls_with_a_granted_token_are_calls_of_the_api(url):
    """A token of the identity service, or of one with its path, is sent to the API, wherever that is."""
    with_token = call("GET https://gateway.example/other 404", token="tok-2")

    assert judged(grant(url, "tok-2"), call(BEFORE), with_token)[2].elsewhere == ""
    assert judged(call(BEFORE), with_token)[1].elsewhere == "gateway.example"
    assert (
        judged(grant("https://idp.example/login", "tok-2"), call(BEFORE), with_token)[2].elsewhere == "gateway.example"
    )


def test_token_endpoint_is_known_where_a_token_came_from():
    """A request that got none is for a token, too, in whatever letters its path is; what else is there is not."""
    own = grant("https://idp.example/connect/token", "tok-1")
    in_capitals, other = (
        call(f"POST https://idp.example/{path} 404", token=None) for path in ("Connect/Token", "connect/userinfo")
    )

    assert [each.elsewhere for each in judged(own, call(BEFORE), in_capitals, other)] == ["", "", "", "idp.example"]
    assert judged(call(BEFORE), in_capitals)[1].elsewhere == "idp.example"


@pytest.mark.parametrize(
    ("line", "sent", "is_one"),
    [
        ("POST /oauth2/token 404", {"grant_type": "client_credentials"}, True),
        ("GET /oauth2/token?grant_type=client_credentials 404", None, True),
        ("POST /connect/tokens 404", None, True),
        ("GET /connect/userinfo 200", None, False),
    ],
)
def test_request_for_a_token_at_another_path_is_told(line, sent, is_one):
    """At the identity service, what asks for a token is meant for its endpoint; it has other pages, too."""
    method, path, status = line.split(" ")
    asked = call(f"{method} https://auth.identity.volue.com{path} {status}", sent=sent, token=None)

    assert ("operation-known" in " ".join(told(call(BEFORE), asked))) is is_one


@pytest.mark.parametrize("rest", ["-docs/index.html", "0/about", ".json"])
def test_what_begins_like_the_base_address_is_not_below_it(rest):
    """Another page of the host is no call of the API."""
    own = f"https://api.sandbox.voluespark.com/energy-coordination/v1{rest}"

    assert judged(call(BEFORE), call(f"GET {own} 200", token=None))[1].elsewhere == "api.sandbox.voluespark.com"


def test_base_address_itself_is_a_call_of_the_api():
    """With a query or without one, it is a path that the API does not have."""
    assert [each.elsewhere for each in judged(call(f"GET {API} 404"), call(f"GET {API}?x=1 404"))] == ["", ""]


def test_missing_token_is_told_where_the_tool_keeps_tokens():
    """A tool that leaves tokens out leaves all out: beside a call that has one, another one sends none."""
    bare = call("GET /users/b 200", {"userId": "b"}, token=None)

    assert told(call(BEFORE), bare, creator="WebInspector") == ["bearer-token required Authorization"]
    assert told(bare, bare, creator="WebInspector") == []


REFUSED = call("GET /users/a 401", WWW_Authenticate="Bearer")
REFUSAL = ["bearer-token pattern Authorization"]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (call(BEFORE), []),
        (call("GET /users/a 404"), []),
        (call("GET /users/a 0"), []),
        (call("GET /users/b 200", {"userId": "b"}), REFUSAL),
        (call("DELETE /users/a 204"), REFUSAL),
    ],
    ids=["made again", "found nothing", "no response is known", "another path", "another method"],
)
def test_refused_call_is_made_again(later, expected):
    """A client whose token is refused makes the same call again; how that went may not be known."""
    assert told(REFUSED, later) == expected


def test_each_refused_call_is_told():
    """The same refusal again is no success; the finding has the token that was sent."""
    assert told(REFUSED, REFUSED) == REFUSAL * 2
    assert [each.breach.actual.type for each in findings(REFUSED)] == ["string"]
    assert told(call(BEFORE), REFUSED) == REFUSAL


def test_rest_is_told_of_the_call_that_is_too_early():
    """A call without a response was perhaps never sent, and the next one may be in time; without times nobody knows."""
    busy, unknown = call("GET /users/a 429", Retry_After="5"), call("GET /users/a 0")
    early = "busy-service-rests early "

    assert told(busy, unknown, call(BEFORE), times=(0, 1, 2)) == [early]
    assert told(busy, unknown, call(BEFORE), times=(0, 1, 6)) == []
    assert told(busy, call(BEFORE), times=(0, 4.8)) == [early]
    assert told(busy, call(BEFORE), times=(0, 4.9)) == []
    assert told(busy, call(BEFORE), times=(3, 1)) == []
    assert told(busy, call(BEFORE), times=(0, None)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (call("GET /users?page=1 429", Retry_After="5"), call("GET /users?page=2 200", PAGE)),
        (call("GET /users?page=1 429", Retry_After="5"), call("GET /users?page= 200", PAGE)),
        (
            call("POST /users 429", Retry_After="5", sent={"userId": "a"}),
            call("POST /users 201", {"userId": "b"}, sent={"userId": "b"}),
        ),
        (with_body(call("POST /users 429", Retry_After="5"), b"a"), with_body(call("POST /users 400"), b"b")),
        (call("GET /users/a 404", Retry_After="5"), call(BEFORE)),
    ],
    ids=["another page", "an empty page", "another user", "another text", "one that was not busy"],
)
def test_another_call_may_be_made_at_once(one, other):
    """A service that is busy asks for rest for the call that it refused."""
    assert "busy-service-rests early " not in told(one, other, times=(0, 1))


def test_object_that_was_made_otherwise_is_told_where_it_stands():
    """Of an object deep in a body, the place is its own, and not that of the whole."""
    came = {"users": [], "pagination": {"total": 0, "size": 50, "number": 1}}

    (one,) = findings(call("GET /users 200", came))

    assert (one.breach.kind, one.breach.at.path) == ("properties", ("pagination",))
    assert set(one.breach.expected.value["properties"]) == {"totalRecords", "pageSize", "currentPage"}
    assert one.breach.actual.value == came["pagination"]


def test_request_that_was_made_otherwise_is_told_by_what_was_sent():
    """Whatever the response has: the object is the one of the request."""
    (one,) = findings(call("POST /users 400", {"title": "no"}, sent={"user": {"userId": "a"}}))

    assert (one.breach.kind, one.breach.at.part) == ("properties", "request-body")
    assert one.breach.actual.value == {"user": {"userId": "a"}}


def test_wrong_member_explains_no_missing_one():
    """Only one that says which kind of object it is explains what the object lacks."""
    came = {"users": [], "pagination": {"totalRecords": 0, "pageSize": "50"}}

    found = findings(call("GET /users 200", came))

    assert {(each.breach.kind, each.breach.at.path[-1]) for each in found} == {
        ("type", "pageSize"),
        ("required", "currentPage"),
    }


def test_refusal_is_checked_where_the_request_is_right():
    """How the API refuses is no fault of the client only where the request is wrong."""
    assert told(call("GET /users/a 418")) == ["status-listed unlisted "]
    assert told(call("POST /users 418", sent={"userId": 7})) == ["request-body type "]


def test_body_of_a_wrong_path_is_checked_as_that_of_the_operation_that_is_meant():
    """Both mistakes are told at once."""
    wrong = call("POST /user 404", sent={"userId": 7})

    assert told(wrong) == ["operation-known unknown /user", "request-body type "]


def test_each_member_that_an_object_lacks_is_told():
    """What has no members of its own was not made otherwise: each that is missing may have a reason of its own."""
    came = {"users": [], "pagination": {"totalRecords": 0}}

    found = findings(call("GET /users 200", came))

    assert {(each.breach.kind, each.breach.at.path[-1]) for each in found} == {
        ("required", "pageSize"),
        ("required", "currentPage"),
    }


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        ({"user": {"userId": "a"}}, "properties"),
        ({"user": {"userId": "a"}, "links": {}}, "required"),
        ({"id": "a"}, "required"),
        ({}, "required"),
    ],
    ids=["in another object", "and beside it", "under another name", "nowhere"],
)
def test_object_in_an_object_is_told_as_one(came, kind):
    """What is all in another object was made otherwise, and lacks nothing else."""
    (one,) = [each for each in findings(call("GET /users/a 200", came)) if each.promise == "response-body"]

    assert (one.breach.kind, one.breach.at.path) == (kind, () if kind == "properties" else ("userId",))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://API.Example:443/X?Y=Z", "https://api.example/X?Y=Z"),
        ("http://h:80/", "http://h/"),
        ("https://h:80/x?", "https://h:80/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://u:p@h/x", "http://h/x"),
    ],
)
def test_address_has_one_spelling(url, expected):
    """Letters of a host, a default port, and who asks make no other address."""
    assert normal(url) == expected


def test_api_is_where_most_of_its_operations_are_called():
    """Many calls of one path make no API, and neither do those that find nothing there."""
    calls = [
        *[call("GET https://many.example/users 200", token=None)] * 3,
        *[call(f"GET https://none.example{path} 404", token=None) for path in ("/users", "/users/a", "/events")],
        call("GET https://it.example/api/users 200"),
        call("GET https://it.example/api/users/a 200"),
    ]

    hosts = [each.elsewhere for each in judged(*calls)]

    assert hosts == ["many.example"] * 3 + ["none.example"] * 3 + ["", ""]


def test_rest_that_is_a_time_is_told_by_the_clock_of_the_service():
    """Times of HTTP are whole seconds, and there are two, so two seconds less are none; without a date, ours counts."""
    until, now = "Thu, 01 Jan 1970 01:00:30 GMT", "Thu, 01 Jan 1970 01:00:00 GMT"
    dated, bare = (call("GET /users/a 503", Retry_After=until, **more) for more in ({"Date": now}, {}))
    early = "busy-service-rests early "

    assert told(dated, call(BEFORE), times=(0, 27.9))[-1:] == [early]
    assert early not in told(dated, call(BEFORE), times=(0, 28))
    assert told(bare, call(BEFORE), times=(3600, 3627.9))[-1:] == [early]
    assert early not in told(bare, call(BEFORE), times=(3600, 3628))
    assert early not in told(bare, call(BEFORE), times=(3700, 3701))


def test_rest_of_any_length_is_told():
    """A number without an end is cut, and does not end the run."""
    found = findings(call("GET /users/a 429", Retry_After="9" * 5000), call(BEFORE), times=(0, 2))

    assert [(each.breach.expected.value, each.breach.actual.value) for each in found] == [
        ("after 999999 s, as Retry-After says", "after 2.0 s")
    ]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("GET /users/a7/houses 404", "/users/*/houses"),
        ("GET /users/a/houses/b 404", "/users/a/houses"),
        ("GET /houses/a7/b8 404", "/houses"),
        ("GET /Users/a7/houses 404", "/Users/*/houses"),
        ("GET /users/a7/locations/b8/resources/c9/x 404", "/users/*/locations/*/resources/*"),
        ("PUT /users/a7 405", "/users/{userId}"),
        ("PUT /hooks/a7 404", "/hooks"),
    ],
)
def test_wrong_path_is_told_up_to_what_no_path_has(line, place):
    """Ids make no further causes, and what follows a wrong name is wrong with it; whatever the body tells of it."""
    sent = {"webhookUrl": "https://h/x"} if "hooks" in line else None

    (one,) = [each for each in findings(call(line, sent=sent)) if each.promise == "operation-known"]

    assert (one.breach.kind, one.breach.at.name) == ("unknown", place)


@pytest.mark.parametrize(
    "value", ["***", "[REDACTED]", "<masked>", "hidden by x", "removed", "sanitized", "\u2022\u2022", "xxxx"]
)
def test_masked_value_is_no_fault(value):
    """What somebody has taken out of an archive is not wrong in a body or a header; an address is as it was sent."""
    assert told(call("GET /users/a 200", {"userId": "a"}, token=value)) == []
    assert (
        told(call("POST /users/a/locations 201", {"locationId": "l"}, {"locationId": "l", "coordinates": value})) == []
    )
    assert told(call("GET /users/a 200", {"userId": value})) == []
    masked = call(BEFORE)
    masked = replace(masked, response=replace(masked.response, headers=Headers.of([("Content-Type", value)])))
    assert told(masked) == []
    assert told(call("GET /users?page=xxxx 400")) == ["request-parameters type page"]


def test_secret_in_a_wrong_place_is_not_masked_by_the_archive():
    """A report masks it, and the archive has it: that it is no kind of a location is told."""
    sent = {"locationId": "l", "locationType": "tok-1"}

    assert told(call("POST /users/a/locations 400", sent=sent)) == ["request-body enum "]


def test_token_endpoint_takes_any_query():
    """An identity service ignores parameters that it does not know (RFC 6749 section 3.2), and the API warns of them."""
    assert told(grant(f"{TOKEN}?v=2", "tok-1")) == []
    assert told(call("GET /users/a?v=2 200", {"userId": "a"})) == ["request-parameters extra v"]


NO_ID = "request-parameters pattern webhookId"
WRONG_HOOK = call("POST /webhooks 400", sent={"url": "https://h/x"})
READ_NONE = call("GET /webhooks/None 404")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([WRONG_HOOK], ["request-body required "]),
        ([call("POST /hooks 404", sent={"webhookUrl": "https://h/x"})], ["operation-known unknown /hooks"]),
        ([call("POST /webhooks 409", sent={"webhookUrl": "https://h/x"})], [NO_ID]),
        ([call("POST /webhooks 201", {"webhookId": "w"}, {"url": "https://h/x"})], ["request-body required ", NO_ID]),
        ([call("POST /users 400", sent={"id": "a"})], ["request-body required ", NO_ID]),
        ([], [NO_ID]),
    ],
    ids=["refused", "no such path", "refused for no mistake", "taken", "of another kind", "never called"],
)
def test_id_that_a_wrong_call_would_have_given_is_told_with_it(before, expected):
    """A client that goes on without the id has it from nowhere; what is to be mended is the call before."""
    found = told(*before, READ_NONE)

    assert [each for each in found if not each.startswith(("status-listed", "response-body"))] == expected


def test_id_that_is_none_after_a_later_success_is_told():
    """The mistake was mended before, and the id is lost all the same."""
    hook = {"webhookId": "w", "webhookUrl": "https://h/x", "notificationTypes": [], "enabled": True}
    mended = call("POST /webhooks 201", hook, {"webhookUrl": "https://h/x"})

    assert NO_ID in told(WRONG_HOOK, mended, READ_NONE)


@pytest.mark.parametrize("status", [300, 500])
def test_id_is_lost_until_a_call_succeeds(status):
    """A call that is right and fails all the same gives no id either."""
    failed = call(f"POST /webhooks {status}", sent={"webhookUrl": "https://h/x"})

    assert NO_ID not in told(WRONG_HOOK, failed, READ_NONE)


def test_entry_has_its_name_and_its_operation():
    """The name has the path below the base address, or a slash; what is no operation has none."""
    known, base, other = judged(call(BEFORE), call(f"GET {API} 404"), call("GET https://elsewhere.example/x 200"))

    assert [each.id for each in known.operations] == ["getUser"]
    assert (base.name, base.operations) == ("entry 2: GET /", ())
    assert (other.elsewhere, other.operations) == ("elsewhere.example", ())


def test_address_without_a_host_is_elsewhere():
    """Nothing can be said of where it is."""
    bare = call("GET https:///x 200")

    assert Addresses(editions.contract("2026-01"), [bare]).of(bare) == Address("")


REFUSED_GRANT = call(f"POST {TOKEN} 400", sent={"grant_type": "client_credentials"}, token=None)
REPORT_ON_NOTHING = call("POST /reports 401", sent={"payloads": []}, token="undefined")


@pytest.mark.parametrize(
    "later",
    [
        call("GET /users/a 401", token="undefined"),
        call("GET /events/undefined 401", token="undefined"),
        call("PATCH /webhooks/None 401", sent={"name": "x"}),
        REPORT_ON_NOTHING,
    ],
    ids=["its token", "an event", "a webhook", "no event"],
)
def test_client_without_a_token_has_nothing_to_send(later):
    """Who gets no token learns no id: what is to be mended is the request for the token."""
    assert told(REFUSED_GRANT, later) == ["request-body unlisted Content-Type"]


def test_missing_id_is_told_once_a_call_has_succeeded():
    """Then the client has a token, and could have read the id."""
    assert NO_ID in told(REFUSED_GRANT, call(BEFORE), READ_NONE)


def test_what_builds_on_a_refused_call_gives_no_id():
    """Nothing can be added to what was refused, so its id is missing, too."""
    curve = call("POST /simulation/events/pricecurve 404", sent={"priceArea": "NO3"})
    refused = call("POST /users 400", sent={"id": "a"})

    assert "request-parameters pattern eventId" not in told(refused, curve, call("GET /events/undefined 404"))


def test_body_of_another_edition_is_one_cause():
    """An object in it says what it is; the members around it belong to that."""
    payload = {"payloadType": "VehicleChargeAction", "resourceId": "r", "actionType": "Start"}
    report = call("POST /reports 400", sent={"eventId": "e", "name": "n", "payloads": [payload]})

    assert told(call(BEFORE), report) == ["request-body const "]


def test_token_that_stands_for_nothing_is_told():
    """A client that has no token sends the name of nothing in its place."""
    (one,) = findings(call("GET /users/a 401", token="undefined"))

    assert (one.promise, one.breach.note) == ("bearer-token", "not a placeholder for a missing value")


def test_client_secret_as_a_token_is_told():
    """The secret goes to the token endpoint alone; the API gets a token for it."""
    secret = "a-secret-of-a-client"
    granted = with_body(grant(TOKEN, "t"), f"grant_type=client_credentials&client_id=c&client_secret={secret}".encode())

    assert told(granted, call("GET /users/a 401", token=secret)) == ["bearer-token extra Authorization"]


def test_credentials_in_the_address_are_told_without_the_missing_body():
    """That the form is missing says the same."""
    url = f"{TOKEN}?grant_type=client_credentials&client_id=c&client_secret=s"

    assert told(call(f"POST {url} 400", token=None), call(BEFORE)) == ["request-parameters extra client_secret"]


def test_report_of_another_kind_is_one_cause():
    """An object that says of itself that it is something else has other members."""
    payload = {"payloadType": "VehicleChargeAction", "resourceId": "r", "actionType": "Start", "location": {}}
    report = call("POST /reports 400", sent={"eventId": "e", "payloads": [payload]})

    assert told(call(BEFORE), report) == ["request-body const "]


KEY = "a-secret-of-clients-7"
FORM = f"grant_type=client_credentials&client_id=c&client_secret={KEY}"


def asked(status: int = 200, came: object = None, body: str = FORM, **fields: str) -> Exchange:
    """A request for a token, and what came."""
    granted = {"access_token": "tok-1", "token_type": "Bearer", "expires_in": 3600} if came is None else came
    sent = Headers.of([("Content-Type", "application/x-www-form-urlencoded"), *fields.items()])
    headers = Headers.of([JSON, ("Cache-Control", "no-store")])
    response = Response(status, headers, json.dumps(granted).encode())
    return Exchange(Request("POST", TOKEN, sent, body.encode()), response)


def with_field(name: str, value: str) -> Exchange:
    """A right call with one more header field."""
    right = call(BEFORE)
    fields = Headers.of([*right.request.headers, (name, value)])
    return Exchange(Request("GET", right.request.url, fields), right.response)


@pytest.mark.parametrize(
    ("leaking", "expected"),
    [
        (with_field("X-Api-Key", KEY), ["bearer-token extra X-Api-Key"]),
        (with_field("User-Agent", f"fleet/1 ({KEY})"), ["bearer-token extra User-Agent"]),
        (call(f"GET /users/a?key={KEY} 200", {"userId": "a"}), ["request-parameters extra key"]),
        (call("POST /users 201", {"userId": "a"}, {"userId": "a", "key": KEY}), ["request-members extra "]),
        (call("PATCH /webhooks/w 404", sent={"webhookSecret": KEY}), []),
        (with_field("X-Api-Key", "c"), []),
    ],
    ids=["header", "part of a header", "query", "body", "secret of its webhooks", "its id"],
)
def test_secret_of_a_client_goes_to_the_token_endpoint_alone(leaking, expected):
    """Wherever else it stands in a call it is told once, by its place, and never shown."""
    found = findings(asked(), leaking)

    assert [f"{each.promise} {each.breach.kind} {each.breach.at.name}" for each in found] == expected
    assert {each.severity for each in found} <= {"error"}
    assert KEY not in repr([(each.breach, each.level) for each in found])


def test_most_of_a_secret_is_no_leak():
    """The whole secret has to be there; in JSON within a text its quotes are escaped."""
    assert told(asked(), with_field("X-Api-Key", KEY[:-1]), with_field("X-Api-Key", KEY[1:])) == []

    quoted = 'a"secret-of-clients'
    inner = call("POST /users 201", {"userId": "a"}, {"userId": "a", "note": json.dumps({"key": f"Basic {quoted}"})})
    token = asked(body=FORM.replace(KEY, "a%22secret-of-clients"))
    assert ["client secret" in each.breach.note for each in findings(token, inner)] == [True]


def test_only_the_own_secret_of_a_webhook_is_its_own_affair():
    """The member that has the secret counts, and not one around it."""
    nested = call("PATCH /webhooks/w 404", sent={"webhookSecret": {"key": KEY}})

    places = [each.breach.at.path for each in findings(asked(), nested) if each.promise == "request-members"]

    assert places == [("webhookSecret", "key")]


def test_secret_that_is_a_whole_body_is_a_leak():
    """Its place is that of the body."""
    bare = with_body(call("POST /users 400", sent={"userId": "a"}), json.dumps(KEY).encode())

    assert [each.breach.at.path for each in findings(asked(), bare) if each.breach.kind == "extra"] == [()]


def test_short_secret_stands_in_a_text_by_chance():
    """A secret of few letters is no sign of anything."""
    assert told(asked(body=FORM.replace(KEY, "short")), with_field("X-Mode", "short")) == []


BASIC = "Basic YzphLXNlY3JldC1vZi1jbGllbnRzLTc="


def test_credentials_stand_in_one_place():
    """The header or the form has them, and not both (RFC 6749 section 2.3); what is no Basic is none."""
    both = ["request-body extra Authorization"]

    assert told(asked(Authorization=BASIC), call(BEFORE)) == both
    assert told(asked(Authorization=BASIC, body="grant_type=client_credentials"), call(BEFORE)) == []
    assert told(asked(Authorization="Basic ???"), call(BEFORE)) == told(asked(), call(BEFORE)) == []
    header = asked(Authorization=BASIC, body="grant_type=client_credentials")
    assert told(header, with_field("X-Api-Key", KEY)) == ["bearer-token extra X-Api-Key"]


def test_refused_credentials_are_told_in_place_of_what_follows():
    """Without a token each call is refused; a later grant shows that the client gets over it."""
    wrong = asked(401, {"error": "invalid_client"})

    (one,) = findings(wrong, REFUSED)

    assert (one.promise, one.breach.kind, one.breach.at.path) == ("request-body", "pattern", ("client_secret",))
    assert one.breach.note == "because it was refused with 401 (invalid_client), and no token was granted later"
    assert told(wrong, asked(), call(BEFORE)) == []
    assert told(wrong, asked(503, {}), call(BEFORE)) == []
    lost = replace(asked(), response=Response(0))
    assert told(wrong, lost, REFUSED) == ["request-body pattern "]
    assert told(asked(), wrong, call(BEFORE)) == []


def test_token_that_lives_short_is_renewed_all_the_same():
    """That its lifetime is not the documented one is the server's doing; that it is kept when it has ended, is not."""
    short = asked(came={"access_token": "tok-1", "token_type": "Bearer", "expires_in": 2})

    assert told(short, call(BEFORE), REFUSED) == ["response-body minimum ", *REFUSAL]
