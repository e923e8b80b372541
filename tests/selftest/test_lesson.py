"""The walkthrough as a page: what it teaches is what happened, and what it says to paste works."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from walkthroughs import FOLDER, page_of

from ecsuite import editions
from ecsuite.cli.walkthrough import _write
from ecsuite.errors import CouldNotTell
from ecsuite.messages.exchange import Headers, Request
from ecsuite.quickstart import Step, Story, explanation, steps, take, title
from ecsuite.report.languages import samples_of
from ecsuite.report.lesson import lesson_html
from ecsuite.report.tale import run_quickstart
from ecsuite.results.outlines import outlines_of
from ecsuite.results.own import Privacy
from ecsuite.session import open_run, replay_run
from ecsuite.standin import serving
from ecsuite.standin.faults import find_fault
from ecsuite.standin.parts import Answer, Parts

PLACES = {"http://h/v1": "EC_BASE_URL", "http://h/token": "EC_TOKEN_URL"}
JSON = Headers.of([("Content-Type", "application/json"), ("Authorization", "Bearer abc"), ("traceparent", "00-a")])
FORM = Headers.of([("Content-Type", "application/x-www-form-urlencoded")])


def command(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("EC_")}
    line = [sys.executable, "-m", "ecsuite", "walkthrough", *map(str, arguments)]
    return subprocess.run(line, env=own | env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("edition", editions.editions())
def test_pages_of_the_docs_are_current(edition):
    """docs/walkthrough has the page of each edition's recording; `tox run -e docs` writes them."""
    assert (FOLDER / f"{edition}.html").read_text(encoding="utf-8") == page_of(edition)


@pytest.mark.parametrize("edition", editions.editions())
def test_every_step_is_taught(edition):
    """Each step stands there in order, with why it is taken; and every exchange with four languages."""
    with replay_run(editions.cassette(edition, "quickstart")) as run:
        tale = run_quickstart(run)
    page = lesson_html(tale)

    headings = re.findall(r"<span class=\"number\">\d+</span> (.+)</h2>", page)
    assert headings == [title(step) for step in steps(edition)]
    assert [chapter.why for chapter in tale.chapters] == [explanation(step) for step in steps(edition)]
    exchanges = [each for chapter in tale.chapters for each in chapter.results]
    deliveries = [each for each in exchanges if each.operation.id in tale.contract.deliveries]
    assert page.count('data-language="powershell"') == len(exchanges) - len(deliveries)
    assert tale.passed
    assert "You see a recording of local stand-in" in page


@pytest.mark.parametrize("edition", editions.editions())
def test_refusals_are_real(edition):
    """What can go wrong is shown with an answer of a recording, for every call that needs a token."""
    with replay_run(editions.cassette(edition, "quickstart")) as run:
        tale = run_quickstart(run)

    called = [each.operation for chapter in tale.chapters for each in chapter.results]
    secured = {operation.id for operation in called if operation.security and not operation.sandbox_only}
    assert {operation for operation in secured if (operation, 401) not in tale.refusals} == set()
    assert "A real answer:" in lesson_html(tale)


def test_page_tells_what_is_broken(tmp_path):
    """Of a server with a fault the page has the finding at its step, and the command ends with 1."""
    with serving("2023-10", plant=find_fault("2023-10", "year-is-text").plant) as standin:
        environment = standin.environment()
        ran = command(
            "--target", "live", "--edition", "2023-10", "--html", tmp_path / "deep" / "page.html", **environment
        )

    page = (tmp_path / "deep" / "page.html").read_text(encoding="utf-8")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "response body matches contract: broken" in page
    assert "Every promise was kept" not in page
    assert f"Everything was sent to {standin.base_url}." in page
    secrets = [value for name, value in environment.items() if "CLIENT" in name]
    assert [each for each in secrets if each in page] == []


def without_meter_id(parts: Parts) -> None:
    """A server whose answer to a new meter does not say which one it is."""

    def finish(operation: object, answer: Answer) -> Answer:
        is_made = str(operation) == "POST /users/{userId}/meters" and answer.status == 201
        return replace(answer, content=b"{}") if is_made else answer

    parts.finish = finish


def test_story_that_cannot_go_on_is_told(tmp_path):
    """Where a step has nothing to go on with, the page says so, and what was not reached."""
    with serving("2023-10", plant=without_meter_id) as standin:
        ran = command(
            "--target", "live", "--edition", "2023-10", "--html", tmp_path / "page.html", **standin.environment()
        )

    assert ran.returncode == 1
    assert "it cannot go on" in ran.stderr
    assert "Not reached: Add a resource" in (tmp_path / "page.html").read_text(encoding="utf-8")


def keeping_all(parts: Parts) -> None:
    """A server that deletes nothing."""

    def finish(operation: object, answer: Answer) -> Answer:
        return replace(answer, status=403, content=b'{"title": "no"}') if str(operation)[:6] == "DELETE" else answer

    parts.finish = finish


def test_what_a_walkthrough_leaves_is_told(tmp_path):
    """What the server refuses to delete is told beside the page, which does not say that all is well; it ends with 1."""
    with serving("2023-10", plant=keeping_all) as standin:
        ran = command(
            "--target", "live", "--edition", "2023-10", "--html", tmp_path / "page.html", **standin.environment()
        )

    assert ran.returncode == 1
    assert re.match(
        r"left on the server \(\d+\), for it refuses to delete what the run has made:\n  DELETE /", ran.stderr
    )
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Every promise was kept" not in page


