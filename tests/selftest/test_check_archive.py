"""`ecsuite check`: an HTTP archive of a client's traffic beside a contract, whichever tool wrote it."""

import base64
import gzip
import json
import re
import zipfile
import zlib
from copy import deepcopy
from pathlib import Path
from urllib.parse import unquote

import pytest

from ecsuite import editions
from ecsuite.cassette.tape import load
from ecsuite.cli import main
from ecsuite.export import har
from ecsuite.results import store
from ecsuite.traffic.archive import read_archive
from ecsuite.traffic.judge import judge

API = "https://api.sandbox.voluespark.com/energy-coordination/v1"
TOKEN = "https://auth.identity.volue.com/connect/token"
SECRET = "s3cr3t-of-the-client"
GRANTED = "tok-5e1f"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["check", *map(str, arguments)])
    return int(ended.value.code or 0)


def pairs(fields: dict) -> list[dict]:
    return [{"name": name, "value": value} for name, value in fields.items() if value is not None]


def entry(line: str, sent: object = None, status: int = 200, came: object = None, **more: object) -> dict:
    """An entry as the format describes it; `at` is its second, `headers` and `answered` are further headers."""
    method, url = line.split(" ")
    text = sent if isinstance(sent, str) else json.dumps(sent, ensure_ascii=False) if sent is not None else None
    media_type = FORM if "/token" in url else JSON
    is_api = "://" not in url or "energy" in url or "127.0.0.1" in url or "staging" in url
    token = {"Authorization": f"Bearer {GRANTED}"} if is_api else {}
    headers = {"Accept": "*/*", **token, **({"Content-Type": media_type} if text is not None else {})}
    request = {
        "method": method,
        "url": url if "://" in url or ":" in url else f"{API}{url}",
        "headers": pairs(headers | dict(more.pop("headers", {}))),
        "bodySize": len((text or "").encode()),
    }
    if text is not None:
        request["postData"] = {"mimeType": media_type, "text": text}
    body = "" if came is None else json.dumps(came)
    answered = ({"Content-Type": JSON} if body else {}) | dict(more.pop("answered", {}))
    content = {"size": len(body), "mimeType": JSON, "text": body}
    response = {"status": status, "headers": pairs(answered), "content": content, "bodySize": len(body)}
    started = f"2026-11-30T10:00:{more.pop('at', 0):06.3f}Z"
    return {"startedDateTime": started, "time": 10, "request": request, "response": response, **more}


def grant(**more: object) -> dict:
    form = f"grant_type=client_credentials&client_id=me&client_secret={SECRET}"
    given = {"access_token": GRANTED, "token_type": "Bearer", "expires_in": 3600}
    return entry(f"POST {more.pop('url', TOKEN)}", form, 200, given, answered={"Cache-Control": "no-store"}, **more)


def report(resolution: str = "01:00:00", at: str = "2026-01-19T17:00:00Z", **change: object) -> dict:
    payload = {
        "payloadType": "EnergyUsage",
        "resourceId": "r",
        "resolution": resolution,
        "points": [{"timestamp": at, "kiloWattHours": 1}],
    }
    answer = {"id": "x"}
    return entry("POST /reports", {"eventId": "e", "payloads": [payload | change]}, 200, answer)


USER = entry("POST /users", {"userId": "a"}, 201, {"userId": "a"})
LOCATION = {"locationId": "l", "coordinates": {"latitude": 59.9, "longitude": 10.7}}


def located(**change: object) -> dict:
    sent = {**LOCATION, **change}
    return entry("POST /users/a/locations", sent, 201, {"locationId": "l"})


def archive(tmp_path: Path, *entries: dict, creator: str = "a tool", name: str = "t.har") -> Path:
    path = tmp_path / name
    log = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": list(entries)}
    path.write_text(json.dumps({"log": log}, ensure_ascii=False), encoding="utf-8")
    return path


def found(path: Path, edition: str = "2026-01") -> list[str]:
    judged = judge(read_archive(path), editions.contract(edition))
    findings = [each for one in judged for each in one.journal.findings]
    return [f"{each.severity} {each.promise} {each.breach.kind} {each.breach.at.name}".strip() for each in findings]


