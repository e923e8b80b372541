"""What is asked of a client's request alone: ids that are some, a query that the API knows, a body that says one thing."""

import json
import textwrap

import pytest

from ecsuite import editions
from ecsuite.checks import CLIENT_CHECKS, Checker
from ecsuite.checks.client_parameters import is_credential
from ecsuite.checks.placeholders import is_placeholder
from ecsuite.checks.request_members import also_undeclared, meant_by
from ecsuite.contract import Contract, Source
from ecsuite.messages.exchange import Exchange, Headers, Request, Response

BASE_URL = "https://api.example/v1"
TOKEN_URL = "https://identity.example/connect/token"


@pytest.fixture
def found():
    """The findings of the checks of clients about a request of an edition, or of another contract."""

    def find(
        line: str, sent: object = None, edition: str | Contract = "2026-01", authorization: str | None = "Bearer t"
    ) -> list:
        method, path = line.split(" ")
        body = sent if isinstance(sent, bytes) else b"" if sent is None else json.dumps(sent).encode()
        fields = [("Authorization", authorization)] if authorization is not None else []
        fields += [("Content-Type", "application/json")] if sent is not None else []
        request = Request(method, f"{BASE_URL}{path}", Headers.of(fields), body)
        contract = editions.contract(edition) if isinstance(edition, str) else edition
        checker = Checker(contract, BASE_URL, TOKEN_URL)
        return list(checker.judge(checker.decode(Exchange(request, Response(0))), CLIENT_CHECKS).findings)

    return find


@pytest.fixture
def said(found):
    """What the checks of clients say of a request of an edition: `promise kind place, expected or not, note`."""

    def say(line: str, sent: object = None, **more: object) -> list:
        return [
            f"{each.severity} {each.promise} {each.breach.kind} {each.breach.at.name}"
            f"{''.join(f'/{token}' for token in each.breach.at.path)}"
            for each in found(line, sent, **more)
        ]

    return say


@pytest.mark.parametrize(
    "text",
    [
        *("undefined", "null", "NaN", "None", "nil", "[object Object]", "[object Promise]", "{userId}", "{{user}}"),
        *("{}", "{{ user-id }}", "{user.id}", "${user.id}", "{{$guid}}"),
        *("${id}", "<userId>", "<built-in function id>", "%s", "%d", "%(user)s", ":userId", "$user_id", "@UserId"),
    ],
)
def test_placeholder_is_no_id(text):
    """What a language writes for nothing, and a template that was not filled, stand where there is no value."""
    assert is_placeholder(text, "userId")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "a",
        "Null",
        "NULL",
        "undefined-7",
        "a{b}",
        "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
        "{A1B2C3D4-8B86-D011-B42D-00CF4FC964FF}",
        "{7}",
        "<7>",
        "{a}b",
        "object Object",
        "%s%s",
        ":a",
        "$b",
        "<>",
        "100%",
    ],
)
def test_odd_id_is_an_id(text):
    """The client chooses its ids, whatever they look like."""
    assert not is_placeholder(text, "userId")


@pytest.mark.parametrize(
    ("name", "declared", "meant"),
    [
        ("page_size", ["page", "pageSize"], "pageSize"),
        ("Page", ["page", "pageSize"], "page"),
        ("meterpointIds", ["meterPointId", "meterPointIds"], "meterPointIds"),
        ("limit", ["page", "pageSize"], ""),
        ("anything", [], ""),
    ],
)
def test_nearest_name_is_meant(name, declared, meant):
    """Of several names that are almost the same, the nearest one; none where none is almost the same."""
    assert meant_by(name, declared) == meant


def test_further_names_are_a_note():
    """One finding tells of all undeclared names."""
    assert [also_undeclared(names) for names in ([], ["a"], ["a", "b"])] == [
        "",
        "also undeclared: a",
        "also undeclared: a, b",
    ]


def test_secrets_of_any_spelling_let_somebody_in():
    """A secret is known by its name; the id of a client is none."""
    assert [
        each for each in ("access_token", "clientSecret", "API-Key", "client_id", "tokens") if is_credential(each)
    ] == [
        "access_token",
        "clientSecret",
        "API-Key",
    ]


