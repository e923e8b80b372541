"""Scripts that show a finding again: what they send, to the byte, and what they keep to themselves."""

import os
import signal
import subprocess
import threading
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from resent import (
    BAD,
    CLIENT_ID,
    CLIENT_SECRET,
    ENVIRONMENT,
    NAMES,
    REQUESTS,
    TEXTS,
    TOKEN,
    VAULT,
    require_same,
    taking,
)

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Api, checked_of
from ecsuite.client.transcript import MOST_OTHERS
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.http import httpx
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Expectation, Headers, Request
from ecsuite.messages.redact import Redactor
from ecsuite.promises import STATUS_EXPECTED
from ecsuite.reproduce.call import command
from ecsuite.reproduce.parts import parts_of
from ecsuite.reproduce.script import scripts_for
from ecsuite.reproduce.sh import arguments
from ecsuite.reproduce.sh_functions import FUNCTIONS
from ecsuite.reproduce.shell import feed, octal, word
from ecsuite.reproduce.vault import FORM, JSON, Secret, Vault
from ecsuite.rules.inputs import wrong_credentials
from ecsuite.session import open_run
from ecsuite.standin import serving

PREAMBLE = "LC_ALL=C; export LC_ALL; nl='\n'\n" + "".join(FUNCTIONS.values()).partition("\nmade=\n")[0]


def printed(text, **environment):
    """What a shell prints for one word, with the functions of scripts."""
    script = f"{PREAMBLE}\nprintf '%s' {text}"
    ran = subprocess.run(["sh", "-c", script], env=ENVIRONMENT | environment, capture_output=True, check=True)
    return ran.stdout


# Words and bodies


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_word_is_what_was_sent(text):
    """A shell takes a word for the bytes that it stands for."""
    assert printed(word(parts_of(text))) == text


@pytest.mark.parametrize(("text", "content"), [("\udcff", b"\xff"), ("\ud800", b"\xed\xa0\x80")])
def test_half_a_character_is_a_word(text, content):
    """A byte that was no character is that byte again, and half of a character the bytes that stand for it."""
    assert octal(text) == "".join(f"\\{byte:03o}" for byte in content)


@pytest.mark.parametrize(
    "text",
    [*TEXTS.values(), b"\0a\0", b"[" * 20000 + b"]" * 20000, b"x" * 200_000],
    ids=[*TEXTS, "nul", "nested", "large"],
)
def test_feed_is_what_was_sent(text):
    """What no argument can hold goes through a pipe, and what is long is written short."""
    commands = feed(parts_of(text))

    ran = subprocess.run(["sh", "-c", commands], capture_output=True, check=True)

    assert ran.stdout == text
    assert len(commands) < 2000


# Secrets


@pytest.mark.parametrize(
    "headers", [each for each in BAD.values() if each], ids=[name for name, each in BAD.items() if each]
)
def test_bad_token_is_made_of_the_good_one(headers):
    """What was sent in the place of a token is made of it again, and no part of it stands in the word."""
    header = headers["Authorization"]
    if header.startswith("Basic "):
        assert word(NAMES.basic[header]) == '"$EC_CLIENT_ID:$EC_CLIENT_SECRET"'
        return

    made = word(VAULT.parts(header)) if header else "''"

    assert printed(made).decode() == header
    assert not any(form[start : start + 8] in made for form in forms() for start in range(len(form) - 7))


def forms():
    return (TOKEN, TOKEN[::-1], TOKEN.swapcase(), CLIENT_SECRET)


def test_bad_token_is_bad_whatever_the_good_one_is():
    """With another token of another length it is still cut off, and still has one character changed."""
    other = "AAAA-another-token-AAAA-that-is-longer-AAAA-AAAA-AAAA"

    cut = printed(word(VAULT.parts(BAD["token-cut-off"]["Authorization"])), token=other).decode()
    changed = printed(word(VAULT.parts(BAD["token-one-character-changed"]["Authorization"])), token=other).decode()

    assert other.startswith(cut.removeprefix("Bearer "))
    assert len(cut) == len("Bearer ") + len(other) // 2
    changes = [one != two for one, two in zip(changed.removeprefix("Bearer "), other, strict=True)]
    assert sum(changes) == 1


RIGHT = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
WRONG = wrong_credentials(RIGHT, "nobody-42")