def of_headers(given: dict, **change: str | None) -> dict:
    """An entry with other headers of its request."""
    made = deepcopy(given)
    fields = {each["name"]: each["value"] for each in made["request"]["headers"]} | change
    made["request"]["headers"] = pairs(fields)
    return made


def of_answer(given: dict, **change: str) -> dict:
    """An entry with other headers of its response."""
    return changed(given, "response", headers=pairs(change))


def without(given: dict, *path: str) -> dict:
    made = deepcopy(given)
    holder = made
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return made


def changed(given: dict, part: str, **change: object) -> dict:
    made = deepcopy(given)
    made[part].update(change)
    return made


NO_TOKEN = of_headers(entry("GET /users/a/eligibility", status=401), Authorization=None)
STALE = of_headers(entry("GET /users/a", status=401, came=None), Authorization="Bearer stale")
BUSY = entry("GET /users/a", status=429, answered={"Retry-After": "5"})
DATED = entry(
    "GET /users/a",
    status=503,
    answered={"Retry-After": "Mon, 30 Nov 2026 12:00:30 GMT", "Date": "Mon, 30 Nov 2026 12:00:00 GMT"},
)
READ = entry("GET /users/a", came={"userId": "a"})
PAGE = {"users": [], "pagination": {"totalRecords": 0, "pageSize": 50, "currentPage": 1}}
LOGS = {"webhookNotificationLogs": [], "pagination": PAGE["pagination"]}
WRONG = {
    "no token": ([NO_TOKEN], ["error bearer-token required Authorization"]),
    "another scheme": (
        [of_headers(USER, Authorization=f"Token {GRANTED}")],
        ["error bearer-token pattern Authorization"],
    ),
    "a foreign token": ([STALE], ["error bearer-token pattern Authorization"]),
    "in the clear": (
        [entry(f"GET http{API.removeprefix('https')}/users/a", came={"userId": "a"})],
        ["error operation-known changed scheme"],
    ),
    "a simulation in production": (
        [entry(f"DELETE {API.replace('.sandbox', '')}/simulation/partner")],
        ["error operation-known changed host"],
    ),
    "the secret in the address": (
        [grant(url=f"{TOKEN}?client_secret={SECRET}")],
        ["error request-parameters extra client_secret"],
    ),
    "a token by GET": (
        [entry(f"GET {TOKEN}?grant_type=client_credentials", status=404)],
        ["error operation-known unknown /connect/token"],
    ),
    "a token as JSON": (
        [of_headers(grant(), **{"Content-Type": JSON})],
        ["error request-body unlisted Content-Type"],
    ),
    "another media type": (
        [of_headers(USER, **{"Content-Type": "text/plain"})],
        ["error request-body unlisted Content-Type"],
    ),
    "no JSON": ([entry("POST /users", "{'userId': 'a'}", 400)], ["error request-body unreadable"]),
    "a number for an id": ([entry("POST /users", {"userId": 7}, 400)], ["error request-body type"]),
    "a naive time": (
        [
            entry(
                "POST /reports",
                {
                    "eventId": "e",
                    "payloads": [
                        {
                            "payloadType": "EnergyUsage",
                            "resourceId": "r",
                            "resolution": "01:00:00",
                            "points": [{"timestamp": "2026-01-19T17:00:00", "kiloWattHours": 1}],
                        }
                    ],
                },
                400,
            )
        ],
        ["error request-body format"],
    ),
    "half past": ([report(at="2026-01-19T17:30:00Z")], ["error request-body pattern"]),
    "local time": ([report(at="2026-01-19T18:00:00+01:00")], ["error request-body pattern"]),
    "a quarter of an hour": ([report(resolution="00:15:00")], ["error request-body pattern"]),
    "another spelling of a member": ([located(location_type="Other")], ["error request-members extra"]),
    "another spelling of one of two": (
        [located(meterpointIds=["707057500042000182"])],
        ["error request-members extra"],
    ),
    "an unknown member": ([located(colour="red")], ["warning request-members extra"]),
    "an object without any known member": (
        [located(coordinates={"lat": 1, "lng": 2})],
        ["error request-members properties"],
    ),
    "a path of another name": (
        [entry("GET /users/a/location", status=404)],
        ["error operation-known unknown /location"],
    ),
    "a path that nothing is like": (
        [
            entry("POST /users/a-1/dynamic-resources", {"x": 1}, 404),
            entry("DELETE /users/a-2/dynamic-resources/b-7", status=404),
        ],
        ["error operation-known unknown /users/*/dynamic-resources"] * 2,
    ),
    "a slash at the end": ([entry("GET /users/", status=404)], ["error operation-known unknown / at the end"]),
    "two slashes": ([entry("GET //users", status=404)], ["error operation-known unknown //"]),
    "another base": (
        [entry("GET https://api.sandbox.voluespark.com/v1/users", status=404)],
        ["error operation-known unknown /v1"],
    ),
    "a method in small letters": (
        [entry("patch /users/a/locations/l", {"locationType": "Other"}, 405)],
        ["error operation-known unknown patch"],
    ),
    "another method": ([entry("PUT /users/a", {}, 405)], ["error operation-known unknown /users/{userId}"]),
    "too early again": (
        [BUSY, {**READ, "startedDateTime": "2026-11-30T10:00:01Z"}],
        ["warning busy-service-rests early"],
    ),
    "too early again, by a time": (
        [
            {**DATED, "startedDateTime": "2026-11-30T10:00:00Z"},
            {**READ, "startedDateTime": "2026-11-30T10:00:05Z"},
        ],
        ["warning busy-service-rests early"],
    ),
    "too early again, in another spelling": (
        [
            entry("GET /users?page=1&pageSize=5", status=429, answered={"Retry-After": "5"}),
            entry("GET /users?pageSize=5&page=1", came=PAGE, at=1),
            entry("POST /users", '{"userId": "a"}', 429, answered={"Retry-After": "5"}, at=2),
            entry("POST /users", '{"userId":"a"}', 201, {"userId": "a"}, at=3),
        ],
        ["warning busy-service-rests early"] * 2,
    ),
    "no value for an id": (
        [entry("GET /users/undefined", status=404), entry("POST /users/null/locations", LOCATION, 404)],
        ["error request-parameters pattern userId"] * 2,
    ),
    "a template for an id": (
        [entry("GET /events/{eventId}", status=404)],
        ["error request-parameters pattern"],
    ),
    "templates for ids": (
        [entry("GET /users/{userId}", status=404), entry("GET /users/{userId}/locations/{locationId}", status=404)],
        ["error request-parameters pattern"] * 2,
    ),
    "no value for two ids": (
        [entry("GET /users/undefined/locations/undefined", status=404)],
        ["error request-parameters pattern userId"],
    ),
    "no value for an id in a body, and then in a path": (
        [
            entry("POST /users", {"userId": "None"}, 201, {"userId": "None"}),
            entry("GET /users/None", came={"userId": "None"}),
        ],
        ["error request-body pattern"],
    ),
    "the name of an id": ([entry("GET /users/%3Auser_id", status=404)], ["error request-parameters pattern"]),
    "an object for an id": (
        [entry("GET /resources/%5Bobject%20Object%5D", status=404)],
        ["error request-parameters pattern resourceId"],
    ),
    "no value for an id in a body": (
        [entry("POST /users/batch", {"users": [{"userId": "undefined"}]}, 201, {"users": []})],
        ["error request-body pattern"],
    ),
    "no value in the query": (
        [entry("GET /webhooks/logs?webhookId=null", came=LOGS)],
        ["error request-parameters pattern webhookId"],
    ),
    "a page before the first": ([entry("GET /users?page=0", came=PAGE)], ["error request-parameters pattern page"]),
    "more than a page takes": (
        [entry("GET /events?page=1&pageSize=5000", status=400)],
        ["error request-parameters pattern pageSize"],
    ),
    "another spelling in the query": (
        [entry("GET /users?page_size=5", came=PAGE), entry("GET /events?page_size=5", status=400)],
        ["error request-parameters extra page_size"] * 2,
    ),
    "another spelling of what is required": (
        [entry("PUT /webhooks/w/enabled?enable=true", status=400)],
        ["error request-parameters extra enable"],
    ),
    "unknown parameters": (
        [entry("GET /users?limit=5&offset=0", came=PAGE)],
        ["warning request-parameters extra limit"],
    ),
    "a parameter twice": ([entry("GET /users?page=1&page=2", came=PAGE)], ["error request-parameters duplicate page"]),
    "the query in the body": (
        [entry("PUT /webhooks/w/enabled", {"enabled": True}, 400)],
        ["error request-parameters required enabled"],
    ),
    "the token in the address": (
        [of_headers(entry(f"GET /users/a?access_token={GRANTED}", status=401), Authorization=None)],
        ["error request-parameters extra access_token"],
    ),
    "a body where none is": (
        [entry("POST /users/a/enrollment", {"userId": "a"}, 200, {"userId": "a"})],
        ["error request-body length"],
    ),
    "a member twice": ([entry("POST /users", '{"userId": "a", "userId": "b"}', 400)], ["error request-body duplicate"]),
    "several unknown members": (
        [entry("POST /webhooks", {"webhookUrl": "https://h/x", "eventPayloadTypes": [], "operationTypes": []}, 400)],
        ["warning request-members extra"],
    ),
    "another name in an answer": ([entry("GET /users/a", came={"id": "a"})], ["error response-body required"]),
    "a wrong answer": ([entry("GET /users/a", came={"userId": 7})], ["error response-body type"]),
}
RIGHT = {
    "a stale token that is replaced": [{**STALE, "response": STALE["response"]}, READ],
    "a token for each call": [grant(), USER, grant(), READ],
    "credentials as Basic": [
        of_headers(
            entry(
                f"POST {TOKEN}",
                "grant_type=client_credentials",
                200,
                {"access_token": "x", "token_type": "bearer", "expires_in": 3600},
                answered={"Cache-Control": "no-store"},
            ),
            Authorization="Basic bWU6eA==",
        )
    ],
    "the first page alone": [
        entry(
            "GET /users?page=1&pageSize=2",
            came={"users": [], "pagination": {"totalRecords": 9, "pageSize": 2, "currentPage": 1}},
        )
    ],
    "null for what is not given": [located(meterPointIds=None, locationType=None)],
    "null for each member that was not set": [
        entry("PATCH /users/a/locations/l", {"locationType": "Other", "coordinates": None, "meterPointIds": None}, 404),
        entry(
            "PATCH /webhooks/w",
            {"name": "x", "webhookUrl": None, "webhookSecret": None, "notificationTypes": None, "enabled": None},
            404,
        ),
        entry("POST /simulation/events/pricecurve", {"targets": None}, 0),
        report(locationId=None, meterPointId=None, curvePoints=None),
    ],
    "what is deleted is looked for": [entry("DELETE /users/a", status=204), entry("GET /users/a", status=404)],
    "an hour in UTC, however spelt": [
        report(),
        report("0.01:00:00", "2026-01-19T17:00:00.0000000+00:00"),
        report(at="2026-01-19T17:00:00-00:00"),
    ],
    "quarters where no guide asks for hours": [
        report("00:15:00", payloadType="LocationEnergyUsage", locationId="l", meterPointId="m")
    ],
    "patience": [BUSY, {**READ, "startedDateTime": "2026-11-30T10:00:06Z"}],
    "patience, by a time": [DATED, {**READ, "startedDateTime": "2026-11-30T10:00:29Z"}],
    "a pause of no kind": [
        of_answer(BUSY, **{"Retry-After": "soon"}),
        {**READ, "startedDateTime": "2026-11-30T10:00:01Z"},
    ],
    "a number against caches": [entry("GET /users?page=1&_=1764410400123", came=PAGE)],
    "the largest page": [entry("GET /users?page=1&pageSize=1000", came=PAGE)],
    "an empty object where no body is": [entry("POST /users/a/enrollment", {}, 200, {"userId": "a"})],
    "ids that look odd": [
        entry(f"GET /users/{name}", came={"userId": unquote(name)})
        for name in ("Nan", "nobody", "$b", "%24c", "a%7Bb%7D")
    ],
    "several at once": [BUSY, {**BUSY, "startedDateTime": "2026-11-30T10:00:00Z"}],
    "names of paths in other letters": [entry("GET /Users/a", came={"userId": "a"})],
    "a media type with a charset": [of_headers(USER, **{"Content-Type": "Application/JSON; Charset=UTF-8"})],
    "null where an object may be": [located(coordinates=None, meterPointIds=["707057500042000182"])],
}


