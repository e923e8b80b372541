"""`ecsuite check`: a Postman collection beside a contract."""

import json
from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.cli import main
from ecsuite.cli.masking import masked
from ecsuite.export import postman as exported
from ecsuite.export.every import with_every_operation
from ecsuite.export.recorded import exchanges, quickstart
from ecsuite.postman.collection import read_collection
from ecsuite.postman.judge import judge
from ecsuite.promises import OPERATION, REQUEST_BODY, RESPONSE_BODY
from ecsuite.report.files import files_of
from ecsuite.results import store

OCTOBER = Path(__file__).with_name("collections") / "october-2023.json"
BASE = "{{baseUrl}}"
TOLD = [
    f"{OPERATION.title}: request line /users/:userId/dynamic-resources: POST /users/:userId/dynamic-resources, "
    "expected a method and a path that the contract lists, such as POST /users/{userId}/vehicles",
    f"{OPERATION.title}: request line /meter: POST /users/:userId/meter, "
    "expected a method and a path that the contract lists, such as POST /users/{userId}/meters",
    "such as POST /users/{userId}/resources",
    f"{REQUEST_BODY.title}: User: an object with user, expected at least one of the members userId",
    f"{RESPONSE_BODY.title}: User: an object with user, expected at least one of the members userId",
    f"{REQUEST_BODY.title}: MeterRequest: an object with meter, expected at least one of the members address",
    f"{RESPONSE_BODY.title}: MeterEcho: an object with meter, expected at least one of the members meterId",
]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["check", *arguments])
    return int(ended.value.code or 0)


def collection(tmp_path: Path, *items: object, **members: object) -> Path:
    path = tmp_path / "c.json"
    whole = {"info": {"name": "c"}, "auth": {"type": "bearer"}, "item": items, **members}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def item(line: str = "GET {{baseUrl}}/users", body: object = None, saved: object = None, **request: object) -> dict:
    method, url = line.split(" ")
    raw = {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}} if isinstance(body, str) else body
    own = {"method": method, "url": url, **({"body": raw} if body else {}), **request}
    return {"name": "r", "request": own, "response": [saved] if saved else []}


def token(url: str) -> dict:
    """A request for a token."""
    values = {"grant_type": "client_credentials", "client_id": "{{i}}", "client_secret": "{{s}}"}
    form = [{"key": key, "value": value} for key, value in values.items()]
    return item(f"POST {url}", {"mode": "urlencoded", "urlencoded": form}, auth={"type": "noauth"})


def found(path: Path, edition: str = "2023-10", environment: dict | None = None) -> list[str]:
    judged = judge(read_collection(path, environment), editions.contract(edition))
    return [f"{each.promise} {each.breach.kind}" for one in judged for each in one.journal.findings]


def test_differences_of_october_2023_are_told(capsys):
    """Each difference between the guide and the collection of the same month is a cause of its own."""
    assert run(str(OCTOBER)) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert [text for text in TOLD if text not in said] == []
    assert said.endswith("8 requests and saved responses checked: 7 errors")
    there_are = len(editions.contract("2023-10").operations)
    assert f"calls 3 of {there_are} operations not called: GET /users, DELETE /users/{{userId}}," in said


@pytest.mark.parametrize("edition", editions.editions())
def test_own_export_is_right(edition, tmp_path, capsys):
    """What `ecsuite export postman` writes calls every operation, and keeps to the contract; its edition is guessed."""
    path = tmp_path / "own.json"
    book = with_every_operation(quickstart(edition), exchanges(edition))
    path.write_text(exported.text(exported.collection(book)), encoding="utf-8")

    assert run("--strict", str(path)) == 0

    said = capsys.readouterr().out
    count = len(editions.contract(edition).operations)
    assert f"edition {edition}" in said
    assert f"calls {count} of {count} operations\n" in said