@pytest.mark.parametrize("form", [RIGHT, *WRONG.values()], ids=["right", *WRONG])
def test_form_is_sent_to_the_byte(form):
    """A form with right or wrong credentials is the same again, and has no secret in it."""
    request = httpx.Request("POST", "http://h/v1/token", data=form)
    headers = Headers.of([("Content-Type", "application/x-www-form-urlencoded")])

    words, _ = arguments(command(Request("POST", "http://h/v1/token", headers, request.content), NAMES))

    made = words[words.index("--data-raw") + 1]
    assert printed(made) == request.content
    assert CLIENT_SECRET[:8] not in made
    assert (
        form == RIGHT
        or "$EC_CLIENT_SECRET" in made
        or form["client_secret"] in {"", "*", "a-wrong-secret", "' OR '1'='1"}
        or form["client_secret"] == CLIENT_ID
    )


def test_secret_is_escaped_where_it_is_put_in():
    """In a form and in JSON a variable is spelt as they spell it."""
    odd = 'a"b\\c d&e=f+g%h'

    assert printed(word(VAULT.parts(CLIENT_SECRET, JSON)), EC_CLIENT_SECRET=odd) == b'a\\"b\\\\c d&e=f+g%h'
    spelt = word(Vault([Secret("abcdefgh", "EC_CLIENT_SECRET")]).parts("abcdefgh", FORM))
    assert printed(spelt, EC_CLIENT_SECRET=odd) == b"a%22b%5Cc+d%26e%3Df%2Bg%25h"


# Requests


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_request_is_the_one_that_was_sent(request_):
    """Method, address, headers and body are the same, to the byte; of the headers curl adds none but its own."""
    words, fed = arguments(command(replace(request_, url=f"http://h/v1{request_.url}"), NAMES))
    line = f"send {' '.join(words)}"
    script = f'{PREAMBLE}\nsend() {{ curl -sS -g --path-as-is --http1.1 "$@"; }}\n'
    script += f"{fed} | {line}" if fed else line
    with taking() as (address, found):
        environment = {**os.environ, **ENVIRONMENT, "EC_BASE_URL": address, "no_proxy": "*"}
        subprocess.run(["sh", "-c", script], env=environment, check=True, capture_output=True)

    require_same(request_, found)
    assert not any(TOKEN in argument or CLIENT_SECRET in argument for argument in words)


# Scripts


@pytest.fixture
def found(standin):
    """A finding about a call on a vehicle, and the transcript of the client that made it."""
    contract = editions.contract("2023-10")
    target = standin.target()
    journal, redactor = Journal(), Redactor()
    api = Api(target, Checker(contract, target.base_url, target.token_url, redactor.text), journal, redactor)
    with closing(api):
        api.post("/users", json={"userId": "b7d6a0c4-0f6e-4c1b-8a5e-0d3f5c8b7a55"})
        other = api.post("/users", json={"userId": "0c5e8e0a-5a8f-4d9a-9a75-1f0e6c0d2b11"})
        hook = {"webhookUrl": "https://p.example/hooks/42", "webhookSecret": "kept-to-itself-0123456789"}
        hook |= {"eventPayloadTypes": ["PriceCurve"], "operationTypes": ["Create"]}
        webhook = api.post("/webhooks", json=hook).json()["id"]
        api.get("/users")
        response = api.put(f"/webhooks/{webhook}", json=hook)
        api.add_finding(STATUS_EXPECTED, Breach.of("status", STATUS, [299], response.status_code), response)
        api.clean_up()
    assert checked_of(other)
    (finding,) = journal.findings
    return finding, api.transcript