@pytest.mark.parametrize("name", WRONG)
def test_fault_of_a_client_is_found_once(name, tmp_path):
    """What a client does wrong is one finding, by the promise that it breaks."""
    entries, expected = WRONG[name]

    path = archive(tmp_path, grant(), *entries)

    assert found(path) == expected
    run(path, "--edition", "2026-01", "--report", tmp_path)
    assert len(store.read(tmp_path).causes) == 1


@pytest.mark.parametrize("name", RIGHT)
def test_legal_oddity_of_a_client_is_green(name, tmp_path):
    """Where nothing published forbids it, a client may do it."""
    assert found(archive(tmp_path, *RIGHT[name])) == []


# As tools write what is right: what they leave out, decode, mask or add.
AS_WRITTEN = {
    "pseudo headers": [
        changed(USER, "request", headers=[*USER["request"]["headers"], {"name": ":path", "value": "/x"}])
    ],
    "a list of pairs": [
        changed(USER, "request", headers=[[each["name"], each["value"]] for each in USER["request"]["headers"]])
    ],
    "no headers": [changed(USER, "request", headers=[]), changed(USER, "response", headers=[])],
    "headers without values": [
        changed(USER, part, headers=[{"name": each["name"], "value": ""} for each in USER[part]["headers"]])
        for part in ("request", "response")
    ],
    "base64": [
        changed(
            READ,
            "response",
            content={"size": 1, "encoding": "base64", "text": base64.b64encode(b'{"userId": "a"}').decode()},
        )
    ],
    "text that is said to be base64": [
        changed(READ, "response", content={"size": 1, "encoding": "base64", "text": '{"userId": "a"}'})
    ],
    "a decoded body of a coded response": [
        changed(READ, "response", headers=[*READ["response"]["headers"], {"name": "content-encoding", "value": "br"}])
    ],
    "no bodies": [without(READ, "response", "content", "text"), without(USER, "request", "postData")],
    "no content": [without(READ, "response", "content")],
    "a body that was cut": [changed(READ, "response", content={"size": 900, "mimeType": JSON, "text": '{"userId": "'})],
    "a request body that was lost": [changed(USER, "request", postData={"mimeType": JSON, "text": ""})],
    "no response": [
        without(READ, "response"),
        changed(READ, "response", status=0),
        changed(READ, "response", status=-1),
    ],
    "a response of the cache": [entry("GET /users/a", status=304)],
    "a form as parameters": [
        changed(
            grant(),
            "request",
            postData={
                "mimeType": FORM,
                "params": pairs({"grant_type": "client_credentials", "client_id": "me", "client_secret": "x"}),
            },
        )
    ],
    "an empty body of a GET": [changed(READ, "request", postData={"mimeType": "", "text": "", "params": []})],
    "masked": [of_headers(READ, Authorization="[REDACTED]"), of_headers(USER, Authorization="Bearer ********")],
    "a masked value": [located(coordinates="*** removed ***")],
    "a fragment and a default port": [
        entry("GET https://API.sandbox.voluespark.com:443/energy-coordination/v1/users/a#x", came={"userId": "a"})
    ],
    "odd times": [{**READ, "startedDateTime": "yesterday", "time": None}],
    "what is no call": [
        entry("GET wss://live.example.com/x", status=101),
        entry("GET data:text/plain,x"),
        entry("GET http://[::1"),
        entry("CONNECT https://api.sandbox.voluespark.com:443/"),
        entry("OPTIONS /users", status=204, headers={"Access-Control-Request-Method": "POST"}),
    ],
    "other hosts": [
        entry("GET https://www.example.com/users"),
        entry("POST https://login.example.com/connect/token", "grant_type=password"),
        entry("GET https://auth.identity.volue.com/.well-known/openid-configuration"),
        entry("GET https://api.sandbox.voluespark.com/favicon.ico", status=404),
    ],
}


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_what_a_tool_does_is_no_fault(name, tmp_path):
    """What a tool has left out, decoded or masked is not blamed on anybody."""
    assert found(archive(tmp_path, grant(), USER, *AS_WRITTEN[name])) == []


