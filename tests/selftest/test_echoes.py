"""No secret reaches an output or a file, wherever and however a server says it."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from echoes import MODES, OTHER_ID, OTHER_SECRET, TOKEN_MODES, echoing, leaked
from projects import Project

TESTS = f"""
    import logging, warnings
    import pytest
    from ecsuite.errors import NothingThere
    from ecsuite.messages.exchange import UNSPECIFIED
    pytestmark = pytest.mark.edition("2023-10")

    @pytest.mark.parametrize("mode", {list(MODES)})
    def test_of_the_api(api, mode):
        response = api.get("/users", params={{"mode": mode}}, strict=False)

    @pytest.mark.parametrize("mode", {list(MODES)})
    def test_of_a_partner(api, mode):
        response = api.get("/users", params={{"mode": mode}}, strict=False)
        text, fields = response.text, dict(response.headers)
        assert text == "what it is not"

    @pytest.mark.parametrize("mode", {list(TOKEN_MODES)})
    def test_of_the_token_endpoint(api, mode):
        api.target.credentials
        api._http.post(api.target.token_url + "?mode=" + mode, data={{"client_secret": api.target.credentials.client_secret}})
        api.request_token({{"grant_type": "client_credentials"}}, expect=UNSPECIFIED)

    def said(api, mode="member"):
        return api.get("/users", params={{"mode": mode}}, strict=False, expect=UNSPECIFIED).text

    def test_that_skips(api):
        pytest.skip(said(api))

    @pytest.fixture
    def skipping(api):
        pytest.skip(said(api))

    def test_that_skips_before(skipping):
        pass

    def test_that_xfails(api):
        pytest.xfail(said(api))

    def test_with_nothing_there(api):
        raise NothingThere(said(api))

    def test_that_raises(api):
        secret = said(api)
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise RuntimeError(secret.encode()) from error

    def test_that_prints_and_logs(api, record_property):
        print(said(api))
        logging.getLogger("own").debug("said %s", said(api))
        try:
            raise ValueError(said(api))
        except ValueError:
            logging.getLogger("own").exception("stopped")
        warnings.warn(said(api))
        record_property("said", said(api))
        assert False

    def test_with_sent_secrets(api):
        secret = api.target.credentials.client_secret
        api.post("/users", params={{"secret": secret}}, json={{"userId": secret, secret: 1}})

    def test_with_wrong_tokens(api):
        token = api.token()
        for wrong in (token[:20], token[::-1], token.swapcase(), token + "x"):
            api.get("/users", authorize=False, headers={{"Authorization": "Bearer " + wrong, "X-Wrong": wrong}})
"""
OPTIONS = (
    "-ra",
    "-l",
    "-vv",
    "--tb=long",
    "--log-level=DEBUG",
    "--log-file=log.txt",
    "--junitxml=junit.xml",
    "-p",
    "no:cacheprovider",
)
OURS = (
    "--ec-target=live",
    "--ec-edition=2023-10",
    "--ec-report=report",
    "--ec-har=run.har",
    "--ec-max-findings=0",
    # A secret is sent as an id, and has all kinds of characters.
    "--ec-unusual-ids",
)


@pytest.fixture(scope="module")
def echo():
    with echoing() as running:
        yield running


def files(folder: Path) -> str:
    return "\n".join(
        path.read_bytes().decode(errors="replace")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    )


def ecsuite(folder: Path, *arguments: str, **env: str) -> str:
    command = [sys.executable, "-m", "ecsuite", *arguments]
    own = {name: value for name, value in os.environ.items() if not name.startswith("EC_")} | env
    ran = subprocess.run(command, cwd=folder, env=own, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert "Traceback" not in ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_output_of_pytest_has_a_secret(tmp_path, echo, workers):
    """Neither what is printed nor any file, with locals, logs and all that pytest can tell."""
    project = Project(tmp_path)
    project.test(TESTS)
    result = project.run(*OPTIONS, *OURS, "-n", workers, "-Wdefault", **echo.environment())
    shown = [ecsuite(tmp_path, "show", "--report=report", more) for more in ("--markdown", "1")]

    assert result.ret == 1
    assert re.search(r" 5 skipped, 1 xfailed", result.text)
    assert "INTERNALERROR" not in result.text
    assert leaked(result.text) == set()
    assert leaked("\n".join(shown)) == set()
    assert leaked(files(tmp_path)) == set()
    assert {"report.html", "junit.xml", "summary.md"} <= {path.name for path in (tmp_path / "report").iterdir()}
    assert (tmp_path / "run.har").is_file()


def test_error_of_a_variable_has_no_secret(tmp_path, echo):
    """An address that is none is shown without what may be a secret in it, or is one of another variable."""
    env = echo.environment()
    wrong = [env["EC_CLIENT_SECRET"], f"http://h/?key={OTHER_SECRET}", f"http://{OTHER_ID}@h/", f"http://h/ {OTHER_ID}"]

    for address in wrong:
        text = ecsuite(tmp_path, "walkthrough", "--target", "live", **env | {"EC_BASE_URL": address})
        assert text.startswith("ecsuite: EC_BASE_URL is '")
        assert leaked(text) == set()


INTERNAL = """
    import os

    pytest_plugins = ("ecsuite.plugin",)

    def pytest_collection_modifyitems(items):
        raise ValueError(os.environ["EC_CLIENT_SECRET"])