RIGHT = [
    item(),
    item("GET https://api.sandbox.voluespark.com/energy-coordination/v1/users/{{userId}}"),
    item("GET http://127.0.0.1:8080/energy-coordination/v1/users"),
    item("GET {{host}}/v1/users/:userId/vehicles"),
    item("POST {{baseUrl}}/users", '{"userId": "{{$guid}}"}'),
    item("POST {{baseUrl}}/users", '{ // whose id?\n /* not\n that: 7 */ "userId": "https://u//x /* y */" }'),
    item(
        "POST {{baseUrl}}/users/1/vehicles",
        '{"vehicleId": {{id}}, "metadata": {"resourceType": "{{kind}}", "brand": "b", "model": "m", "year": {{year}}, "vin": "v"}}',
    ),
    item(
        "GET {{baseUrl}}/users", auth={"type": "noauth"}, header=[{"key": "Authorization", "value": "Bearer {{token}}"}]
    ),
    token("{{tokenUrl}}"),
    token("https://auth.identity.volue.com/connect/token"),
    item(
        saved={
            "name": "no headers",
            "code": 200,
            "header": None,
            "body": '[{"userId": "a"}]',
            "_postman_previewlanguage": "json",
        }
    ),
    item(
        "GET {{baseUrl}}/users/:userId",
        saved={
            "code": 200,
            "header": [{"key": "Content-Type", "value": "application/json"}],
            "body": '{"userId": "real"}',
        },
    ),
    item(
        "POST {{baseUrl}}/users",
        '{"userId": "a"}',
        saved={
            "code": 400,
            "body": '"wrong"',
            "originalRequest": {"method": "POST", "url": "{{baseUrl}}/users", "body": {"mode": "raw", "raw": "{}"}},
        },
    ),
    item(saved={"name": "without a status", "body": "?"}),
    item("GET https://example.com/other"),
]
WRONG = [
    (item("GET {{baseUrl}}/user"), ["operation-known unknown"]),
    (item("PATCH {{baseUrl}}/users"), ["operation-known unknown"]),
    (item("GET http://[::1"), ["operation-known unknown"]),
    (item(auth={"type": "noauth"}), ["bearer-token required"]),
    (item(auth={"type": "basic"}), ["bearer-token pattern"]),
    (item("POST {{baseUrl}}/users", '{"userId": 7}'), ["request-body type"]),
    (item("POST {{baseUrl}}/users", '{"userId": '), ["request-body unreadable"]),
    (item("POST {{baseUrl}}/users", {"mode": "raw", "raw": '{"userId": "a"}'}), ["request-body unlisted"]),
    (item("POST {{baseUrl}}/users"), ["request-body absent"]),
    (item("POST {{baseUrl}}/users", {"mode": "graphql", "graphql": {"query": "{a}"}}), ["request-body required"]),
    (token("https://auth.identity.volue.com/connect/token?client_secret={{s}}"), ["request-parameters extra"]),
    (token("https://auth.identity.volue.com/connect/tokens"), ["operation-known unknown"]),
    (item("GET {{baseUrl}}/users/{userId}"), ["request-parameters pattern"]),
    (item("GET {{baseUrl}}/users/undefined"), ["request-parameters pattern"]),
    (item("GET {{baseUrl}}/users?page=1"), ["request-parameters extra"]),
    (item("POST {{baseUrl}}/users", '{"userId": "a", "name": "b"}'), ["request-members extra"]),
    (item("POST {{baseUrl}}/users", '{"userId": "a", "userId": "b"}'), ["request-body duplicate"]),
    (item(saved={"code": 200, "body": "[{}]"}), ["response-body required"]),
    (item(saved={"code": 299, "body": ""}), ["status-listed unlisted"]),
    (item("GET {{baseUrl}}/users/a", saved={"code": 200, "body": '{"userId": "b"}'}), ["path-ids changed"]),
]


@pytest.mark.parametrize("right", RIGHT, ids=lambda each: each["request"]["url"])
def test_right_request_is_green(right, tmp_path):
    """Variables of unknown value, whatever Postman adds by itself, and what was not saved are nobody's fault."""
    assert found(collection(tmp_path, item(), right)) == []


@pytest.mark.parametrize(("wrong", "expected"), WRONG)
def test_wrong_request_is_told(wrong, expected, tmp_path):
    """What is wrong is found once, by the promise that it breaks."""
    assert found(collection(tmp_path, wrong)) == expected