def test_tokens_that_a_browser_leaves_out_are_not_missed(tmp_path):
    """A browser writes no Authorization, and says nothing of it; a refusal shows all the same that none was good."""
    calls = [of_headers(each, Authorization=None) for each in (grant(), USER)]

    assert found(archive(tmp_path, *calls, creator="WebInspector")) == []
    assert found(archive(tmp_path, *calls)) == ["error bearer-token required Authorization"]
    assert found(archive(tmp_path, *calls, NO_TOKEN, creator="WebInspector")) == [
        "error bearer-token pattern Authorization"
    ]


def test_order_of_entries_does_not_count(tmp_path):
    """Tools write the latest first, or by connection: what came first is told by the times."""
    later = {**READ, "startedDateTime": "2026-11-30T10:00:02+00:00"}

    assert found(archive(tmp_path, later, STALE)) == []
    assert found(archive(tmp_path, {**STALE, "startedDateTime": "2026-11-30T10:00:03Z"}, later)) != []


def test_token_that_was_asked_for_wrongly_is_one_cause(tmp_path):
    """Where the client asks for its token in a wrong way, nothing is said of the calls that are refused for it."""
    asked = entry(
        f"POST {TOKEN}",
        "client_id=me&client_secret=x",
        400,
        {"error": "invalid_request"},
        answered={"Cache-Control": "no-store"},
    )

    assert found(archive(tmp_path, asked, STALE)) == ["error request-body required"]


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:8080", "https://staging.example/some/where", f"http://h{'/energy-coordination/v1'}"]
)
def test_api_is_found_wherever_it_is(base, tmp_path):
    """A server of one's own, at any address, is known by what is called there; its token endpoint by the token."""
    mine = [entry(f"GET {base}/users/a", came={"userId": "a"}), entry(f"POST {base}/users", {"userId": 7}, 400)]
    token = grant(url=f"{base.rpartition('/')[0] if base.count('/') > 2 else base}/connect/token")

    assert found(archive(tmp_path, *[entry("GET https://www.example.com/events")] * 3, token, *mine)) == [
        "error request-body type"
    ]