def text_of(request: Request, language: str) -> str:
    return next(each.text for each in samples_of(request, PLACES) if each.language == language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "powershell",
            '$headers = @{ Authorization = "Bearer $env:EC_ACCESS_TOKEN" }\n$body = @\'\n{\n  "name": "Å"\n}\n\'@\n'
            'Invoke-RestMethod -Method Post -Uri "$env:EC_BASE_URL/users" -Headers $headers '
            "-ContentType 'application/json; charset=utf-8' -Body $body",
        ),
        (
            "http",
            "POST {{baseUrl}}/users\nAuthorization: Bearer {{accessToken}}\nContent-Type: application/json\n\n"
            '{\n  "name": "Å"\n}',
        ),
        (
            "curl",
            "curl -sS -X POST \"$EC_BASE_URL/users\" \\\n    -H 'Content-Type: application/json' \\\n    "
            '-H "Authorization: Bearer $EC_ACCESS_TOKEN" \\\n    --data-raw \'{"name":"Å"}\'',
        ),
    ],
)
def test_request_in_each_language(language, text):
    """Addresses and the token are variables; what only the connection needs is left out."""
    assert text_of(Request("POST", "http://h/v1/users", JSON, '{"name":"Å"}'.encode()), language) == text


@pytest.mark.parametrize("language", ["curl", "python", "powershell", "http"])
def test_no_language_shows_a_secret(language):
    """Credentials in a form are variables, secrets in JSON are masked."""
    form = b"grant_type=client_credentials&client_id=id-1234&client_secret=s%26cret"
    hook = b'{"webhookSecret": "s&cret"}'

    text = text_of(Request("POST", "http://h/token", FORM, form), language)
    text += text_of(Request("POST", "http://h/v1/webhooks", JSON, hook), language)

    assert not re.search(r"id-1234|s&cret|s%26cret|abc", text)
    assert "EC_CLIENT_SECRET" in text or "{{clientSecret}}" in text


@pytest.mark.parametrize(("language", "command_of"), [("curl", ("sh", "-c")), ("python", (sys.executable, "-c"))])
def test_what_is_pasted_works(language, command_of):
    """The token's request and a user's, as they stand on the page, are answered by a server of that edition."""
    with serving("2023-10") as standin:
        target = standin.target()
        places = {target.base_url: "EC_BASE_URL", target.token_url: "EC_TOKEN_URL"}
        with open_run("2023-10", target) as run:
            tale, token = run_quickstart(run), run.api.token()
        created = [tale.chapters[number].results[0].exchange.request for number in (0, 1)]
        texts = [
            next(each.text for each in samples_of(request, places) if each.language == language) for request in created
        ]
        env = os.environ | standin.environment() | {"EC_ACCESS_TOKEN": token}
        answers = [
            subprocess.run([*command_of, text], env=env, capture_output=True, text=True, check=True) for text in texts
        ]

    assert "access_token" in answers[0].stdout
    assert '"userId"' in answers[1].stdout


def test_members_are_explained(contract):
    """What a member must be, and whether it is always there, comes from the contract."""
    side = outlines_of(contract)["getVehicle"].responses["200"]
    nodes = {node.pointer: node for node in side.body.each()}

    assert (nodes["/metadata/year"].type, nodes["/metadata/year"].is_required) == ("integer", True)


def test_story_that_could_not_be_told_is_no_broken_promise(tmp_path, monkeypatch):
    """Where the service does not answer, the page has what was told, and the command ends as could-not-tell does."""
    steps_taken = []

    def until_the_third(step: Step, story: Story) -> None:
        steps_taken.append(step)
        if len(steps_taken) == 3:
            raise CouldNotTell("POST /users/{userId}/vehicles", "503")
        take(step, story)

    monkeypatch.setattr("ecsuite.report.tale.take", until_the_third)

    with replay_run(editions.cassette("2023-10", "quickstart")) as run, pytest.raises(CouldNotTell):
        _write(tmp_path / "page.html", run, strict=False)

    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "It could not go on: could not tell: POST /users/{userId}/vehicles" in page
    assert "Not reached: Add a meter" in page


def test_items_of_others_are_not_taught():
    """Of a live server's lists the page has what the walkthrough made, and nothing of what was there before."""
    with replay_run(editions.cassette("2023-10", "quickstart")) as run:
        tale = run_quickstart(run)

    assert "Begrens ladestrøm" in lesson_html(tale)
    assert "Begrens ladestrøm" not in lesson_html(replace(tale, privacy=Privacy(frozenset())))


def with_a_long_text(parts: Parts) -> None:
    """A server that shows a text of a million characters beside a user."""

    def finish(operation: object, answer: Answer) -> Answer:
        is_read = str(operation) == "GET /users/{userId}" and answer.status == 200
        return (
            replace(answer, content=b'{"note": "' + b"Z" * 1_000_000 + b'", ' + answer.content[1:])
            if is_read
            else answer
        )

    parts.finish = finish


def test_long_text_is_cut(tmp_path):
    """Of a text that nobody reads to its end the page has the beginning and the length."""
    with serving("2023-10", plant=with_a_long_text) as standin:
        command("--target", "live", "--edition", "2023-10", "--html", tmp_path / "page.html", **standin.environment())

    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(page) < 400_000
    assert "ZZ... (1,000,0" in page
