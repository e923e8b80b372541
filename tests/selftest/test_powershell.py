"""Scripts for PowerShell: what they send, to the byte, as what tests/support has of PowerShell runs them with a real curl."""

import html
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import powershell
import pytest
from powershell import Interpreter, errors
from resent import BAD, CLIENT_SECRET, ENVIRONMENT, NAMES, REQUESTS, TEXTS, TOKEN, VAULT, require_same, taking

from ecsuite import editions
from ecsuite.messages.exchange import Headers, Request
from ecsuite.reproduce.call import command
from ecsuite.reproduce.language import Story
from ecsuite.reproduce.parts import parts_of
from ecsuite.reproduce.powershell import PowerShell, expression, said
from ecsuite.reproduce.powershell_functions import FUNCTIONS
from ecsuite.reproduce.vault import FORM, JSON, Secret, Vault

LANGUAGE = PowerShell()
STORY = Story(
    about=("of a test: «å» \u2019quoted\u2019 \u2028 and #>",),
    shared=(),
    made_up=(),
    hooks="",
    variables=("EC_BASE_URL", "EC_CLIENT_ID", "EC_CLIENT_SECRET"),
    has_token=True,
    has_other_token=False,
    is_deleting=False,
)
LATIN1 = "$latin1 = [Text.Encoding]::GetEncoding(28591)\n"


