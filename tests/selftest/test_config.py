"""The configuration: what a file may say, what is refused there, and what beats what."""

from datetime import date
from pathlib import Path

import pytest

from ecsuite.config import configure, find, keys
from ecsuite.config.secrets_file import read_env_file
from ecsuite.errors import ConfigInvalid, EcsuiteError, EnvFileUnusable, SecretInConfig, TargetNotNamed, UnknownTarget
from ecsuite.findings.datum import NOTHING

SANDBOX = """
edition = "2023-10"

[targets.sandbox]
base-url = "https://sandbox.example/v1"
token-url = "https://sandbox.example/token"
test-area = [52.37, 4.89]
eligibility-seconds = 600
reports = ["LocationEnergyUsage", "LocationEnergyUsagePlan"]
https-webhooks = true
webhook-port = 8787
"""
ENTRY = """
[[accepted]]
promise = "status-listed"
operation = "getVehicle"
place = "status"
kind = "unlisted"
actual = 418
reason = "ticket 1"
until = 2027-01-31
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


def written(folder: Path, text: str, name: str = "ecsuite.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def of(folder: Path, target: str | None = None, edition: str | None = None, **env: str):
    return configure(target, edition, folder=folder, environ=env)


def test_folder_without_a_file_has_the_environment(folder):
    """Where there is no file, all is as the environment has it; what is empty there is not set."""
    found = of(folder, "live", EC_BASE_URL="http://here", EC_TEST_AREA=" ", OTHER="x")

    assert found.env == {"EC_BASE_URL": "http://here"}
    assert (found.mode, found.target, found.edition, found.document) == ("live", "", None, None)


def test_target_has_the_values_of_the_file(folder):
    """The values of a target are those that the environment could have given, each with its line."""
    found = of(written(folder, SANDBOX), "sandbox")

    assert found.env == {
        "EC_BASE_URL": "https://sandbox.example/v1",
        "EC_TOKEN_URL": "https://sandbox.example/token",
        "EC_TEST_AREA": "52.37,4.89",
        "EC_ELIGIBILITY_SECONDS": "600",
        "EC_REPORTS": "LocationEnergyUsage,LocationEnergyUsagePlan",
        "EC_HTTPS_WEBHOOKS": "yes",
        "EC_WEBHOOK_PORT": "8787",
    }
    assert found.values["EC_TEST_AREA"].origin == "ecsuite.toml:7"
    assert (found.mode, found.edition.text, found.edition.origin) == ("live", "2023-10", "ecsuite.toml:2")


def test_project_file_has_a_table(folder):
    """`[tool.ecsuite]` of a pyproject.toml says the same; one without it is none of ours, nor is a broken one."""
    text = '[project]\nname = "x"\n\n[tool.ecsuite.targets.sandbox]\nbase-url = "http://there"\n'

    found = of(written(folder, text, "pyproject.toml"), "sandbox")

    assert found.values["EC_BASE_URL"].origin == "pyproject.toml:5"
    assert find(written(folder, '[project]\nname = "x"\n', "pyproject.toml")) is None
    assert find(written(folder, "[tool.ecsuite", "pyproject.toml")) is None


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 400 + " = 1", "a = " + "[" * 5000 + "]" * 5000, "a" + ".a" * 100_000 + " = 1", "[a" + ".a" * 900],
)
def test_deep_file_is_one_line(folder, text):
    """What is nested deeper than any configuration is refused at once."""
    with pytest.raises(ConfigInvalid, match=r"^ecsuite\.toml(:\d+)?: "):
        find(written(folder, text))


def test_file_is_found_above_within_the_repository(folder):
    """A file holds in the folders below, as far as the repository goes."""
    inner = folder / "repository" / "deep"
    inner.mkdir(parents=True)
    written(folder, SANDBOX)

    assert find(inner).path == folder / "ecsuite.toml"
    (folder / "repository" / ".git").mkdir()
    assert find(inner) is None


def test_command_line_beats_environment_beats_file(folder):
    """`live` takes the target of the file where the environment has nothing else; a target that is named is as it is there."""
    written(folder, SANDBOX)

    by_mode = of(folder, "live", "2026-01", EC_BASE_URL="http://mine", EC_CLIENT_ID="me")
    by_name = of(folder, "sandbox", EC_BASE_URL="http://mine", EC_CLIENT_ID="me")

    assert (by_mode.env["EC_BASE_URL"], by_mode.values["EC_BASE_URL"].origin) == ("http://mine", "environment")
    assert by_mode.env["EC_TOKEN_URL"] == "https://sandbox.example/token"
    assert (by_mode.edition.text, by_mode.edition.origin) == ("2026-01", "command line")
    assert by_name.env["EC_BASE_URL"] == "https://sandbox.example/v1"
    assert by_name.env["EC_CLIENT_ID"] == "me"


def test_env_file_is_for_what_nobody_else_says(folder):
    """The environment beats a file of secrets, which beats the configuration."""
    written(folder, SANDBOX)
    (folder / "secrets").write_text(
        "EC_CLIENT_ID=file # mine\nexport EC_CLIENT_SECRET='a b'\nOTHER=1\nEC_BASE_URL=http://f\n"
    )

    found = configure("live", env_file=folder / "secrets", folder=folder, environ={"EC_CLIENT_ID": "environment"})
    named = configure("sandbox", env_file=folder / "secrets", folder=folder, environ={})

    assert (found.env["EC_CLIENT_ID"], found.env["EC_CLIENT_SECRET"]) == ("environment", "a b")
    assert found.env["EC_BASE_URL"] == "http://f"
    assert "OTHER" not in found.env
    assert (named.env["EC_CLIENT_ID"], named.env["EC_BASE_URL"]) == ("file", "https://sandbox.example/v1")
    assert found.values["EC_CLIENT_SECRET"].origin == str(folder / "secrets")
    assert "a b" not in repr(found)


@pytest.mark.parametrize("target", [None, "replay", "local"])
def test_other_modes_have_nothing_of_targets(folder, target):
    """A replay and the stand-in need no server of the file, and take its edition."""
    found = of(written(folder, SANDBOX), target)

    assert found.env == {}
    assert (found.mode, found.edition.text) == (target, "2023-10")


def test_target_that_live_means(folder):
    """`live` is the only target, or the one that `target` names; where neither is so, somebody has to say."""
    two = SANDBOX + '\n[targets.staging]\nbase-url = "http://staging"\n'

    assert of(written(folder, 'target = "staging"\n' + two), "live").env == {"EC_BASE_URL": "http://staging"}
    with pytest.raises(TargetNotNamed, match=r"ecsuite.toml has several targets \(sandbox, staging\)"):
        of(written(folder, two), "live")
    with pytest.raises(ConfigInvalid, match=r"ecsuite.toml:1: there is no \[targets.stagin\] here"):
        of(written(folder, 'target = "stagin"\n' + two), "live")


def test_unknown_target_has_the_nearest_name(folder):
    """A target that is nowhere is told with what there is."""
    with pytest.raises(
        UnknownTarget, match="there is no target 'sandbx': did you mean 'sandbox'\\? expected one of replay, local"
    ):
        of(written(folder, SANDBOX), "sandbx")
    with pytest.raises(UnknownTarget, match="there is no target 'liv': did you mean 'live'"):
        of(folder, "liv")


REFUSED = {
    "[targets.a\n": "ecsuite.toml: is no TOML: ",
    'edtion = "all"\n': "ecsuite.toml:1: there is no key 'edtion': did you mean 'edition'?",
    '\nedition = "2020-01"\n': "ecsuite.toml:2: there is no edition '2020-01': expected one of all, 2023-10, 2026-01",
    "edition = 2023\n": "ecsuite.toml:1: expected a text in quotes",
    'base-url = "http://x"\n': "ecsuite.toml:1: there is no key 'base-url': it belongs to a target, below [targets.NAME]",
    "[targets.a]\nrate = 5\n": 'ecsuite.toml:2: rate is 5: expected a rate in quotes, such as "5/s"',
    "targets = 1\n": "ecsuite.toml:1: expected tables, each under [targets.NAME]",
    '[targets]\nsandbox = "http://x"\n': "ecsuite.toml:2: expected a table, under [targets.NAME]",
    "[targets.live]\n": "ecsuite.toml:1: no target can be called 'live': that is a mode; give another name",
    '[targets.a]\nbase_url = "x"\n': "ecsuite.toml:2: there is no key 'base_url': did you mean 'base-url'?",
    '[targets.a]\n# a comment\nbase-url = "x"\n': "ecsuite.toml:3: base-url is 'x': expected an address such as",
    "[targets.a]\nbase-url = 1\n": "ecsuite.toml:2: base-url is 1: expected an address in quotes",
    "[targets.a]\nwebhook-port = 99999\n": "ecsuite.toml:2: webhook-port is '99999': expected a port number",
    '[targets.a]\nwebhook-port = "1"\n': "ecsuite.toml:2: webhook-port is '1': expected a whole number",
    "[targets.a]\nwebhook-port = true\n": "ecsuite.toml:2: webhook-port is True: expected a whole number",
    '[targets.a]\nsimulation = "no"\n': "ecsuite.toml:2: simulation is 'no': expected true or false",
    "[targets.a]\ntest-area = [1, 2, 3]\n": "ecsuite.toml:2: test-area is '1,2,3': expected latitude,longitude in degrees",
    '[targets.a]\ntest-area = "1,2"\n': "ecsuite.toml:2: test-area is '1,2': expected [latitude, longitude]",
    "[targets.a]\neligibility-seconds = -1\n": "ecsuite.toml:2: eligibility-seconds is '-1': expected a number of seconds",
    "[targets.a]\nreports = [1]\n": "ecsuite.toml:2: reports is [1]: expected names in a list, or",
    '[targets.a]\nreports = ["LocationEnergyUse", "all"]\n': "ecsuite.toml:2: reports has 'LocationEnergyUse': did you mean",
    '[targets.a]\nreports = "Nonsense"\n': "ecsuite.toml:2: reports has 'Nonsense': expected 'all', or reports by invit",
    "[accepted]\n": "ecsuite.toml:1: expected tables, each under [[accepted]]",
    ENTRY.replace("status-listed", "status-lised"): "ecsuite.toml:3: there is no promise 'status-lised': did you mean",
    ENTRY.replace('reason = "ticket 1"', ""): "ecsuite.toml:2: an accepted deviation must have reason",
    ENTRY.replace('"ticket 1"', '" "'): "ecsuite.toml:8: reason must be a text in quotes",
    ENTRY.replace("2027-01-31", '"soon"'): "ecsuite.toml:9: until must be a day, such as 2027-01-31",
    ENTRY.replace("actual = 418", ""): "ecsuite.toml:2: an accepted deviation has either actual or actual-type",
    ENTRY.replace("actual = 418", 'actual-type = "text"'): "ecsuite.toml:7: expected one of null, boolean, integer",
    ENTRY + "because-of = 1\n": "ecsuite.toml:10: there is no key 'because-of': did you mean 'because'?",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_a_file_cannot_say_is_told_with_its_line(folder, text):
    """A key or a value that cannot be is one line: the file, the line, what was expected."""
    with pytest.raises(ConfigInvalid) as caught:
        of(written(folder, text), "a" if "[targets.a]" in text else None).deviations()

    assert str(caught.value).startswith(REFUSED[text])
    assert "\n" not in str(caught.value)


SECRETS = {
    '[targets.a]\nclient-secret = "x"\n': 2,
    '[targets.a]\nclient_id = "x"\n': 2,
    '[targets.a]\naccess-token = "x"\n': 2,
    '[targets.a]\nEC_OTHER_CLIENT_SECRET = "x"\n': 2,
    'password = "x"\n': 1,
    '[targets.a]\nbase-url = "https://me:hunter2x@host/v1"\n': 2,
    '[targets.a]\nreports = ["a", "Bearer hunter2hunter2"]\n': 2,
    'edition = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"\n': 1,
    'edition = "FU8wVioT490-dZuYLCPoT8GuYohB8lhV"\n': 1,
}


@pytest.mark.parametrize("text", SECRETS, ids=range(len(SECRETS)))
def test_secret_is_refused_and_not_told(folder, text):
    """A secret, by its key or by what it looks like, has no place in a file that is committed; no message has it."""
    with pytest.raises(SecretInConfig) as caught:
        of(written(folder, text))

    assert str(caught.value).startswith(f"ecsuite.toml:{SECRETS[text]}: ")
    assert "hunter2" not in str(caught.value)
    assert "eyJ" not in str(caught.value)
    assert "FU8w" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '[targets.secret-sandbox]\ntoken-url = "https://auth.example/connect/token"\n',
        ENTRY.replace("418", '"FU8wVioT490-dZuYLCPoT8GuYohB8lhV"'),
        '[targets.a]\nbase-url = "https://api.sandbox.voluespark.com/energy-coordination/v1"\n',
        'edition = "all"\n',
    ],
    ids=range(4),
)
def test_what_is_no_secret_is_taken(folder, text):
    """A token's address, a name of one's own, and what a server has answered are no secrets."""
    assert of(written(folder, text)).document is not None


ENV_FILES = {
    "EC_CLIENT_SECERT=hunter2\n": "there is no variable EC_CLIENT_SECERT: did you mean EC_CLIENT_SECRET?",
    "\nEC_CLIENT_SECRET\n": ":2: EC_CLIENT_SECRET has no value",
    "EC_CLIENT_SECRET='hunter2\n": ":1: the line cannot be understood",
}


@pytest.mark.parametrize("text", ENV_FILES, ids=range(len(ENV_FILES)))
def test_env_file_that_cannot_be_used(folder, text):
    """What cannot be is told with its line, and without what stands there."""
    (folder / "secrets").write_text(text)

    with pytest.raises(EnvFileUnusable) as caught:
        read_env_file(folder / "secrets")

    assert ENV_FILES[text] in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_env_file_that_is_not_there(folder):
    """A file that is missing, a folder, or no text, is one line."""
    (folder / "bytes").write_bytes(b"\xff\xfe\x00")

    for name, reason in {"nowhere": "No such file", ".": "Is a directory", "bytes": "it is no text"}.items():
        with pytest.raises(EnvFileUnusable, match=reason):
            read_env_file(folder / name)


def test_deviations_are_of_a_server(folder):
    """What is accepted of a server holds for live runs alone; a recording and the stand-in are right."""
    written(folder, ENTRY + SANDBOX.replace('edition = "2023-10"', ""))
    today = date(2027, 1, 31)

    (entry,) = of(folder, "live").deviations(today).valid

    assert (entry.mark.promise, entry.mark.value, entry.mark.type) == ("status-listed", 418, "integer")
    assert (entry.reason, entry.until, entry.where) == ("ticket 1", today, "ecsuite.toml:2")
    assert of(folder, "live").deviations(date(2027, 2, 1)).expired == (entry,)
    assert of(folder, "local").deviations(today).valid == ()


def test_type_stands_for_any_value(folder):
    """An entry with a type accepts every value of it."""
    written(folder, ENTRY.replace("actual = 418", 'actual-type = "null"'))

    (entry,) = of(folder, "live").deviations(date(2026, 1, 1)).valid

    assert (entry.mark.type, entry.mark.value) == ("null", NOTHING)


def test_every_setting_has_a_key():
    """A key is the name of its variable, in the spelling of TOML, and leads back to it."""
    assert {keys.variable_of(keys.key_of(name)) for name in keys.SETTINGS} == set(keys.SETTINGS)
    assert keys.key_of("EC_WEBHOOK_PUBLIC_URL") == "webhook-public-url"
    assert [name for name in keys.SETTINGS if keys.is_secret_key(keys.key_of(name))] == []
    assert [name for name in keys.SECRETS if not keys.is_secret_key(keys.key_of(name))] == []


def test_template_is_a_configuration(folder):
    """What `ecsuite init` writes says nothing as it is, and can be used where its comments are taken away."""
    template = (Path(keys.__file__).parent / "template.toml").read_text(encoding="utf-8")
    lines = template.splitlines()
    said = "\n".join(line.removeprefix("#") if line[:2].strip("# ") else line for line in lines)

    assert of(written(folder, template), "live").env == {}
    found = of(written(folder, said), "sandbox")
    assert set(found.env) == set(keys.SETTINGS)
    assert len(found.deviations(date(2026, 1, 1)).valid) == 1


def test_error_ends_with_unusable_input():
    """Each of these errors is about what was given."""
    for error in (ConfigInvalid, SecretInConfig, EnvFileUnusable, UnknownTarget, TargetNotNamed):
        assert issubclass(error, EcsuiteError)
        assert error.exit_code == 4