def test_one_cause_of_many_calls_is_told_once(tmp_path, capsys):
    """A cause names its entries, however many, and where in the body it is first; ids in paths make no further ones."""
    calls = [entry(f"GET /users/{each}-7/location", status=404) for each in range(9)]
    calls += [entry("POST /users/batch", {"users": [{"userId": "a"}, {"userId": 7}]}, 400)]

    assert run(archive(tmp_path, grant(), *calls)) == 1

    # Where lines are broken, and how many entries are named, depends on the width of the terminal.
    said = " ".join(capsys.readouterr().out.split())
    assert "edition 2026-01" in said
    assert "such as GET /users/{userId}/locations" in said
    assert re.search(r"shown by: entry 2: GET /users/0-7/location(?:, entry 3:| and 8 more)", said)
    assert "first at: request body /users/1/userId " in said
    assert said.endswith("11 exchanges checked: 2 errors")


def test_own_archive_is_right(tmp_path, capsys):
    """What `ecsuite export har` writes of each edition keeps to its contract, which is recognised."""
    for edition in editions.editions():
        path = tmp_path / f"{edition}.har"
        path.write_text(json.dumps(har.archive(load(editions.cassette(edition, "quickstart")))), encoding="utf-8")

        assert run("--strict", path) == 0
        assert f"edition {edition}" in capsys.readouterr().out