VEHICLE = item(
    "POST {{baseUrl}}/users/{{userId}}/vehicles",
    '{"vehicleId": "{{vehicleId}}", "metadata":'
    ' {"resourceType": "{{kind}}", "brand": "b", "model": "m", "year": {{year}}, "vin": "v"}}',
)
VALUES = {"baseUrl": "https://h.example/energy-coordination/v1", "userId": "u", "vehicleId": "v", "kind": "Vehicle"}
SETS = {"listen": "test", "script": {"exec": ['pm.environment.set("userId", pm.response.json().userId)']}}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({**VALUES, "year": "2022"}, []),
        ({**VALUES, "year": "2022", "userId": ""}, []),
        ({**VALUES, "year": "22 {{model}}"}, ["request-body unreadable"]),
        ({**VALUES, "year": '"2022"'}, ["request-body type"]),
        ({**VALUES, "year": "2022", "kind": "Car"}, ["request-body const"]),
        ({**VALUES, "year": "2022", "vehicleId": "undefined"}, ["request-body pattern"]),
    ],
)
def test_environment_has_the_values_of_variables(environment, expected, tmp_path):
    """What a variable stands for is checked as if it stood there; what has no value yet is nobody's fault."""
    assert found(collection(tmp_path, VEHICLE), environment=environment) == expected


def test_environment_comes_before_the_collection(tmp_path):
    """As in Postman, a value of the environment hides that of the collection and of its folders."""
    own = [{"key": "userId", "value": "undefined"}]
    folder = {"name": "f", "variable": own, "item": [item("GET {{baseUrl}}/users/{{userId}}")]}

    assert found(collection(tmp_path, folder, variable=own), environment={"userId": "u"}) == []
    assert found(collection(tmp_path, folder, variable=own)) == ["request-parameters pattern"]


@pytest.mark.parametrize("event", [[], [SETS]])
def test_misspelt_variable_is_told(event, tmp_path):
    """A name that nothing sets, and that is almost one that something sets, stands for nothing."""
    wrong, right = item("GET {{baseUrl}}/users/{{userID}}"), item("GET {{baseUrl}}/users/{{nextUser}}")
    path = collection(tmp_path, wrong, right, event=event)

    assert found(path, environment={} if event else {"userId": "u"}) == ["request-parameters pattern"]
    assert found(path) == []


def test_environment_is_a_file_of_postman(tmp_path, capsys):
    """`--environment` reads what Postman exports, prints none of its secrets, and is for collections alone."""
    values = [{"key": "userId", "value": "undefined"}, {"key": "clientSecret", "value": "h-u-n-t-e-r"}]
    path = collection(tmp_path, item("GET {{baseUrl}}/users/{{userId}}?clientSecret={{clientSecret}}"))
    environment, archive = tmp_path / "e.json", tmp_path / "t.har"
    environment.write_text(json.dumps({"values": values}), encoding="utf-8")
    archive.write_text('{"log": {"entries": []}}', encoding="utf-8")

    assert run(str(path), "--environment", str(environment)) == 1
    assert "h-u-n-t-e-r" not in capsys.readouterr().out
    assert run(str(path), "--environment", str(archive)) == 4
    assert run(str(archive), "--environment", str(environment)) == 4
    assert "--environment is for Postman collections" in capsys.readouterr().err


def test_script_may_add_the_token(tmp_path):
    """A request without an authorization is not blamed where a script sets the header."""
    script = {"listen": "prerequest", "script": {"exec": ["pm.request.headers.add({key: 'Authorization', value: t})"]}}

    assert found(collection(tmp_path, item(), auth=None, event=[script])) == []