"""


def test_other_endings_of_pytest_have_no_secret(tmp_path, echo):
    """A file that cannot be collected, and an error in a plugin."""
    project = Project(tmp_path)
    project.test("import os\nraise ValueError(os.environ['EC_CLIENT_SECRET'])")
    uncollected = project.run("-l", **echo.environment())
    (tmp_path / "conftest.py").write_text(textwrap.dedent(INTERNAL))
    internal = project.run("-l", **echo.environment())

    assert "ValueError: ***" in uncollected.text
    assert "INTERNALERROR> ValueError: ***" in internal.text
    assert leaked(uncollected.text + internal.text) == set()


RECORDED = """
    import pytest
    pytestmark = [pytest.mark.edition("2023-10"), pytest.mark.scenario("echo")]

    @pytest.mark.parametrize("mode", {modes})
    def test_recorded(api, mode):
        credentials = api.target.credentials
        sent = {{"mode": mode, "secret": credentials.client_secret, "id": credentials.client_id}}
        api.get("/users", params=sent)
        api.get("/users", params={{"token": api.token()}})
"""
# What keeps the contract, so that it is recorded.
KEPT = [
    "member",
    "client-id",
    "token",
    "percent",
    "percent-twice",
    "base64-basic",
    "json-escaped",
    "cookie",
    "header-utf-8",
]


def test_no_recording_has_a_secret(tmp_path, echo):
    """Neither the cassettes nor what is logged while they are made; and a replay sends what was sent."""
    project = Project(tmp_path)
    project.test(RECORDED.format(modes=KEPT))
    made = project.run(*OPTIONS, *OURS, "--record-mode=rewrite", "-n", "2", **echo.environment())
    played = project.run("-n", "0")

    made.ended(passed=len(KEPT))
    assert leaked(made.text) == set()
    assert leaked(files(tmp_path)) == set()
    assert len([*tmp_path.glob("cassettes/2023-10/echo/*.yaml")]) == len(KEPT)
    played.ended(passed=len(KEPT))


@pytest.mark.parametrize("mode", ["media-type", "illegal-name"])
def test_walkthrough_has_no_secret(tmp_path, echo, mode):
    """Whatever all calls but those of the token are answered with, and in whatever it ends."""
    echo.mode = mode
    text = ecsuite(tmp_path, "walkthrough", "--target", "live", "--edition", "2023-10", **echo.environment())
    echo.mode = ""

    assert leaked(text) == set()
    assert "broken" in text


@pytest.mark.parametrize("mode", ["mixed", "header", "media-type", "illegal-name"])
def test_page_of_a_walkthrough_has_no_secret(tmp_path, echo, mode):
    """Nor the page that teaches, nor what is printed beside it."""
    echo.mode = mode
    command = ("walkthrough", "--target", "live", "--edition", "2023-10", "--html", "page.html")
    text = ecsuite(tmp_path, *command, **echo.environment())
    echo.mode = ""

    assert leaked(text + files(tmp_path)) == set()
    assert (tmp_path / "page.html").is_file()