def test_wrappers_are_read(tmp_path):
    """A byte order mark, UTF-16, compression, a JSONP call and a ZIP file with bodies beside the archive are opened."""
    plain = archive(tmp_path, grant(), entry("POST /users", {"userId": 7}, 400))
    text = plain.read_bytes()
    (tmp_path / "bom.har").write_bytes(b"\xef\xbb\xbf" + text)
    (tmp_path / "utf16.har").write_bytes(text.decode().encode("utf-16"))
    (tmp_path / "t.har.gz").write_bytes(gzip.compress(text))
    (tmp_path / "t.zhar").write_bytes(zlib.compress(text))
    (tmp_path / "p.json").write_bytes(b"onInputData(" + text + b");\n")
    aside = changed(READ, "response", content={"size": 1, "mimeType": JSON, "_file": "body.json"})
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as packed:
        packed.write(archive(tmp_path, grant(), aside, name="inner.har"), "har.har")
        packed.writestr("body.json", '{"userId": 7}')

    names = ("bom.har", "utf16.har", "t.har.gz", "t.zhar", "p.json", "z.zip")
    assert [run(tmp_path / name) for name in names] == [1] * len(names)
    assert found(tmp_path / "z.zip") == ["error response-body type"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON"),
        (b"[]", "it is not a JSON object"),
        (b"PK\x03\x04", "it is no"),
        (gzip.compress(b"{" * 1000, mtime=0)[:-9], "it is compressed, and cut off or damaged"),
        (gzip.compress(b"{", mtime=0), "it is not JSON"),
        ("{".encode("utf-16"), "it is not JSON"),
        (b'{"log": {"entries": []}}', "it has no entries"),
        (b'{"log": {}}', "it has no log with entries"),
        (b'{"log": 7}', "it has no log with entries"),
        (
            b'{"log": {"entries": [{"request": {"method": "GET", "url": "http://h/"}}, 7]}}',
            "it is damaged: entry 2 cannot",
        ),
    ],
)
def test_unusable_archive_is_one_line(content, reason, tmp_path, capsys):
    """What is no archive ends with exit code 4, the reason, and what was expected."""
    path = tmp_path / "x.har"
    path.write_bytes(content)

    assert run(path) == 4

    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_archive_without_the_api_is_no_pass(tmp_path, capsys):
    """An archive in which nothing calls the API is not green: nothing was selected."""
    assert run(archive(tmp_path, entry("GET https://example.com/other"))) == 5
    assert "example.com" in capsys.readouterr().err


