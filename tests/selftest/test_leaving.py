"""What a run leaves on a server: it is deleted, or named with the reason, whatever the server and the network do."""

import json
from functools import partial

import pytest
from live_runs import EDITION, run_behind
from proxies import Answer, every

FORBIDDEN = Answer(403, b'{"title": "Forbidden"}', {"Content-Type": "application/problem+json"})
USERS = f"""
    import pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    @pytest.mark.parametrize("number", range(30))
    def test_user(number, api, run):
        api.post("/users", json={{"userId": run.ids.new()}})
"""


@pytest.fixture
def behind_proxy(tmp_path):
    """Runs a test file against the stand-in behind a proxy."""
    return partial(run_behind, tmp_path, test=USERS)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_server_that_refuses_to_delete_is_1(behind_proxy, tmp_path, workers):
    """What the server refuses to delete is told once, some of it by name and all of it in the result; the run ends with 1."""
    ran = behind_proxy(lambda call: FORBIDDEN if call.method == "DELETE" else None, *workers)

    result = json.loads((tmp_path / ".ecsuite" / "last" / "results.json").read_text(encoding="utf-8"))
    named = {each["address"].rpartition("/")[2] for each in result["left"]}
    assert ran.code == 1, ran.text
    assert "30 passed" in ran.text
    assert ran.text.count("left on the server (30), for it refuses to delete what the run has made") == 1
    assert ran.text.count("  DELETE http") == 20
    assert "  ... and 10 more: all of them are in results.json" in ran.text
    assert named == {user["userId"] for user in ran.left}
    assert {(each["reason"], each["said"]) for each in result["left"]} == {("refused", "403")}


def test_refusal_now_and_then_leaves_what_it_names(behind_proxy):
    """What is named as left is what is there, and nothing else."""
    ran = behind_proxy(every(5, Answer(500), methods=frozenset({"DELETE"})))

    named = {line.split()[1].rpartition("/")[2] for line in ran.text.splitlines() if line.startswith("  DELETE ")}
    assert ran.code == 1, ran.text
    assert named == {user["userId"] for user in ran.left} != set()