QUERIES = [
    ("GET /users?page=1&pageSize=1000", []),
    ("GET /users?page=0", ["error request-parameters pattern page"]),
    ("GET /users?page=-1", ["error request-parameters pattern page"]),
    ("GET /users?pageSize=1001", ["error request-parameters pattern pageSize"]),
    ("GET /users?pageSize=0", ["error request-parameters pattern pageSize"]),
    ("GET /users?page=x", ["error request-parameters type page"]),
    ("GET /users?page=1&page=1", ["error request-parameters duplicate page"]),
    (
        "GET /users?page_size=1&pagesize=2",
        ["warning request-parameters extra page_size"],
    ),
    ("GET /users?page=1&Page=2", ["error request-parameters duplicate page"]),
    ("GET /users?Page=1&PAGESIZE=1000", []),
    ("GET /users?Page=0", ["error request-parameters pattern page"]),
    ("GET /users?page=&pageSize=", ["error request-parameters type page"]),
    ("GET /webhooks/logs?WebhookId=w", []),
    ("GET /users?limit=1&offset=2", ["warning request-parameters extra limit"]),
    ("GET /users?_=x", []),
    ("GET /users?t=1764410400123", []),
    ("GET /users?t=176441040", ["warning request-parameters extra t"]),
    ("GET /users?access_token=x", ["error request-parameters extra access_token"]),
    ("PUT /webhooks/w/enabled", ["error request-parameters required enabled"]),
    ("PUT /webhooks/w/enabled?x=1", ["error request-parameters required enabled"]),
    ("PUT /webhooks/w/enabled?Enabled=true", []),
    ("PUT /webhooks/w/enabled?ENABLED=yes", ["error request-parameters type enabled"]),
    ("GET /webhooks/logs?webhookId=undefined", ["error request-parameters pattern webhookId"]),
    ("GET /webhooks/logs/undefined", ["error request-parameters pattern notificationId"]),
]


@pytest.mark.parametrize(("line", "expected"), QUERIES)
def test_query_is_one_that_the_api_knows(said, line, expected):
    """A parameter is known, comes once, and has a value that means something."""
    assert said(line) == expected


def test_undeclared_query_is_a_note_where_schemas_are_open(said):
    """In 2023-10 nothing says that there is no such parameter."""
    assert said("GET /users?page=1", edition="2023-10") == ["note request-parameters extra page"]


def test_token_in_the_address_is_told_once(said):
    """That it is missing where it belongs says the same; a second one does not take the place of the first."""
    assert said("GET /users?access_token=t", authorization=None) == ["error request-parameters extra access_token"]
    assert said("GET /users?page=1", authorization=None) == ["error bearer-token required Authorization"]
    assert said("GET /users?token=t", authorization="Basic x") == [
        "error request-parameters extra token",
        "error bearer-token pattern Authorization",
    ]


BODIES = [
    ("POST /users", {"userId": "null"}, ["error request-body pattern /userId"]),
    ("POST /users", {"userId": "nobody"}, []),
    (
        "POST /users/batch",
        {"users": [{"userId": "a"}, {"userId": "None"}]},
        ["error request-body pattern /users/1/userId"],
    ),
    ("POST /users", b'{"userId": "a", "userId": "a"}', ["error request-body duplicate /userId"]),
    ("POST /users", b'{"userId": ', ["error request-body unreadable "]),
    ("POST /webhooks", {"webhookUrl": "undefined"}, ["error request-body pattern /webhookUrl"]),
    ("POST /webhooks", {"webhookUrl": "https://h/x", "name": "None", "webhookSecret": None}, []),
    ("POST /webhooks", {"webhookUrl": "https://h/x", "webhookSecret": ""}, []),
    *(
        (
            "POST /webhooks",
            {"webhookUrl": "https://h/x", "webhookSecret": text},
            ["error request-body pattern /webhookSecret"],
        )
        for text in ("null", "undefined", "${WEBHOOK_SECRET}")
    ),
    ("POST /users/a/vehicles", {"resourceId": "r", "resourceType": "Vehicle"}, []),
    (
        "POST /users/a/vehicles",
        {"resourceId": "r", "resourceType": "HVAC"},
        ["error request-body pattern /resourceType"],
    ),
    ("POST /users/a/locations/l/resources", {"resourceId": "r", "resourceType": "Generic"}, []),
    (
        "POST /users/a/locations/l/resources",
        {"resourceId": "r", "resourceType": "Vehicle"},
        ["error request-body pattern /resourceType"],
    ),
    *(
        ("POST /users/a/locations", {"locationId": "l", **place}, [])
        for place in (
            {"coordinates": {"latitude": 0, "longitude": 0}, "meterPointIds": None},
            {"coordinates": None, "meterPointIds": ["707057500042000182"]},
            {"meterPointId": "707057500042000182"},
        )
    ),
    *(
        ("POST /users/a/locations", {"locationId": "l", **place}, ["error request-body properties "])
        for place in ({}, {"coordinates": None, "meterPointIds": []}, {"locationType": "Other", "coordinates": {}})
    ),
    (
        "POST /users/locations/batch",
        {"locations": [{"userId": "a", "locationId": "l"}]},
        ["error request-body properties /locations/0"],
    ),
    ("PATCH /users/a/locations/l", {"locationType": "Other"}, []),
    (
        "POST /users/a/locations",
        {"locationId": "l", "meterPointIds": ["707057500042000182", "null"]},
        ["error request-body pattern /meterPointIds/1"],
    ),
    ("POST /reports", {"eventId": "{eventId}", "payloads": []}, ["error request-body pattern /eventId"]),
    ("POST /reports", {"payloads": [{"payloadType": "ResourceLPCAcknowledged", "acknowledgedTargets": []}]}, []),
    ("POST /reports", {"payloads": [{"payloadType": "LPC"}]}, ["error request-body const /payloads/0/payloadType"]),
    ("POST /users/a/enrollment", {}, []),
    ("POST /users/a/enrollment", b"null", []),
    ("POST /users/a/enrollment", {"a": 1}, ["error request-body length "]),
    ("DELETE /users/a", {}, ["error request-body length "]),
    ("PUT /webhooks/w/enabled", {"enabled": True}, ["error request-parameters required enabled"]),
    (
        "PUT /webhooks/w/enabled",
        {"on": True},
        ["error request-parameters required enabled", "error request-body length "],
    ),
    ("PUT /webhooks/w/enabled?enabled=true", {"enabled": True}, ["error request-body length "]),
    ("POST /webhooks", {"webhookUrl": "x", "a": 1, "b": 2}, ["warning request-members extra /a"]),
    (
        "POST /webhooks",
        {"webhookUrl": "x", "Name": 1, "b": 2},
        ["error request-members extra /Name", "warning request-members extra /b"],
    ),
]


