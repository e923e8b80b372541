"""An environment of Postman as the variables of a live run."""

import json

import pytest

from ecsuite import editions
from ecsuite.errors import EnvironmentFileUnreadable
from ecsuite.export import postman
from ecsuite.export.recorded import quickstart
from ecsuite.postman.environment import read_postman_environment

READ = [
    ({"key": "baseUrl", "value": "https://a.example/v1"}, {"EC_BASE_URL": "https://a.example/v1"}),
    ({"key": "BASE_URL", "value": "u", "enabled": True}, {"EC_BASE_URL": "u"}),
    ({"key": "client-secret", "value": " s ", "type": "secret"}, {"EC_CLIENT_SECRET": "s"}),
    ({"key": "EC_SIMULATION", "value": "no"}, {"EC_SIMULATION": "no"}),
    ({"key": "accessToken", "value": "t"}, {"EC_ACCESS_TOKEN": "t"}),
    ({"key": "tokenUrl", "value": "{{host}}/token"}, {"EC_TOKEN_URL": "https://h/token"}),
    ({"key": "tokenUrl", "value": "{{unknown}}/token"}, {"EC_TOKEN_URL": "{{unknown}}/token"}),
    ({"key": "clientId", "value": "c", "enabled": False}, {}),
    ({"key": "clientId", "value": ""}, {}),
    ({"key": "clientId", "value": None}, {}),
    ({"key": "userId", "value": "u"}, {}),
    ("no variable", {}),
]


@pytest.mark.parametrize(("entry", "expected"), READ)
def test_variable_is_read(entry, expected, tmp_path):
    """Usual names are known in every spelling; what is disabled, empty or unknown is left out."""
    path = tmp_path / "x.postman_environment.json"
    host = {"key": "host", "value": "https://h"}
    path.write_text("\ufeff" + json.dumps({"name": "x", "values": [host, entry]}), encoding="utf-8")

    assert read_postman_environment(path) == expected


def test_own_environment_is_read(tmp_path):
    """The environment that ecsuite exports gives the addresses of the sandbox, and no credentials."""
    path = tmp_path / "x.json"
    path.write_text(postman.text(postman.environment(quickstart(editions.editions()[0]))), encoding="utf-8")

    assert set(read_postman_environment(path)) == {"EC_BASE_URL", "EC_TOKEN_URL"}


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "it is not JSON"), ("{}", "no list of values"), ("7", "it is not a JSON object")]
)
def test_unusable_environment_is_told(text, reason, tmp_path):
    """The reason names no value of the file, for those are secrets."""
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(EnvironmentFileUnreadable, match=reason):
        read_postman_environment(path)


def test_variables_that_stand_for_too_much_are_told(tmp_path):
    """Variables that hold each other many times over end in one line, and not in all the memory that there is."""
    path = tmp_path / "x.json"
    held = [{"key": f"v{number}", "value": f"{{{{v{number + 1}}}}}" * 8} for number in range(12)]
    path.write_text(json.dumps({"values": [{"key": "baseUrl", "value": "{{v0}}"}, *held]}), encoding="utf-8")

    with pytest.raises(EnvironmentFileUnreadable, match="its variables stand for more than 200,000 characters"):
        read_postman_environment(path)


def test_variables_in_a_circle_end(tmp_path):
    """Two variables that hold each other are left as they are."""
    path = tmp_path / "x.json"
    values = [{"key": "baseUrl", "value": "{{b}}"}, {"key": "b", "value": "{{baseUrl}}"}]
    path.write_text(json.dumps({"values": values}), encoding="utf-8")

    assert read_postman_environment(path)["EC_BASE_URL"].startswith("{{")