def run(script, **environment):
    """Runs a script, and gives what it has put out, as text; the environment is what it is given alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ENVIRONMENT, "EC_ACCESS_TOKEN": TOKEN, "no_proxy": "*", **environment}.items():
            patch.setenv(name, value)
        return Interpreter("1.ps1").run(script)


def bytes_of(text, **variables):
    """What an expression gives, with the functions of scripts."""
    interpreter = Interpreter("1.ps1")
    values = {"token": TOKEN, "EC_CLIENT_SECRET": CLIENT_SECRET, **variables}
    for name, value in values.items():
        interpreter.assign(name, value)
    assert text.isascii()
    assert "\n" not in text
    script = f"{LATIN1}{''.join(FUNCTIONS.values())}\n$found = ({text})\n"
    assert interpreter.run(script) == 0
    return interpreter.variable("$found").encode("latin-1")


# Texts


@pytest.mark.parametrize(
    "text",
    [*TEXTS.values(), b"\0a\0", b"[" * 20000 + b"]" * 20000, b"x" * 200_000],
    ids=[*TEXTS, "nul", "nested", "large"],
)
def test_expression_is_what_was_sent(text):
    """An expression stands for the bytes, on one line of ASCII; what is long is written short."""
    made = expression(parts_of(text))

    assert bytes_of(made) == text
    assert len(made) < 2000


@pytest.mark.parametrize("text", ["plain", "Å \u2019quoted\u2019", "tab\t"])
def test_text_for_people_is_read_again(text):
    """What is printed is what was to be printed."""
    assert bytes_of(f"utf8 {said(text)}").decode() == text


@pytest.mark.parametrize(
    "header", [each["Authorization"] for each in BAD.values() if each and not each["Authorization"].startswith("Basic")]
)
def test_bad_token_is_made_of_the_good_one(header):
    """What was sent in the place of a token is made of it again, and no part of it stands in the script."""
    made = expression(VAULT.parts(header))

    assert bytes_of(made).decode() == header
    assert TOKEN[:8] not in made
    assert TOKEN[-8:] not in made


def test_bad_token_is_bad_whatever_the_good_one_is():
    """With another token of another length it is still cut off, and still has one character changed."""
    other = "AAAA-another-token-AAAA-that-is-longer-AAAA-AAAA-AAAA"

    cut = bytes_of(expression(VAULT.parts(BAD["token-cut-off"]["Authorization"])), token=other).decode()
    changed = bytes_of(
        expression(VAULT.parts(BAD["token-one-character-changed"]["Authorization"])), token=other
    ).decode()

    assert cut == f"Bearer {other[: len(other) // 2]}"
    assert sum(one != two for one, two in zip(changed.removeprefix("Bearer "), other, strict=True)) == 1


def test_secret_is_escaped_where_it_is_put_in():
    """In a form and in JSON a variable is spelt as they spell it."""
    odd = 'a"b\\c d&e=f+g%h'

    assert bytes_of(expression(VAULT.parts(CLIENT_SECRET, JSON)), EC_CLIENT_SECRET=odd) == b'a\\"b\\\\c d&e=f+g%h'
    spelt = expression(Vault([Secret("abcdefgh", "EC_CLIENT_SECRET")]).parts("abcdefgh", FORM))
    assert bytes_of(spelt, EC_CLIENT_SECRET=odd) == b"a%22b%5Cc+d%26e%3Df%2Bg%25h"


# Requests


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_request_is_the_one_that_was_sent(request_, capsys):
    """Method, address, headers and body are the same, to the byte; of the headers curl adds none but its own."""
    call = command(replace(request_, url=f"http://h/v1{request_.url}"), NAMES)
    script = LANGUAGE.script(STORY, "\n".join(LANGUAGE.sent("show", "it", 1, call)))
    with taking() as (address, found):
        code = run(script, EC_BASE_URL=address)

    require_same(request_, found)
    assert code == 0
    assert "\n--- it\nHTTP/1.1 204 No Content" in capsys.readouterr().out
    assert script.isascii()
    assert TOKEN not in script
    assert CLIENT_SECRET not in script


def test_compressed_response_is_asked_for_where_curl_can_read_it():
    """A curl without zlib, as older Windows has it, is not told to ask for what it cannot read."""
    request = Request("GET", "http://h/v1/users", Headers.of([("Accept-Encoding", "gzip"), ("X-Odd", "y")]))
    calls = "\n".join(LANGUAGE.sent("show", "it", 1, command(request, NAMES, implied=())))
    script = LANGUAGE.script(STORY, calls)
    seen = []
    for can_decode in ("$true", "$false"):
        with taking() as (address, found):
            run(script.replace("\nfunction fail", f"\n$can_decode = {can_decode}\nfunction fail"), EC_BASE_URL=address)
        seen.append("Accept-Encoding" in dict(found[0][1].headers))

    assert seen == [True, False]


# Whole scripts


def test_script_says_what_the_environment_lacks(capsys, monkeypatch):
    """One line names every variable that is missing, before anything is sent."""
    for name in ("EC_BASE_URL", "EC_CLIENT_ID", "EC_CLIENT_SECRET", "EC_TOKEN_URL", "EC_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    code = Interpreter("1.ps1").run(LANGUAGE.script(STORY, ""))

    assert code == 4
    assert capsys.readouterr().err == (
        "1.ps1: not in the environment: EC_BASE_URL EC_CLIENT_ID EC_CLIENT_SECRET EC_TOKEN_URL\n"
    )


def test_everything_is_of_the_language():
    """All that a script may have is read by the grammar of PowerShell, and that would tell what is not."""
    parts = ("a'b", *next(iter(NAMES.basic.values())), "ø")
    lines = [
        LANGUAGE.pause,
        LANGUAGE.waiting(2),
        LANGUAGE.known("id_1", "x\n\u2019y\u2019"),
        LANGUAGE.printed("POST /x\n\n{\u201ca\u201d: 1}"),
        *LANGUAGE.chosen("id_2", "id", 2),
        LANGUAGE.hold,
        LANGUAGE.remembered("other", parts),
        *LANGUAGE.remembered_member("", "id", parts),
        LANGUAGE.release,
    ]
    story = replace(
        STORY, has_other_token=True, is_deleting=True, hooks="https://p.example", made_up=(("secret_1", parts),)
    )

    script = LANGUAGE.script(story, "\n".join(lines))

    assert errors(script) == []
    assert errors("".join(FUNCTIONS.values())) == []
    assert errors(f"{script}}}") != []
    assert errors("show 'it's' $call") != []


def test_support_runs_a_file(tmp_path):
    """The runner that the trials of reproductions use ends with the code of the script."""
    (tmp_path / "1.ps1").write_text("Write-Output 'x'\nexit 3\n", encoding="ascii")

    ran = subprocess.run([sys.executable, powershell.__file__, tmp_path / "1.ps1"], capture_output=True, check=False)

    assert (ran.returncode, ran.stdout) == (3, b"x\n")


@pytest.mark.parametrize("edition", editions.editions())
def test_samples_of_the_walkthrough_are_of_the_language(edition):
    """What the pages of the walkthrough have to be pasted into PowerShell is read by its grammar."""
    page = (Path(__file__).parents[2] / "docs" / "walkthrough" / f"{edition}.html").read_text(encoding="utf-8")

    samples = [html.unescape(text) for text in re.findall(r"<pre[^>]*>([^<]*Invoke-RestMethod[^<]*)</pre>", page)]

    assert len(samples) > 20
    assert [found for sample in samples for found in errors(sample)] == []
