"""Requests for a token with wrong credentials are few, for a service may lock out who sends many."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from live_runs import environment
from proxies import behind, proxying

from ecsuite import editions
from ecsuite.standin import serving

ROOT = Path(__file__).parents[2]
OF_API = [ROOT / "tests" / name for name in ("endpoints", "properties", "quickstart", "rules", "scenarios", "webhooks")]
# docs/size.md says so.
MOST = 30
RUN = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--ec-target=live", "--ec-profile=full"]
TOKEN_TESTS = "tests/rules/test_token.py"


def test_docs_say_how_many():
    """The number that people go by is the one that holds."""
    assert f"fewer than {MOST} invalid token requests" in (ROOT / "docs" / "size.md").read_text(encoding="utf-8")


def test_one_file_alone_asks_in_wrong_ways():
    """No other test of the API asks the token endpoint by itself, so that its requests are all there are."""
    files = [path for folder in OF_API for path in folder.rglob("*.py")]

    asking = [path for path in files if "request_token(" in path.read_text(encoding="utf-8")]

    assert [path.relative_to(ROOT).as_posix() for path in asking] == [TOKEN_TESTS]


@pytest.mark.parametrize("edition", editions.editions())
def test_few_requests_for_a_token_are_wrong(edition):
    """By the log of the server, with two workers and all there is: those that it refuses stay under the number."""
    with serving(edition) as standin, proxying(standin.base_url, lambda _: None) as (origin, proxy):
        ran = subprocess.run(
            [*RUN, f"--ec-edition={edition}", "-n", "2", TOKEN_TESTS],
            cwd=ROOT,
            env=environment(behind(standin.environment(), origin)),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    asked = [call for call in proxy.calls if re.search(r"/token$", call.path)]
    wrong = [call for call in asked if not is_right(call.body.decode(), standin)]
    assert ran.returncode == 0, ran.stdout
    assert 20 < len(wrong) < MOST


def is_right(form, standin):
    """Whether a form has the credentials of a partner, and all that is wanted beside them."""
    sent = sorted(form.split("&"))
    return any(
        sent
        == sorted(
            ["grant_type=client_credentials", f"client_id={each.client_id}", f"client_secret={each.client_secret}"]
        )
        for each in (standin.credentials, standin.other)
    )