def run(script, environment):
    return subprocess.run(
        ["sh", "-c", script, "1.sh"],
        env={**os.environ, "no_proxy": "*", **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_script_makes_what_the_call_names_alone(found, standin):
    """What the call does not name is not made, and what is made is deleted in the end."""
    finding, transcript = found

    script = scripts_for(finding, transcript).sh
    ran = run(script, standin.environment())

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "/users" not in script
    assert "\n--- PUT /webhooks/" in ran.stdout
    assert "HTTP/1.1 200 OK" in ran.stdout
    assert hooks_of(standin) == []


def hooks_of(standin):
    form = {"grant_type": "client_credentials", "client_id": standin.credentials.client_id}
    form["client_secret"] = standin.credentials.client_secret
    token = httpx.post(standin.token_url, data=form, trust_env=False).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{standin.base_url}/webhooks", headers=headers, trust_env=False).json()


def test_script_works_with_a_token_alone(found, standin):
    """A token in the environment is taken in the place of credentials."""
    finding, transcript = found
    (token,) = transcript.tokens

    ran = run(scripts_for(finding, transcript).sh, {"EC_BASE_URL": f"{standin.base_url}/", "EC_ACCESS_TOKEN": token})

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "HTTP/1.1 200 OK" in ran.stdout


def test_script_holds_no_secret(found):
    """Neither the credentials nor a token nor the secret of a webhook stands in it, and they are made up again."""
    finding, transcript = found

    script = scripts_for(finding, transcript).sh

    secrets = {*transcript.redactor.secrets, transcript.partners[0].client_id, "kept-to-itself"}
    assert [secret for secret in secrets if secret in script] == []
    assert "secret_1=${EC_WEBHOOK_SECRET:-" in script


def test_script_says_what_the_environment_lacks(found):
    """One line names every variable that is missing, before anything is sent."""
    finding, transcript = found

    ran = run(scripts_for(finding, transcript).sh, {"EC_CLIENT_ID": "x"})

    assert ran.returncode == 4
    assert ran.stderr == "1.sh: not in the environment: EC_BASE_URL EC_TOKEN_URL EC_CLIENT_SECRET\n"
    assert ran.stdout == ""


def test_script_stops_where_it_cannot_make_ready(found, standin):
    """Where what the call needs cannot be made, it says so, with the response, and ends with 1."""
    finding, transcript = found

    ran = run(scripts_for(finding, transcript).sh, {"EC_BASE_URL": standin.base_url, "EC_ACCESS_TOKEN": "nobody's"})

    assert ran.returncode == 1
    assert ran.stderr.startswith("1.sh: POST /webhooks got 401, so what comes after it cannot be shown: {")


def test_interrupted_script_deletes_what_it_made(found):
    """Ctrl-C ends it, and what was made by then is deleted."""
    finding, transcript = found
    with serving("2023-10") as standin:
        script = scripts_for(finding, transcript).sh.replace("\n# The call.", "\nsleep 30\n# The call.")
        process = subprocess.Popen(
            ["sh", "-c", script, "1.sh"],
            env={**os.environ, "no_proxy": "*", **standin.environment()},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Whoever runs the tests in the background has it ignored, and a shell cannot take that back.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no thread runs here
        )
        for _ in range(500):
            if hooks_of(standin):
                break
            threading.Event().wait(0.02)
        # One that comes while something is being made is let pass.
        for _ in range(100):
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.3)
                break
        code = process.returncode

        assert code == 130
        assert hooks_of(standin) == []


def test_run_that_is_over_keeps_nothing(standin):
    """What a run sent is forgotten when it ends, however long somebody keeps the run."""
    with open_run("2023-10", standin.target()) as opened:
        opened.api.get("/users")
        during = opened.transcript.steps()

    assert len(during) == 2
    assert opened.transcript.steps() == ()


def test_long_run_keeps_what_made_something(standin):
    """Of many reads and refused calls the latest are kept, and all that was made before them."""
    with open_run("2023-10", standin.target()) as opened:
        opened.api.post("/users", json={"userId": "b7d6a0c4-0f6e-4c1b-8a5e-0d3f5c8b7a55"})
        for _ in range(MOST_OTHERS + 10):
            opened.api.get("/users")
        steps = opened.transcript.steps()

    methods = [step.exchange.request.method for step in steps]
    assert methods == ["POST", "POST", *["GET"] * MOST_OTHERS]
    assert [step.number for step in steps[:2]] == [0, 1]


def test_finding_without_its_exchange_has_no_script(found):
    """There is nothing to send again."""
    finding, transcript = found

    assert scripts_for(finding, transcript).sh
    assert scripts_for(replace(finding, blamed=None), transcript) == ("", "")


def test_refused_call_is_repeated_with_what_was_sent(standin):
    """Where a token was cut off, it is cut off again, and no good one is sent with the call."""
    contract, target, journal = editions.contract("2023-10"), standin.target(), Journal()
    api = Api(target, Checker(contract, target.base_url, target.token_url), journal)
    with closing(api):
        headers = {"Authorization": f"Bearer {api.token()[:-1]}"}
        expect = Expectation("token-cut-off", frozenset({299}), unspecified=True)
        response = api.get("/users", authorize=False, headers=headers, expect=expect)
        api.add_finding(STATUS_EXPECTED, Breach.of("status", STATUS, [299], response.status_code), response)

    script = scripts_for(journal.findings[-1], api.transcript).sh
    ran = run(script, standin.environment())

    assert 'Bearer $(first $((${#token} - 1)) "$token")' in script
    assert "HTTP/1.1 401 Unauthorized" in ran.stdout