def test_secrets_of_a_client_are_in_no_output(tmp_path, capsys):
    """Credentials, tokens and secrets of webhooks stand in an archive in the clear, and nowhere in what is said of it."""
    hook = {"webhookUrl": "https://h/x", "webhookSecret": "wh-hunter2", "notificationTypes": ["wh-hunter2"]}
    path = archive(
        tmp_path, grant(), entry("POST /webhooks", hook, 400), entry(f"GET /users/{GRANTED}/{SECRET}", status=404)
    )

    assert run(path, "--report", tmp_path / "r") == 1

    kept = capsys.readouterr().out + (tmp_path / "r" / "results.json").read_text(encoding="utf-8")
    assert [secret for secret in (GRANTED, SECRET, "wh-hunter2") if secret in kept] == []


def test_many_secrets_are_masked(tmp_path, capsys):
    """A client that fetches a token for each call has many, and none of them is told, in whatever path it stands."""
    calls = [
        of_headers(
            entry(f"GET /users/tok-{each}-of-many/nothing", status=404), Authorization=f"Bearer tok-{each}-of-many"
        )
        for each in range(300)
    ]

    assert run(archive(tmp_path, *calls), "--report", tmp_path / "r") == 1

    kept = capsys.readouterr().out + (tmp_path / "r" / "results.json").read_text(encoding="utf-8")
    assert [each for each in range(300) if f"tok-{each}-of-many" in kept] == []