UNREADABLE = [
    ("", "it is not JSON (line 1)"),
    ("[]", "it is not a JSON object"),
    ('{"info": {}, "item": []}', "it has no requests"),
    ('{"values": []}', "it is an environment"),
    ('{"requests": []}', "it is a collection of version 1"),
    ('{"openapi": "3.1.0"}', "it is an OpenAPI document"),
    ('{"info": {"schema": "https://schema.getpostman.com/json/collection/v3.0.0/"}, "item": [1]}', "its schema is"),
    ('{"info": {}, "item": [7]}', "it is damaged: item 1 is no object"),
    (
        '{"info": {}, "item": [{"request": "/", "response": [{"code": 1e400}]}]}',
        "item 1 has a request that cannot be read",
    ),
    (
        '{"info": {}, "item": [{"name": "A", "item": [{"request": {"url": 7}}]}]}',
        "A / item 1 has a request that cannot",
    ),
    ('{"info": {}, "item": [{"request": 7}]}', "item 1 has a request that cannot be read"),
    ('{"info": {}, "item": [{"name": "A", "variable": [{"key": []}, 7]}, null]}', "it is damaged"),
    ("[" * 100_000, "it is nested too deep"),
    (
        json.dumps(
            {
                "info": {},
                "variable": [{"key": f"v{each}", "value": f"{{{{v{each + 1}}}}}" * 8} for each in range(12)],
                "item": [{"request": "/{{v0}}"}],
            }
        ),
        "item 1 has a request that cannot be read",
    ),
]


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_unusable_file_is_one_line(text, reason, tmp_path, capsys):
    """What is no collection ends with exit code 4, the reason, and what was expected."""
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")

    assert run(str(path)) == 4

    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_long_value_does_not_make_a_long_line(tmp_path, capsys):
    """What is told of a value is a line that can be read, and its end, which says what to do, is still there."""
    assert run(str(collection(tmp_path, item())), "--edition", "y" * 100_000) == 4

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert len(said) < 2100
    assert said.endswith("(--edition; for pytest --ec-edition)\n")


def test_secret_is_masked_before_a_line_is_cut():
    """Of a secret that stands where a long line is cut, no half is told."""
    secret = "s3cr3t-" * 300

    said = masked(f"{'y' * 1000}{secret}{'z' * 1000}", {"EC_CLIENT_SECRET": secret})

    assert "s3cr3t" not in said


def test_missing_file_is_one_line(tmp_path, capsys):
    """A file that is not there is told as such."""
    assert run(str(tmp_path / "none.json")) == 4
    assert "No such file or directory" in capsys.readouterr().err


def test_folder_is_one_line(tmp_path, capsys):
    """A folder, as Postman keeps collections now, is told as what it is."""
    assert run(str(tmp_path)) == 4
    assert "it is a folder, as Postman's format 3.0.0 has; expected" in capsys.readouterr().err


def test_nothing_of_the_api_is_no_pass(tmp_path, capsys):
    """A collection of which nothing calls the API is not green: nothing was selected."""
    assert run(str(collection(tmp_path, item("GET https://example.com/other")))) == 5
    assert "example.com" in capsys.readouterr().err


def test_secret_is_not_printed(tmp_path, capsys):
    """The values of secret variables, and what stands in their places, are in no output and no result."""
    wrong = item(
        "POST {{baseUrl}}/users", '{"userId": ["s3cr3t-value"]}', header=[{"key": "X", "value": "s3cr3t-value"}]
    )
    path = collection(tmp_path, wrong, variable=[{"key": "clientSecret", "value": "s3cr3t-value"}])

    assert run(str(path), "--report", str(tmp_path / "r")) == 1

    kept = (tmp_path / "r" / "results.json").read_text(encoding="utf-8")
    assert "s3cr3t-value" not in capsys.readouterr().out + kept


def test_result_of_a_collection_has_pages(tmp_path):
    """What is stored of a collection can be rendered; requests that break the contract have failed, and so has it."""
    wrong, right = item("POST {{baseUrl}}/users", '{"userId": [1]}'), item("GET {{baseUrl}}/users")
    path = collection(tmp_path, wrong, right, {**right, "name": "other"})

    assert run(str(path), "--report", str(tmp_path / "r")) == 1

    result = store.read(tmp_path / "r")
    assert result.run.exit_code == 1
    assert [test.outcome for test in result.tests] == ["failed", "passed"]
    assert "promise is broken" in files_of(result)["summary.md"]


def test_half_a_character_is_read(tmp_path):
    """A lone surrogate in an address is no reason to stop."""
    assert found(collection(tmp_path, item("GET {{baseUrl}}/users/\ud800"))) == []


def test_collection_cannot_steer_the_terminal(tmp_path, capsys):
    """Control characters of names, addresses and values are shown as something else."""
    wrong = {**item("GET {{baseUrl}}/\x1b[2J", header=[{"key": "X\x1b", "value": "\x9b"}]), "name": "\x1b[31mred"}
    other = item("GET https://\x1b.example.com/x")

    assert run(str(collection(tmp_path, wrong, item("POST {{baseUrl}}/users", '{"userId": ["\x1b"]}'), other))) == 1

    assert not set(capsys.readouterr().out) & set("\x1b\x9b")