@pytest.mark.parametrize(("line", "sent", "expected"), BODIES)
def test_body_says_one_thing(said, line, sent, expected):
    """An id is one, a member stands once, and what no body may have is told once."""
    assert said(line, sent) == expected


def in_charset(charset: str, text: str) -> Exchange:
    """The request that creates a webhook of that name, in a charset that its media type tells."""
    body = json.dumps({"webhookUrl": "https://h/x", "name": text}, ensure_ascii=False).encode(charset)
    fields = [("Authorization", "Bearer t"), ("Content-Type", f"application/json; charset={charset}")]
    return Exchange(Request("POST", f"{BASE_URL}/webhooks", Headers.of(fields), body), Response(0))


@pytest.mark.parametrize(
    ("charset", "text", "expected"),
    [
        *(("utf-8", "Ålesund", []), ("UTF8", "Ålesund", []), ("iso-8859-1", "Oslo", []), ("us-ascii", "Oslo", [])),
        *((each, "Ålesund", ["unlisted"]) for each in ("iso-8859-1", "windows-1252")),
        *((each, "Oslo", ["unlisted"]) for each in ("utf-16", "UTF-16LE", "utf-32")),
    ],
)
def test_json_is_in_utf_8(charset, text, expected):
    """The charset is told where its bytes are another text than in UTF-8, and nothing else is."""
    checker = Checker(editions.contract("2026-01"), BASE_URL, TOKEN_URL)

    result = checker.judge(checker.decode(in_charset(charset, text)), CLIENT_CHECKS)

    assert [each.breach.kind for each in result.findings] == expected


@pytest.mark.parametrize(
    ("line", "sent", "title"),
    [
        ("POST /users", {"userId": "null"}, "an id"),
        ("POST /webhooks", {"webhookUrl": "undefined"}, "a value"),
        ("GET /users/undefined", None, "an id"),
    ],
)
def test_what_stands_for_nothing_is_told_by_what_belongs_there(found, line, sent, title):
    """An id stands where an id is wanted; an address of a webhook is another value."""
    (one,) = found(line, sent)

    assert one.breach.expected.value == {"title": title}


@pytest.mark.parametrize(("sent", "note"), [({"enabled": True}, "but it is in the body"), (None, "")])
def test_parameter_that_stands_in_the_body_is_told_so(found, sent, note):
    """The note tells what to do: the value is there, in the wrong place."""
    (one,) = found("PUT /webhooks/w/enabled", sent)

    assert (one.breach.kind, one.breach.at.name, one.breach.note) == ("required", "enabled", note)


def test_body_that_may_be_left_out_is_not_missed(found):
    """Where a contract leaves it to the client, none is as good as one; what is sent is judged."""
    document = """\
        openapi: 3.1.0
        info: {title: T, version: '1'}
        servers: [{url: 'https://api.example/v1'}]
        paths:
          /lamps:
            post:
              operationId: createLamp
              x-level: spec
              x-source: t
              requestBody:
                content: {application/json: {schema: {type: object, properties: {lampId: {type: string, x-sample: id}}}}}
              responses: {'201': {description: d}}
    """
    lamps = Contract(Source(textwrap.dedent(document), "c.yaml"))

    assert found("POST /lamps", edition=lamps) == found("POST /lamps", b"", edition=lamps) == []
    assert found("POST /lamps", {"lampId": "a"}, edition=lamps) == []
    (one,) = found("POST /lamps", {"lampId": "undefined"}, edition=lamps)
    assert one.breach.at.path == ("lampId",)
